import { identifier, literal } from "./quoting";

/** Logins of a database of a cell. Names are plain identifiers: the plan makes them. */
export interface TenantLogins {
  /** Owns schema and tables; only the migrator uses it, and only while it runs. */
  readonly owner: string;
  /** What the product runs as: owns nothing, and no row filter lets it pass. */
  readonly app: string;
  /** What people look with: it reads, rows of one tenant at a time, and cannot sign in until somebody is let in. */
  readonly operator: string;
}

/** What is known of a database whose rows are told apart by tenant. */
export interface TenantDatabase extends TenantLogins {
  /** Name of the database. */
  readonly database: string;
  /** Schema with the product's tables; the product uses `public`. */
  readonly schema: string;
  /**
   * Tables that have no row filter by design: schema versions and site configuration. A release with more of them is
   * refused until somebody has looked. Source: multi-tenant.md 1.3, counted in release 7.2.1943.
   */
  readonly withoutFilter: number;
  /** Whether the owner is filtered as well, but while the migrator runs. The product as shipped does not do that. */
  readonly forced: boolean;
}

/** Session setting that names the tenant. Source: multi-tenant.md 1.3. */
export const tenantSetting = "app.current_tenant";

/** Hours for which somebody is let in at most, and sessions there may be. */
export const operatorHours = 8;
const operatorSessions = 3;

/** What the product may do with rows; not TRUNCATE, REFERENCES and TRIGGER, which no row filter holds back. */
const rowRights = "select, insert, update, delete";

/** Rights by which a table or its rows can be changed. */
const changes = "insert, update, delete, truncate, references, trigger";

/**
 * Makes the logins, or makes them again what they have to be: whoever was let in as an operator is out. For psql, as the
 * administrator of the server, who need be no superuser; passwords come from the variables APP_PASSWORD and OWNER_PASSWORD and
 * are in no text.
 */
export function loginsSql({ owner, app, operator }: TenantLogins): string {
  return `-- ${app} is what the product runs as; ${owner} owns the tables and is for migrations only; ${operator} reads.
\\set ON_ERROR_STOP on
set client_min_messages = warning;
${loginSql(owner, "OWNER_PASSWORD")}
${loginSql(app, "APP_PASSWORD")}
${madeSql(operator)}
alter role ${identifier(operator)} nologin nocreatedb nocreaterole connection limit ${operatorSessions} password null;
alter role ${identifier(operator)} set default_transaction_read_only = on;
alter role ${identifier(operator)} set idle_session_timeout = '15min';
${noMemberSql([app, operator])}`;
}

const madeSql = (name: string): string =>
  `select ${literal(`create role ${identifier(name)}`)} where not exists (select from pg_roles where rolname = ${literal(name)}) \\gexec`;

/** A login with the password of a variable. */
const loginSql = (name: string, variable: string): string => `\\set secret \`printenv ${variable}\`
${madeSql(name)}
alter role ${identifier(name)} login nocreatedb nocreaterole password :'secret';`;

/** Whatever logins were made members of, they are no longer. */
const noMemberSql = (
  names: readonly string[],
): string => `-- Whatever these logins were made members of, they are no longer.
select format('revoke %I from %I', granted.rolname, member.rolname)
from pg_auth_members m
join pg_roles granted on granted.oid = m.roleid
join pg_roles member on member.oid = m.member
where member.rolname in (${names.map(literal).join(", ")}) \\gexec
`;

/**
 * Lets the product's login use what is there, and what later migrations make. Once before the first migration, as the
 * administrator; it may be run again at any time.
 */
