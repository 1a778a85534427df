import { AdminServices } from "../../components/admin-services/gcp";
import type { AdminServicesArgs } from "../../components/admin-services/args";
import type { AdminPlan } from "../../components/core/planning/admin/admin-plan";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import { completeAdmin, type AdminStackConfig } from "../../components/core/planning/admin/specified-admin";
import type { AdminConfig } from "../../components/core/planning/config/config";
import { record, type Answers, type Recording } from "./recorder";

/** An image with a digest. */
export const adminImage = (service: string): string =>
  `us-docker.pkg.dev/example/images/${service}@sha256:${"0123456789abcdef".repeat(4)}`;

const neighbours = {
  accounts: { zone: "identity", host: "accounts-api.example.com", signInHost: "accounts.example.com" },
} as const;

const services = (...names: readonly string[]): AdminConfig["services"] =>
  Object.fromEntries(names.map((name) => [name, { image: adminImage(name), clientId: `sams_cid_${name}` }]));

/** The default stacks of Google Cloud, by zone. */
export const adminConfigs = {
  admin: {
    zone: "admin",
    domain: "example.com",
    services: services("billing", "cody-gateway", "enterprise-portal", "pings", "telemetry-gateway"),
    neighbours,
    cells: ["eu1", "us1"],
    employees: { groups: ["on-call@example.com"] },
    auditSink: "example-audit",
    perimeterPolicy: "123456",
  },
  identity: {
    zone: "identity",
    domain: "example.com",
    services: services("accounts"),
    employees: { groups: ["on-call@example.com"] },
    auditSink: "example-audit",
  },
  dotcom: {
    zone: "dotcom",
    domain: "example.com",
    services: services("cody-gateway"),
    neighbours,
    employees: { groups: ["on-call@example.com"] },
    auditSink: "example-audit",
  },
} as const satisfies Record<string, AdminConfig>;

/** A config of a stack of support services on Google Cloud. */
export function adminConfig(admin: AdminConfig, more: Partial<AdminStackConfig> = {}): AdminStackConfig {
  return {
    shape: "admin",
    cloud: "gcp",
    name: admin.zone,
    region: "us-central1",
    gcp: { project: `example-${admin.zone}` },
    dnsZone: "example-com",
    alarms: { email: "ops@example.com" },
    boundaries: { owner: "core-services", companyDomains: ["example.com"] },
    tags: { team: "core" },
    admin,
    ...more,
  };
}

/** What a config says besides, where services check their callers alone. */
export function uncheckedBy(...resources: readonly string[]): Partial<AdminStackConfig> {
  const exceptions = resources.map((resource) => ({
    rule: "B-N02",
    resource,
    reason: "machines have no identity of Google",
    owner: "core-services",
    expires: "2999-12-31",
  }));
  return { boundaries: { owner: "core-services", companyDomains: ["example.com"], exceptions } };
}

/** The plan of such a stack. */
export function plannedAdmin(admin: AdminConfig, more: Partial<AdminStackConfig> = {}): AdminPlan {
  return planAdmin(completeAdmin(adminConfig(admin, more)));
}

/** Values of every secret that a plan takes from the config. */
export function adminSecrets(plan: AdminPlan): Record<string, string> {
  return Object.fromEntries(
    plan.secrets.filter(({ origin }) => origin === "config").map(({ name }) => [name, `value of ${name}`]),
  );
}

/** How Google Cloud answers while recording. */
export const adminAnswers: Answers = {
  outputs: ({ type, name, inputs }) => {
    switch (type) {
      case "gcp:serviceaccount/account:Account": {
        const email = `${String(inputs["accountId"])}@${String(inputs["project"])}.iam.gserviceaccount.com`;
        return { email, member: `serviceAccount:${email}`, name: `projects/-/serviceAccounts/${email}` };
      }
      case "gcp:secretmanager/secretVersion:SecretVersion":
        return { version: "1" };
      case "gcp:redis/instance:Instance":
        return {
          name,
          host: "10.60.224.4",
          port: 6378,
          authString: "redis password",
          serverCaCerts: [{ cert: "PEM" }],
        };
      case "gcp:sql/databaseInstance:DatabaseInstance":
        return { name, privateIpAddress: "10.60.225.3", connectionName: `example:us-central1:${name}` };
      case "gcp:compute/globalAddress:GlobalAddress":
        return { name, address: "203.0.113.20" };
      case "gcp:certificatemanager/dnsAuthorization:DnsAuthorization":
        return { name, dnsResourceRecords: [{ name: "_a.example.com.", type: "CNAME", data: "b.example.com." }] };
      case "random:index/randomPassword:RandomPassword":
        return { result: `random of ${name}` };
      default:
        return { name, selfLink: `link:${name}`, uptimeCheckId: `check:${name}` };
    }
  },
  calls: ({ token }) => (token === "gcp:organizations/getProject:getProject" ? { number: "123" } : {}),
};

/** Records a stack. */
export function recordAdmin(
  plan: AdminPlan,
  args: Partial<AdminServicesArgs> = {},
  answers: Answers = {},
): Promise<Recording<AdminServices>> {
  return record((opts) => new AdminServices({ plan, secrets: adminSecrets(plan), ...args }, opts), {
    ...adminAnswers,
    ...answers,
  });
}

const recorded = new Map<string, Promise<Recording<AdminServices>>>();

/** Records the default stack of a zone; one that was recorded already is not recorded again. */
export function recordDefault(zone: keyof typeof adminConfigs): Promise<Recording<AdminServices>> {
  const known = recorded.get(zone) ?? recordAdmin(plannedAdmin(adminConfigs[zone]));
  recorded.set(zone, known);
  return known;
}
