import type { Rule } from "../rule";
import { bad, good, inText, judgedBy, unseen, type Sight } from "../sights";
import { variablesOf, workloadOf, type Workload } from "../workloads";
import { inCells } from "./cells";

const off = "SRC_DISABLE_SHARD_MERGING";
const on = "SRC_ENABLE_SHARD_MERGING";
const yes: readonly unknown[] = ["1", "t", "T", "true", "TRUE", "True"];

function sightOf(workload: Workload): Sight {
  const fix = `set ${off} to true`;
  const [disabled] = variablesOf(workload, off);
  const [enabled] = variablesOf(workload, on);
  if (enabled !== undefined && yes.includes(enabled.value))
    return bad(`${on} is ${inText(enabled.value)}`, `remove ${on}`);
  if (disabled !== undefined)
    return yes.includes(disabled.value)
      ? good(`${off} is ${inText(disabled.value)}`)
      : bad(`${off} is ${inText(disabled.value)}`, fix);
  return workload.unseen
    ? unseen("its variables are known only after the deployment", fix)
    : bad(`${off} is not set, so small indexes are merged`, fix);
}

/** An index is of one tenant. */
export const t07: Rule = {
  id: "B-T07",
  severity: "medium",
  alone: true,
  statement: "Files of the index never mix tenants.",
  proof: `${off} of every zoekt-indexserver of a cell`,
  judge: (graph) =>
    inCells(graph, "B-T07").flatMap((resource) => {
      const workload = workloadOf(resource);
      if (workload === undefined) return [];
      const indexing = (graph.factsOf(resource).service ?? resource.name) === "zoekt-indexserver";
      return indexing ? [judgedBy(resource.urn, [sightOf(workload)])] : [];
    }),
};