export function grantsSql({ owner, app, operator, database, schema }: TenantDatabase): string {
  const inSchema = `in schema ${identifier(schema)}`;
  const both = `${identifier(app)}, ${identifier(operator)}`;
  return `-- Rights of ${app} in ${database}: rows, never tables. ${operator} reads them.
\\set ON_ERROR_STOP on
set client_min_messages = warning;
grant ${identifier(owner)} to current_user;
revoke all on database ${identifier(database)} from public, ${both};
grant connect on database ${identifier(database)} to ${both}, ${identifier(owner)};
grant create, temporary on database ${identifier(database)} to ${identifier(owner)};
create schema if not exists ${identifier(schema)};
alter schema ${identifier(schema)} owner to ${identifier(owner)};
set role ${identifier(owner)};
revoke all on schema ${identifier(schema)} from public, ${both};
grant usage on schema ${identifier(schema)} to ${both};
revoke all on all tables ${inSchema} from public, ${both};
grant ${rowRights} on all tables ${inSchema} to ${identifier(app)};
grant select on all tables ${inSchema} to ${identifier(operator)};
grant usage, select, update on all sequences ${inSchema} to ${identifier(app)};
alter default privileges ${inSchema} grant ${rowRights} on tables to ${identifier(app)};
alter default privileges ${inSchema} grant select on tables to ${identifier(operator)};
alter default privileges ${inSchema} grant usage, select, update on sequences to ${identifier(app)};
reset role;
-- Who administers the server does not own the rows.
revoke ${identifier(owner)} from current_user;
`;
}

/**
 * Makes a database of one tenant with a login that opens no other, or makes both again what they have to be; tables are the
 * owner's, as everywhere in the cell. For psql, as the administrator of the server; it goes on in the new database. The password
 * comes from the variable TENANT_PASSWORD.
 */
export function tenantDatabaseSql(tenant: TenantDatabase): string {
  const { app, database } = tenant;
  return `-- ${database} is of one tenant, and ${app} opens it alone.
\\set ON_ERROR_STOP on
set client_min_messages = warning;
${loginSql(app, "TENANT_PASSWORD")}
${noMemberSql([app])}select ${literal(`create database ${identifier(database)}`)} where not exists (select from pg_database where datname = ${literal(database)}) \\gexec
-- Databases of the server itself are open to everybody by default.
select format('revoke connect on database %I from public', datname) from pg_database
where pg_has_role(datdba, 'usage') and datallowconn \\gexec
\\connect ${identifier(database)}
${grantsSql(tenant)}`;
}

/**
 * Lists what the login of one tenant may open beside its own database, a line each; nothing where it is right. As any login.
 */
export function tenantReachSql({ app, database }: Pick<TenantDatabase, "app" | "database">): string {
  const role = `(select oid from pg_roles where rolname = ${literal(app)})`;
  return `-- Every line is a weakness.
select 'the tenant''s login may open: ' || datname from pg_database
where datallowconn and datname <> ${literal(database)} and has_database_privilege(${role}, oid, 'connect')
union all
select 'the tenant''s login is a member of: ' || rolname from pg_roles
where rolname <> ${literal(app)} and pg_has_role(${role}, oid, 'member')
union all
select 'the tenant''s login is a superuser, passes row filters or makes roles: ' || rolname from pg_roles
where rolname = ${literal(app)} and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)
order by 1;
`;
}

/** Takes the database of a tenant away, and its login. As the administrator of the server, outside that database. */
export function dropTenantSql({ app, database }: Pick<TenantDatabase, "app" | "database">): string {
  return `\\set ON_ERROR_STOP on
drop database if exists ${identifier(database)} with (force);
drop role if exists ${identifier(app)};
`;
}

/**
 * Filters the owner as well, or no longer. Before a migration `off`, after it `on`: the shipped migrations see every tenant.
 * As the owner.
 */
export function forceSql({ schema, owner }: TenantDatabase, to: "on" | "off"): string {
  return `-- ${to === "on" ? "The owner is filtered, too." : "The owner is not filtered while the migrator runs."}
do $$
declare each regclass;
begin
  for each in
    select c.oid from pg_class c
    where c.relnamespace = ${literal(schema)}::regnamespace and c.relkind in ('r', 'p') and c.relrowsecurity
      and pg_get_userbyid(c.relowner) = ${literal(owner)}
  loop
    execute format('alter table %s ${to === "on" ? "" : "no "}force row level security', each);
  end loop;
end $$;
`;
}

