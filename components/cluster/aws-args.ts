import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as dlm from "@pulumi/aws/dlm";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as eks from "@pulumi/aws/eks";
import type * as iam from "@pulumi/aws/iam";
import type * as kms from "@pulumi/aws/kms";
import type * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import type { KeysByUse } from "../keys";
import type { AwsClusterNetworkTransforms } from "../network/aws-cluster";
import type { Transform } from "../vm/args";
import type { ClusterArgs } from "./args";

/** What of the cluster cannot be changed beside the plan, because it would replace the cluster or open it. */
export type GuardedClusterArgs =
  | "accessConfig"
  | "bootstrapSelfManagedAddons"
  | "deletionProtection"
  | "encryptionConfig"
  | "name"
  | "roleArn"
  | "version"
  | "vpcConfig";

/**
 * Changes to single children of the cluster, applied last. They change arguments, never options: what is protected stays
 * protected.
 */
export interface EksTransforms extends AwsClusterNetworkTransforms {
  /** The key of the cluster's secrets. */
  readonly key?: Transform<kms.KeyArgs>;
  /** The key of the control plane's logs. */
  readonly logsKey?: Transform<kms.KeyArgs>;
  /** The log group of the control plane, e.g. its retention. */
  readonly logGroup?: Transform<cloudwatch.LogGroupArgs>;
  /** The cluster, but for what would replace or open it. */
  readonly cluster?: Transform<Omit<eks.ClusterArgs, GuardedClusterArgs>>;
  /** The roles, each of them, e.g. a permissions boundary. */
  readonly role?: Transform<iam.RoleArgs>;
  /** The launch templates, each of them. A change replaces the nodes one by one. */
  readonly launchTemplate?: Transform<ec2.LaunchTemplateArgs>;
  /** The node groups, each of them. */
  readonly nodeGroup?: Transform<eks.NodeGroupArgs>;
  /** The add-ons, each of them, e.g. their settings. */
  readonly addOn?: Transform<eks.AddonArgs>;
  /** The policy of the daily snapshots. */
  readonly backupPolicy?: Transform<dlm.LifecyclePolicyArgs>;
  /** The topic of the alarms. */
  readonly topic?: Transform<sns.TopicArgs>;
  /** The alarms, each of them. */
  readonly alarm?: Transform<cloudwatch.MetricAlarmArgs>;
}

/** A network that exists, as ids or resources of the same program. */
export interface EksExistingNetwork {
  /** Id of the VPC. A change replaces the cluster. */
  readonly vpcId: pulumi.Input<string>;
  /** Zone to id of the private subnet of its nodes; at least two zones. A changed id replaces the nodes of that zone. */
  readonly privateSubnets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Ids of the subnets of managed databases and caches, in two zones at least. Default the private subnets. */
  readonly databaseSubnetIds?: readonly pulumi.Input<string>[];
}

/** Arguments of the AWS `EksCluster`. */
export interface EksClusterArgs extends ClusterArgs {
  /**
   * A network that exists. Its public subnets must carry the tag `kubernetes.io/role/elb`, its private ones
   * `kubernetes.io/role/internal-elb`, or load balancers find none. Excludes `network`. Default: a network is made.
   */
  readonly existingNetwork?: EksExistingNetwork;
  /**
   * Versions of add-ons by their name on EKS. Default the one EKS sets by default for the cluster's version, which is looked
   * up when the cluster is made and when its version changes. In place.
   *
   * @example { coredns: "v1.12.4-eksbuild.1" }
   */
  readonly addOnVersions?: Readonly<Record<string, string>>;
  /**
   * ARNs of keys that exist, in place of one that is made: `secret` for what the API keeps, `disk` for the nodes' disks, `log`
   * for the control plane's logs. The policy of `log` has to admit CloudWatch Logs. Default: one key is made for secrets and one
   * for logs, and disks have AWS' own. Another `secret` replaces the cluster; another `disk` exchanges the nodes; `log` is in place.
   */
  readonly keys?: KeysByUse;
  /**
   * ARN of the role that the kubeconfig signs in as, where the cluster is made by a provider that takes a role: only that role
   * knows the cluster at first. Default whoever has the kubeconfig. In place.
   */
  readonly kubeconfigRole?: string;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: EksTransforms;
}
