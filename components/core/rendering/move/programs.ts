// The programs of a move that work on databases. They take where a database is from the variables its clients have, run in
// any shell with the programs of PostgreSQL, and print no secret.

const common = `set -eu
umask 077
export LC_ALL=C
folder=\${MOVE_FOLDER:-/move}
jobs=\${MOVE_JOBS:-4}

say() { echo "$*"; }
fail() { echo "failed: $*" >&2; exit 1; }

# use PREFIX: takes the variables of one database.
use() {
  for part in HOST PORT USER PASSWORD DATABASE SSLMODE; do
    eval "PG$part=\\\${$1$part-}"
    export "PG$part"
  done
  place=$PGHOST:$PGPORT/$PGDATABASE
}
# ask SQL: the answer, bare.
ask() { psql -XAtq -v ON_ERROR_STOP=1 -c "$1"; }
# alone NAME: nobody else may be connected; an exporter beside the server and the cloud's own agents do not count.
alone() {
  others=$(ask "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
    and usename is not null and usename not in ('rdsadmin', 'cloudsqladmin', 'cloudsqlagent')
    and not coalesce(client_addr <<= '127.0.0.0/8' or client_addr = '::1', false)")
  [ "$others" = 0 ] || fail "$1: somebody is connected ($others); stop everything but the databases first"
}
# contents FILE: writes what is in a database, a line each: rows of every table, state of every sequence, number of the rest.
# What materialized views hold is made anew.
contents() {
  psql -XAtq -v ON_ERROR_STOP=1 > "$1.new" << 'SQL'
select format('select %L || count(*) from %I.%I', format('rows %I.%I ', n.nspname, c.relname), n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
\\gexec
select format('select %L || last_value || %L || is_called from %I.%I', format('sequence %I.%I ', schemaname, sequencename), ' ',
  schemaname, sequencename) from pg_sequences
\\gexec
select 'extension ' || extname from pg_extension where extname not in ('plpgsql', 'pg_stat_statements');
with own as (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'),
  foreigners as (select classid, objid from pg_depend where deptype = 'e')
select 'number of ' || kind || ' ' || count(*) from (
  select 'relations ' || relkind::text as kind from pg_class where relnamespace in (select oid from own) and relkind <> 't'
    and ('pg_class'::regclass, oid) not in (select classid, objid from foreigners)
  union all select 'constraints ' || contype::text from pg_constraint where connamespace in (select oid from own) and contype <> 'n'
  union all select 'triggers' from pg_trigger where not tgisinternal
  union all select 'functions' from pg_proc where pronamespace in (select oid from own)
    and ('pg_proc'::regclass, oid) not in (select classid, objid from foreigners)
  union all select 'enum values' from pg_enum) as found group by kind;
SQL
  sort "$1.new" > "$1"
  rm "$1.new"
}
`;

const each = (databases: readonly { readonly service: string; readonly prefix: string }[], verb: string): string =>
  databases.map(({ service, prefix }) => `${verb} ${service} ${prefix}`).join("\n");

type Databases = Parameters<typeof each>[0];

/**
 * Dumps databases to folders below `$MOVE_FOLDER`, and counts what is in them. A dump counts when it is whole; the server
 * a dump is of is written down, and no other is dumped over it.
 */
export function dumpProgram(databases: Databases): string {
  return `#!/bin/sh
# Dumps databases and counts what is in them; safe to run again. A dump is never exchanged for one of another server.
${common}
# dump NAME PREFIX
dump() (
  use "$2"
  to=$folder/$1
  if [ -e "$to/source" ] && [ "$(cat "$to/source")" != "$place" ]; then
    fail "$1: $to holds a dump of $(cat "$to/source"); it is not exchanged for one of $place; move it away first"
  fi
  alone "$1"
  needed=$(ask "select coalesce(sum(pg_table_size(oid)), 0)::bigint / 1024 from pg_class where relkind in ('r', 'm')")
  free=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
  [ "$free" -gt "$needed" ] || fail "$1: its tables have $needed KiB, and $folder has only $free KiB left"
  rm -rf "$to.new"
  mkdir "$to.new"
  say "$1: dumping $place"
  contents "$to.new/contents"
  ask "select extname from pg_extension where extname <> 'plpgsql' order by 1" > "$to.new/extensions"
  pg_dump --format=directory --jobs="$jobs" --no-owner --no-acl --file="$to.new/data"
  alone "$1"
  contents "$to.new/contents-after"
  cmp -s "$to.new/contents" "$to.new/contents-after" || fail "$1: somebody wrote to it meanwhile; find out who, and run this again"
  printf '%s\\n' "$place" > "$to.new/source"
  sync
  rm -rf "$to"
  mv "$to.new" "$to"
  say "$1: $(grep -c '^rows ' "$to/contents") tables, $(du -sk "$to/data" | cut -f1) KiB"
)
${each(databases, "dump")}
say "every dump is whole"
`;
}

/**
 * Restores the dumps into databases, each time from the beginning, and compares what is in them then with what was counted.
 * The role needs no rights but to own its database.
 */
export function restoreProgram(databases: Databases): string {
  return `#!/bin/sh
# Restores dumps and compares; safe to run again until Sourcegraph runs on them. What the databases hold before is lost.
${common}
# empty: an empty database, owned by who is signed in. Who may not make databases drops what is his.
empty() {
  if [ "$(ask "select rolsuper from pg_roles where rolname = current_user")" = t ]; then
    psql -Xq -d template1 -v ON_ERROR_STOP=1 -v name="$PGDATABASE" << 'SQL'
drop database if exists :"name" with (force);
create database :"name" template template0;
SQL
  else
    ask "set client_min_messages = warning; drop owned by current_user cascade"
  fi
}
# extend NAME: the extensions the dump counts on. Statistics of statements are welcome and not needed.
extend() {
  while read -r extension; do
    if ! ask "set client_min_messages = warning; create extension if not exists \\"$extension\\""; then
      [ "$extension" = pg_stat_statements ] || fail "$1: somebody with the right to it has to create extension $extension"
    fi
  done < "$from/extensions"
}
# restore NAME PREFIX
restore() (
  use "$2"
  from=$folder/$1
  [ -e "$from/source" ] || fail "$1: there is no whole dump in $from"
  [ "$(cat "$from/source")" != "$place" ] || fail "$1: $place is the server the dump is of; it is left as it is"
  alone "$1"
  say "$1: restoring into $place"
  empty
  extend "$1"
  pg_restore --list "$from/data" |
    grep -Ev '^[0-9]+; [0-9]+ [0-9]+ (EXTENSION - |SCHEMA - public |COMMENT - (EXTENSION|SCHEMA public) )' > "$from/list"
  pg_restore --jobs="$jobs" --use-list="$from/list" --no-owner --no-acl --exit-on-error --dbname="$PGDATABASE" "$from/data"
  ask "set client_min_messages = error; analyze"
  contents "$from/restored"
  diff "$from/contents" "$from/restored" >&2 || fail "$1: it is not what was dumped (< counted then, > there now)"
  say "$1: equal, $(grep -c '^rows ' "$from/restored") tables"
)
${each(databases, "restore")}
say "every database is equal"
`;
}
