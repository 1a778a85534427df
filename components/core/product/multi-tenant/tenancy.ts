import { leavableWorkloads, type LeavableWorkload } from "../kubernetes/leavable";
import type { ServiceName } from "../service";

// What the product does for many tenants. Source of everything here: multi-tenant.md, sections by number.

/** Variables by which the product is made to tell tenants apart. Source: 1.1. */
export const tenantSwitches = {
  /** `strict` refuses whatever names no tenant. */
  enforcement: "SRC_TENANT_ENFORCEMENT_MODE",
  /** Its presence says that there are many tenants; turning it on later re-indexes everything. */
  workspaces: "WORKSPACES_API_URL",
  /** Keeps the index files of small repositories, and so of tenants, apart. */
  noMerging: "SRC_DISABLE_SHARD_MERGING",
  /** Must be absent from a cell. */
  publicSearch: "SOURCEGRAPHDOTCOM_MODE",
} as const;

/** Session setting by which a query names its tenant. Source: 1.3. */
export const tenantSetting = "app.current_tenant";

/** Header by which a call within a cell names its tenant; nothing authenticates it. Source: 1.2. */
export const tenantHeader = "X-Sourcegraph-Tenant-ID";

/** A service as a cell runs it. */
export interface CellService {
  /** Entry of the catalogue. */
  readonly service: ServiceName;
  /** How it knows whose work it does. */
  readonly tenancy: "by request" | "crosses tenants" | "none";
  /** Special tenants its queries name. */
  readonly specialTenants: readonly ("servicetenant" | "workertenant" | "zoekttenant")[];
  /** What it may do with the bucket of the cell. */
  readonly bucket: "read-write" | "none";
  /** Whether it encrypts columns. */
  readonly columnKey: boolean;
  /** Whether it opens connections to the databases. */
  readonly database: boolean;
}

/** Services that a cell runs and that know tenants, or may not know them. Source: 1.8, 4.4. */
export const cellServices: readonly CellService[] = [
  {
    service: "sourcegraph-frontend",
    tenancy: "by request",
    specialTenants: ["servicetenant", "zoekttenant"],
    bucket: "read-write",
    columnKey: true,
    database: true,
  },
  {
    service: "worker",
    tenancy: "crosses tenants",
    specialTenants: ["workertenant"],
    bucket: "read-write",
    columnKey: true,
    database: true,
  },
  {
    service: "gitserver",
    tenancy: "by request",
    specialTenants: [],
    bucket: "none",
    columnKey: false,
    database: true,
  },
  {
    service: "searcher",
    tenancy: "by request",
    specialTenants: [],
    bucket: "none",
    columnKey: false,
    database: true,
  },
  {
    service: "zoekt-webserver",
    tenancy: "by request",
    specialTenants: [],
    bucket: "none",
    columnKey: false,
    database: false,
  },
  {
    service: "zoekt-indexserver",
    tenancy: "crosses tenants",
    specialTenants: [],
    bucket: "none",
    columnKey: false,
    database: false,
  },
  {
    service: "syntect-server",
    tenancy: "none",
    specialTenants: [],
    bucket: "none",
    columnKey: false,
    database: false,
  },
];

/** Services of a deployment for one customer that a cell does not run: all it can be without. Source: 1.7, 1.8. */
export const leftOutOfCells: readonly LeavableWorkload[] = leavableWorkloads;

/** A code host that a cell may read from. */
export interface CellCodeHost {
  /** Its name. */
  readonly name: string;
  /** Hosts that are opened for it. */
  readonly hosts: readonly string[];
}

/** Code hosts that the product takes from many tenants; those of a customer's own are left out. Source: 1.7. */
export const cellCodeHosts: readonly CellCodeHost[] = [
  { name: "GitHub.com", hosts: ["github.com", "api.github.com"] },
  { name: "GitLab.com", hosts: ["gitlab.com"] },
  { name: "Bitbucket Cloud", hosts: ["bitbucket.org", "api.bitbucket.org"] },
];

