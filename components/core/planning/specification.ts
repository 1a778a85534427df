import { InputError, type Problem } from "../errors";
import type { DatabaseName } from "../product/service";
import { checkCombinations } from "./combinations";
import type { Config } from "./config";
import { problemsOf } from "./problems";
import { configSchema } from "./schema";
import type { SizeName, Usage } from "./sizes";

/** Texts of the files a config names, read at the edge of the program: path as written to text. */
export type FileTexts = Readonly<Record<string, string>>;

/** PostgreSQL outside the deployment. */
export interface ExternalDatabase {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly sslmode: string;
  readonly passwordSecret: string;
}

/** A config, parsed, checked and completed: nothing is left to a default further on. */
export interface Specification {
  readonly name: string;
  readonly shape: "vm";
  readonly cloud: "aws" | "gcp" | "local";
  readonly region: string;
  readonly zone: string;
  readonly release: string;
  readonly size: { readonly named: SizeName } | { readonly usage: Usage };
  readonly domain?: string;
  readonly dnsZone?: string;
  readonly tls: {
    readonly mode: "acme" | "certificate" | "load-balancer" | "none";
    readonly email?: string;
    readonly staging: boolean;
    readonly certificate?: string;
    readonly keySecret?: string;
    readonly certificateArn?: string;
  };
  readonly access: {
    readonly allowedCidrs: readonly string[];
    readonly sshKeys: readonly string[];
    readonly trustedProxies?: readonly string[];
    readonly iapMembers: readonly string[];
  };
  readonly network:
    | { readonly cidr: string; readonly reservedCidrs: readonly string[] }
    | {
        readonly existing: {
          readonly vpcId?: string;
          readonly subnetId?: string;
          readonly loadBalancerSubnetIds?: readonly string[];
          readonly network?: string;
          readonly instanceConnect: boolean;
        };
      };
  readonly databases: Readonly<Record<DatabaseName, "bundled" | ExternalDatabase>>;
  readonly cache: {
    readonly cache: "bundled" | { readonly secret: string };
    readonly store: "bundled" | { readonly secret: string };
  };
  readonly objectStorage: "bundled" | ExternalObjectStorage;
  readonly registry?: { readonly host: string; readonly credentialsSecret?: string; readonly pinDigests: boolean };
  readonly smtp?: NonNullable<Config["smtp"]>;
  readonly siteConfig?: {
    readonly site?: string;
    readonly codeHosts?: string;
    readonly globalSettings?: string;
    readonly allowEdits: boolean;
  };
  readonly proxy?: { readonly http?: string; readonly https?: string; readonly noProxy: readonly string[] };
  readonly tracing: boolean;
  readonly backup: { readonly keepDays: number; readonly hourUtc: number };
  readonly alarms?: { readonly email: string };
  readonly machine: { readonly type?: string; readonly rootDiskGb: number };
  readonly dataDisk: NonNullable<Config["dataDisk"]>;
  readonly deletionProtection: boolean;
  readonly acknowledge: readonly string[];
  readonly allowDataLoss: readonly string[];
  readonly overrides: NonNullable<Config["overrides"]>;
  readonly tags: Readonly<Record<string, string>>;
  /** Names of the encrypted config values; the values stay outside. */
  readonly secrets: readonly string[];
  readonly gcp?: { readonly project: string };
  readonly local: { readonly httpPort: number; readonly address: string; readonly host?: string };
}

/** Buckets outside the deployment. */
export interface ExternalObjectStorage {
  readonly backend: "S3" | "GCS";
  readonly bucket?: string;
  readonly codeIntelBucket?: string;
  readonly searchJobsBucket?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly project?: string;
  readonly pathStyle: boolean;
  readonly accessKeyIdSecret?: string;
  readonly secretAccessKeySecret?: string;
}

function completeDatabase(config: Config["databases"], name: DatabaseName): "bundled" | ExternalDatabase {
  const external = typeof config === "object" ? config.external[name] : undefined;
  if (external === undefined) return "bundled";
  return {
    host: external.host,
    port: external.port ?? 5432,
    user: external.user,
    database: external.database,
    sslmode: external.sslmode ?? "require",
    passwordSecret: external.passwordSecret ?? "",
  };
}

function completeCache(config: Config["cache"], name: "cache" | "store"): "bundled" | { readonly secret: string } {
  const secret = typeof config === "object" ? config.external[name] : undefined;
  return secret === undefined ? "bundled" : { secret };
}

function completeNetwork(config: Config["network"]): Specification["network"] {
  if (config !== undefined && "existing" in config)
    return { existing: { ...config.existing, instanceConnect: config.existing.instanceConnect ?? false } };
  return { cidr: config?.cidr ?? "10.40.0.0/16", reservedCidrs: config?.reservedCidrs ?? [] };
}

function defaultTlsMode(config: Config): Specification["tls"]["mode"] {
  return config.cloud !== "local" && config.domain !== undefined ? "load-balancer" : "none";
}

