// What is asked of a cluster that is there before anything is registered. Who asks is the command; here is what comes back.

/** An answer of the cluster, or why there is none. */
export type Answer<Value> = { readonly known: Value } | { readonly unproven: string };

/** A storage class of the cluster. */
export interface StorageClassFact {
  readonly name: string;
  readonly provisioner: string;
  /** Whether its volumes grow. */
  readonly expandable: boolean;
  /** Whether claims that name no class get it. */
  readonly isDefault: boolean;
}

/** The namespace of the instance as it is. */
export interface NamespaceFact {
  /** Pod security level it enforces; absent: none. */
  readonly enforces?: string;
  /** Whether it is being deleted. */
  readonly ending: boolean;
}

/** A claim of the namespace. */
export interface ClaimFact {
  readonly name: string;
  /** Size that is asked for, GiB. */
  readonly sizeGib: number;
  readonly storageClass?: string;
}

/** A workload of the namespace. */
export interface WorkloadFact {
  readonly kind: string;
  readonly name: string;
  /** Labels its pods are selected by; they never change. */
  readonly selector: Readonly<Record<string, string>>;
  /** Helm release that laid it down; absent: none did. */
  readonly helmRelease?: string;
}

/** A node. */
export interface NodeFact {
  /** Cores that pods may ask for. */
  readonly cpus: number;
  /** Memory that pods may ask for, GiB. */
  readonly memoryGib: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Taints that keep pods away, and whether it is cordoned. */
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  readonly cordoned: boolean;
}

/** A right that the plan needs, and whether the identity has it. */
export interface RightFact {
  readonly verb: string;
  /** Plural and group, e.g. `ingresses.networking.k8s.io`. */
  readonly resource: string;
  readonly allowed: boolean;
}

/** Everything that is known of a cluster. */
export interface ClusterFacts {
  /** Version of its API server, e.g. `v1.35.2`. */
  readonly version: Answer<string>;
  /** Kinds it has: plural and group, e.g. `ingresses.networking.k8s.io`. */
  readonly kinds: Answer<readonly string[]>;
  readonly ingressClasses: Answer<readonly { readonly name: string; readonly isDefault: boolean }[]>;
  readonly storageClasses: Answer<readonly StorageClassFact[]>;
  readonly snapshotClasses: Answer<readonly string[]>;
  readonly priorityClasses: Answer<readonly { readonly name: string; readonly value: number }[]>;
  /** `undefined`: there is none of that name. */
  readonly namespace: Answer<NamespaceFact | undefined>;
  /** Whom the mark in the namespace names, `ORGANIZATION/PROJECT/STACK/INSTANCE`; `undefined`: there is no mark. */
  readonly owner: Answer<string | undefined>;
  readonly claims: Answer<readonly ClaimFact[]>;
  readonly workloads: Answer<readonly WorkloadFact[]>;
  /** Namespaces of the accounts that a cluster role binding of the plan's name has now. */
  readonly bindings: Answer<readonly { readonly name: string; readonly namespaces: readonly string[] }[]>;
  /** Whether the issuer of certificates is there. */
  readonly issuer: Answer<boolean>;
  readonly nodes: Answer<readonly NodeFact[]>;
  /** Whether something adds nodes for pods that find no room. */
  readonly autoscaled: Answer<boolean>;
  readonly rights: Answer<readonly RightFact[]>;
}

/** A kind of object that is made, as the cluster's API names it. */
export interface PlannedKind {
  /** Plural and group, e.g. `ingresses.networking.k8s.io`. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** Plural of a kind, and its group, as Kubernetes itself names them. */
export function resourceOf(apiVersion: string, kind: string): string {
  const [group] = apiVersion.includes("/") ? apiVersion.split("/") : [""];
  const name = kind.toLowerCase();
  const plural = name.endsWith("s") ? `${name}es` : name.endsWith("y") ? `${name.slice(0, -1)}ies` : `${name}s`;
  return group === "" || group === undefined ? plural : `${plural}.${group}`;
}
