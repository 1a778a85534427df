import { valueAt, type GraphResource } from "../graph";
import { inText, listAt } from "../sights";

/** Label that tells pods of a service apart, the more telling first. */
const serviceLabels = ["app", "app.kubernetes.io/component", "app.kubernetes.io/name"] as const;

/** The service that a selector of pods names; undefined for all, or where no label tells. */
export function serviceOf(selector: unknown): string | undefined {
  const labels = (valueAt(selector, "matchLabels") ?? {}) as Readonly<Record<string, unknown>>;
  const name = serviceLabels.map((label) => labels[label]).find((each) => typeof each === "string");
  return typeof name === "string" ? name : undefined;
}

/** Pods of Jobs that have no label of a service, such as those that executors start. */
export const jobPods = "executor-jobs";

/** Pods of another namespace, in words. */
export function namespacePeer(namespace: string, labels: Readonly<Record<string, unknown>> = {}): string {
  const pods = Object.entries(labels).map(([label, value]) => `${label}=${String(value)}`);
  return `namespace ${namespace}${pods.length === 0 ? "" : ` (${pods.join(", ")})`}`;
}

const namespaceLabel = "kubernetes.io/metadata.name";

/** Who a peer of a policy is, in words; as it is written where there are none. */
function peerOf(peer: unknown): string {
  const pods = valueAt(peer, "podSelector");
  const labels = (valueAt(peer, "namespaceSelector.matchLabels") ?? {}) as Readonly<Record<string, unknown>>;
  const namespace = labels[namespaceLabel];
  if (typeof namespace === "string")
    return namespacePeer(namespace, (valueAt(pods, "matchLabels") ?? {}) as Readonly<Record<string, unknown>>);
  const range = valueAt(peer, "ipBlock.cidr");
  if (typeof range === "string") return range;
  const isOfJobs = listAt(pods, "matchExpressions").some(
    (each) => valueAt(each, "key") === "batch.kubernetes.io/job-name" && valueAt(each, "operator") === "Exists",
  );
  return serviceOf(pods) ?? (isOfJobs ? jobPods : inText(peer));
}

/** Somebody who may open connections to a service of a namespace. */
export interface Opening {
  /** Caller: a service, or the peer as it is written. */
  readonly from: string;
  readonly to: string;
  /** Absent for every port. */
  readonly port?: number;
}

const absent = (selector: unknown): boolean =>
  selector === undefined ||
  (Object.keys(valueAt(selector, "matchLabels") ?? {}).length === 0 &&
    listAt(selector, "matchExpressions").length === 0);

/** Whether a policy is of every pod of its namespace. */
export function isOfEveryPod({ inputs }: GraphResource): boolean {
  return absent(valueAt(inputs, "spec.podSelector"));
}

/** What a policy lets in, by caller, callee and port. */
export function openingsOf({ name, inputs }: GraphResource): Opening[] {
  const selector = valueAt(inputs, "spec.podSelector");
  const to = serviceOf(selector) ?? (absent(selector) ? "every pod" : name);
  return listAt(inputs, "spec.ingress").flatMap((rule) => {
    const peers = listAt(rule, "from").map(peerOf);
    const ports = listAt(rule, "ports").flatMap((each) => {
      const [first, last] = [Number(valueAt(each, "port")), Number(valueAt(each, "endPort") ?? valueAt(each, "port"))];
      return Number.isInteger(first) ? Array.from({ length: last - first + 1 }, (_, index) => first + index) : [];
    });
    return (peers.length === 0 ? ["everybody"] : peers).flatMap((from): Opening[] =>
      ports.length === 0 ? [{ from, to }] : ports.map((port) => ({ from, to, port })),
    );
  });
}
