#!/bin/bash
# Moves this machine to the bundle in whose folder this file lies; safe to run again at any time.
#
#   bash bundles/DIGEST/converge.sh
#
# Ends with 0 when the bundle is in place and healthy; with 3 when somebody has to look: it is refused, the bundle before
# runs again, or an upgrade stands still; with 4 when something it needs cannot be had, and nothing was changed; with 1
# when not every service became healthy. The status says which, and what comes next; state/converge.log has all that was
# said. From the environment:
# SOURCEGRAPH_POINTER, a pointer that says where the secrets are (without it the secret files at hand are kept);
# SOURCEGRAPH_IMAGE_ARCHIVES, a folder of image archives; SOURCEGRAPH_STAY, set when this is the bundle in place
# and the status is to go on telling of another one; SOURCEGRAPH_RETRY, set to go on with an upgrade that stands still.
# The programs of jq, in single quotes, have variables of their own.
# shellcheck disable=SC2016
set -euo pipefail
export LC_ALL=C
umask 022
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$bundle")")
state=$root/state
place=$root/deployment # where compose runs: the paths that containers mount stay the same from bundle to bundle
journal=$state/journal.json # of an upgrade that is not over
digest=$(basename "$bundle")
patience=3600 # seconds for all services to become healthy; a database may migrate for long
leeway=1024 # MiB that stay free on the disk once every image is there
loading=3600 # seconds for all images to come
next='' told=''

say() { echo "sourcegraph: $*"; }
if [ -z "${SOURCEGRAPH_LOGGED:-}" ]; then
  # What is said goes to a log on the data disk too, with the time, as long as there is room.
  log=$state/converge.log
  mkdir -p "$state" "$place"
  if [ "$(stat -c %s "$log" 2> /dev/null || echo 0)" -gt 1048576 ]; then
    if tail -n 5000 "$log" > "$log.new"; then mv "$log.new" "$log"; fi
  fi
  SOURCEGRAPH_LOGGED=1 bash "$bundle/converge.sh" 2>&1 | while IFS= read -r line || [ -n "$line" ]; do
    printf '%s\n' "$line"
    (umask 077 && TZ=UTC printf '%(%FT%TZ)T %s\n' -1 "$line" >> "$log") 2> /dev/null || true
  done
  exit
fi
written() { # written FILE COMMAND...: what the command says becomes that file, whole and on the disk; else nothing goes on
  local file=$1
  shift
  if "$@" > "$file.new" && [ -s "$file.new" ] && sync "$file.new" && mv "$file.new" "$file" && sync "$state"; then return; fi
  say "failed: $file cannot be written" >&2
  exit 1
}

# redacted: the last lines of what failed and the first ones of what is not well, as a JSON text, without the values of
# secrets in whatever spelling; nothing where these are not known. All of it has room in one argument of a program.
redacted() {
  if [ ! -s "$work/values" ]; then echo '""'; return; fi
  { tail -n 10 "$work/log" || true; head -n 20 "$work/ailing" || true; } 2> /dev/null | jq -Rs --slurpfile values "$work/values" '
    ([$values | add // {} | .[] | ., (. / "\n" | .[]), @uri, @base64, tojson[1:-1], gsub("(?<c>[\\\\\"$])"; "\\\(.c)")]
      | map(select(length > 3)) | unique | sort_by(-length)) as $spelled
    | reduce $spelled[] as $value (.; split($value) | join("***")) | . / "\n" | map(.[:500]) | join("\n")'
}
status() { # status RESULT MESSAGE [DIGEST]: what happened last and, with a digest, which bundle of this release is in place now
  local log='""'
  case $1 in failed | stopped) log=$(redacted) ;; esac
  written "$state/status.json" jq --arg release "$release" --arg digest "$digest" --arg result "$1" --arg message "$2" --arg at "$(date -u +%FT%TZ)" \
    --arg installed "${3:-}" --arg stay "${SOURCEGRAPH_STAY:-}" --arg next "$next" --argjson log "$log" '
      if $stay == "" then del(.next, .log) + {schema: 1, $release, $digest, $result, $message, $at} else . end
      | if $stay == "" and $next != "" then .next = ($next / "\n") else . end
      | if $stay == "" and $log != "" then .log = ($log | rtrimstr("\n") / "\n") else . end
      | if $installed == "" then . else .installed = {$release, digest: $installed} end
      | if $result == "ready" then .ready = {$release, $digest} else . end' "$state/status.json"
  jq -c '{at, release, digest, result, message}' "$state/status.json" >> "$state/history.jsonl" || true
  if [ "$(wc -l < "$state/history.jsonl")" -gt 2000 ]; then
    tail -n 1000 "$state/history.jsonl" > "$state/history.new" && mv "$state/history.new" "$state/history.jsonl"
  fi
  # A store that is slow to answer, or does not, holds up nothing that is on its way; the last word is waited for.
  # Should it be all that is left, it keeps no lock of ours.
  if [ "$1" = converging ]; then (exec 8>&- 9>&- && sent) & else sent; fi
}
sent() { # sent: the store has the status as it is now; one after the other, and nothing twice
  {
    flock 6
    if ! cmp -s "$state/status.json" "$work/sent"; then
      cp "$state/status.json" "$work/sent" || true
      /usr/local/sbin/sourcegraph-fetch publish || true
    fi
  } 6> "$work/sending" || true
}
refuse() { # refuse MESSAGE
  say "refused: $*; nothing was changed" >&2
  status refused "$*"
  exit 3
}
lack() { # lack MESSAGE
  say "failed: $*; nothing was changed" >&2
  status failed "$*"
  exit 4
}

