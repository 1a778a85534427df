import type * as container from "@pulumi/gcp/container";
import type * as gkebackup from "@pulumi/gcp/gkebackup";
import type * as kms from "@pulumi/gcp/kms";
import type * as monitoring from "@pulumi/gcp/monitoring";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as pulumi from "@pulumi/pulumi";
import type { KeysByUse } from "../keys";
import type { GcpClusterNetworkTransforms } from "../network/gcp-cluster";
import type { Transform } from "../vm/args";
import type { ClusterArgs } from "./args";

/** What of the cluster cannot be changed beside the plan, because it would replace the cluster or open it. */
export type GuardedGkeArgs =
  | "controlPlaneEndpointsConfig"
  | "databaseEncryption"
  | "datapathProvider"
  | "deletionProtection"
  | "initialNodeCount"
  | "ipAllocationPolicy"
  | "location"
  | "masterAuthorizedNetworksConfig"
  | "minMasterVersion"
  | "name"
  | "network"
  | "networkingMode"
  | "nodeConfig"
  | "privateClusterConfig"
  | "project"
  | "removeDefaultNodePool"
  | "subnetwork"
  | "workloadIdentityConfig";

/**
 * Changes to single children of the cluster, applied last. They change arguments, never options: what is protected stays
 * protected.
 */
export interface GkeTransforms extends GcpClusterNetworkTransforms {
  /** The key of the cluster's secrets and disks: how often it rotates, and labels. */
  readonly key?: Transform<Pick<kms.CryptoKeyArgs, "labels" | "rotationPeriod">>;
  /** The account of the nodes. */
  readonly nodeAccount?: Transform<Pick<serviceaccount.AccountArgs, "description" | "displayName">>;
  /** The cluster, but for what would replace or open it. */
  readonly cluster?: Transform<Omit<container.ClusterArgs, GuardedGkeArgs>>;
  /** The node pools, each of them. Some changes replace a pool: a new one is made first. */
  readonly nodePool?: Transform<container.NodePoolArgs>;
  /** The plan of the daily backups. How long they are kept, and when they are made, is given by `backup`. */
  readonly backupPlan?: Transform<Pick<gkebackup.BackupPlanArgs, "description" | "labels">>;
  /** Where alarms are sent, with `alarms`. */
  readonly channel?: Transform<monitoring.NotificationChannelArgs>;
  /** The alarms, each of them. */
  readonly alarm?: Transform<monitoring.AlertPolicyArgs>;
}

/** A network that exists, as links or resources of the same program. */
export interface GkeExistingNetwork {
  /** Name or self link of the network. A change replaces the cluster. */
  readonly network: pulumi.Input<string>;
  /** Name or self link of the subnetwork of the nodes, in the region. A change replaces the cluster. */
  readonly subnetwork: pulumi.Input<string>;
  /** Name of its range for pods. Default: GKE adds one. A change replaces the cluster. */
  readonly podRange?: pulumi.Input<string>;
  /** Name of its range for services. Default: GKE adds one. A change replaces the cluster. */
  readonly serviceRange?: pulumi.Input<string>;
}

/** Arguments of `GkeCluster`. */
export interface GkeClusterArgs extends ClusterArgs {
  /**
   * A network that exists, with Cloud NAT for nodes without public addresses, and private services access where databases or
   * Redis are managed. Excludes `network`. Default: a network is made.
   */
  readonly existingNetwork?: GkeExistingNetwork;
  /**
   * Full names of keys that exist in the region, in place of one that is made: `secret` for what the API keeps, `disk` for the
   * nodes' disks, `backup` for the daily backups; all three, or none. Default: one key is made for all. Another `disk` replaces
   * the node pools; others are in place.
   */
  readonly keys?: KeysByUse;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: GkeTransforms;
}
