import { appliesTo } from "../applicability";
import { endOf } from "../edges";
import { unknownValue, valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, hasHidden, judgedBy, listAt, property, textsAt, unseen, type Sight } from "../sights";
import { denyingFirewall } from "./egress";
import { everybodyIn, hidesRanges, isEverybody, rangeInputs } from "./listeners";

type Look = (graph: Graph, resource: GraphResource) => Sight[];

const controls = [
  "aws:networkfirewall/firewall",
  "gcp:networkservices/gateway",
  "gcp:networksecurity/gatewaySecurityPolicy",
];

/** What controls what leaves the zone of a resource: a firewall or proxy with an allow-list of names. */
function controlOf(graph: Graph, resource: GraphResource): GraphResource | undefined {
  const { zone, cell } = graph.factsOf(resource);
  const named = graph
    .ofType("gcp:compute/networkFirewallPolicyRule")
    .filter(({ inputs }) => listAt(inputs, "match.destFqdns").length > 0);
  return [...graph.ofType(...controls), ...named].find((each) => {
    const facts = graph.factsOf(each);
    return facts.zone === zone && facts.cell === cell;
  });
}

function controlled(graph: Graph, resource: GraphResource): Sight {
  const control = controlOf(graph, resource);
  return control === undefined
    ? bad("nothing in its zone allows names of hosts", "make a firewall or proxy with an allow-list of hosts")
    : good(`${control.name} controls what leaves`);
}

const throughNetwork =
  (path: string): Look =>
  (graph, resource) => [
    property(resource.inputs, path, { is: ["ALL_TRAFFIC"], fix: `set ${path} to ALL_TRAFFIC` }),
    controlled(graph, resource),
  ];

const noAddress =
  (path: string): Look =>
  (_, resource) => [property(resource.inputs, path, { is: [false], byDefault: false, fix: `set ${path} to false` })];

/** Whether a group or rule lets everything out, and what stands behind it. */
function opening(graph: Graph, resource: GraphResource, open: readonly string[], hidden: boolean): Sight[] {
  if (open.length === 0)
    return hidden
      ? [unseen("where it lets out is known only after the deployment", "name ranges that are known before")]
      : [good("it lets out to named ranges only")];
  const control = controlOf(graph, resource);
  const to = [...new Set(open)].join(", ");
  return [
    control === undefined
      ? bad(
          `it lets out to ${to}, and nothing in its zone controls that`,
          "let out to what is declared, or make a firewall with an allow-list",
        )
      : good(`it lets out to ${to} behind ${control.name}`),
  ];
}

const securityGroup: Look = (graph, resource) => {
  const { egress } = resource.inputs;
  const rules = Array.isArray(egress) ? (egress as readonly unknown[]) : [];
  const open = rules.flatMap((rule) => everybodyIn(rule, rangeInputs));
  return opening(graph, resource, open, hidesRanges(egress));
};

const egressRule: Look = (graph, resource) => {
  const ranges = [resource.inputs.cidrIpv4, resource.inputs.cidrIpv6];
  return opening(graph, resource, ranges.filter(isEverybody).map(String), ranges.includes(unknownValue));
};

const groupRule: Look = (graph, resource) =>
  resource.inputs.type === "egress"
    ? opening(graph, resource, everybodyIn(resource.inputs, rangeInputs), hidesRanges([resource.inputs]))
    : [];

const networkPolicy: Look = (graph, resource) => {
  const rules = listAt(resource.inputs, "spec.egress");
  const hidden = hasHidden(valueAt(resource.inputs, "spec.egress"));
  if (rules.length === 0 && !hidden) return [];
  const open = rules.flatMap((rule) =>
    listAt(rule, "to")
      .map((peer) => valueAt(peer, "ipBlock.cidr"))
      .filter(isEverybody)
      .map(String),
  );
  const anywhere = rules.some((rule) => valueAt(rule, "to") === undefined) ? ["everywhere"] : [];
  return opening(graph, resource, [...open, ...anywhere], hidden);
};

/** A network of Google lets everything out unless a firewall denies it. */
const googleNetwork: Look = (graph, resource) => {
  const denying = denyingFirewall(graph, resource);
  return denying === undefined
    ? opening(graph, resource, ["0.0.0.0/0"], false)
    : [good(`${denying.name} denies what leaves it`)];
};

/** Hosts that the edges of a zone name. */
function declaredHosts(graph: Graph, resource: GraphResource): string[] {
  const { zone } = graph.factsOf(resource);
  return graph.stated.flatMap(({ edge, by }) => {
    if (edge.kind !== "connects" || by.zone !== zone) return [];
    const { service } = endOf(edge.to, by);
    return service.includes(".") ? [service] : [];
  });
}

/** Whether an allow-list names hosts, and those that are declared. */
const allowList =
  (path: string): Look =>
  (graph, resource) => {
    const targets = textsAt(resource.inputs, path);
    const fix = "name the hosts that connections of the zone declare";
    if (valueAt(resource.inputs, path) === unknownValue)
      return [unseen(`${path} is known only after the deployment`, fix)];
    const wide = targets.filter((target) => /^\*?\.?[^.]*$/.test(target) || isEverybody(target));
    if (wide.length > 0) return [bad(`it allows ${wide.join(", ")}`, fix)];
    const declared = declaredHosts(graph, resource);
    const extra = targets.filter(
      (target) =>
        !declared.some(
          (host) => host === target || (/^\*?\./.test(target) && host.endsWith(target.replace(/^\*/, ""))),
        ),
    );
    return [
      extra.length === 0
        ? good(`it allows ${targets.join(", ") || "nothing"}`)
        : bad(`it allows ${extra.join(", ")}, to which no connection is declared`, fix),
    ];
  };

const ruleGroup: Look = (graph, resource) => {
  const list = "ruleGroup.rulesSource.rulesSourceList";
  if (valueAt(resource.inputs, list) === undefined) return [];
  return [
    property(resource.inputs, `${list}.generatedRulesType`, {
      is: ["ALLOWLIST"],
      fix: `set ${list}.generatedRulesType to ALLOWLIST`,
    }),
    ...allowList(`${list}.targets`)(graph, resource),
  ];
};

const firewallRule: Look = (graph, resource) =>
  valueAt(resource.inputs, "match.destFqdns") === undefined ? [] : allowList("match.destFqdns")(graph, resource);

const looks: Readonly<Record<string, Look>> = {
  "gcp:cloudrunv2/service": throughNetwork("template.vpcAccess.egress"),
  "gcp:cloudrunv2/job": throughNetwork("template.template.vpcAccess.egress"),
  "aws:ecs/service": noAddress("networkConfiguration.assignPublicIp"),
  "gcp:compute/network": googleNetwork,
  "aws:ec2/securityGroup": securityGroup,
  "aws:ec2/securityGroupRule": groupRule,
  "aws:vpc/securityGroupEgressRule": egressRule,
  "aws:networkfirewall/ruleGroup": ruleGroup,
  "gcp:compute/networkFirewallPolicyRule": firewallRule,
  "kubernetes:networking.k8s.io/v1/NetworkPolicy": networkPolicy,
};

/** What leaves is allowed by name. */
export const n06: Rule = {
  id: "B-N06",
  severity: "high",
  statement: "All egress passes a controlled point with an allow-list.",
  proof:
    "the network that workloads send through, what networks, security groups and policies let out, and the hosts of allow-lists against the declared connections",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((resource) => {
      if (!appliesTo("B-N06", graph.factsOf(resource))) return [];
      const sights = looks[resource.type]?.(graph, resource) ?? [];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
