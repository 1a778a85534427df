import type { AdministeredFunction, Contract, ListenerPlane, SpecialUse, StoredClass } from "../boundary-words";

// How a support service is described. The services of the company are described in this folder, a user's own by the same
// type in the config; both get the same decisions and the same rules.

/** Kind of a store of an admin service. */
export type AdminStoreKind = "relational" | "cache" | "analytics" | "stream";

/** A column of a table, or a field of the events of a stream. */
export interface AdminField {
  /** Name, in snake case. */
  readonly name: string;
  /** Type of its values. */
  readonly type: "string" | "integer" | "number" | "boolean" | "timestamp" | "json";
}

/** Something in which a service keeps data. */
export interface AdminStoreDescription {
  /** Name, unique within the service, such as `main` or `cache`. */
  readonly name: string;
  /** What it is. */
  readonly kind: AdminStoreKind;
  /** Classes of what it holds, worst first. */
  readonly dataClasses: readonly StoredClass[];
  /** What it holds and what for, in words. */
  readonly why: string;
  /** Days after which what it holds is gone; absent for what is kept until it is deleted. */
  readonly retentionDays?: number;
  /** `relational`: names of its databases. */
  readonly databases?: readonly string[];
  /** `relational`: disk, GB; `cache`: memory, GB; otherwise what it is expected to hold, GB, for the price. */
  readonly sizeGb: number;
  /** `analytics`: its tables by name. */
  readonly tables?: Readonly<Record<string, readonly AdminField[]>>;
  /** `stream`: fields that pass; every other is dropped before anything is kept. */
  readonly fields?: readonly AdminField[];
  /** `stream`: name of the store of kind analytics that the events end in; absent where subscribers take them themselves. */
  readonly into?: string;
  /** Other services of the same stack that may read it; default none. */
  readonly readers?: readonly string[];
}

/** A secret of a service. */
export interface AdminSecretDescription {
  /** Name, unique within the service, such as `diagnostics`. */
  readonly name: string;
  /** Variable the service reads it from. */
  readonly variable: string;
  /** `generated`: made at random at first creation; `given`: an encrypted config value. */
  readonly origin: "generated" | "given";
  /** What it opens, in words. */
  readonly purpose: string;
  /** Whether the service runs without it; a given one is then left out unless the config names it. Default false. */
  readonly optional?: boolean;
  /** What it is for, where it is the only one of its kind. */
  readonly use?: SpecialUse;
}

/** A way in. */
export interface AdminListenerDescription {
  /** Who it is for. */
  readonly plane: ListenerPlane;
  /** First labels of its host name, below the domain of the stack; every plane has its own. */
  readonly subdomain: string;
  /** Paths it serves; a `/*` at the end stands for whatever is below. Everything else is refused. */
  readonly paths: readonly string[];
  /** Who comes in, in words. */
  readonly admits: string;
  /** What callers show; the load balancer of a human plane asks for the sign-in of employees by itself. */
  readonly credentials: readonly AdminCredential[];
  /** Requests that one address may make in a minute; default 600 for machines, 300 for people. */
  readonly requestsPerMinute?: number;
  /** Whether it is reached without the edge although the stack has one; default false. */
  readonly direct?: boolean;
}

/** What a caller of an admin service shows. */
export type AdminCredential = "oauth-client" | "licence-token" | "employee" | "session" | "signed-request" | "none";

/** A call to another service. */
export interface AdminCallDescription {
  /** Service that is called. */
  readonly to: string;
  /** Zone of that service. */
  readonly zone: "admin" | "identity" | "dotcom" | "multi-tenant";
  /** What it is for. */
  readonly contract: Contract | "sign-in" | "entitlements" | "content";
  /** Scopes it needs there, without the segment of the callee, such as `codyaccess::read`; none for introspection alone. */
  readonly permissions: readonly AdminPermission[];
  /** Variable that holds the address of the callee; default none, where another call sets it. */
  readonly variable?: string;
  /** Whether the service does without it, so that it is left out where the callee is not known. Default false. */
  readonly optional?: boolean;
}

/** Somebody of another stack who calls. */
export interface AdminCallerDescription {
  /** `instance`: instances of customers; `cell`: every cell of the multi-tenant backend; `site`: public code search. */
  readonly from: "instance" | "cell" | "site";
  /** What it is for. */
  readonly contract: Contract | "sign-in" | "entitlements" | "content";
  /** What it shows; the same call is listed once for each kind. */
  readonly credential: "oauth-client" | "licence-token" | "none";
  /** Scopes it needs, without the segment of the service. */
  readonly permissions: readonly AdminPermission[];
  /** Classes of what it sends, worst first. */
  readonly carries: readonly StoredClass[];
}

