import { appliesTo } from "../applicability";
import { connectionsOf, inWords, type Connection } from "../edges";
import type { ListenerPlane } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Judgement, Rule } from "../rule";
import { bad, good, judgedBy, listAt, property, textsAt, unseen, type Sight } from "../sights";

type Look = (graph: Graph, resource: GraphResource) => Sight[];

const inZone = (graph: Graph, resource: GraphResource): string => {
  const { zone = "no zone", cell } = graph.factsOf(resource);
  return `${resource.name} of ${zone}${cell === undefined ? "" : ` (${cell})`}`;
};

/** What joins two networks that these inputs name. */
const joins =
  (...inputs: readonly string[]): Look =>
  (graph, resource) => {
    const ends = inputs.map((input) => graph.referred(resource, input));
    const missing = inputs.filter((_, index) => ends[index]?.length === 0);
    if (missing.length > 0)
      return [
        unseen(
          `${missing.join(" and ")} is not of this program, so its zone is not known`,
          "remove it; use an endpoint service",
        ),
      ];
    const joined = ends.flat();
    const zones = new Set(joined.map((end) => graph.factsOf(end).zone));
    const names = joined.map((end) => inZone(graph, end)).join(" and ");
    return [
      zones.size === 1
        ? good(`it joins ${names}`)
        : bad(`it joins ${names}`, "remove it; let one offer an endpoint service to the other"),
    ];
  };

/** What else is attached to the same gateway. */
const attachment: Look = (graph, resource) => {
  const gateways = graph.referred(resource, "transitGatewayId");
  if (gateways.length === 0)
    return [
      unseen("transitGatewayId is not of this program, so what it joins is not known", "use a gateway of this zone"),
    ];
  const all = graph
    .ofType(resource.type)
    .filter((other) => graph.referred(other, "transitGatewayId").some((each) => gateways.includes(each)));
  const others = [...all, ...gateways].filter((other) => graph.factsOf(other).zone !== graph.factsOf(resource).zone);
  const name = gateways.map((each) => each.name).join(", ");
  return [
    others.length === 0
      ? good(`what ${name} joins is of its own zone`)
      : bad(
          `${name} joins it to ${others.map((other) => inZone(graph, other)).join(", ")}`,
          "use a gateway of each zone",
        ),
  ];
};

const share: Look = (graph, resource) => {
  const shared = graph
    .ofType("aws:ram/resourceAssociation")
    .filter((each) => graph.referred(each, "resourceShareArn").includes(resource))
    .flatMap((each) => graph.referred(each, "resourceArn"))
    .concat(graph.referred(resource, "resourceArns"))
    .filter(({ type }) => type === "aws:ec2/subnet" || type.startsWith("aws:ec2transitgateway/"));
  return shared.length === 0
    ? [good("it shares no network")]
    : [bad(`it shares ${shared.map(({ name }) => name).join(", ")} with other accounts`, "remove it from the share")];
};

const endpointService: Look = (_, { inputs }) => {
  const principals = textsAt(inputs, "allowedPrincipals");
  const fix = "set acceptanceRequired to true, and name the accounts in allowedPrincipals";
  if (principals.includes("*")) return [bad("allowedPrincipals is *", fix)];
  return principals.length > 0
    ? [good(`allowedPrincipals is ${principals.join(", ")}`)]
    : [property(inputs, "acceptanceRequired", { is: [true], fix })];
};

const serviceAttachment: Look = (_, { inputs }) => [
  property(inputs, "connectionPreference", { is: ["ACCEPT_MANUAL"], fix: "set connectionPreference to ACCEPT_MANUAL" }),
  listAt(inputs, "consumerAcceptLists").length > 0
    ? good("consumerAcceptLists names who may connect")
    : bad("consumerAcceptLists is empty", "name the projects in consumerAcceptLists"),
];

const looks: Readonly<Record<string, Look>> = {
  "aws:ec2/vpcPeeringConnection": joins("vpcId", "peerVpcId"),
  "aws:ec2transitgateway/vpcAttachment": attachment,
  "aws:ram/resourceShare": share,
  "gcp:compute/networkPeering": joins("network", "peerNetwork"),
  "gcp:compute/sharedVPCServiceProject": joins("hostProject", "serviceProject"),
  "aws:ec2/vpcEndpointService": endpointService,
  "gcp:compute/serviceAttachment": serviceAttachment,
};

/** Planes of the listeners of a callee, here or in a manifest. */
function planesOf(graph: Graph, { to }: Connection): ListenerPlane[] {
  const known = [...graph.resources.map((each) => graph.factsOf(each)), ...graph.neighbours.map(({ facts }) => facts)];
  return known.flatMap(({ zone, service, plane }) =>
    zone === to.zone && service === to.service && plane !== undefined ? [plane] : [],
  );
}

function crossing(graph: Graph, connection: Connection): Sight {
  const { edge, to } = connection;
  const services = graph
    .ofType(
      "aws:ec2/vpcEndpoint",
      "aws:ec2/vpcEndpointService",
      "gcp:compute/serviceAttachment",
      "gcp:compute/forwardingRule",
    )
    .filter(
      (resource) => resource.type !== "aws:ec2/vpcEndpoint" || valueAt(resource.inputs, "serviceName") !== undefined,
    );
  if (edge.over === "private-link")
    return services.length > 0
      ? good(`it goes over ${services.map(({ name }) => name).join(", ")}`)
      : bad("it goes over a private link that nothing here makes", "make the endpoint of the private link");
  const planes = edge.plane === undefined ? planesOf(graph, connection) : [edge.plane];
  const open = planes.find((plane) => plane === "machine" || plane === "end-user");
  if (open !== undefined) return good(`it goes to the ${open} plane of ${to.service}`);
  if (planes.length > 0)
    return bad(`it goes to the ${planes.join(", ")} plane of ${to.service}`, `call ${to.service} at its machine plane`);
  return edge.over === "internet"
    ? good(`it goes to a public name of ${to.service}`)
    : unseen(
        `nothing says which listener of ${to.service} it uses`,
        `state its plane, or give the manifest of ${to.zone ?? "its zone"}`,
      );
}

/** Zones have no network in common. */
export const n05: Rule = {
  id: "B-N05",
  severity: "critical",
  absolute: true,
  statement: "Zones share no network.",
  proof:
    "both ends of every peering, attachment and share, the allow-lists of endpoint services, and the listeners that connections between zones use",
  judge: (graph) => [
    ...graph.ofType(...Object.keys(looks)).flatMap((resource): Judgement[] => {
      const look = looks[resource.type];
      if (look === undefined || !appliesTo("B-N05", graph.factsOf(resource))) return [];
      return [judgedBy(resource.urn, look(graph, resource))];
    }),
    ...connectionsOf(graph)
      .filter(({ from, to }) => from.zone !== undefined && to.zone !== undefined && from.zone !== to.zone)
      .filter(({ from, to }) => appliesTo("B-N05", from) || appliesTo("B-N05", to))
      .map((connection) => judgedBy(inWords(connection), [crossing(graph, connection)])),
  ],
};
