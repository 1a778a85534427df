import type { AdminCredential, AdminStoreProperty, AdminValue } from "../../product/admin/description";
import type { BoundaryFacts, ListenerPlane } from "../../rules/facts";
import type { PlannedAdminStore } from "./planned-stores";

// A support service, decided.

/** A service, decided. */
export interface PlannedAdminService {
  /** Name, such as `enterprise-portal`. */
  readonly name: string;
  /** Name of its component and stem of its resources, `<stack>-<service>`, at most 30 characters. */
  readonly resource: string;
  /** Title for people. */
  readonly title: string;
  /** What it does. */
  readonly purpose: string;
  /** First segment of the scopes it honours. */
  readonly scopeName: string;
  /** Administrative function that it has for other zones; absent for none. */
  readonly administers?: BoundaryFacts["administers"];
  /** Whether it is described in the config. */
  readonly own: boolean;
  /** Cloud identity it runs as: account id of a service account, name of a task role. Its own, of at most 30 characters. */
  readonly identity: string;
  /** AWS: name of the role that starts its tasks. */
  readonly executionIdentity: string;
  /** The container. */
  readonly container: PlannedAdminContainer;
  /** How many instances run. */
  readonly instances: {
    /** Fewest, also without requests; on Google Cloud 0 for what employees open. */
    readonly minimum: number;
    /** Most, whatever the load; on Google Cloud as many again for what employees open. */
    readonly maximum: number;
  };
  /** What it keeps. */
  readonly stores: readonly PlannedAdminStore[];
  /** Its secrets. */
  readonly secrets: readonly PlannedAdminSecret[];
  /** Stores of other services of the stack that it reads. */
  readonly reads: readonly {
    /** Service that owns the store. */
    readonly service: string;
    /** Name of the store within that service. */
    readonly store: string;
  }[];
  /** Name of the key of its secrets. */
  readonly secretKey: string;
  /** Name of the key that it signs with; absent for all but the portal. */
  readonly signingKey?: string;
  /** Ways in. */
  readonly listeners: readonly PlannedAdminListener[];
  /** Hosts it may reach over TCP 443, sorted. */
  readonly allowedHosts: readonly string[];
  /** Services of this stack that it connects to, by name and port. */
  readonly connectsTo: readonly {
    /** Name of the service. */
    readonly service: string;
    /** TCP port of the load balancer before it: 443. */
    readonly port: number;
  }[];
  /** Checks from outside. */
  readonly checks: readonly PlannedAdminCheck[];
  /** Alarms. */
  readonly alarms: readonly PlannedAdminAlarm[];
}

/** The container of a service. */
export interface PlannedAdminContainer {
  /** Image, with digest outside development. */
  readonly image: string;
  /** Port. */
  readonly port: number;
  /** What it speaks behind the load balancer. */
  readonly protocol: "http1" | "h2c" | "grpc";
  /** vCPUs: those of Cloud Run, or the next size of Fargate. */
  readonly cpus: number;
  /** Memory, GiB. */
  readonly memoryGib: number;
  /** Requests at a time. */
  readonly concurrency: number;
  /** Longest a request may take, seconds; also the time-out of what stands before it. */
  readonly timeoutSeconds: number;
  /** Path of its health, to be asked with the diagnostics secret. */
  readonly healthPath: string;
  /** Path of its version, open to everybody; what the cloud probes. */
  readonly versionPath: string;
  /** Variables, sorted by name; none is a secret. */
  readonly environment: Readonly<Record<string, PlannedAdminValue>>;
}

/** Value of a variable: a text, or a reference that the component fills. */
export type PlannedAdminValue =
  | Exclude<AdminValue, Record<"store", string>>
  | {
      /** Service that owns the store. */
      readonly service: string;
      /** Name of the store. */
      readonly store: string;
      /** What of it; see {@link AdminStoreProperty}. */
      readonly what: AdminStoreProperty;
    };

/** A secret of a service. */
export interface PlannedAdminSecret {
  /** Name within the service. */
  readonly name: string;
  /** Name of its resource, `<stack>-<service>-<name>`. */
  readonly resource: string;
  /** Variable that holds it. */
  readonly variable: string;
  /** `generated`: made at random once; `config`: an encrypted config value; `store`: the address of a store with its login. */
  readonly origin: "generated" | "config" | "store";
  /** Name of the encrypted config value, where it is one. */
  readonly configName?: string;
  /** Characters of a generated one. */
  readonly length?: number;
  /** Store whose address it is, where the origin is `store`. */
  readonly store?: string;
  /** What it opens. */
  readonly purpose: string;
  /** What it is for, where it is the only one of its kind. */
  readonly use?: BoundaryFacts["use"];
}

/** A way in, decided. */
export interface PlannedAdminListener {
  /** Name of its resources, `<stack>-<service>-<plane>`. */
  readonly resource: string;
  /** Who it is for. */
  readonly plane: ListenerPlane;
  /** Host name, of this plane and this service alone. */
  readonly host: string;
  /** Paths it serves; a `/*` at the end stands for whatever is below. Everything else is refused with 404. */
  readonly paths: readonly string[];
  /** Who comes in, in words. */
  readonly admits: string;
  /** What callers show. */
  readonly credentials: readonly AdminCredential[];
  /** Who asks for the credential: an identity-aware proxy before the service, or the service. */
  readonly authentication: "identity-aware-proxy" | "service";
  /** Whether the edge stands before it, or it is reached directly. */
  readonly origin: "edge" | "direct";
  /** Whether a web firewall stands before it. */
  readonly webFirewall: boolean;
  /** Requests that one address may make in a minute. */
  readonly requestsPerMinute: number;
  /** Longest a request may take, seconds. */
  readonly timeoutSeconds: number;
}

/** A check from outside. */
export interface PlannedAdminCheck {
  /** Name of its resource, `<stack>-<service>-<plane>-<with|without>`. */
  readonly resource: string;
  /** Plane of the listener. */
  readonly plane: ListenerPlane;
  /** Host name. */
  readonly host: string;
  /** Path. */
  readonly path: string;
  /** `diagnostics`: shows the diagnostics secret and expects success; `none`: shows nothing and expects a refusal. */
  readonly shows: "diagnostics" | "none";
  /** Status codes that are well. */
  readonly expects: readonly number[];
  /** Seconds between two. */
  readonly everySeconds: number;
}

/** What an alarm looks at. */
export type AdminAlarmMetric =
  | "cpu"
  | "memory"
  | "startup-latency"
  | "instances"
  | "response-codes"
  | "check"
  | "database-cpu"
  | "database-disk"
  | "cache-memory"
  | "cache-cpu"
  | "cache-failover"
  | "stream-backlog";

/** An alarm. */
export interface PlannedAdminAlarm {
  /** Name of its resource, `<stack>-<service>-<metric>`, with the store or check after it. */
  readonly resource: string;
  /** What it looks at. */
  readonly metric: AdminAlarmMetric;
  /** Resource that it looks at: a store or a check; absent for the service. */
  readonly of?: string;
  /** It rings above that: a share from 0 to 1, seconds, instances, or a number of failures. */
  readonly above: number;
  /** Minutes that it has to last. */
  readonly minutes: number;
  /** What it means, in words. */
  readonly means: string;
}