/** Each weakness a database can have, as a query that names what has it. */
function weaknesses({ owner, app, operator, schema, withoutFilter, forced }: TenantDatabase): [string, string][] {
  const space = `${literal(schema)}::regnamespace`;
  const role = `(select oid from pg_roles where rolname = ${literal(app)})`;
  const tables = `pg_class c where c.relnamespace = ${space} and c.relkind in ('r', 'p')`;
  return [
    [
      "the product's login is a superuser, passes row filters or makes roles",
      `select rolname from pg_roles where rolname = ${literal(app)} and (rolsuper or rolbypassrls or rolcreaterole)`,
    ],
    [
      "the product's login is a member of a role",
      `select rolname from pg_roles where rolname <> ${literal(app)} and pg_has_role(${role}, oid, 'member')`,
    ],
    [
      `a table is not owned by ${owner}`,
      `select c.relname from ${tables} and pg_get_userbyid(c.relowner) <> ${literal(owner)}`,
    ],
    [
      "the product's login may do more than read and write rows",
      `select c.relname from ${tables} and has_table_privilege(${role}, c.oid, 'truncate, references, trigger')`,
    ],
    [
      "the product's login may make tables",
      `select nspname from pg_namespace where oid = ${space} and has_schema_privilege(${role}, oid, 'create')`,
    ],
    [
      `more than ${withoutFilter} tables have no row filter`,
      `select relname from (select c.relname, count(*) over () as n from ${tables} and not (c.relrowsecurity and exists (select from pg_policy p where p.polrelid = c.oid))) t where n > ${withoutFilter}`,
    ],
    [
      "a table has more than one permissive row filter, so that either lets a row pass",
      `select c.relname from ${tables} and (select count(*) from pg_policy p where p.polrelid = c.oid and p.polpermissive) > 1`,
    ],
    [
      `a row filter does not compare the tenant with ${tenantSetting}`,
      `select c.relname || '.' || p.polname from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = ${space} and p.polpermissive and (pg_get_expr(p.polqual, p.polrelid) not like case c.relname when 'tenants' then '%id%' else '%tenant_id%' end or pg_get_expr(p.polqual, p.polrelid) not like ${literal(`%${tenantSetting}%`)})`,
    ],
    [
      "a view runs with its owner's rights",
      `select c.relname from pg_class c where c.relnamespace = ${space} and c.relkind = 'v' and not coalesce(c.reloptions @> array['security_invoker=true'] or c.reloptions @> array['security_invoker=on'], false)`,
    ],
    [
      "a function runs with its owner's rights",
      `select p.proname from pg_proc p where p.pronamespace = ${space} and p.prosecdef and has_function_privilege(${role}, p.oid, 'execute')`,
    ],
    [
      "the operators' login is a superuser, passes row filters or makes roles",
      `select rolname from pg_roles where rolname = ${literal(operator)} and (rolsuper or rolbypassrls or rolcreaterole)`,
    ],
    [
      "the operators' login is a member of a role",
      `select rolname from pg_roles where rolname <> ${literal(operator)} and pg_has_role((select oid from pg_roles where rolname = ${literal(operator)}), oid, 'member')`,
    ],
    [
      "the operators' login may do more than read rows",
      `select c.relname from ${tables} and has_table_privilege((select oid from pg_roles where rolname = ${literal(operator)}), c.oid, '${changes}')`,
    ],
    [
      `the operators' login may sign in for more than ${operatorHours} hours`,
      `select rolname from pg_roles where rolname = ${literal(operator)} and rolcanlogin and not coalesce(rolvaliduntil <= now() + interval '${operatorHours} hours', false)`,
    ],
    ...(forced
      ? ([
          [
            "the owner is not filtered",
            `select c.relname from ${tables} and c.relrowsecurity and not c.relforcerowsecurity`,
          ],
        ] satisfies [string, string][])
      : []),
  ];
}

/**
 * Lists what is weaker than it has to be, a line each, `what: which`; nothing where the set-up is right. After every
 * migration, before the new release serves anybody. Any login may run it.
 */
export function lintSql(database: TenantDatabase): string {
  const queries = weaknesses(database).map(
    ([what, query]) => `select ${literal(what)} || ': ' || which from (${query}) as found(which)`,
  );
  return `-- Every line is a weakness.\n${queries.join("\nunion all ")}\norder by 1;\n`;
}

