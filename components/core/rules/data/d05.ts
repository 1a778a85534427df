import { appliesTo } from "../applicability";
import type { Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { workloadsOf, type Workload } from "../workloads";

/** Variables of the gateway that let prompts come to rest, and what each turns on. */
const recording: readonly { readonly name: RegExp; readonly turnsOn: string }[] = [
  {
    name: /^CODY_GATEWAY_DOTCOM_ACCESS_TOKEN$/,
    turnsOn: "actors of the public site, whose flagged prompts are recorded",
  },
  { name: /^CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR$/, turnsOn: "prompts of single actors in the logs" },
  { name: /WORKSPACES?_/, turnsOn: "actors of workspaces, whose flagged prompts are recorded" },
];

function isGateway(graph: Graph, { resource, containers }: Workload): boolean {
  return (
    graph.factsOf(resource).service === "cody-gateway" ||
    containers.some(({ image }) => typeof image === "string" && /(^|\/)cody-gateway([@:]|$)/.test(image))
  );
}

function sightsOf({ containers, unseen: notSeen }: Workload): Sight[] {
  const found = containers.flatMap(({ variables }) =>
    variables.flatMap(({ name }) =>
      recording
        .filter((each) => each.name.test(name))
        .map(({ turnsOn }) => bad(`${name} is set, which turns on ${turnsOn}`, `remove ${name}`)),
    ),
  );
  if (found.length > 0) return found;
  return notSeen
    ? [unseen("its variables are known only after the deployment", "give it variables that are known before")]
    : [good("no variable turns on a recorder")];
}

/** The gateway of the admin zone cannot keep prompts. */
export const d05: Rule = {
  id: "B-D05",
  severity: "critical",
  alone: true,
  statement: "The gateway of the admin zone is configured so that prompts cannot come to rest.",
  proof: "the variables of every container of the gateway in the zone",
  probe: "pinning of the reviewed build by digest; a canary prompt that must not be found in cache, logs and events",
  judge: (graph) =>
    workloadsOf(graph)
      .filter(({ resource }) => appliesTo("B-D05", graph.factsOf(resource)))
      .filter((workload) => isGateway(graph, workload))
      .map((workload) => judgedBy(workload.resource.urn, sightsOf(workload))),
};
