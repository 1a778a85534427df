import { type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, listAt, type Sight } from "../sights";
import { storeKindOf } from "../stores";
import { inCells } from "./cells";

const backups: readonly string[] = ["aws:backup/vault", "gcp:gkebackup/backupPlan"];

/** Kind of store that a resource is, in the words of what purges it; undefined where nothing of a tenant is in it. */
function kindOf(graph: Graph, resource: GraphResource): string | undefined {
  const { type, inputs } = resource;
  if (backups.includes(type)) return "backup";
  if (type === "kubernetes:core/v1/PersistentVolumeClaim") return "block";
  if (type === "kubernetes:apps/v1/StatefulSet")
    return listAt(inputs, "spec.volumeClaimTemplates").length > 0 ? "block" : undefined;
  const what = storeKindOf(resource)?.what;
  if (what === undefined || what === "cluster" || what === "logs") return what === "logs" ? "logs" : undefined;
  const { dataClasses } = graph.factsOf(resource);
  const ofTenants =
    dataClasses === undefined || dataClasses.some((each) => each === "user-data" || each === "identity");
  return ofTenants ? what : undefined;
}

function sightOf(graph: Graph, resource: GraphResource, kind: string): Sight {
  const purges = graph.factsOf(resource).cellTerms?.purges ?? [];
  return purges.includes(kind)
    ? good(`what purges ${kind} is stated`)
    : bad(
        `nothing purges ${kind} of a tenant who leaves`,
        `write what purges ${kind}, and state it in cellTerms.purges`,
      );
}

/** Nothing of a tenant who left stays behind. */
export const t10: Rule = {
  id: "B-T10",
  severity: "high",
  alone: true,
  statement: "Every kind of store of a cell is purged of a tenant who leaves, with proof.",
  proof: "kinds of the stores of a cell against those that are purged",
  probe: "counts of every store after a tenant has left have to be 0",
  judge: (graph) =>
    inCells(graph, "B-T10").flatMap((resource) => {
      const kind = kindOf(graph, resource);
      return kind === undefined ? [] : [judgedBy(resource.urn, [sightOf(graph, resource, kind)])];
    }),
};
