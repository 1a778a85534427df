import type { MultiTenantPlan } from "../../components/core/planning/multi-tenant/multi-tenant-plan";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { specifyMultiTenant, type MultiTenantInput } from "../../components/core/planning/multi-tenant/specify";
import type { MultiTenantSection } from "../../components/core/planning/config/schema-multi-tenant";

const uses = ["db", "disk", "object", "cache", "secret", "backup", "log", "column"] as const;

const accounts = {
  aws: { main: "111111111111", one: "222222222221", two: "222222222222", acme: "222222222223", bank: "222222222224" },
  gcp: { main: "mt-main", one: "mt-cell-one", two: "mt-cell-two", acme: "mt-acme", bank: "mt-bank" },
} as const;

/** Keys of a customer, one for each use. */
export function customerKeys(cloud: "aws" | "gcp"): Readonly<Record<(typeof uses)[number], string>> {
  return Object.fromEntries(
    uses.map((use, index) => [
      use,
      cloud === "aws"
        ? `arn:aws:kms:us-east-1:333333333333:key/00000000-0000-0000-0000-00000000000${index}`
        : `projects/bank-keys/locations/us-central1/keyRings/sourcegraph/cryptoKeys/${use}`,
    ]),
  ) as Record<(typeof uses)[number], string>;
}

/** The section of an environment with two cells of many, one of one customer, and one under a customer's keys. */
export function multiTenantSection(cloud: "aws" | "gcp" = "aws"): MultiTenantSection {
  const id = accounts[cloud];
  return {
    environment: {
      domain: "workspaces.example.com",
      parent: cloud === "aws" ? "ou-ab12-0123abcd" : "folders/123456789012",
      hosts: {
        workspaces: "workspaces-api.example.com",
        accounts: "accounts.example.com",
        telemetry: "telemetry.example.com",
        modelGateway: "models-workspaces.example.com",
      },
    },
    cells: {
      "cell-1": {
        account: { id: id.one },
        cidr: "10.64.0.0/16",
        canary: true,
        modelGateway: true,
        client: { id: "sams_cid_1", secret: "cell1Client" },
      },
      "cell-2": {
        account: { id: id.two },
        cidr: "10.65.0.0/16",
        targetMaxTenants: 100,
        client: { id: "sams_cid_2", secret: "cell2Client" },
      },
      acme: {
        account: { id: id.acme },
        tenancy: "dedicated",
        cidr: "10.66.0.0/16",
        size: "XS",
        client: { id: "sams_cid_acme", secret: "acmeClient" },
      },
      bank: {
        account: { id: id.bank },
        tenancy: "byok",
        cidr: "10.67.0.0/16",
        size: "XS",
        client: { id: "sams_cid_bank", secret: "bankClient" },
        customerAccount: cloud === "aws" ? "333333333333" : "bank-keys",
        customerKeys: customerKeys(cloud),
      },
    },
    tenants: {
      acme: { tier: "dedicated", workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11", number: 1001, cell: "acme" },
      "great-bank": {
        tier: "byok",
        workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a12",
        number: 1002,
        cell: "bank",
        hostname: "code.bank.example",
      },
    },
  };
}

/** A good config of the multi-tenant backend; `vary` changes its section. */
export function multiTenantConfig(
  cloud: "aws" | "gcp" = "aws",
  vary: (section: MultiTenantSection) => MultiTenantSection = (section) => section,
): MultiTenantInput & Readonly<Record<string, unknown>> {
  const clients = ["cell1Client", "cell2Client", "acmeClient", "bankClient"];
  return {
    shape: "multi-tenant",
    name: "mt",
    cloud,
    region: cloud === "aws" ? "us-east-1" : "us-central1",
    release: "7.5.4453",
    ...(cloud === "aws" ? { dnsZone: "Z0123456789ABCDEFGHIJ" } : { gcp: { project: accounts.gcp.main } }),
    boundaries: {
      owner: "cloud",
      companyDomains: ["example.com"],
      ...(cloud === "aws" ? { account: accounts.aws.main } : {}),
    },
    alarms: { email: "ops@example.com" },
    secrets: Object.fromEntries(clients.map((name) => [name, "[encrypted]"])),
    multiTenant: vary(multiTenantSection(cloud)),
  };
}

/** The plan of a varied config. */
export function multiTenantPlan(
  cloud: "aws" | "gcp" = "aws",
  vary?: (section: MultiTenantSection) => MultiTenantSection,
): MultiTenantPlan {
  return planMultiTenant(specifyMultiTenant(multiTenantConfig(cloud, vary)));
}

/** A pooled tenant, which no config knows. */
export const pooledTenant = {
  name: "tiny",
  number: 4711,
  workspaceId: "0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a99",
  hostname: "tiny.workspaces.example.com",
  tier: "pooled",
  cell: "cell-1",
} as const;
