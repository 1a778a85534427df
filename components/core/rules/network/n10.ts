import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, hasHidden, inText, isHidden, judgedBy, listAt, property, unseen, type Sight } from "../sights";
import { parsed } from "../workloads";
import { actionsOf, ingressType, listenerRuleTypes, listenerTypes } from "./listeners";

type Look = (graph: Graph, resource: GraphResource) => Sight[];

/** Names of AWS' policies that start at TLS 1.2. */
const modern = /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)/;
const modernPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06";

function clearText(graph: Graph, listener: GraphResource): Sight {
  const rules = graph
    .ofType(...listenerRuleTypes)
    .filter((rule) => graph.referred(rule, "listenerArn").includes(listener));
  const forwards = [listener, ...rules].filter((each) => valueAt(actionsOf(each).at(-1), "type") !== "redirect");
  return forwards.length === 0
    ? good("it only redirects")
    : bad(
        `${forwards.map(({ name }) => name).join(", ")} serves clear text at port ${inText(listener.inputs.port ?? 80)}`,
        "let it redirect to HTTPS",
      );
}

const listener: Look = (graph, resource) => {
  const { protocol = "HTTP" } = resource.inputs;
  if (protocol === "HTTPS" || protocol === "TLS")
    return [
      property(resource.inputs, "sslPolicy", {
        is: (value) => typeof value === "string" && modern.test(value),
        byDefault: "ELBSecurityPolicy-2016-08",
        fix: `set sslPolicy to ${modernPolicy}`,
      }),
    ];
  if (protocol === "HTTP") return [clearText(graph, resource)];
  return [
    unseen(
      isHidden(protocol) ? `protocol is ${inText(protocol)}` : `it passes ${inText(protocol)} on to what is behind it`,
      "let it end TLS",
    ),
  ];
};

const httpsProxy: Look = (graph, resource) => {
  const [policy] = graph.referred(resource, "sslPolicy");
  const fix = "set sslPolicy to a policy with minTlsVersion TLS_1_2";
  if (policy !== undefined) return [good(`sslPolicy is ${policy.name}`)];
  return [
    resource.inputs.sslPolicy === undefined
      ? bad("sslPolicy is not set, which admits TLS 1.0", fix)
      : unseen("sslPolicy is not of this program", fix),
  ];
};

const httpProxy: Look = (graph, resource) => {
  const [map] = graph.referred(resource, "urlMap");
  const redirects = map !== undefined && valueAt(map.inputs, "defaultUrlRedirect.httpsRedirect") === true;
  return [
    redirects
      ? good(`${map.name} only redirects`)
      : bad(
          `${map?.name ?? "its URL map"} serves clear text`,
          "set defaultUrlRedirect.httpsRedirect of its URL map to true",
        ),
  ];
};

const sslPolicy: Look = (_, { inputs }) => [
  property(inputs, "minTlsVersion", {
    is: ["TLS_1_2", "TLS_1_3"],
    byDefault: "TLS_1_0",
    fix: "set minTlsVersion to TLS_1_2",
  }),
];

const balancer = "alb.ingress.kubernetes.io";

/** What the annotations of an Ingress tell a load balancer of AWS, which ends TLS and finds certificates by host name. */
function balancerSights(annotations: Readonly<Record<string, unknown>>): Sight[] {
  const ports = annotations[`${balancer}/listen-ports`];
  const listens = (protocol: string): boolean =>
    listAt({ ports: parsed(ports) }, "ports").some((each) => valueAt(each, protocol) !== undefined);
  if (!listens("HTTPS")) return [];
  return [
    good(`${balancer}/listen-ports is ${inText(ports)}`),
    ...(listens("HTTP")
      ? [
          property({ "ssl-redirect": annotations[`${balancer}/ssl-redirect`] }, "ssl-redirect", {
            is: (value) => value !== undefined,
            fix: `set ${balancer}/ssl-redirect`,
          }),
        ]
      : []),
    property({ "ssl-policy": annotations[`${balancer}/ssl-policy`] }, "ssl-policy", {
      is: (value) => typeof value === "string" && modern.test(value),
      byDefault: "ELBSecurityPolicy-2016-08",
      fix: `set ${balancer}/ssl-policy to ${modernPolicy}`,
    }),
  ];
}

