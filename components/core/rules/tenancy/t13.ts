import { appliesTo } from "../applicability";
import { connectionsOf, inWords, type Connection } from "../edges";
import type { Graph, GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, judgedBy, type Sight } from "../sights";

const networks: readonly string[] = [
  "aws:ec2/vpc",
  "aws:ec2/subnet",
  "aws:ec2/securityGroup",
  "gcp:compute/network",
  "gcp:compute/subnetwork",
];
const apart = "run executors in an account and a network of their own";
const frontends: readonly string[] = ["sourcegraph-frontend", "frontend", "edge"];

const isExecutor = (service: string | undefined): boolean =>
  service === "executor" || service?.startsWith("executor-") === true;

function sightsOf(graph: Graph, resource: GraphResource): Sight[] {
  const { cell, account } = graph.factsOf(resource);
  const found = Object.keys(resource.refers)
    .flatMap((input) => graph.referred(resource, input))
    .filter((other) => networks.includes(other.type) && !isExecutor(graph.factsOf(other).service))
    .map(({ name }) => bad(`it is in ${name}, which is not for executors`, apart));
  const cells = graph.resources
    .map((other) => graph.factsOf(other))
    .filter(
      (facts) =>
        account !== undefined && facts.account === account && facts.cell !== undefined && !isExecutor(facts.service),
    );
  const [first] = cells;
  return [
    ...found,
    ...(cell === undefined ? [] : [bad(`it is in cell ${cell}`, apart)]),
    ...(cell === undefined && first !== undefined
      ? [bad(`it is in account ${account ?? ""} of cell ${first.cell ?? ""}`, apart)]
      : []),
  ];
}

function ofConnection({ from, to }: Connection): Sight {
  if (isExecutor(to.service))
    return bad(`${from.service} opens connections to executors`, "let executors ask for work instead");
  return frontends.includes(to.service)
    ? good(`it leads to ${to.service}`)
    : bad(`executors open connections to ${to.service}`, "let them reach the public API of the frontend alone");
}

/** What runs the code of others is outside. */
export const t13: Rule = {
  id: "B-T13",
  severity: "critical",
  alone: true,
  statement: "Code of others runs outside the network of a cell or an instance.",
  proof: "account, cell and network of executors, and connections from and to them",
  judge: (graph) => [
    ...graph.resources.flatMap((resource) => {
      const facts = graph.factsOf(resource);
      if (!isExecutor(facts.service) || !appliesTo("B-T13", facts) || networks.includes(resource.type)) return [];
      const sights = sightsOf(graph, resource);
      return [
        judgedBy(
          resource.urn,
          sights.length === 0 ? [good("it is in no network or account of a cell or an instance")] : sights,
        ),
      ];
    }),
    ...connectionsOf(graph)
      .filter(({ by, from, to }) => appliesTo("B-T13", by) && (isExecutor(from.service) || isExecutor(to.service)))
      .map((connection) => judgedBy(inWords(connection), [ofConnection(connection)])),
  ],
};
