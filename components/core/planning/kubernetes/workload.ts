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
  | {
      /** Name of the Secret. */
      readonly secret: string;
      /** Its key. */
      readonly key: string;
    }
  /** A field of the pod. */
  | {
      /** Path of the field. */
      readonly field: string;
    };

/** What a container asks for and may have, in Kubernetes' notation. */
export interface PlannedResources {
  /** What the scheduler sets aside. */
  readonly requests: PlannedQuantities;
  /** What it cannot exceed. */
  readonly limits: PlannedQuantities;
}

/** Quantities in Kubernetes' notation. */
export interface PlannedQuantities {
  /** Cores. */
  readonly cpu: string;
  /** Memory. */
  readonly memory: string;
  /** Space on the node's disk. */
  readonly "ephemeral-storage"?: string;
}

/** Who a container runs as and what it may do. */
export interface PlannedContainerSecurity {
  /** User id. */
  readonly runAsUser?: number;
  /** Group id. */
  readonly runAsGroup?: number;
  /** Whether Kubernetes refuses to start it as root. */
  readonly runAsNonRoot?: boolean;
  /** Whether it cannot write beside its volumes. */
  readonly readOnlyRootFilesystem?: boolean;
  /** Whether a program may gain rights its parent does not have. */
  readonly allowPrivilegeEscalation?: boolean;
  /** Whether it may do what the node may. */
  readonly privileged?: boolean;
  /** Whether all capabilities are dropped. */
  readonly dropsCapabilities: boolean;
  /** Whether the runtime's seccomp profile is asked for. */
  readonly seccomp: boolean;
}

/** A container of a pod with everything decided. */
export interface PlannedPodContainer {
  /** The vendor's name of the container. */
  readonly name: string;
  /** Entry of the catalogue it runs; helpers have none. */
  readonly service?: ServiceName;
  /** Key of the chart's values that holds its image and resources. */
  readonly valuesKey: string;
  /** Image, by digest where it is known. */
  readonly image: PlannedImage;
  /** Program in place of the image's own. */
  readonly command?: readonly string[];
  /** Arguments in place of the image's own. */
  readonly args?: readonly string[];
  /** Ports it listens on. */
  readonly ports: readonly {
    /** Name that Services and probes refer to. */
    readonly name: string;
    /** Number. */
    readonly number: number;
    /** Who calls it. */
    readonly plane: Plane;
    /** Port of the node it is bound to as well. */
    readonly hostPort?: number;
  }[];
  /** In an order in which `$(NAME)` refers to earlier ones only. */
  readonly environment: readonly {
    /** Name of the variable. */
    readonly name: string;
    /** Its value. */
    readonly value: PlannedPodValue;
  }[];
  /** How Kubernetes asks whether it started, lives and is ready. */
  readonly probes: ProbesFacts;
  /** What it asks for and may have. */
  readonly resources: PlannedResources;
  /** Who it runs as and what it may do. */
  readonly security: PlannedContainerSecurity;
  /** Volumes of the pod it sees. */
  readonly mounts: readonly {
    /** Name of the volume. */
    readonly volume: string;
    /** Path in the container. */
    readonly path: string;
    /** Whether it cannot be written. */
    readonly readOnly?: boolean;
    /** Part of the volume that is seen. */
    readonly subPath?: string;
    /** Sees what the node mounts below the path later on. */
    readonly fromHost?: boolean;
  }[];
}

/** A volume of a pod. */
export type PlannedPodVolume =
  | PodVolumeFacts
  | {
      /** Name in the pod. */
      readonly name: string;
      /** Secret whose keys are its files. */
      readonly secretVolume: string;
    };

/** A claim with everything decided. */
export interface PlannedClaim {
  /** One object of this name, or a template of one for every replica. */
  readonly kind: ClaimFacts["kind"];
  /** Name of the claim or of the template. */
  readonly name: string;
  /** Names of the claim objects: the name itself, or one for every replica. */
  readonly objects: readonly string[];
  /** Labels of the template, complete. Default none. */
  readonly templateLabels?: ClaimFacts["templateLabels"];
  /** Size, GiB. Grows in place. */
  readonly sizeGib: number;
  /** Storage class; undefined for the cluster's default. */
  readonly storageClass?: string;
  /** What kind of data it holds. */
  readonly dataClass: DataClass;
  /** What losing it means. */
  readonly value: ServiceVolume["value"];
}

