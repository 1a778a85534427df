// Which pods of a real API server may connect, worked out from its NetworkPolicies as Kubernetes documents them, and from
// nothing of the project: what it says can be held against what the project meant.

interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
}

interface Peer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number | string; readonly protocol?: string }[];
}

/** A NetworkPolicy as the API server gives it. */
export interface LivePolicy {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: {
    readonly podSelector: Selector;
    readonly policyTypes: readonly ("Ingress" | "Egress")[];
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
  };
}

/** One end of a connection. */
export interface LivePod {
  readonly namespace: string;
  /** Address that a pod has there. */
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

type Labels = LivePod["labels"];

function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([label, value]) => labels[label] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      return (value !== undefined && values.includes(value)) === (operator === "In");
    })
  );
}

const bits = (address: string): string =>
  address
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");

function contains(cidr: string, address: string): boolean {
  const [block = "", length = "32"] = cidr.split("/");
  return bits(block).slice(0, Number(length)) === bits(address).slice(0, Number(length));
}

function isPeer(peer: Peer, pod: LivePod, namespace: string): boolean {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    return contains(cidr, pod.address) && !except.some((each) => contains(each, pod.address));
  }
  const there =
    peer.namespaceSelector === undefined
      ? pod.namespace === namespace
      : selects(peer.namespaceSelector, { "kubernetes.io/metadata.name": pod.namespace });
  return there && selects(peer.podSelector ?? {}, pod.labels);
}

function lets(
  policies: readonly LivePolicy[],
  direction: "Ingress" | "Egress",
  at: LivePod,
  other: LivePod,
  port: number,
): boolean {
  const about = policies.filter(
    ({ metadata, spec }) =>
      metadata.namespace === at.namespace &&
      spec.policyTypes.includes(direction) &&
      selects(spec.podSelector, at.labels),
  );
  if (about.length === 0) return true;
  return about.some(({ metadata, spec }) =>
    ((direction === "Ingress" ? spec.ingress : spec.egress) ?? []).some((rule) => {
      const peers = direction === "Ingress" ? rule.from : rule.to;
      return (
        (rule.ports?.some((each) => each.port === port && (each.protocol ?? "TCP") === "TCP") ?? true) &&
        (peers?.some((peer) => isPeer(peer, other, metadata.namespace)) ?? true)
      );
    }),
  );
}

/** Whether one pod may connect to a TCP port of another: what leaves the one and what enters the other. */
export function mayConnect(policies: readonly LivePolicy[], from: LivePod, to: LivePod, port: number): boolean {
  return lets(policies, "Egress", from, to, port) && lets(policies, "Ingress", to, from, port);
}
