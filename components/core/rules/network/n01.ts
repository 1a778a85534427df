import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { secretValue, valueAt, type Graph, type GraphResource } from "../graph";
import { grantsOf } from "../identities/grants";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, property, unseen, type Sight } from "../sights";
import {
  backendTypes,
  balancersOf,
  firstAction,
  ingressType,
  listenerRuleTypes,
  listenerTypes,
  ofPlane,
  runServicesOf,
  targetGroupsOf,
} from "./listeners";

type Look = (graph: Graph, resource: GraphResource, facts: BoundaryFacts) => Sight[];

const signsIn = (action: unknown): boolean => action === "authenticate-oidc" || action === "authenticate-cognito";

/** The first action; where a secret in one of them hides all, what the component states that declares it. */
function actionOf(graph: Graph, resource: GraphResource): unknown {
  const seen = firstAction(resource);
  return seen === secretValue ? (graph.factsOf(resource).firstAction ?? seen) : seen;
}

/** Whom the proxy lets in to a service: only groups, of the company where its domains are known. */
function memberSights(graph: Graph, resource: GraphResource, { companyDomains }: BoundaryFacts): Sight[] {
  return grantsOf(graph)
    .filter(({ resource: { type }, targets }) => type.startsWith("gcp:iap/web") && targets.includes(resource))
    .flatMap(({ resource: { name }, principals, unseen: hidden }) => {
      const fix = `let ${name} name groups of the company`;
      if (hidden) return [unseen(`whom ${name} lets in is known only after the deployment`, fix)];
      return principals.map((member) => {
        const company = companyDomains?.some((domain) => member.endsWith(`@${domain}`)) ?? true;
        return member.startsWith("group:") && company
          ? good(`${name} lets ${member} in`)
          : bad(`${name} lets ${member} in`, fix);
      });
    });
}

const runService: Look = (graph, resource, facts) => {
  const { inputs } = resource;
  const members = memberSights(graph, resource, facts);
  const proxied = graph
    .ofType(...backendTypes)
    .filter((backend) => valueAt(backend.inputs, "iap.enabled") === true)
    .find((backend) => runServicesOf(graph, backend).includes(resource));
  if (proxied === undefined)
    return [property(inputs, "iapEnabled", { is: [true], fix: "set iapEnabled to true" }), ...members];
  if (inputs.iapEnabled === true)
    return [bad(`both iapEnabled and iap of ${proxied.name} are on, which exclude each other`, "turn one of them off")];
  const own = property(inputs, "defaultUriDisabled", { is: [true], fix: "set defaultUriDisabled to true" });
  return [
    own.verdict === "broken"
      ? bad(`${proxied.name} has the proxy, but its own address goes around it: ${own.because}`, own.fix ?? "")
      : own,
    ...memberSights(graph, proxied, facts),
  ];
};

const backend: Look = (graph, resource, facts) => {
  const services = runServicesOf(graph, resource);
  if (services.length > 0 && services.every(({ inputs }) => inputs.iapEnabled === true))
    return [good(`${services.map(({ name }) => name).join(", ")} behind it has the proxy`)];
  return [
    property(resource.inputs, "iap.enabled", { is: [true], fix: "set iap.enabled to true" }),
    ...memberSights(graph, resource, facts),
  ];
};

const internalBalancer = (balancer: GraphResource): Sight => {
  const sight = property(balancer.inputs, "internal", { is: [true], fix: `set internal of ${balancer.name} to true` });
  return { ...sight, because: `${sight.because} at ${balancer.name}` };
};

const endpoint: Look = (graph, resource) => {
  const group = graph.referred(resource, "verifiedAccessGroupId");
  const policy = [resource, ...group].map(({ inputs }) => inputs.policyDocument).find((each) => each !== undefined);
  return [
    good(policy === undefined ? "it has no policy, which denies everybody" : "it has a policy"),
    ...graph.referred(resource, "loadBalancerOptions").map(internalBalancer),
  ];
};

/** Whether employees reach a load balancer only through Verified Access. */
function verified(graph: Graph, listeners: readonly GraphResource[]): boolean {
  const balancers = listeners.flatMap((listener) => balancersOf(graph, listener));
  const endpoints = graph.ofType("aws:verifiedaccess/endpoint");
  return (
    balancers.length > 0 &&
    balancers.every(
      (balancer) =>
        balancer.inputs.internal === true &&
        endpoints.some((each) => graph.referred(each, "loadBalancerOptions").includes(balancer)),
    )
  );
}

/** Listeners and rules that lead around the sign-in to where a rule leads. */
function waysAround(graph: Graph, resource: GraphResource): GraphResource[] {
  const targets = targetGroupsOf(graph, resource);
  return graph
    .ofType(...listenerTypes, ...listenerRuleTypes)
    .filter((other) => other !== resource && !signsIn(actionOf(graph, other)))
    .filter((other) => targetGroupsOf(graph, other).some((target) => targets.includes(target)));
}

const balanced: Look = (graph, resource) => {
  const rule = listenerRuleTypes.some((type) => type === resource.type);
  const listeners = rule ? graph.referred(resource, "listenerArn") : [resource];
  if (verified(graph, listeners)) return [good("it is reached through Verified Access only")];
  const action = actionOf(graph, resource);
  const fix = "let its first action be authenticate-oidc";
  if (isHidden(action)) return [unseen("its first action is known only after the deployment", fix)];
  if (!rule && (action === "fixed-response" || action === "redirect")) return [good(`its default action is ${action}`)];
  const https = listeners.map(({ name, inputs }) => {
    const sight = property(inputs, "protocol", { is: ["HTTPS"], fix: `set protocol of ${name} to HTTPS` });
    return { ...sight, because: `${sight.because} at ${name}` };
  });
  return [
    signsIn(action) ? good(`its first action is ${String(action)}`) : bad(`its first action is ${String(action)}`, fix),
    ...https,
    ...waysAround(graph, resource).map(({ name }) =>
      bad(
        `${name} forwards to the same target group without signing in`,
        `remove ${name}, or let it authenticate first`,
      ),
    ),
  ];
};

const ingress: Look = (_, { inputs }) => {
  const annotations = (valueAt(inputs, "metadata.annotations") ?? {}) as Readonly<Record<string, unknown>>;
  const name = "alb.ingress.kubernetes.io/auth-type";
  const auth = annotations[name];
  return [
    auth === "oidc" || auth === "cognito"
      ? good(`${name} is ${auth}`)
      : bad(
          `nothing signs people in before it: ${name} is ${auth === undefined ? "not set" : inText(auth)}`,
          `set ${name} to oidc`,
        ),
  ];
};

const looks: Readonly<Record<string, Look>> = {
  "gcp:cloudrunv2/service": runService,
  "aws:verifiedaccess/endpoint": endpoint,
  [ingressType]: ingress,
  ...Object.fromEntries(backendTypes.map((type) => [type, backend])),
  ...Object.fromEntries([...listenerTypes, ...listenerRuleTypes].map((type) => [type, balanced])),
};

/** Employees come through an identity-aware proxy. */
export const n01: Rule = {
  id: "B-N01",
  severity: "critical",
  statement: "The human plane is reached only through an identity-aware proxy.",
  proof: "the proxy and its members at every listener for employees, and other ways to the same target",
  judge: (graph) =>
    ofPlane(graph, ["human"], Object.keys(looks)).flatMap(({ resource, facts }) => {
      const look = looks[resource.type];
      if (look === undefined || !appliesTo("B-N01", facts)) return [];
      return [judgedBy(resource.urn, look(graph, resource, facts))];
    }),
};
