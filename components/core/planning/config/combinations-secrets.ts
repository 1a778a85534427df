import { parse as parseJsonc, type ParseError } from "jsonc-parser";
import { nearest, show, type Problems } from "./problems";
import type { Config } from "./config";
import { databasePasswords } from "../planned-secrets";
import { secretNames, splitPlaceholders } from "../secrets";

type Files = Readonly<Record<string, string>>;

const secretKeys =
  /^(token|password|secret|clientSecret|licenseKey|privateKey|accessToken|webhookSecret|secretAccessKey|apiKey)$/i;
const wholePlaceholder = /^\$\{secret:[^}]+\}$/;
const fileKeys = ["siteFile", "codeHostsFile", "globalSettingsFile"] as const;

/** Places in a file where a value stands in the open that should be a secret. */
function literalSecrets(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === "" ? key : `${path}.${key}`;
    const open = typeof inner === "string" && inner !== "" && !wholePlaceholder.test(inner);
    return open && secretKeys.test(key) ? [here] : literalSecrets(inner, here);
  });
}

function checkFiles(config: Partial<Config>, files: Files, problems: Problems): void {
  for (const key of fileKeys) {
    const path = config.siteConfig?.[key];
    if (path === undefined) continue;
    const content = files[path];
    if (content === undefined) {
      problems.add(`siteConfig.${key}`, `names a file that cannot be read, got ${show(path)}`);
      continue;
    }
    const errors: ParseError[] = [];
    const value: unknown = parseJsonc(content, errors, { allowTrailingComma: true });
    if (errors.length > 0 || typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.add(`siteConfig.${key}`, `${path} must hold one JSON object (comments are allowed)`);
      continue;
    }
    for (const place of literalSecrets(value, ""))
      problems.add(
        `siteConfig.${key}`,
        `${path} holds a secret in the open at '${place}'; write "\${secret:NAME}" there and give the value by pulumi config set --secret --path 'sourcegraph:secrets.NAME'`,
      );
  }
}

/** A place of a config that refers to a secret. */
interface Reference {
  readonly path: string;
  readonly name: string;
  /** It stands in `${secret:…}`, hence is a name for certain; elsewhere it may be the secret itself by mistake. */
  readonly placeholder: boolean;
}

/** Named like a place of a secret, but what stands there is an object of the cluster. */
const namesObject = "kubernetes.ingress.tlsSecret";

/** The secret names a config refers to, with the place of each. */
function secretReferences(config: Partial<Config>, files: Files): Reference[] {
  const found: Reference[] = [];
  const inText = (text: string, path: string): void => {
    for (const name of secretNames(splitPlaceholders(text, "raw"))) found.push({ path, name, placeholder: true });
  };
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const here = path === "" ? key : `${path}.${key}`;
      if (typeof inner !== "string") walk(inner, here);
      else if (/^overrides\.[^.]+\.env\./.test(here)) inText(inner, here);
      else if ((/Secret$/.test(key) && here !== namesObject) || /^cache\.external\./.test(here))
        found.push({ path: here, name: inner, placeholder: false });
    }
  };
  const { secrets: _values, ...rest } = config;
  walk(rest, "");
  for (const key of fileKeys) {
    const text = files[config.siteConfig?.[key] ?? ""];
    if (text !== undefined) inText(text, `siteConfig.${key}`);
  }
  return found;
}

/** What a cloud's own secret store calls a secret. */
const storeNames = {
  aws: {
    shape: /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/,
    what: "the ARN of a secret in Secrets Manager",
  },
  gcp: {
    shape: /^projects\/[\w.:-]+\/secrets\/[\w-]+(\/versions\/\w+)?$/,
    what: "projects/PROJECT/secrets/NAME in Secret Manager",
  },
} as const;

function checkReferences(config: Partial<Config>, files: Files, problems: Problems): void {
  const { cloud } = config;
  const given = Object.keys(config.secrets ?? {});
  for (const { path, name, placeholder } of secretReferences(config, files)) {
    // Only a machine reads the cloud's secret store by itself.
    const store = config.shape === "kubernetes" || (cloud !== "aws" && cloud !== "gcp") ? undefined : storeNames[cloud];
    if (cloud === undefined || given.includes(name) || store?.shape.test(name) === true) continue;
    const setIt = (called: string) => `pulumi config set --secret --path 'sourcegraph:secrets.${called}'`;
    const orStore = store === undefined ? "" : `, or ${store.what}`;
    const meant = nearest(name, given);
    const fix = meant === undefined ? `set it by ${setIt("NAME")} and write NAME here` : `did you mean '${meant}'?`;
    // A value that may be the secret itself is never repeated.
    const message = placeholder
      ? `refers to the secret '${name}', which is not given; set it by ${setIt(name)}`
      : `must be the name of a secret under 'secrets'${orStore}; the value given is not one and not shown here; ${fix}`;
    problems.add(path, message, "secrets");
  }
}

/** The files with configuration, and the secrets that these and the config refer to. */
export function checkSecrets(config: Partial<Config>, files: Files, problems: Problems): void {
  for (const name of Object.keys(config.secrets ?? {}))
    // On Kubernetes it is the password of a database that is taken over.
    if (config.shape !== "kubernetes" && Object.hasOwn(databasePasswords, name))
      problems.add(`secrets.${name}`, "is the name of a password that is made for a bundled database; choose another");
  checkFiles(config, files, problems);
  checkReferences(config, files, problems);
}
