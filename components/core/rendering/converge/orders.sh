#!/bin/bash
# Carries out what people order of this machine, each order once, and what is due by the clock: the daily backup, and the
# drill each so many days. The machine's poll runs it every minute.
#
#   bash current/orders.sh [ORDER-FILE]      carries it out
#   bash current/orders.sh "" ORDER-FILE     refuses it: it is not signed by the stack
#
# An order is {"schema": 1, "id", "kind": "backup" | "restore" | "drill" | "go-on", "at", "backup"?, "device"?}. The journal
# orders.jsonl has a line when one begins and another when it ended: one that was interrupted is taken up again, and none
# is carried out twice. What became of it is in the status, as .order; what the clock asked for, as .backup and .drill.
# The programs of jq, in single quotes, have variables of their own.
# shellcheck disable=SC2016
set -euo pipefail
export LC_ALL=C
programs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$programs")")
state=$root/state
journal=$state/orders.jsonl
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$state"
exec 7> "$state/orders.lock"
flock -n 7 || exit 0

say() { echo "sourcegraph: $*"; }
status() { # status KEY VALUE: one key of the machine's status, where it says something else
  local value=$2
  jq -en 'input | type == "object"' "$state/status.json" > /dev/null 2>&1 || echo '{}' > "$state/status.json"
  [ "$(jq -c --arg key "$1" '.[$key]' "$state/status.json")" != "$value" ] || return 0
  jq --arg key "$1" --argjson value "$value" '.[$key] = $value' "$state/status.json" > "$state/status.new"
  sync "$state/status.new"
  mv "$state/status.new" "$state/status.json"
  /usr/local/sbin/sourcegraph-fetch publish || true
}
lines() { [ ! -e "$journal" ] || jq -cR 'fromjson? // empty' "$journal"; }
record() { # record ID KIND RESULT MESSAGE [BACKUP]: into the journal, and from there into the status
  local line log='[]'
  if [ "$3" = failed ] || [ "$3" = refused ]; then
    log=$(grep -E '^(sourcegraph|psql|pg_dump): ' "$work/log" 2> /dev/null | tail -n 10 | jq -Rs 'rtrimstr("\n") / "\n"') || true
  fi
  line=$(jq -cn --arg id "$1" --arg kind "$2" --arg result "$3" --arg message "$4" --arg backup "${5:-}" --argjson log "${log:-[]}" \
    '{id: $id, kind: $kind, result: $result, message: $message, at: (now | todate)}
      + if $backup == "" then {} else {backup: $backup} end + if $log == [] then {} else {log: $log} end')
  # A line that was cut off is no part of the next.
  [ ! -s "$journal" ] || [ -z "$(tail -c 1 "$journal")" ] || echo >> "$journal"
  echo "$line" >> "$journal"
  sync "$journal"
  status order "$line"
}
last() { sed -n 's/^sourcegraph: \(failed: \|refused: \|stopped: \)\?//p' "$work/log" | tail -n 1; }
ran() { # ran PROGRAM [ARGUMENT...]: one of the bundle's programs, whose words are kept; its code in $code
  local program=$1
  shift
  code=0
  bash "$programs/$program" "$@" 2>&1 | tee "$work/log" || code=${PIPESTATUS[0]}
}

order() { # order ID KIND BACKUP DEVICE: carries it out, or goes on with it
  local id=$1 kind=$2 backup=$3 device=$4 to code=0 result="done"
  record "$id" "$kind" running "begun"
  say "order $id: $kind"
  case $kind in
    backup)
      backup=$id
      ran backup.sh --id "$id" ;;
    drill)
      if [ -n "$backup" ]; then ran drill.sh --id "$id" --backup "$backup"; else ran drill.sh --id "$id"; fi ;;
    restore)
      if [ "$(jq -r .order "$state/restore.json" 2> /dev/null)" = "$id" ]; then
        ran restore.sh --resume
      elif [ "$(jq -r .order "$state/last-restore.json" 2> /dev/null)" = "$id" ]; then
        # The data are there; what was interrupted is the start.
        ran converge.sh
      elif [ -n "$device" ]; then
        ran restore.sh --device "$device" --order "$id"
      else
        ran restore.sh --backup "$backup" --order "$id"
      fi ;;
    go-on)
      to=$(jq -r '.to.digest // ""' "$state/journal.json" 2> /dev/null) || to=''
      if [ -e "$root/bundles/$to/converge.sh" ] && [ -n "$to" ]; then
        SOURCEGRAPH_RETRY=1 bash "$root/bundles/$to/converge.sh" 2>&1 | tee "$work/log" || code=${PIPESTATUS[0]}
      else
        echo "sourcegraph: refused: no upgrade stands still" | tee "$work/log"
        code=3
      fi ;;
  esac
  case $code in 0) ;; 3) result=refused ;; *) result=failed ;; esac
  [ "$kind" != drill ] || backup=$(jq -r .backup "$state/drills/$id.json" 2> /dev/null) || true
  [ -e "$root/backups/$backup/backup.json" ] || backup=''
  record "$id" "$kind" $result "$(last)" "$backup"
}

