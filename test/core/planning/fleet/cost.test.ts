import assert from "node:assert/strict";
import fc from "fast-check";
import { fleetCost, monthlyPrices } from "../../../../components/core/planning/fleet/cost";
import { parseStack } from "../../../../components/core/planning/config/parse-stack";
import { requireVm } from "../../../../components/core/planning/config/specification";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { costSections } from "../../../../components/core/rendering/fleet/cost-report";
import { fleetOf, instanceFile } from "../../../support/fleet";

describe("what a fleet costs", () => {
  const { config } = instanceFile(0);
  const three = fleetOf([
    instanceFile(1, { labels: { tier: "gold" } }),
    instanceFile(2, { type: "internal", config: { ...config, size: "M" } }),
    instanceFile(3),
  ]);
  const local = parseStack({ cloud: "local", release: "7.4.0" });
  const fleet = {
    ...three,
    instances: three.instances.map((each, index) => (index === 2 ? { ...each, specification: local } : each)),
  };
  const monthlyOf = (index: number): number => {
    const specification = fleet.instances[index]?.specification;
    assert.ok(specification?.shape === "vm");
    return planVm(requireVm(specification)).price?.monthly ?? 0;
  };

  it("is the price of each plan, and says of which nothing is known", () => {
    const { instances, total, groups } = fleetCost(fleet, fleet.instances, {});
    assert.deepEqual(instances, [
      { id: "src-00000001", slug: "customer-1", monthly: monthlyOf(0), unpriced: [] },
      { id: "src-00000002", slug: "customer-2", monthly: monthlyOf(1), unpriced: [] },
      { id: "src-00000003", slug: "customer-3", unpriced: ["everything, since local has no price list"] },
    ]);
    assert.deepEqual(groups, []);
    assert.equal(total.unpriced, 1);
    assert.equal(total.monthly, Math.round((monthlyOf(0) + monthlyOf(1)) * 100) / 100);
  });

  it("is what each costs alone, though instances that differ in nothing that costs are planned once", () => {
    const configs = fc.record({
      shape: fc.constantFrom("vm", "kubernetes"),
      place: fc.constantFrom("aws", "gcp"),
      size: fc.constantFrom("XS", "S"),
      domain: fc.option(fc.constantFrom("a.example.com", "b.example.com"), { nil: undefined }),
    });
    const places = {
      aws: { cloud: "aws", region: "eu-central-1" },
      gcp: { cloud: "gcp", region: "europe-west1" },
    };
    fc.assert(
      fc.property(fc.array(configs, { minLength: 2, maxLength: 4 }), (given) => {
        const { instances } = fleetOf(
          given.map(({ shape, place, size, domain }, number) =>
            instanceFile(number, {
              config: {
                ...places[place],
                ...(place === "gcp" ? { gcp: { project: `project-${number}` } } : {}),
                ...(domain === undefined ? {} : { domain }),
                ...(domain !== undefined && place === "aws" ? { dnsZone: "Z0123456789ABCDEFGHIJ" } : {}),
                shape,
                size,
                access: { allowedCidrs: ["10.0.0.0/8"] },
              },
            }),
          ),
        );
        const alone = Object.assign({}, ...instances.map((each) => monthlyPrices([each]))) as object;
        assert.deepEqual(monthlyPrices(instances), alone);
        assert.equal(Object.keys(alone).length, given.length);
      }),
      { numRuns: 6 },
    );
  });

  it("is summed by what an expression gives, dearest first", () => {
    const { groups } = fleetCost(fleet, fleet.instances, {}, "instance.labels.tier");
    assert.deepEqual(groups, [
      { group: "", instances: 2, monthly: monthlyOf(1), unpriced: 1 },
      { group: "gold", instances: 1, monthly: monthlyOf(0), unpriced: 0 },
    ]);
    const running = fleetCost(fleet, fleet.instances, { "src-00000001": { release: "7.3.2527" } }, "instance.release");
    assert.deepEqual(
      running.instances.map(({ group }) => group),
      ["7.3.2527", "7.4.0", "7.4.0"],
    );
  });

  it("of all is the sum of its groups, whatever is chosen", () => {
    fc.assert(
      fc.property(fc.subarray([...fleet.instances]), (chosen) => {
        const { groups, total } = fleetCost(fleet, chosen, {}, "instance.type");
        assert.equal(
          Math.round(groups.reduce((sum, { monthly }) => sum + monthly, 0) * 100),
          Math.round(total.monthly * 100),
        );
        assert.equal(
          groups.reduce((sum, { instances }) => sum + instances, 0),
          chosen.length,
        );
      }),
    );
  });

  it("is told with what is missing", () => {
    const cost = fleetCost(fleet, fleet.instances, {}, "instance.type");
    const [groups, all] = costSections("managed", "instance.type", cost);
    assert.deepEqual(
      groups?.rows.map(([type, count, , note]) => [type, count, note]),
      [
        ["internal", "1", ""],
        ["production", "2", "1 with items that have no price"],
      ],
    );
    assert.equal(
      all?.summary,
      `${cost.total.monthly.toFixed(2)} USD a month at the prices of ${cost.asOf}, 1 with items that have no price`,
    );
  });
});
