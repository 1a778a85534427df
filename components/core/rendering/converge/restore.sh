#!/bin/bash
# Brings this machine's data back: the databases out of a backup, or the whole data disk from a copy of it.
#
#   bash current/restore.sh --backup ID [--no-safety] [--order ID]
#   bash current/restore.sh --device DEVICE [--over] [--order ID]
#   bash current/restore.sh --resume
#
# The databases are restored beside those in place and compared with the backup while everything runs. Then all but the
# databases stands still, what is there is backed up (not with --no-safety), and the databases change their names. Until
# that moment nothing is changed; from then on, an interrupted restore is finished before anything starts (--resume, or
# by converge.sh). A disk is copied over the one in place; with --over what is there is removed first, where there is no
# room for both.
#
# Ends with 0 when the data are back and all services healthy; with 3 when it is refused or stands still; with 4 when
# nothing was changed; with 1 when the data are back and not every service became healthy.
# The programs of jq, in single quotes, have variables of their own.
# shellcheck disable=SC2016
set -euo pipefail
export LC_ALL=C
umask 077
# shellcheck source=databases.sh
. "$(dirname "${BASH_SOURCE[0]}")/databases.sh"
# shellcheck source=restore-disk.sh
. "$(dirname "${BASH_SOURCE[0]}")/restore-disk.sh"

marker=$state/restore.json # of a restore that is not over: phase, and what it was asked for
id='' device='' order='' safety=yes over='' resume=''
while [ $# -gt 0 ]; do
  case $1 in
    --backup) id=$2; shift ;;
    --device) device=$2; shift ;;
    --order) order=$2; shift ;;
    --no-safety) safety='' ;;
    --over) over=yes ;;
    --resume) resume=yes ;;
    *) sed -n '4,6s/^# *//p' "$0" >&2; exit 2 ;;
  esac
  shift
done
[ -n "$resume$id$device" ] || { sed -n '4,6s/^# *//p' "$0" >&2; exit 2; }

mark() { # mark FILTER [JQ-ARGUMENT...]: changes the marker in one step
  local filter=$1 before='{"schema": 1}'
  shift
  [ ! -s "$marker" ] || before=$(cat "$marker")
  jq "$@" "$filter" <<< "$before" > "$marker.new"
  sync "$marker.new"
  mv "$marker.new" "$marker"
}
marked() { jq -r "$@" "$marker"; }
close() { # close: what was restored last is written down
  mark '. + {phase: "done", at: (now | todate)}'
  mv "$marker" "$state/last-restore.json"
}
told() { # told RESULT MESSAGE [NEXT]: into the machine's status
  [ -z "$prefix" ] && [ -s "$state/status.json" ] || return 0
  jq --arg result "$1" --arg message "$2" --arg next "${3:-}" --arg at "$(date -u +%FT%TZ)" \
    'del(.next, .log) + {$result, $message, $at} | if $next == "" then . else .next = [$next] end' "$state/status.json" > "$state/status.new"
  sync "$state/status.new"
  mv "$state/status.new" "$state/status.json"
  /usr/local/sbin/sourcegraph-fetch publish || true
}
stuck() { # stuck MESSAGE: the restore stands still, and somebody has to look
  say "stopped: $*" >&2
  say "mend the cause, then: sudo bash $programs/restore.sh --resume" >&2
  told stopped "$*" "mend the cause, then: sudo bash $programs/restore.sh --resume"
  exit 3
}

