/** A group of like nodes. */
export interface PlannedNodeGroup {
  /** `general`, `search` or `stores`; also the value of the label `sourcegraph.com/node-group`. */
  readonly name: NodeGroupName;
  /** Machine type of the cloud. */
  readonly machineType: string;
  /** vCPUs of one node. */
  readonly vcpu: number;
  /** Memory of one node, GiB. */
  readonly memoryGib: number;
  /** What pods can have of one node, after what the system and the DaemonSets keep: cores and GiB. */
  readonly allocatable: {
    /** Cores. */
    readonly cpus: number;
    /** Memory, GiB. */
    readonly memoryGib: number;
  };
  /** Most pods of one node beside those of the DaemonSets, the instance's and the cloud's. */
  readonly podsPerNode: number;
  /** Nodes at first, fewest and most, over all zones; always as many in every zone. */
  readonly nodes: {
    /** At first. */
    readonly initial: number;
    /** Fewest. */
    readonly minimum: number;
    /** Most. */
    readonly maximum: number;
  };
  /** Zones it stands in, with a pool in each; one alone where no workload has a pod for a second. Never fewer later on. */
  readonly zones: readonly string[];
  /** Boot disk, GB. */
  readonly diskGb: number;
  /** Kernel settings of its nodes, such as `vm.max_map_count`. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Workloads that go there. */
  readonly workloads: readonly string[];
}

/** Node groups, in the order they are made: what must not be disturbed first. */
export const nodeGroupNames = ["stores", "search", "general"] as const;
/** Name of a node group. */
export type NodeGroupName = (typeof nodeGroupNames)[number];

/** Label by which pods find the nodes of their group. */
export const nodeGroupLabel = "sourcegraph.com/node-group";

/** EKS Auto Mode: what the nodes of a group must be, where the cloud chooses them. */
export interface PlannedNodeConstraint {
  /** As of a node group. */
  readonly name: NodeGroupName;
  /** Fewest vCPUs of a node: the largest pod, and what the system keeps. */
  readonly minimumVcpu: number;
  /** Least memory of a node, GiB. */
  readonly minimumMemoryGib: number;
  /** Most vCPUs of all nodes of the group together. */
  readonly vcpuLimit: number;
  /** Nodes that would hold its pods, for the price; the cloud chooses its own. */
  readonly reckoned: {
    /** Machine type. */
    readonly machineType: string;
    /** Number. */
    readonly count: number;
    /** Boot disk of each, GB. */
    readonly diskGb: number;
  };
  /** Zones it may stand in. */
  readonly zones: readonly string[];
  /** Workloads that go there. */
  readonly workloads: readonly string[];
}
