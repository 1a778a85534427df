import type { MultiTenantSection } from "../../components/core/planning/config/schema-multi-tenant";
import type { MultiTenantPlan } from "../../components/core/planning/multi-tenant/multi-tenant-plan";
import { planMultiTenant } from "../../components/core/planning/multi-tenant/plan";
import { specifyMultiTenant } from "../../components/core/planning/multi-tenant/specify";

type CellConfig = MultiTenantSection["cells"][string];

/** An account of the environment with the role or service account that deploys there, by one digit. */
export function account(cloud: "aws" | "gcp", digit: string): { readonly id: string; readonly role: string } {
  if (cloud === "aws") {
    const id = digit.repeat(12);
    return { id, role: `arn:aws:iam::${id}:role/deploy` };
  }
  return { id: `example-mt-${digit}`, role: `deploy@example-mt-${digit}.iam.gserviceaccount.com` };
}

/** A cell in an account of its own. */
export function cell(cloud: "aws" | "gcp", digit: string, more: Partial<CellConfig> = {}): CellConfig {
  return {
    account: account(cloud, digit),
    cidr: `10.${64 + Number(digit)}.0.0/16`,
    client: { id: `sams_cid_cell_${digit}`, secret: `cell${digit}Client` },
    ...more,
  };
}

const registries = {
  aws: `${account("aws", "8").id}.dkr.ecr.us-east-1.amazonaws.com/mt-images`,
  gcp: `us-central1-docker.pkg.dev/${account("gcp", "8").id}/mt-images`,
};

/** The config of an environment of two cells of many tenants; `more` goes over its section. */
export function cellsConfig(
  cloud: "aws" | "gcp",
  more: Partial<MultiTenantSection> = {},
): Readonly<Record<string, unknown>> {
  const amazon = cloud === "aws";
  const section: MultiTenantSection = {
    environment: {
      domain: "workspaces.example.com",
      parent: amazon ? "ou-abcd-12345678" : "folders/123456789012",
      accounts: {
        edge: account(cloud, "9"),
        controlPlane: account(cloud, "5"),
        images: account(cloud, "8"),
        logs: account(cloud, "7"),
        ...(amazon ? { backups: account(cloud, "6") } : {}),
      },
      hosts: { workspaces: "workspaces-api.example.com", accounts: "accounts.example.com" },
    },
    cells: { "cell-1": cell(cloud, "1", { canary: true }), "cell-2": cell(cloud, "2") },
    ...more,
  };
  const names = Object.values(section.cells).map(({ client }) => client.secret);
  return {
    name: "mt",
    shape: "multi-tenant",
    cloud,
    region: amazon ? "us-east-1" : "us-central1",
    release: "7.5.4453",
    dnsZone: amazon ? "Z0123456789" : "workspaces",
    boundaries: { ...(amazon ? { account: account(cloud, "9").id } : {}), stage: "production", owner: "platform" },
    ...(amazon ? {} : { gcp: { project: account(cloud, "9").id } }),
    alarms: { email: "ops@example.com" },
    registry: { host: registries[cloud] },
    secrets: Object.fromEntries(names.map((secret) => [secret, `MARKER-of-${secret}`])),
    multiTenant: section,
  };
}

/** The plan of that. */
export function cellsPlan(cloud: "aws" | "gcp", more: Partial<MultiTenantSection> = {}): MultiTenantPlan {
  return planMultiTenant(specifyMultiTenant(cellsConfig(cloud, more)));
}

/** Values of every cell's client. */
export const clientSecrets: Readonly<Record<string, string>> = Object.fromEntries(
  ["1", "2", "3", "4"].map((digit) => [`cell${digit}Client`, `MARKER-of-cell${digit}Client`]),
);
