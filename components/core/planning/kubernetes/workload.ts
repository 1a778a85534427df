import type {
  ClaimFacts,
  PodVolumeFacts,
  ProbesFacts,
  RightsFacts,
  ServiceObjectFacts,
  WorkloadFacts,
} from "../../product/kubernetes/workload-facts";
import type { DataClass, Plane, ServiceName, ServiceVolume } from "../../product/service";
import type { TolerationConfig } from "../config/config";
import type { PlannedImage } from "../vm/container";
import type { SecretPart } from "../secrets";

/** The value of an environment variable of a pod, decided. */
export type PlannedPodValue =
  | string
  /** A key of a Secret of the namespace. */
  | { readonly secret: string; readonly key: string }
  /** A field of the pod. */
  | { readonly field: string };

/** What a container asks for and may have, in Kubernetes' notation. */
export interface PlannedResources {
  readonly requests: Readonly<Record<"cpu" | "memory", string> & { "ephemeral-storage"?: string }>;
  readonly limits: Readonly<Record<"cpu" | "memory", string> & { "ephemeral-storage"?: string }>;
}

/** Who a container runs as and what it may do. */
export interface PlannedContainerSecurity {
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly runAsNonRoot?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  /** Whether all capabilities are dropped. */
  readonly dropsCapabilities: boolean;
  /** Whether the runtime's seccomp profile is asked for. */
  readonly seccomp: boolean;
}

/** A container of a pod with everything decided. */
export interface PlannedPodContainer {
  readonly name: string;
  readonly service?: ServiceName;
  readonly valuesKey: string;
  readonly image: PlannedImage;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports: readonly {
    readonly name: string;
    readonly number: number;
    readonly plane: Plane;
    readonly hostPort?: number;
  }[];
  /** In an order in which `$(NAME)` refers to earlier ones only. */
  readonly environment: readonly { readonly name: string; readonly value: PlannedPodValue }[];
  readonly probes: ProbesFacts;
  readonly resources: PlannedResources;
  readonly security: PlannedContainerSecurity;
  readonly mounts: readonly {
    readonly volume: string;
    readonly path: string;
    readonly readOnly?: boolean;
    readonly subPath?: string;
    /** Sees what the node mounts below the path later on. */
    readonly fromHost?: boolean;
  }[];
}

/** A volume of a pod. */
export type PlannedPodVolume = PodVolumeFacts | { readonly name: string; readonly secretVolume: string };

/** A claim with everything decided. */
export interface PlannedClaim {
  readonly kind: ClaimFacts["kind"];
  /** Name of the claim or of the template. */
  readonly name: string;
  /** Names of the claim objects: the name itself, or one for every replica. */
  readonly objects: readonly string[];
  readonly sizeGib: number;
  /** Storage class; undefined for the cluster's default. */
  readonly storageClass?: string;
  readonly dataClass: DataClass;
  readonly value: ServiceVolume["value"];
}

/** A Deployment, StatefulSet or DaemonSet with everything decided. */
export interface PlannedWorkload {
  readonly name: string;
  readonly kind: WorkloadFacts["kind"];
  readonly service?: ServiceName;
  readonly valuesKey: string;
  readonly component: string;
  /** All labels of the selector, complete; immutable. */
  readonly selector: Readonly<Record<string, string>>;
  /** Number of pods at first; absent for DaemonSets. */
  readonly replicas?: number;
  readonly strategy?: WorkloadFacts["strategy"];
  readonly podManagementPolicy?: WorkloadFacts["podManagementPolicy"];
  readonly serviceName?: string;
  readonly minReadySeconds?: number;
  readonly podSecurity: {
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly fsGroup?: number;
    /** Whether the group is set on a volume only when its root does not have it yet. */
    readonly fsGroupOnRootMismatch?: boolean;
    readonly runAsNonRoot?: boolean;
  };
  readonly terminationGraceSeconds?: number;
  readonly hostPid: boolean;
  readonly initContainers: readonly PlannedPodContainer[];
  readonly containers: readonly PlannedPodContainer[];
  readonly volumes: readonly PlannedPodVolume[];
  readonly claims: readonly PlannedClaim[];
  readonly services: readonly ServiceObjectFacts[];
  /** Account of its pods, whether it is made, and with which annotations. */
  readonly serviceAccount: {
    readonly name: string;
    readonly created: boolean;
    readonly annotations: Readonly<Record<string, string>>;
  };
  /** Whether its pods see the token of their account: only where it has rights. */
  readonly mountsToken: boolean;
  /** Port that Prometheus scrapes at the pods themselves. */
  readonly podScrapePort?: number;
  /** Labels of its pods beyond those of the selector and of every object. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Annotations of its pods, as the config gives them. */
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly rights?: RightsFacts & { readonly kind: "Role" | "ClusterRole" };
  /** Rank in a roll-out, lowest first. */
  readonly rank: WorkloadFacts["rank"];
  /** Node group its pods go to; absent: anywhere. */
  readonly nodeGroup?: "general" | "search" | "stores";
  /** Labels of the nodes its pods go to, in place of a node group. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** Taints of nodes its pods put up with. */
  readonly tolerations: readonly TolerationConfig[];
  /** Pods are kept apart over zones and nodes. */
  readonly spread: boolean;
  /** At most so many pods of it are evicted at a time; absent without a budget. */
  readonly maxUnavailable?: number;
  /** Number of pods follows the load; `replicas` is then the fewest. */
  readonly autoscaling?: { readonly minimum: number; readonly maximum: number; readonly cpuPercent: number };
  readonly priorityClass?: string;
  /**
   * Names of the ConfigMaps and Secrets its pods read at start: when their content changes, these pods roll. Configuration
   * files of the frontends are not among them, because the frontends watch them.
   */
  readonly reads: { readonly configMaps: readonly string[]; readonly secrets: readonly string[] };
  /** Pod security level it meets as planned. */
  readonly podSecurityLevel: WorkloadFacts["podSecurityLevel"];
  /** Why it does not meet `restricted`; absent where it does. */
  readonly exception?: string;
}

/** A ConfigMap of the namespace. */
export interface PlannedConfigMap {
  readonly name: string;
  readonly component: string;
  /** File name to text. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Secret of the namespace; values are known only when it is deployed. */
export interface PlannedSecretObject {
  readonly name: string;
  readonly component: string;
  readonly type?: string;
  /** Key to its parts: literal text and secrets of the plan by name. */
  readonly data: Readonly<Record<string, readonly SecretPart[]>>;
}
