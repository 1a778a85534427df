import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { declaredBy } from "../../../cli/declared";
import { readStackFile } from "../../../cli/stack-file";
import type { Graph } from "../../../components/core/rules/graph";
import type { Rule } from "../../../components/core/rules/rule";
import { rules } from "../../../components/core/rules/rules";
import { unprovable } from "./unprovable";
import { mutantsOf, type Mutant } from "./weakenings";

const samples = readdirSync(".").filter((file) => /^Pulumi\..+-sample\.yaml$/.test(file));

/** What does not hold of a rule, with what shows it. */
function weaknessesOf(rule: Rule, graph: Graph): string[] {
  const weak = rule.judge(graph).filter(({ verdict }) => verdict !== "holds");
  return weak.map(({ of, verdict, because }) => `${of} ${verdict} ${because}`);
}

/** Tells of each mutant of a graph whether a rule finds it. Rules that found one of its kind are asked first. */
function finder(graph: Graph): (mutant: Mutant) => boolean {
  const known = new Map(rules.map((rule) => [rule, new Set(weaknessesOf(rule, graph))]));
  const likely = new Map<string, Rule>();
  return ({ kind, graph: weakened }) => {
    const first = likely.get(kind);
    const order = first === undefined ? rules : [first, ...rules.filter((rule) => rule !== first)];
    const finding = order.find((rule) => weaknessesOf(rule, weakened).some((each) => !known.get(rule)?.has(each)));
    if (finding !== undefined) likely.set(kind, finding);
    return finding !== undefined;
  };
}

describe("Weakening the sample stacks, one property at a time", function () {
  this.timeout(300_000);
  const score = { mutants: 0, found: 0, listed: 0 };
  const met = new Set<string>();
  after(() => {
    const { mutants, found, listed } = score;
    console.log(
      `      score: ${found} of ${mutants} mutants found, ${listed} listed as unprovable, ${mutants - found - listed} missed`,
    );
  });

  for (const sample of samples)
    it(`is found by a rule, or listed with what shows it instead: ${sample}`, async () => {
      const { graph } = await declaredBy(readStackFile(sample, { folder: process.cwd() } as never));
      const isFound = finder(graph);
      const mutants = mutantsOf(graph);
      const unseen = mutants.filter((mutant) => !isFound(mutant));
      const missed = unseen.filter(({ kind }) => !unprovable.some((each) => each.kind === kind));
      unseen.forEach(({ kind }) => met.add(kind));
      score.mutants += mutants.length;
      score.found += mutants.length - unseen.length;
      score.listed += unseen.length - missed.length;
      console.log(
        `      ${sample}: ${mutants.length} mutants, ${mutants.length - unseen.length} found, ${unseen.length - missed.length} listed`,
      );
      assert.deepEqual(
        missed.map(({ kind, to }) => `${kind} (${to})`),
        [],
      );
    });

  it("lists nothing that a rule finds", () =>
    assert.deepEqual(
      unprovable.map(({ kind }) => kind).filter((kind) => !met.has(kind)),
      [],
    ));
});
