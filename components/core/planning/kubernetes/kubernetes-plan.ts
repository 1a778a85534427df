import type { DataResource } from "../data-safety";
import type { PlannedManagedServices } from "../managed/managed";
import type { PriceEstimate } from "../price/price";
import type { PlannedSecret } from "../secrets";
import type { SizeLabel, Usage } from "../sizing/usage";
import type { Exposure } from "../vm/plan";
import type { PlannedCluster } from "./cluster";
import type { PlannedExecutors } from "./executors";
import type { PlannedIngress } from "./ingress";
import type { PlannedNetworkPolicy } from "./network-policies";
import type { PlannedRestrictions } from "./restrictions";
import type { PlannedConfigMap, PlannedSecretObject, PlannedWorkload } from "./workload";

/** Every decision of a deployment on Kubernetes, as plain data. */
export interface KubernetesPlan {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of the instance. */
  readonly name: string;
  /** What is built. */
  readonly shape: "kubernetes";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp" | "existing";
  /** Region of the cloud; `existing` without one. */
  readonly region: string;
  /** Exact release; also the version of the chart. */
  readonly release: string;
  /** Day the release was published, `YYYY-MM-DD`. */
  readonly releaseDate: string;
  /** Size, named or computed. */
  readonly size: SizeLabel;
  /** What the size was computed from, or what it stands for. */
  readonly usage: Usage;
  /** Whether the size was named or computed from usage. */
  readonly sizeGiven: "named" | "usage";
  /** Namespace of the instance. */
  readonly namespace: PlannedNamespace;
  /** What else is not allowed in it, on a replica's cluster; absent where nothing is said. */
  readonly restrictions?: PlannedRestrictions;
  /** How much the cluster's admins allow. */
  readonly profile: "default" | "restricted" | "air-gapped";
  /** Own objects, or the vendor's chart. */
  readonly via: "native" | "helm";
  /** Name of the Helm release, part of the labels pods are selected by. */
  readonly helmRelease: string;
  /** Address of the repository the vendor's chart is read from. */
  readonly chartRepository: string;
  /** Registry and prefix of every image that nothing else is said of. */
  readonly registry: string;
  /** Whether everything is prepared to be handed over to Helm. */
  readonly handOver: boolean;
  /** How the instance is reached, and by whom. */
  readonly exposure: Exposure;
  /** The Ingress; absent without one. */
  readonly ingress?: PlannedIngress;
  /** The storage class; absent where claims take one that is there. */
  readonly storageClass?: PlannedStorageClass;
  /** The priority class that is made; absent without one. */
  readonly priorityClass?: {
    /** Name of the object. */
    readonly name: string;
    /** Its value; higher goes first. */
    readonly value: number;
  };
  /** Every workload, in the order of the catalogue; none where the cluster is made alone. */
  readonly workloads: readonly PlannedWorkload[];
  /** Every ConfigMap. */
  readonly configMaps: readonly PlannedConfigMap[];
  /** Every Secret of the namespace, without values. */
  readonly secretObjects: readonly PlannedSecretObject[];
  /** Network policies; none where they are switched off. */
  readonly networkPolicies: readonly PlannedNetworkPolicy[];
  /** Executors; absent without them. */
  readonly executors?: PlannedExecutors;
  /** Volume snapshot class of the snapshots before upgrades; absent without them. */
  readonly snapshotClass?: string;
  /** Image pull secret; absent for registries without login. */
  readonly imagePullSecret?: string;
  /** The cluster that is made; absent for one that is there. */
  readonly cluster?: PlannedCluster;
  /** Services of the cloud in place of bundled ones. */
  readonly managed: PlannedManagedServices;
  /** Every secret, by name only. */
  readonly secrets: readonly PlannedSecret[];
  /** How the customer takes back the key that everything is under, and what happens then; absent under keys of ours. */
  readonly revocation?: string;
  /** Everything that holds data and must not be lost. */
  readonly dataResources: readonly DataResource[];
  /** Absent on a cluster of which nothing is known. */
  readonly price?: PriceEstimate;
  /** Things a person should know before going on. */
  readonly notices: readonly string[];
}

/** The namespace of the instance. */
export interface PlannedNamespace {
  /** Its name. */
  readonly name: string;
  /** Whether it is made. */
  readonly create: boolean;
  /** Pod security level all planned pods meet, which a namespace that is made enforces. */
  readonly podSecurityLevel: "restricted" | "baseline" | "privileged";
}

/** A storage class that is made. */
export interface PlannedStorageClass {
  /** Its name. */
  readonly name: string;
  /** CSI driver. */
  readonly provisioner: string;
  /** Parameters of the driver. */
  readonly parameters: Readonly<Record<string, string>>;
}
