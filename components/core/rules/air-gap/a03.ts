import { appliesTo } from "../applicability";
import { connectionsOf, inWords } from "../edges";
import type { ProductSettings } from "../facts";
import { boundaryOf } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { workloadsOf } from "../workloads";

const token = /^CODY_GATEWAY_\w*(TOKEN|SECRET|KEY)$/;

function ofSettings({ ownModels, modelGateway, attribution }: ProductSettings): Sight[] {
  return [
    ownModels === true ? good("ownModels is on") : bad("ownModels is not on", "configure models of the customer"),
    modelGateway === false ? good("modelGateway is off") : bad("modelGateway is not off", "set modelGateway to false"),
    attribution === true
      ? bad("attribution is on, for which the gateway is needed", "set attribution to false")
      : good("attribution is off"),
  ];
}

/** Models of the customer are reached without us. */
export const a03: Rule = {
  id: "B-A03",
  severity: "high",
  alone: true,
  statement: "With models of the customer's own there is no connection to the company's gateway.",
  proof: "settings of the product, connections that are stated, tokens of the gateway among variables",
  judge: (graph) => {
    const judged = graph.resources.filter((resource) => {
      const facts = graph.factsOf(resource);
      return facts.modes?.includes("own-model") === true && appliesTo("B-A03", facts);
    });
    return [
      ...connectionsOf(graph)
        .filter(
          ({ by, edge }) =>
            by.modes?.includes("own-model") === true && edge.contract === "model-call" && appliesTo("B-A03", by),
        )
        .filter(({ from, to }) => to.zone !== from.zone)
        .map((connection) =>
          judgedBy(inWords(connection), [bad("it calls models of the company's gateway", "remove it")]),
        ),
      ...judged.flatMap((resource) => {
        const settings = boundaryOf(resource)?.facts.settings;
        return settings === undefined ? [] : [judgedBy(resource.urn, ofSettings(settings))];
      }),
      ...workloadsOf(graph)
        .filter(({ resource }) => judged.includes(resource))
        .flatMap(({ resource, containers }) =>
          containers
            .flatMap(({ variables }) => variables.filter(({ name }) => token.test(name)))
            .map(({ name }) => judgedBy(resource.urn, [bad(`${name} is set`, `remove ${name}`)])),
        ),
    ];
  },
};
