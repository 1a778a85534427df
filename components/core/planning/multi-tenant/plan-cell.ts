import { InputError, RefusedError } from "../../errors";
import { diskShares, pressureShare } from "../../product/multi-tenant/tenancy";
import { parseSpecification, requireKubernetes } from "../config/specification";
import { planKubernetes } from "../kubernetes/plan";
import type { KubernetesPlan } from "../kubernetes/kubernetes-plan";
import { zonesOf } from "../kubernetes/zones";
import { managedLogin } from "../managed/values";
import { kubernetesPriceThings } from "../price/price-kubernetes";
import { priceOf, type PriceEstimate } from "../price/price";
import { cellConfig, cellLogins, originOf, reachesByVpcOrigin } from "./cell-config";
import { cellEgress } from "./cell-egress";
import { cellIdentities, cellKeys } from "./cell-keys";
import { cellLimits } from "./capacity";
import type {
  CellLimits,
  PlannedCell,
  PlannedCellAlarm,
  PlannedCellBackups,
  PlannedCellClient,
  PlannedCellEgress,
  PlannedCellKey,
  PlannedCellLogins,
} from "./cell-plan";
import { originHeader } from "./plan-environment";
import { purges, requirePurges } from "./purges";
import type { MultiTenantSpecification, SpecifiedCell } from "./specification";

function loginsOf({ filterOwner }: SpecifiedCell, plan: KubernetesPlan): PlannedCellLogins {
  return {
    databases: plan.managed.databases.map(({ name, resource, extensions }) => ({
      name,
      resource,
      database: managedLogin.database,
      extensions,
    })),
    app: cellLogins.app,
    owner: cellLogins.owner,
    administrator: managedLogin.user,
    operator: cellLogins.operator,
    forced: filterOwner,
  };
}

/** Longest that a token lives, seconds (B-M04). */
const tokenSeconds = 3600;

function clientOf({ client }: SpecifiedCell, egress: readonly PlannedCellEgress[]): PlannedCellClient {
  return { ...client, scopes: egress.flatMap(({ callee }) => callee?.scopes ?? []), tokenSeconds };
}

/** Backups of RDS go back 35 days at most. */
const mostDatabaseDays = 35;

function backupsOf(name: string, { environment }: MultiTenantSpecification): PlannedCellBackups {
  const { backupDays, accounts } = environment;
  return {
    vault: `${name}-backups`,
    keepDays: backupDays,
    key: "backup",
    databaseDays: Math.min(backupDays, mostDatabaseDays),
    objectDays: backupDays,
    logDays: Math.min(30, backupDays),
    ...(accounts.backups === undefined ? {} : { copyTo: accounts.backups }),
  };
}

/** Alarms of fullness. A cell of one is always full; what has to be seen there is a tenant that is not its own. */
function alarmsOf({ name, tenancy }: SpecifiedCell, cloud: "aws" | "gcp", limits: CellLimits): PlannedCellAlarm[] {
  const metricNamespace = { aws: "Sourcegraph/Cells", gcp: "custom.googleapis.com/sourcegraph" }[cloud];
  return [
    {
      name: `${name}-tenants`,
      watches: "tenants",
      percent: pressureShare * 100,
      metric: tenancy === "pooled" ? "TenantsPercent" : "ForeignTenantsPercent",
      metricNamespace,
      description:
        tenancy === "pooled"
          ? `cell ${name} holds more than 85 % of the ${limits.targetMaxTenants} tenants it is made for: open another cell`
          : `cell ${name} holds a tenant that is not the one it is for: close it, and look how that came about`,
    },
    {
      name: `${name}-disk`,
      watches: "disk",
      percent: diskShares.pressure * 100,
      metric: "FullestDiskPercent",
      metricNamespace,
      description: `a disk of cell ${name} is more than 70 % full: grow it${tenancy === "pooled" ? ", or open another cell; at 85 % the cell takes no tenants" : ""}`,
    },
  ];
}

/** Kinds of stores that a cell has, in the words of the rules. */
export function storeKindsOf({ managed, workloads }: KubernetesPlan): string[] {
  return [
    ...(managed.databases.length > 0 ? ["relational"] : []),
    ...(managed.caches.length > 0 ? ["cache"] : []),
    ...(managed.bucket === undefined ? [] : ["object"]),
    ...(workloads.some(({ claims }) => claims.length > 0) ? ["block"] : []),
    "secret",
    "logs",
    "backup",
  ];
}

