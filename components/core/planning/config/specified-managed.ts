// The part of a specification about the cloud's own databases, caches and buckets.

/** Settings of the cloud's own services, complete; each counts only where something is `managed`. */
export interface SpecifiedManaged {
  /** The PostgreSQL servers. */
  readonly databases: SpecifiedManagedDatabases;
  /** The Redis servers. */
  readonly cache: SpecifiedManagedCache;
  /** The bucket. */
  readonly objectStorage: SpecifiedManagedObjectStorage;
}

/** Settings of managed PostgreSQL, complete. */
export interface SpecifiedManagedDatabases {
  /** Version of PostgreSQL. */
  readonly version: string;
  /** Class of the server; absent: from the size. */
  readonly machineType?: string;
  /** Disk of each database, GB; absent: from the size. */
  readonly sizeGb?: number;
  /** Whether there is a standby in a second zone. */
  readonly highlyAvailable: boolean;
  /** How Sourcegraph signs in. */
  readonly login: "password" | "iam";
  /** Days that can be gone back to. */
  readonly backupDays: number;
}

/** Settings of managed Redis, complete. */
export interface SpecifiedManagedCache {
  /** Node type; absent: from the size. */
  readonly machineType?: string;
  /** Memory, GB; absent: from the size. */
  readonly sizeGb?: number;
  /** Whether there is a standby in a second zone; absent: for the store only. */
  readonly highlyAvailable?: boolean;
  /** Whether connections are encrypted. */
  readonly tls: boolean;
  /** Days that daily snapshots of the store are kept; 0 for none. */
  readonly backupDays: number;
}

/** Settings of the managed bucket, complete. */
export interface SpecifiedManagedObjectStorage {
  /** Whether overwritten and deleted objects are kept for a while. */
  readonly versioning: boolean;
}
