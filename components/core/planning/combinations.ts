import { parse as parseJsonc, type ParseError } from "jsonc-parser";
import type { Problem } from "../errors";
import { checkNames, checkNetwork, isCidr } from "./addresses";
import { show } from "./problems";
import type { Config } from "./schema";
import { secretNames, splitPlaceholders } from "./secrets";

type Partially = Partial<Config>;

/** Collects problems under dotted paths. */
class Problems {
  readonly list: Problem[] = [];
  add(path: string, message: string): void {
    this.list.push({ path, message });
  }
}

function checkPlace(config: Partially, problems: Problems): void {
  const { cloud, region, zone } = config;
  if (cloud === "local") {
    for (const key of [
      "region",
      "zone",
      "machine",
      "dataDisk",
      "network",
      "dnsZone",
      "alarms",
      "backup",
      "gcp",
    ] as const)
      if (config[key] !== undefined)
        problems.add(key, `has no meaning for cloud local, got ${show(config[key])}; remove it`);
    if (config.access !== undefined) problems.add("access", "has no meaning for cloud local; use 'local.address'");
    return;
  }
  if (cloud === undefined) return;
  if (config.local !== undefined) problems.add("local", `has no meaning for cloud ${cloud}; remove it`);
  const shape = cloud === "aws" ? /^[a-z]{2}(-[a-z]+)+-\d$/ : /^[a-z]+-[a-z]+\d+$/;
  const example = cloud === "aws" ? "us-east-1" : "us-central1";
  if (region === undefined) problems.add("region", `is missing; cloud ${cloud} needs one, such as ${example}`);
  else if (!shape.test(region))
    problems.add("region", `must be a region of ${cloud} such as ${example}, got ${show(region)}`);
  if (zone !== undefined && region !== undefined && !zone.startsWith(region))
    problems.add("zone", `must be a zone of region ${region}, got ${show(zone)}`);
  if (cloud === "gcp" && config.gcp === undefined)
    problems.add("gcp.project", "is missing; cloud gcp needs the project the instance lives in");
  if (cloud === "aws" && config.gcp !== undefined) problems.add("gcp", "has no meaning for cloud aws; remove it");
  const disk = config.dataDisk;
  const types = cloud === "aws" ? ["gp3", "io2"] : ["pd-ssd", "pd-balanced", "hyperdisk-balanced"];
  if (disk?.type !== undefined && !types.includes(disk.type))
    problems.add("dataDisk.type", `must be one of ${types.join(", ")} on ${cloud}, got ${show(disk.type)}`);
}

function checkSize(config: Partially, problems: Problems): void {
  const { size, usage } = config;
  if (size !== undefined && usage !== undefined)
    problems.add("size", `and 'usage' exclude each other, got ${show(size)} and a usage; keep one of them`);
  if (size === undefined && usage === undefined && config.cloud !== "local")
    problems.add("size", "is missing; give a size (XS, S, M, L, XL) or 'usage'");
  if (usage !== undefined && usage.largestRepositoryGb > usage.totalSizeGb)
    problems.add(
      "usage.largestRepositoryGb",
      `must not be larger than 'usage.totalSizeGb' (${usage.totalSizeGb}), got ${usage.largestRepositoryGb}`,
    );
}