/** Stores that the product empties of a tenant, each with a time in the tenant's record, in this order. Source: 1.5, 4.9. */
export const purgeMarkers = ["searcher cache", "redis", "zoekt", "gitserver", "blobstore", "database"] as const;

/** Names of tenants: 3 to 32 lower-case letters, digits and dashes, beginning with a letter. Source: 1.5. */
export const tenantName = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/;

/** Host names of tenants and of what cells call. */
export const hostPattern = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;

/** Ids of workspaces: UUIDs. Source: 1.5. */
export const workspacePattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The only tenant of an instance that is not for many. Source: 1.5. */
export const singleTenant = 1;

/** Share of the tenants a cell is made for above which it is under pressure. Source: 1.6. */
export const pressureShare = 0.85;

/** Share of a disk in use at which an alarm is raised, and at which no tenant is taken any more. Source: 5. */
export const diskShares = { pressure: 0.7, closed: 0.85 } as const;

/** Share of what tenants may have that a cell is sized for, because nobody fills a plan. Source: 5. */
export const sizedShare = 0.4;

/** Disk of the index for each GB of Git. Source: 5. */
export const indexShare = 0.5;

/** What the plan that is sold on it allows for each tenant. Source: 1.7. */
export const tenantPlan = { users: 500, repositories: 100, startGb: 25, largestGb: 50 } as const;

/** Tables, and those with row filters, of each database in release 7.2.1943: what later releases are held against. Source: 1.3. */
export const filteredTables = {
  frontend: { tables: 202, filtered: 200, exempt: 2 },
  codeIntel: { tables: 13, filtered: 13, exempt: 0 },
  codeInsights: { tables: 21, filtered: 21, exempt: 0 },
} as const;

/** Slots of secrets in the databases, all under the cell's column key. Source: 4.2. */
export const encryptedColumns: readonly string[] = [
  "external services",
  "user accounts",
  "webhooks",
  "webhook logs",
  "outgoing webhooks",
  "batch credentials",
  "executor secrets",
  "GitHub apps",
  "Slack",
];

/** How far a tier keeps a tenant apart, store by store. Source: 3, 4.2. */
export const tiers = {
  pooled: {
    compute: "shared",
    relational: "shared tables, filtered by row",
    objects: "a prefix of the cell's bucket",
    disks: "shared volumes",
    keys: "the cell's",
    proof: "six purge markers, and the end of backups",
    shreddable: false,
  },
  isolated: {
    compute: "shared",
    relational: "a database and a login of its own",
    objects: "a bucket of its own",
    disks: "shared volumes",
    keys: "one of its own",
    proof: "purge markers, and the end of the key",
    shreddable: false,
  },
  dedicated: {
    compute: "a cell of one",
    relational: "servers of its own",
    objects: "a bucket of its own",
    disks: "volumes of its own",
    keys: "eight of its own",
    proof: "the end of the account's resources and keys",
    shreddable: true,
  },
  byok: {
    compute: "a cell of one",
    relational: "servers of its own",
    objects: "a bucket of its own",
    disks: "volumes of its own",
    keys: "eight of the customer's",
    proof: "the customer takes the keys back",
    shreddable: true,
  },
} as const;

/** Blocks that Cloudflare calls origins from. Source: https://www.cloudflare.com/ips-v4 */
export const cloudflareBlocks: readonly string[] = [
  "103.21.244.0/22",
  "103.22.200.0/22",
  "103.31.4.0/22",
  "104.16.0.0/13",
  "104.24.0.0/14",
  "108.162.192.0/18",
  "131.0.72.0/22",
  "141.101.64.0/18",
  "162.158.0.0/15",
  "172.64.0.0/13",
  "173.245.48.0/20",
  "188.114.96.0/20",
  "190.93.240.0/20",
  "197.234.240.0/22",
  "198.41.128.0/17",
];

/** Blocks that Google's global load balancer calls origins on the internet from. Source: Google Cloud, internet NEGs. */
export const googleEdgeBlocks: readonly string[] = ["34.96.0.0/20", "34.127.192.0/18"];
