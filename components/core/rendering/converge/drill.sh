#!/bin/bash
# Rehearses a restore: brings a backup back into servers of its own, of the same images and without a network, compares
# what is in them with the backup, and writes down what was found. The databases in place are not touched.
#
#   bash current/drill.sh [--backup ID] [--id ID]     default: the newest backup of the release in place
#   bash current/drill.sh --sweep                     take away what an interrupted one left
#
# Ends with 0 when everything is as it was; with 3 when there is nothing to rehearse; with 4 when it could not be
# rehearsed; with 1 when something differs. The evidence is in drills/ID.json below the state.
set -euo pipefail
export LC_ALL=C
umask 077
# shellcheck source=databases.sh
. "$(dirname "${BASH_SOURCE[0]}")/databases.sh"

id=$(date -u +%Y%m%dT%H%M%SZ) backup='' sweep=''
while [ $# -gt 0 ]; do
  case $1 in
    --id) id=$2; shift ;;
    --backup) backup=$2; shift ;;
    --sweep) sweep=yes ;;
    *) sed -n '5,6s/^# *//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
[[ $id =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$ ]] || refuse "'$id' is not an id of a drill"
scratch=${prefix}sourcegraph-drill
held
work=$(mktemp -d)
swept() { docker rm --force --volumes "$scratch" > /dev/null 2>&1 || true; }
trap 'swept; rm -rf "$work" "$state/drill.running"' EXIT

swept
[ -z "$sweep" ] || exit 0
if [ -z "$backup" ]; then
  backup=$(for each in "$backups"/*/backup.json; do
    [ ! -e "$each" ] || jq -r --arg release "$release" 'select(.release == $release) | "\(.at) \(.id)"' "$each"
  done | sort | tail -n 1 | cut -d' ' -f2)
  [ -n "$backup" ] || refuse "there is no backup of $release"
fi
folder=$backups/$backup
[ -e "$folder/backup.json" ] || refuse "there is no backup '$backup'"
needed=$(jq --argjson leeway "$leeway" '([.databases[].size] | max) / 1048576 + $leeway | floor' "$folder/backup.json")
[ "$(free)" -ge "$needed" ] || lack "only $(free) MiB are free on the disk, and $needed are needed"
# Whoever comes after an interruption finds it by this.
touch "$state/drill.running"

began=$SECONDS at=$(date -u +%FT%TZ) result=passed
found() { # found EQUAL MESSAGE: one database of the evidence
  jq -n --arg service "$service" --argjson equal "$1" --arg message "$2" --slurpfile backup "$folder/backup.json" \
    '$backup[0].databases[] | select(.service == $service)
      | {name, service, tables: (.tables | length), rows: (.tables | map(.rows) | add // 0), equal: $equal}
      + if $message == "" then {} else {message: $message} end' >> "$work/found"
  if [ "$1" = false ]; then
    say "failed: $service: $2" >&2
    result=failed
  fi
}
wrong=$(whole "$folder") || result=failed
for name in $(jq -r '.databases[].service' "$folder/backup.json"); do
  named "$name"
  say "rehearsing $service of backup $backup"
  if [ -n "$wrong" ]; then
    found false "$wrong"
    continue
  fi
  image=$(docker inspect --format '{{.Image}}' "$container") || lack "there is no container $container, whose image is needed"
  # The image decides by its environment what the server is called and who owns it; the values stay on this machine.
  docker inspect "$container" | jq -r '.[0].Config.Env[]' > "$work/environment"
  {
    docker run --detach --name "$scratch" --network none --shm-size 256m --env-file "$work/environment" "$image" > /dev/null &&
      answering "$scratch"
  } || lack "a server of the image of $container does not start"
  if ! fill "$scratch" "$user" restored "$folder/$service.sql.gz"; then
    found false "it cannot be restored"
  elif ! other=$(differing "$scratch" "$user" restored "$folder" "$service" | paste -sd' '); then
    found false "it cannot be compared"
  elif [ -n "$other" ]; then
    found false "not as they were: $other"
  else
    found true ''
  fi
  swept
done

mkdir -p "$state/drills"
jq -s --arg id "$id" --arg at "$at" --arg backup "$backup" --arg result "$result" --argjson seconds $((SECONDS - began)) \
  --slurpfile of "$folder/backup.json" \
  '{schema: 1, id: $id, at: $at, backup: $backup, release: $of[0].release, seconds: $seconds, databases: ., result: $result}' \
  "$work/found" > "$state/drills/$id.new"
sync "$state/drills/$id.new"
mv "$state/drills/$id.new" "$state/drills/$id.json"
say "drill $id of backup $backup $result: $(jq -r '[.databases[] | "\(.service) \(.tables) tables, \(.rows) rows, \(if .equal then "equal" else "not equal" end)"] | join("; ")' "$state/drills/$id.json")"
[ $result = passed ]
