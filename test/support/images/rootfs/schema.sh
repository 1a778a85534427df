# shellcheck shell=sh
# What the migrator and the frontend both know: the three databases, how releases follow each other, and what the table of
# migrations says. Part of the stand-ins.

# ordinal RELEASE: the number of its minor release in the order of all; nothing for what is no release.
ordinal() {
  echo "${1#v}" | awk -F. '$1 ~ /^[3-7]$/ && $2 ~ /^[0-9]+$/ { split("0 0 0 44 50 62 75", before, " "); print before[$1] + $2 }'
}
# minor ORDINAL: the minor release of that number.
minor() {
  awk -v n="$1" 'BEGIN { split("0 44 50 62 75", first, " "); for (i = 5; n < first[i]; i--); print (i + 2) "." (n - first[i]) }'
}
# prefix SCHEMA: what its variables begin with.
prefix() {
  case $1 in frontend) echo PG ;; codeintel) echo CODEINTEL_PG ;; codeinsights) echo CODEINSIGHTS_PG ;; esac
}
# value NAME: what the variable of that name has; nothing where there is none.
value() { eval "printf %s \"\${$1:-}\""; }
# query SCHEMA SQL...: what the database of a schema answers, unaligned; an error where it does not. Each is a transaction.
query() (
  p=$(prefix "$1") of=$1
  shift
  source=$(value "${p}DATASOURCE") host=$(value "${p}HOST") port=$(value "${p}PORT") user=$(value "${p}USER")
  database=$(value "${p}DATABASE") password=$(value "${p}PASSWORD")
  default=sg
  if [ "$of" = codeinsights ]; then default=postgres; fi
  unset PGDATASOURCE PGSSLMODE
  export PGCONNECT_TIMEOUT=5
  if [ -n "$source" ]; then
    unset PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD
    database=$source
  else
    export PGHOST="$host" PGPORT="${port:-5432}" PGUSER="${user:-$default}" PGDATABASE="${database:-$default}" PGPASSWORD="$password"
    database=dbname=$PGDATABASE
  fi
  for sql; do
    set -- "$@" -c "$sql"
    shift
  done
  psql -qtAX -v ON_ERROR_STOP=1 -d "$database" "$@"
)
# version SCHEMA: the number of the minor release its migrations have come to; empty for an empty database.
version() {
  if [ "$(query "$1" "select to_regclass('migration_logs') is not null")" != t ]; then return; fi
  query "$1" "select max(version) from (select distinct on (version) version, up, success from migration_logs
    where success order by version, id desc) latest where up"
}
# dirty SCHEMA: the migrations whose last attempt did not succeed, one a line.
dirty() {
  if [ "$(query "$1" "select to_regclass('migration_logs') is not null")" != t ]; then return; fi
  query "$1" "select version from (select distinct on (version) version, success from migration_logs
    order by version, id desc) latest where not coalesce(success, false)"
}
