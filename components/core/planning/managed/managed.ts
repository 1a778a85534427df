import type { DatabaseName } from "../../product/service";

// What the cloud's own services are, decided.

/** A PostgreSQL server of the cloud. */
export interface PlannedDatabase {
  /** Which of the three. */
  readonly name: DatabaseName;
  /** Name of its resource, part of the public contract, e.g. `sourcegraph-pgsql`. */
  readonly resource: string;
  /** Version of PostgreSQL, major or major.minor; with a major alone the cloud takes minors by itself. */
  readonly version: string;
  /** Major version of PostgreSQL. */
  readonly majorVersion: string;
  /** Whether the step to this major version is acknowledged; without that the server keeps its major version. */
  readonly majorUpgrade: boolean;
  /** Class of the server. */
  readonly machineType: string;
  /** vCPUs of that class. */
  readonly vcpu: number;
  /** Memory of that class, GiB. */
  readonly memoryGib: number;
  /** Disk, GB. Grows in place. */
  readonly sizeGb: number;
  /** Size up to which the cloud lets the disk grow by itself, GB. */
  readonly maximumSizeGb: number;
  /** Whether there is a standby in a second zone. */
  readonly highlyAvailable: boolean;
  /** How Sourcegraph signs in. */
  readonly login: "password" | "iam";
  /** Days that can be gone back to, to the minute. */
  readonly backupDays: number;
  /** Settings of the server beyond the cloud's. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Those of `parameters` that take effect only when the server restarts; RDS does not restart it by itself. */
  readonly restartParameters: readonly string[];
  /** Extensions the product needs in it. */
  readonly extensions: readonly string[];
}

/** A Redis server of the cloud. */
export interface PlannedCache {
  /** Which of the two. */
  readonly name: "cache" | "store";
  /** Name of its resource, part of the public contract, e.g. `sourcegraph-cache`; clouds allow 40 characters with suffix. */
  readonly resource: string;
  /** Version of the engine. */
  readonly version: string;
  /** Node type (AWS), or tier (GCP). */
  readonly machineType: string;
  /** Memory, GB. */
  readonly sizeGb: number;
  /** Whether there is a standby in a second zone. */
  readonly highlyAvailable: boolean;
  /** Whether connections are encrypted. */
  readonly tls: boolean;
  /** What is dropped when memory is full: the cache anything, the store nothing. */
  readonly evicts: boolean;
  /** Daily snapshots kept, days; 0 for none. */
  readonly backupDays: number;
}

/** A bucket of the cloud. */
export interface PlannedBucket {
  /** Name of its resource, part of the public contract, e.g. `sourcegraph-uploads`. */
  readonly resource: string;
  /** Whether overwritten and deleted objects are kept for `keepDays`. */
  readonly versioning: boolean;
  /** Days they are kept. */
  readonly keepDays: number;
  /** What it is expected to hold, GB; for the price only. */
  readonly expectedGb: number;
}

/** Every service of the cloud that stands in for a bundled one. */
export interface PlannedManagedServices {
  /** The PostgreSQL servers. */
  readonly databases: readonly PlannedDatabase[];
  /** The Redis servers. */
  readonly caches: readonly PlannedCache[];
  /** The bucket. */
  readonly bucket?: PlannedBucket;
}
