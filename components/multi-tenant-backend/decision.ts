import { InputError } from "../core/errors";
import { clusterBoundary, kubernetesBoundary, managedBoundary } from "../core/planning/boundary/kubernetes";
import { kubernetesContext } from "../core/planning/kubernetes/context";
import { planExecutors } from "../core/planning/kubernetes/executors";
import { planWorkloads } from "../core/planning/kubernetes/workloads";
import { cellBoundary, cellFacts, environmentBoundary, inCell } from "../core/planning/multi-tenant/boundary";
import type { MultiTenantPlan, PlannedCell, PlannedTenant } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { Boundary, BoundaryFacts } from "../core/rules/facts";
import { kubernetesNames } from "../kubernetes/names";

/** A cell of the plan, and what each of its parts states to the rules. */
export interface CellDecision {
  readonly plan: MultiTenantPlan;
  readonly cell: PlannedCell;
  /** Of the cell itself. */
  readonly boundary: Boundary;
  readonly clusterBoundary: Boundary;
  readonly managedBoundary: Boundary;
  readonly productBoundary: Boundary;
  readonly setUpBoundary: Boundary;
}

/** The task that sets up logins of databases, as the rules know it. */
const databaseSetUp = "db-set-up";

/** Which service each workload is, and which claims hold nothing that cannot be made again, by the name of the resource. */
function servicesOf({ name, plan }: PlannedCell): Record<string, BoundaryFacts> {
  const names = kubernetesNames(name);
  return Object.fromEntries([
    ...plan.workloads.map((workload) => [names.object(workload.kind, workload.name), { service: workload.name }]),
    [names.migration, { service: "migrator" }],
    ...plan.workloads
      .flatMap(({ claims }) => claims)
      .filter(({ value }) => value === "cache")
      .flatMap(({ objects }) => objects)
      .map((claim) => [names.object("PersistentVolumeClaim", claim), { rebuildable: true }]),
  ]) as Record<string, BoundaryFacts>;
}

function withChildren(boundary: Boundary, children: Readonly<Record<string, BoundaryFacts>>): Boundary {
  return { ...boundary, children: { ...boundary.children, ...children } };
}

/** Caches of a cell are one kind of store, under one key; and who signs in to databases as their administrator. */
function storesOf({ keys, plan }: PlannedCell): Record<string, BoundaryFacts> {
  const dataClasses = keys.find(({ use }) => use === "cache")?.dataClasses ?? [];
  return {
    ...Object.fromEntries(plan.managed.caches.map(({ resource }) => [resource, { dataClasses, rebuildable: false }])),
    "gcp:sql/user": { service: databaseSetUp },
  };
}

/** Service account of the migrator of a cell. */
export function migratorAccountOf({ identities }: PlannedCell): string {
  return identities.find(({ service }) => service === "migrator")?.serviceAccount ?? "migrator";
}

/**
 * The cell of a component's name.
 *
 * @throws InputError where the plan has none of that name, or is of another cloud
 */
export function decideCell(cloud: "aws" | "gcp", name: string, plan: MultiTenantPlan): CellDecision {
  const cell = plan.cells.find((each) => each.name === name);
  if (plan.cloud !== cloud)
    throw new InputError([{ path: "plan.cloud", message: `is ${plan.cloud}; this component is of ${cloud}` }]);
  if (cell === undefined)
    throw new InputError([
      {
        path: "plan.cells",
        message: `has no cell ${name}, but ${plan.cells.map((each) => each.name).join(", ") || "none"}; name the component like its cell`,
      },
    ]);
  const { specification } = cell;
  const context = kubernetesContext(specification);
  const workloads = [...planWorkloads(context), ...(planExecutors(context)?.workloads ?? [])];
  const within = (boundary: Boundary) => inCell(boundary, plan, cell);
  const product = kubernetesBoundary(cell.plan, specification);
  return {
    plan,
    cell,
    boundary: withChildren(cellBoundary(plan, cell), { [`${cell.name}-logs`]: { dataClasses: ["operational"] } }),
    clusterBoundary: within(clusterBoundary(specification, workloads)),
    managedBoundary: withChildren(within(managedBoundary(specification, cell.plan.managed)), storesOf(cell)),
    productBoundary: within({ ...product, children: { ...product.children, ...servicesOf(cell) } }),
    setUpBoundary: { facts: { ...cellFacts(plan, cell), service: databaseSetUp } },
  };
}

/** Name of the vault of a cell's copies. */
export function copiesOf({ environment }: MultiTenantPlan, cell: Pick<PlannedCell, "name">): string {
  return `${environment.backupCopies?.vault ?? "copies"}-${cell.name}`;
}

/** What an environment states, with whose account each of its parts is in. */
export function boundaryOfEnvironment(plan: MultiTenantPlan): Boundary {
  const { names, placement, logs, images, backupCopies } = plan.environment;
  const accounts = [names.account, placement.account, logs.account, images.account].concat(
    backupCopies === undefined ? [] : [backupCopies.account],
  );
  const copies = backupCopies === undefined ? [] : plan.cells;
  return withChildren(environmentBoundary(plan), {
    [`${plan.name}-edge`]: { account: names.account.id },
    ...Object.fromEntries(accounts.map(({ id }) => [`${plan.name}-${id}`, { account: id }])),
    ...Object.fromEntries(
      copies.flatMap((cell) => {
        const name = copiesOf(plan, cell);
        const facts: BoundaryFacts = {
          ...cellFacts(plan, cell),
          account: backupCopies?.account.id ?? "",
          dataClasses: ["user-data", "identity", "secret"],
        };
        return [name, `${name}-key`].map((each) => [each, facts]);
      }),
    ),
  });
}

/**
 * The tenant of a component's name, which has something for itself in a cell of many.
 *
 * @throws InputError where the plan has none of that name, or it has a whole cell
 */
export function decideTenant(
  name: string,
  plan: MultiTenantPlan,
): { readonly tenant: PlannedTenant; readonly cell: PlannedCell } {
  const tenant = plan.tenants.find((each) => each.name === name);
  const cell = plan.cells.find((each) => each.name === tenant?.cell);
  if (tenant === undefined || cell === undefined)
    throw new InputError([
      { path: "plan.tenants", message: `has no tenant ${name}; name the component like its tenant` },
    ]);
  return { tenant, cell };
}
