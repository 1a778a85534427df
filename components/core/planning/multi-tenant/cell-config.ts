import {
  cellServices,
  cloudflareBlocks,
  googleEdgeBlocks,
  indexShare,
  leftOutOfCells,
  singleTenant,
  sizedShare,
  tenantPlan,
  tenantSwitches,
} from "../../product/multi-tenant/tenancy";
import type { DatabaseName } from "../../product/service";
import { serviceNamed } from "../../product/services";
import { databasePrefixes } from "../database-environment";
import type { Config } from "../config/config";
import { estimate } from "../sizing/sizing";
import { defaultUsage } from "../sizing/sizes";
import type { Usage } from "../sizing/usage";
import type { CellLimits } from "./cell-plan";
import { cellLimits } from "./capacity";
import type { MultiTenantSpecification, SpecifiedCell } from "./specification";

/** Logins of the databases of every cell; part of the public contract. */
export const cellLogins = {
  app: { user: "sourcegraph_app", passwordSecret: "appDatabasePassword" },
  owner: { user: "sourcegraph_owner", passwordSecret: "ownerDatabasePassword" },
  operator: "sourcegraph_operator",
} as const;

/** Host of the origin of a cell. */
export function originOf(cell: string, domain: string): string {
  return `${cell}.origin.${domain}`;
}

/** Whether the edge reaches origins without the internet: CloudFront does. */
export function reachesByVpcOrigin({ cloud, environment }: MultiTenantSpecification): boolean {
  return cloud === "aws" && environment.edge !== "cloudflare";
}

/** Most users that the estimator of sizes knows. */
const mostUsers = 50_000;

/** What the tenants of a cell are expected to have: a share of what they may. */
export function cellUsage({ targetMaxTenants }: SpecifiedCell, { gitDiskGb }: CellLimits): Usage {
  return {
    users: Math.min(mostUsers, Math.ceil(targetMaxTenants * tenantPlan.users * sizedShare)),
    repositories: Math.ceil(targetMaxTenants * tenantPlan.repositories * sizedShare),
    totalSizeGb: gitDiskGb,
    largestRepositoryGb: Math.min(tenantPlan.startGb, gitDiskGb),
    largestIndexGb: 0,
  };
}

type Environment = Record<string, string>;

/** What says to the product that there are many tenants: every service of a cell, and the migrator. */
function switchesOf(workspaces: string): Environment {
  return {
    [tenantSwitches.enforcement]: "strict",
    [tenantSwitches.workspaces]: `https://${workspaces}`,
  };
}

/** The login a service has in the databases it is told of. */
function loginOf(names: readonly DatabaseName[], login: { readonly user: string; readonly passwordSecret: string }) {
  return Object.fromEntries(
    names.flatMap((name) => [
      [`${databasePrefixes[name]}USER`, login.user],
      [`${databasePrefixes[name]}PASSWORD`, `\${secret:${login.passwordSecret}}`],
    ]),
  );
}

/** How a service is known to the accounts service, and what it calls. */
function clientOf(cell: SpecifiedCell, { hosts }: MultiTenantSpecification["environment"]): Environment {
  return {
    SAMS_URL: `https://${hosts.accounts}`,
    SAMS_API_URL: `https://${hosts.accounts}`,
    SAMS_CLIENT_ID: cell.client.id,
    SAMS_CLIENT_SECRET: `\${secret:${cell.client.secret}}`,
  };
}

function environmentOf(service: string, cell: SpecifiedCell, specification: MultiTenantSpecification): Environment {
  const { hosts } = specification.environment;
  const told = serviceNamed(service as Parameters<typeof serviceNamed>[0]).databases;
  const login = service === "migrator" ? cellLogins.owner : cellLogins.app;
  return {
    ...switchesOf(hosts.workspaces),
    ...(told?.told === true ? loginOf(told.names, login) : {}),
    ...(service === "worker" ? clientOf(cell, specification.environment) : {}),
    ...(service === "worker" && hosts.telemetry !== undefined
      ? { TELEMETRY_GATEWAY_EXPORTER_EXPORT_ADDR: `https://${hosts.telemetry}:443` }
      : {}),
    ...(service === "zoekt-indexserver" ? { [tenantSwitches.noMerging]: "true" } : {}),
  };
}