# assemble: the bundle's secret files, out of the secrets that the pointer gives addresses of. Nothing is printed but
# names; values go through pipes and through files that only root reads.
assemble() (
  umask 077
  for name in $(jq -r '.secrets[]' bundle.json); do
    address=$(jq -er --arg name "$name" '.secrets[$name] // empty' "$SOURCEGRAPH_POINTER") || lack "the pointer has no address of secret '$name'"
    /usr/local/sbin/sourcegraph-fetch secrets "$address" > "$work/value" || lack "secret '$name' cannot be read"
    jq --arg name "$name" '{($name): .}' "$work/value" >> "$work/values"
  done
  [ -e "$work/values" ] || echo '{}' > "$work/values"
  # The spelling env: what compose undoes inside the double quotes of an environment file.
  jq -j --slurpfile values "$work/values" '
    ($values | add) as $values
    | def spell: $values[.secret] as $value
        | if .as == "raw" then $value
          elif .as == "env" then $value | gsub("(?<c>[\\\\\"$])"; "\\\(.c)") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
          elif .as == "json" then $value | tojson | .[1:-1]
          elif .as == "uri" then $value | @uri
          else error("unknown spelling") end;
      .secretFiles[] | .path, "\u0000", .mode, "\u0000", .owner // "0:0", "\u0000",
        ([.parts[] | if type == "string" then . else spell end] | add // ""), "\u0000"' bundle.json > "$work/files"
  while IFS= read -r -d '' path && IFS= read -r -d '' mode && IFS= read -r -d '' owner && IFS= read -r -d '' text; do
    (umask 022 && mkdir -p "$(dirname "$path")")
    printf %s "$text" > "$path.new"
    chown "$owner" "$path.new"
    chmod "$mode" "$path.new"
    mv "$path.new" "$path"
  done < "$work/files"
)

absent() { # absent: the images that are not on this machine
  local image
  for image in $(jq -r '.images[]' bundle.json) $([ -z "$hop" ] || jq -r '.images[]' hop.json); do
    docker image inspect "$image" > /dev/null 2>&1 || echo "$image"
  done
}

deploy() { # deploy: the bundle's files become those of the deployment, each in one step; one that says the same stays
  local path
  find . -type f ! -name bundle.json -printf '%P\0' | sort -z > "$work/here"
  while IFS= read -r -d '' path; do
    if ! cmp -s "$path" "$place/$path"; then
      mkdir -p "$(dirname "$place/$path")"
      cp -p "$path" "$place/$path.new"
      mv "$place/$path.new" "$place/$path"
    fi
    chown --reference="$path" "$place/$path"
    chmod --reference="$path" "$place/$path"
  done < "$work/here"
  (cd "$place" && find . -type f -printf '%P\0' | sort -z | comm -z -13 "$work/here" - | xargs -0 -r rm -f)
}

# shellcheck source=upgrade.sh
. "$bundle/upgrade.sh"

work=$(mktemp -d /run/sourcegraph-converge.XXXXXX)
trap 'wait; rm -rf "$work"' EXIT
: > "$work/begun"
exec 8> "$state/lock"
flock --nonblock 8 || { say "waiting for another one at work on this machine"; flock 8; }
# A restore that was interrupted is finished before anything starts; with 4 it is given up, and nothing was changed.
[ ! -e "$state/restore.json" ] || SOURCEGRAPH_LOCKED=1 bash "$bundle/restore.sh" --resume || [ $? = 4 ] || exit 3
cd "$bundle"
release=$(jq -er .release bundle.json)

# --- may this release follow the one in place?
readable() { [ -s "$journal" ] && jq -e '.from.release and .to.release and .steps' "$journal" > /dev/null 2>&1; }
if [ ! -s "$state/status.json" ] || ! jq -e 'has("installed")' "$state/status.json" > /dev/null 2>&1; then
  # None yet, or a damaged one: what is in place is what the link says, and of an upgrade that is not over the journal.
  if readable; then
    written "$state/status.json" jq '{installed: (if .changed then .to else .from end)}' "$journal"
  elif [ -e "$root/current/bundle.json" ]; then
    written "$state/status.json" jq --arg digest "$(basename "$(readlink "$root/current")")" '{installed: {release, $digest}}' "$root/current/bundle.json"
  else
    written "$state/status.json" echo '{"installed": null}'
  fi
fi
if [ -e "$journal" ] && ! readable; then
  next="see in $state/converge.log how far it came, remove $journal, then: sudo bash $bundle/converge.sh"
  status stopped "the journal of an upgrade is damaged"
  say "stopped: $journal is damaged; $next" >&2
  exit 3
fi
installed=$(jq -r '.installed.release // empty' "$state/status.json")
hop='' # set for a new release, and for one whose upgrade is not over
if [ -s "$journal" ]; then
  case $release in
    "$(journaled .to.release)")
      hop=yes
      if [ "$(journaled '.state + .to.digest')" = "stopped$digest" ] && [ -z "${SOURCEGRAPH_RETRY:-}" ]; then
        say "stopped: $(journaled .message)" >&2
        jq -r '.next // [] | .[]' "$state/status.json" >&2
        exit 3
      fi ;;
    "$(journaled .from.release)")
      [ "$(journaled .changed)" = false ] ||
        refuse "the upgrade from $release to $(journaled .to.release) has begun to change the databases, and they do not go back" ;;
    *) refuse "the upgrade from $(journaled .from.release) to $(journaled .to.release) is not over" ;;
  esac
