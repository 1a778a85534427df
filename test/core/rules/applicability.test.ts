import assert from "node:assert/strict";
import { appliesTo } from "../../../components/core/rules/applicability";
import { zones, type Zone } from "../../../components/core/rules/facts";
import { Graph, unknownValue, type GraphResource } from "../../../components/core/rules/graph";
import type { Rule } from "../../../components/core/rules/rule";
import { rules } from "../../../components/core/rules/rules";
import { everythingWrong, modes } from "../../support/everything-wrong";
import { said } from "../../support/graph";

/** What a rule says of a zone in which everything is wrong. */
function saidOf(rule: Rule, zone: Zone): string[] {
  return (["production", "development"] as const).flatMap((stage) => said(rule, everythingWrong(zone, stage)));
}

/** Rules that are about what this zone does not show: two zones, or all of a listener; their own tests do. */
const notShown = ["B-D07", "B-N05", "B-N08", "B-X01", "B-X04", "B-L05"];

describe("the zones of rules", () => {
  for (const rule of rules) {
    const outside = zones.filter((zone) => !appliesTo(rule.id, { zone, modes }));
    if (outside.length > 0)
      it(`${rule.id} says nothing in ${outside.join(", ")}`, () =>
        assert.deepEqual(
          outside.flatMap((zone) => saidOf(rule, zone).map((text) => `${zone}: ${text}`)),
          [],
        ));
    if (!notShown.includes(rule.id))
      it(`${rule.id} speaks where it applies`, () => {
        const inside = zones.filter((zone) => appliesTo(rule.id, { zone, modes }));
        assert.ok(inside.some((zone) => saidOf(rule, zone).length > 0));
      });
  }

  it("holds rules of modes to the modes", () =>
    assert.deepEqual(
      ["B-A01", "B-A04"].map((rule) => appliesTo(rule, { zone: "single-tenant" })),
      [false, false],
    ));
});

/** What a rule no longer finds when one input of a resource is known only later. */
function lost(rule: Rule, graph: Graph, resource: GraphResource): string[] {
  const found = rule.judge(graph).filter(({ of, verdict }) => of === resource.urn && verdict === "broken");
  if (found.length === 0) return [];
  return Object.keys(resource.inputs)
    .filter((input) => input !== "boundary" && input !== "tags")
    .flatMap((input) => {
      const hidden = { ...resource, inputs: { ...resource.inputs, [input]: unknownValue } };
      const later = new Graph(graph.resources.map((each) => (each === resource ? hidden : each)));
      const after = rule.judge(later).filter(({ of }) => of === resource.urn);
      return after.some(({ verdict }) => verdict !== "holds") ? [] : [`${rule.id} of ${resource.type} by ${input}`];
    });
}

describe("what is known only later", () => {
  for (const rule of rules)
    it(`never makes ${rule.id} hold, or fall silent, where it is broken`, () =>
      assert.deepEqual(
        zones
          .map((zone) => everythingWrong(zone, zone === "single-tenant" ? "development" : "production"))
          .flatMap((graph) => graph.resources.flatMap((resource) => lost(rule, graph, resource))),
        [],
      ));
});