const ingress: Look = (_, { inputs }) => {
  const tls = valueAt(inputs, "spec.tls");
  const annotations = (valueAt(inputs, "metadata.annotations") ?? {}) as Readonly<Record<string, unknown>>;
  const certificate = ["networking.gke.io/managed-certificates", "ingress.gcp.kubernetes.io/pre-shared-cert"].find(
    (each) => annotations[each] !== undefined,
  );
  const ended = balancerSights(annotations);
  if (ended.length > 0) return ended;
  if (certificate !== undefined) return [good(`${certificate} names its certificate`)];
  if (isHidden(tls)) return [unseen(`spec.tls is ${inText(tls)}`, "set spec.tls")];
  return [
    listAt(inputs, "spec.tls").length > 0
      ? good("spec.tls names its certificate")
      : bad("spec.tls is not set", "set spec.tls"),
  ];
};

const googleSql: Look = (_, { inputs }) => [
  property(inputs, "settings.ipConfiguration.sslMode", {
    is: ["ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"],
    fix: "set settings.ipConfiguration.sslMode to ENCRYPTED_ONLY",
  }),
];

/** Whether a database of RDS refuses clear text: by a parameter, or because of its version. */
const amazonSql: Look = (graph, resource) => {
  const groups = ["parameterGroupName", "dbClusterParameterGroupName"].flatMap((input) =>
    graph.referred(resource, input),
  );
  const parameter = groups
    .flatMap(({ inputs }) => listAt(inputs, "parameters"))
    .find((each) => valueAt(each, "name") === "rds.force_ssl");
  const fix = "set the parameter rds.force_ssl to 1";
  const value = valueAt(parameter, "value");
  if (value !== undefined)
    return [value === "1" || value === 1 ? good("rds.force_ssl is 1") : bad(`rds.force_ssl is ${inText(value)}`, fix)];
  if (groups.some(({ inputs }) => hasHidden(inputs.parameters)))
    return [unseen("parameters is known only after the deployment", fix)];
  const version = resource.inputs.engineVersion;
  if (resource.type === "aws:rds/instance" && typeof version === "string" && Number(version.split(".")[0]) >= 15)
    return [good(`rds.force_ssl is 1 by default at version ${version}`)];
  return [
    isHidden(version) || groups.length === 0
      ? unseen(`no parameter group of this program sets rds.force_ssl`, fix)
      : bad("rds.force_ssl is not set", fix),
  ];
};

const elasticache: Look = (_, { inputs }) => {
  const who = ["authToken", "userGroupIds"].find((input) => inputs[input] !== undefined);
  return [
    property(inputs, "transitEncryptionEnabled", { is: [true], fix: "set transitEncryptionEnabled to true" }),
    who === undefined ? bad("neither authToken nor userGroupIds is set", "set userGroupIds") : good(`${who} is set`),
  ];
};

const redis: Look = (_, { inputs }) => [
  property(inputs, "transitEncryptionMode", {
    is: ["SERVER_AUTHENTICATION"],
    fix: "set transitEncryptionMode to SERVER_AUTHENTICATION",
  }),
  property(inputs, "authEnabled", { is: [true], fix: "set authEnabled to true" }),
];

const memorystore: Look = (_, { inputs }) => [
  property(inputs, "transitEncryptionMode", {
    is: ["SERVER_AUTHENTICATION"],
    fix: "set transitEncryptionMode to SERVER_AUTHENTICATION",
  }),
  property(inputs, "authorizationMode", { is: ["IAM_AUTH"], fix: "set authorizationMode to IAM_AUTH" }),
];

const looks: Readonly<Record<string, Look>> = {
  ...Object.fromEntries(listenerTypes.map((type) => [type, listener])),
  "gcp:compute/targetHttpsProxy": httpsProxy,
  "gcp:compute/regionTargetHttpsProxy": httpsProxy,
  "gcp:compute/targetHttpProxy": httpProxy,
  "gcp:compute/regionTargetHttpProxy": httpProxy,
  "gcp:compute/sSLPolicy": sslPolicy,
  "gcp:compute/regionSslPolicy": sslPolicy,
  [ingressType]: ingress,
  "gcp:sql/databaseInstance": googleSql,
  "aws:rds/instance": amazonSql,
  "aws:rds/cluster": amazonSql,
  "aws:elasticache/replicationGroup": elasticache,
  "gcp:redis/instance": redis,
  "gcp:memorystore/instance": memorystore,
};

/** Nothing is sent in clear text. */
export const n10: Rule = {
  id: "B-N10",
  severity: "medium",
  statement: "Every listener wants TLS 1.2 or newer, none serves clear text, and traffic to stores is encrypted.",
  proof: "the protocol, policy and actions of every listener, and the inputs of stores for encryption and sign-in",
  judge: (graph) =>
    graph.ofType(...Object.keys(looks)).flatMap((resource) => {
      if (!appliesTo("B-N10", graph.factsOf(resource))) return [];
      const sights = looks[resource.type]?.(graph, resource) ?? [];
      return sights.length === 0 ? [] : [judgedBy(resource.urn, sights)];
    }),
};