/** A Deployment, StatefulSet or DaemonSet with everything decided. */
export interface PlannedWorkload {
  /** The vendor's name of the object. */
  readonly name: string;
  /** Kind of the object. */
  readonly kind: WorkloadFacts["kind"];
  /** Entry of the catalogue it belongs to. */
  readonly service?: ServiceName;
  /** Key of the chart's values. */
  readonly valuesKey: string;
  /** Label `app.kubernetes.io/component`. */
  readonly component: string;
  /** All labels of the selector, complete; immutable. */
  readonly selector: Readonly<Record<string, string>>;
  /** Number of pods at first; absent for DaemonSets. */
  readonly replicas?: number;
  /** How its pods are renewed. */
  readonly strategy?: WorkloadFacts["strategy"];
  /** Whether its pods start one after another. */
  readonly podManagementPolicy?: WorkloadFacts["podManagementPolicy"];
  /** Headless Service that gives its pods names. */
  readonly serviceName?: string;
  /** Time a pod has to be ready before it counts, seconds. */
  readonly minReadySeconds?: number;
  /** Who its pods run as. */
  readonly podSecurity: {
    /** User id. */
    readonly runAsUser?: number;
    /** Group id. */
    readonly runAsGroup?: number;
    /** Group that owns the volumes. */
    readonly fsGroup?: number;
    /** Whether the group is set on a volume only when its root does not have it yet. */
    readonly fsGroupOnRootMismatch?: boolean;
    /** Whether Kubernetes refuses to start its pods as root. */
    readonly runAsNonRoot?: boolean;
  };
  /** Time its pods have to stop, seconds. */
  readonly terminationGraceSeconds?: number;
  /** Whether its pods see the processes of the node. */
  readonly hostPid: boolean;
  /** Containers that run before the others, one after another. */
  readonly initContainers: readonly PlannedPodContainer[];
  /** Containers. */
  readonly containers: readonly PlannedPodContainer[];
  /** Volumes of its pods. */
  readonly volumes: readonly PlannedPodVolume[];
  /** Claims of its pods. */
  readonly claims: readonly PlannedClaim[];
  /** Service objects in front of it. */
  readonly services: readonly ServiceObjectFacts[];
  /** Account of its pods, whether it is made, and with which annotations. */
  readonly serviceAccount: {
    /** Name of the account. */
    readonly name: string;
    /** Whether it is made. */
    readonly created: boolean;
    /** Its annotations. */
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
  /** What its account may ask of the API server. */
  readonly rights?: RightsFacts & {
    /** Kind of the role. */
    readonly kind: "Role" | "ClusterRole";
  };
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
  readonly autoscaling?: {
    /** Fewest pods. */
    readonly minimum: number;
    /** Most pods. */
    readonly maximum: number;
    /** Load that is aimed at, percent of the CPU that is asked for. */
    readonly cpuPercent: number;
  };
  /** Priority class of its pods. */
  readonly priorityClass?: string;
  /**
   * Names of the ConfigMaps and Secrets its pods read at start: when their content changes, these pods roll. Configuration
   * files of the frontends are not among them, because the frontends watch them.
   */
  readonly reads: {
    /** ConfigMaps. */
    readonly configMaps: readonly string[];
    /** Secrets. */
    readonly secrets: readonly string[];
  };
  /** Pod security level it meets as planned. */
  readonly podSecurityLevel: WorkloadFacts["podSecurityLevel"];
  /** Why it does not meet `restricted`; absent where it does. */
  readonly exception?: string;
}

/** A ConfigMap of the namespace. */
export interface PlannedConfigMap {
  /** Name of the object. */
  readonly name: string;
  /** Label `app.kubernetes.io/component`. */
  readonly component: string;
  /** File name to text. */
  readonly data: Readonly<Record<string, string>>;
}

/** A Secret of the namespace; values are known only when it is deployed. */
export interface PlannedSecretObject {
  /** Name of the object. */
  readonly name: string;
  /** Label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Type of the Secret; absent: `Opaque`. */
  readonly type?: string;
  /** Key to its parts: literal text and secrets of the plan by name. */
  readonly data: Readonly<Record<string, readonly SecretPart[]>>;
}
