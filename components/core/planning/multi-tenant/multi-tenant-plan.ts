import type { Stage, Tenancy } from "../../rules/facts";
import type { PriceEstimate } from "../price/price";
import type { PlannedAccount } from "./account";
import type { PlannedCell } from "./cell-plan";
import type { PlannedGuardRail } from "./guard-rails";
import type { SpecifiedTenant } from "./specification";

export type { PlannedAccount } from "./account";
export type * from "./cell-plan";
export type { PlannedGuardRail } from "./guard-rails";

/** Every decision of the multi-tenant backend of one stage, as plain data. */
export interface MultiTenantPlan {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of the environment, stem of the names of its resources. */
  readonly name: string;
  /** What is built. */
  readonly shape: "multi-tenant";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp";
  /** Region of what is not in a cell. */
  readonly region: string;
  /** Release of cells that name none. */
  readonly release: string;
  /** What it runs with. */
  readonly stage: Stage;
  /** Team that answers for it. */
  readonly owner: string;
  /** What all cells have in common. */
  readonly environment: PlannedEnvironment;
  /** Every cell, in the order of the config. */
  readonly cells: readonly PlannedCell[];
  /** Tenants that have resources of their own, in the order of the config. */
  readonly tenants: readonly PlannedTenant[];
  /** Sum over all cells and what they have in common. */
  readonly price: MultiTenantPrice;
  /** Things a person should know before going on. */
  readonly notices: readonly string[];
}

/** What all cells of a stage have in common. */
export interface PlannedEnvironment {
  /** Name of the organizational unit or folder, `mt-<stage>`. */
  readonly containerName: string;
  /** Where it is made; absent where it, and the guard rails, are left to somebody else. */
  readonly parent?: string;
  /** Whether the cloud refuses to delete it. */
  readonly deletionProtection: boolean;
  /** What nobody below it may do, whatever rights they have; none without `parent`. */
  readonly guardRails: readonly PlannedGuardRail[];
  /** Regions in which anything may be made. */
  readonly allowedRegions: readonly string[];
  /** Names. */
  readonly names: PlannedNames;
  /** Who takes calls from outside. */
  readonly edge: PlannedEdge;
  /** Which host name is in which cell, for the control plane. */
  readonly placement: PlannedPlacement;
  /** Where logs of cells go. */
  readonly logs: PlannedLogSink;
  /** Where images come from. */
  readonly images: PlannedImageRegistry;
  /** Where copies of backups go; absent without copies. */
  readonly backupCopies?: {
    /** Account of the copies. */
    readonly account: PlannedAccount;
    /** Name of the vault, or of the backup plan's project-side stem. */
    readonly vault: string;
    /** Days they are kept. */
    readonly keepDays: number;
  };
  /** Where code of tenants runs; absent without executors. */
  readonly executors?: {
    /** Account, no cell's. */
    readonly account: PlannedAccount;
    /** Hosts that executors may open: those of the cells' tenants, by the edge. */
    readonly mayReach: readonly string[];
  };
  /** What a tenant who leaves is promised. */
  readonly offboarding: PlannedOffboardingTerm;
}

/** What a tenant who leaves is promised. */
export interface PlannedOffboardingTerm {
  /** Days in which leaving can be undone. */
  readonly graceDays: number;
  /** Days that backups, snapshots, deleted objects and logs are kept. */
  readonly backupDays: number;
  /** Days that a key waits for its end. */
  readonly keyWaitDays: number;
  /** Days after which nothing is kept: grace, and the longer of backups and keys. */
  readonly termDays: number;
}

/** Names of an environment. */
export interface PlannedNames {
  /** Account of zone and edge. */
  readonly account: PlannedAccount;
  /** Domain under which tenants have their host names. */
  readonly domain: string;
  /** Zone the records are written into: of Route 53, or of Cloud DNS; absent where it is made, or at Cloudflare. */
  readonly zone?: string;
  /** What one certificate is made for: the domain's every direct child. */
  readonly wildcard: string;
  /** Host names of tenants beyond the wildcard, below the domain: the records of each are written. */
  readonly customNames: readonly string[];
  /** Host names of tenants outside the domain, each with a certificate of its own: their records are told, and somebody else writes them. */
  readonly foreignNames: readonly PlannedForeignName[];
}

/** A host name of a tenant in a zone that is somebody else's. */
export interface PlannedForeignName {
  /** The host name. */
  readonly hostname: string;
  /** Tenant whose it is. */
  readonly tenant: string;
  /** Whether its records were written; on AWS the edge takes it from then on. */
  readonly proven: boolean;
}

