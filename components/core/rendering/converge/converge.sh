#!/bin/bash
# Moves this machine to the bundle in whose folder this file lies; safe to run again at any time.
#
#   bash bundles/DIGEST/converge.sh
#
# Ends with 0 when the bundle is in place and healthy, with 3 when it is refused, with 4 when something it needs
# cannot be had; 3 and 4 have changed nothing. With 1 when not every service became healthy. From the environment:
# SOURCEGRAPH_POINTER, a pointer that says where the secrets are (without it the secret files at hand are kept);
# SOURCEGRAPH_IMAGE_ARCHIVES, a folder of image archives; SOURCEGRAPH_STAY, set when this is the bundle in place
# and the status is to go on telling of another one.
set -euo pipefail
export LC_ALL=C
umask 022
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$bundle")")
state=$root/state
place=$root/deployment # where compose runs: the paths that containers mount stay the same from bundle to bundle
digest=$(basename "$bundle")
patience=3600 # seconds for all services to become healthy; a database may migrate for long

say() { echo "sourcegraph: $*"; }

status() { # status RESULT MESSAGE [installed]: what happened last and, with a third word, that it is in place now
  [ -s "$state/status.json" ] || echo '{"installed": null}' > "$state/status.json"
  jq --arg release "$release" --arg digest "$digest" --arg result "$1" --arg message "$2" --arg at "$(date -u +%FT%TZ)" \
    --arg installed "${3:-}" --arg stay "${SOURCEGRAPH_STAY:-}" '.
      + if $stay == "" then {schema: 1, $release, $digest, $result, $message, $at} else {} end
      + if $installed == "" then {} else {installed: {$release, $digest}} end' "$state/status.json" > "$state/status.new"
  sync "$state/status.new"
  mv "$state/status.new" "$state/status.json"
  /usr/local/sbin/sourcegraph-fetch publish || true
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
  for image in $(jq -r '.images[]' bundle.json); do
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

work=$(mktemp -d /run/sourcegraph-converge.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir -p "$state" "$place"
exec 8> "$state/lock"
flock 8
cd "$bundle"
release=$(jq -er .release bundle.json)

# --- may this release follow the one in place?
installed=
if [ -s "$state/status.json" ]; then
  if ! installed=$(jq -r '.installed.release // empty' "$state/status.json"); then
    say "failed: $state/status.json is damaged, so what is in place is not known" >&2
    exit 4
  fi
fi
if [ -n "$installed" ] && [ "$installed" != "$release" ]; then
  newer=$(printf '%s\n' "$installed" "$release" | sort -V | tail -n 1)
  [ "$newer" = "$release" ] ||
    refuse "$release is older than $installed, which is in place, and databases do not go back"
  if [ -e hop.json ]; then
    jq -e --arg from "$installed" '.from | index([$from])' hop.json > /dev/null ||
      refuse "$release cannot follow $installed, only $(jq -r '.from | join(", ")' hop.json)"
    [ "$(jq -r .kind hop.json)" = standard ] ||
      refuse "the hop from $installed to $release needs all services stopped and the migrator run, which this bundle cannot do"
  fi
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

wanted=$(absent)
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
for image in $wanted; do
  say "pulling $image"
  tries=3
  until docker pull -q "$image"; do
    [ $((tries -= 1)) -gt 0 ] || lack "image '$image' cannot be had"
    sleep 10
  done
done

# --- from here on the bundle counts as in place: its services may change the databases
deploy
ln -sfn "bundles/$digest" "$root/current.new"
mv -T "$root/current.new" "$root/current"
status converging "starting the services" installed
cd "$place"
if ! docker compose up --detach --no-build --pull never --remove-orphans --wait --wait-timeout $patience; then
  docker compose ps --all || true
  say "failed: not every service is healthy" >&2
  status failed "not every service is healthy; 'docker compose logs SERVICE' in $place says more"
  exit 1
fi
touch "$bundle"
status ready "all services are healthy"
say "$release is in place, bundle ${digest:0:12}"

# --- keep this bundle and the last one before it
find "$root/bundles" -mindepth 1 -maxdepth 1 ! -name "$digest" -printf '%T@ %p\n' |
  sort -rn | tail -n +2 | cut -d' ' -f2- | xargs -r rm -rf
