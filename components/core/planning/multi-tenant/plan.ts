import { InputError, RefusedError, type Problem } from "../../errors";
import { priceOf } from "../price/price";
import type { PlannedCell } from "./cell-plan";
import { tenantKeyWait } from "./cell-keys";
import type { MultiTenantPlan, MultiTenantPrice, PlannedIsolation, PlannedTenant } from "./multi-tenant-plan";
import { planCell } from "./plan-cell";
import { rotationSteps } from "./edge-facts";
import { planEnvironment } from "./plan-environment";
import { originOf } from "./cell-config";
import type { MultiTenantSpecification, SpecifiedTenant } from "./specification";

/** What an isolated tenant has for itself. Names of roles and databases of PostgreSQL have underscores. */
function isolationOf({ name, number }: SpecifiedTenant, specification: MultiTenantSpecification): PlannedIsolation {
  const { environment } = specification;
  return {
    keyName: `tenant-${name}`,
    keyWaitDays: tenantKeyWait(environment),
    bucket: `tenant-${name}-objects`,
    softDeleteDays: environment.backupDays,
    database: `tenant_${number}`,
    login: `tenant_${number}_app`,
    secret: `tenant-${name}-database`,
  };
}

function planTenant(
  tenant: SpecifiedTenant,
  specification: MultiTenantSpecification,
  cells: readonly PlannedCell[],
): PlannedTenant {
  const { cloud, region, environment } = specification;
  const key = { aws: "kms.key", gcp: "kms.keyVersion.software" }[cloud];
  const cell = cells.find(({ name }) => name === tenant.cell);
  const isolated = tenant.tier === "isolated";
  const own = isolated
    ? priceOf(cloud, cell?.region ?? region, [{ item: "KMS key of the tenant", key, quantity: 1 }]).monthly
    : cell?.price.monthly;
  return {
    ...tenant,
    tenancy: tenant.tier,
    origin: originOf(tenant.cell, environment.domain),
    routed: tenant.state === "active",
    ...(isolated ? { isolated: isolationOf(tenant, specification) } : {}),
    ...(own === undefined ? {} : { monthly: own }),
  };
}

function priceOfAll(
  { cloud, region }: MultiTenantSpecification,
  cells: readonly PlannedCell[],
  tenants: readonly PlannedTenant[],
): MultiTenantPrice {
  const key = { aws: "kms.key", gcp: "kms.keyVersion.software" }[cloud];
  // Placement, logs and images have a key each.
  const common = priceOf(cloud, region, [{ item: "KMS keys of the environment, 3", key, quantity: 3 }]);
  const isolated = tenants.filter((tenant) => tenant.isolated !== undefined);
  const cents = [
    common.monthly,
    ...cells.map(({ price }) => price.monthly),
    ...isolated.map(({ monthly = 0 }) => monthly),
  ]
    .map((amount) => Math.round(amount * 100))
    .reduce((sum, amount) => sum + amount, 0);
  return {
    currency: "USD",
    monthly: cents / 100,
    cells: Object.fromEntries(cells.map(({ name, price }) => [name, price])),
    excluded: [
      ...common.excluded,
      "edge, web firewall and names",
      "placement store, log and image accounts, beyond their keys",
      "copies of backups in another account",
      "executors",
    ],
  };
}

function cellNotices({ name, tenancy, canary, state, keys }: PlannedCell): string[] {
  return [
    ...(state === "draining"
      ? [`cell ${name} is drained: it takes no tenants, and its tenants are moved by the procedure of a move`]
      : []),
    ...(state === "closed" ? [`cell ${name} is closed: it takes no tenants`] : []),
    ...(canary
      ? [`cell ${name} is the canary: new releases go there first, and to the others when it has been watched`]
      : []),
    ...(tenancy === "byok" && keys.every(({ owner }) => owner === "customer")
      ? [
          `every store of cell ${name} is under keys of the customer, who can take them back: then nothing of it can be read, by anybody`,
        ]
      : []),
  ];
}

function noticesOf(specification: MultiTenantSpecification, plan: Omit<MultiTenantPlan, "notices">): string[] {
  const { environment, cells, tenants } = plan;
  const pooled = cells.filter(({ tenancy }) => tenancy === "pooled");
  return [
    ...(environment.parent === undefined
      ? [
          "neither unit nor folder is made ('multiTenant.environment.parent' is not given): the guard rails are left to whoever owns the organization",
        ]
      : []),
    ...(environment.executors === undefined
      ? []
      : [
          "executors are outside every cell and reach the public address of tenants only; they are deployed by a stack of their own, in their own account",
        ]),
    ...(pooled.length > 1 && pooled.every(({ canary }) => !canary)
      ? ["no cell is the canary: set 'canary' on one, so that a release reaches few tenants first"]
      : []),
    ...(tenants.some(({ isolated }) => isolated !== undefined)
      ? [
          "tier isolated is experimental: today's product opens one connection, one bucket and one set of keys for all tenants of a cell",
        ]
      : []),
    ...(specification.cells.some(({ state }) => state === "open") ? [] : ["no cell is open: nobody can sign up"]),
    ...(pooled.length > 0
      ? [
          "pooled tenants cannot be shredded by a key: their rows share pages; what is promised is the purge of every store and the end of backups",
          "row filters stop mistakes, not an attacker who controls a pod: whoever has one pod of a cell has the cell",
        ]
      : []),
    "pods of a cell know each other by network policies, not by certificates: B-T06 asks for a mesh with strict mutual TLS, which is not deployed here",
    "the API of every cluster is private: whoever deploys has to be inside the network of the cell, or reach it by a tunnel",
    ...cells.flatMap(cellNotices),
    ...rotationSteps(plan),
    ...[...new Set(cells.flatMap(({ price }) => price.unpriced))].map(
      (item) => `no price is known for ${item}, so the total is too low by it`,
    ),
  ];
}

/** Decides every cell; what is wrong with any of them is said at once. */
function planCells(specification: MultiTenantSpecification): PlannedCell[] {
  const problems: Problem[] = [];
  let malformed = false;
  const cells = specification.cells.flatMap((cell) => {
    try {
      return [planCell(cell, specification)];
    } catch (error) {
      if (!(error instanceof InputError) && !(error instanceof RefusedError)) throw error;
      malformed ||= error instanceof InputError;
      problems.push(...error.problems);
      return [];
    }
  });
  if (problems.length === 0) return cells;
  throw malformed ? new InputError(problems) : new RefusedError(problems);
}

/**
 * Decides everything about the multi-tenant backend of one stage. Pure: the same specification gives the same plan.
 *
 * @throws InputError for a size that a cluster cannot hold; RefusedError for a kind of store that nothing purges
 * @example planMultiTenant(specifyMultiTenant({ shape: "multi-tenant", cloud: "aws", … }))
 */
export function planMultiTenant(specification: MultiTenantSpecification): MultiTenantPlan {
  const { name, cloud, region, release, stage, owner } = specification;
  const cells = planCells(specification);
  const tenants = specification.tenants.map((tenant) => planTenant(tenant, specification, cells));
  const planned: Omit<MultiTenantPlan, "notices"> = {
    schema: 1,
    name,
    shape: "multi-tenant",
    cloud,
    region,
    release,
    stage,
    owner,
    environment: planEnvironment(specification, cells, tenants),
    cells,
    tenants,
    price: priceOfAll(specification, cells, tenants),
  };
  return { ...planned, notices: noticesOf(specification, planned) };
}
