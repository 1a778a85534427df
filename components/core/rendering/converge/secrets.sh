#!/bin/bash
# Puts the secret files of the bundle in whose folder this file lies together, out of the secrets that POINTER
# gives addresses of. Nothing is printed but names; values go through pipes and files that only root reads.
#
#   bash secrets.sh POINTER
set -euo pipefail
umask 077
bundle=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
work=$(mktemp -d /run/sourcegraph-secrets.XXXXXX)
trap 'rm -rf "$work"' EXIT
say() { echo "sourcegraph: $*"; }

for name in $(jq -r '.secrets[]' "$bundle/bundle.json"); do
  address=$(jq -er --arg name "$name" '.secrets[$name] // empty' "$1") || { say "the pointer has no address of secret '$name'"; exit 1; }
  /usr/local/sbin/sourcegraph-fetch secrets "$address" > "$work/value" || { say "secret '$name' cannot be read"; exit 1; }
  jq --arg name "$name" '{($name): .}' "$work/value" >> "$work/values"
done
[ -e "$work/values" ] || echo '{}' > "$work/values"

# env: what compose undoes inside the double quotes of an environment file.
jq -j --slurpfile values "$work/values" '
  ($values | add) as $values
  | def spell: $values[.secret] as $value
      | if .as == "raw" then $value
        elif .as == "env" then $value | gsub("(?<c>[\\\\\"$])"; "\\\(.c)") | gsub("\n"; "\\n") | gsub("\r"; "\\r")
        elif .as == "json" then $value | tojson | .[1:-1]
        elif .as == "uri" then $value | @uri
        else error("unknown spelling") end;
    .secretFiles[] | .path, "\u0000", .mode, "\u0000", .owner // "0:0", "\u0000",
      ([.parts[] | if type == "string" then . else spell end] | add // ""), "\u0000"' "$bundle/bundle.json" > "$work/files"

while IFS= read -r -d '' path && IFS= read -r -d '' mode && IFS= read -r -d '' owner && IFS= read -r -d '' text; do
  path=$bundle/$path
  (umask 022 && mkdir -p "$(dirname "$path")")
  printf %s "$text" > "$path.new"
  chown "$owner" "$path.new"
  chmod "$mode" "$path.new"
  # A container may have the old file mounted: one that says the same stays.
  if cmp -s "$path.new" "$path"; then rm "$path.new"; else mv "$path.new" "$path"; fi
done < "$work/files"
