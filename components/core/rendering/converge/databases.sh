# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What backup.sh, restore.sh and drill.sh have in common; read by them, not run. Which databases there are says
# databases.json beside it.
#
# From the environment: SOURCEGRAPH_ROOT, the folder that holds state and backups (default: that of the machine);
# SOURCEGRAPH_CONTAINERS, what the names of the containers begin with, on a host where nothing converges.

say() { echo "sourcegraph: $*"; }
refuse() { # refuse MESSAGE
  say "refused: $*; nothing was changed" >&2
  exit 3
}
lack() { # lack MESSAGE
  say "failed: $*; nothing was changed" >&2
  exit 4
}

programs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=${SOURCEGRAPH_ROOT:-$(dirname "$(dirname "$programs")")}
prefix=${SOURCEGRAPH_CONTAINERS:-}
state=$root/state
backups=$root/backups
leeway=1024 # MiB that stay free on the disk
mkdir -p "$state"
[ -d "$backups" ] || mkdir -m 700 "$backups"

# Where backups are copied to besides, as the pointer says it; no such file where they are not.
store=$state/backup-store.json
if jq -e '.backups | select(. != null)' "$state/pointer.json" > "$store.new" 2> /dev/null; then mv "$store.new" "$store"; else rm -f "$store.new" "$store"; fi

planned() { jq -er "$@" "$programs/databases.json"; }
release=$(planned .release)
services=$(planned '.databases[] | select(.place == "bundled") | .service')
# named SERVICE: its container, database and user, into variables
named() {
  service=$1
  container=$prefix$(planned --arg service "$1" '.databases[] | select(.service == $service) | .container')
  database=$(planned --arg service "$1" '.databases[] | select(.service == $service) | .database')
  user=$(planned --arg service "$1" '.databases[] | select(.service == $service) | .user')
}

held() { # held: nothing else may be on its way; keeps the lock of converge.sh
  [ -n "${SOURCEGRAPH_LOCKED:-}" ] || { exec 8> "$state/lock"; flock -n 8 || lack "an upgrade, a backup or a restore is on its way"; }
}
settled() { # settled: the release in place is the one these programs are of
  local installed
  [ ! -s "$state/journal.json" ] || refuse "the upgrade to $(jq -r .to.release "$state/journal.json") is not over"
  [ -s "$state/status.json" ] || return 0
  installed=$(jq -r '.installed.release // ""' "$state/status.json") || lack "$state/status.json is damaged"
  [ "$installed" = "$release" ] || [ -n "$prefix" ] || refuse "${installed:-nothing} is in place, and this is the program of $release"
}

psql() { # psql CONTAINER USER DATABASE [ARGUMENT...]: bare answers; errors show no rows
  docker exec -i -e PGOPTIONS='-c client_min_messages=warning' "$1" psql -XAtq --set ON_ERROR_STOP=1 --set VERBOSITY=terse --set SHOW_CONTEXT=never --username "$2" --dbname "$3" "${@:4}"
}
answering() { # answering CONTAINER: waits until its server takes connections; one that is being made listens to no address
  local end=$((SECONDS + 600))
  until docker exec "$1" pg_isready --quiet --host 127.0.0.1 > /dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 1
  done
}
identifier() { jq -rn --arg name "$1" '"\"" + ($name | gsub("\""; "\"\"")) + "\""'; }

# In every session that computes checksums: how values are written must not depend on settings.
manner="set search_path = ''; set datestyle = 'ISO'; set intervalstyle = 'postgres'; set timezone = 'UTC';
  set bytea_output = 'hex'; set extra_float_digits = 1; set idle_in_transaction_session_timeout = 0; set statement_timeout = 0;"
# Of each table, one JSON text a line: rows, and the sum of the hashes of all rows, which is the same in any order.
contents="select format('select json_build_object(''name'', %L, ''rows'', count(*), ''checksum'', coalesce(sum(hashtextextended((t.*)::text, 0)), 0)::text) from only %I.%I as t',
    n.nspname || '.' || c.relname, n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by n.nspname, c.relname
\\gexec"

free() { df --output=avail -BM "$root" | tail -n 1 | tr -dc 0-9; }
literal() { echo "'${1//\'/\'\'}'"; }

whole() { # whole FOLDER: whether a backup is complete and every file as it was written
  local file sum
  jq -e '.schema == 1 and .complete == true and (.databases | length > 0)' "$1/backup.json" > /dev/null 2>&1 ||
    { echo "it is not complete"; return 1; }
  while read -r file sum; do
    [ -e "$1/$file" ] || { echo "$file is missing"; return 1; }
    sha256sum --status -c <<< "$sum  $1/$file" || { echo "$file is damaged"; return 1; }
  done < <(jq -r '.databases[] | "\(.service).sql.gz \(.sha256)"' "$1/backup.json")
}

fill() { # fill CONTAINER USER DATABASE FILE: makes a database anew out of a dump; what was called so is gone
  local name
  name=$(identifier "$3")
  psql "$1" "$2" template1 --command "drop database if exists $name with (force)" \
    --command "create database $name template template0" || return
  gzip -dc "$4" | psql "$1" "$2" "$3" > /dev/null
}
differing() { # differing CONTAINER USER DATABASE BACKUP-FOLDER SERVICE: names of the tables that are not as backed up
  { echo "$manner"; echo "$contents"; } | psql "$1" "$2" "$3" | jq -rs --arg service "$5" --slurpfile backup "$4/backup.json" '
    def rows: map({(.name): [.rows, .checksum]}) | add // {};
    rows as $now | ($backup[0].databases[] | select(.service == $service).tables | rows) as $saved
    | ($now + $saved) | keys[] | select($now[.] != $saved[.])'
}
