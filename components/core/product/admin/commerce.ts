import type { AdminServiceDescription, AdminStoreDescription } from "./description";

const diagnostics = {
  name: "diagnostics",
  variable: "DIAGNOSTICS_SECRET",
  origin: "generated",
  purpose: "details of its health",
} as const;

const processor = [
  {
    name: "processor",
    variable: "STRIPE_SECRET_KEY",
    origin: "given",
    purpose: "customers and invoices at the payment processor",
  },
  {
    name: "processor-events",
    variable: "STRIPE_WEBHOOK_SECRET",
    origin: "given",
    purpose: "tells that an event is of the payment processor",
  },
] as const;

const locks = (why: string): AdminStoreDescription => ({
  name: "cache",
  kind: "cache",
  dataClasses: ["operational"],
  why,
  retentionDays: 1,
  sizeGb: 1,
});

/** Payments of people; card data stays with the payment processor. */
export const billing: AdminServiceDescription = {
  name: "billing",
  title: "Billing",
  purpose: "keeps customers and invoices, and tells who has a subscription",
  scopeName: "billing",
  administers: "billing",
  image: "sourcegraph/self-serve-cody",
  protocol: "http1",
  port: 9992,
  healthPath: "/-/healthz",
  versionPath: "/-/version",
  timeoutSeconds: 60,
  concurrency: 1000,
  cpus: 1,
  memoryGib: 1,
  instances: { minimum: 1, maximum: 5 },
  client: { id: "SAMS_CLIENT_ID", secret: "SAMS_CLIENT_SECRET" },
  stores: [
    {
      name: "main",
      kind: "relational",
      dataClasses: ["identity"],
      why: "customers by account id, invoices, addresses of contacts; no cards",
      databases: ["accounts", "cody_management"],
      sizeGb: 20,
    },
    locks("locks and caches of subscriptions"),
    {
      name: "events",
      kind: "analytics",
      dataClasses: ["operational"],
      why: "changes of subscriptions, without persons",
      retentionDays: 400,
      tables: {
        subscription_events: [
          { name: "event_id", type: "string" },
          { name: "name", type: "string" },
          { name: "subscription_id", type: "string" },
          { name: "plan", type: "string" },
          { name: "seats", type: "integer" },
          { name: "occurred_at", type: "timestamp" },
        ],
      },
      sizeGb: 10,
    },
  ],
  secrets: [diagnostics, ...processor],
  listeners: [
    {
      plane: "machine",
      subdomain: "billing",
      paths: ["/cody/api/rest/svc/subscription/*", "/webhooks/stripe", "/-/version", "/-/healthz"],
      admits: "services that ask for subscriptions, and the payment processor",
      credentials: ["oauth-client", "signed-request"],
    },
    {
      plane: "human",
      subdomain: "billing-staff",
      paths: ["/*"],
      admits: "employees of billing",
      credentials: ["employee"],
    },
  ],
  environment: {},
  forbidden: [{ name: /^DOTCOM_/, rule: "B-X02", because: "it opens the database of the public site" }],
  callers: [
    {
      from: "site",
      contract: "metering",
      credential: "oauth-client",
      permissions: [{ permission: "subscription", action: "read" }],
      carries: ["configuration"],
    },
  ],
  calls: [
    {
      to: "accounts",
      zone: "identity",
      contract: "introspection",
      permissions: [{ permission: "user.profile", action: "read" }],
    },
  ],
  outbound: [{ host: "api.stripe.com", why: "customers and invoices at the payment processor" }],
  source: "sourcegraph/sourcegraph-public-snapshot cmd/frontend/internal/ssc",
};

/** Control plane of the multi-tenant backend: who has which workspace, and in which cell. */
export const workspaces: AdminServiceDescription = {
  name: "workspaces",
  title: "Workspaces",
  purpose: "makes, moves and ends workspaces of the multi-tenant backend, and writes the routes of the edge",
  scopeName: "workspaces",
  image: "sourcegraph/workspaces",
  protocol: "h2c",
  port: 9992,
  healthPath: "/-/healthz",
  versionPath: "/-/version",
  timeoutSeconds: 300,
  concurrency: 1000,
  cpus: 1,
  memoryGib: 2,
  instances: { minimum: 2, maximum: 6 },
  client: { id: "SAMS_CLIENT_ID", secret: "SAMS_CLIENT_SECRET" },
  stores: [
    {
      name: "main",
      kind: "relational",
      dataClasses: ["identity"],
      why: "workspaces, members, customers, transactions, invitations; who may what, by account id",
      databases: ["workspaces", "openfga"],
      sizeGb: 50,
    },
    locks("locks and caches of routes"),
  ],
  secrets: [
    diagnostics,
    ...processor,
    {
      name: "routes",
      variable: "CLOUDFLARE_API_TOKEN",
      origin: "given",
      purpose: "routes from host names to cells at the edge",
      optional: true,
    },
  ],
  listeners: [
    {
      plane: "end-user",
      subdomain: "workspaces",
      paths: ["/*"],
      admits: "people who make or manage a workspace",
      credentials: ["session"],
    },
    {
      plane: "machine",
      subdomain: "workspaces-api",
      paths: [
        "/workspaces.v1.WorkspacesService/*",
        "/workspaces.v1.InstancesService/*",
        "/workspaces.v1.MeteringService/*",
        "/webhooks/stripe",
        "/-/version",
        "/-/healthz",
      ],
      admits: "cells, each with a client of its own, and the payment processor",
      credentials: ["oauth-client", "signed-request"],
      requestsPerMinute: 3000,
    },
    {
      plane: "human",
      subdomain: "workspaces-staff",
      paths: ["/*"],
      admits: "employees who run cells",
      credentials: ["employee"],
    },
    {
      plane: "internal",
      subdomain: "workspaces-internal",
      paths: ["/workspaces.v1.WorkspacesService/*"],
      admits: "the model gateway",
      credentials: ["oauth-client"],
    },
  ],
  environment: {},
  forbidden: [{ name: /^DOTCOM_/, rule: "B-X02", because: "it opens the database of the public site" }],
  callers: [
    {
      from: "cell",
      contract: "metering",
      credential: "oauth-client",
      permissions: [
        { permission: "workspace", action: "read" },
        { permission: "instance", action: "write" },
        { permission: "metering", action: "write" },
      ],
      carries: ["identity", "operational"],
    },
  ],
  calls: [
    {
      to: "accounts",
      zone: "identity",
      contract: "introspection",
      permissions: [
        { permission: "user.profile", action: "read" },
        { permission: "session", action: "read" },
      ],
    },
  ],
  outbound: [
    { host: "api.stripe.com", why: "customers and invoices at the payment processor" },
    { host: "api.cloudflare.com", why: "routes from host names to cells at the edge", withSecret: "routes" },
  ],
  source: "sourcegraph/docs docs/technical-changelog; sourcegraph/sourcegraph-accounts-sdk-go scopes",
};
