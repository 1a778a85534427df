import * as ec2 from "@pulumi/aws/ec2";
import * as eks from "@pulumi/aws/eks";
import type * as pulumi from "@pulumi/pulumi";
import { eksPools } from "../core/planning/kubernetes/eks";
import { nodeGroupLabel, type PlannedNodeGroup } from "../core/planning/kubernetes/node-group";
import { nodeUserData } from "../core/rendering/node-user-data";
import { transformed } from "../vm/args";
import type { EksRole } from "./aws-roles";
import { clusterTags, type EksScope } from "./aws-scope";

/** A node group of one zone, by its name in the plan. */
export interface EksNodePool {
  readonly pool: string;
  readonly group: eks.NodeGroup;
}

/**
 * The template of a group's machines. Type and disk stand here and not in the node group, where they would replace it: a new
 * version of the template exchanges the nodes one by one.
 */
function template(scope: EksScope, group: PlannedNodeGroup): ec2.LaunchTemplate {
  const { parent, names, transform, keys } = scope;
  const name = names.launchTemplate(group.name);
  const script = nodeUserData(group.sysctls);
  const tags = clusterTags(scope, name);
  return new ec2.LaunchTemplate(
    name,
    transformed(
      {
        description: `Nodes of Sourcegraph ${scope.specification.name}: ${group.name}`,
        instanceType: group.machineType,
        blockDeviceMappings: [
          {
            deviceName: "/dev/xvda",
            ebs: {
              volumeSize: group.diskGb,
              volumeType: "gp3",
              encrypted: "true",
              ...(keys.disk === undefined ? {} : { kmsKeyId: keys.disk }),
              deleteOnTermination: "true",
            },
          },
        ],
        // One hop: no pod but those of the host's own network reaches the role of its node.
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        ...(script === undefined ? {} : { userData: Buffer.from(script).toString("base64") }),
        tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({ resourceType, tags })),
        updateDefaultVersion: true,
        tags,
      },
      transform.launchTemplate,
    ),
    { parent },
  );
}

/**
 * Declares the node groups: one for each group of the plan in each of its zones, since a pod with a volume can only go on in
 * the zone of that volume. EKS exchanges nodes one at a time and honours the pods' disruption budgets.
 * The number of nodes is the plan's; nothing here changes it by load.
 *
 * @param before what has to run before a node can be ready
 */
export function declareNodes(
  scope: EksScope,
  o: {
    readonly control: eks.Cluster;
    readonly role: EksRole;
    /** Zone to id of the nodes' subnet. */
    readonly subnets: Readonly<Record<string, pulumi.Input<string>>>;
    readonly before: readonly pulumi.Resource[];
  },
): EksNodePool[] {
  const { parent, names, transform, cluster, specification } = scope;
  return cluster.nodeGroups.flatMap((group) => {
    const machines = template(scope, group);
    return eksPools(group, specification.region).map(({ name: pool, zone, nodes }) => {
      const name = names.nodePool(pool);
      const subnet = o.subnets[zone];
      if (subnet === undefined) throw new Error(`no subnet of the nodes in ${zone}`);
      const made = new eks.NodeGroup(
        name,
        transformed(
          {
            clusterName: o.control.name,
            version: cluster.version,
            nodeRoleArn: o.role.role.arn,
            subnetIds: [subnet],
            amiType: "AL2023_x86_64_STANDARD",
            capacityType: "ON_DEMAND",
            launchTemplate: { id: machines.id, version: machines.latestVersion.apply(String) },
            scalingConfig: {
              desiredSize: nodes.initial,
              minSize: nodes.minimum,
              maxSize: nodes.maximum,
            },
            updateConfig: { maxUnavailable: 1 },
            nodeRepairConfig: { enabled: true },
            labels: { [nodeGroupLabel]: group.name },
            tags: clusterTags(scope, name),
          },
          transform.nodeGroup,
        ),
        { parent, dependsOn: [...o.role.rights, ...o.before] },
      );
      return { pool, group: made };
    });
  });
}
