import assert from "node:assert/strict";
import { problemInLine } from "../../../components/core/errors";
import { judgeAlone } from "../../../components/core/rules/alone";
import { judgeGraph, problemOf } from "../../../components/core/rules/engine";
import type { Graph, GraphResource } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { counterExamples } from "../../support/counter-examples";
import { part } from "../../support/boundary";
import { graphOf, type Given } from "../../support/graph";

const today = "2026-11-21";

/** What a resource belongs to, outermost first, as the engine tells of a resource that is not yet made. */
function above(graph: Graph, { parent }: GraphResource): GraphResource[] {
  const found = parent === undefined ? undefined : graph.find(parent);
  return found === undefined ? [] : [...above(graph, found), { ...found, refers: {} }];
}

function early(graph: Graph): { readonly rule: string; readonly of: string; readonly words: string }[] {
  return graph.resources.flatMap((resource) =>
    judgeAlone({ ...resource, refers: {} }, above(graph, resource), rules, [], today).map((finding) => ({
      rule: finding.rule,
      of: finding.of,
      words: problemInLine(problemOf(finding)),
    })),
  );
}

/** Deployments in which another resource makes hold what one alone does not show. */
const shownByOthers: readonly { readonly rule: string; readonly given: readonly Given[] }[] = [
  {
    rule: "B-N04",
    given: [
      part("instance", { zone: "single-tenant", owner: "sourcegraph", dataClasses: ["operational"] }),
      { type: "aws:s3/bucket:Bucket", name: "uploads", parent: "instance" },
      {
        type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        name: "closed",
        parent: "instance",
        inputs: Object.fromEntries(
          ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"].map((each) => [
            each,
            true,
          ]),
        ),
        refers: { bucket: "uploads" },
      },
    ],
  },
  {
    rule: "B-D02",
    given: [
      part("stores", { zone: "single-tenant", owner: "sourcegraph" }),
      { type: "aws:sqs/queue:Queue", name: "events", parent: "stores" },
      part(
        "services",
        { zone: "single-tenant" },
        { kind: "stores", from: "worker", to: "events", dataClass: "operational" },
      ),
    ],
  },
];

describe("what is refused before it is made", () => {
  it("is every counter-example of a rule that one resource can break, in the same words", () =>
    assert.deepEqual(
      counterExamples
        .filter(({ rule }) => rules.find(({ id }) => id === rule)?.alone === true)
        .map(({ rule, given, neighbours }) => [
          rule,
          early(graphOf(given, neighbours))
            .filter((found) => found.rule === rule)
            .map(({ words }) => words),
        ]),
      counterExamples
        .filter(({ rule }) => rules.find(({ id }) => id === rule)?.alone === true)
        .map(({ rule, words }) => [rule, words]),
    ));

  it("is broken in the whole graph too", () => {
    const wrong = [...counterExamples, ...shownByOthers].flatMap(({ rule: example, given }) => {
      const graph = graphOf(given);
      const broken = new Set(
        judgeGraph(graph, rules, [], today)
          .findings.filter(({ verdict }) => verdict === "broken")
          .map(({ rule, of }) => `${rule} ${of}`),
      );
      return early(graph)
        .filter(({ rule, of }) => !broken.has(`${rule} ${of}`))
        .map(({ words }) => `${example}: ${words}`);
    });
    assert.deepEqual(wrong, []);
  });

  it("is told once, of the resource that breaks the rule and not of what belongs to it", () => {
    const site = graphOf([
      {
        type: "sourcegraph:test:Part",
        name: "site",
        boundary: { facts: { zone: "dotcom", settings: { subscriptionProxy: true } } },
      },
      { type: "aws:ec2/vpc:Vpc", name: "network", parent: "site" },
    ]);
    assert.deepEqual(
      early(site).map(({ words }) => words),
      ["'site' breaks B-X03: it passes the browser's calls on to billing; let the browser call billing itself"],
    );
  });

  it("leaves out what an exception covers", () => {
    const exception = { rule: "B-L01", resource: "lines", reason: "moved", owner: "security", expires: "2026-12-01" };
    const lines = graphOf([{ type: "aws:cloudwatch/logGroup:LogGroup", name: "lines" }]).resources.flatMap((resource) =>
      [[], [exception]].map((exceptions) => judgeAlone(resource, [], rules, exceptions, today).map(({ rule }) => rule)),
    );
    assert.deepEqual(lines, [["B-L01"], []]);
  });
});
