import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import type { PlannedSecretObject } from "../../planning/kubernetes/workload";
import { databasePasswords } from "../../planning/planned-secrets";
import { secretNames, type SecretPart } from "../../planning/secrets";

/** A text as one word of the shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Name of the variable that holds the value of a secret: `smtpPassword` is read from `SECRET_SMTP_PASSWORD`. */
export function secretVariable(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_");
  return `SECRET_${words.toUpperCase()}`;
}

/** What a secret is called in the script, each by a name of its own. */
function variablesOf(plan: KubernetesPlan): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const { name } of plan.secrets) {
    const wanted = secretVariable(name);
    const others = [...taken.values()].filter((other) => other === wanted || other.startsWith(`${wanted}_`)).length;
    taken.set(name, others === 0 ? wanted : `${wanted}_${others + 1}`);
  }
  return taken;
}

const head = `#!/usr/bin/env bash
# Makes the Secrets of the namespace. Run it after 00-ground and before the rest, and again when a value has changed.
# Values come from the environment; passwords of databases are made at random where they are missing, and kept otherwise.
set -euo pipefail
umask 077
`;

const needs = `
missing=0
# need NAME PURPOSE: the value of a variable must be there.
need() { [ -n "\${!1:-}" ] || { echo "set $1: $2" >&2; missing=1; }; }
`;

const functions = String.raw`
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# raw VALUE: writes it as it is.
raw() { printf '%s' "$1"; }
# json VALUE: writes it as it stands inside a JSON string. The point keeps newlines at its end.
json() {
  { raw "$1"; printf .; } |
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' -e 's/\r/\\r/g' |
    awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }' | sed 's/\.$//'
}
# base64_of VALUE: writes it in base64.
base64_of() { raw "$1" | base64 | tr -d '\n'; }
# exists SECRET: whether it is in the namespace; the script ends where that cannot be seen.
exists() {
  local found
  found=$(kubectl -n "$namespace" get secret "$1" --ignore-not-found -o name) || exit 1
  [ -n "$found" ]
}
# from_files SECRET TYPE: the Secret from the files in its folder, as an object.
from_files() {
  kubectl -n "$namespace" create secret generic "$1" --type="$2" --from-file="$folder/$1" --dry-run=client -o yaml
}
# create SECRET TYPE: makes it, and fails where it is there.
create() { from_files "$@" | kubectl create -f -; }
# make SECRET TYPE: makes or changes it.
make() { from_files "$@" | kubectl apply --server-side --force-conflicts --field-manager=sourcegraph-secrets -f -; }
`;

function part(value: SecretPart, variables: ReadonlyMap<string, string>): string {
  if (typeof value === "string") return `raw ${quoted(value)}`;
  const variable = `"$${variables.get(value.secret) ?? secretVariable(value.secret)}"`;
  switch (value.as) {
    case "raw":
    case "env":
      return `raw ${variable}`;
    case "json":
      return `json ${variable}`;
    case "base64":
      return `base64_of ${variable}`;
    case "uri":
      throw new Error(`no Secret holds '${value.secret}' as part of a URL`);
    default: {
      const never: never = value.as;
      return never;
    }
  }
}

function block(
  object: PlannedSecretObject,
  generated: readonly string[],
  variables: ReadonlyMap<string, string>,
): string {
  const { name, type = "Opaque", data } = object;
  const own = [...new Set(Object.values(data).flatMap((parts) => secretNames(parts)))].filter((secret) =>
    generated.includes(secret),
  );
  const files = Object.entries(data).map(
    ([key, parts]) =>
      `{ ${parts.map((each) => `${part(each, variables)}; `).join("") || ":; "}} >"$folder/${name}/${key}"`,
  );
  const made = [
    ...own.map((secret) => `${variables.get(secret) ?? ""}=$(openssl rand -hex 24)`),
    `mkdir "$folder/${name}"`,
    ...files,
    `${own.length === 0 ? "make" : "create"} ${name} ${type}`,
  ];
  if (own.length === 0) return `${made.join("\n")}\n`;
  // A new password would not open the database that was made with the old one.
  return `if exists ${name}; then echo "secret/${name} kept"; else\n${made.map((line) => `  ${line}`).join("\n")}\nfi\n`;
}

/**
 * A script that makes the Secrets with kubectl. It holds no value: passwords that guard bundled databases are made at
 * random once, every other value is read from a variable of the environment.
 */
export function renderSecretsScript(plan: KubernetesPlan): string {
  const variables = variablesOf(plan);
  const generated = Object.keys(databasePasswords);
  const needed = plan.secrets.filter(({ name }) => !generated.includes(name));
  const checks = needed.map(({ name, purpose }) => `need ${variables.get(name) ?? ""} ${quoted(purpose)}\n`);
  return [
    head,
    ...(checks.length === 0 ? [] : [needs, ...checks, '[ "$missing" = 0 ] || exit 2\n']),
    `\nnamespace=${quoted(plan.namespace.name)}\n`,
    functions,
    ...plan.secretObjects.map((object) => `\n${block(object, generated, variables)}`),
  ].join("");
}
