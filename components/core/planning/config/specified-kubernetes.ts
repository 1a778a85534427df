import type { LeavableWorkload } from "../../product/kubernetes/leavable";
import type { ExistingClusterConfig, IssuerConfig, MaintenanceConfig, NodeGroupConfig } from "./config";

// The part of a specification about Kubernetes.

/** How Sourcegraph runs on a cluster, complete. */
export interface SpecifiedKubernetes {
  /** Namespace of the instance. */
  readonly namespace: string;
  /** Whether the namespace is made. */
  readonly createNamespace: boolean;
  /** How much the cluster's admins allow. */
  readonly profile: "default" | "restricted" | "air-gapped";
  /** Own objects, or the vendor's chart. */
  readonly via: "native" | "helm";
  /** The storage class of all claims. */
  readonly storageClass: SpecifiedStorageClass;
  /** How the outside reaches the frontends. */
  readonly ingress: SpecifiedIngress;
  /** Whether network policies are made. */
  readonly networkPolicies: boolean;
  /** Where services may connect to outside the namespace. */
  readonly egress: readonly SpecifiedEgress[];
  /** Accounts of the pods. */
  readonly serviceAccounts: SpecifiedServiceAccounts;
  /** Whom pods run as: the image's user, one the cluster assigns, or a number. */
  readonly userIds: "image" | "assigned" | number;
  /** Priority class of the stores and frontends. */
  readonly priorityClass?: SpecifiedPriorityClass;
  /** Services whose number of pods follows their load. */
  readonly autoscaling: Readonly<Record<string, SpecifiedAutoscaling>>;
  /** Volume snapshot class; absent: no snapshots by the cluster. */
  readonly snapshotClass?: string;
  /** Services that are left out: those that watch, and those that take in code graph indexes. */
  readonly leaveOut: readonly LeavableWorkload[];
  /** Executors. */
  readonly executors?: SpecifiedExecutors;
  /** Whether everything is prepared to be handed over to Helm. */
  readonly handOver: boolean;
  /** Name of the Helm release, part of the labels pods are selected by. */
  readonly helmRelease: string;
  /** Address of the repository the vendor's chart is read from. */
  readonly chartRepository: string;
}

/** The storage class, complete. */
export interface SpecifiedStorageClass {
  /** Its name; absent: the cluster's default class. */
  readonly name?: string;
  /** Whether it is made. */
  readonly create: boolean;
  /** CSI driver; absent where the class is not made. */
  readonly provisioner?: string;
  /** Parameters of the driver. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether its volumes grow. */
  readonly expandable: boolean;
}

/** The Ingress, complete. */
export interface SpecifiedIngress {
  /** Whether it is made. */
  readonly enabled: boolean;
  /** Its class. */
  readonly className?: string;
  /** Annotations beyond those of the class. */
  readonly annotations: Readonly<Record<string, string>>;
  /** TLS Secret. */
  readonly tlsSecret?: string;
  /** cert-manager's issuer. */
  readonly issuer?: Readonly<Required<IssuerConfig>>;
  /** Whether it is reached from inside the network only. */
  readonly internal: boolean;
  /** Cells: it takes calls for any host, because tenants have hosts of their own; absent: for the domain. */
  readonly anyHost?: true;
  /** Namespace of the controller's pods; absent where the cloud's load balancer reaches the frontends' pods by itself. */
  readonly controllerNamespace?: string;
}

/** Addresses outside the namespace. */
export interface SpecifiedEgress {
  /** Address block. */
  readonly cidr: string;
  /** TCP ports. */
  readonly ports: readonly number[];
}

/** Accounts of the pods, complete. */
export interface SpecifiedServiceAccounts {
  /** Whether they are made. */
  readonly create: boolean;
  /** One account for all. */
  readonly name?: string;
  /** Whether every workload has one, also without rights or identity. */
  readonly perWorkload: boolean;
  /** Annotations of those that are made. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** A priority class, complete. */
export interface SpecifiedPriorityClass {
  /** Its name. */
  readonly name: string;
  /** Whether it is made. */
  readonly create: boolean;
  /** Its priority. */
  readonly value: number;
}

/** How the number of pods follows the load, complete. */
export interface SpecifiedAutoscaling {
  /** Fewest pods. */
  readonly minimum: number;
  /** Most pods. */
  readonly maximum: number;
  /** CPU use aimed at, in percent of what is requested. */
  readonly cpuPercent: number;
}

/** Executors, complete. */
export interface SpecifiedExecutors {
  /** Where jobs run. */
  readonly kind: "kubernetes" | "docker-in-docker";
  /** Image of the executor, a whole reference. */
  readonly image?: string;
  /** Image of the Docker Engine beside it, a whole reference. */
  readonly dockerImage?: string;
  /** Queues that are served. */
  readonly queues: readonly ("batches" | "codeintel")[];
  /** Pods. */
  readonly replicas: number;
  /** Jobs at a time in one pod. */
  readonly maximumJobs: number;
  /** Name of the secret with the access token. */
  readonly passwordSecret: string;
}

/** The cluster, complete. */
export interface SpecifiedCluster {
  /** A cluster that is there; absent: one is made. */
  readonly existing?: ExistingClusterConfig;
  /** Whether Sourcegraph is deployed on it. */
  readonly workloads: boolean;
  /** Kubernetes version, MAJOR.MINOR. */
  readonly version: string;
  /** Who reaches the API. */
  readonly endpoint: SpecifiedClusterEndpoint;
  /** Who administers it. */
  readonly admins: readonly string[];
  /** Whether EKS Auto Mode runs the nodes. */
  readonly autoMode: boolean;
  /** What is different for single node groups. */
  readonly nodes: Readonly<Record<string, NodeGroupConfig>>;
  /** GCP: release channel. */
  readonly releaseChannel: "REGULAR" | "STABLE" | "EXTENDED";
  /** When the cloud may maintain cluster and managed services. */
  readonly maintenance: Readonly<Required<MaintenanceConfig>>;
}

/** Who reaches the Kubernetes API, complete. */
export interface SpecifiedClusterEndpoint {
  /** Whether it can be reached from outside the network. */
  readonly public: boolean;
  /** Blocks that may. */
  readonly allowedCidrs: readonly string[];
}
