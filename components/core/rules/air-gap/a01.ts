import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import { denyingFirewall } from "../network/egress";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, listAt, textsAt, unseen, type Sight } from "../sights";

/** What leads to the internet by being there. */
const gateways: readonly string[] = [
  "aws:ec2/internetGateway",
  "aws:ec2/natGateway",
  "aws:ec2/egressOnlyInternetGateway",
  "aws:ec2/eip",
  "gcp:compute/routerNat",
];

const everywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

function ofNetworkPolicy({ inputs }: GraphResource): Sight[] {
  if (!textsAt(inputs, "spec.policyTypes").includes("Egress") && valueAt(inputs, "spec.egress") === undefined)
    return [];
  const egress = valueAt(inputs, "spec.egress");
  const fix = "name what it may reach";
  if (isHidden(egress)) return [unseen(`spec.egress is ${inText(egress)}`, fix)];
  const open = listAt(inputs, "spec.egress").flatMap((rule) => {
    const to = listAt(rule, "to");
    if (to.length === 0) return ["everything"];
    return to.map((peer) => inText(valueAt(peer, "ipBlock.cidr") ?? "")).filter((cidr) => everywhere.includes(cidr));
  });
  return open.length > 0
    ? [bad(`it lets ${open.join(" and ")} be reached`, fix)]
    : [good("it names what may be reached")];
}

/** Whether a network of Google has a way out by default. */
function ofNetwork(graph: Graph, network: GraphResource): Sight[] {
  const deleted = valueAt(network.inputs, "deleteDefaultRoutesOnCreate");
  const denied = denyingFirewall(graph, network);
  if (deleted === true) return [good("deleteDefaultRoutesOnCreate is true")];
  if (denied !== undefined) return [good(`${denied.name} denies what leaves it`)];
  const fix = "set deleteDefaultRoutesOnCreate, or deny egress to 0.0.0.0/0 by a firewall";
  return [
    isHidden(deleted)
      ? unseen(`deleteDefaultRoutesOnCreate is ${inText(deleted)}`, fix)
      : bad("it has a default route", fix),
  ];
}

function ofRoute({ inputs }: GraphResource): Sight[] {
  const to = inText(inputs.destinationCidrBlock ?? inputs.destinationIpv6CidrBlock ?? inputs.destRange ?? "");
  return everywhere.includes(to) ? [bad(`it leads to ${to}`, "remove it")] : [good(`it leads to ${to}`)];
}

function sightsOf(graph: Graph, resource: GraphResource): Sight[] {
  const { type, inputs } = resource;
  if (gateways.includes(type))
    return [bad("it leads to the internet", "remove it; use endpoints of the cloud's services")];
  switch (type) {
    case "aws:ec2/vpc": {
      const endpoints = graph
        .ofType("aws:ec2/vpcEndpoint")
        .filter((each) => graph.referred(each, "vpcId").includes(resource));
      return [good(`${endpoints.length} endpoints lead to services of the cloud`)];
    }
    case "aws:ec2/route":
    case "gcp:compute/route":
      return ofRoute(resource);
    case "aws:ec2/instance":
      return inputs.associatePublicIpAddress === true
        ? [bad("associatePublicIpAddress is true", "set it to false")]
        : [good("it has no public address")];
    case "gcp:compute/instance":
      return listAt(inputs, "networkInterfaces").some((each) => listAt(each, "accessConfigs").length > 0)
        ? [bad("networkInterfaces have accessConfigs, which are public addresses", "remove them")]
        : [good("it has no public address")];
    case "gcp:compute/network":
      return ofNetwork(graph, resource);
    case "kubernetes:networking.k8s.io/v1/NetworkPolicy":
      return ofNetworkPolicy(resource);
    case "docker:index/network":
      if (graph.factsOf(resource).plane !== undefined) return [good("it is the way in")];
      return [inputs.internal === true ? good("internal is true") : bad("internal is not set", "set internal to true")];
    default:
      return [];
  }
}

/** An air-gapped deployment cannot reach the internet. */
export const a01: Rule = {
  id: "B-A01",
  severity: "critical",
  statement: "An air-gapped deployment has no route to the internet.",
  proof: "gateways, routes, addresses and firewalls of its network, egress of its pods, networks of its containers",
  judge: (graph) => {
    const airGapped = graph.resources.some(
      (resource) => graph.factsOf(resource).modes?.includes("air-gapped") === true,
    );
    if (!airGapped) return [];
    return graph.resources
      .filter((resource) => {
        const facts = graph.factsOf(resource);
        // What belongs to nobody is in the same program, and so in the same network.
        return facts.zone === undefined || (facts.modes?.includes("air-gapped") === true && appliesTo("B-A01", facts));
      })
      .flatMap((resource) => {
        const sights = sightsOf(graph, resource);
        return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
      });
  },
};