function overridesOf(
  cell: SpecifiedCell,
  specification: MultiTenantSpecification,
  limits: CellLimits,
): NonNullable<Config["overrides"]> {
  const sizing = estimate(cell.size === undefined ? cellUsage(cell, limits) : defaultUsage(cell.size), {
    target: "kubernetes",
    release: cell.release,
  }).services;
  const each = (service: string, totalGb: number): number =>
    Math.max(1, Math.ceil(totalGb / (sizing[service]?.replicas ?? 1)));
  const disks: Readonly<Record<string, number>> = {
    gitserver: each("gitserver", limits.gitDiskGb),
    "zoekt-webserver": each("zoekt-webserver", limits.gitDiskGb * indexShare),
  };
  return Object.fromEntries(
    ["migrator", ...cellServices.map(({ service }) => service)].map((service) => [
      service,
      {
        env: environmentOf(service, cell, specification),
        ...(disks[service] === undefined ? {} : { storageGb: disks[service] }),
      },
    ]),
  );
}

/** Most days that RDS goes back. */
const mostDatabaseDays = 35;

/**
 * The config of shape kubernetes that a cell is: what its components are given, so that a cell is deployed by the components
 * of every other instance.
 *
 * @param specification the environment that the cell is of
 */
export function cellConfig(cell: SpecifiedCell, specification: MultiTenantSpecification): Config {
  const { cloud, environment, stage, owner, companyDomains, alarmsEmail, registry, tags } = specification;
  const cloudflare = environment.edge === "cloudflare";
  // Google proves a domain from outside, so its load balancer is open to the blocks of its own edge.
  const edgeBlocks = cloudflare ? cloudflareBlocks : cloud === "gcp" ? googleEdgeBlocks : [cell.cidr];
  const limits = cellLimits(cell);
  return {
    name: cell.name,
    shape: "kubernetes",
    cloud,
    region: cell.region,
    release: cell.release,
    ...(cell.size === undefined ? { usage: cellUsage(cell, limits) } : { size: cell.size }),
    domain: originOf(cell.name, environment.domain),
    ...(environment.dnsZone === undefined ? {} : { dnsZone: environment.dnsZone }),
    access: { allowedCidrs: [...edgeBlocks] },
    network: { cidr: cell.cidr },
    databases: {
      managed: {
        login: "password",
        highlyAvailable: true,
        backupDays: Math.min(environment.backupDays, mostDatabaseDays),
      },
    },
    // Sessions of many tenants come to rest nowhere: a standby keeps them, and no snapshot does.
    cache: { managed: { highlyAvailable: true, backupDays: 0 } },
    objectStorage: { managed: { versioning: false } },
    ...(registry === undefined ? {} : { registry: { host: registry, pinDigests: true } }),
    backup: { keepDays: environment.backupDays },
    boundaries: {
      stage,
      owner,
      zone: "multi-tenant",
      ...(cloud === "aws" ? { account: cell.account.id } : {}),
      ...(companyDomains.length === 0 ? {} : { companyDomains: [...companyDomains] }),
    },
    ...(alarmsEmail === undefined ? {} : { alarms: { email: alarmsEmail } }),
    kubernetes: {
      // Files of clusters in other accounts have the same names: nothing is told apart by them.
      namespace: "sourcegraph",
      ingress: {
        internal: reachesByVpcOrigin(specification),
        // A block cannot name CloudFront: its calls come with addresses of its own, by a list that AWS keeps.
        ...(reachesByVpcOrigin(specification)
          ? { annotations: { "alb.ingress.kubernetes.io/security-groups": `${cell.name}-origin` } }
          : {}),
      },
      networkPolicies: { egress: [{ cidr: "0.0.0.0/0", ports: [443] }] },
      // Whoever calls in a cell is known by an account that is for that workload alone.
      serviceAccounts: { perWorkload: true },
      leaveOut: [...leftOutOfCells],
    },
    cluster: { endpoint: { public: false, allowedCidrs: [] } },
    acknowledge: [...cell.acknowledge],
    deletionProtection: specification.deletionProtection,
    allowDataLoss: [...specification.allowDataLoss],
    overrides: overridesOf(cell, specification, limits),
    tags: { ...tags, "sourcegraph-tenants": cell.targetMaxTenants === singleTenant ? "one" : "many" },
    secrets: Object.fromEntries(
      [cellLogins.app.passwordSecret, cellLogins.owner.passwordSecret, cell.client.secret].map((name) => [
        name,
        // Values stay outside; only the names are read.
        "[encrypted]",
      ]),
    ),
    ...(cloud === "gcp" ? { gcp: { project: cell.account.id } } : {}),
  };
}
