import * as container from "@pulumi/gcp/container";
import * as projects from "@pulumi/gcp/projects";
import * as pulumi from "@pulumi/pulumi";
import { memberName } from "../core/planning/kubernetes/gke";
import { transformed } from "../vm/args";
import type { GkeExistingNetwork, GuardedGkeArgs } from "./gcp-args";
import type { GkeKeys } from "./gcp-keys";
import { nodeConfig, type GkeNodeIdentity } from "./gcp-nodes";
import type { GkeScope } from "./gcp-scope";

/** From when on GKE raises no minor version by itself. Any day before the cluster's first will do. */
const exclusionFrom = "2026-01-01T00:00:00Z";

/** Where a cluster stands, and what makes that place usable. */
export interface GkePlace extends GkeExistingNetwork {
  /** The way out and the like: there before nodes are. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * Declares the control plane, in all zones of the region.
 *
 * Its version is the config's: GKE adds patches in the maintenance window, and raises the minor version by itself only when
 * support for it ends. Nodes are in pools of their own; the pool GKE begins with goes at once.
 *
 * While `deletionProtection` is on, the engine refuses to delete or replace it too: GKE alone would refuse only when all
 * nodes are gone.
 */
export function declareControlPlane(
  scope: GkeScope,
  o: { readonly place: GkePlace; readonly keys: GkeKeys; readonly nodes: GkeNodeIdentity },
): container.Cluster {
  const { parent, names, project, specification, cluster, gke, labels, transform } = scope;
  const { place, keys, nodes } = o;
  const { deletionProtection, region } = specification;
  const { podRange, serviceRange } = place;
  const guarded: Pick<container.ClusterArgs, GuardedGkeArgs> = {
    project,
    location: region,
    network: place.network,
    subnetwork: place.subnetwork,
    networkingMode: "VPC_NATIVE",
    ipAllocationPolicy: {
      stackType: "IPV4",
      ...(podRange === undefined ? {} : { clusterSecondaryRangeName: podRange }),
      ...(serviceRange === undefined ? {} : { servicesSecondaryRangeName: serviceRange }),
    },
    // Enforces network policies.
    datapathProvider: "ADVANCED_DATAPATH",
    privateClusterConfig: { enablePrivateNodes: true, enablePrivateEndpoint: !gke.publicEndpoint },
    masterAuthorizedNetworksConfig: {
      cidrBlocks: gke.authorizedBlocks.map((cidrBlock) => ({ cidrBlock })),
      gcpPublicCidrsAccessEnabled: false,
    },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { allowExternalTraffic: false } },
    databaseEncryption: { state: "ENCRYPTED", keyName: keys.secrets },
    workloadIdentityConfig: { workloadPool: `${project}.svc.id.goog` },
    minMasterVersion: cluster.version,
    removeDefaultNodePool: true,
    initialNodeCount: 1,
    // Of the pool that goes at once.
    nodeConfig: nodeConfig(scope, nodes, keys),
    deletionProtection,
  };
  const changeable: Omit<container.ClusterArgs, GuardedGkeArgs> = {
    nodeLocations: [...cluster.zones],
    releaseChannel: { channel: cluster.releaseChannel },
    maintenancePolicy: {
      recurringWindow: { ...gke.window },
      maintenanceExclusions: [
        {
          exclusionName: "minor-versions-come-from-the-config",
          startTime: exclusionFrom,
          exclusionOptions: { scope: "NO_MINOR_UPGRADES", endTimeBehavior: "UNTIL_END_OF_SUPPORT" },
        },
      ],
    },
    addonsConfig: {
      gcePersistentDiskCsiDriverConfig: { enabled: true },
      gkeBackupAgentConfig: { enabled: true },
      horizontalPodAutoscaling: { disabled: false },
      httpLoadBalancing: { disabled: false },
    },
    enableShieldedNodes: true,
    enableIntranodeVisibility: true,
    loggingConfig: {
      enableComponents: ["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
    },
    monitoringConfig: {
      enableComponents: ["SYSTEM_COMPONENTS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER"],
      managedPrometheus: { enabled: false },
    },
    costManagementConfig: { enabled: true },
    securityPostureConfig: { mode: "BASIC", vulnerabilityMode: "VULNERABILITY_DISABLED" },
    resourceLabels: labels,
  };
  return new container.Cluster(
    names.cluster,
    { ...transformed(changeable, transform.cluster), ...guarded },
    {
      parent,
      protect: deletionProtection,
      // What is said of the pool that is gone would replace the cluster; pools carry the versions of nodes.
      ignoreChanges: ["initialNodeCount", "nodeConfig", "nodeVersion"],
      dependsOn: [...keys.forCluster, ...keys.forDisks, ...nodes.rights, ...place.ready],
    },
  );
}

/**
 * Declares who administers the cluster: by a role of the project that holds for this cluster alone, since GKE takes a role of
 * IAM for rights in the cluster too.
 */
export function declareAdmins(scope: GkeScope, control: container.Cluster): projects.IAMMember[] {
  const { parent, names, project, cluster } = scope;
  return cluster.admins.map(
    (member) =>
      new projects.IAMMember(
        names.admin(memberName(member)),
        {
          project,
          role: "roles/container.admin",
          member,
          condition: {
            title: "this cluster only",
            expression: pulumi.interpolate`resource.name.endsWith("/clusters/${control.name}")`,
          },
        },
        { parent },
      ),
  );
}
