import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import type { Graph, GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";
import { workloadsOf } from "../workloads";
import { clientGrantsOf, endText } from "./clients";

const fix = "make a client and a secret for every cell, instance and service";

const secretTypes = ["aws:secretsmanager/secret", "gcp:secretmanager/secret", "kubernetes:core/v1/Secret"];

/** Whoever reads a secret, apart from the same service of another cell or instance. */
function callerText({ zone, cell, tenant, service }: BoundaryFacts, name: string): string {
  return [service ?? name, ...[cell, tenant].filter((each) => each !== undefined), zone ?? ""].join(" of ");
}

/** Who reads the secret of a client: by a right, or by having it among its variables. */
function readersOf(graph: Graph, secret: GraphResource): string[] {
  const granted = grantsOf(graph)
    .filter(({ targets }) => targets.includes(secret))
    .flatMap(({ grantees }) => grantees);
  const given = workloadsOf(graph)
    .map(({ resource }) => resource)
    .filter((resource) => Object.values(resource.refers).some((urns) => urns.includes(secret.urn)));
  return [...new Set([...granted, ...given].map((reader) => callerText(graph.factsOf(reader), reader.name)))];
}

function oneOnly(callers: readonly string[], what: string): Sight {
  return callers.length > 1 ? bad(`${what} ${callers.join(" and ")}`, fix) : good(`${what} ${callers[0] ?? "nobody"}`);
}

/** Every caller has a client of its own. */
export const m02: Rule = {
  id: "B-M02",
  severity: "high",
  statement: "Every cell, instance and service has a client of its own, whose secret nobody else reads.",
  proof: "who holds every client, and who reads the secret of its name",
  judge: (graph) => {
    const grants = clientGrantsOf(graph).filter(({ from }) => appliesTo("B-M02", from));
    const clients = [...new Set(grants.map(({ edge }) => edge.client))];
    return [
      ...clients.map((client) => {
        const holders = grants
          .filter(({ edge }) => edge.client === client)
          .map(({ from, by: { cell, tenant } }) =>
            [endText(from), cell, tenant].filter((each) => each !== undefined).join(" of "),
          );
        return judgedBy(`client ${client}`, [oneOnly([...new Set(holders)], "it is held by")]);
      }),
      ...graph
        .ofType(...secretTypes)
        .filter(({ name }) => clients.includes(name))
        .map((secret) => judgedBy(secret.urn, [oneOnly(readersOf(graph, secret), "it is read by")])),
    ];
  },
};
