import * as container from "@pulumi/gcp/container";
import * as projects from "@pulumi/gcp/projects";
import * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as inputs from "@pulumi/gcp/types/input";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedNodeGroup } from "../core/planning/kubernetes/cluster";
import { gkeNodeVersion } from "../core/planning/kubernetes/gke";
import { nodeGroupLabel } from "../core/planning/kubernetes/node-group";
import { transformed } from "../vm/args";
import { partlyTransformed } from "../vm/gcp-args";
import { accountId } from "../vm/gcp-names";
import type { GkeKeys } from "./gcp-keys";
import type { GkeScope } from "./gcp-scope";

/** The account of the nodes and its rights: nodes start when they have both, and the account outlives them. */
export interface GkeNodeIdentity {
  readonly account: serviceaccount.Account;
  readonly rights: readonly pulumi.Resource[];
}

/** The nodes' own account, with no key and no right but those planned. Pods cannot use it: they have accounts of their own. */
export function declareNodeIdentity(scope: GkeScope): GkeNodeIdentity {
  const { parent, names, project, specification, gke, transform } = scope;
  const account = new serviceaccount.Account(
    names.nodeAccount,
    partlyTransformed<serviceaccount.AccountArgs, "description" | "displayName">(
      {
        project,
        accountId: accountId(specification.name, pulumi.getProject(), `${pulumi.getStack()}/nodes`),
        displayName: `Nodes of Sourcegraph ${specification.name}`,
        description: "identity of the cluster's nodes",
      },
      transform.nodeAccount,
      ["description", "displayName"],
    ),
    // A renamed stack keeps its account.
    { parent, ignoreChanges: ["accountId"] },
  );
  const rights = Object.entries(gke.nodeRoles).map(
    ([short, role]) =>
      new projects.IAMMember(names.nodeRole(short), { project, role, member: account.member }, { parent }),
  );
  return { account, rights };
}

/** What every machine of the cluster has. */
export function nodeConfig(
  { labels }: Pick<GkeScope, "labels">,
  { account }: GkeNodeIdentity,
  { disks }: Pick<GkeKeys, "disks">,
): inputs.container.NodePoolNodeConfig {
  return {
    imageType: "COS_CONTAINERD",
    diskType: "pd-balanced",
    bootDiskKmsKey: disks,
    serviceAccount: account.email,
    // What the account may do is said by its roles.
    oauthScopes: ["https://www.googleapis.com/auth/cloud-platform"],
    metadata: { "disable-legacy-endpoints": "true" },
    workloadMetadataConfig: { mode: "GKE_METADATA" },
    shieldedInstanceConfig: { enableSecureBoot: true, enableIntegrityMonitoring: true },
    resourceLabels: labels,
  };
}

/**
 * Declares a node pool for each group, over the group's zones. GKE exchanges nodes one at a time, a new one first, and
 * honours the pods' disruption budgets; a pod with a volume goes on in the zone of that volume, since the pool has nodes in
 * each. What replaces a pool makes the new one first.
 *
 * Pools come to the version of the control plane after it. The number of nodes follows the pods within the planned bounds.
 */
export function declareNodePools(
  scope: GkeScope,
  o: { readonly control: container.Cluster; readonly nodes: GkeNodeIdentity; readonly keys: GkeKeys },
): container.NodePool[] {
  const { cluster, gke } = scope;
  return gke.pools.flatMap(({ name, perZone }) =>
    cluster.nodeGroups.filter((group) => group.name === name).map((group) => pool(scope, { ...o, group, perZone })),
  );
}

function pool(
  scope: GkeScope,
  o: {
    readonly control: container.Cluster;
    readonly nodes: GkeNodeIdentity;
    readonly keys: GkeKeys;
    readonly group: PlannedNodeGroup;
    readonly perZone: { readonly initial: number; readonly minimum: number; readonly maximum: number };
  },
): container.NodePool {
  const { parent, names, project, specification, cluster, transform } = scope;
  const { control, nodes, keys, group, perZone } = o;
  return new container.NodePool(
    names.nodePool(group.name),
    transformed<container.NodePoolArgs>(
      {
        project,
        location: specification.region,
        cluster: control.name,
        version: control.masterVersion.apply((version) => gkeNodeVersion(version, cluster.version)),
        nodeLocations: [...group.zones],
        initialNodeCount: perZone.initial,
        autoscaling: {
          minNodeCount: perZone.minimum,
          maxNodeCount: perZone.maximum,
          locationPolicy: "BALANCED",
        },
        management: { autoRepair: true, autoUpgrade: true },
        upgradeSettings: { strategy: "SURGE", maxSurge: 1, maxUnavailable: 0 },
        networkConfig: { enablePrivateNodes: true },
        nodeConfig: {
          ...nodeConfig(scope, nodes, keys),
          machineType: group.machineType,
          diskSizeGb: group.diskGb,
          labels: { [nodeGroupLabel]: group.name },
          ...(Object.keys(group.sysctls).length > 0 && { linuxNodeConfig: { sysctls: group.sysctls } }),
        },
      },
      transform.nodePool,
    ),
    // Another number at first would replace the pool, of which the bounds say enough later on.
    { parent, ignoreChanges: ["initialNodeCount"], dependsOn: [...keys.forDisks, ...nodes.rights] },
  );
}