# --- what people order
signed=${1:-}
file=${signed:-${2:-}}
if [ -n "$file" ] && jq -e '(.id | strings | test("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")) and (.kind | type == "string")' "$file" > /dev/null 2>&1; then
  id=$(jq -r .id "$file")
  kind=$(jq -r .kind "$file")
  was=$(lines | jq -r --arg id "$id" 'select(.id == $id) | .result' | tail -n 1)
  if [ "$was" = "" ] && [ -z "$signed" ]; then
    record "$id" "$kind" refused "the order is not signed by the stack of this machine"
  elif [ -n "$signed" ] && { [ "$was" = "" ] || [ "$was" = running ]; }; then
    backup=$(jq -r '.backup // ""' "$signed")
    device=$(jq -r '.device // ""' "$signed")
    if ! jq -e '.schema == 1 and (.kind == "backup" or .kind == "drill" or .kind == "go-on" or (.kind == "restore" and (.backup != null) != (.device != null)))
        and ((.backup // "a") | test("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")) and ((.device // "/dev/a") | test("^/dev/[A-Za-z0-9/_.-]+$"))' "$signed" > /dev/null; then
      record "$id" "$kind" refused "the order is of a kind that this machine does not know"
    elif [ "$was" = "" ] && ! jq -e '(.at | fromdate) as $at | now - $at < 86400' "$signed" > /dev/null 2>&1; then
      # A new disk knows no order: one of long ago would be carried out again.
      record "$id" "$kind" refused "the order is older than a day, and this machine does not know it"
    else
      order "$id" "$kind" "$backup" "$device"
    fi
  fi
fi
newest=$(lines | tail -n 1)
[ -z "$newest" ] || status order "$newest"

# --- what is due by the clock; while something is not over, nothing is
if [ -e "$state/journal.json" ] || [ -e "$state/restore.json" ] || [ ! -s "$state/status.json" ]; then exit 0; fi
schedule=$state/schedule.json
now=${SOURCEGRAPH_NOW:-$(date +%s)}
# The day whose hour of backups was last.
day=$(((now - $(jq .backup.hourUtc "$programs/databases.json") * 3600) / 86400))
# The first comes at its hour, not at the first boot.
[ -s "$schedule" ] || jq -n --argjson day $day '{backup: $day, drill: $day, tried: 0}' > "$schedule"
planned() { # planned FILTER: changes the schedule
  jq --argjson day $day --argjson now "$now" "$1" "$schedule" > "$schedule.new"
  mv "$schedule.new" "$schedule"
}
due() { # due KEY EVERY: whether so many days are over, and the last try an hour
  [ "$2" -gt 0 ] && jq -e --arg key "$1" --argjson every "$2" --argjson day $day --argjson now "$now" \
    '$day - .[$key] >= $every and $now - .tried >= 3600' "$schedule" > /dev/null
}
outcome() { jq -cn --arg result "$(if [ "$1" = 0 ]; then echo "done"; else echo failed; fi)" --arg message "$(last)" '{result: $result, message: $message, at: (now | todate)}'; }

if due backup "$(jq 'if .backup.keep > 0 and any(.databases[]; .place == "bundled") then 1 else 0 end' "$programs/databases.json")"; then
  planned '.tried = $now'
  ran backup.sh --kind daily
  # With 5 it is here, and only the store did not take it.
  case $code in 0 | 5) planned '.backup = $day | .tried = 0' ;; esac
  status backup "$(outcome "$code")"
fi
[ ! -e "$state/drill.running" ] || ran drill.sh --sweep
if due drill "$(jq 'if .backup.keep > 0 then .backup.drillDays else 0 end' "$programs/databases.json")"; then
  planned '.tried = $now'
  ran drill.sh
  [ "$code" != 0 ] || planned '.drill = $day | .tried = 0'
  status drill "$(outcome "$code")"
fi
