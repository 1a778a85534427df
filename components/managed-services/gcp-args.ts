import type * as monitoring from "@pulumi/gcp/monitoring";
import type * as redis from "@pulumi/gcp/redis";
import type * as storage from "@pulumi/gcp/storage";
import type * as inputs from "@pulumi/gcp/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { MaintenanceConfig } from "../core/planning/config/config";
import type { PlannedManagedServices } from "../core/planning/managed/managed";
import type { KeysByUse } from "../keys";
import type { GcpPrivateServices } from "../network/gcp-private-services";
import type { Transform } from "../vm/args";

/** Settings of Cloud SQL that cannot lose data, nor open it. */
export type GcpDatabaseSettings = Pick<
  inputs.sql.DatabaseInstanceSettings,
  "databaseFlags" | "denyMaintenancePeriod" | "insightsConfig" | "maintenanceWindow" | "userLabels"
>;

/** What alarms of managed services watch. */
export type GcpServicesAlarm = "database-disk" | "database-cpu" | "database-connections" | "database-memory" | "redis";

/**
 * Changes to single children of the managed services, applied last. Where a child holds data, or opens it, only arguments
 * that cannot lose any are in the type, and others are disregarded.
 */
export interface GcpManagedServicesTransforms {
  /** Settings of every database server. Class, disk and backups are given by `databases`. */
  readonly databaseSettings?: Transform<GcpDatabaseSettings>;
  /** Every Redis server. Memory and standby are given by `cache`. */
  readonly cache?: Transform<Pick<redis.InstanceArgs, "displayName" | "labels" | "maintenancePolicy" | "redisConfigs">>;
  /** The bucket of uploads. */
  readonly bucket?: Transform<Pick<storage.BucketArgs, "cors" | "labels" | "logging" | "softDeletePolicy">>;
  /** The channel of the alarms, where `alarmEmail` is given. */
  readonly channel?: Transform<monitoring.NotificationChannelArgs>;
  /** Every alarm. */
  readonly alarm?: Transform<monitoring.AlertPolicyArgs>;
}

/** Arguments of `ManagedServices` on Google Cloud. */
export interface GcpManagedServicesArgs extends Bounded {
  /** Which services, as planned. */
  readonly services: PlannedManagedServices;
  /** Project to make them in. A change is refused: it would replace them. */
  readonly project: string;
  /** Region of all of them. A change is refused: it would replace them. */
  readonly region: string;
  /** Zone the servers prefer, that of their clients. Default Google's choice. In place for databases, refused for Redis. */
  readonly zone?: string;
  /** Name or self link of the network that clients are in. A change is refused for Redis. */
  readonly network: pulumi.Input<string>;
  /** Private services access of that network. Default: it has it already. */
  readonly privateServices?: GcpPrivateServices;
  /** Full name of the key that everything is encrypted with, in the region. A change is refused. */
  readonly key: pulumi.Input<string>;
  /**
   * Full names of keys by use, in place of `key`: `db` databases, `cache` Redis, `object` the bucket. Default `key` for all. A
   * change is refused.
   */
  readonly keys?: KeysByUse;
  /**
   * Whether whoever owns the key lets Google's services use it: nothing is written there then. Default false: they are permitted
   * here. In place.
   */
  readonly permitted?: boolean;
  /** What lets Cloud Storage use the key, where that is declared already. Default: it is declared here. */
  readonly keyForStorage?: pulumi.Resource;
  /** Accounts that read and write the bucket, as IAM members by a short name of each. In place. */
  readonly bucketUsers: Readonly<Record<string, pulumi.Input<string>>>;
  /** Whether Google Cloud refuses to delete databases and Redis. Default true. In place. */
  readonly deletionProtection?: boolean;
  /** Hour of the daily backup, UTC. Default 3. In place. */
  readonly backupHourUtc?: number;
  /** When Google may restart them for maintenance. Default Sunday at 4, UTC. In place. */
  readonly maintenance?: Readonly<Required<MaintenanceConfig>>;
  /** Where alarms are sent: names of notification channels. Default nowhere; they can be looked at. In place. */
  readonly channels?: readonly pulumi.Input<string>[];
  /** Address that alarms are mailed to, by a channel of their own. Default none. In place. */
  readonly alarmEmail?: string;
  /** Labels of everything. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Changes to single children. Default none. */
  readonly transform?: GcpManagedServicesTransforms;
}
