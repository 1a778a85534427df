import assert from "node:assert/strict";
import fc from "fast-check";
import { changeSetOf, type EngineStep } from "../../../../components/core/planning/fleet/change-set";
import { driftSections, previewSections } from "../../../../components/core/rendering/fleet/change-report";

const urnOf = (name: string): string => `urn:pulumi:src::sourcegraph::aws:ebs/volume:Volume::${name}`;
const step = (op: string, name: string, more: Partial<EngineStep> = {}): EngineStep => ({
  op,
  type: "aws:ebs/volume:Volume",
  urn: urnOf(name),
  ...more,
});

describe("the change set of a preview", () => {
  it("counts each resource once, and marks protected ones that are touched", () => {
    const changes = changeSetOf([
      { op: "update", type: "pulumi:pulumi:Stack", urn: "urn:pulumi:src::sourcegraph::pulumi:pulumi:Stack::x" },
      { op: "create", type: "pulumi:providers:aws", urn: "urn:pulumi:src::sourcegraph::pulumi:providers:aws::aws" },
      step("same", "kept", { old: { protect: true } }),
      step("create", "new"),
      step("update", "data", { old: { protect: true }, diffs: ["tags", "size"] }),
      step("create-replacement", "disk", { old: {}, detailedDiff: { availabilityZone: {} } }),
      step("replace", "disk", { old: {}, detailedDiff: { availabilityZone: {} } }),
      step("delete-replaced", "disk", { old: {} }),
      step("delete", "old", { old: {} }),
    ]);
    assert.deepEqual(changes, {
      counts: { create: 1, update: 1, replace: 1, delete: 1 },
      protected: 1,
      changes: [
        { change: "create", type: "aws:ebs/volume:Volume", name: "new", properties: [], protected: false },
        {
          change: "update",
          type: "aws:ebs/volume:Volume",
          name: "data",
          properties: ["size", "tags"],
          protected: true,
        },
        {
          change: "replace",
          type: "aws:ebs/volume:Volume",
          name: "disk",
          properties: ["availabilityZone"],
          protected: false,
        },
        { change: "delete", type: "aws:ebs/volume:Volume", name: "old", properties: [], protected: false },
      ],
    });
  });

  it("names what differs where the provider does not, never its value", () => {
    const [change] = changeSetOf([
      step("update", "data", {
        old: { outputs: { size: 10, tags: {}, password: "old" } },
        new: { outputs: { size: 20, tags: {}, password: "new" } },
      }),
    ]).changes;
    assert.deepEqual(change?.properties, ["password", "size"]);
    assert.doesNotMatch(JSON.stringify(change), /old|new/);
  });

  it("has as many changes as its counts say, whatever the steps", () => {
    const ops = [
      "same",
      "create",
      "update",
      "delete",
      "replace",
      "create-replacement",
      "delete-replaced",
      "refresh",
      "import",
    ];
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...ops), fc.constantFrom("a", "b", "c"), fc.boolean())),
        (drawn) => {
          const set = changeSetOf(drawn.map(([op, name, protect]) => step(op, name, { old: { protect } })));
          const { create, update, replace, delete: gone } = set.counts;
          assert.equal(create + update + replace + gone, set.changes.length);
          assert.ok(set.protected <= set.changes.length);
          assert.equal(new Set(set.changes.map(({ name }) => name)).size, set.changes.length);
        },
      ),
    );
  });

  it("is told in a row for each instance, with the protected data it touches and what failed", () => {
    const changes = changeSetOf([step("update", "data", { old: { protect: true }, diffs: ["size"] })]);
    const named = { id: "src-00000001", slug: "acme", to: "7.5.4453" };
    const looked = [
      { ...named, from: "7.4.0", changes },
      { ...named, error: "the upgrade is refused:\n  - 'release' is older\n  - more" },
    ];
    const [preview] = previewSections("managed", looked);
    assert.equal(preview?.summary, "1 of 2 would change, 1 could not be looked at");
    assert.deepEqual(preview?.rows, [
      ["src-00000001", "acme", "7.4.0", "7.5.4453", "0", "1", "0", "0", "touches protected data: update data"],
      ["src-00000001", "acme", "", "7.5.4453", "", "", "", "", "the upgrade is refused: - 'release' is older"],
    ]);
    const gone = changeSetOf([step("delete", "disk", { old: {} })]);
    const [drift] = driftSections("managed", [...looked, { ...named, changes: gone }]);
    assert.deepEqual(drift?.rows, [
      ["src-00000001", "acme", "aws:ebs/volume:Volume data", "size"],
      ["src-00000001", "acme", "", "the upgrade is refused: - 'release' is older"],
      ["src-00000001", "acme", "aws:ebs/volume:Volume disk", "is gone"],
    ]);
  });
});
