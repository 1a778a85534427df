import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, unseen, type Sight } from "../sights";
import { keyTypes } from "../stores";
import { keptDays } from "./cells";

const second = 86400;

function sightOf(graph: Graph, { type, inputs, ...rest }: GraphResource): Sight {
  const amazon = type.startsWith("aws:");
  const input = amazon ? "deletionWindowInDays" : "destroyScheduledDuration";
  const fix = `set ${input}${amazon ? " to 7 to 30" : ", which cannot be changed later"}`;
  const value = valueAt(inputs, input);
  if (isHidden(value)) return unseen(`${input} is ${inText(value)}`, fix);
  if (value === undefined || value === null)
    return bad(`${input} is not set, which means 30 days that nobody chose`, fix);
  const days = Number.parseFloat(inText(value)) / (amazon ? 1 : second);
  const term = keptDays(graph.factsOf({ type, inputs, ...rest }));
  return term !== undefined && days > term
    ? bad(`${input} is ${inText(value)}, and the term leaves ${term} days`, fix)
    : good(`${input} is ${inText(value)}`);
}

/** How long a tenant's key can be restored is chosen. */
export const t12: Rule = {
  id: "B-T12",
  severity: "medium",
  alone: true,
  statement: "How long the destruction of a tenant's key waits is stated, and within the term.",
  proof: "deletionWindowInDays or destroyScheduledDuration of every key of a tenant",
  judge: (graph) =>
    graph.ofType(...keyTypes).flatMap((key) => {
      const facts = graph.factsOf(key);
      return facts.tenant === undefined || !appliesTo("B-T12", facts) ? [] : [judgedBy(key.urn, [sightOf(graph, key)])];
    }),
};
