import type { BoundaryFacts, ListenerPlane } from "../facts";
import { unknownValue, valueAt, type Graph, type GraphResource } from "../graph";
import { hasHidden, isHidden, listAt, textsAt } from "../sights";

/** Types of the listeners of AWS' load balancers. */
export const listenerTypes = ["aws:lb/listener", "aws:alb/listener"] as const;
/** Types of their rules. */
export const listenerRuleTypes = ["aws:lb/listenerRule", "aws:alb/listenerRule"] as const;
/** Types of Google's URL maps. */
export const urlMapTypes = ["gcp:compute/uRLMap", "gcp:compute/regionUrlMap"] as const;
/** Types of Google's backend services. */
export const backendTypes = ["gcp:compute/backendService", "gcp:compute/regionBackendService"] as const;
/** Type of the ingress of Kubernetes. */
export const ingressType = "kubernetes:networking.k8s.io/v1/Ingress";

/** Something that leads requests for hosts and paths to a service. */
export interface Entry {
  readonly resource: GraphResource;
  readonly facts: BoundaryFacts;
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
  /** Whether hosts or paths are known only after the deployment. */
  readonly unseen: boolean;
}

interface EntryKind {
  readonly hosts: readonly string[];
  readonly paths: readonly string[];
}

/** Inputs with hosts and paths; `*` stands for every member of a list. */
const kinds: Readonly<Record<string, EntryKind>> = {
  ...Object.fromEntries(
    listenerRuleTypes.map((type): [string, EntryKind] => [
      type,
      { hosts: ["conditions.*.hostHeader.values.*"], paths: ["conditions.*.pathPattern.values.*"] },
    ]),
  ),
  ...Object.fromEntries(
    urlMapTypes.map((type): [string, EntryKind] => [
      type,
      {
        hosts: ["hostRules.*.hosts.*"],
        paths: [
          "pathMatchers.*.pathRules.*.paths.*",
          "pathMatchers.*.routeRules.*.matchRules.*.prefixMatch",
          "pathMatchers.*.routeRules.*.matchRules.*.fullPathMatch",
        ],
      },
    ]),
  ),
  [ingressType]: { hosts: ["spec.rules.*.host"], paths: ["spec.rules.*.http.paths.*.path"] },
  "aws:acm/certificate": { hosts: ["domainName", "subjectAlternativeNames.*"], paths: [] },
  "gcp:certificatemanager/certificate": { hosts: ["managed.domains.*"], paths: [] },
  "gcp:compute/managedSslCertificate": { hosts: ["managed.domains.*"], paths: [] },
  "gcp:cloudrun/domainMapping": { hosts: ["name"], paths: [] },
};

/** Every value at a path in which `*` stands for all members of a list. */
export function valuesAt(value: unknown, path: string): unknown[] {
  const [head = "", ...rest] = path.split(".*");
  const found = head === "" ? value : valueAt(value, head.replace(/^\./, ""));
  if (rest.length === 0) return found === undefined ? [] : [found];
  if (found === unknownValue) return [unknownValue];
  return listAt({ found }, "found").flatMap((each) => valuesAt(each, rest.join(".*")));
}

/** Every entry of the graph. */
export function entriesOf(graph: Graph): Entry[] {
  return graph.resources.flatMap((resource): Entry[] => {
    const kind = kinds[resource.type];
    if (kind === undefined) return [];
    const read = (paths: readonly string[]): unknown[] => paths.flatMap((path) => valuesAt(resource.inputs, path));
    const [hosts, paths] = [read(kind.hosts), read(kind.paths)];
    const texts = (values: readonly unknown[]): string[] => values.filter((each) => typeof each === "string");
    return [
      {
        resource,
        facts: graph.factsOf(resource),
        hosts: texts(hosts),
        paths: texts(paths),
        unseen: [...hosts, ...paths].some(isHidden),
      },
    ];
  });
}

/** Whether a path leads to what only operators may reach: management, metrics, debugging. */
export function isManagement(path: string): boolean {
  return /^\/(-\/(?!version\b|__version\b|healthz\b)|metrics\b|debug\b|management\b|api\/management\b)/.test(path);
}

/** The actions of a listener or of its rule, first one first. */
export function actionsOf({ type, inputs }: GraphResource): readonly unknown[] {
  const rule = listenerRuleTypes.some((each) => each === type);
  const given = inputs[rule ? "actions" : "defaultActions"];
  if (isHidden(given)) return [given];
  const order = (action: unknown): number => Number(valueAt(action, "order") ?? 0);
  return [...listAt(inputs, rule ? "actions" : "defaultActions")].sort((a, b) => order(a) - order(b));
}

/** The kind of the first action; undefined where there is none. */
export function firstAction(resource: GraphResource): unknown {
  return valueAt(actionsOf(resource)[0], "type");
}

/** Target groups that a listener or its rule forwards to. */
export function targetGroupsOf(graph: Graph, resource: GraphResource): GraphResource[] {
  return ["actions", "defaultActions"]
    .flatMap((input) => graph.referred(resource, input))
    .filter(({ type }) => /^aws:(lb|alb)\/targetGroup$/.test(type));
}

/** Load balancers of a listener. */
export function balancersOf(graph: Graph, listener: GraphResource): GraphResource[] {
  return graph.referred(listener, "loadBalancerArn");
}

/** Services of Cloud Run behind a backend service. */
export function runServicesOf(graph: Graph, backend: GraphResource): GraphResource[] {
  return graph
    .referred(backend, "backends")
    .flatMap((group) => graph.referred(group, "cloudRun"))
    .filter(({ type }) => type === "gcp:cloudrunv2/service");
}

/** Resources of these types whose listener is for one of these. */
export function ofPlane(
  graph: Graph,
  planes: readonly ListenerPlane[],
  types: readonly string[],
): { readonly resource: GraphResource; readonly facts: BoundaryFacts }[] {
  return graph
    .ofType(...types)
    .map((resource) => ({ resource, facts: graph.factsOf(resource) }))
    .filter(({ facts: { plane } }) => plane !== undefined && planes.includes(plane));
}

/** Address ranges that stand for everybody, or for so many that a few of them make everybody: `0.0.0.0/1`, `2000::/3`. */
export function isEverybody(range: unknown): boolean {
  return (
    typeof range === "string" && (range === "*" || /^[\d.]+\/[0-7]$|^[\da-f:]*:[\da-f:]*\/(\d|1[0-5])$/i.test(range))
  );
}

/** Inputs of a rule of a security group with the ranges it is for. */
export const rangeInputs = ["cidrBlocks", "ipv6CidrBlocks"] as const;

/** Whether the ranges of rules are known only after the deployment. */
export function hidesRanges(rules: unknown): boolean {
  if (isHidden(rules)) return true;
  return (
    Array.isArray(rules) &&
    rules.some((rule) => isHidden(rule) || rangeInputs.some((input) => hasHidden(valueAt(rule, input))))
  );
}

/** The ranges among these lists that stand for everybody. */
export function everybodyIn(value: unknown, paths: readonly string[]): string[] {
  return paths.flatMap((path) => textsAt(value, path)).filter(isEverybody);
}
