import type { DeclaredResource } from "../../planning/declared-resource";
import type { MultiTenantPlan, PlannedCell } from "../../planning/multi-tenant/multi-tenant-plan";
import { tiers } from "../../product/multi-tenant/tenancy";
import { dollars, noticesSection, thousands, type Detail } from "../plan-report";
import { resourceSection } from "../resource-tree";
import { facts, type Section } from "../section";

/** Everything a report of the multi-tenant backend is made from. */
export interface ReportedMultiTenantPlan {
  readonly plan: MultiTenantPlan;
  readonly resources: readonly DeclaredResource[];
}

const right = "right" as const;

const edges = {
  cloudflare: "Cloudflare",
  cloudfront: "CloudFront",
  "global-load-balancer": "the global load balancer",
} as const;

function overview({ name, cloud, stage, environment, cells, tenants, price }: MultiTenantPlan): Section {
  const { offboarding, names, edge, parent, containerName } = environment;
  const places = cells.reduce((sum, { limits }) => sum + limits.targetMaxTenants, 0);
  return facts("overview", `Multi-tenant backend ${name} on ${cloud === "aws" ? "AWS" : "Google Cloud"}, ${stage}`, [
    ["cells", `${cells.length}, made for ${thousands(places)} tenants`],
    ["tenants that are resources", `${tenants.length}; pooled ones are the control plane's`],
    [
      "host names",
      [names.wildcard, ...names.customNames, ...names.foreignNames.map(({ hostname }) => hostname)].join(", "),
    ],
    [
      "edge",
      `${edges[edge.kind]}, TLS ${edge.minimumTls} or newer, ${thousands(edge.callsPerFiveMinutes)} calls in 5 minutes`,
    ],
    [cloud === "aws" ? "unit" : "folder", parent === undefined ? "left to you" : `${containerName} in ${parent}`],
    ["regions", environment.allowedRegions.join(", ")],
    [
      "a tenant who leaves",
      `nothing is left after ${offboarding.termDays} days: ${offboarding.graceDays} of grace, ${offboarding.backupDays} of backups, ${offboarding.keyWaitDays} until keys end`,
    ],
    ["price", `about ${dollars(price.monthly)} ${price.currency} a month`],
  ]);
}

function cellsSection(cells: readonly PlannedCell[]): Section {
  return {
    id: "cells",
    title: "Cells",
    summary: `${cells.length}, which share nothing`,
    columns: [
      { title: "cell" },
      { title: "tenancy" },
      { title: "state" },
      { title: "account" },
      { title: "region" },
      { title: "network" },
      { title: "release" },
      { title: "size" },
      { title: "tenants", align: right },
      { title: "pressure", align: right },
      { title: "git / index, GB", align: right },
      { title: "USD a month", align: right },
      { title: "a tenant", align: right },
    ],
    rows: cells.map((cell) => [
      cell.name,
      cell.tenancy,
      `${cell.state}${cell.canary ? ", canary" : ""}`,
      cell.account.id,
      cell.region,
      cell.cidr,
      cell.release,
      cell.plan.size,
      thousands(cell.limits.targetMaxTenants),
      `above ${thousands(cell.limits.pressureTenants)}`,
      `${thousands(cell.limits.gitDiskGb)} / ${thousands(cell.limits.indexDiskGb)}`,
      dollars(cell.price.monthly),
      cell.monthlyPerTenant === undefined ? "unknown" : dollars(cell.monthlyPerTenant),
    ]),
    notes: [
      "a cell is under pressure above 85 % of its tenants or 70 % of a disk, and takes nobody at 100 % or 85 %; whichever is first",
      "disks are sized for 40 % of what tenants may have",
    ],
  };
}

function tenantsSection({ tenants }: MultiTenantPlan): Section[] {
  if (tenants.length === 0) return [];
  return [
    {
      id: "tenants",
      title: "Tenants with resources of their own",
      summary: String(tenants.length),
      columns: [
        { title: "tenant" },
        { title: "tier" },
        { title: "number", align: right },
        { title: "cell" },
        { title: "host name" },
        { title: "state" },
        { title: "databases" },
        { title: "objects" },
        { title: "keys" },
        { title: "shown to be gone by" },
        { title: "USD a month", align: right },
      ],
      rows: tenants.map(({ name, tier, number, cell, hostname, state, routed, monthly }) => [
        name,
        tier,
        String(number),
        cell,
        `${hostname}${routed ? "" : " (no route)"}`,
        state,
        tiers[tier].relational,
        tiers[tier].objects,
        tiers[tier].keys,
        tiers[tier].proof,
        monthly === undefined ? "unknown" : dollars(monthly),
      ]),
    },
  ];
}

