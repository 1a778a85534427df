import { z } from "zod";
import { count, gigabytes, keys, port, text } from "./schema-values";

const field = keys("AdminFieldConfig", {
  name: text("name, in snake case", "occurred_at"),
  type: z.enum(["string", "integer", "number", "boolean", "timestamp", "json"]).describe("type of its values"),
}).describe("a column of a table, or a field of events");

const store = keys("AdminStoreConfig", {
  kind: z.enum(["relational", "cache", "analytics", "stream"]).describe("what it is. Never changed"),
  dataClasses: z
    .array(z.enum(["configuration", "operational", "identity", "secret", "user-data", "public-code"]))
    .optional()
    .describe("classes of what it holds, worst first; needed. In place, but for identity, which has a key of its own"),
  why: text("what it holds and what for", "settings of teams"),
  retentionDays: count("days after which what it holds is gone; needed by analytics and stream. In place", 3650)
    .min(1)
    .optional(),
  databases: z
    .array(text("name of a database", "main"))
    .optional()
    .describe("relational: its databases; default one of the name of the service. A database is only added"),
  sizeGb: gigabytes(
    "relational: disk; cache: memory; otherwise what it is expected to hold; default 10 for disks, 1 for memory. Grows in place",
  )
    .min(1)
    .optional(),
  tables: z
    .record(z.string(), z.array(field))
    .optional()
    .describe("analytics: columns of its tables by name; needed there. Columns are only added"),
  fields: z
    .array(field)
    .optional()
    .describe("stream: fields that pass, every other is dropped; needed there. In place"),
  into: text("stream: store of kind analytics that the events end in; needed there. In place", "events").optional(),
}).describe("something in which the service keeps data");

const secret = keys("AdminSecretConfig", {
  variable: text("variable that the service reads it from. Restart", "STRIPE_SECRET_KEY"),
  value: text(
    "name of the encrypted config value below `secrets`; default one is made at random. Restart",
    "stripeSecretKey",
  ).optional(),
  purpose: text("what it opens", "key of the payment processor"),
}).describe("a secret of the service");

const listener = keys("AdminListenerConfig", {
  plane: z
    .enum(["human", "machine", "end-user", "internal"])
    .optional()
    .describe(
      "who it is for: `human` employees, behind the company's sign-in; `machine` instances and services; `end-user` other people; `internal` services of the stack; needed. Replaces the listener",
    ),
  subdomain: text(
    "first labels of its host name, below the domain of the stack, of this plane alone. Replaces certificate and record",
    "release-registry",
  ),
  paths: z
    .array(text("path, with * at its end for whatever follows", "/api/v1/*"))
    .min(1)
    .describe("paths it serves; everything else is refused. In place"),
  admits: text("who comes in", "build jobs"),
  credentials: z
    .array(z.enum(["oauth-client", "licence-token", "employee", "session", "signed-request"]))
    .min(1)
    .optional()
    .describe("what callers show; default employee on the human plane, else oauth-client. Only checked"),
  requestsPerMinute: count("requests that one address may make in a minute; default 600, for people 300. In place")
    .min(1)
    .optional(),
}).describe("a way in");

const permission = keys("AdminPermissionConfig", {
  to: text("service that is called", "accounts"),
  scope: text("the scope, SERVICE::PERMISSION::ACTION; the service is that of the callee", "sams::user.profile::read"),
}).describe("a right at another service");