elif [ -n "$installed" ] && [ "$installed" != "$release" ]; then
  newer=$(printf '%s\n' "$installed" "$release" | sort -V | tail -n 1)
  kind=$(jq -r .kind hop.json 2> /dev/null || true)
  if [ "$newer" != "$release" ]; then
    [ "$kind" = rollback ] ||
      refuse "$release is older than $installed, which is in place, and databases do not go back"
    jq -e --arg from "$release" --arg to "$installed" '.kind == "standard" and .from.release == $from and .to.release == $to' \
      "$state/last-upgrade.json" > /dev/null 2>&1 ||
      refuse "$release is older than $installed, and going back is for right after a standard upgrade between them, which was not the last one here"
  elif [ "$kind" = rollback ]; then
    refuse "$release is newer than $installed, which is in place, and its runbook is that of a rollback"
  fi
  hop=yes
fi
if [ -n "$hop" ]; then
  before=$installed
  [ ! -s "$journal" ] || before=$(journaled .from.release)
  [ -e hop.json ] || refuse "$release brings no runbook, so how it can follow $before is not known"
  jq -e --arg from "$before" '.from | index([$from])' hop.json > /dev/null ||
    refuse "$release cannot follow $before, only $(jq -r '.from | join(", ")' hop.json)"
fi

# --- is everything there? Nothing is stopped before that.
if [ -n "${SOURCEGRAPH_POINTER:-}" ]; then assemble; fi
for path in $(jq -r '.secretFiles[].path' bundle.json); do
  [ -e "$path" ] || lack "secret file '$path' is missing"
done
if [ -e registry-host ]; then
  export DOCKER_CONFIG=$work
  (umask 077 && jq -Rs --arg host "$(cat registry-host)" '{auths: {($host): {auth: rtrimstr("\n") | @base64}}}' \
    secrets/registry-login > "$work/config.json")
fi
docker compose config --quiet || lack "the compose file is not valid"

