import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as eks from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import { principalName } from "../core/planning/kubernetes/eks";
import { transformed } from "../vm/args";
import { partitionOf } from "../vm/aws-scope";
import { declareLogsKey, type EksKey } from "./aws-keys";
import type { EksRole } from "./aws-roles";
import { clusterTags, type EksScope } from "./aws-scope";

/** Days the logs of the control plane are kept. */
const logDays = 90;

/** Every log the control plane writes. */
const logTypes = ["api", "audit", "authenticator", "controllerManager", "scheduler"];

/**
 * Declares the control plane. Its name is the instance's, because the log group, which has to be there first for its
 * retention to count, is named after it.
 *
 * While `deletionProtection` is on, the engine protects it too, so that the preview of a destroy fails: EKS alone would refuse
 * only when all nodes are gone.
 */
export function declareControlPlane(
  scope: EksScope,
  o: {
    readonly key: EksKey;
    readonly role: EksRole;
    /** Role of the nodes that Auto Mode starts. */
    readonly nodeRole: EksRole;
    readonly subnetIds: readonly pulumi.Input<string>[];
    /** The network, where one is made: the API's addresses lie in it. */
    readonly network: readonly pulumi.Resource[];
  },
): eks.Cluster {
  const { parent, names, transform, specification, cluster, eks: planned, keys } = scope;
  const { name, deletionProtection } = specification;
  const logs = new cloudwatch.LogGroup(
    names.logs,
    transformed(
      {
        name: `/aws/eks/${name}/cluster`,
        retentionInDays: logDays,
        kmsKeyId: keys.log ?? declareLogsKey(scope),
        tags: clusterTags(scope, names.logs),
      },
      transform.logGroup,
    ),
    { parent },
  );
  const open = planned.publicCidrs.length > 0;
  const guarded = {
    name,
    version: cluster.version,
    roleArn: o.role.role.arn,
    vpcConfig: {
      subnetIds: [...o.subnetIds],
      endpointPrivateAccess: true,
      endpointPublicAccess: open,
      ...(open ? { publicAccessCidrs: [...planned.publicCidrs] } : {}),
    },
    // Whoever makes the cluster has to deploy on it.
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
    encryptionConfig: { provider: { keyArn: o.key.arn }, resources: ["secrets"] },
    bootstrapSelfManagedAddons: false,
    deletionProtection,
  };
  const changeable: Omit<eks.ClusterArgs, keyof typeof guarded> = {
    enabledClusterLogTypes: logTypes,
    // Extended support costs six times as much; its end is told months before.
    upgradePolicy: { supportType: "STANDARD" },
    zonalShiftConfig: { enabled: true },
    // The three switches of Auto Mode, which EKS takes together only.
    computeConfig: cluster.autoMode
      ? { enabled: true, nodePools: ["general-purpose", "system"], nodeRoleArn: o.nodeRole.role.arn }
      : { enabled: false },
    kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: cluster.autoMode } },
    storageConfig: { blockStorage: { enabled: cluster.autoMode } },
    tags: clusterTags(scope, names.cluster),
  };
  return new eks.Cluster(
    names.cluster,
    { ...transformed(changeable, transform.cluster), ...guarded },
    {
      parent,
      protect: deletionProtection,
      // Without the rights of its roles EKS cannot take down what it has put into the network.
      dependsOn: [logs, ...o.role.rights, ...(cluster.autoMode ? o.nodeRole.rights : []), ...o.network],
    },
  );
}

/** Declares who administers the cluster. */
export function declareAdmins(scope: EksScope, control: eks.Cluster): eks.AccessPolicyAssociation[] {
  const { parent, names, specification, cluster } = scope;
  // A create takes over what is there, and the delete that follows would then remove the new one.
  const options = { parent, deleteBeforeReplace: true };
  return cluster.admins.map((principalArn) => {
    const name = names.admin(principalName(principalArn));
    const entry = new eks.AccessEntry(
      name,
      { clusterName: control.name, principalArn, tags: clusterTags(scope, name) },
      options,
    );
    return new eks.AccessPolicyAssociation(
      name,
      {
        clusterName: control.name,
        principalArn: entry.principalArn,
        policyArn: `arn:${partitionOf(specification.region)}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
        accessScope: { type: "cluster" },
      },
      options,
    );
  });
}
