#!/bin/bash
# Brings this machine to the bundle that its pointer names; the bundle's own converge.sh does the rest.
#
#   sourcegraph-fetch boot                 converge in any case; without the store, to the bundle in place
#   sourcegraph-fetch poll                 measure, see to orders, converge if the pointer is new or not settled
#   sourcegraph-fetch secrets ADDRESS...   for converge.sh: the values, one JSON text a line
#   sourcegraph-fetch publish              for converge.sh: send the status to the store, beside the pointer
#   sourcegraph-fetch request SERVICE ...  for measure.sh: curl as this machine
set -euo pipefail
. /etc/sourcegraph/machine.conf
root=/mnt/sourcegraph run=/run/sourcegraph
state=$root/state pointer=$run/pointer.json
digest='' release='' identity=''
export SOURCEGRAPH_IMAGE_ARCHIVES=$archives

say() { echo "sourcegraph: $*"; }
fail() { # fail MESSAGE: ends, and leaves the reason in the status
  say "failed: $*" >&2
  # Of a status that is damaged nothing is kept: what is in place converge.sh finds out again.
  jq -n --arg release "$release" --arg digest "$digest" --arg message "$*" --arg at "$(date -u +%FT%TZ)" \
    '(try input catch {} | objects // {}) + {schema: 1, $release, $digest, result: "failed", $message, $at}' \
    < <(cat "$state/status.json" 2> /dev/null) > "$state/status.new"
  mv "$state/status.new" "$state/status.json"
  publish
  exit 4
}

# --- the store: a bucket and the cloud's secret store, or a folder

metadata() { curl -fsS --noproxy '*' --connect-timeout 5 --max-time 15 --retry 3 --retry-connrefused "$@"; }

identify() { # identify: this machine's own short-lived credentials, into $identity
  local api=http://169.254.169.254/latest role token
  case $source in
    s3)
      token=$(metadata -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' $api/api/token) &&
        token="X-aws-ec2-metadata-token: $token" &&
        role=$(metadata -H "$token" $api/meta-data/iam/security-credentials/) &&
        identity=$(metadata -H "$token" "$api/meta-data/iam/security-credentials/${role%%$'\n'*}") ;;
    gcs) identity=$(metadata -H 'Metadata-Flavor: Google' \
      http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token) ;;
  esac
}

request() { # request SERVICE CURL-ARGUMENT...: credentials go in by stdin, so that no process list shows them
  local service=$1
  shift
  [ -n "$identity" ] || identify || return
  case $source in
    s3) jq -r --arg scope "aws:amz:$region:$service" '"aws-sigv4 = \"\($scope)\"",
      "user = \"\(.AccessKeyId):\(.SecretAccessKey)\"", "header = \"x-amz-security-token: \(.Token)\""' <<< "$identity" ;;
    gcs) jq -r '"header = \"Authorization: Bearer \(.access_token)\""' <<< "$identity" ;;
  esac | curl -fsS --connect-timeout 10 --max-time 120 --retry 3 --retry-connrefused -K - "$@"
}

get() { # get KEY FILE
  if [ "$source" = folder ]; then cat "$folder/$1" > "$2"; else request s3 -o "$2" "$store/$1"; fi
}

look() { # look KEY: $run/KEY becomes what the store has; it sends nothing when that is the same as at the last time
  local file=$run/$1
  rm -f "$file.new"
  if [ "$source" = folder ]; then
    get "$1" "$file.new" || return
  else
    [ -s "$file" ] || : > "$file.etag"
    request s3 --etag-compare "$file.etag" --etag-save "$file.tag" -o "$file.new" "$store/$1" || return
    [ -s "$file.new" ] || return 0
  fi
  # A new text with an old tag is only read once more; the other way round it would never be.
  mv "$file.new" "$file" && { [ ! -e "$file.tag" ] || mv "$file.tag" "$file.etag"; }
}

trust() { # trust FILE: whether it is, byte for byte, what the stack's key signed; without such a key it is taken as it is
  local text body signature
  [ -n "${signer:-}" ] || return 0
  text=$(cat "$1")
  body=${text%,\"signature\":\"*}
  signature=$(jq -r '.signature | strings' "$1") && [ "$text" = "$body,\"signature\":\"$signature\"}" ] || return
  printf '%s}' "$body" > "$run/signed"
  base64 -d <<< "$signature" > "$run/signature" &&
    printf -- '-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n' "$signer" > "$run/signer" &&
    openssl pkeyutl -verify -pubin -inkey "$run/signer" -rawin -in "$run/signed" -sigfile "$run/signature" > /dev/null
}

publish() { # best effort
  if [ "$source" = folder ]; then
    cp "$state/status.json" "$folder/" 2> /dev/null || true
  else
    request s3 -o /dev/null -X PUT -H 'Content-Type: application/json' --data-binary "@$state/status.json" \
      "$store/status.json" || say "the status could not be sent"
  fi
}

secret() { # secret ADDRESS[#VERSION]
  case $source in
    s3) request secretsmanager -H 'X-Amz-Target: secretsmanager.GetSecretValue' \
      -H 'Content-Type: application/x-amz-json-1.1' -d "{\"SecretId\": \"${1%%#*}\"}" "$secrets/" | jq -e .SecretString ;;
    gcs) request - "$secrets/v1/$1:access" | jq -e '.payload.data | @base64d' ;;
    folder) jq -Rs . "$folder/secrets/$1" ;;
  esac
}

