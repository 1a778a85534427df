import type { AdminField } from "../../product/admin/description";
import type { StoredClass } from "../../rules/facts";

// Stores of a stack of support services, decided.

/** A store of a service. */
export type PlannedAdminStore = PlannedAdminDatabase | PlannedAdminCache | PlannedAdminAnalytics | PlannedAdminStream;

/** What every store has. */
export interface PlannedAdminStoreCommon {
  /** Name within the service. */
  readonly name: string;
  /** Name of its resource, `<stack>-<service>-<name>`; at most 40 characters. */
  readonly resource: string;
  /** Classes of what it holds, worst first. */
  readonly dataClasses: readonly StoredClass[];
  /** What it holds and what for. */
  readonly why: string;
  /** Name of its key. */
  readonly key: string;
  /** Service that answers for it. */
  readonly owner: string;
  /** Days after which what it holds is gone; absent for what is kept until it is deleted. */
  readonly retentionDays?: number;
}

/** A PostgreSQL server. It has no public address; connections are encrypted; statements are not logged. */
export interface PlannedAdminDatabase extends PlannedAdminStoreCommon {
  /** What it is. */
  readonly kind: "relational";
  /** Databases in it. */
  readonly databases: readonly string[];
  /** Version of PostgreSQL. */
  readonly version: string;
  /** Class of the server. */
  readonly machineType: string;
  /** vCPUs of that class. */
  readonly vcpu: number;
  /** Memory of that class, GiB. */
  readonly memoryGib: number;
  /** Disk, GB. Grows in place. */
  readonly sizeGb: number;
  /** Size up to which the disk grows by itself, GB. */
  readonly maximumSizeGb: number;
  /** Whether there is a standby in a second zone. */
  readonly highlyAvailable: boolean;
  /** Days that can be gone back to, to the minute. */
  readonly backupDays: number;
  /** Settings of the server. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Logins: the service's by its identity and without rights on the schema; the owner, for migrations only. */
  readonly logins: {
    /** Login of the service. */
    readonly application: string;
    /** Login that owns the schema. */
    readonly owner: string;
  };
}

/** A Redis server: connections are encrypted, a password is asked for, nothing is written to a disk. */
export interface PlannedAdminCache extends PlannedAdminStoreCommon {
  /** What it is. */
  readonly kind: "cache";
  /** Version of the engine. */
  readonly version: string;
  /** Node type (AWS), or tier (GCP). */
  readonly machineType: string;
  /** Memory, GB. */
  readonly sizeGb: number;
  /** Whether there is a standby in a second zone. */
  readonly highlyAvailable: boolean;
  /** Whether anything is written to a disk: never. */
  readonly persistent: false;
  /** Daily snapshots kept: none. */
  readonly snapshotDays: 0;
}

/** Tables of events: a dataset of BigQuery, or a bucket that is read by Athena. */
export interface PlannedAdminAnalytics extends PlannedAdminStoreCommon {
  /** What it is. */
  readonly kind: "analytics";
  /** Name in the cloud, with underscores. */
  readonly dataset: string;
  /** Its tables. */
  readonly tables: readonly {
    /** Name. */
    readonly name: string;
    /** Columns. */
    readonly fields: readonly AdminField[];
  }[];
  /** Days after which an event is gone. */
  readonly retentionDays: number;
  /** Services of the stack that may read it, besides its owner. */
  readonly readers: readonly string[];
  /** What it is expected to hold, GB; for the price only. */
  readonly expectedGb: number;
}

/** Events on their way: a topic with a schema, or a stream with a transform. */
export interface PlannedAdminStream extends PlannedAdminStoreCommon {
  /** What it is. */
  readonly kind: "stream";
  /** Fields that pass; every other is dropped before anything is kept. */
  readonly fields: readonly AdminField[];
  /** The schema of these fields, Avro as JSON. */
  readonly schema: string;
  /** Store of kind analytics that the events end in, and the table there; absent where subscribers take them themselves. */
  readonly into?: {
    /** Name of the store. */
    readonly store: string;
    /** Name of the table. */
    readonly table: string;
  };
  /** Days that an event which was not taken is kept; 1 to 7. */
  readonly retentionDays: number;
}
