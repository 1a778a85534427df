/** Name of a service in the catalogue. Replicas of a service share it. */
export type ServiceName =
  | "sourcegraph-frontend"
  | "sourcegraph-frontend-internal"
  | "gitserver"
  | "searcher"
  | "zoekt-webserver"
  | "zoekt-indexserver"
  | "worker"
  | "precise-code-intel-worker"
  | "syntactic-code-intel-worker"
  | "syntect-server"
  | "symbols"
  | "repo-updater"
  | "pgsql"
  | "codeintel-db"
  | "codeinsights-db"
  | "pgsql-exporter"
  | "codeintel-db-exporter"
  | "codeinsights-db-exporter"
  | "redis-cache"
  | "redis-store"
  | "blobstore"
  | "prometheus"
  | "grafana"
  | "cadvisor"
  | "node-exporter"
  | "otel-collector"
  | "jaeger"
  | "caddy"
  | "migrator"
  | "code-host";

/**
 * What the data at rest of a store is, worst first: `user-data` is code and what is derived from it, `identity` is data
 * about persons, `secret` is credentials, `operational` is metrics and counters, `configuration` is settings.
 */
export type DataClass = "user-data" | "identity" | "secret" | "operational" | "configuration";

/** Who a port is for: the outside, the product's own services, a data store's clients, or metrics and debugging. */
export type Plane = "public" | "internal" | "data" | "metrics";

/** Releases in which something holds: from `since` (inclusive) to `before` (exclusive); open where absent. */
export interface ReleaseRange {
  /** First release. */
  readonly since?: string;
  /** First release after. */
  readonly before?: string;
}

/** A port a service listens on. */
export interface ServicePort {
  readonly number: number;
  /** Protocol-like name, unique within the service. */
  readonly name: string;
  readonly plane: Plane;
}

/** A value of an environment variable that may depend on where the services run. */
export type EnvironmentValue =
  | string
  /** Address of the first (or only) instance of a service. */
  | { readonly address: ServiceName; readonly port: number; readonly scheme?: "http" }
  /** Addresses of every instance of a service, separated by spaces. */
  | { readonly addresses: ServiceName; readonly port: number; readonly scheme?: "http" }
  /** Address of the instance of another service that has the same number as this one. */
  | { readonly peer: ServiceName; readonly port: number }
  /** The debug page's list of every instance, as one JSON array. */
  | { readonly debugTargets: true };

/** An environment variable of a service and the releases that read it. */
export interface EnvironmentVariable extends ReleaseRange {
  readonly name: string;
  readonly value: EnvironmentValue;
}

/** The databases of the product, by the schema that lives there. */
export type DatabaseName = "frontend" | "codeIntel" | "codeInsights";

/** Healthy when a request from within the container succeeds. */
export interface HttpCheck {
  /** How it is checked. */
  readonly kind: "http";
  /** Program of the image that makes the request. */
  readonly tool: "wget" | "curl";
  /** Port of the container. */
  readonly port: number;
  /** Path of the request. */
  readonly path: string;
}

/** Healthy when a command in the container succeeds. */
export interface CommandCheck {
  /** How it is checked. */
  readonly kind: "exec";
  /** Command line, for the container's shell. */
  readonly command: string;
}

/** How the compose deployment checks a service. Durations in seconds. */
export interface HealthCheck {
  /** The request or command that tells. */
  readonly test: HttpCheck | CommandCheck;
  /** Time between two checks, seconds. */
  readonly interval: number;
  /** Time after which a check has failed, seconds. */
  readonly timeout: number;
  /** Failures in a row that make it unhealthy. */
  readonly retries: number;
  /** Time after start in which failures do not count. */
  readonly startPeriod?: number;
}

/** A volume that outlives the container. `{n}` in the name stands for the number of the replica. */
export interface ServiceVolume {
  /** Name of the named volume in compose; irregular names are the vendor's and never change. */
  readonly name: string;
  readonly target: string;
  /** Owner of the files: what a folder made by hand must be given to. */
  readonly uid: number;
  readonly gid: number;
  readonly dataClass: DataClass;
  /**
   * What losing it means: `precious` cannot be made anew and is backed up, `rebuildable` is made anew from the code hosts
   * at the price of time, `cache` is of no consequence.
   */
  readonly value: "precious" | "rebuildable" | "cache";
}

