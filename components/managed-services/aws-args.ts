import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import type * as elasticache from "@pulumi/aws/elasticache";
import type * as rds from "@pulumi/aws/rds";
import type * as s3 from "@pulumi/aws/s3";
import type * as sns from "@pulumi/aws/sns";
import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { MaintenanceConfig } from "../core/planning/config/config";
import type { PlannedManagedServices } from "../core/planning/managed/managed";
import type { KeysByUse } from "../keys";
import type { Transform } from "../vm/args";

/** Arguments of a database server that can neither lose data nor open it. */
export type AwsDatabaseSettings = Pick<
  rds.InstanceArgs,
  | "autoMinorVersionUpgrade"
  | "caCertIdentifier"
  | "enabledCloudwatchLogsExports"
  | "iops"
  | "maintenanceWindow"
  | "monitoringInterval"
  | "monitoringRoleArn"
  | "performanceInsightsEnabled"
  | "performanceInsightsRetentionPeriod"
  | "storageThroughput"
  | "tags"
>;

/** Arguments of a Redis server that can neither lose data nor open it. */
export type AwsCacheSettings = Pick<
  elasticache.ReplicationGroupArgs,
  "description" | "logDeliveryConfigurations" | "maintenanceWindow" | "notificationTopicArn" | "tags"
>;

/** Changes to single children of the managed services, applied last. What keeps data safe is not among them. */
export interface AwsManagedServicesTransforms {
  /** Every database server. Class, disk and backups are given by `databases`. */
  readonly database?: Transform<AwsDatabaseSettings>;
  /** Every Redis server. Node type and standby are given by `cache`. */
  readonly cache?: Transform<AwsCacheSettings>;
  /** The bucket of uploads: its tags. */
  readonly bucket?: Transform<Pick<s3.BucketArgs, "tags">>;
  /** The security groups, one of databases and one of Redis. */
  readonly securityGroup?: Transform<Pick<ec2.SecurityGroupArgs, "description" | "tags">>;
  /** The topic of the alarms, where `alarmEmail` is given. */
  readonly topic?: Transform<sns.TopicArgs>;
  /** Every alarm. */
  readonly alarm?: Transform<cloudwatch.MetricAlarmArgs>;
}

/** Arguments of `ManagedServices` on AWS. */
export interface AwsManagedServicesArgs extends Bounded {
  /** Which services, as planned. */
  readonly services: PlannedManagedServices;
  /** Region of all of them, as the provider has it. A change replaces them, which their protection refuses. */
  readonly region: string;
  /** Id of the VPC that clients are in. A change is refused: a server cannot leave its network. */
  readonly vpcId: pulumi.Input<string>;
  /** Ids of private subnets in at least two zones. In place. */
  readonly subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Security groups that may connect, by a short name of each. In place. */
  readonly clients: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARN of the key that everything is encrypted with. A change is refused: it would replace everything. */
  readonly keyArn: pulumi.Input<string>;
  /**
   * ARNs of keys by use, in place of `keyArn`: `db` databases, `cache` Redis, `object` the bucket, `secret` the owners' passwords
   * that AWS keeps. Default `keyArn` for all. A change is refused like that of `keyArn`; of `secret` it is in place.
   */
  readonly keys?: KeysByUse;
  /**
   * Whether AWS refuses to delete the databases, and servers stay when they leave the program. Default true. In place; to be
   * lifted by an update of its own before servers are to go.
   */
  readonly deletionProtection?: boolean;
  /** Hour of the daily backup, UTC; another where maintenance is in that hour. Default 3. In place. */
  readonly backupHourUtc?: number;
  /** When AWS may restart servers for maintenance. Default Sunday at 4, UTC. In place. */
  readonly maintenance?: Readonly<Required<MaintenanceConfig>>;
  /** ARNs of the topics that alarms are sent to. Default nowhere; they can be looked at. In place. */
  readonly topicArns?: readonly pulumi.Input<string>[];
  /** Address that alarms are mailed to, by a topic of their own; to be confirmed by mail. Default none. In place. */
  readonly alarmEmail?: string;
  /** Tags of everything. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to single children. Default none. */
  readonly transform?: AwsManagedServicesTransforms;
}