const serviceOverrides = {
  image: text(
    "image with digest; a tag will do in development only. Restart of the service",
    "us-docker.pkg.dev/example/images/pings@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  ),
  cpus: z
    .number()
    .min(0.25)
    .max(16)
    .optional()
    .describe("vCPUs of an instance; default those of the service. Restart of the service"),
  memoryGb: z
    .number()
    .min(0.5)
    .max(120)
    .optional()
    .describe("memory of an instance, GiB; default that of the service. Restart of the service"),
  minInstances: count("fewest instances; default those of the service. In place", 1000).optional(),
  maxInstances: count("most instances; default those of the service. In place", 1000).min(1).optional(),
  env: z
    .record(z.string(), z.string())
    .optional()
    .describe("variables added to those of the service; never secrets. Restart of the service"),
  clientId: text(
    "client of the service at the accounts service; needed where it calls others. Restart of the service",
    "sams_cid_0123",
  ).optional(),
};

const service = keys("AdminServiceConfig", {
  ...serviceOverrides,
  secrets: z
    .record(z.string(), text("name of an encrypted config value below `secrets`"))
    .optional()
    .meta({
      description:
        "names of the encrypted config values by the variables that hold them; those the service needs have names by default, such as accountsManagementSecret. Restart of the service",
      examples: [{ CODY_GATEWAY_ANTHROPIC_ACCESS_TOKEN: "anthropicToken" }],
    }),
}).describe("a service of the catalogue");

const ownService = keys("OwnAdminServiceConfig", {
  ...serviceOverrides,
  title: text("title for people", "Release registry"),
  purpose: text("what it does, in one sentence"),
  scopeName: text(
    "first segment of the scopes it honours; default its name with underscores. In place",
    "release_registry",
  ).optional(),
  protocol: z
    .enum(["http1", "h2c", "grpc"])
    .optional()
    .describe("what it speaks behind the load balancer; default http1. Restart of the service"),
  port: port("port of the container; default 9992. Restart of the service").optional(),
  healthPath: text("path of its health, which asks for the diagnostics secret; default /-/healthz").optional(),
  versionPath: text("path of its version, open to everybody; default /-/version").optional(),
  timeoutSeconds: count("longest a request may take, seconds; default 300. In place", 3600).min(1).optional(),
  concurrency: count("requests that one instance serves at a time; default 1000. In place", 1000).min(1).optional(),
  stores: z
    .record(z.string(), store)
    .optional()
    .describe("what it keeps, by name; default nothing. Removing one is refused unless named in allowDataLoss"),
  secrets: z
    .record(z.string(), secret)
    .optional()
    .describe("its secrets by name, besides that of its diagnostics; default none. Restart of the service"),
  listeners: z.array(listener).min(1).describe("ways in"),
  calls: z.array(permission).optional().describe("rights at other services; default none. In place"),
  outbound: z
    .array(text("name of a host", "api.github.com"))
    .optional()
    .describe("hosts outside that it asks over TCP 443; default none. In place"),
}).describe("a service of your own: it gets the same decisions and the same rules");

const neighbour = keys("AdminNeighbourConfig", {
  zone: z.enum(["admin", "identity", "dotcom", "multi-tenant"]).describe("zone it is in. In place"),
  host: text("host name of its listener of machines. In place", "accounts-api.example.com"),
  signInHost: text("host name of its sign-in pages; default none. In place", "accounts.example.com").optional(),
  scopeName: text("first segment of the scopes it honours; default that of the catalogue", "sams").optional(),
}).describe("a service of another zone, known by public facts alone");

const oidc = keys("EmployeesOidcConfig", {
  issuer: text("issuer of the company's sign-in. In place", "https://login.example.com"),
  authorizationEndpoint: text("where browsers are sent. In place", "https://login.example.com/authorize"),
  tokenEndpoint: text("where codes are exchanged. In place", "https://login.example.com/token"),
  userInfoEndpoint: text("where claims are asked for. In place", "https://login.example.com/userinfo"),
  clientId: text("client of the load balancer. In place", "admin-services"),
  clientSecret: text("name of the encrypted config value with the secret of that client. In place", "employeesClient"),
}).describe("AWS: the company's sign-in, asked before anything of the human plane is served");

/** Support services of one zone. */
export const admin = keys("AdminConfig", {
  zone: z
    .enum(["admin", "identity", "dotcom", "multi-tenant"])
    .describe(
      "zone of the stack: `admin` model gateway of enterprises, enterprise portal, billing, telemetry gateway, pings; `identity` accounts; `dotcom` model gateway of the community; `multi-tenant` workspaces and their model gateway. Each is a stack, an account or project, and a deploy identity of its own. Never changed",
    ),
  domain: text("domain that all host names are below. Replaces certificates and records", "example.com"),
  edge: z
    .enum(["cloudflare", "direct"])
    .optional()
    .describe(
      "what stands before the listeners of machines and end users: Cloudflare, or nothing; telemetry and pings are always direct; default direct. In place",
    ),
  cidr: text(
    "address block of the network, /16 to /20; default 10.60.0.0/16. Never changed",
    "10.60.0.0/16",
  ).optional(),
  services: z
    .record(z.string(), service)
    .optional()
    .meta({
      description:
        "services of the catalogue that run here, by name: those of the zone only; default none, so that ownServices are needed. Removing one with stores is refused unless they are named in allowDataLoss",
      examples: [{ pings: { image: "registry.example.com/pings@sha256:…" } }],
    }),
  ownServices: z.record(z.string(), ownService).optional().describe("services of your own, by name; default none"),
  employees: keys("EmployeesConfig", {
    groups: z
      .array(text("address of a group", "support@example.com"))
      .optional()
      .describe("GCP: company groups that are let in to the human plane; needed there. In place"),
    oidc: oidc.optional(),
  })
    .optional()
    .describe("how employees are known; needed by services with a human plane. In place"),
  neighbours: z
    .record(z.string(), neighbour)
    .optional()
    .meta({
      description: "services of other zones that these call, by name; needed where one is called. In place",
      examples: [{ accounts: { zone: "identity", host: "accounts-api.example.com" } }],
    }),
  cells: z
    .array(text("name of a cell", "us-1"))
    .optional()
    .describe("cells of the multi-tenant backend that call in: each has a client of its own; default none. In place"),
  licenceSigning: z
    .enum(["secret", "key"])
    .optional()
    .describe(
      "how the portal signs licences: with a private key that it reads as a secret, as the product does today (default), or with a key in hardware that never leaves, which needs a build that can. In place",
    ),
  logDays: count("days that logs are kept; default 30, which is the most. In place", 30).min(1).optional(),
  backupDays: count("days that can be gone back to in databases; default 14. In place", 35).min(1).optional(),
  auditSink: text(
    "project (GCP) or bucket of another account (AWS) that audit logs are written to; default none, where the organisation does it. In place",
    "example-audit",
  ).optional(),
  perimeterPolicy: text(
    "GCP: number of the access policy in which a perimeter is put around the project; default none. In place",
    "123456789",
  ).optional(),
  registries: z
    .array(text("registry and prefix", "us-docker.pkg.dev/example"))
    .optional()
    .describe("registries that images may come from; default those of the images that are named. In place"),
}).describe("support services of one zone; needs shape admin. In place unless said otherwise");
