#!/bin/bash
# Backs up the databases: one folder below backups, with a dump of each and backup.json.
#
#   bash current/backup.sh [--id ID] [--kind daily|order|safety]
#
# Every database is dumped while it runs, in one snapshot of it, and the rows and checksums of its tables are taken in
# the same snapshot. The folder is there when all of it is, and not before. Where the pointer says so it is copied to
# the cloud's store, from which it is fetched again when it is restored.
#
# Ends with 0 when the backup is complete; with 3 when there is none to make; with 4 when it could not be made, 5 when
# it could not be copied. From the environment: what databases.sh says; SOURCEGRAPH_KEEP, in place of the planned number
# of backups that are kept here.
set -euo pipefail
export LC_ALL=C
umask 077
# shellcheck source=databases.sh
. "$(dirname "${BASH_SOURCE[0]}")/databases.sh"

id=$(date -u +%Y%m%dT%H%M%SZ) kind=order
while [ $# -gt 0 ]; do
  case $1 in
    --id) id=$2 ;;
    --kind) kind=$2 ;;
    *) sed -n '4s/^# *//p' "$0" >&2; exit 2 ;;
  esac
  shift 2
done
[[ $id =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$ ]] || refuse "'$id' is not an id of a backup"
new=$backups/$id.new
part=67108864 # bytes of a part in the store

dumped() { # dumped: the database that is named, into $new; its entry of backup.json
  local snapshot size postgres session
  mkfifo "$new/asked" "$new/answered"
  psql "$container" "$user" "$database" < "$new/asked" > "$new/answered" &
  session=$!
  exec 5> "$new/asked" 6< "$new/answered"
  echo "$manner begin isolation level repeatable read read only;
    select pg_export_snapshot(), pg_database_size(current_database()), current_setting('server_version');" >&5
  IFS='|' read -r snapshot size postgres <&6 || return
  echo "$contents" >&5
  docker exec "$container" pg_dump --username "$user" --dbname "$database" --snapshot "$snapshot" --no-owner --no-acl \
    5>&- 6<&- | gzip --fast > "$new/$service.sql.gz" 5>&- 6<&- || return
  # The snapshot is kept for the dump until here.
  echo "commit;" >&5
  exec 5>&-
  cat <&6 > "$new/tables" || return
  exec 6<&-
  wait "$session" || return
  rm "$new/asked" "$new/answered"
  jq -s --arg service "$service" --arg postgres "$postgres" --argjson size "$size" --argjson bytes "$(stat -c %s "$new/$service.sql.gz")" \
    --arg sha256 "$(sha256sum < "$new/$service.sql.gz" | cut -d' ' -f1)" --slurpfile plan "$programs/databases.json" \
    '($plan[0].databases[] | select(.service == $service) | {name, service, database, user})
      + {postgres: $postgres, size: $size, bytes: $bytes, sha256: $sha256, tables: .}' "$new/tables" >> "$new/entries"
}

copied() { # copied: the backup is in the store too; its backup.json comes last
  local kind url place file number count
  kind=$(jq -r .kind "$store")
  url=$(jq -r '"\(.url)/\(.prefix)"' "$store")/$id
  place=$backups/$id
  # What is there already stays: on Google Cloud this machine may not write over it.
  send() {
    /usr/local/sbin/sourcegraph-fetch request "$kind" -o /dev/null -I "$2" 2> /dev/null ||
      /usr/local/sbin/sourcegraph-fetch request "$kind" -o /dev/null -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$1" "$2"
  }
  for file in "$place"/*.sql.gz; do
    count=$((($(stat -c %s "$file") + part - 1) / part))
    for ((number = 0; number < count; number++)); do
      dd if="$file" of="$place/.part" bs=$part skip="$number" count=1 iflag=fullblock status=none || return
      send "$place/.part" "$url/$(basename "$file").$number" || return
    done
  done
  rm -f "$place/.part"
  send "$place/backup.json" "$url/backup.json"
}

held
settled
[ ! -e "$state/restore.json" ] || [ "$kind" = safety ] || refuse "a restore is not over"
# What was interrupted is of no use to anybody.
rm -rf "$backups"/*.new
[ -n "$services" ] || refuse "no database of this instance is its own: they are backed up where they are"

if [ ! -e "$backups/$id/backup.json" ]; then
  needed=0
  for name in $services; do
    named "$name"
    size=$(psql "$container" "$user" "$database" --command "select pg_database_size(current_database())") || lack "$container does not answer"
    needed=$((needed + size))
  done
  # A compressed dump is hardly ever as large as half of what a database keeps with its indexes.
  needed=$(((needed >> 21) + leeway))
  [ "$(free)" -ge $needed ] || lack "only $(free) MiB are free on the disk, and $needed are needed"

  trap 'rm -rf "$new"' EXIT
  mkdir "$new"
  for name in $services; do
    named "$name"
    say "backing up $service"
    dumped || lack "$service could not be dumped"
  done
  jq -s --arg id "$id" --arg kind "$kind" --arg release "$release" --arg digest "$(basename "$programs")" --arg at "$(date -u +%FT%TZ)" \
    --argjson partBytes $part --slurpfile plan "$programs/databases.json" '{schema: 1, id: $id, kind: $kind, name: $plan[0].name, release: $release,
      digest: $digest, at: $at, complete: true, partBytes: $partBytes, databases: .,
      elsewhere: [$plan[0].databases[] | select(.place != "bundled").name]}' "$new/entries" > "$new/backup.json"
  rm "$new/entries" "$new/tables"
  sync "$new"/* "$new"
  mv -T "$new" "$backups/$id"
  sync "$backups"
fi

# --- only the last ones are kept
if [ "$kind" != safety ]; then
  for old in "$backups"/*/backup.json; do echo "$(jq -r .at "$old") $(dirname "$old")"; done | sort -r |
    tail -n +$((${SOURCEGRAPH_KEEP:-$(planned '[.backup.keep, 1] | max')} + 1)) | while read -r _ old; do
    say "removing backup $(basename "$old")"
    mv -T "$old" "$old.new" && rm -rf "$old.new"
  done
fi
said=$(jq -r '[.databases[] | "\(.service) \(.tables | length) tables, \(.tables | map(.rows) | add // 0) rows, \(.bytes) bytes"] | join("; ")' "$backups/$id/backup.json")
elsewhere=$(jq -r '.elsewhere | join(", ")' "$backups/$id/backup.json")
say "backup $id of $release is complete: $said${elsewhere:+; not in it, since they are elsewhere: $elsewhere}"
if [ -e "$store" ] && ! copied; then
  say "failed: backup $id is on this machine only, the store did not take it" >&2
  exit 5
fi