function checkTls(config: Partially, files: Readonly<Record<string, string>>, problems: Problems): void {
  const { tls, cloud, domain } = config;
  const cidrs = config.access?.allowedCidrs ?? [];
  if (tls === undefined || cloud === undefined) return;
  if (tls.mode === "acme") {
    if (domain === undefined) problems.add("tls.mode", "acme needs 'domain', got none; set the instance's host name");
    if (tls.email === undefined) problems.add("tls.email", "is missing; mode acme needs a contact address");
    if (cloud !== "local" && cidrs.length > 0 && !cidrs.includes("0.0.0.0/0"))
      problems.add(
        "tls.mode",
        `acme needs 'access.allowedCidrs' to hold 0.0.0.0/0, because the certificate authority connects from addresses it does not publish, got ${show(cidrs)}; use mode load-balancer or certificate for a closed instance`,
      );
  }
  if (tls.mode === "certificate") {
    if (domain === undefined)
      problems.add("tls.mode", "certificate needs 'domain', got none; set the instance's host name");
    if (tls.keySecret === undefined)
      problems.add("tls.keySecret", "is missing; mode certificate needs the private key as a secret");
    if (tls.certificateFile === undefined)
      problems.add("tls.certificateFile", "is missing; mode certificate needs the certificate chain, PEM");
    else if (files[tls.certificateFile]?.includes("-----BEGIN CERTIFICATE-----") !== true)
      problems.add(
        "tls.certificateFile",
        `must name a readable PEM file that begins with -----BEGIN CERTIFICATE-----, got ${show(tls.certificateFile)}`,
      );
    else if (/PRIVATE KEY/.test(files[tls.certificateFile] ?? ""))
      problems.add(
        "tls.certificateFile",
        "holds a private key; keep only certificates in it and give the key by 'tls.keySecret'",
      );
  }
  if (tls.mode === "load-balancer") {
    if (cloud === "local")
      problems.add("tls.mode", "load-balancer has no meaning for cloud local; use none or certificate");
    else if (domain === undefined)
      problems.add("tls.mode", "load-balancer needs 'domain', got none; set the instance's host name");
    if (cloud === "aws" && domain !== undefined && tls.certificateArn === undefined && config.dnsZone === undefined)
      problems.add(
        "tls.certificateArn",
        "is missing; give an existing certificate, or 'dnsZone' to have one issued and validated",
      );
    const network = config.network;
    if (
      cloud === "aws" &&
      network !== undefined &&
      "existing" in network &&
      (network.existing.loadBalancerSubnetIds ?? []).length < 2
    )
      problems.add(
        "network.existing.loadBalancerSubnetIds",
        "needs at least two subnets in different zones for tls.mode load-balancer",
      );
  }
  if (tls.certificateArn !== undefined && (tls.mode !== "load-balancer" || cloud !== "aws"))
    problems.add("tls.certificateArn", "goes only with tls.mode load-balancer on aws; remove it");
}

function checkAccess(config: Partially, problems: Problems): void {
  const cidrs = config.access?.allowedCidrs;
  if (config.cloud !== "local" && config.cloud !== undefined && (cidrs === undefined || cidrs.length === 0))
    problems.add(
      "access.allowedCidrs",
      "is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
    );
  for (const key of ["allowedCidrs", "trustedProxies"] as const)
    (config.access?.[key] ?? []).forEach((cidr, index) => {
      if (!isCidr(cidr))
        problems.add(`access.${key}.${index}`, `must be a CIDR block such as 10.0.0.0/8, got ${show(cidr)}`);
    });
  (config.access?.sshKeys ?? []).forEach((key, index) => {
    if (
      !/^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\.com) [A-Za-z0-9+/=]+( \S.*)?$/.test(
        key,
      )
    )
      problems.add(
        `access.sshKeys.${index}`,
        `must be a public key in OpenSSH's form such as "ssh-ed25519 AAAA... name", got ${show(key)}`,
      );
  });
}

function checkServices(config: Partially, problems: Problems): void {
  for (const key of ["databases", "cache", "objectStorage"] as const)
    if (config[key] === "managed")
      problems.add(key, "managed is not offered for shape vm yet; use bundled, or external with a service you run");
  const { databases, cache, objectStorage, overrides } = config;
  if (typeof databases === "object") {
    const named = Object.entries(databases.external);
    if (named.length === 0)
      problems.add(
        "databases.external",
        "names no database; give frontend, codeIntel or codeInsights, or write bundled",
      );
    for (const [name, database] of named)
      if (database?.passwordSecret === undefined)
        problems.add(
          `databases.external.${name}.passwordSecret`,
          "is missing; an external database needs the secret with its password",
        );
    const { frontend, codeIntel } = databases.external;
    if (
      frontend &&
      codeIntel &&
      frontend.host === codeIntel.host &&
      (frontend.port ?? 5432) === (codeIntel.port ?? 5432) &&
      frontend.database === codeIntel.database
    )
      problems.add(
        "databases.external.codeIntel.database",
        `must not be the database of 'frontend', got ${show(codeIntel.database)} on ${codeIntel.host} twice; Sourcegraph refuses to start on a shared one`,
      );
  }
  if (typeof cache === "object" && Object.keys(cache.external).length === 0)
    problems.add("cache.external", "names neither cache nor store; give one of them, or write bundled");
  if (typeof objectStorage === "object") {
    const storage = objectStorage.external;
    const buckets = [storage.bucket, storage.codeIntelBucket, storage.searchJobsBucket];
    if (buckets.every((bucket) => bucket === undefined))
      problems.add("objectStorage.external.bucket", "is missing; name the bucket");
    if (storage.backend === "S3" && storage.region === undefined)
      problems.add("objectStorage.external.region", "is missing; backend S3 needs the region of the bucket");
    if (storage.backend === "GCS" && storage.project === undefined)
      problems.add("objectStorage.external.project", "is missing; backend GCS needs the project of the bucket");
    if ((storage.accessKeyIdSecret === undefined) !== (storage.secretAccessKeySecret === undefined))
      problems.add(
        "objectStorage.external",
        "needs both of accessKeyIdSecret and secretAccessKeySecret, or neither of them",
      );
    const identity = storage.backend === "S3" ? "aws" : "gcp";
    if (
      storage.accessKeyIdSecret === undefined &&
      config.cloud !== identity &&
      config.cloud !== undefined &&
      storage.backend === "S3"
    )
      problems.add(
        "objectStorage.external.accessKeyIdSecret",
        `is missing; a machine on ${config.cloud} has no identity of AWS`,
      );
  }
  for (const [service, override] of Object.entries(overrides ?? {})) {
    const scalable = ["gitserver", "searcher", "zoekt-webserver", "sourcegraph-frontend"];
    if (override?.replicas !== undefined && !scalable.includes(service))
      problems.add(
        `overrides.${service}.replicas`,
        `cannot be set; only ${scalable.join(", ")} have replicas${service === "zoekt-indexserver" ? " (zoekt-indexserver follows zoekt-webserver)" : ""}`,
      );
  }
  if (
    config.smtp !== undefined &&
    config.smtp.authentication !== "none" &&
    (config.smtp.username === undefined || config.smtp.passwordSecret === undefined)
  )
    problems.add("smtp", `authentication ${config.smtp.authentication} needs username and passwordSecret`);
}

