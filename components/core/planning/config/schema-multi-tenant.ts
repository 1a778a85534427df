import { z } from "zod";
import { count, flag, gigabytes, keys, text } from "./schema-values";

// The multi-tenant backend: one environment, its cells, and those of its tenants that are resources.

const account = keys("AccountConfig", {
  id: text("AWS: id of the account, 12 digits in quotes; GCP: id of the project. A change is refused", "123456789012"),
  role: text(
    "AWS: ARN of the role that deploys there; GCP: mail address of the service account that does; default whoever runs the program. In place",
    "arn:aws:iam::123456789012:role/deploy",
  ).optional(),
}).describe("an account of AWS or a project of Google Cloud");

const environment = keys("MultiTenantEnvironmentConfig", {
  domain: text(
    "domain under which every tenant has its host name; a zone of its own for each stage. A change is refused",
    "workspaces.example.com",
  ),
  edge: z
    .enum(["cloudflare", "cloud"])
    .optional()
    .describe(
      "who takes calls and finds the cell of a host name: Cloudflare, or the cloud's own edge (CloudFront, the global load balancer); default cloud. Replaces the edge",
    ),
  cloudflare: keys("CloudflareConfig", {
    accountId: text("account at Cloudflare. Replaces the edge", "0123456789abcdef0123456789abcdef"),
    zoneId: text("zone of the domain at Cloudflare. Replaces the edge", "0123456789abcdef0123456789abcdef"),
  })
    .optional()
    .describe("where the edge is at Cloudflare; needed by edge cloudflare"),
  parent: text(
    "AWS: id of the organizational unit or root in which a unit is made for the stage; GCP: folder or organization; default none, which leaves unit, folder and guard rails to you. Replaces the unit",
    "folders/123456789012",
  ).optional(),
  allowedRegions: z
    .array(text("region"))
    .min(1)
    .optional()
    .describe("regions in which anything may be made; default those of the stack and of its cells. In place"),
  offboarding: keys("OffboardingConfig", {
    graceDays: count("days in which leaving can be undone; default 7. In place", 30).min(1).optional(),
    backupDays: count(
      "days that backups, snapshots, deleted objects and logs are kept, and that keys wait for their end; default 30. In place, but for keys of Google Cloud, where a change is refused",
      30,
    )
      .min(7)
      .optional(),
    termDays: count(
      "days after which nothing may be left, as promised to tenants; the other two have to fit in it; default their sum. Only checked",
      365,
    ).optional(),
  })
    .optional()
    .describe(
      "how long anything of a tenant who leaves is kept: the sum is the term that is promised; default 37 days",
    ),
  accounts: keys("MultiTenantAccountsConfig", {
    edge: account.optional().describe("account of edge and names; default that of the stack"),
    controlPlane: account.optional().describe("account of the placement store; default that of the stack"),
    logs: account
      .optional()
      .describe("account that cells write their logs to and cannot read; default that of the stack"),
    images: account.optional().describe("account of the image registry; default that of the stack"),
    backups: account.optional().describe("account that backups are copied to; default none, which makes no copies"),
    executors: account
      .optional()
      .describe("account in which code of tenants runs, outside every cell; default none, which runs no executors"),
  })
    .optional()
    .describe("accounts or projects beside those of the cells; each shares nothing with a cell"),
  hosts: keys("MultiTenantHostsConfig", {
    workspaces: text(
      "host of the control plane that cells ask for their tenants. Restart",
      "workspaces-api.example.com",
    ),
    accounts: text("host of the accounts service that gives cells their tokens. Restart", "accounts.example.com"),
    telemetry: text(
      "host of the telemetry gateway; default none, which sends no events. Restart",
      "telemetry.example.com",
    ).optional(),
    modelGateway: text(
      "host of the model gateway of the multi-tenant zone, never that of enterprises; needed by cells with modelGateway. Restart",
      "models-workspaces.example.com",
    ).optional(),
  }).describe("hosts of the services that cells call"),
}).describe("what all cells of a stage have in common: names, edge, guard rails, promises");

