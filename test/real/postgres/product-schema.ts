// A schema that stands in for the product's: the same kind of tables, row filters, special values and views, far fewer of
// them. Source: multi-tenant.md 1.3.

const setting = "(select current_setting('app.current_tenant'))";

function tenantTable(name: string, columns: string, admits: readonly string[] = []): string {
  const special = admits.map((each) => `${setting} = '${each}' or `).join("");
  return `create table ${name} (
  id bigserial,
  ${columns},
  tenant_id integer not null default (current_setting('app.current_tenant')::integer)
);
alter table ${name} enable row level security;
create policy tenant_isolation_policy on ${name}
  using (${special}tenant_id = (select nullif(current_setting('app.current_tenant'), '')::integer));
`;
}

/** What the stand-in of the migrator makes at its first run. */
export const firstMigration = `
create table migration_logs (id bigserial, schema text, version integer);
insert into migration_logs (schema, version) values ('frontend', 1);
create table critical_and_site_config (id bigserial, contents text);
create table tenants (id integer primary key, name text not null);
alter table tenants enable row level security;
create policy tenant_isolation_policy on tenants
  using (${setting} = 'servicetenant' or id = (select nullif(current_setting('app.current_tenant'), '')::integer));
${tenantTable("repo", "name text not null", ["workertenant", "zoekttenant"])}
create unique index repo_name on repo (name, tenant_id);
${tenantTable("users", "username text not null", ["workertenant"])}
create unique index users_username on users (username, tenant_id);
create view repo_names with (security_invoker = true) as select name, tenant_id from repo;
`;

/** What the migrator of the next release adds. */
export const nextMigration = `
${tenantTable("saved_searches", "query text not null")}
insert into migration_logs (schema, version) values ('frontend', 2);
`;
