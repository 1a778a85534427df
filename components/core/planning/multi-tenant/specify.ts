import type { Config } from "../config/config";
import type { MultiTenantSection } from "../config/schema-multi-tenant";
import type { MultiTenantSpecification, SpecifiedCell, SpecifiedEnvironment, SpecifiedTenant } from "./specification";

/** A config of shape multi-tenant as far as it could be read. */
export type MultiTenantInput = Partial<Config> & {
  /** The section of the backend. */
  readonly multiTenant?: MultiTenantSection;
};

type GivenCell = MultiTenantSection["cells"][string];
type GivenTenant = NonNullable<MultiTenantSection["tenants"]>[string];

/** Tenants that a cell of many is made for where nothing is said. Source: multi-tenant.md 3. */
const usualTenants = 500;

/** Days where nothing is said. Source: multi-tenant.md 4.9. */
export const offboardingDefaults = { graceDays: 7, backupDays: 30 } as const;

function completeCell(name: string, cell: GivenCell, config: MultiTenantInput): SpecifiedCell {
  const tenancy = cell.tenancy ?? "pooled";
  return {
    name,
    account: cell.account,
    tenancy,
    region: cell.region ?? config.region ?? "",
    ...(cell.zones === undefined ? {} : { zones: cell.zones }),
    cidr: cell.cidr,
    release: cell.release ?? config.release ?? "",
    ...(cell.size === undefined ? {} : { size: cell.size }),
    targetMaxTenants: cell.targetMaxTenants ?? (tenancy === "pooled" ? usualTenants : 1),
    gbPerTenant: cell.gbPerTenant ?? 25,
    state: cell.state ?? "open",
    modelGateway: cell.modelGateway ?? false,
    filterOwner: cell.filterOwner ?? false,
    canary: cell.canary ?? false,
    originSecrets: cell.originSecrets ?? [1],
    acknowledge: cell.acknowledge ?? [],
    client: cell.client,
    customerKeys: cell.customerKeys ?? {},
    ...(cell.customerAccount === undefined ? {} : { customerAccount: cell.customerAccount }),
  };
}

function completeTenant(name: string, tenant: GivenTenant, domain: string): SpecifiedTenant {
  return {
    name,
    // Pooled tenants are refused before.
    tier: tenant.tier as SpecifiedTenant["tier"],
    workspaceId: tenant.workspaceId,
    number: tenant.number,
    hostname: tenant.hostname ?? `${name}.${domain}`,
    hostnameProven: tenant.hostnameProven ?? false,
    ...(tenant.residency === undefined ? {} : { residency: tenant.residency }),
    cell: tenant.cell,
    state: tenant.state ?? "active",
  };
}

function completeEnvironment(
  config: MultiTenantInput,
  section: MultiTenantSection,
  cells: readonly SpecifiedCell[],
  account: SpecifiedEnvironment["accounts"]["edge"],
): SpecifiedEnvironment {
  const { environment } = section;
  const { offboarding = {}, accounts = {} } = environment;
  return {
    domain: environment.domain,
    ...(config.dnsZone === undefined ? {} : { dnsZone: config.dnsZone }),
    edge: environment.edge ?? "cloud",
    ...(environment.cloudflare === undefined ? {} : { cloudflare: environment.cloudflare }),
    ...(environment.parent === undefined ? {} : { parent: environment.parent }),
    allowedRegions: environment.allowedRegions ?? [
      ...new Set([config.region ?? "", ...cells.map(({ region }) => region)]),
    ],
    graceDays: offboarding.graceDays ?? offboardingDefaults.graceDays,
    backupDays: offboarding.backupDays ?? offboardingDefaults.backupDays,
    accounts: {
      edge: accounts.edge ?? account,
      controlPlane: accounts.controlPlane ?? account,
      logs: accounts.logs ?? account,
      images: accounts.images ?? account,
      ...(accounts.backups === undefined ? {} : { backups: accounts.backups }),
      ...(accounts.executors === undefined ? {} : { executors: accounts.executors }),
    },
    hosts: environment.hosts,
  };
}

/**
 * Completes a config that was checked.
 *
 * @param config a config of shape multi-tenant without problems, see `checkMultiTenant`
 */
export function specifyMultiTenant(config: MultiTenantInput): MultiTenantSpecification {
  const section = config.multiTenant;
  if (section === undefined) throw new Error("no section multiTenant");
  const { boundaries = {}, gcp } = config;
  const cells = Object.entries(section.cells).map(([name, cell]) => completeCell(name, cell, config));
  const account = { id: boundaries.account ?? gcp?.project ?? "" };
  return {
    shape: "multi-tenant",
    name: config.name ?? "sourcegraph",
    cloud: config.cloud === "gcp" ? "gcp" : "aws",
    region: config.region ?? "",
    release: config.release ?? "",
    stage: boundaries.stage ?? "production",
    owner: boundaries.owner ?? "sourcegraph",
    account,
    companyDomains: boundaries.companyDomains ?? [],
    ...(config.alarms === undefined ? {} : { alarmsEmail: config.alarms.email }),
    ...(config.registry === undefined ? {} : { registry: config.registry.host }),
    tags: config.tags ?? {},
    secrets: Object.keys(config.secrets ?? {}).sort(),
    acknowledge: config.acknowledge ?? [],
    deletionProtection: config.deletionProtection ?? true,
    allowDataLoss: config.allowDataLoss ?? [],
    environment: completeEnvironment(config, section, cells, account),
    cells,
    tenants: Object.entries(section.tenants ?? {}).map(([name, tenant]) =>
      completeTenant(name, tenant, section.environment.domain),
    ),
  };
}