function complete(config: Config, files: FileTexts): Specification {
  const file = (path: string | undefined) => (path === undefined ? undefined : files[path]);
  const tls = config.tls;
  const siteConfig = config.siteConfig;
  return {
    name: config.name ?? "sourcegraph",
    shape: "vm",
    cloud: config.cloud,
    region: config.region ?? "local",
    zone:
      config.zone ?? (config.cloud === "local" ? "local" : `${config.region}${config.cloud === "gcp" ? "-a" : "a"}`),
    release: config.release,
    size: config.usage === undefined ? { named: config.size ?? "XS" } : { usage: config.usage },
    domain: config.domain,
    dnsZone: config.dnsZone,
    tls: {
      mode: tls?.mode ?? defaultTlsMode(config),
      email: tls?.email,
      staging: tls?.staging ?? false,
      certificate: file(tls?.certificateFile),
      keySecret: tls?.keySecret,
      certificateArn: tls?.certificateArn,
    },
    access: {
      allowedCidrs: config.access?.allowedCidrs ?? [],
      sshKeys: config.access?.sshKeys ?? [],
      trustedProxies: config.access?.trustedProxies,
      iapMembers: config.access?.iapMembers ?? [],
    },
    network: completeNetwork(config.network),
    databases: {
      frontend: completeDatabase(config.databases, "frontend"),
      codeIntel: completeDatabase(config.databases, "codeIntel"),
      codeInsights: completeDatabase(config.databases, "codeInsights"),
    },
    cache: { cache: completeCache(config.cache, "cache"), store: completeCache(config.cache, "store") },
    objectStorage:
      typeof config.objectStorage === "object"
        ? { ...config.objectStorage.external, pathStyle: config.objectStorage.external.pathStyle ?? false }
        : "bundled",
    registry:
      config.registry === undefined
        ? undefined
        : { ...config.registry, pinDigests: config.registry.pinDigests ?? true },
    smtp: config.smtp,
    siteConfig:
      siteConfig === undefined
        ? undefined
        : {
            site: file(siteConfig.siteFile),
            codeHosts: file(siteConfig.codeHostsFile),
            globalSettings: file(siteConfig.globalSettingsFile),
            allowEdits: siteConfig.allowEdits ?? false,
          },
    proxy: config.proxy === undefined ? undefined : { ...config.proxy, noProxy: config.proxy.noProxy ?? [] },
    tracing: config.tracing ?? false,
    backup: { keepDays: config.backup?.keepDays ?? 14, hourUtc: config.backup?.hourUtc ?? 3 },
    alarms: config.alarms,
    machine: { type: config.machine?.type, rootDiskGb: config.machine?.rootDiskGb ?? 50 },
    dataDisk: config.dataDisk ?? {},
    deletionProtection: config.deletionProtection ?? true,
    acknowledge: config.acknowledge ?? [],
    allowDataLoss: config.allowDataLoss ?? [],
    overrides: config.overrides ?? {},
    tags: config.tags ?? {},
    secrets: Object.keys(config.secrets ?? {}).sort(),
    gcp: config.gcp,
    local: {
      httpPort: config.local?.httpPort ?? 7080,
      address: config.local?.address ?? "127.0.0.1",
      host: config.local?.host,
    },
  };
}

/**
 * Parses, checks and completes a config.
 *
 * @param config what the user wrote; encrypted values may be anything, only their names are used
 * @param files texts of the files the config names, by the path as written
 * @throws InputError naming every problem at once
 * @example parseSpecification({ cloud: "local", release: "7.5.4453" })
 */
export function parseSpecification(config: unknown, files: FileTexts = {}): Specification {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    // What is well formed is checked for contradictions all the same, so that one run shows everything.
    const problems = problemsOf(parsed.error.issues, configSchema, config);
    throw new InputError([...problems, ...contradictionsOfPart(config, problems, files)]);
  }
  const problems = checkCombinations(parsed.data, files);
  if (problems.length > 0) throw new InputError(problems);
  return complete(parsed.data, files);
}

/** Drops the malformed top-level keys and checks what is left, as far as it can be checked. */
function contradictionsOfPart(config: unknown, problems: readonly Problem[], files: FileTexts): Problem[] {
  if (typeof config !== "object" || config === null) return [];
  const bad = new Set(problems.map((problem) => problem.path.split(".")[0]));
  const rest = Object.fromEntries(Object.entries(config).filter(([key]) => !bad.has(key)));
  const parsed = configSchema.partial().safeParse(rest);
  if (!parsed.success) return [];
  return checkCombinations(parsed.data, files).filter((problem) => !bad.has(problem.path.split(".")[0]));
}

/** The paths of the files a config names, for the edge of the program to read. */
export function filesNamed(config: unknown): string[] {
  const parsed = configSchema.partial().safeParse(config);
  if (!parsed.success) return [];
  const { tls, siteConfig } = parsed.data;
  return [tls?.certificateFile, siteConfig?.siteFile, siteConfig?.codeHostsFile, siteConfig?.globalSettingsFile].filter(
    (path) => path !== undefined,
  );
}
