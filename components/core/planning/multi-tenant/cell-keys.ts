import type { DataClass } from "../../product/service";
import type { CellKeyUse, PlannedCellIdentity, PlannedCellKey } from "./cell-plan";
import { cellServices } from "../../product/multi-tenant/tenancy";
import type { MultiTenantSpecification, SpecifiedCell } from "./specification";

/** Every use of a key, in the order of reports, with the classes of what is under it. Source: multi-tenant.md 4.2, 4.6. */
export const cellKeyUses: readonly { readonly use: CellKeyUse; readonly dataClasses: readonly DataClass[] }[] = [
  { use: "db", dataClasses: ["user-data", "identity", "secret"] },
  { use: "disk", dataClasses: ["user-data"] },
  { use: "object", dataClasses: ["user-data"] },
  { use: "cache", dataClasses: ["user-data", "identity"] },
  { use: "secret", dataClasses: ["secret"] },
  { use: "backup", dataClasses: ["user-data", "identity", "secret"] },
  { use: "log", dataClasses: ["operational"] },
  { use: "column", dataClasses: ["secret"] },
];

/** Days that a key of many tenants waits for its end: the longest both clouds have. */
const sharedWait = 30;

/** Bounds of the wait of a key. Source: multi-tenant.md 4.9. */
const shortestWait = 7;

/** Days that a key of one tenant waits: as long as backups are kept, so that the term is not longer for it. */
export function tenantKeyWait({ backupDays }: { readonly backupDays: number }): number {
  return Math.min(sharedWait, Math.max(shortestWait, backupDays));
}

/** The eight keys of a cell. */
export function cellKeys(cell: SpecifiedCell, { environment }: MultiTenantSpecification): PlannedCellKey[] {
  return cellKeyUses.map(({ use, dataClasses }) => {
    const existing = cell.customerKeys[use];
    return {
      use,
      name: `${cell.name}-${use}`,
      owner: existing === undefined ? "us" : "customer",
      ...(existing === undefined ? { rotationDays: 90 } : { existing }),
      dataClasses,
      waitDays: cell.tenancy === "pooled" ? sharedWait : tenantKeyWait(environment),
    };
  });
}

/** Names of service accounts of Google have at most 30 characters: the cell's has 16, a dash, and the rest of the name 13. */
const shortNames: Readonly<Record<string, string>> = {
  "sourcegraph-frontend": "frontend",
  "zoekt-webserver": "zoekt-web",
  "zoekt-indexserver": "zoekt-index",
  "syntect-server": "syntect",
  "otel-collector": "otel",
};

/** Service account of Kubernetes of a service: zoekt's two run in one pod. */
const podsOf: Readonly<Record<string, string>> = {
  "zoekt-webserver": "indexed-search",
  "zoekt-indexserver": "indexed-search",
};

const nobody = { database: "none", bucket: "none", keys: [], specialTenants: [], timeBound: false } as const;

/** Who acts in a cell, one identity each. Source: multi-tenant.md 4.4. */
export function cellIdentities({ name }: SpecifiedCell): PlannedCellIdentity[] {
  const named = (service: string): Pick<PlannedCellIdentity, "service" | "name"> => ({
    service,
    name: `${name}-${shortNames[service] ?? service}`,
  });
  const pods = cellServices
    // A pod has one identity, so that of the index is of both its containers.
    .filter(({ service }) => service !== "zoekt-indexserver")
    .map(({ service, bucket, columnKey, database, specialTenants }): PlannedCellIdentity => ({
      ...named(service),
      database: database ? "app" : "none",
      bucket,
      keys: columnKey ? [{ use: "column", may: "use" }] : [],
      specialTenants,
      serviceAccount: podsOf[service] ?? service,
      timeBound: false,
    }));
  return [
    ...pods,
    { ...nobody, ...named("otel-collector"), serviceAccount: "otel-collector" },
    { ...nobody, ...named("migrator"), database: "owner", serviceAccount: "migrator" },
    { ...nobody, ...named("db-set-up"), database: "administrator", serviceAccount: "db-set-up" },
    { ...nobody, ...named("operator"), database: "read-only", timeBound: true },
    { ...nobody, ...named("backup"), keys: [{ use: "backup", may: "use" }] },
    {
      ...nobody,
      ...named("cell-agent"),
      bucket: "create",
      keys: [{ use: "object", may: "administer" }],
      serviceAccount: "cell-agent",
    },
  ];
}
