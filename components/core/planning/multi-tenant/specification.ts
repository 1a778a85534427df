import type { Stage } from "../../rules/facts";
import type { CellKeyUse } from "./cell-plan";
import type { PlannedAccount } from "./account";

/** A config of shape multi-tenant, parsed, checked and completed: nothing is left to a default further on. */
export interface MultiTenantSpecification {
  /** What is built. */
  readonly shape: "multi-tenant";
  /** Name of the environment. */
  readonly name: string;
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
  /** Account or project of the stack. */
  readonly account: PlannedAccount;
  /** Domains of the company, whose groups alone may be given rights. */
  readonly companyDomains: readonly string[];
  /** Where alarms go. */
  readonly alarmsEmail?: string;
  /** Registry that images come from; absent for the vendor's. */
  readonly registry?: string;
  /** Tags or labels of every resource. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the encrypted config values; the values stay outside. */
  readonly secrets: readonly string[];
  /** Ids of the manual steps that were taken: moves, purges and drained cells. */
  readonly acknowledge: readonly string[];
  /** Whether the clouds refuse to delete clusters, firewalls and stores of cells. */
  readonly deletionProtection: boolean;
  /** Names of the data resources that may be lost. */
  readonly allowDataLoss: readonly string[];
  /** What all cells have in common. */
  readonly environment: SpecifiedEnvironment;
  /** Cells, in the order of the config. */
  readonly cells: readonly SpecifiedCell[];
  /** Tenants that are resources, in the order of the config. */
  readonly tenants: readonly SpecifiedTenant[];
}

/** What all cells have in common, complete. */
export interface SpecifiedEnvironment {
  /** Domain of the tenants' host names. */
  readonly domain: string;
  /** Zone of the DNS records; absent where they are left to you, or at Cloudflare. */
  readonly dnsZone?: string;
  /** Who takes calls from outside. */
  readonly edge: "cloudflare" | "cloud";
  /** Where the edge is at Cloudflare. */
  readonly cloudflare?: {
    /** Account at Cloudflare. */
    readonly accountId: string;
    /** Zone of the domain. */
    readonly zoneId: string;
  };
  /** Where unit or folder is made; absent for none. */
  readonly parent?: string;
  /** Regions in which anything may be made. */
  readonly allowedRegions: readonly string[];
  /** Days in which leaving can be undone. */
  readonly graceDays: number;
  /** Days that backups are kept and keys wait. */
  readonly backupDays: number;
  /** Accounts beside those of cells. */
  readonly accounts: {
    /** Of edge and names. */
    readonly edge: PlannedAccount;
    /** Of the placement store. */
    readonly controlPlane: PlannedAccount;
    /** Of the logs. */
    readonly logs: PlannedAccount;
    /** Of the images. */
    readonly images: PlannedAccount;
    /** Of copies of backups; absent without. */
    readonly backups?: PlannedAccount;
    /** Of executors; absent without. */
    readonly executors?: PlannedAccount;
  };
  /** Hosts that cells call. */
  readonly hosts: {
    /** Control plane. */
    readonly workspaces: string;
    /** Accounts service. */
    readonly accounts: string;
    /** Telemetry gateway; absent without. */
    readonly telemetry?: string;
    /** Model gateway of the zone; absent without. */
    readonly modelGateway?: string;
  };
}

/** A cell, complete. */
export interface SpecifiedCell {
  /** Name. */
  readonly name: string;
  /** Account or project. */
  readonly account: PlannedAccount;
  /** Who is in it. */
  readonly tenancy: "pooled" | "dedicated" | "byok";
  /** Region. */
  readonly region: string;
  /** Zones; absent for the first three of the region. */
  readonly zones?: readonly string[];
  /** Address block. */
  readonly cidr: string;
  /** Exact release. */
  readonly release: string;
  /** Named size; absent: from the tenants. */
  readonly size?: "XS" | "S" | "M" | "L" | "XL" | "2XL" | "3XL";
  /** Tenants it is made for. */
  readonly targetMaxTenants: number;
  /** Content that a tenant may have, GB. */
  readonly gbPerTenant: number;
  /** Whether it takes tenants. */
  readonly state: "open" | "draining" | "closed";
  /** Whether its tenants use models. */
  readonly modelGateway: boolean;
  /** Whether filters of rows count for the owner of the tables too. */
  readonly filterOwner: boolean;
  /** Whether new releases come here first. */
  readonly canary: boolean;
  /** Numbers of the secrets that the origin accepts; the edge shows the last. */
  readonly originSecrets: readonly number[];
  /** Ids of the manual steps of its upgrade that were taken. */
  readonly acknowledge: readonly string[];
  /** How it is known to the services it calls. */
  readonly client: {
    /** Id at the accounts service. */
    readonly id: string;
    /** Name of the secret. */
    readonly secret: string;
  };
  /** Keys of the customer by use; none but in tenancy byok. */
  readonly customerKeys: Readonly<Partial<Record<CellKeyUse, string>>>;
  /** Account or project that owns them. */
  readonly customerAccount?: string;
}

/** A tenant that is a resource, complete. */
export interface SpecifiedTenant {
  /** Name. */
  readonly name: string;
  /** How far it is apart. */
  readonly tier: "isolated" | "dedicated" | "byok";
  /** UUID of its workspace. */
  readonly workspaceId: string;
  /** Number, unique over all cells. */
  readonly number: number;
  /** Host name. */
  readonly hostname: string;
  /** Region, or beginning of one, in which its data has to be; absent for anywhere. */
  readonly residency?: string;
  /** Cell it is in. */
  readonly cell: string;
  /** Whether the records of a host name outside the domain were written. */
  readonly hostnameProven: boolean;
  /** Whether it is there, stopped, or leaving. */
  readonly state: "active" | "suspended" | "deleted";
}
