import { problemInLine } from "../../../components/core/errors";
import { judgeGraph } from "../../../components/core/rules/engine";
import { rules } from "../../../components/core/rules/rules";
import { graphOf, type Given } from "../graph";
import type { CounterExample } from "./counter-example";

function wordsOf(given: readonly Given[], rule: string): string[] {
  const judged = rules.filter(({ id }) => id === rule);
  return judgeGraph(graphOf(given), judged, [], "2026-11-21").problems.map(problemInLine);
}

/** Everything of both; undefined where they have two things of one name. */
function joined(one: readonly Given[], other: readonly Given[]): Given[] | undefined {
  const more = other.filter((each) => !one.some((known) => JSON.stringify(known) === JSON.stringify(each)));
  return more.some(({ name }) => one.some((known) => known.name === name)) ? undefined : [...one, ...more];
}

/** A deployment that breaks several rules at once. */
export interface Combined {
  readonly examples: readonly CounterExample[];
  readonly given: readonly Given[];
}

/** As few deployments as break every rule in the very words of its own counter-example. */
export function combined(examples: readonly CounterExample[]): Combined[] {
  const groups: Combined[] = [];
  for (const example of examples) {
    const at = groups.findIndex(({ examples: others, given }) => {
      const all = joined(given, example.given);
      return (
        all !== undefined &&
        [...others, example].every(({ rule, words }) => words.every((line) => wordsOf(all, rule).includes(line)))
      );
    });
    const group = groups[at];
    if (group === undefined) groups.push({ examples: [example], given: example.given });
    else
      groups[at] = { examples: [...group.examples, example], given: joined(group.given, example.given) ?? group.given };
  }
  return groups;
}

/** A program that declares resources of a small graph as they are, whatever SDK they are of. */
export function programOf(given: readonly Given[]): string {
  return `
const pulumi = require("@pulumi/pulumi");
const made = {};
for (const { type, name, parent, inputs, refers, boundary, protected: protect } of ${JSON.stringify(given)}) {
  const options = { parent: made[parent], protect };
  const from = (input, other) => pulumi.output(made[other].urn).apply(() => inputs?.[input] ?? other);
  const [, group, kind] = type.startsWith("kubernetes:") ? type.split(":") : [];
  const object = kind && { apiVersion: group.replace(/^core\\//, ""), kind, metadata: { name, ...inputs?.metadata } };
  const all = { ...inputs, ...object, ...(boundary && { boundary }) };
  for (const [input, other] of Object.entries(refers ?? {})) all[input] = from(input, other);
  made[name] = type.startsWith("sourcegraph:")
    ? new pulumi.ComponentResource(type, name, all, options)
    : new pulumi.CustomResource(type, name, all, options);
}
`;
}
