import type { Graph, GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { isMerged, stackZonesOf, zoneComponentsOf } from "../zones/stack-zones";

const fix = "deploy every zone by itself, or all of them for development";

function sightsOf(graph: Graph, resource: GraphResource): Sight[] {
  const { stage, stackStage, account, development } = graph.factsOf(resource);
  const zones = stackZonesOf(graph).join(" and ");
  const stageSight = (value: string | undefined, who: string): Sight =>
    value === "development"
      ? good(`${who} development`)
      : bad(`${zones} in one place, and ${value === undefined ? "no stage is stated" : `${who} ${value}`}`, fix);
  const accounts = development?.accounts ?? [];
  const known = "state the account, and in development which accounts are for it";
  return [
    stageSight(stage, "its stage is"),
    ...(stackStage === undefined ? [] : [stageSight(stackStage, "the stack is tagged")]),
    account === undefined || accounts.length === 0
      ? unseen("nothing states in which account it is, or which are for development", known)
      : accounts.includes(account)
        ? good(`account ${account} is for development`)
        : bad(`account ${account} is not for development`, fix),
  ];
}

/** Only development may merge zones. */
export const o01: Rule = {
  id: "B-O01",
  severity: "critical",
  absolute: true,
  alone: true,
  statement: "Zones are in one place only where everything says that it is for development.",
  proof: "zones of the components, their stage, the tag of the stack and the account",
  judge: (graph) =>
    isMerged(graph) ? zoneComponentsOf(graph).map((resource) => judgedBy(resource.urn, sightsOf(graph, resource))) : [],
};
