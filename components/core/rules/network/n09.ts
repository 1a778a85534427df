import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";
import {
  backendTypes,
  balancersOf,
  everybodyIn,
  hidesRanges,
  isEverybody,
  listenerRuleTypes,
  listenerTypes,
  ofPlane,
  rangeInputs,
  valuesAt,
} from "./listeners";

const records = ["cloudflare:index/record", "cloudflare:index/dnsRecord"];

/** Whether an edge stands before the listeners of a zone. */
function hasEdge(graph: Graph, { zone }: BoundaryFacts): boolean {
  return graph.resources.some((resource) => {
    const facts = graph.factsOf(resource);
    if (facts.zone !== zone) return false;
    return (
      facts.origin === "edge" ||
      resource.type === "aws:cloudfront/distribution" ||
      (records.includes(resource.type) && resource.inputs.proxied === true)
    );
  });
}

/** Whether the security groups of a load balancer let in named ranges only. */
function rangeSights(graph: Graph, listener: GraphResource): Sight {
  const groups = balancersOf(graph, listener).flatMap((balancer) => graph.referred(balancer, "securityGroups"));
  const fix = "let in the ranges of the edge only";
  if (groups.length === 0) return unseen("no security group of this program is before it", fix);
  const rules = graph
    .ofType("aws:vpc/securityGroupIngressRule")
    .filter((rule) => graph.referred(rule, "securityGroupId").some((group) => groups.includes(group)));
  const names = groups.map(({ name }) => name).join(", ");
  const open = [
    ...groups.flatMap(({ inputs }) => listAt(inputs, "ingress").flatMap((rule) => everybodyIn(rule, rangeInputs))),
    ...rules.flatMap(({ inputs }) => [inputs.cidrIpv4, inputs.cidrIpv6].filter(isEverybody)),
  ];
  if (open.length > 0) return bad(`${names} lets in ${open.join(", ")}`, fix);
  const hidden =
    groups.some(({ inputs }) => hidesRanges(inputs.ingress)) || rules.some(({ inputs }) => isHidden(inputs.cidrIpv4));
  return hidden
    ? unseen(`whom ${names} lets in is known only after the deployment`, fix)
    : good(`${names} lets in named ranges`);
}

function headerSight(graph: Graph, listener: GraphResource): Sight {
  const rules = graph
    .ofType(...listenerRuleTypes)
    .filter((rule) => graph.referred(rule, "listenerArn").includes(listener));
  const without = rules.filter(({ inputs }) => valuesAt(inputs, "conditions.*.httpHeader").length === 0);
  if (rules.length > 0 && without.length === 0) return good("each of its rules wants a header");
  const which =
    rules.length === 0 ? "it has no rule that wants" : `${without.map(({ name }) => name).join(", ")} does not want`;
  return bad(
    `${which} a header that only the edge sends`,
    "add a condition httpHeader to each rule, or verify client certificates",
  );
}

function listenerSights(graph: Graph, listener: GraphResource): Sight[] {
  const path = "mutualAuthentication.mode";
  const mode = valueAt(listener.inputs, path);
  if (mode === "verify")
    return [
      property(listener.inputs, "mutualAuthentication.trustStoreArn", {
        is: (value) => value !== undefined,
        fix: "set mutualAuthentication.trustStoreArn",
      }),
    ].map((sight) => (sight.verdict === "unproven" ? good(`${path} is verify`) : sight));
  if (isHidden(mode)) return [unseen(`${path} is ${inText(mode)}`, `set ${path} to verify`)];
  return [rangeSights(graph, listener), headerSight(graph, listener)];
}

/** Whether a policy of Google admits the ranges of an edge that sends a header, and nobody else. */
function policySights(graph: Graph, backend: GraphResource): Sight[] {
  const [policy] = graph.referred(backend, "securityPolicy");
  const fix = "set securityPolicy to a policy that admits the edge only";
  if (policy === undefined) return [bad("no policy of this program is before it", fix)];
  const rules = [
    ...listAt(policy.inputs, "rules"),
    ...graph
      .ofType("gcp:compute/securityPolicyRule")
      .filter((rule) => graph.referred(rule, "securityPolicy").includes(policy))
      .map(({ inputs }) => inputs),
  ];
  const allowing = rules.filter((rule) => !String(valueAt(rule, "action")).startsWith("deny"));
  const ranges = allowing.flatMap((rule) => everybodyIn(rule, ["match.config.srcIpRanges"]));
  const denied = rules
    .filter((rule) => String(valueAt(rule, "action")).startsWith("deny"))
    .some((rule) => everybodyIn(rule, ["match.config.srcIpRanges"]).length > 0);
  const header = rules.some((rule) => String(valueAt(rule, "match.expr.expression")).includes("request.headers"));
  return [
    ranges.length === 0 && denied
      ? good(`${policy.name} admits named ranges`)
      : bad(`${policy.name} admits ${ranges.join(", ") || "everybody"}`, "deny everybody but the ranges of the edge"),
    header
      ? good("it wants a header")
      : bad(`no rule of ${policy.name} wants a header that only the edge sends`, "add a rule on request.headers"),
  ];
}

function recordSights({ inputs }: GraphResource): Sight[] {
  return [
    property(inputs, "proxied", {
      is: [true],
      byDefault: false,
      fix: "set proxied to true, or declare its origin direct",
    }),
  ];
}

/** Nobody goes around the edge. */
export const n09: Rule = {
  id: "B-N09",
  severity: "high",
  statement: "The origin cannot be reached around the edge.",
  proof:
    "client certificates, or the ranges and the header that each listener behind an edge wants, and whether its record is proxied",
  judge: (graph) =>
    ofPlane(graph, ["machine", "end-user", "human"], [...listenerTypes, ...backendTypes, ...records])
      .filter(({ facts }) => appliesTo("B-N09", facts) && hasEdge(graph, facts))
      .filter(({ resource }) => !balancersOf(graph, resource).some(({ inputs }) => inputs.internal === true))
      .map(({ resource, facts }) => {
        if (facts.origin === "direct")
          return judgedBy(resource.urn, [good("it is declared direct, so B-N03 stands for the edge")]);
        const backend = backendTypes.some((type) => type === resource.type);
        const record = records.includes(resource.type);
        const sights = record
          ? recordSights(resource)
          : backend
            ? policySights(graph, resource)
            : listenerSights(graph, resource);
        return judgedBy(resource.urn, sights);
      }),
};
