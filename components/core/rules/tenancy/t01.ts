import { appliesTo } from "../applicability";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, judgedBy, unseen, type Sight } from "../sights";
import { variablesOf, workloadsOf, type Workload } from "../workloads";

const mode = "SRC_TENANT_ENFORCEMENT_MODE";
const workspaces = "WORKSPACES_API_URL";

/** Services that know no tenants. */
const without: readonly string[] = [
  "pgsql",
  "codeintel-db",
  "codeinsights-db",
  "pgsql-exporter",
  "codeintel-db-exporter",
  "codeinsights-db-exporter",
  "redis-cache",
  "redis-store",
  "blobstore",
  "prometheus",
  "grafana",
  "cadvisor",
  "node-exporter",
  "otel-collector",
  "jaeger",
  "caddy",
  "executor",
  "db-set-up",
];

function modeSight(workload: Workload): Sight {
  const [found] = variablesOf(workload, mode);
  const fix = `set ${mode} to strict`;
  if (found === undefined)
    return workload.unseen
      ? unseen("its variables are known only after the deployment", fix)
      : bad(`${mode} is not set, which means disabled`, fix);
  return found.value === "strict"
    ? good(`${mode} is strict`)
    : bad(`${mode} is ${inText(found.value ?? "a reference")}`, fix);
}

const isSet = (workload: Workload): boolean => variablesOf(workload, workspaces).length > 0;

function switchSight(workload: Workload, others: readonly Workload[]): Sight {
  const set = isSet(workload);
  if (workload.unseen)
    return unseen(`whether ${workspaces} is set is known only after the deployment`, `set ${workspaces}`);
  const different = others
    .filter((other) => !other.unseen && isSet(other) !== set)
    .map(({ resource: { name } }) => name);
  if (different.length === 0) return good(`${workspaces} is ${set ? "set" : "not set"}, as everywhere in its cell`);
  return bad(
    `${workspaces} is ${set ? "set" : "not set"}, and ${set ? "is not" : "is"} on ${different.join(", ")}`,
    `set ${workspaces} on every service of the cell`,
  );
}

function knowsTenants(graph: Graph, { resource }: Workload): boolean {
  const facts = graph.factsOf(resource);
  return facts.cell !== undefined && appliesTo("B-T01", facts) && !without.includes(facts.service ?? resource.name);
}

/** A cell refuses what names no tenant. */
export const t01: Rule = {
  id: "B-T01",
  severity: "critical",
  alone: true,
  statement: "Cells enforce tenants strictly, and all of a cell or none of it is for many tenants.",
  proof: `${mode} and ${workspaces} of every service of a cell`,
  probe: "a plan that changes the switch of a cell replaces the cell, which the component refuses",
  judge: (graph) => {
    const workloads = workloadsOf(graph).filter((workload) => knowsTenants(graph, workload));
    return workloads.map((workload) => {
      const { cell } = graph.factsOf(workload.resource);
      const others = workloads.filter(({ resource }) => graph.factsOf(resource).cell === cell);
      return judgedBy(workload.resource.urn, [modeSight(workload), switchSight(workload, others)]);
    });
  },
};