/** Table of the canary: written under one tenant, and not to be seen under another. */
const canaryTable = "sourcegraph_canary";

/** Makes the canary's table, with the row filter of the product's own tables. As the owner. */
export function canaryTableSql({ schema }: TenantDatabase): string {
  const table = `${identifier(schema)}.${canaryTable}`;
  return `create table if not exists ${table} (
  tenant_id integer not null default (current_setting('${tenantSetting}')::integer),
  written timestamptz not null default now()
);
alter table ${table} enable row level security;
drop policy if exists tenant_isolation_policy on ${table};
create policy tenant_isolation_policy on ${table}
  using (tenant_id = (select current_setting('${tenantSetting}')::integer));
`;
}

/**
 * The canary probe: writes under one tenant, reads it, and fails unless another tenant, and a session of no tenant, can
 * neither read nor write it, nor any row of the first tenant in any table. As the product's login; it leaves nothing behind.
 * Answers `canary passed, N tables`, the tables in which the first tenant has rows.
 */
export function canarySql(
  { schema }: TenantDatabase,
  tenants: { readonly own: number; readonly other: number },
): string {
  const table = `${identifier(schema)}.${canaryTable}`;
  const { own, other } = tenants;
  return `begin;
do $$
declare
  each record;
  seen bigint;
  shared integer := 0;
begin
  if coalesce(current_setting('${tenantSetting}', true), '') <> '' then
    raise exception 'the connection still names tenant % of whoever used it before', current_setting('${tenantSetting}');
  end if;
  perform set_config('${tenantSetting}', '${own}', true);
  insert into ${table} default values;
  select count(*) into seen from ${table} where tenant_id = ${own};
  if seen = 0 then raise exception 'tenant ${own} does not see the row it wrote'; end if;
  perform set_config('${tenantSetting}', '${other}', true);
  begin
    insert into ${table} (tenant_id) values (${own});
    raise exception 'tenant ${other} wrote a row of tenant ${own}';
  exception when insufficient_privilege then null;
  end;
  for each in
    select c.oid::regclass as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = ${literal(schema)}::regnamespace and c.relkind in ('r', 'p', 'v')
      and a.attname = 'tenant_id' and not a.attisdropped and has_table_privilege(c.oid, 'select')
    order by c.relkind, c.relname
  loop
    execute format('select count(*) from %s where tenant_id = ${own}', each.name) into seen;
    if seen > 0 then raise exception 'tenant ${other} sees rows of tenant ${own} in %: %', each.name, seen; end if;
    perform set_config('${tenantSetting}', '', true);
    begin
      execute format('select count(*) from %s where tenant_id = ${own}', each.name) into seen;
      if seen > 0 then raise exception 'no tenant sees rows of tenant ${own} in %: %', each.name, seen; end if;
    exception when invalid_text_representation then null;
    end;
    perform set_config('${tenantSetting}', '${own}', true);
    execute format('select count(*) from %s where tenant_id = ${own}', each.name) into seen;
    if seen > 0 then shared := shared + 1; end if;
    perform set_config('${tenantSetting}', '${other}', true);
  end loop;
  perform set_config('${tenantSetting}', '', true);
  perform set_config('sourcegraph.canary', 'canary passed, ' || shared || ' tables', true);
end $$;
select current_setting('sourcegraph.canary');
rollback;
`;
}

/**
 * Lists every table in which a tenant still has rows, `table|rows`; nothing after the database was purged. As the owner; where
 * the owner is filtered, under the tenant itself.
 */
export function purgeVerificationSql({ schema, forced }: TenantDatabase, tenant: number): string {
  return `${forced ? `set ${tenantSetting} = '${tenant}';\n` : ""}select name, rows from (
  select c.relname as name,
    (xpath('/row/rows/text()', query_to_xml(format('select count(*) as rows from %s where tenant_id = ${tenant}', c.oid::regclass), false, true, '')))[1]::text::bigint as rows
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  where c.relnamespace = ${literal(schema)}::regnamespace and c.relkind = 'r' and a.attname = 'tenant_id' and not a.attisdropped
) counted where rows > 0 order by name;
`;
}
