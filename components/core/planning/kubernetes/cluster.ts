import { InputError, type Problem } from "../../errors";
import type { SpecifiedCluster } from "../config/specified";
import { capacityProblems } from "./capacity";
import { clusterAddresses, type PlannedClusterAddresses } from "./cluster-network";
import { newerVersionProblems } from "./cluster-versions";
import type { KubernetesContext } from "./context";
import type { PlannedNodeConstraint, PlannedNodeGroup } from "./node-group";
import { decideNodes } from "./nodes";
import type { PlannedWorkload } from "./workload";
import { zonesOf } from "./zones";

export type { PlannedClusterSubnet } from "./cluster-network";
export type { PlannedNodeConstraint, PlannedNodeGroup } from "./node-group";

/** The cluster that is made. */
export interface PlannedCluster extends PlannedClusterAddresses {
  /** Cloud it is made in. */
  readonly cloud: "aws" | "gcp";
  /** Kubernetes version, MAJOR.MINOR. */
  readonly version: string;
  /** Who reaches its API. */
  readonly endpoint: {
    /** Whether it can be reached from the internet. */
    readonly public: boolean;
    /** Blocks it can be reached from there. */
    readonly allowedCidrs: readonly string[];
  };
  /** Who administers it besides whoever made it. */
  readonly admins: readonly string[];
  /** Whether EKS Auto Mode runs the nodes. */
  readonly autoMode: boolean;
  /** GKE: release channel. */
  readonly releaseChannel: SpecifiedCluster["releaseChannel"];
  /** When the cloud may maintain it. */
  readonly maintenance: {
    /** Day of the week. */
    readonly day: string;
    /** Hour it begins, UTC. */
    readonly hourUtc: number;
  };
  /** Zones of the region that are used. */
  readonly zones: readonly string[];
  /** None with Auto Mode. */
  readonly nodeGroups: readonly PlannedNodeGroup[];
  /** Auto Mode: what the nodes of each group must be; none without. */
  readonly nodeConstraints: readonly PlannedNodeConstraint[];
}

/**
 * Decides the cluster that is made.
 *
 * @param workloads every workload of the instance, executors too, also those that another stack deploys
 * @throws InputError naming everything a cloud or its nodes cannot hold
 */
export function planCluster(context: KubernetesContext, workloads: readonly PlannedWorkload[]): PlannedCluster {
  const { cloud, region, cluster, network } = context.specification;
  if (cloud === "existing") throw new Error("no cluster is made for cloud existing");
  const { groups, constraints, problems: nodeProblems } = decideNodes(context, workloads);
  const addresses = clusterAddresses(cloud, region, network, groups);
  const problems: Problem[] = [
    ...newerVersionProblems(cluster.version),
    ...nodeProblems,
    ...capacityProblems(context, workloads),
    ...addresses.problems,
  ];
  if (problems.length > 0) throw new InputError(problems);
  const { version, endpoint, admins, autoMode, releaseChannel, maintenance } = cluster;
  return {
    cloud,
    version,
    endpoint,
    admins,
    autoMode,
    releaseChannel,
    maintenance,
    zones: zonesOf(cloud, region),
    ...addresses.planned,
    nodeGroups: groups,
    nodeConstraints: constraints,
  };
}
