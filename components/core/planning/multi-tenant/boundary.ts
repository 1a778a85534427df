import { registry as vendorRegistry } from "../../product/releases";
import { cellServices } from "../../product/multi-tenant/tenancy";
import type { Boundary, BoundaryFacts, ConnectsEdge, DeclaredEdge, IssuesEdge, StoresEdge } from "../../rules/facts";
import { classesByType } from "../boundary/stores";
import type { MultiTenantPlan, PlannedCell, PlannedTenant } from "./multi-tenant-plan";
import { purgedKinds } from "./purges";

/** What reads repositories from outside. */
const readers: readonly string[] = ["gitserver", "worker"];

/** What calls the company's services in the name of a cell: the only one that has the cell's client. */
const caller = "worker";

/** Who keeps the placement. */
const controlPlane = "workspaces";

/** The edge, as connections name it. */
const edge = "edge";

/** What the rules know about everything in the environment. */
export function environmentFacts({ stage, owner, environment, cells }: MultiTenantPlan): BoundaryFacts {
  const { placement, backupCopies } = environment;
  return {
    zone: "multi-tenant",
    stage,
    owner,
    account: placement.account.id,
    admits: [
      ...new Set([
        ...(backupCopies === undefined ? [] : [backupCopies.account.id]),
        ...[environment.names.account, environment.logs.account, environment.images.account].map(({ id }) => id),
        ...cells.map(({ account }) => account.id),
      ]),
    ],
  };
}

/** What the rules know about everything in a cell, in place of what they know about an instance. */
export function cellFacts(plan: MultiTenantPlan, cell: PlannedCell): BoundaryFacts {
  const { stage, owner, environment } = plan;
  const { offboarding, backupCopies } = environment;
  const { boundaries, registry } = cell.specification;
  const byok = cell.tenancy === "byok";
  const admits = [
    ...(cell.customerAccount === undefined ? [] : [cell.customerAccount]),
    ...(backupCopies === undefined ? [] : [backupCopies.account.id]),
  ];
  return {
    zone: "multi-tenant",
    stage,
    owner,
    cell: cell.name,
    tenancy: cell.tenancy,
    account: cell.account.id,
    registries: [registry?.host ?? vendorRegistry],
    ...(registry === undefined ? {} : { mirror: registry.host }),
    ...(boundaries.companyDomains === undefined ? {} : { companyDomains: boundaries.companyDomains }),
    ...(admits.length === 0 ? {} : { admits }),
    ...(byok ? { modes: ["byok"] } : {}),
    cellTerms: {
      targetMaxTenants: cell.limits.targetMaxTenants,
      offboardingDays: offboarding.graceDays + Math.max(offboarding.backupDays, offboarding.keyWaitDays),
      graceDays: offboarding.graceDays,
      purges: purgedKinds,
    },
  };
}

/** States of what is deployed for a cell that it is of that cell, in place of being an instance of its own. */
export function inCell(boundary: Boundary, plan: MultiTenantPlan, cell: PlannedCell): Boundary {
  const { settings } = boundary.facts;
  return {
    ...boundary,
    facts: { ...cellFacts(plan, cell), ...(settings === undefined ? {} : { settings }) },
    children: { ...boundary.children, ...keysOf(plan, cell) },
  };
}

/** Keys of a cell with one tenant are that tenant's. */
function keysOf({ tenants }: MultiTenantPlan, { name, tenancy, keys }: PlannedCell): Record<string, BoundaryFacts> {
  const tenant = tenancy === "pooled" ? undefined : tenants.find(({ cell }) => cell === name);
  return Object.fromEntries(
    keys.map((key) => [
      key.name,
      {
        keyOwner: key.owner,
        ...(tenant === undefined ? {} : { tenant: tenant.name }),
      },
    ]),
  );
}

/** Where a cell calls, by name of the host and by the service behind it. */
function outgoing({ egress }: PlannedCell): ConnectsEdge[] {
  return egress.flatMap(({ host, port, callee }): ConnectsEdge[] => {
    if (callee === undefined) return readers.map((from) => ({ kind: "connects", from, to: host, port }));
    const { service, contract, carries } = callee;
    return [
      { kind: "connects", from: caller, to: host, port },
      {
        kind: "connects",
        from: caller,
        to: service,
        port,
        credential: "oauth-client",
        plane: "machine",
        over: "internet",
        carries,
        ...(contract === undefined ? {} : { contract }),
      },
    ];
  });
}

/** Rights of the cell's client, by the public facts of who honours them. */
function grantsOf({ client, egress }: PlannedCell): IssuesEdge[] {
  return egress.flatMap(({ callee }) =>
    (callee?.scopes ?? []).map((scope): IssuesEdge => ({
      kind: "issues",
      from: caller,
      to: callee?.service ?? "",
      scope,
      honours: callee?.honours ?? "",
      client: client.id,
      tokenSeconds: client.tokenSeconds,
    })),
  );
}

