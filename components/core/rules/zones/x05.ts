import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { accountOf, zonesOfAccounts } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, textsAt, unseen, type Sight } from "../sights";
import { parsed } from "../workloads";
import { stackZonesOf, zoneComponentsOf } from "./stack-zones";

/** Who a provider acts as, by the input that says so. */
const actors: Readonly<Record<string, string>> = {
  "pulumi:providers/aws": "assumeRoles.0.roleArn",
  "pulumi:providers/gcp": "impersonateServiceAccount",
};

/** Inputs of a provider, of which lists and sets of keys go over the wire as text. */
function textsRead({ inputs }: GraphResource): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(inputs).map(([key, value]) => [
      key,
      typeof value === "string" && /^[[{]/.test(value) ? parsed(value) : value,
    ]),
  );
}

function ofProvider(graph: Graph, resource: GraphResource): Sight[] {
  const input = actors[resource.type];
  if (input === undefined) return [];
  const { zone } = graph.factsOf(resource);
  const inputs = textsRead(resource);
  const named = valueAt(inputs, input) ?? valueAt(inputs, "assumeRole.roleArn");
  const fix = `set ${input} to an identity that deploys zone ${zone ?? "of its resources"} alone`;
  if (named === undefined || isHidden(named)) {
    const [only] = textsAt(inputs, "allowedAccountIds");
    if (only === undefined) return [unseen(`${input} is ${named === undefined ? "not set" : inText(named)}`, fix)];
    return ofAccount(graph, only, zone, fix);
  }
  return ofAccount(graph, accountOf(inText(named)) ?? inText(named), zone, fix);
}

function ofAccount(graph: Graph, account: string, zone: string | undefined, fix: string): Sight[] {
  const other = zonesOfAccounts(graph).get(account);
  if (other === undefined) return [unseen(`nothing states the zone of account ${account}`, "state account")];
  return [
    other === zone
      ? good(`it acts in ${account} of zone ${other}`)
      : bad(`it acts in ${account} of zone ${other}`, fix),
  ];
}

/** Zones are deployed apart. */
export const x05: Rule = {
  id: "B-X05",
  severity: "high",
  statement: "Every zone has a state, an identity that deploys it and a pipeline of its own.",
  proof: "zones of the components of a program, the account in which every provider acts",
  probe: "the key of the stack's secrets and the rights of its pipeline are looked at where the state is kept",
  judge: (graph) => {
    const zones = stackZonesOf(graph);
    const components = zoneComponentsOf(graph).filter((resource) => appliesTo("B-X05", graph.factsOf(resource)));
    const fix = "deploy every zone from a stack of its own";
    return [
      ...components.map(({ urn }) =>
        judgedBy(urn, [
          zones.length > 1
            ? bad(`one state holds zones ${zones.join(" and ")}`, fix)
            : good(`its state holds zone ${zones.join("")} alone`),
        ]),
      ),
      ...graph.resources
        .filter((resource) => appliesTo("B-X05", graph.factsOf(resource)))
        .flatMap((resource) => {
          const sights = ofProvider(graph, resource);
          return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
        }),
    ];
  },
};