/** A right at another service. */
export interface AdminPermission {
  /** Path of the permission, such as `codyaccess` or `user.profile`. */
  readonly permission: string;
  /** What may be done; no action implies another. */
  readonly action: "read" | "write" | "delete";
}

/** A host outside of all zones. */
export interface AdminOutboundHost {
  /** Name of the host. */
  readonly host: string;
  /** What it is asked, in words. */
  readonly why: string;
  /** Name of the secret without which it is not asked; default it always is. */
  readonly withSecret?: string;
}

/** A variable that may never be set. */
export interface AdminForbiddenVariable {
  /** What its name matches. */
  readonly name: RegExp;
  /** Rule that speaks of it. */
  readonly rule: string;
  /** What it would do, in words. */
  readonly because: string;
}

/** A value of a variable that depends on what is made beside the service. */
export type AdminValue =
  | string
  /** A property of a store of the same service, or of `service`. */
  | {
      /** Name of the store. */
      readonly store: string;
      /** Service that owns it; default the same. */
      readonly service?: string;
      /** What of it. */
      readonly what: AdminStoreProperty;
    }
  /** Something of the place it runs in. */
  | {
      /** `project`: account of AWS or project of Google; `region`: that of the cloud. */
      readonly place: "project" | "region";
    }
  /** A key that signs: its name in the cloud. */
  | {
      /** Name of the key in the plan. */
      readonly key: string;
    };

/**
 * What a service is told of a store: `endpoint` a whole address (`rediss://…`), `host`, `port`, `user` (the login of its
 * identity), `database`, `instance` (name of the server for a connector), `dataset`, `table`, `topic`.
 */
export type AdminStoreProperty =
  "endpoint" | "host" | "port" | "user" | "database" | "instance" | "dataset" | "table" | "topic";

/** Everything that is known of a support service, and nothing of where it runs. */
export interface AdminServiceDescription {
  /** Name, 2 to 20 lower-case letters, digits and dashes; part of the names of all its resources. */
  readonly name: string;
  /** Title for people. */
  readonly title: string;
  /** What it does, in one sentence. */
  readonly purpose: string;
  /** First segment of the scopes it honours, at most 30 of `a-z_`. */
  readonly scopeName: string;
  /** Administrative function that it has for other zones; absent for none. */
  readonly administers?: AdministeredFunction;
  /** Repository of its image. */
  readonly image: string;
  /** What it speaks behind the load balancer; `h2c` is HTTP/2 in the clear, `grpc` the same with gRPC in it. */
  readonly protocol: "http1" | "h2c" | "grpc";
  /** Port of the container. */
  readonly port: number;
  /** Path that answers with its health to whoever shows the diagnostics secret. */
  readonly healthPath: string;
  /** Path that tells everybody its version. */
  readonly versionPath: string;
  /** Longest a request may take, seconds. */
  readonly timeoutSeconds: number;
  /** Requests that one instance serves at a time. */
  readonly concurrency: number;
  /** vCPUs of an instance. */
  readonly cpus: number;
  /** Memory of an instance, GiB. */
  readonly memoryGib: number;
  /** How many instances run. */
  readonly instances: {
    /** Fewest, also without requests; on Google Cloud 0 for what employees open. */
    readonly minimum: number;
    /** Most, whatever the load; on Google Cloud as many again for what employees open. */
    readonly maximum: number;
  };
  /** What it keeps. */
  readonly stores: readonly AdminStoreDescription[];
  /** Its secrets; the first is that of its diagnostics. */
  readonly secrets: readonly AdminSecretDescription[];
  /** Ways in. */
  readonly listeners: readonly AdminListenerDescription[];
  /** Variables beyond those that follow from stores, secrets and calls. */
  readonly environment: Readonly<Record<string, AdminValue>>;
  /** Variables that may never be set. */
  readonly forbidden: readonly AdminForbiddenVariable[];
  /** Variables that hold its client at the accounts service; absent where it calls nobody. */
  readonly client?: {
    /** Variable of the id. */
    readonly id: string;
    /** Variable of the secret. */
    readonly secret: string;
  };
  /** Who of other stacks calls it. */
  readonly callers: readonly AdminCallerDescription[];
  /** Services it calls. */
  readonly calls: readonly AdminCallDescription[];
  /** Hosts outside that it asks. */
  readonly outbound: readonly AdminOutboundHost[];
  /** Where the facts come from. */
  readonly source: string;
}
