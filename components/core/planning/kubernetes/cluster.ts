/** A group of like nodes. */
export interface PlannedNodeGroup {
  /** `general`, `search` or `stores`; also the value of the label `sourcegraph.com/node-group`. */
  readonly name: string;
  /** Machine type of the cloud. */
  readonly machineType: string;
  /** vCPUs and GiB of memory of one node. */
  readonly vcpu: number;
  readonly memoryGib: number;
  /** What pods can have of one node, after what the system keeps: cores and GiB. */
  readonly allocatable: { readonly cpus: number; readonly memoryGib: number };
  /** Nodes at first, fewest and most, over all zones. */
  readonly nodes: { readonly initial: number; readonly minimum: number; readonly maximum: number };
  /** Zones it stands in; a group of pods with volumes has a pool in every zone. */
  readonly zones: readonly string[];
  /** Boot disk, GB. */
  readonly diskGb: number;
  /** Kernel settings of its nodes, such as `vm.max_map_count`. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Workloads that go there. */
  readonly workloads: readonly string[];
}

/** A subnet of a cluster's network. */
export interface PlannedClusterSubnet {
  readonly name: string;
  readonly cidr: string;
  readonly zone?: string;
  readonly public: boolean;
}

/** The cluster that is made. */
export interface PlannedCluster {
  readonly cloud: "aws" | "gcp";
  /** Kubernetes version, MAJOR.MINOR. */
  readonly version: string;
  readonly endpoint: { readonly public: boolean; readonly allowedCidrs: readonly string[] };
  readonly admins: readonly string[];
  readonly autoMode: boolean;
  readonly releaseChannel: "REGULAR" | "STABLE" | "EXTENDED";
  readonly maintenance: { readonly day: string; readonly hourUtc: number };
  /** Zones of the region that are used. */
  readonly zones: readonly string[];
  /** Address block of the network that is made, and how it is cut; absent for a network that is there. */
  readonly network?: { readonly cidr: string; readonly subnets: readonly PlannedClusterSubnet[] };
  /** GKE: blocks of pods and services. */
  readonly podCidr?: string;
  readonly serviceCidr?: string;
  readonly nodeGroups: readonly PlannedNodeGroup[];
}