/** A file or folder the deployment writes and the container reads. */
export interface ConfigMount {
  /** Path within the deployment's files, e.g. `prometheus`. */
  readonly source: string;
  readonly target: string;
}

/** A path of the machine that the container sees. */
export interface HostMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** Image repository of a service, per release. */
export interface ImageRepository extends ReleaseRange {
  /** Repository below the vendor's organisation, e.g. `indexed-searcher`. */
  readonly repository: string;
}

/** One service of the product: everything compose, Kubernetes, sizing, images, network policy and scraping are read from. */
export interface Service {
  readonly name: ServiceName;
  readonly role: string;
  readonly family:
    "application" | "search" | "code-intelligence" | "database" | "store" | "observability" | "edge" | "job";
  /** Releases whose deployment has it. */
  readonly present?: ReleaseRange;
  /** Not part of the deployment unless asked for. */
  readonly optional?: boolean;
  readonly images: readonly ImageRepository[];
  readonly ports: readonly ServicePort[];
  /**
   * `one`: never more than one; `numbered`: instances are called name-0, name-1 … and listed by address; `paired`: as
   * numbered, in the same number as the named partner; `fixed`: exactly one, called by the name without a number.
   */
  readonly replicas: { readonly kind: "fixed" | "numbered" } | { readonly kind: "paired"; readonly with: ServiceName };
  readonly environment: readonly EnvironmentVariable[];
  /** Databases it opens connections to, and whether it must be told how to (others learn it from the internal API). */
  readonly databases?: { readonly names: readonly DatabaseName[]; readonly told: boolean };
  /** Told where Redis is when Redis is not the bundled one. */
  readonly redis?: boolean;
  /** Families of object storage variables it reads. */
  readonly objectStorage?: readonly ObjectStorageFamily[];
  /** Reads site configuration, code hosts and global settings from files when these are given. */
  readonly configurationFiles?: boolean;
  /** Gets the proxy variables. */
  readonly proxied?: boolean;
  /** Sends traces. */
  readonly traced?: boolean;
  /** Whom it opens connections to, and at which port: the base of network policy. */
  readonly connects: readonly { readonly to: ServiceName; readonly port: number }[];
  /** Metrics endpoints: the port and the `job` label that built-in dashboards and alerts select on. */
  readonly scrape?: readonly { readonly port: number; readonly job: string }[];
  /** Entry on the debug page, if it has one. */
  readonly debug?: { readonly port: number; readonly path?: string; readonly label?: string };
  readonly volumes: readonly ServiceVolume[];
  readonly config?: readonly ConfigMount[];
  readonly hostMounts?: readonly HostMount[];
  readonly health?: HealthCheck;
  readonly command?: readonly string[];
  /** Program in place of the image's. Default the image's. */
  readonly entrypoint?: readonly string[];
  /** Limits of the vendor's own file: CPUs and memory in MiB. */
  readonly vendorLimits: { readonly cpus: number; readonly memoryMib: number };
  readonly restart: "always" | "on-failure";
  readonly startsAfter?: readonly {
    readonly service: ServiceName;
    readonly condition: "service_healthy" | "service_completed_successfully";
  }[];
  /** Time to stop by itself before it is killed, in seconds; default 10. */
  readonly stopGraceSeconds?: number;
  /** Shared memory, in MiB. */
  readonly shmMib?: number;
  /** Its host name is its own instance name, because it looks for itself in an address list. */
  readonly ownHostname?: boolean;
  readonly privileged?: boolean;
  readonly devices?: readonly string[];
  readonly hostPid?: boolean;
  /** Ports open to the other containers without being published. */
  readonly expose?: readonly number[];
  /** Where the facts come from, beyond services.json. */
  readonly source?: string;
}

/**
 * Families of object storage variables: `sourcegraph` is the general bucket (7.2 and later), `codeIntel` holds code graph
 * uploads, `searchJobs` holds results of search jobs.
 */
export type ObjectStorageFamily = "sourcegraph" | "codeIntel" | "searchJobs";
