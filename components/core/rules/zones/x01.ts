import { appliesTo } from "../applicability";
import type { Zone } from "../facts";
import type { Graph, GraphResource } from "../graph";
import { accountOf, granteeZones, grantsOf, zonesOfAccounts, type Grant } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { keyTypes, storeKindOf } from "../stores";

const userZones: readonly Zone[] = ["multi-tenant", "single-tenant"];
const outside: readonly Zone[] = ["admin", "identity", "dotcom"];
const backups = ["aws:backup/vault", "gcp:gkebackup/backupPlan"];
const fix = "take the right away; let the zone of the data send what is needed";

const holdsData = (resource: GraphResource): boolean =>
  storeKindOf(resource) !== undefined || [...keyTypes, ...backups].includes(resource.type);

/** What a grant opens in zones that hold data of tenants. */
function openedBy(graph: Graph, { targets, names, resource, scope }: Grant): string[] {
  const zoneOf = (each: GraphResource): Zone | undefined => graph.factsOf(each).zone;
  const isUserZone = (zone: Zone | undefined): boolean => zone !== undefined && userZones.includes(zone);
  const accounts = zonesOfAccounts(graph);
  return [
    ...targets.filter((target) => holdsData(target) && isUserZone(zoneOf(target))).map(({ name }) => name),
    ...names.filter((name) => isUserZone(accounts.get(accountOf(name) ?? ""))),
    ...(scope !== "resource" && isUserZone(zoneOf(resource)) ? [`all of a ${scope}`] : []),
  ];
}

function ofGrant(graph: Graph, grant: Grant): Sight[] {
  const opened = openedBy(graph, grant);
  if (opened.length === 0) return [];
  const what = opened.join(" and ");
  const foreign = granteeZones(graph, grant).filter(({ zone }) => outside.includes(zone));
  if (foreign.length > 0)
    return foreign.map(({ name, zone }) => bad(`${name} of zone ${zone} has rights on ${what}`, fix));
  if (grant.unseen && grant.grantees.length === 0)
    return [
      unseen(`who has rights on ${what} is known only after the deployment`, "give them to identities of this program"),
    ];
  return [good(`nobody of another zone has rights on ${what}`)];
}

/** Nobody of the admin zone or of the public site reads what tenants have. */
export const x01: Rule = {
  id: "B-X01",
  severity: "critical",
  absolute: true,
  statement: "No identity of the admin zone or the public site has rights on data of tenants.",
  proof: "who is given rights on stores, keys, secrets and backups of zones with tenants, by identity and by account",
  judge: (graph) => {
    const grants = grantsOf(graph);
    return graph.resources
      .filter((resource) => appliesTo("B-X01", graph.factsOf(resource)))
      .flatMap((resource) => {
        const sights = grants.filter((grant) => grant.resource === resource).flatMap((grant) => ofGrant(graph, grant));
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      });
  },
};