/** Who takes calls from outside and finds the cell of a host name. */
export interface PlannedEdge {
  /** What it is. */
  readonly kind: "cloudflare" | "cloudfront" | "global-load-balancer";
  /** Account it is in. */
  readonly account: PlannedAccount;
  /** Where it is at Cloudflare. */
  readonly cloudflare?: {
    /** Account at Cloudflare. */
    readonly accountId: string;
    /** Zone of the domain. */
    readonly zoneId: string;
  };
  /** Name of the store of routes: a namespace of Workers KV, a KeyValueStore of CloudFront, or a URL map. */
  readonly routes: string;
  /**
   * Google Cloud: ways in of pooled tenants, one for each cell of many. Whoever places a tenant writes its record in the zone of
   * names, which leads to the address of its cell's; none elsewhere, where routes are written into the store.
   */
  readonly entries: readonly PlannedEntry[];
  /** Cell that CloudFront, which has to name one, names for calls without a route; they are answered before they come there. */
  readonly defaultCell: string;
  /** Header by which the origin of a cell knows the edge; its value is a secret of each cell. */
  readonly originHeader: string;
  /** Calls of one address that are let through in five minutes. */
  readonly callsPerFiveMinutes: number;
  /** Oldest version of TLS. */
  readonly minimumTls: "1.2";
  /** Routes of tenants that are resources; those of pooled ones are the control plane's and are not touched. */
  readonly published: readonly PlannedRoute[];
}

/** A way in to one cell of many. */
export interface PlannedEntry {
  /** Name of its resources. */
  readonly name: string;
  /** Cell it leads to. */
  readonly cell: string;
}

/** A route of the edge. It holds a host name and a cell, and nothing of people. */
export interface PlannedRoute {
  /** Host name of the tenant. */
  readonly hostname: string;
  /** Its cell. */
  readonly cell: string;
  /** Host of the cell's origin. */
  readonly origin: string;
}

/** Which tenant is in which cell. */
export interface PlannedPlacement {
  /** Account it is in. */
  readonly account: PlannedAccount;
  /** Name of the table of DynamoDB, or of the database of Firestore. */
  readonly name: string;
  /** Name of its key. */
  readonly keyName: string;
  /** Days that can be gone back to. */
  readonly backupDays: number;
}

/** Where logs of cells go. */
export interface PlannedLogSink {
  /** Account they go to. */
  readonly account: PlannedAccount;
  /** Name of the destination. */
  readonly name: string;
  /** Name of its key. */
  readonly keyName: string;
  /** Days they are kept. */
  readonly retentionDays: number;
  /** Cells that may write to it; none may read. */
  readonly writers: readonly string[];
}

/** Where images come from. */
export interface PlannedImageRegistry {
  /** Account it is in. */
  readonly account: PlannedAccount;
  /** Name of the registry, or prefix of its repositories. */
  readonly name: string;
  /** Name of its key. */
  readonly keyName: string;
  /** Accounts that may pull; nobody else may, and none of them may push. */
  readonly pullers: readonly string[];
}

/** A tenant that has resources of its own. */
export interface PlannedTenant extends SpecifiedTenant {
  /** How far its data is apart. */
  readonly tenancy: Tenancy;
  /** Host of its cell's origin. */
  readonly origin: string;
  /** Whether the edge has its route: only while it is active. */
  readonly routed: boolean;
  /** What it has for itself in a cell of many; absent where the whole cell is its own. */
  readonly isolated?: PlannedIsolation;
  /** US dollars a month for what it has for itself; absent where no price is known. */
  readonly monthly?: number;
}

/** What an isolated tenant has for itself in a cell of many. */
export interface PlannedIsolation {
  /** Name of its key. */
  readonly keyName: string;
  /** Days its key waits for its end; on Google Cloud never changed. */
  readonly keyWaitDays: number;
  /** Name of its bucket's resource. */
  readonly bucket: string;
  /** Days the bucket keeps what was deleted; 0 for none. */
  readonly softDeleteDays: number;
  /** Name of its database. */
  readonly database: string;
  /** Login of its database, which owns nothing. */
  readonly login: string;
  /** Secret with the login's password. */
  readonly secret: string;
}

/** What a month costs at list price. */
export interface MultiTenantPrice {
  /** Currency of all amounts. */
  readonly currency: "USD";
  /** All cells and what they have in common. */
  readonly monthly: number;
  /** Every cell, by its name. */
  readonly cells: Readonly<Record<string, PriceEstimate>>;
  /** What the total leaves out. */
  readonly excluded: readonly string[];
}
