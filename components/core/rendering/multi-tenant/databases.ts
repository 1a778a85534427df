import { filteredTables } from "../../product/multi-tenant/tenancy";
import type { MultiTenantPlan, PlannedCell, PlannedIsolation } from "../../planning/multi-tenant/multi-tenant-plan";
import { cellNamed, type ProcedureAction } from "../../planning/multi-tenant/procedures/procedure";
import { singleTenant } from "../../product/multi-tenant/tenancy";
import { admitSql, dismissSql, readOnlySql } from "./operator-sql";
import { canarySql, grantsSql, lintSql, loginsSql, purgeVerificationSql, type TenantDatabase } from "./sql";

/** Schema of the product's tables. */
const schema = "public";

/** A database of a cell, as its set-up and its checks need it. */
export interface CellDatabase {
  /** Which of the three. */
  readonly name: PlannedCell["logins"]["databases"][number]["name"];
  /** Name of the server's resource. */
  readonly resource: string;
  /** Extensions that the administrator makes. */
  readonly extensions: readonly string[];
  /** What queries are made from. */
  readonly tenants: TenantDatabase;
}

/** The databases of a cell. */
export function cellDatabases({ logins }: Pick<PlannedCell, "logins">): CellDatabase[] {
  return logins.databases.map(({ name, resource, database, extensions }) => ({
    name,
    resource,
    extensions,
    tenants: {
      owner: logins.owner.user,
      app: logins.app.user,
      operator: logins.operator,
      database,
      schema,
      withoutFilter: filteredTables[name].exempt,
      forced: logins.forced,
    },
  }));
}

/** The database of an isolated tenant, on the server of one of the cell's: its tables are the cell's owner's. */
export function tenantDatabase({ tenants }: CellDatabase, { database, login }: PlannedIsolation): TenantDatabase {
  return { ...tenants, database, app: login };
}

/** What is said to a database before the first migration, and again whenever it changes; it may be said at any time. */
export function setUpSql({ extensions, tenants }: CellDatabase): string {
  const made = extensions.map((extension) => `create extension if not exists "${extension}";`);
  return [loginsSql(tenants), ...made, grantsSql(tenants)].join("\n");
}

/** Lists the tenants that are not deleted. As the owner. */
export const tenantsLeftSql = "select id, name, state from tenants where state <> 'deleted' order by id;\n";

/** Texts of a query of a procedure, one for each database it asks. */
export function queryTexts(
  plan: MultiTenantPlan,
  action: Extract<ProcedureAction, { readonly kind: "sql" }>,
): { readonly database: string; readonly sql: string }[] {
  const asked: readonly string[] = action.databases;
  return cellDatabases(cellNamed(plan, action.cell))
    .filter(({ name }) => asked.includes(name))
    .map(({ resource, tenants }) => ({ database: resource, sql: sqlOf(action, tenants) }));
}

function sqlOf(
  { query, tenant = singleTenant, until = "" }: Extract<ProcedureAction, { readonly kind: "sql" }>,
  database: TenantDatabase,
): string {
  switch (query) {
    case "canary":
      return canarySql(database, { own: tenant, other: singleTenant });
    case "purge-verification":
      return purgeVerificationSql(database, tenant);
    case "lint":
      return lintSql(database);
    case "tenants-left":
      return tenantsLeftSql;
    case "admit":
      return admitSql(database, until);
    case "read-only":
      return readOnlySql(database);
    case "dismiss":
      return dismissSql(database);
  }
}