/** Keys of all cells: one row for every use, because cells differ in names only. */
function keysSection(cells: readonly PlannedCell[]): Section {
  return {
    id: "keys",
    title: "Keys",
    summary: `${cells.reduce((sum, { keys }) => sum + keys.length, 0)}, none of two cells`,
    columns: [
      { title: "cell" },
      { title: "key" },
      { title: "of" },
      { title: "what is under it" },
      { title: "turned every, days", align: right },
      { title: "waits for its end, days", align: right },
    ],
    rows: cells.flatMap(({ name, keys }) =>
      keys.map((key) => [
        name,
        key.existing ?? key.name,
        key.owner === "customer" ? "the customer" : "us",
        key.dataClasses.join(", "),
        key.rotationDays === undefined ? "by the customer" : String(key.rotationDays),
        String(key.waitDays),
      ]),
    ),
  };
}

const keyWords = { use: "uses", administer: "administers, without opening," } as const;

function identitiesSection(cells: readonly PlannedCell[]): Section[] {
  const [first] = cells;
  if (first === undefined) return [];
  return [
    {
      id: "identities",
      title: "Identities of a cell",
      summary: `${first.identities.length} in each, none of two cells; those of ${first.name}`,
      columns: [
        { title: "who" },
        { title: "name" },
        { title: "databases" },
        { title: "bucket" },
        { title: "keys" },
        { title: "tenants beyond one at a time" },
      ],
      rows: first.identities.map(({ service, name, database, bucket, keys, specialTenants, timeBound }) => [
        `${service}${timeBound ? ", for a limited time" : ""}`,
        name,
        database,
        bucket,
        keys.map(({ use, may }) => `${keyWords[may]} ${use}`).join(", "),
        specialTenants.join(", "),
      ]),
      notes: [
        "today's product hands one login of the databases from the frontend to every service that needs one; the migrator's is apart",
      ],
    },
  ];
}

function egressSection(cells: readonly PlannedCell[]): Section {
  const hosts = new Map<string, { readonly port: number; readonly reason: string; readonly cells: string[] }>();
  for (const { name, egress } of cells)
    for (const { host, port, reason } of egress) {
      const known = hosts.get(host) ?? { port, reason, cells: [] };
      known.cells.push(name);
      hosts.set(host, known);
    }
  return {
    id: "egress",
    title: "What cells may open outside",
    summary: `${hosts.size} hosts; everything else is refused`,
    columns: [{ title: "host" }, { title: "port", align: right }, { title: "why" }, { title: "cells" }],
    rows: [...hosts].map(([host, { port, reason, cells: of }]) => [
      host,
      String(port),
      reason,
      of.length === cells.length ? "all" : of.join(", "),
    ]),
  };
}

function guardRailsSection({ environment }: MultiTenantPlan): Section[] {
  const { guardRails } = environment;
  if (guardRails.length === 0) return [];
  return [
    {
      id: "guard-rails",
      title: "Guard rails",
      summary: "whatever rights somebody has",
      columns: [{ title: "name" }, { title: "what it says" }],
      rows: guardRails.map(({ name, statement }) => [name, statement]),
    },
  ];
}

function purgesSection(cells: readonly PlannedCell[]): Section[] {
  const [first] = cells;
  if (first === undefined) return [];
  return [
    {
      id: "purges",
      title: "How stores are emptied of a tenant who leaves",
      columns: [{ title: "store" }, { title: "by" }, { title: "how" }, { title: "what shows it" }],
      rows: first.purges.map(({ store, by, how, proof }) => [
        store.replaceAll("-", " "),
        by.replaceAll("-", " "),
        how,
        proof,
      ]),
    },
  ];
}

function alarmsSection(cells: readonly PlannedCell[]): Section {
  return {
    id: "alarms",
    title: "Alarms of fullness",
    columns: [{ title: "alarm" }, { title: "at", align: right }, { title: "what it says" }],
    rows: cells.flatMap(({ alarms }) =>
      alarms.map(({ name, percent, description }) => [name, `${percent} %`, description]),
    ),
  };
}

function priceOfCells({ price }: MultiTenantPlan): Section {
  const [[, first] = []] = Object.entries(price.cells);
  return {
    id: "price",
    title: "Price a month",
    summary: `${dollars(price.monthly)} ${price.currency}${first === undefined ? "" : `, list prices of ${first.asOf}`}`,
    columns: [{ title: "cell" }, { title: "item" }, { title: price.currency, align: right }],
    rows: Object.entries(price.cells).flatMap(([cell, { lines }]) =>
      lines.map(({ item, amount }) => [cell, item, amount === null ? "unknown" : dollars(amount)]),
    ),
    notes: [...(first?.notes ?? []), `not in it: ${price.excluded.join("; ")}`],
  };
}

/** The multi-tenant backend as a report: what somebody wants to see before anything of it is made. */
export function multiTenantSections({ plan, resources }: ReportedMultiTenantPlan, detail: Detail): Section[] {
  const { cells } = plan;
  return [
    overview(plan),
    ...noticesSection({ notices: [...plan.notices] }),
    cellsSection(cells),
    ...tenantsSection(plan),
    keysSection(detail === "all" ? cells : cells.slice(0, 1)),
    ...identitiesSection(cells),
    egressSection(cells),
    ...guardRailsSection(plan),
    ...purgesSection(cells),
    alarmsSection(cells),
    resourceSection(resources, detail),
    priceOfCells(plan),
  ];
}