# --- the bundle

unpack() { # unpack FOLDER: the bundle's files, verified, whole or not at all
  local new=$root/bundles/.new path mode text
  [ ! -e "$1" ] || return 0
  rm -rf "$new"
  mkdir "$new"
  get "bundles/$digest.json" "$new/bundle.json" || fail "bundle $digest cannot be read; nothing was changed"
  sha256sum --status -c <<< "$digest  $new/bundle.json" || fail "bundle $digest is damaged, its digest is another; nothing was changed"
  jq -e '.schema == 1 and all((.files + .secretFiles)[].path; split("/") | all(. != "" and . != ".."))' \
    "$new/bundle.json" > /dev/null || fail "bundle $digest is of a kind this machine does not know; replace the machine"
  jq -j '.files[] | .path, "\u0000", .mode, "\u0000", .text, "\u0000"' "$new/bundle.json" > "$run/files"
  while IFS= read -r -d '' path && IFS= read -r -d '' mode && IFS= read -r -d '' text; do
    mkdir -p "$(dirname "$new/$path")"
    printf %s "$text" > "$new/$path"
    chmod "$mode" "$new/$path"
  done < "$run/files"
  sync -f "$new"
  mv -T "$new" "$1"
}

attempt() { # attempt: the bundle of the pointer; 3 and 4 say that nothing was changed
  local bundle
  trust "$pointer" 2> /dev/null || fail "the pointer is not signed by the stack of this machine; nothing was changed"
  release=$(jq -r '.release // ""' "$pointer") || true
  digest=$(jq -r '.digest | strings | select(test("^[0-9a-f]{64}$"))' "$pointer") || true
  [ -n "$digest" ] || fail "the pointer names no bundle; nothing was changed"
  bundle=$root/bundles/$digest
  say "converging to $release, bundle ${digest:0:12}"
  (umask 022; unpack "$bundle")
  SOURCEGRAPH_POINTER=$pointer bash "$bundle/converge.sh"
}

stay() { # stay: with the bundle in place, for want of a better one
  [ -e "$root/current" ] || return 1
  say "staying with the bundle in place"
  SOURCEGRAPH_STAY=1 bash "$root/current/converge.sh"
}

orders() { # what somebody wants of this machine once; the bundle in place knows how, and what it did before
  [ -e "$root/current/orders.sh" ] || return 0
  look order.json 2> /dev/null || true
  trust "$run/order.json" 2> /dev/null || set -- ''
  bash "$root/current/orders.sh" "$@" "$run/order.json" || true
}

arrive() { # arrive boot|poll
  local code=4
  if look pointer.json; then
    if [ "$1" = poll ] && cmp -s "$pointer" "$state/pointer.json"; then return; fi
    set +e
    (set -e; attempt)
    code=$?
    set -e
  else
    say "the pointer cannot be read"
  fi
  case $code in
    # Settled, for better or for worse; anything else is tried again at the next poll.
    0 | 3) cp "$pointer" "$state/pointer.new" && mv "$state/pointer.new" "$state/pointer.json" ;;
  esac
  case $1$code in boot3 | boot4) stay ;; *) return $code ;; esac
}

case ${1:-} in
  boot | poll)
    umask 077
    mkdir -p "$run"
    exec 9> "$run/lock"
    if [ "$1" = poll ]; then flock -n 9 || exit 0; else flock 9; fi
    mkdir -p "$root/bundles" "$state"
    if [ "$1" = poll ]; then
      [ ! -e "$root/current/measure.sh" ] || bash "$root/current/measure.sh" || true
      orders
    fi
    arrive "$1" ;;
  secrets) for address in "${@:2}"; do secret "$address"; done ;;
  publish) publish ;;
  request) request "${@:2}" ;;
  *)
    echo "usage: $0 boot|poll|publish|secrets ADDRESS...|request SERVICE ..." >&2
    exit 2 ;;
esac
