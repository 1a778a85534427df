import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { declaredBy } from "../../../cli/declared";
import { readStackFile } from "../../../cli/stack-file";
import { judgeGraph } from "../../../components/core/rules/engine";
import type { Graph } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { unprovable } from "./unprovable";
import { mutantsOf } from "./weakenings";

const samples = readdirSync(".").filter((file) => /^Pulumi\..+-sample\.yaml$/.test(file));

/** What does not hold, with what shows it. */
function weaknesses(graph: Graph): Set<string> {
  const { findings } = judgeGraph(graph, rules, [], "2026-11-21");
  return new Set(
    findings
      .filter(({ verdict }) => verdict !== "holds")
      .map(({ rule, of, verdict, because }) => `${rule} ${of} ${verdict} ${because}`),
  );
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
      const known = weaknesses(graph);
      const mutants = mutantsOf(graph);
      const unseen = mutants.filter((mutant) => [...weaknesses(mutant.graph)].every((each) => known.has(each)));
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
