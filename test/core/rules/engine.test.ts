import assert from "node:assert/strict";
import { judgeGraph, refuseBroken, type RuleException } from "../../../components/core/rules/engine";
import { shortType, unknownValue, valueAt } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { graphOf, type Given } from "../../support/graph";

const bare = graphOf([
  { type: "aws:ebs/volume:Volume", name: "bare", inputs: { tags: { "sourcegraph-zone": "admin" } }, protected: true },
]);
const exception = (change: Partial<RuleException>): RuleException => ({
  rule: "B-K01",
  resource: "bare",
  reason: "being moved",
  owner: "security",
  expires: "2027-01-31",
  ...change,
});

const refusal = (exceptions: readonly RuleException[], today = "2026-11-21"): string => {
  try {
    refuseBroken(judgeGraph(bare, rules, exceptions, today));
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("the engine of the rules", () => {
  const classes =
    "  - 'bare' breaks B-D02: nothing says its owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class";
  const noKey =
    "  - 'bare' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone";

  it("refuses with rule, resource, what shows it and the fix, everything at once", () =>
    assert.equal(refusal([]), `refused by the rules of the boundaries:\n${classes}\n${noKey}`));

  it("lets an exception pass until its last day, and refuses it afterwards", () => {
    assert.equal(refusal([exception({})], "2027-01-31"), `refused by the rules of the boundaries:\n${classes}`);
    assert.equal(
      refusal([exception({})], "2027-02-01"),
      `refused by the rules of the boundaries:\n  - 'exceptions[0]' for rule B-K01 at bare ended on 2027-01-31; make the rule hold, or have security give it a new day\n${classes}\n${noKey}`,
    );
  });

  it("takes no exception of an absolute rule, of none there is, or without a day", () =>
    assert.deepEqual(
      [exception({ rule: "B-D01" }), exception({ rule: "B-Z99" }), exception({ expires: "soon" })].map(
        (each) => refusal([each]).split("\n")[1],
      ),
      [
        "  - 'exceptions[0]' is for rule B-D01, of which there is no exception: The admin zone holds no user data and no public code.; remove it",
        "  - 'exceptions[0]' names rule B-Z99, which there is not",
        "  - 'exceptions[0]' must end on a day such as 2027-01-31, got soon",
      ],
    ));

  it("refuses what a critical rule cannot prove", () => {
    const graph = graphOf([
      {
        type: "aws:ebs/volume",
        name: "later",
        inputs: { kmsKeyId: unknownValue },
        protected: true,
        boundary: { facts: { zone: "admin", owner: "pings", dataClasses: ["operational"] } },
      },
    ]);
    assert.deepEqual(judgeGraph(graph, rules, [], "2026-11-21").problems, [
      {
        path: "later",
        message:
          "breaks B-K01: cannot be shown to hold: kmsKeyId is known only after the deployment; set kmsKeyId to a key of this zone",
      },
    ]);
  });

  it("says the same in whatever order the resources were registered", () => {
    const boundary = { facts: { zone: "admin", owner: "billing", dataClasses: ["identity"] } } as const;
    const resources: readonly Given[] = [
      { type: "sourcegraph:admin:AdminServices", name: "services", boundary },
      { type: "aws:kms/key", name: "key", parent: "services" },
      { type: "aws:ebs/volume", name: "one", parent: "services", refers: { kmsKeyId: "key" } },
      { type: "aws:secretsmanager/secret", name: "two", parent: "services", refers: { kmsKeyId: "key" } },
      { type: "aws:ebs/volume", name: "three", refers: { kmsKeyId: "key" } },
    ];
    const judged = (given: readonly Given[]) => judgeGraph(graphOf(given), rules, [], "2026-11-21");
    assert.deepEqual(judged([...resources].reverse()), judged(resources));
  });

  it("has every rule once, with an id of its own", () =>
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length));
});

describe("the graph", () => {
  it("shortens types as the provider's documents do", () =>
    assert.deepEqual(
      ["aws:rds/instance:Instance", "gcp:sql/databaseInstance:DatabaseInstance", "kubernetes:apps/v1:Deployment"].map(
        shortType,
      ),
      ["aws:rds/instance", "gcp:sql/databaseInstance", "kubernetes:apps/v1/Deployment"],
    ));

  it("goes into lists by index and stops at what is unknown", () => {
    const inputs = { rules: [{ action: "deny" }], key: unknownValue };
    assert.deepEqual(
      ["rules.0.action", "rules.1.action", "key.arn", "none.at.all"].map((path) => valueAt(inputs, path)),
      ["deny", undefined, unknownValue, undefined],
    );
  });
});
