import { appliesTo } from "../applicability";
import type { BoundaryFacts } from "../facts";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";
import {
  actionsOf,
  backendTypes,
  balancersOf,
  entriesOf,
  firstAction,
  ingressType,
  isManagement,
  listenerRuleTypes,
  listenerTypes,
  ofPlane,
  urlMapTypes,
  valuesAt,
} from "./listeners";

type Look = (graph: Graph, resource: GraphResource, facts: BoundaryFacts) => Sight[];

/** What the paths of an entry show. */
const paths: Look = (graph, resource, { paths: declared }) => {
  const entry = entriesOf(graph).find((each) => each.resource === resource);
  if (entry === undefined) return [];
  const fix = "serve the declared paths only";
  if (entry.unseen) return [unseen("its paths are known only after the deployment", fix)];
  if (entry.paths.length === 0) return [bad("it serves every path", fix)];
  const wrong = entry.paths.filter(
    (path) => /^\/?\*?$/.test(path) || isManagement(path) || declared?.includes(path) === false,
  );
  return wrong.length === 0
    ? [good(`it serves ${entry.paths.join(", ")}`)]
    : [bad(`it serves ${wrong.join(", ")}, which is not declared for machines`, fix)];
};

const rateLimited = (acl: GraphResource): boolean =>
  listAt(acl.inputs, "rules").some((rule) => valueAt(rule, "statement.rateBasedStatement") !== undefined);

const listener: Look = (graph, resource) => {
  const action = firstAction(resource);
  const fix = "let its default action be fixed-response with status 404";
  const status = valueAt(actionsOf(resource)[0], "fixedResponse.statusCode");
  const refuses = action === "fixed-response" && (status === "404" || status === "403");
  const balancers = balancersOf(graph, resource);
  const acls = graph
    .ofType("aws:wafv2/webAclAssociation")
    .filter((each) => graph.referred(each, "resourceArn").some((balancer) => balancers.includes(balancer)))
    .flatMap((each) => graph.referred(each, "webAclArn"));
  const firewall =
    acls.length === 0
      ? bad("no web firewall is associated with its load balancer", "associate a web ACL with a rate limit")
      : acls.some(rateLimited)
        ? good(`${acls.map(({ name }) => name).join(", ")} limits its rate`)
        : bad(`${acls.map(({ name }) => name).join(", ")} has no rate limit`, "add a rule with a rateBasedStatement");
  if (action === "redirect") return [good("it redirects")];
  return [
    isHidden(action)
      ? unseen("its default action is known only after the deployment", fix)
      : refuses
        ? good(`what no rule serves gets ${String(status)}`)
        : bad(`its default action is ${String(action)}`, fix),
    firewall,
  ];
};

/** Whether a part of a URL map refuses what nothing else serves, by an answer of its own. */
function aborts(part: unknown): boolean {
  const fault = "defaultRouteAction.faultInjectionPolicy.abort";
  return (
    valueAt(part, "defaultUrlRedirect") !== undefined ||
    (Number(valueAt(part, `${fault}.httpStatus`)) >= 400 && valueAt(part, `${fault}.percentage`) === 100)
  );
}

const urlMap: Look = (graph, resource, facts) => {
  const fix = "let what no path serves go to a backend that refuses";
  const [fallback] = graph.referred(resource, "defaultService");
  const denies =
    aborts(resource.inputs) ||
    (fallback !== undefined &&
      (fallback.type === "gcp:compute/backendBucket" || listAt(fallback.inputs, "backends").length === 0));
  const matchers = listAt(resource.inputs, "pathMatchers").filter((matcher) => !aborts(matcher));
  const same = (matcher: unknown): boolean => {
    const service = valueAt(matcher, "defaultService");
    return service === undefined || (!isHidden(service) && service === resource.inputs.defaultService);
  };
  return [
    denies
      ? good(fallback === undefined ? "what no path serves is refused" : `what no path serves goes to ${fallback.name}`)
      : bad(`what no path serves goes to ${fallback?.name ?? "a backend of nobody here"}`, fix),
    ...matchers
      .filter((matcher) => !same(matcher))
      .map((matcher) =>
        isHidden(valueAt(matcher, "defaultService"))
          ? unseen(
              `where pathMatcher ${String(valueAt(matcher, "name"))} leads by default is known only after the deployment`,
              "give it a defaultRouteAction that aborts",
            )
          : bad(`pathMatcher ${String(valueAt(matcher, "name"))} has another default`, fix),
      ),
    ...paths(graph, resource, facts),
  ];
};

const backend: Look = (graph, resource) => {
  if (valuesAt(resource.inputs, "backends").length === 0) return [good("nothing is behind it")];
  const [policy] = graph.referred(resource, "securityPolicy");
  if (policy === undefined)
    return [
      isHidden(resource.inputs.securityPolicy) || typeof resource.inputs.securityPolicy === "string"
        ? unseen("its securityPolicy is not of this program", "make its policy here")
        : bad("securityPolicy is not set", "set securityPolicy to a policy with a rate limit"),
    ];
  const own = listAt(policy.inputs, "rules");
  const beside = graph
    .ofType("gcp:compute/securityPolicyRule")
    .filter((rule) => graph.referred(rule, "securityPolicy").includes(policy))
    .map(({ inputs }) => inputs);
  const limits = [...own, ...beside].some((rule) =>
    ["throttle", "rate_based_ban"].includes(String(valueAt(rule, "action"))),
  );
  return [
    limits
      ? good(`${policy.name} limits its rate`)
      : bad(`${policy.name} has no rate limit`, "add a rule with action throttle or rate_based_ban"),
  ];
};

const runService: Look = (_, { inputs }) => [
  property(inputs, "ingress", {
    is: ["INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"],
    fix: "set ingress to INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER",
  }),
  property(inputs, "defaultUriDisabled", { is: [true], fix: "set defaultUriDisabled to true" }),
];

const looks: Readonly<Record<string, Look>> = {
  "gcp:cloudrunv2/service": runService,
  [ingressType]: paths,
  ...Object.fromEntries(listenerTypes.map((type) => [type, listener])),
  ...Object.fromEntries(listenerRuleTypes.map((type) => [type, paths])),
  ...Object.fromEntries(urlMapTypes.map((type) => [type, urlMap])),
  ...Object.fromEntries(backendTypes.map((type) => [type, backend])),
};

/** Machines reach declared paths behind a web firewall. */
export const n03: Rule = {
  id: "B-N03",
  severity: "high",
  statement: "The machine plane has a web firewall, a path allow-list and a rate limit.",
  proof:
    "the default action, the paths, the web firewall and its rate limit at every listener for machines, and that services are reached through it only",
  judge: (graph) =>
    [
      ...ofPlane(graph, ["machine"], Object.keys(looks)),
      // One service may be behind listeners of several planes: its own address is closed for all of them.
      ...graph
        .ofType("gcp:cloudrunv2/service")
        .map((resource) => ({ resource, facts: graph.factsOf(resource) }))
        .filter(({ facts: { plane } }) => plane !== "machine"),
    ].flatMap(({ resource, facts }) => {
      const look = looks[resource.type];
      if (look === undefined || !appliesTo("B-N03", facts)) return [];
      return [judgedBy(resource.urn, look(graph, resource, facts))];
    }),
};
