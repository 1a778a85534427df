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
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=$(dirname "$(dirname "$bundle")")
state=$root/state
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

mkdir -p "$state"
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
if [ -n "${SOURCEGRAPH_POINTER:-}" ]; then
  bash secrets.sh "$SOURCEGRAPH_POINTER" || lack "the secrets cannot be had"
fi
for path in $(jq -r '.secretFiles[].path' bundle.json); do
  [ -e "$path" ] || lack "secret file '$path' is missing"
done
# Credentials of a registry, if the bundle brings any.
if [ -e secrets/docker/config.json ]; then export DOCKER_CONFIG=$bundle/secrets/docker; fi
docker compose config --quiet || lack "the compose file is not valid"

absent() { # absent: the images that are not on this machine
  local image
  for image in $(jq -r '.images[]' bundle.json); do
    docker image inspect "$image" > /dev/null 2>&1 || echo "$image"
  done
}
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
ln -sfn "bundles/$digest" "$root/current.new"
mv -T "$root/current.new" "$root/current"
status converging "starting the services" installed
if ! docker compose up --detach --no-build --pull never --remove-orphans --wait --wait-timeout $patience; then
  docker compose ps --all || true
  say "failed: not every service is healthy" >&2
  status failed "not every service is healthy; 'docker compose logs SERVICE' in $root/current says more"
  exit 1
fi
touch "$bundle"
status ready "all services are healthy"
say "$release is in place, bundle ${digest:0:12}"

# --- keep this bundle and the last one before it
find "$root/bundles" -mindepth 1 -maxdepth 1 ! -name "$digest" -printf '%T@ %p\n' |
  sort -rn | tail -n +2 | cut -d' ' -f2- | xargs -r rm -rf