/** What a cell costs: its cluster and stores, the keys beyond the first, and what keeps its egress to a list. */
function priceFor(cell: SpecifiedCell, plan: KubernetesPlan, keys: readonly PlannedCellKey[]): PriceEstimate {
  const cloud = plan.cloud === "gcp" ? "gcp" : "aws";
  const more = keys.filter(({ owner }) => owner === "us").length - 1;
  const key = { aws: "kms.key", gcp: "kms.keyVersion.software" }[cloud];
  return priceOf(cloud, cell.region, [
    ...kubernetesPriceThings(plan, cloud),
    ...(more > 0 ? [{ item: `KMS keys of the cell beyond the first, ${more}`, key, quantity: more }] : []),
    { item: "egress firewall with a list of names", key: "egress.firewall", quantity: 1 },
  ]);
}

/** Keys of a cell's config that are keys of the cell, with the same meaning. */
const sameKeys: readonly string[] = ["release", "region", "size", "acknowledge"];

/** Says of what is wrong with the config of a cell in which cell that is. */
function ofCell<Decided>(name: string, decide: () => Decided): Decided {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof RefusedError)) throw error;
    const problems = error.problems.map(({ path, message }) => {
      const [key = ""] = path.split(".");
      const at = `multiTenant.cells.${name}`;
      return sameKeys.includes(key)
        ? { path: `${at}.${path}`, message }
        : { path: at, message: `cannot be deployed: '${path}' ${message}` };
    });
    throw error instanceof InputError ? new InputError(problems) : new RefusedError(problems);
  }
}

/** Name of a secret of the edge's header. The first has no number. */
function originSecretOf(cell: string, number: number): string {
  return number === 1 ? `${cell}-origin` : `${cell}-origin-${number}`;
}

/**
 * Decides one cell: an instance on Kubernetes by the same plan as every other, in an account, with keys, identities, logins
 * and limits of its own. Pure.
 *
 * @throws InputError for a size that its cluster cannot hold; RefusedError for a kind of store that nothing purges
 */
export function planCell(cell: SpecifiedCell, specification: MultiTenantSpecification): PlannedCell {
  const { cloud, environment } = specification;
  const config = cellConfig(cell, specification);
  const { kubernetes, plan } = ofCell(cell.name, () => {
    const given = requireKubernetes(parseSpecification(config));
    const ingress = { ...given.kubernetes.ingress, anyHost: true as const };
    const completed = { ...given, kubernetes: { ...given.kubernetes, ingress } };
    return { kubernetes: completed, plan: planKubernetes(completed) };
  });
  requirePurges(cell.name, storeKindsOf(plan));
  const limits = cellLimits(cell);
  const keys = cellKeys(cell, specification);
  const egress = cellEgress(cell, specification);
  const price = priceFor(cell, plan, keys);
  return {
    name: cell.name,
    account: cell.account,
    tenancy: cell.tenancy,
    region: cell.region,
    zones: cell.zones ?? zonesOf(cloud, cell.region),
    cidr: cell.cidr,
    state: cell.state,
    canary: cell.canary,
    release: cell.release,
    limits,
    config,
    specification: kubernetes,
    plan,
    keys,
    identities: cellIdentities(cell),
    logins: loginsOf(cell, plan),
    client: clientOf(cell, egress),
    egress,
    ingress: {
      origin: originOf(cell.name, environment.domain),
      service: "sourcegraph-frontend",
      port: 30_080,
      ...(reachesByVpcOrigin(specification)
        ? { vpcOrigin: { name: `${cell.name}-origin`, podPort: 3080, sharedWith: environment.accounts.edge.id } }
        : {}),
      headerSecrets: cell.originSecrets.map((number) => ({ number, name: originSecretOf(cell.name, number) })),
      header: originHeader,
    },
    backups: backupsOf(cell.name, specification),
    alarms: alarmsOf(cell, cloud, limits),
    purges,
    ...(cell.customerAccount === undefined ? {} : { customerAccount: cell.customerAccount }),
    price,
    monthlyPerTenant: Math.round((price.monthly / limits.targetMaxTenants) * 100) / 100,
  };
}
