import assert from "node:assert/strict";
import { judgeBoundaries } from "../../cli/boundaries";
import type { PlannedStack } from "../../cli/planned";
import { refuseOwn } from "../../components/boundary";
import { problemInLine, RefusedError } from "../../components/core/errors";
import { judgeGraph } from "../../components/core/rules/engine";
import { boundaryOf } from "../../components/core/rules/graph";
import { rules } from "../../components/core/rules/rules";
import { boundaryPolicies } from "../../policy/policies";
import { counterExamples, type CounterExample } from "../support/counter-examples";
import { graphOf } from "../support/graph";
import { declare, refusedOf } from "./refused";
import { shown } from "./shown";

const today = "2026-11-21";
const graph = ({ given, neighbours }: CounterExample) => graphOf(given, neighbours);
const expected = counterExamples.map(({ rule, words }) => [rule, words]);

/** Words of one rule among many. */
function ofRule(rule: string, words: readonly string[]): string[] {
  return words.filter((line) => line.includes(` breaks ${rule}: `));
}

/** What constructors of the components of a graph say, in the order of the program. */
function constructed(example: CounterExample): string[] {
  return graph(example).resources.flatMap((resource) => {
    const boundary = boundaryOf(resource);
    try {
      refuseOwn(resource.type, resource.name, { boundary });
      return [];
    } catch (error) {
      assert.ok(error instanceof RefusedError);
      return error.problems.map(problemInLine);
    }
  });
}

/** Rules that a component can break by what it states itself; the others take a resource or a whole graph to see. */
const ofConstructors = ["B-D07", "B-M03", "B-M04", "B-X02", "B-X03", "B-X04", "B-T13"].concat([
  "B-A02",
  "B-A03",
  "B-O01",
  "B-O02",
  "B-O03",
]);

describe("the doors to the rules", () => {
  it("have a counter-example of every rule", () =>
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => counterExamples.filter(({ rule }) => rule === id).length !== 1),
      [],
    ));

  it("say the same in tests", () =>
    assert.deepEqual(
      counterExamples.map((example) => [
        example.rule,
        ofRule(example.rule, judgeGraph(graph(example), rules, [], today).problems.map(problemInLine)),
      ]),
      expected,
    ));

  it("say the same in sgbox check", () =>
    assert.deepEqual(
      counterExamples.map((example) => {
        const specification = { boundaries: { exceptions: [] } };
        const planned = { graph: graph(example), specification, stack: { file: "Pulumi.test.yaml" } };
        const { verdicts } = judgeBoundaries(planned as unknown as PlannedStack, today);
        return [example.rule, ofRule(example.rule, verdicts.problems.map(problemInLine))];
      }),
      expected,
    ));

  it("say the same in the policy pack, once, and before anything is made where one resource shows it", async () => {
    const told = await Promise.all(
      counterExamples.map(async (example) => {
        const { neighbours = [] } = example;
        return { example, ...(await shown(boundaryPolicies(rules, today), graph(example), { neighbours })) };
      }),
    );
    assert.deepEqual(
      told.map(({ example: { rule }, early, late }) => [
        rule,
        [...early, ...late].filter(({ policy }) => policy === rule).map(({ words }) => words),
      ]),
      expected,
    );
    assert.deepEqual(
      told
        .filter(({ example: { rule }, early }) => early.some(({ policy }) => policy === rule))
        .map(({ example }) => example.rule),
      counterExamples.map(({ rule }) => rule).filter((id) => rules.find((rule) => rule.id === id)?.alone === true),
    );
  });

  it("say the same in the constructor of a component, of what it states itself", () =>
    assert.deepEqual(
      counterExamples
        .map((example) => [example.rule, ofRule(example.rule, constructed(example))] as const)
        .filter(([, words]) => words.length > 0),
      expected.filter(([rule]) => ofConstructors.includes(String(rule))),
    ));

  it("say the same in a component of everything that belongs to it, whoever wrote it, before it is registered", async () => {
    const said = [];
    for (const { rule, given, words } of counterExamples) {
      const { refused, registered } = await refusedOf(() => declare(given));
      const found = ofRule(rule, refused);
      assert.deepEqual(
        registered.filter((name) => found.some((line) => line.startsWith(`'${name}' `))),
        [],
      );
      said.push([rule, found.sort(), [...words].sort()] as const);
    }
    assert.deepEqual(
      said.map(([rule, found]) => [rule, found]),
      said.map(([rule, , words]) => [rule, rules.find(({ id }) => id === rule)?.alone === true ? words : []]),
    );
  }).timeout(60_000);
});

describe("the constructor of a component", () => {
  const boundary = { facts: { zone: "dotcom", administers: "licensing" } } as const;
  const token = "sourcegraph:test:Part";

  it("refuses with every problem at once, before anything is registered", () =>
    assert.throws(
      () =>
        refuseOwn(token, "portal", {
          boundary: { facts: { ...boundary.facts, settings: { subscriptionProxy: true } } },
        }),
      new RefusedError(
        [
          {
            path: "portal",
            message:
              "breaks B-X03: it administers licensing and it passes the browser's calls on to billing; deploy it in zone admin and let the browser call billing itself",
          },
        ],
        "refused by the rules of the boundaries",
      ),
    ));

  it("gives its inputs back where nothing speaks against them, or nothing is to be enforced", () => {
    const inputs = { boundary };
    const exception = { rule: "B-X03", resource: "portal", reason: "moving", owner: "security", expires: "2026-12-31" };
    assert.equal(refuseOwn(token, "portal", inputs, { enforce: false }), inputs);
    assert.equal(refuseOwn(token, "portal", inputs, { exceptions: [exception] }), inputs);
    assert.deepEqual(refuseOwn(token, "portal", {}), {});
  });
});
