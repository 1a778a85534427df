import assert from "node:assert/strict";
import fc from "fast-check";
import { boundarySections } from "../../../components/core/rendering/boundary-report";
import { d01 } from "../../../components/core/rules/data/d01";
import { d02 } from "../../../components/core/rules/data/d02";
import { judgeGraph, type RuleException } from "../../../components/core/rules/engine";
import { k01 } from "../../../components/core/rules/keys/k01";
import { graphOf, type Given } from "../../support/graph";

const services: Given = {
  type: "sourcegraph:admin:AdminServices",
  name: "services",
  boundary: {
    facts: { zone: "admin", owner: "telemetry-gateway", dataClasses: ["operational"] },
    edges: [
      {
        kind: "connects",
        from: "single-tenant/worker",
        to: "telemetry-gateway",
        port: 443,
        contract: "telemetry",
        credential: "licence-token",
        plane: "machine",
        over: "internet",
      },
    ],
  },
};
const resources: readonly Given[] = [
  services,
  { type: "gcp:kms/cryptoKey", name: "streams", parent: "services" },
  { type: "gcp:pubsub/topic", name: "events", parent: "services", refers: { kmsKeyName: "streams" } },
  { type: "gcp:storage/bucket", name: "bare" },
];
const rules = [d01, d02, { ...k01, probe: "a look at the key's log" }];
const exceptions: readonly RuleException[] = [
  { rule: "B-D02", resource: "bare", reason: "being moved", owner: "security", expires: "2027-01-31" },
];
const report = (given: readonly Given[]) => {
  const graph = graphOf(given);
  return boundarySections({ graph, rules, exceptions, verdicts: judgeGraph(graph, rules, exceptions, "2026-11-21") });
};

describe("a report on boundaries", () => {
  const sections = report(resources);
  const rowsOf = (id: string) => sections.find((section) => section.id === id)?.rows;

  it("says first whether it may be deployed, and what stands against it", () => {
    assert.equal(sections[0]?.summary, "1 reason against it");
    assert.deepEqual(rowsOf("verdict"), [
      ["holds", "3", ""],
      ["broken", "2", "B-D02, B-K01"],
      ["unproven", "0", ""],
      ["rules that are about nothing here", "0", ""],
    ]);
  });

  it("has a table for each zone, and one for what belongs to none", () => {
    assert.deepEqual(rowsOf("zone-admin"), [
      ["B-D01", "critical", d01.proof, "events", "holds", "it holds operational"],
      ["B-D02", "critical", d02.proof, "events", "holds", "zone admin, owner telemetry-gateway, operational"],
      ["B-K01", "critical", k01.proof, "events", "holds", "kmsKeyName is streams"],
    ]);
    assert.deepEqual(
      rowsOf("zone-none")?.map(([rule, , , resource, verdict]) => [rule, resource, verdict]),
      [
        ["B-D02", "bare", "broken, excepted until 2027-01-31"],
        ["B-K01", "bare", "broken"],
      ],
    );
  });

  it("says of each store what it holds and under which key, and of each key who uses it", () => {
    assert.deepEqual(rowsOf("stores"), [
      ["bare", "object", "not stated", "not stated", "not stated", "the provider's own"],
      ["events", "stream", "admin", "telemetry-gateway", "operational", "streams"],
    ]);
    assert.deepEqual(rowsOf("keys"), [["streams", "admin", "us", "events"]]);
  });

  it("says who may reach what, what is excepted, and what only a probe can show", () => {
    assert.deepEqual(rowsOf("reach"), [
      [
        "single-tenant/worker to admin/telemetry-gateway at 443",
        "machine",
        "telemetry",
        "licence-token",
        "",
        "internet",
      ],
    ]);
    assert.deepEqual(rowsOf("exceptions"), [["B-D02", "bare", "2027-01-31", "security", "being moved"]]);
    assert.deepEqual(rowsOf("probes"), [["B-K01", k01.statement, "a look at the key's log"]]);
  });

  it("is the same in whatever order resources are declared", () =>
    fc.assert(
      fc.property(fc.shuffledSubarray([...resources], { minLength: resources.length }), (shuffled) =>
        assert.deepEqual(report(shuffled), sections),
      ),
    ));
});