/** Callees of other zones that ask the issuer about the tokens of cells, by their public facts. */
function askers({ egress }: PlannedCell): ConnectsEdge[] {
  return egress.flatMap(({ callee }): ConnectsEdge[] =>
    callee?.asksIssuer === true && callee.service.includes("/")
      ? [
          {
            kind: "connects",
            from: callee.service,
            to: "identity/accounts",
            port: 443,
            credential: "oauth-client",
            plane: "machine",
            over: "internet",
            contract: "introspection",
          },
        ]
      : [],
  );
}

/** What is kept in the cell's own backups and logs; claims and stores are stated by the components that make them. */
function stores({ backups, identities }: PlannedCell): StoresEdge[] {
  const backup = identities.find(({ service }) => service === "backup");
  return (["user-data", "identity", "secret"] as const).map((dataClass) => ({
    kind: "stores",
    from: backup?.service ?? "backup",
    to: backups.vault,
    dataClass,
  }));
}

/** What a cell states: what it promises, who reaches it, whom it calls and by what right. */
export function cellBoundary(plan: MultiTenantPlan, cell: PlannedCell): Boundary {
  const { ingress, alarms, backups } = cell;
  const visitors: ConnectsEdge = {
    kind: "connects",
    from: edge,
    to: ingress.service,
    port: ingress.port,
    plane: "end-user",
    over: "internet",
  };
  const edges: DeclaredEdge[] = [visitors, ...outgoing(cell), ...askers(cell), ...grantsOf(cell), ...stores(cell)];
  const kept: BoundaryFacts = { dataClasses: ["user-data", "identity", "secret"] };
  return {
    facts: cellFacts(plan, cell),
    edges,
    children: {
      ...classesByType,
      "aws:backup/vault": kept,
      "gcp:gkebackup/backupPlan": kept,
      [backups.vault]: kept,
      ...keysOf(plan, cell),
      ...Object.fromEntries(alarms.map(({ name, watches }) => [name, { watches }])),
      [`${cell.name}-origin`]: { plane: "end-user", origin: "edge" },
    },
  };
}

/** What the environment states: no store of tenants, names and routes only. */
export function environmentBoundary(plan: MultiTenantPlan): Boundary {
  const { environment } = plan;
  const { placement, edge: planned, logs, images } = environment;
  return {
    facts: environmentFacts(plan),
    edges: [
      ...plan.cells.map(({ ingress }): ConnectsEdge => ({
        kind: "connects",
        from: edge,
        to: ingress.origin,
        port: 443,
        plane: "end-user",
      })),
      { kind: "stores", from: controlPlane, to: placement.name, dataClass: "configuration" },
      { kind: "stores", from: edge, to: planned.routes, dataClass: "configuration" },
    ],
    children: {
      ...classesByType,
      [placement.name]: { dataClasses: ["configuration"], service: controlPlane },
      [planned.routes]: { dataClasses: ["configuration"], service: edge, rebuildable: true },
      [logs.name]: { dataClasses: ["operational"], account: logs.account.id },
      [images.name]: { dataClasses: ["configuration"], account: images.account.id, rebuildable: true },
    },
  };
}

/** What the edge states, where it is made here: everybody reaches it, by TLS, and it holds routes only. */
export function edgeBoundary(plan: MultiTenantPlan): Boundary {
  const { environment } = plan;
  const listener: BoundaryFacts = { plane: "end-user", origin: "direct", service: edge };
  return {
    facts: { ...environmentFacts(plan), account: environment.edge.account.id, service: edge },
    children: {
      ...classesByType,
      [environment.edge.routes]: { ...listener, dataClasses: ["configuration"], rebuildable: true },
      ...Object.fromEntries(environment.edge.entries.map(({ name }) => [name, listener])),
      [`${plan.name}-edge`]: listener,
    },
  };
}

/** Name of the resource that makes the database of an isolated tenant. */
export function tenantSetUpJob(tenant: string): string {
  return `${tenant}-set-up`;
}

/** What a tenant with resources of its own states. */
export function tenantBoundary(plan: MultiTenantPlan, tenant: PlannedTenant): Boundary {
  const cell = plan.cells.find(({ name }) => name === tenant.cell);
  const facts = cell === undefined ? environmentFacts(plan) : cellFacts(plan, cell);
  const { isolated } = tenant;
  const kept: BoundaryFacts = { dataClasses: ["user-data", "identity"] };
  return {
    facts: { ...facts, tenancy: tenant.tenancy, tenant: tenant.name },
    edges:
      isolated === undefined
        ? []
        : cellServices
            .filter(({ bucket }) => bucket === "read-write")
            .map(({ service }) => ({ kind: "stores", from: service, to: isolated.bucket, dataClass: "user-data" })),
    children:
      isolated === undefined
        ? classesByType
        : {
            ...classesByType,
            [isolated.bucket]: { dataClasses: ["user-data"] },
            [isolated.database]: kept,
            [tenantSetUpJob(tenant.name)]: { service: "db-set-up" },
          },
  };
}
