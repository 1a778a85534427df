import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { accountOf, grantsOf, isGoogleAgent, zonesOfAccounts, type Grant } from "./grants";

const onlyOwn = "name only identities of the zone, or state in admits whose account it is";

/** Services that are reached through a listener: who may call them is another rule's. */
const isListener = ({ type }: GraphResource): boolean => /^gcp:(cloudrun|cloudrunv2|iap)\//.test(type);

/** Whether a principal is a service of the cloud itself, or people. */
const isNobodyElse = (principal: string): boolean =>
  principal.endsWith(".amazonaws.com") ||
  /^(user|group|domain|Group|User|ServiceAccount|project\w+):/.test(principal) ||
  isGoogleAgent(principal);

/** Accounts that a policy of this resource may name. */
interface Known {
  readonly zone: string;
  readonly own: readonly string[];
  readonly zones: ReadonlyMap<string, string>;
  readonly admits: readonly string[];
}

function knownOf(graph: Graph, resource: GraphResource): Known {
  const { zone = "no zone", account, admits = [] } = graph.factsOf(resource);
  const zones = zonesOfAccounts(graph);
  const own = [...zones].filter(([, other]) => other === zone).map(([name]) => name);
  return { zone, own: account === undefined ? own : [...own, account], zones, admits };
}

function ofPrincipal(principal: string, grant: Grant, { zone, own, zones, admits }: Known): Sight[] {
  const account = accountOf(principal);
  if (isNobodyElse(principal)) return [];
  if (admits.includes(principal) || (account !== undefined && admits.includes(account)))
    return [good(`it names ${principal}, which is admitted`)];
  if (["*", "allUsers", "allAuthenticatedUsers"].includes(principal))
    return grant.condition === undefined
      ? [bad("it names everybody", onlyOwn)]
      : [good(`it names everybody for whom ${grant.condition} is so`)];
  if (account === undefined) return [bad(`it names ${principal}, which is not of zone ${zone}`, onlyOwn)];
  if (own.includes(account)) return [good(`it names ${account}`)];
  const other = zones.get(account);
  if (other !== undefined) return [bad(`it names account ${account} of zone ${other}`, onlyOwn)];
  if (grant.grantees.some(({ inputs, name }) => principal.includes(nameIn(inputs) ?? name)))
    return [good(`it names ${principal} of this program`)];
  return own.length === 0
    ? [unseen(`it names account ${account}, and nothing states the accounts of zone ${zone}`, "state account")]
    : [bad(`it names account ${account}, which is not of zone ${zone}`, onlyOwn)];
}

function nameIn(inputs: GraphResource["inputs"]): string | undefined {
  const name = valueAt(inputs, "accountId") ?? valueAt(inputs, "name");
  return typeof name === "string" ? name : undefined;
}

/** Identities of the program that are of another zone. */
function ofGrantees(graph: Graph, { resource, grantees }: Grant): Sight[] {
  const { zone } = graph.factsOf(resource);
  return grantees.flatMap((grantee) => {
    const other = graph.factsOf(grantee).zone;
    if (other === undefined || zone === undefined) return [];
    return [
      other === zone ? good(`it names ${grantee.name}`) : bad(`it names ${grantee.name} of zone ${other}`, onlyOwn),
    ];
  });
}

function ofGrant(graph: Graph, grant: Grant): Sight[] {
  const known = knownOf(graph, grant.resource);
  const sights = [
    ...grant.principals.flatMap((principal) => ofPrincipal(principal, grant, known)),
    ...ofGrantees(graph, grant),
  ];
  return sights.length === 0 && grant.unseen
    ? [unseen("whom it names is known only after the deployment", "name identities of this program")]
    : sights;
}

/** Whether a project is inside a perimeter that counts. */
function ofProject(graph: Graph, project: GraphResource): Sight {
  const fix = "put it into status.resources of the zone's perimeter";
  const perimeters = graph.ofType("gcp:accesscontextmanager/servicePerimeter");
  const within = (input: string): GraphResource | undefined =>
    perimeters.find((perimeter) => graph.referred(perimeter, input).includes(project));
  const perimeter = within("status");
  if (perimeter !== undefined) {
    const { zone } = graph.factsOf(perimeter);
    return zone === undefined || zone === graph.factsOf(project).zone
      ? good(`it is inside ${perimeter.name}`)
      : bad(`it is inside ${perimeter.name}, which is of zone ${zone}`, fix);
  }
  const dry = within("spec");
  return dry === undefined
    ? bad("it is inside no perimeter", fix)
    : bad(`it is inside ${dry.name} only for trying it out`, fix);
}

/** Policies name nobody of another zone. */
export const i05: Rule = {
  id: "B-I05",
  severity: "critical",
  statement: "No principal of another zone or company is named.",
  proof: "accounts and projects in trust and resource policies and in members of roles; the perimeter of every project",
  judge: (graph) => {
    const grants = grantsOf(graph).filter(({ resource }) => !isListener(resource));
    return graph.resources
      .filter((resource) => appliesTo("B-I05", graph.factsOf(resource)))
      .flatMap((resource) => {
        const sights = [
          ...grants.filter((grant) => grant.resource === resource).flatMap((grant) => ofGrant(graph, grant)),
          ...(resource.type === "gcp:organizations/project" ? [ofProject(graph, resource)] : []),
        ];
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      });
  },
};
