import { connectionsOf, inWords } from "../edges";
import { appliesTo } from "../applicability";
import type { Zone } from "../facts";
import type { Graph, GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { storeKindOf } from "../stores";
import { workloadsOf, type Workload } from "../workloads";

/** Variables with which the portal opens the database of the public site. */
const ofDotcom = /^(DOTCOM_CLOUDSQL_\w+|DOTCOM_PGDSN_OVERRIDE|DOTCOM_IMPORT_INTERVAL)$/;
const adminZones: readonly Zone[] = ["admin", "identity"];
const databases: readonly number[] = [5432, 5433];

const isAdmin = (zone: Zone | undefined): boolean => zone !== undefined && adminZones.includes(zone);

/** Databases and secrets of other zones that a workload is made from. */
function foreignOf(graph: Graph, resource: GraphResource): Sight[] {
  return Object.keys(resource.refers)
    .flatMap((input) => graph.referred(resource, input).map((other) => ({ input, other })))
    .flatMap(({ input, other }) => {
      const { zone } = graph.factsOf(other);
      const what = storeKindOf(other)?.what;
      if (zone === undefined || isAdmin(zone) || (what !== "relational" && what !== "secret")) return [];
      return [bad(`${input} is made from ${other.name} of zone ${zone}`, "ask an API of that zone instead")];
    });
}

function sightsOf(graph: Graph, { resource, containers, unseen: notSeen }: Workload): Sight[] {
  const set = containers.flatMap(({ variables }) => variables.filter(({ name }) => ofDotcom.test(name)));
  const found = [
    ...set.map(({ name }) => bad(`${name} is set, which opens the database of the public site`, `remove ${name}`)),
    ...foreignOf(graph, resource),
  ];
  if (found.length > 0) return found;
  return notSeen
    ? [unseen("its variables are known only after the deployment", "give it variables that are known before")]
    : [good("it is made from no database or secret of another zone")];
}

/** The admin zone cannot open a database of users. */
export const x02: Rule = {
  id: "B-X02",
  severity: "critical",
  absolute: true,
  alone: true,
  statement: "The admin zone holds no credentials for the database of the public site, nor for any of users.",
  proof: "variables of every service of the zone, what they are made from, and connections to databases of other zones",
  judge: (graph) => [
    ...workloadsOf(graph)
      .filter(({ resource }) => {
        const facts = graph.factsOf(resource);
        return isAdmin(facts.zone) && appliesTo("B-X02", facts);
      })
      .map((workload) => judgedBy(workload.resource.urn, sightsOf(graph, workload))),
    ...connectionsOf(graph)
      .filter(({ edge, from, to }) => isAdmin(from.zone) && !isAdmin(to.zone) && databases.includes(edge.port ?? 0))
      .map((connection) =>
        judgedBy(inWords(connection), [bad("it opens a database of another zone", "ask an API of that zone instead")]),
      ),
  ],
};