room_for() { # room_for MIB: whether so much is free, and what has to stay free besides
  local free
  free=$(df --output=avail -BM "$root" | tail -n 1 | tr -dc 0-9)
  [ "$free" -ge $(($1 + leeway)) ] || lack "only $free MiB are free on the disk, and $(($1 + leeway)) are needed"
}
# An image takes about as much as the one of the same name that is here.
expected=0
wanted=$(absent)
for image in $wanted; do
  name=${image%@*}
  case ${name##*/} in *:*) name=${name%:*} ;; esac
  like=$(docker image ls --quiet "$name" | head -n 1)
  [ -z "$like" ] || expected=$((expected + $(docker image inspect --format '{{.Size}}' "$like") / 1048576))
done
room_for $expected
if [ -n "$wanted" ] && [ -n "${SOURCEGRAPH_IMAGE_ARCHIVES:-}" ]; then
  for archive in "$SOURCEGRAPH_IMAGE_ARCHIVES"/*.tar*; do
    [ -e "$archive" ] || continue
    for image in $(tar -xOf "$archive" manifest.json | jq -r '.[].RepoTags[]?'); do
      if grep -qxF "$image" <<< "$wanted"; then
        say "loading $archive"
        docker load -q -i "$archive"
        break
      fi
    done
  done
  wanted=$(absent)
fi
end=$((SECONDS + loading))
for image in $wanted; do
  say "pulling $image"
  tries=3
  until timeout $((end > SECONDS ? end - SECONDS : 1)) docker pull -q "$image"; do
    if [ $((tries -= 1)) = 0 ] || [ $SECONDS -ge $end ]; then lack "image '$image' cannot be had"; fi
    sleep 10
  done
done
room_for 0

up() { (cd "$place" && timeout $((patience + 300)) docker compose up --detach --no-build --pull never --remove-orphans --wait --wait-timeout $patience); }
if [ -n "$hop" ]; then
  [ -s "$journal" ] || begin
  upgrade
else
  # --- from here on the bundle counts as in place
  last=$(jq -r --arg release "$release" --arg digest "$digest" \
    '.ready // {} | select(.release == $release and .digest != $digest) | .digest' "$state/status.json" 2> /dev/null || true)
  # What was begun and is not over may have been killed in the midst of it.
  [ "$(jq -r '.result // ""' "$state/status.json")" != converging ] || swept || true
  put "$bundle"
  status converging "starting the services" "$digest"
  if ! up 2>&1 | tee "$work/log"; then
    (cd "$place" && docker compose ps --all) || true
    ailing | tee "$work/ailing"
    say "failed: not every service is healthy" >&2
    message="not every service is healthy; 'docker compose logs SERVICE' in $place says more"
    if [ -n "$last" ] && [ -e "$root/bundles/$last/bundle.json" ]; then
      say "going back to the bundle before, ${last:0:12}"
      put "$root/bundles/$last"
      if up; then
        status failed "not every service was healthy; bundle ${last:0:12} of the same release is in place again" "$last"
        exit 3
      fi
      put "$bundle"
    fi
    status failed "$message"
    exit 1
  fi
  rm -f "$journal"
fi
status ready "all services are healthy$told" "$digest"
say "$release is in place, bundle ${digest:0:12}"

# --- keep this bundle, the one before it, and the last of another release for a rollback; and no image that none of them names
ready=$state/ready # bundles that were in place and healthy, RELEASE DIGEST, the newest last
written "$ready" sh -c 'cat "$1" 2> /dev/null | grep -vF " $3" | tail -n 99; echo "$2 $3"' sh "$ready" "$release" "$digest"
kept=$(tac "$ready" | awk -v release="$release" '$1 == release ? same++ < 2 : !other++ { print $2 }')
images() { # images FOLDER...: what is run with these bundles
  local folder
  for folder; do
    jq -r '.images[]' "$folder/bundle.json"
    [ ! -e "$folder/hop.json" ] || jq -r '.images // [] | .[]' "$folder/hop.json"
  done | sort -u
}
for old in "$root"/bundles/*/; do
  ! grep -qxF "$(basename "$old")" <<< "$kept" || continue
  images "$old" > "$work/old" || true
  rm -rf "$old"
  images "$root"/bundles/*/ | comm -13 - "$work/old" | xargs -r docker image rm > /dev/null || true
done
