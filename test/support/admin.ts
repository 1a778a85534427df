import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../components/core/errors";
import type { AdminPlan } from "../../components/core/planning/admin/admin-plan";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import type { AdminSpecification } from "../../components/core/planning/admin/specification";
import { parseStack } from "../../components/core/planning/config/parse-stack";
import { problemLines } from "./configs";

/** An image of a service, pinned. */
export const pinned = (service: string): string =>
  `registry.example.com/images/${service}@sha256:${"0123456789abcdef".repeat(4)}`;

const service = (name: string, more: object = {}) => ({ image: pinned(name), clientId: `sams_cid_${name}`, ...more });
const named = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, service(name)]));

const accounts = {
  accounts: { zone: "identity", host: "accounts-api.example.com", signInHost: "accounts.example.com" },
};

/** The support services of every zone, as a config has them. */
export const adminSections = {
  admin: {
    zone: "admin",
    domain: "example.com",
    services: named("billing", "cody-gateway", "enterprise-portal", "pings", "telemetry-gateway"),
    neighbours: accounts,
    cells: ["us-1", "eu-1"],
  },
  identity: { zone: "identity", domain: "example.com", services: named("accounts"), cells: ["us-1"] },
  dotcom: { zone: "dotcom", domain: "example.com", services: named("cody-gateway"), neighbours: accounts },
  "multi-tenant": {
    zone: "multi-tenant",
    domain: "example.com",
    services: named("cody-gateway", "workspaces"),
    neighbours: accounts,
    cells: ["us-1"],
  },
};

const employees = {
  aws: {
    oidc: {
      issuer: "https://login.example.com",
      authorizationEndpoint: "https://login.example.com/authorize",
      tokenEndpoint: "https://login.example.com/token",
      userInfoEndpoint: "https://login.example.com/userinfo",
      clientId: "admin-services",
      clientSecret: "employeesClient",
    },
  },
  gcp: { groups: ["on-call@example.com"] },
};

/** Names of every encrypted value that the services need. */
const secrets = Object.fromEntries(
  [
    "employeesClient",
    "billingClient",
    "billingProcessor",
    "billingProcessorEvents",
    "codyGatewayClient",
    "codyGatewaySiteToken",
    "enterprisePortalClient",
    "enterprisePortalLicenceSigning",
    "telemetryGatewayClient",
    "workspacesClient",
    "workspacesProcessor",
    "workspacesProcessorEvents",
    "releaseRegistryClient",
    "anthropicToken",
  ].map((name) => [name, "[encrypted]"]),
);

/** A good config of shape admin, for tests to vary. */
export function adminConfigOf(
  cloud: "aws" | "gcp",
  admin: object = adminSections.admin,
  more: object = {},
): Record<string, unknown> {
  return {
    shape: "admin",
    cloud,
    name: "sg",
    region: cloud === "aws" ? "us-east-1" : "us-central1",
    ...(cloud === "gcp" ? { gcp: { project: "example-admin" } } : {}),
    alarms: { email: "ops@example.com" },
    boundaries: { owner: "core-services" },
    secrets,
    admin: { employees: employees[cloud], ...admin },
    ...more,
  };
}

/** Its specification. */
export function adminSpecification(
  cloud: "aws" | "gcp",
  admin: object = adminSections.admin,
  more: object = {},
): AdminSpecification {
  const parsed = parseStack(adminConfigOf(cloud, admin, more));
  assert.ok(parsed.shape === "admin");
  return parsed;
}

/** Its plan. */
export function adminPlan(cloud: "aws" | "gcp", admin: object = adminSections.admin, more: object = {}): AdminPlan {
  return planAdmin(adminSpecification(cloud, admin, more));
}

function throwsLines(config: unknown, exitCode: 2 | 3, lines: readonly string[]): void {
  assert.throws(
    () => parseStack(config),
    (error) => {
      assert.ok(error instanceof InputError || error instanceof RefusedError, String(error));
      assert.deepEqual(problemLines(error), lines);
      assert.equal(error.exitCode, exitCode);
      return true;
    },
  );
}

/** Asserts that a config is wrong in exactly these ways. */
export const wrongAdmin = (config: unknown, lines: readonly string[]): void => throwsLines(config, 2, lines);

/** Asserts that a config is refused by rules in exactly these ways. */
export const refusedAdmin = (config: unknown, lines: readonly string[]): void => throwsLines(config, 3, lines);

/** A service of somebody's own. */
export const ownAdminService = {
  image: pinned("release-registry"),
  title: "Release registry",
  purpose: "tells which releases there are",
  clientId: "sams_cid_registry",
  stores: {
    main: { kind: "relational", dataClasses: ["configuration"], why: "releases" },
    stream: {
      kind: "stream",
      dataClasses: ["operational"],
      why: "downloads",
      retentionDays: 30,
      fields: [{ name: "release", type: "string" }],
      into: "downloads",
    },
    downloads: { kind: "analytics", dataClasses: ["operational"], why: "downloads", retentionDays: 90 },
  },
  listeners: [
    { plane: "machine", subdomain: "releases", paths: ["/api/*"], admits: "build jobs" },
    { plane: "human", subdomain: "releases-staff", paths: ["/*"], admits: "employees" },
  ],
  calls: [{ to: "accounts", scope: "sams::user.profile::read" }],
  outbound: ["api.github.com"],
};