const secretKeys =
  /^(token|password|secret|clientSecret|licenseKey|privateKey|accessToken|webhookSecret|secretAccessKey|apiKey)$/i;

function literalSecrets(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = path === "" ? key : `${path}.${key}`;
    if (typeof inner === "string" && secretKeys.test(key) && inner !== "" && !/^\$\{secret:[^}]+\}$/.test(inner))
      return [here];
    return literalSecrets(inner, here);
  });
}

function checkFiles(config: Partially, files: Readonly<Record<string, string>>, problems: Problems): void {
  for (const key of ["siteFile", "codeHostsFile", "globalSettingsFile"] as const) {
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

/** The secret names a config refers to, with the place of each. */
export function secretReferences(
  config: Partially,
  files: Readonly<Record<string, string>>,
): { path: string; name: string }[] {
  const found: { path: string; name: string }[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      const here = path === "" ? key : `${path}.${key}`;
      if (typeof inner === "string" && (/Secret$/.test(key) || /^cache\.external\./.test(here)))
        found.push({ path: here, name: inner });
      else walk(inner, here);
    }
  };
  const { secrets: _values, ...rest } = config;
  walk(rest, "");
  for (const key of ["siteFile", "codeHostsFile", "globalSettingsFile"] as const) {
    const text = files[config.siteConfig?.[key] ?? ""];
    if (text !== undefined)
      for (const name of secretNames(splitPlaceholders(text, "json"))) found.push({ path: `siteConfig.${key}`, name });
  }
  return found;
}

function checkSecrets(config: Partially, files: Readonly<Record<string, string>>, problems: Problems): void {
  const given = new Set(Object.keys(config.secrets ?? {}));
  for (const { path, name } of secretReferences(config, files)) {
    if (given.has(name)) continue;
    const fix = `set it by pulumi config set --secret --path 'sourcegraph:secrets.${name}'`;
    if (config.cloud === "local") problems.add(path, `refers to the secret ${show(name)}, which is not given; ${fix}`);
    else if (config.cloud === "aws" && !/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/.test(name))
      problems.add(
        path,
        `must be the name of a secret under 'secrets', or the ARN of a secret in Secrets Manager, got ${show(name)}; ${fix}`,
      );
    else if (config.cloud === "gcp" && !/^projects\/[^/]+\/secrets\/[^/]+(\/versions\/[^/]+)?$/.test(name))
      problems.add(
        path,
        `must be the name of a secret under 'secrets', or projects/PROJECT/secrets/NAME in Secret Manager, got ${show(name)}; ${fix}`,
      );
  }
}

/**
 * Every contradiction in a well-formed config.
 *
 * @param config the config; keys that were malformed are absent
 * @param files texts of the files it names
 */
export function checkCombinations(config: Partially, files: Readonly<Record<string, string>>): Problem[] {
  const problems = new Problems();
  checkPlace(config, problems);
  checkSize(config, problems);
  checkTls(config, files, problems);
  checkAccess(config, problems);
  checkServices(config, problems);
  checkFiles(config, files, problems);
  checkSecrets(config, files, problems);
  return [...problems.list, ...checkNames(config), ...checkNetwork(config)];
}
