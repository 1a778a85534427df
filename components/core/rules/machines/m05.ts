import { appliesTo } from "../applicability";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf, type Workload } from "../workloads";

const fix = "take DIAGNOSTICS_SECRET from a secret manager";

/** Whether it has the diagnostics of an admin service: services of the product itself have none. */
function hasDiagnostics(graph: Graph, { resource, job }: Workload): boolean {
  const { zone, cell, scopeName } = graph.factsOf(resource);
  if (job || cell !== undefined) return false;
  return zone === "admin" || zone === "identity" || zone === "multi-tenant" || scopeName !== undefined;
}

function sightsOf({ containers, unseen: notSeen }: Workload): Sight[] {
  const variables = containers.flatMap((container) =>
    container.variables.filter(({ name }) => name.endsWith("DIAGNOSTICS_SECRET")),
  );
  if (variables.length > 0)
    return variables.map(({ name, secret }) =>
      secret === undefined ? bad(`${name} is a plain value`, fix) : good(`${name} comes from a secret manager`),
    );
  return notSeen
    ? [unseen("its variables are known only after the deployment", fix)]
    : [bad("no DIAGNOSTICS_SECRET is set, which leaves the details of its health open", fix)];
}

/** Details of health are for those who know a secret. */
export const m05: Rule = {
  id: "B-M05",
  severity: "high",
  alone: true,
  statement: "Diagnostics of admin services have a secret, from a secret manager.",
  proof: "the variable for it of every admin service",
  judge: (graph) =>
    workloadsOf(graph)
      .filter(({ resource }) => appliesTo("B-M05", graph.factsOf(resource)))
      .filter((workload) => hasDiagnostics(graph, workload))
      .map((workload) => judgedBy(workload.resource.urn, sightsOf(workload))),
};
