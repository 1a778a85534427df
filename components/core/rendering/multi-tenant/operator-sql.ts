import { identifier, literal } from "./quoting";
import { operatorHours, type TenantDatabase, type TenantLogins } from "./sql";

/**
 * Lets somebody in as the operator, until a time that is at most eight hours away by the clock of the server. For psql, as the
 * administrator; the password comes from the variable OPERATOR_PASSWORD, is made for this time, and is in no text.
 *
 * @param until time of ISO 8601
 */
export function admitSql({ operator }: Pick<TenantLogins, "operator">, until: string): string {
  return `\\set ON_ERROR_STOP on
do $$
begin
  if timestamptz ${literal(until)} <= now() then raise exception 'the end has passed: %', ${literal(until)}; end if;
  if timestamptz ${literal(until)} > now() + interval '${operatorHours} hours' then
    raise exception 'the end is more than ${operatorHours} hours away: %', ${literal(until)};
  end if;
end $$;
\\set secret \`printenv OPERATOR_PASSWORD\`
alter role ${identifier(operator)} login valid until ${literal(until)} password :'secret';
`;
}

/**
 * Shows that whoever is let in reads and no more, and when that ends; fails where it is not so. As the operator. Answers
 * `read-only until TIME`.
 */
export function readOnlySql({ operator, schema }: Pick<TenantDatabase, "operator" | "schema">): string {
  return `begin;
do $$
declare
  found text;
  ends timestamptz;
begin
  if current_user <> ${literal(operator)} then raise exception 'this is %, not the operator', current_user; end if;
  select string_agg(c.relname, ', ' order by c.relname) into found from pg_class c
    where c.relnamespace = ${literal(schema)}::regnamespace and c.relkind in ('r', 'p', 'v')
      and has_table_privilege(c.oid, 'insert, update, delete, truncate, references, trigger');
  if found is not null then raise exception 'the operator may change %', found; end if;
  if has_schema_privilege(${literal(schema)}, 'create') then raise exception 'the operator may make tables'; end if;
  select string_agg(rolname, ', ') into found from pg_roles
    where rolname <> current_user and pg_has_role(current_user, oid, 'member');
  if found is not null then raise exception 'the operator is a member of %', found; end if;
  select rolvaliduntil into ends from pg_roles
    where rolname = current_user and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb);
  if ends is null or ends > now() + interval '${operatorHours} hours' then
    raise exception 'the operator is let in without an end, or has rights over roles';
  end if;
  perform set_config('sourcegraph.operator', to_char(ends at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), true);
end $$;
select 'read-only until ' || current_setting('sourcegraph.operator');
rollback;
`;
}

/**
 * Lets nobody in any more, and ends the sessions that are open: the end of a password ends none of them. As the administrator.
 * Answers the number of sessions that are left: 0.
 */
export function dismissSql({ operator }: Pick<TenantLogins, "operator">): string {
  return `\\set ON_ERROR_STOP on
set client_min_messages = warning;
alter role ${identifier(operator)} nologin password null;
grant ${identifier(operator)} to current_user;
do $$
begin
  perform pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = ${literal(operator)};
end $$;
revoke ${identifier(operator)} from current_user;
select count(*) from pg_stat_activity where usename = ${literal(operator)};
`;
}
