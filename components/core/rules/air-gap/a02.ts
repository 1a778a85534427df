import { appliesTo } from "../applicability";
import { connectionsOf, inWords } from "../edges";
import type { ProductSettings } from "../facts";
import { boundaryOf, type Graph } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, unseen, type Sight } from "../sights";
import { variablesOf, workloadsOf } from "../workloads";

/** Licences with any of these are not looked up. */
const notChecked = ["allow-air-gapped", "dev", "internal"];
/** From release 7.1 on the channel alone keeps no pings back. Source: external-services.md 5. */
const withoutPings =
  "set update.channel to none, and from release 7.1 on put the company's hosts on EXTERNAL_DENY_LIST as well";
const exporter = "TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR";

function ofSettings({ updateChannel = "release", modelGateway, licence }: ProductSettings): Sight[] {
  const feature = licence?.find((each) => notChecked.includes(each));
  const getLicence = "get a licence with the feature allow-air-gapped";
  return [
    updateChannel === "none"
      ? good("updateChannel is none")
      : bad(`updateChannel is ${updateChannel}, with which it sends pings`, withoutPings),
    modelGateway === false ? good("modelGateway is off") : bad("modelGateway is not off", "set modelGateway to false"),
    licence === undefined
      ? unseen(
          "its licence is not known, so nothing tells whether it is looked up",
          "give the licence, so that it can be read",
        )
      : feature === undefined
        ? bad(`its licence has ${licence.join(", ") || "no feature"}, and is looked up`, getLicence)
        : good(`its licence has ${feature}`),
  ];
}

const isAirGapped = (rule: string, graph: Graph) => (resource: Parameters<Graph["factsOf"]>[0]) => {
  const facts = graph.factsOf(resource);
  return facts.modes?.includes("air-gapped") === true && appliesTo(rule, facts);
};

/** An air-gapped deployment asks nothing of the company. */
export const a02: Rule = {
  id: "B-A02",
  severity: "critical",
  alone: true,
  statement: "An air-gapped deployment does not try to reach admin services.",
  proof:
    "connections that are stated, settings of the product, features of its licence, the address events are sent to",
  judge: (graph) => [
    ...connectionsOf(graph)
      .filter(
        ({ by, to }) => by.modes?.includes("air-gapped") === true && appliesTo("B-A02", by) && to.zone === "admin",
      )
      .map((connection) => judgedBy(inWords(connection), [bad("it leads to zone admin", "remove it")])),
    ...graph.resources.filter(isAirGapped("B-A02", graph)).flatMap((resource) => {
      const settings = boundaryOf(resource)?.facts.settings;
      return settings === undefined ? [] : [judgedBy(resource.urn, ofSettings(settings))];
    }),
    ...workloadsOf(graph)
      .filter(({ resource }) => isAirGapped("B-A02", graph)(resource))
      .flatMap((workload) =>
        variablesOf(workload, exporter).map(({ value }) =>
          judgedBy(workload.resource.urn, [
            value === "" ? good(`${exporter} is empty`) : bad(`${exporter} is set`, `leave ${exporter} empty`),
          ]),
        ),
      ),
  ],
};
