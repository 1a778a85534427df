import type { AdminField, AdminForbiddenVariable, AdminServiceDescription, AdminStoreDescription } from "./description";

// The model gateway: one image, three deployments that differ in whom they serve and what may rest in them.

const source = "sourcegraph/sourcegraph-public-snapshot cmd/cody-gateway; sourcegraph/docs docs/model-provider";

/** Providers of models: name, host and stem of the variables. */
const providers = [
  { name: "anthropic", host: "api.anthropic.com", stem: "ANTHROPIC" },
  { name: "openai", host: "api.openai.com", stem: "OPENAI" },
  { name: "fireworks", host: "api.fireworks.ai", stem: "FIREWORKS" },
  { name: "google", host: "generativelanguage.googleapis.com", stem: "GOOGLE" },
] as const;

const eventFields: readonly AdminField[] = [
  { name: "name", type: "string" },
  { name: "source", type: "string" },
  { name: "identifier", type: "string" },
  { name: "created_at", type: "timestamp" },
  { name: "metadata", type: "json" },
];

const events: AdminStoreDescription = {
  name: "events",
  kind: "analytics",
  dataClasses: ["operational"],
  why: "usage by actor: name, source, time, counts of tokens, models and status; never text",
  retentionDays: 400,
  tables: { events: eventFields },
  sizeGb: 100,
};

const cache = (dataClasses: AdminStoreDescription["dataClasses"], why: string): AdminStoreDescription => ({
  name: "cache",
  kind: "cache",
  dataClasses,
  why,
  retentionDays: 1,
  sizeGb: 1,
});

const identifiersToLog: AdminForbiddenVariable = {
  name: /^CODY_GATEWAY_IDENTIFIERS_TO_LOG_FOR$/,
  rule: "B-D05",
  because: "it writes prompts of single actors into the logs",
};

const common = {
  name: "cody-gateway",
  scopeName: "cody_gateway",
  image: "sourcegraph/cody-gateway",
  protocol: "http1",
  port: 9992,
  healthPath: "/-/healthz",
  versionPath: "/-/__version",
  // Answers of models are streamed for up to ten minutes.
  timeoutSeconds: 600,
  concurrency: 500,
  cpus: 2,
  memoryGib: 2,
  instances: { minimum: 2, maximum: 20 },
  client: { id: "SAMS_CLIENT_ID", secret: "SAMS_CLIENT_SECRET" },
  secrets: [
    {
      name: "diagnostics",
      variable: "CODY_GATEWAY_DIAGNOSTICS_SECRET",
      origin: "generated",
      purpose: "details of its health",
    },
    ...providers.map(({ name, stem }) => ({
      name,
      variable: `CODY_GATEWAY_${stem}_ACCESS_TOKEN`,
      origin: "given" as const,
      purpose: `models of ${name}`,
      optional: true,
    })),
    {
      name: "notices",
      variable: "CODY_GATEWAY_ACTOR_RATE_LIMIT_NOTIFY_SLACK_WEBHOOK_URL",
      origin: "given",
      purpose: "messages when 90, 95 and 100 % of a quota are used",
      optional: true,
    },
  ],
  environment: {
    CODY_GATEWAY_BIGQUERY_PROJECT_ID: { place: "project" },
    CODY_GATEWAY_BIGQUERY_DATASET: { store: "events", what: "dataset" },
    CODY_GATEWAY_BIGQUERY_TABLE: { store: "events", what: "table" },
    CODY_GATEWAY_ALLOW_ANONYMOUS: "false",
    // What is looked up would leave the gateway for the public site.
    CODY_GATEWAY_ENABLE_ATTRIBUTION_SEARCH: "false",
  },
  outbound: [
    ...providers.map(({ name, host }) => ({ host, why: `models of ${name}`, withSecret: name })),
    { host: "hooks.slack.com", why: "messages about quotas", withSecret: "notices" },
  ],
  source,
} as const satisfies Partial<AdminServiceDescription>;

const modelPaths = [
  "/v1/completions/*",
  "/v1/embeddings",
  "/v1/embeddings/models",
  "/v1/limits",
  "/v1/limits/refresh",
  "/-/__version",
  "/-/healthz",
] as const;

const staff = {
  plane: "human",
  subdomain: "cody-gateway-staff",
  paths: ["/-/actor/sync-all-sources", "/-/__version", "/-/healthz"],
  admits: "employees on call",
  credentials: ["employee"],
} as const;

const introspection = { to: "accounts", zone: "identity", contract: "introspection", permissions: [] } as const;

