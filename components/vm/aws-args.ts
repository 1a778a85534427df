import type * as acm from "@pulumi/aws/acm";
import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as dlm from "@pulumi/aws/dlm";
import type * as ebs from "@pulumi/aws/ebs";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as ec2transitgateway from "@pulumi/aws/ec2transitgateway";
import type * as iam from "@pulumi/aws/iam";
import type * as kms from "@pulumi/aws/kms";
import type * as lb from "@pulumi/aws/lb";
import type * as route53 from "@pulumi/aws/route53";
import type * as s3 from "@pulumi/aws/s3";
import type * as secretsmanager from "@pulumi/aws/secretsmanager";
import type * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsNetworkTransforms } from "../network/aws";
import type { AwsManagedServicesTransforms } from "../managed-services/aws-args";
import type { SourcegraphVmArgs, Transform } from "./args";

/** What of the data volume cannot be changed beside the plan, because it would lose the data or leave it readable. */
export type GuardedVolumeArgs = "availabilityZone" | "encrypted" | "finalSnapshot" | "kmsKeyId" | "size" | "snapshotId";

/**
 * Changes to single children of the machine, applied last. They change arguments, never options: what is protected stays
 * protected.
 */
export interface AwsTransforms extends AwsNetworkTransforms {
  /** The key of disk, bucket and secrets. */
  readonly key?: Transform<kms.KeyArgs>;
  /** The role of the machine, e.g. a permissions boundary. */
  readonly role?: Transform<iam.RoleArgs>;
  /** The security group of the machine. */
  readonly securityGroup?: Transform<ec2.SecurityGroupArgs>;
  /** The machine. A changed image or subnet replaces it; the data volume stays. */
  readonly instance?: Transform<ec2.InstanceArgs>;
  /** The data volume: its type, speed and tags. Size and zone are config; the rest is fixed. */
  readonly dataVolume?: Transform<Omit<ebs.VolumeArgs, GuardedVolumeArgs>>;
  /** The machine's fixed address. */
  readonly address?: Transform<ec2.EipArgs>;
  /** The Instance Connect endpoint. */
  readonly connectEndpoint?: Transform<ec2transitgateway.InstanceConnectEndpointArgs>;
  /** The bucket of the bundles. */
  readonly bucket?: Transform<s3.BucketArgs>;
  /** The bucket of backups: its tags; the rest is fixed. */
  readonly backupBucket?: Transform<Pick<s3.BucketArgs, "tags">>;
  /** The secrets, each of them. */
  readonly secret?: Transform<secretsmanager.SecretArgs>;
  /** The policy of the daily snapshots. */
  readonly backupPolicy?: Transform<dlm.LifecyclePolicyArgs>;
  /** The snapshot before an upgrade. A changed description takes a new one. */
  readonly snapshot?: Transform<ebs.SnapshotArgs>;
  /** The load balancer. */
  readonly loadBalancer?: Transform<lb.LoadBalancerArgs>;
  /** The target group. */
  readonly targetGroup?: Transform<lb.TargetGroupArgs>;
  /** The listener of HTTPS. */
  readonly httpsListener?: Transform<lb.ListenerArgs>;
  /** The certificate, where one is requested. */
  readonly certificate?: Transform<acm.CertificateArgs>;
  /** The instance's DNS record. */
  readonly record?: Transform<route53.RecordArgs>;
  /** The topic of the alarms. */
  readonly topic?: Transform<sns.TopicArgs>;
  /** The alarms, each of them. */
  readonly alarm?: Transform<cloudwatch.MetricAlarmArgs>;
  /** Databases, Redis and the bucket of uploads, where they are managed. */
  readonly managedServices?: AwsManagedServicesTransforms;
}

/** A network that exists, as resources of the same program. */
export interface AwsExistingNetwork {
  /** Id of the VPC. A change replaces security groups and machine. */
  readonly vpcId: pulumi.Input<string>;
  /** Id of the machine's subnet, in the zone of the machine. A change replaces the machine. */
  readonly subnetId: pulumi.Input<string>;
  /** Ids of at least two public subnets in different zones; needed by `tls.mode` load-balancer. Default none. In place. */
  readonly loadBalancerSubnetIds?: readonly pulumi.Input<string>[];
  /** Ids of at least two private subnets in different zones; needed where databases or Redis are managed. Default none. In place. */
  readonly databaseSubnetIds?: readonly pulumi.Input<string>[];
  /** Whether an Instance Connect endpoint is made in the machine's subnet; a VPC holds only one. Default false. */
  readonly instanceConnect?: boolean;
  /** Group of an Instance Connect endpoint that is there; the machine's port 22 is opened to it alone. Default none. */
  readonly connectSecurityGroupId?: pulumi.Input<string>;
}

/** Arguments of the AWS `SourcegraphVm`. */
export interface AwsSourcegraphVmArgs extends SourcegraphVmArgs {
  /**
   * A network that exists, where its ids come from other resources; plain ids go into `network.existing`. Excludes `network`.
   * Default: a network is made.
   */
  readonly existingNetwork?: AwsExistingNetwork;
  /** Zone of the load balancer's second subnet; see `AwsNetworkArgs.secondZone`. A change replaces that subnet. */
  readonly secondZone?: string;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: AwsTransforms;
}