fetched() { # fetched: the backup comes from the store, where it is not here
  local kind url new=$backups/$id.new file count number
  [ ! -e "$backups/$id/backup.json" ] && [ -e "$store" ] || return 0
  kind=$(jq -r .kind "$store")
  url=$(jq -r '"\(.url)/\(.prefix)"' "$store")/$id
  rm -rf "$new"
  mkdir "$new"
  get() { /usr/local/sbin/sourcegraph-fetch request "$kind" "$url/$1"; }
  say "fetching backup $id"
  get backup.json > "$new/backup.json" 2> /dev/null || { rm -rf "$new"; return 0; }
  while read -r file count; do
    for ((number = 0; number < count; number++)); do
      get "$file.$number" >> "$new/$file" || lack "$file.$number of backup $id cannot be read from the store"
    done
  done < <(jq -r '.partBytes as $part | .databases[] | "\(.service).sql.gz \((.bytes + $part - 1) / $part | floor)"' "$new/backup.json")
  sync "$new"/*
  mv -T "$new" "$backups/$id"
}

examined() { # examined: whether this backup can be restored here
  local of wrong needed
  [[ $id =~ ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$ ]] || refuse "'$id' is not an id of a backup"
  fetched
  [ -e "$backups/$id/backup.json" ] ||
    refuse "there is no backup '$id'; there are $(find "$backups" -mindepth 2 -maxdepth 2 -name backup.json -printf '%h\n' | sed 's|.*/||' | sort | paste -sd' ' | sed 's/^$/none/; s/ /, /g')"
  wrong=$(whole "$backups/$id") || refuse "backup $id cannot be used: $wrong"
  of=$(jq -r .release "$backups/$id/backup.json")
  [ "$of" = "$release" ] ||
    refuse "backup $id is of $of, and $release is in place; restore it into an instance of $of, and upgrade that"
  [ "$(jq -r '.databases[].service' "$backups/$id/backup.json" | sort)" = "$(sort <<< "$services")" ] ||
    refuse "backup $id holds $(jq -r '[.databases[].service] | join(", ")' "$backups/$id/backup.json"), and the databases here are ${services//$'\n'/, }"
  needed=$(jq --argjson leeway "$leeway" '([.databases[].size] | add) / 1048576 + $leeway | floor' "$backups/$id/backup.json")
  [ "$(free)" -ge "$needed" ] || lack "only $(free) MiB are free on the disk, and $needed are needed: the databases are there twice for a while"
  say "backup $id of $(jq -r '"\(.name), \(.at)"' "$backups/$id/backup.json"):" \
    "$(jq -r '[.databases[] | "\(.service) \(.tables | map(.rows) | add // 0) rows"] | join(", ")' "$backups/$id/backup.json")"
}

running() { # running: the databases, whatever became of them
  local name all
  if [ -z "$prefix" ] && [ -e "$root/deployment/compose.yaml" ]; then
    mapfile -t all < <(printf %s "$services")
    (cd "$root/deployment" && docker compose up --detach --no-build --pull never --no-deps "${all[@]}") || return
  fi
  for name in $services; do
    named "$name"
    docker start "$container" > /dev/null && answering "$container" || return
  done
}

abandoned() { # abandoned: what was restored beside is gone again
  local name
  for name in $services; do
    named "$name"
    psql "$container" "$user" template1 --command "drop database if exists $(identifier "${database}_restored") with (force)" || true
  done
  rm -f "$marker"
}

beside() { # beside: each database out of the backup under another name, as it was
  local name other
  for name in $services; do
    named "$name"
    say "restoring $service beside the one in place"
    fill "$container" "$user" "${database}_restored" "$backups/$id/$service.sql.gz" || { why="$service cannot be restored"; return 1; }
    why="$service cannot be compared with the backup"
    other=$(differing "$container" "$user" "${database}_restored" "$backups/$id" "$service" | paste -sd' ') || return
    [ -z "$other" ] || { why="$service would not be as it was: $other"; return 1; }
  done
}

still() { # still: nothing but the databases runs
  local there names=() other
  there=$(docker ps --all --format '{{.Names}}') || return
  while read -r other; do
    if grep -qxF -- "$prefix$other" <<< "$there"; then names+=("$prefix$other"); fi
  done < <(planned '.others[]')
  [ ${#names[@]} -gt 0 ] || return 0
  if [ -z "$prefix" ]; then
    docker stop "${names[@]}" > /dev/null && docker rm --force "${names[@]}" > /dev/null
    return
  fi
  # Here nothing makes containers anew, so they stay, and how they are started again is kept.
  if [ "$(marked 'has("restart")')" = false ]; then
    docker inspect --format '{{.Name}} {{.HostConfig.RestartPolicy.Name}}' "${names[@]}" > "$state/restart.new" || return
    mark '.restart = [$lines | rtrimstr("\n") / "\n" | .[] | ltrimstr("/") / " " | {name: .[0], policy: .[1]}]' --rawfile lines "$state/restart.new"
    rm "$state/restart.new"
  fi
  docker update --restart no "${names[@]}" > /dev/null && docker stop "${names[@]}" > /dev/null
}

exchanged() { # exchanged: each database that was restored takes the place of the one before, in one step
  local name now next before
  for name in $services; do
    named "$name"
    now=$(identifier "$database") next=$(identifier "${database}_restored") before=$(identifier "${database}_before")
    # Settings of the database itself are no part of a dump: they stay those of the one in place.
    psql "$container" "$user" template1 > /dev/null << END || return
select count(*) = 1 as restored from pg_database where datname = $(literal "${database}_restored") \gset
\if :restored
select format('alter database %I set %I to ', $(literal "${database}_restored"), split_part(setting, '=', 1))
    || case when split_part(setting, '=', 1) in ('search_path', 'temp_tablespaces', 'session_preload_libraries', 'local_preload_libraries')
      then substr(setting, strpos(setting, '=') + 1) else quote_literal(substr(setting, strpos(setting, '=') + 1)) end
  from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) as setting
  where s.setrole = 0 and d.datname = $(literal "$database") \gexec
drop database if exists $before with (force);
select pg_terminate_backend(pid) from pg_stat_activity where datname = $(literal "$database");
begin;
alter database $now rename to $before;
alter database $next rename to $now;
commit;
\endif
END
  done
  for name in $services; do
    named "$name"
    psql "$container" "$user" template1 --command "drop database if exists $(identifier "${database}_before") with (force)" || return
  done
}

started() { # started: on a host where nothing converges, what was stopped runs again as it did
  local name policy end=$((SECONDS + 3600)) names=()
  while read -r name policy; do
    names+=("$name")
    docker update --restart "$policy" "$name" > /dev/null && docker start "$name" > /dev/null || return
  done < <(marked '.restart // [] | .[] | "\(.name) \(.policy)"')
  [ ${#names[@]} -gt 0 ] || return 0
  until ! docker inspect --format '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}} {{.State.ExitCode}}{{end}}' "${names[@]}" |
    grep -vqE '^(healthy|running .*|exited 0)$'; do
    [ $SECONDS -lt $end ] || { echo "not every service became healthy"; return 1; }
    sleep 2
  done
}

restored() { # restored: every phase of the databases that is not over, from the marker's on
  id=$(marked .backup)
  if [ "$(marked .phase)" = filling ]; then
    why="the databases do not answer"
    if ! { running && beside; }; then
      abandoned
      lack "$why"
    fi
    mark '.phase = "stopping"'
  fi
  if [ "$(marked .phase)" = stopping ]; then
    told converging "restoring backup $id"
    say "stopping everything but the databases"
    { running && still; } || stuck "not everything could be stopped for the restore of $id"
    if [ "$(marked .safety)" != null ] &&
      ! SOURCEGRAPH_LOCKED=1 bash "$programs/backup.sh" --kind safety --id "$(marked .safety)" && [ ! -e "$backups/$(marked .safety)/backup.json" ]; then
      mark '.phase = "abandoned"'
    else
      mark '.phase = "exchanging"'
    fi
  fi
  if [ "$(marked .phase)" = exchanging ]; then
    say "putting the databases of $id in place"
    { running && exchanged; } || stuck "not every database of $id could be put in place"
    mark '.phase = "starting"'
  fi
}

[ -n "${SOURCEGRAPH_LOCKED:-}" ] || held
if [ -n "$resume" ]; then
  [ -e "$marker" ] || refuse "there is no restore that is not over"
elif [ -e "$marker" ]; then
  refuse "the restore of $(marked '.backup // .device') is not over; finish it: sudo bash $programs/restore.sh --resume"
elif [ -n "$device" ]; then
  fits
  mark '. + {phase: "copying", device: $device, over: $over, order: $order}' --arg device "$device" --arg over "$over" --arg order "$order"
else
  settled
  examined
  mark '. + {phase: "filling", backup: $id, order: $order, safety: (if $safety == "" then null else $safety end)}' \
    --arg id "$id" --arg order "$order" --arg safety "${safety:+safety-$(date -u +%Y%m%dT%H%M%SZ)}"
fi
if [ "$(marked 'has("device")')" = true ]; then copied_back; else restored; fi

result=$(marked .phase)
if [ -n "$prefix" ]; then
  started || { say "failed: not every service became healthy" >&2; code=1; }
fi
if [ "$result" = abandoned ]; then abandoned; else close; fi
if [ -z "$prefix" ] && [ -z "${SOURCEGRAPH_LOCKED:-}" ]; then
  exec 8>&-
  bash "$root/current/converge.sh" || code=1
fi
[ "$result" != abandoned ] || lack "what is in place could not be backed up before"
say "the data of $(jq -r '.backup // .device' "$state/last-restore.json") are in place"
exit "${code:-0}"
