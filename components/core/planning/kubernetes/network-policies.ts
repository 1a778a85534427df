/** Whom a rule of a network policy is about. */
export type PlannedPeer =
  /** Pods of a workload of the namespace, by its name. */
  | { readonly workload: string }
  /** Every pod of a namespace. */
  | { readonly namespace: string }
  /** Every pod of the cluster with these labels, in a namespace. */
  | { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  /** Addresses, but for some. */
  | { readonly cidr: string; readonly except?: readonly string[] };

/** Connections that are allowed: to or from any of the peers, on any of the ports. */
export interface PlannedPolicyRule {
  readonly peers: readonly PlannedPeer[];
  readonly ports: readonly { readonly port: number; readonly protocol: "TCP" | "UDP" }[];
  /** Why, in the user's words. */
  readonly reason: string;
}

/** A network policy of the pods of one workload, or of all pods. */
export interface PlannedNetworkPolicy {
  /** Name of the object. */
  readonly name: string;
  /** Workload it is about; absent: every pod of the namespace. */
  readonly workload?: string;
  readonly ingress: readonly PlannedPolicyRule[];
  readonly egress: readonly PlannedPolicyRule[];
}
