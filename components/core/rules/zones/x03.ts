import { appliesTo } from "../applicability";
import { connectionsOf, inWords } from "../edges";
import type { Contract } from "../facts";
import { boundaryOf, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";

/** What instances ask of the admin zone alone. */
const ofAdmin: readonly Contract[] = ["licence-check", "metering", "telemetry", "ping", "introspection"];

function secretsOf(graph: Graph, resource: GraphResource): Sight[] {
  return Object.keys(resource.refers)
    .flatMap((input) => graph.referred(resource, input))
    .flatMap((other) => {
      const { zone } = graph.factsOf(other);
      const secret = other.type.endsWith("/secret") || other.type.endsWith("/Secret");
      if (!secret || (zone !== "admin" && zone !== "identity")) return [];
      return [bad(`it is made from ${other.name} of zone ${zone}`, "give it a secret of its own zone")];
    });
}

function sightsOf(graph: Graph, resource: GraphResource): Sight[] {
  const { administers, settings } = boundaryOf(resource)?.facts ?? {};
  const proxy = settings?.subscriptionProxy;
  return [
    ...(administers === undefined ? [] : [bad(`it administers ${administers}`, "deploy it in zone admin")]),
    ...(proxy === undefined
      ? []
      : [
          proxy
            ? bad("it passes the browser's calls on to billing", "let the browser call billing itself")
            : good("it passes nothing on to billing"),
        ]),
    ...secretsOf(graph, resource),
  ];
}

/** The public site administers nothing. */
export const x03: Rule = {
  id: "B-X03",
  severity: "critical",
  alone: true,
  statement: "The public site has no administrative function.",
  proof: "what every component of the zone administers, its settings and secrets, and what other zones ask of it",
  judge: (graph) => [
    ...graph.resources
      .filter((resource) => {
        const facts = graph.factsOf(resource);
        return facts.zone === "dotcom" && appliesTo("B-X03", facts);
      })
      .flatMap((resource) => {
        const sights = sightsOf(graph, resource);
        if (sights.length > 0) return [judgedBy(resource.urn, sights)];
        const stated = boundaryOf(resource)?.facts;
        return stated === undefined ? [] : [judgedBy(resource.urn, [good("it administers nothing")])];
      }),
    ...connectionsOf(graph)
      .filter(({ edge, from, to }) => to.zone === "dotcom" && from.zone !== "dotcom" && edge.contract !== undefined)
      .filter(({ edge }) => edge.contract !== undefined && ofAdmin.includes(edge.contract))
      .map((connection) =>
        judgedBy(inWords(connection), [
          bad(`it asks the public site for a ${connection.edge.contract ?? ""}`, "point it at zone admin"),
        ]),
      ),
  ],
};