/** For instances of enterprises: no prompt can come to rest in it. */
export const enterpriseGateway: AdminServiceDescription = {
  ...common,
  title: "Model gateway for enterprises",
  purpose: "passes calls of instances on to providers of models, and counts them",
  administers: "enterprise-gateway",
  stores: [cache(["operational"], "counters of limits, entitlements of actors, a lock of the periodic sync"), events],
  listeners: [
    {
      plane: "machine",
      subdomain: "cody-gateway",
      paths: modelPaths,
      admits: "instances of customers",
      credentials: ["licence-token", "oauth-client"],
      requestsPerMinute: 6000,
    },
    staff,
  ],
  forbidden: [
    {
      name: /^CODY_GATEWAY_DOTCOM_/,
      rule: "B-D05",
      because: "it admits actors of the public site, whose flagged prompts are recorded",
    },
    identifiersToLog,
    {
      name: /WORKSPACES?_/,
      rule: "B-D05",
      because: "it admits actors of workspaces, whose flagged prompts are recorded",
    },
  ],
  callers: [
    {
      from: "instance",
      contract: "model-call",
      credential: "licence-token",
      permissions: [],
      carries: ["user-data"],
    },
  ],
  calls: [
    {
      to: "enterprise-portal",
      zone: "admin",
      contract: "entitlements",
      permissions: [{ permission: "codyaccess", action: "read" }],
      variable: "CODY_GATEWAY_ENTERPRISE_PORTAL_URL",
    },
    introspection,
  ],
};

/** For people of the public site: flagged prompts rest in it for an hour, so it is in their zone. */
export const communityGateway: AdminServiceDescription = {
  ...common,
  title: "Model gateway for the community",
  purpose: "passes calls of people of the public site on to providers of models",
  stores: [
    cache(["user-data", "operational"], "counters of limits; the text of flagged prompts, for an hour, in memory only"),
    events,
  ],
  secrets: [
    ...common.secrets,
    {
      name: "site-token",
      variable: "CODY_GATEWAY_DOTCOM_ACCESS_TOKEN",
      origin: "given",
      purpose: "limits of people at the public site",
    },
  ],
  environment: { ...common.environment, CODY_GATEWAY_DOTCOM_FLAGGED_PROMPT_RECORDER_TTL: "1h" },
  listeners: [
    {
      plane: "machine",
      subdomain: "cody-gateway-community",
      paths: modelPaths,
      admits: "the public site and editors of its people",
      credentials: ["oauth-client"],
      requestsPerMinute: 3000,
    },
    { ...staff, subdomain: "cody-gateway-community-staff" },
  ],
  forbidden: [
    identifiersToLog,
    {
      name: /^CODY_GATEWAY_ENTERPRISE_PORTAL_URL$/,
      rule: "B-X03",
      because: "it makes the public zone serve enterprises",
    },
  ],
  callers: [
    {
      from: "site",
      contract: "content",
      credential: "oauth-client",
      permissions: [{ permission: "flaggedprompts", action: "read" }],
      carries: ["user-data"],
    },
  ],
  calls: [
    introspection,
    {
      to: "sourcegraph-frontend",
      zone: "dotcom",
      contract: "entitlements",
      permissions: [],
      variable: "CODY_GATEWAY_DOTCOM_API_URL",
      optional: true,
    },
  ],
};

/** For tenants of cells: beside them, in a zone that may hold what they write. */
export const workspacesGateway: AdminServiceDescription = {
  ...common,
  title: "Model gateway for workspaces",
  purpose: "passes calls of cells on to providers of models, and counts them by workspace",
  stores: [
    cache(["user-data", "operational"], "counters of limits; the text of flagged prompts, for an hour, in memory only"),
    events,
  ],
  listeners: [
    {
      plane: "machine",
      subdomain: "cody-gateway-workspaces",
      paths: modelPaths,
      admits: "cells, each with a client of its own",
      credentials: ["oauth-client"],
      requestsPerMinute: 6000,
    },
    { ...staff, subdomain: "cody-gateway-workspaces-staff" },
  ],
  forbidden: [
    identifiersToLog,
    {
      name: /^CODY_GATEWAY_DOTCOM_(ACCESS_TOKEN|API_URL)$/,
      rule: "B-X01",
      because: "it mixes people of the public site with tenants",
    },
  ],
  callers: [
    {
      from: "cell",
      contract: "model-call",
      credential: "oauth-client",
      permissions: [{ permission: "workspaces", action: "read" }],
      carries: ["user-data"],
    },
  ],
  calls: [
    introspection,
    {
      to: "workspaces",
      zone: "multi-tenant",
      contract: "entitlements",
      permissions: [{ permission: "workspace", action: "read" }],
    },
  ],
};
