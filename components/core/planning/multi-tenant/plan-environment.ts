import type { PlannedCell } from "./cell-plan";
import { guardRailsOf } from "./guard-rails";
import type { PlannedEdge, PlannedEnvironment, PlannedOffboardingTerm, PlannedTenant } from "./multi-tenant-plan";
import { tenantKeyWait } from "./cell-keys";
import type { MultiTenantSpecification, SpecifiedEnvironment } from "./specification";

/** Header by which the origin of a cell knows the edge. */
export const originHeader = "X-Sourcegraph-Origin";

/** Calls of one address that the edge lets through in five minutes. */
const callsPerFiveMinutes = 6000;

const edges = { aws: "cloudfront", gcp: "global-load-balancer" } as const;

/** What a tenant who leaves is promised: grace, and then whatever is kept longest. */
export function offboardingTerm(
  environment: Pick<SpecifiedEnvironment, "graceDays" | "backupDays">,
): PlannedOffboardingTerm {
  const { graceDays, backupDays } = environment;
  const keyWaitDays = tenantKeyWait(environment);
  return { graceDays, backupDays, keyWaitDays, termDays: graceDays + Math.max(backupDays, keyWaitDays) };
}

function edgeOf(
  { name, cloud, environment }: MultiTenantSpecification,
  cells: readonly PlannedCell[],
  tenants: readonly PlannedTenant[],
): PlannedEdge {
  const { edge, cloudflare, accounts } = environment;
  const kind = edge === "cloudflare" ? "cloudflare" : edges[cloud];
  const pooled = cells.filter(({ tenancy }) => tenancy === "pooled");
  return {
    kind,
    account: accounts.edge,
    ...(cloudflare === undefined ? {} : { cloudflare }),
    routes: `${name}-routes`,
    entries:
      kind === "global-load-balancer"
        ? pooled.map((cell) => ({ name: `${name}-edge-${cell.name}`, cell: cell.name }))
        : [],
    // No customer's own cell, and not another one whenever a cell comes: those of many are there first.
    defaultCell: (pooled[0] ?? cells[0])?.name ?? "",
    originHeader,
    callsPerFiveMinutes,
    minimumTls: "1.2",
    published: tenants.filter(({ routed }) => routed).map(({ hostname, cell, origin }) => ({ hostname, cell, origin })),
  };
}

/** Whether a host name is below a domain, in whose zone its records then are. */
function isBelow(hostname: string, domain: string): boolean {
  return hostname.endsWith(`.${domain}`);
}

/** Whether a host name is a direct child of a domain, which its wildcard covers. */
function isCovered(hostname: string, domain: string): boolean {
  return isBelow(hostname, domain) && !hostname.slice(0, -domain.length - 1).includes(".");
}

/** Decides what all cells have in common. */
export function planEnvironment(
  specification: MultiTenantSpecification,
  cells: readonly PlannedCell[],
  tenants: readonly PlannedTenant[],
): PlannedEnvironment {
  const { name, cloud, stage, environment } = specification;
  const { domain, dnsZone, parent, allowedRegions, accounts, backupDays } = environment;
  const hosts = tenants.map(({ hostname }) => hostname);
  return {
    containerName: `mt-${stage}`,
    ...(parent === undefined ? {} : { parent }),
    deletionProtection: specification.deletionProtection,
    guardRails: guardRailsOf(cloud, environment),
    allowedRegions,
    names: {
      account: accounts.edge,
      domain,
      ...(dnsZone === undefined ? {} : { zone: dnsZone }),
      wildcard: `*.${domain}`,
      customNames: hosts.filter((hostname) => isBelow(hostname, domain) && !isCovered(hostname, domain)),
      foreignNames: tenants
        .filter(({ hostname }) => !isBelow(hostname, domain))
        .map(({ hostname, name: tenant, hostnameProven: proven }) => ({ hostname, tenant, proven })),
    },
    edge: edgeOf(specification, cells, tenants),
    placement: {
      account: accounts.controlPlane,
      name: `${name}-placement`,
      keyName: `${name}-placement`,
      backupDays,
    },
    logs: {
      account: accounts.logs,
      name: `${name}-logs`,
      keyName: `${name}-logs`,
      retentionDays: Math.min(30, backupDays),
      writers: cells.map((cell) => cell.name),
    },
    images: {
      account: accounts.images,
      name: `${name}-images`,
      keyName: `${name}-images`,
      pullers: cells.map(({ account }) => account.id),
    },
    ...(accounts.backups === undefined
      ? {}
      : { backupCopies: { account: accounts.backups, vault: `${name}-backup-copies`, keepDays: backupDays } }),
    ...(accounts.executors === undefined
      ? {}
      : { executors: { account: accounts.executors, mayReach: [`*.${domain}`] } }),
    offboarding: offboardingTerm(environment),
  };
}
