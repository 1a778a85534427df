import type { AdminServiceDescription } from "./description";

/** Licensing: system of record of subscriptions, and the only one that signs licences. */
export const enterprisePortal: AdminServiceDescription = {
  name: "enterprise-portal",
  title: "Enterprise portal",
  purpose: "keeps subscriptions, licences and access to models, issues licence keys and answers licence checks",
  scopeName: "enterprise_portal",
  administers: "licensing",
  image: "sourcegraph/enterprise-portal",
  protocol: "h2c",
  port: 9992,
  healthPath: "/-/healthz",
  versionPath: "/-/version",
  timeoutSeconds: 300,
  concurrency: 1000,
  cpus: 1,
  memoryGib: 1,
  instances: { minimum: 2, maximum: 6 },
  client: { id: "ENTERPRISE_PORTAL_SAMS_CLIENT_ID", secret: "ENTERPRISE_PORTAL_SAMS_CLIENT_SECRET" },
  stores: [
    {
      name: "main",
      kind: "relational",
      dataClasses: ["configuration"],
      why: "subscriptions, licences, access to models, metering; who may what of a subscription, by account id",
      databases: ["enterprise-portal", "openfga"],
      sizeGb: 20,
    },
    {
      name: "cache",
      kind: "cache",
      dataClasses: ["operational"],
      why: "caches, locks, reminders of licences that expire",
      retentionDays: 1,
      sizeGb: 1,
    },
  ],
  secrets: [
    { name: "diagnostics", variable: "DIAGNOSTICS_SECRET", origin: "generated", purpose: "details of its health" },
    {
      name: "licence-signing",
      variable: "SOURCEGRAPH_LICENSE_GENERATION_KEY",
      origin: "given",
      purpose: "signs every licence",
      use: "licence-signing",
    },
    {
      name: "notices",
      variable: "SUBSCRIPTION_LICENSE_CHECKS_SLACK_WEBHOOK_URL",
      origin: "given",
      purpose: "messages about licence checks",
      optional: true,
    },
  ],
  listeners: [
    {
      plane: "machine",
      subdomain: "enterprise-portal",
      paths: [
        "/enterpriseportal.subscriptionlicensechecks.v1.SubscriptionLicenseChecksService/*",
        "/enterpriseportal.metering.v1.MeteringService/*",
        "/-/version",
        "/-/healthz",
      ],
      admits: "instances of customers",
      credentials: ["licence-token", "oauth-client"],
    },
    {
      plane: "internal",
      subdomain: "enterprise-portal-internal",
      paths: [
        "/enterpriseportal.codyaccess.v1.CodyAccessService/*",
        "/enterpriseportal.subscriptions.v1.SubscriptionsService/*",
      ],
      admits: "the model gateway",
      credentials: ["oauth-client"],
    },
    {
      plane: "end-user",
      subdomain: "subscriptions",
      paths: ["/*"],
      admits: "admins of subscriptions of customers, with an account and the role customer_admin",
      credentials: ["session"],
    },
    {
      plane: "human",
      subdomain: "enterprise-portal-staff",
      paths: ["/*"],
      admits: "employees with the role service_admin",
      credentials: ["employee"],
    },
  ],
  environment: {
    CODY_GATEWAY_EVENTS_PROJECT_ID: { place: "project" },
    CODY_GATEWAY_EVENTS_DATASET: { service: "cody-gateway", store: "events", what: "dataset" },
    CODY_GATEWAY_EVENTS_TABLE: { service: "cody-gateway", store: "events", what: "table" },
    SUBSCRIPTION_LICENSE_CHECKS_BYPASS_ALL_CHECKS: "false",
  },
  forbidden: [
    {
      name: /^DOTCOM_/,
      rule: "B-X02",
      because: "it opens the database of the public site",
    },
    {
      name: /^CODY_GATEWAY_DOTCOM_/,
      rule: "B-X02",
      because: "it opens the public site",
    },
  ],
  callers: [
    {
      from: "instance",
      contract: "licence-check",
      credential: "licence-token",
      permissions: [],
      carries: ["configuration"],
    },
  ],
  calls: [
    {
      to: "accounts",
      zone: "identity",
      contract: "introspection",
      permissions: [
        { permission: "user.profile", action: "read" },
        { permission: "user.roles", action: "read" },
        { permission: "session", action: "read" },
      ],
    },
  ],
  outbound: [{ host: "hooks.slack.com", why: "messages about licence checks", withSecret: "notices" }],
  source:
    "sourcegraph/sourcegraph-public-snapshot cmd/enterprise-portal; sourcegraph/docs docs/admin/enterprise-portal",
};