const cell = keys("CellConfig", {
  account: account.describe("account or project of this cell alone"),
  tenancy: z
    .enum(["pooled", "dedicated", "byok"])
    .optional()
    .describe(
      "who is in it: `pooled` many tenants (default); `dedicated` one; `byok` one, under keys of the customer. A change is refused",
    ),
  region: text("region of the cell; default that of the stack. A change is refused", "us-east-1").optional(),
  zones: z
    .array(text("zone"))
    .length(3)
    .optional()
    .describe("zones of the region; default the first three. A change is refused"),
  cidr: text("address block of its network, /16 to /20, no other cell's. A change is refused", "10.64.0.0/16"),
  release: text(
    "exact Sourcegraph release of this cell; default that of the stack. A change is an upgrade of this cell alone",
    "7.5.4453",
  ).optional(),
  size: z
    .enum(["XS", "S", "M", "L", "XL", "2XL", "3XL"])
    .optional()
    .describe("named size; default from the tenants it is made for. Rolls the pods of the cell"),
  targetMaxTenants: count("tenants it is made for; default 500, 1 for dedicated and byok. In place", 5000)
    .min(1)
    .optional(),
  gbPerTenant: gigabytes("content that a tenant may have, GB; default 25. Grows disks in place").min(1).optional(),
  state: z
    .enum(["open", "draining", "closed"])
    .optional()
    .describe(
      "`open`: takes tenants (default); `draining`: takes none, and its tenants are moved away; `closed`: takes none. In place",
    ),
  modelGateway: flag("whether its tenants use models; default false. Restart"),
  filterOwner: flag(
    "whether filters of rows count for the owner of the tables too, but while the migrator runs; default false, as the product ships them. In place",
  ),
  originSecrets: z
    .array(count("number of a secret", 1_000_000).min(1))
    .min(1)
    .max(2)
    .optional()
    .meta({
      description:
        "numbers of the secrets that the origin accepts; the edge shows the last; default 1. To change it without a pause add the next number, and take the first away in the update after. In place",
      examples: [[1, 2]],
    }),
  canary: flag("whether new releases come here first; default false. Only checked"),
  acknowledge: z
    .array(text("id of a manual step"))
    .optional()
    .meta({
      description: "ids of the manual steps of this cell's upgrade that were taken; default none. Only checked",
      examples: [["backup-first"]],
    }),
  client: keys("CellClientConfig", {
    id: text("id of the cell's own client at the accounts service. Restart", "sams_cid_cell_1"),
    secret: text("name of the secret with the client's secret; no other cell's. Restart", "cell1Client"),
  }).describe("how the cell is known to the services it calls"),
  customerKeys: z
    .partialRecord(
      z.enum(["db", "disk", "object", "cache", "secret", "backup", "log", "column"]),
      text("ARN or full name of a key of the customer"),
    )
    .optional()
    .describe("byok: keys of the customer, one for each use; needed there. A change is refused"),
  customerAccount: text(
    "byok: account or project of the customer that owns the keys; needed there. In place",
    "210987654321",
  ).optional(),
}).describe("one cell: a whole deployment in an account of its own");

const tenant = keys("TenantConfig", {
  tier: z
    .enum(["pooled", "isolated", "dedicated", "byok"])
    .describe(
      "`dedicated` and `byok`: alone in a cell; `isolated`: in a cell of many with database, bucket and key of its own, experimental; `pooled` tenants are not in this file. A change is refused",
    ),
  experimental: flag("needed by tier isolated, which today's product cannot use; default false. Only checked"),
  workspaceId: text(
    "UUID of the workspace, given by the control plane. A change is refused",
    "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11",
  ),
  number: count(
    "number of the tenant, given by the control plane, unique over all cells. A change is refused",
    2_147_483_647,
  ).min(2),
  hostname: text(
    "host name of the tenant; default its name under the domain. Replaces its route",
    "code.acme.com",
  ).optional(),
  hostnameProven: flag(
    "whether the records of a host name outside the domain were written, as the outputs tell them; until then the next step says so, and on AWS the edge does not take the name; default false. Adds a distribution on AWS",
  ),
  residency: text(
    "region, or beginning of a region such as eu, in which its data has to be; default anywhere. Only checked",
    "eu",
  ).optional(),
  cell: text("cell it is in. A change is refused: a tenant is moved by a procedure", "acme"),
  state: z
    .enum(["active", "suspended", "deleted"])
    .optional()
    .describe("`deleted` takes the route away and begins the days of grace; default active. In place"),
}).describe("one tenant that has resources of its own");

/** The environment, its cells and those of its tenants that are resources, by name. */
export const multiTenant = keys("MultiTenantConfig", {
  environment,
  cells: z
    .record(z.string(), cell)
    .describe("cells by name: 3 to 16 lower-case letters, digits and dashes. A name never changes"),
  tenants: z
    .record(z.string(), tenant)
    .optional()
    .describe(
      "tenants with resources of their own by name: 3 to 32 lower-case letters, digits and dashes, beginning with a letter; default none. A name never changes",
    ),
}).describe("the multi-tenant backend; needs shape multi-tenant");

/** The section as a user writes it. */
export type MultiTenantSection = z.infer<typeof multiTenant>;
