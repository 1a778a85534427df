import { defaultTlsMode } from "./tls-mode";
import { InputError, RefusedError } from "../../errors";
import type { DatabaseName } from "../../product/service";
import { checkCombinations } from "./combinations";
import type { Config } from "./config";
import { releaseProblem } from "./combinations-machine";
import { modeRefusals } from "./combinations-modes";
import { monolithRefusals } from "./combinations-monolith";
import { replicaRefusals } from "./combinations-replica";
import { overridesFor } from "./modes";
import { partialSchema, readConfig } from "./reading";
import { completeReplica } from "./replica-terms";
import { codeHostConnections } from "../replica/code-hosts";
import { presetPrefix } from "../replica/presets";
import { siteTextFor } from "./site-text";
import { completeBoundaries, completeCluster, completeKubernetes, completeManaged } from "./completion";
import type {
  CommonSpecification,
  ExternalDatabase,
  ExternalRedis,
  KubernetesSpecification,
  Specification,
  VmSpecification,
} from "./specified";

export type * from "./specified";

/** Texts of the files a config names, read at the edge of the program: path as written to text. */
export type FileTexts = Readonly<Record<string, string>>;

function completeDatabase(config: Config["databases"], name: DatabaseName): "bundled" | "managed" | ExternalDatabase {
  const external = typeof config === "object" ? config.external?.[name] : undefined;
  if (external === undefined) return isManaged(config, name) ? "managed" : "bundled";
  return {
    host: external.host,
    port: external.port ?? 5432,
    user: external.user,
    database: external.database,
    sslmode: external.sslmode ?? "require",
    passwordSecret: external.passwordSecret ?? "",
  };
}

function completeCache(config: Config["cache"], name: "cache" | "store"): "bundled" | "managed" | ExternalRedis {
  const secret = typeof config === "object" ? config.external?.[name] : undefined;
  if (secret !== undefined) return { secret };
  return isManaged(config, name) ? "managed" : "bundled";
}

function completeObjectStorage(config: Config["objectStorage"]): Specification["objectStorage"] {
  const external = typeof config === "object" ? config.external : undefined;
  if (external !== undefined) return { ...external, pathStyle: external.pathStyle ?? false };
  return config === "managed" || (typeof config === "object" && config.managed !== undefined) ? "managed" : "bundled";
}

/** Whether the cloud's own service is one of several stores: all of them, unless some are named. */
function isManaged(config: Config["databases"] | Config["cache"], name: string): boolean {
  if (typeof config !== "object") return config === "managed";
  if (config.managed === undefined) return false;
  const only: readonly string[] | undefined = config.managed.only;
  return only === undefined || only.includes(name);
}

function completeNetwork(config: Config["network"]): Specification["network"] {
  if (config !== undefined && "existing" in config)
    return { existing: { ...config.existing, instanceConnect: config.existing.instanceConnect ?? false } };
  return { cidr: config?.cidr ?? "10.40.0.0/16", reservedCidrs: config?.reservedCidrs ?? [] };
}

/** Regions of Google Cloud that have no zone `a`. */
const withoutZoneA = new Set(["us-east1", "europe-west1"]);

function firstZone(cloud: "aws" | "gcp", region: string): string {
  if (cloud === "aws") return `${region}a`;
  return `${region}-${withoutZoneA.has(region) ? "b" : "a"}`;
}

/** A config of what has a release, which is checked. */
type DeployedConfig = Config & Required<Pick<Config, "release">>;

const brokenHeadline = "what the instance promises is broken";

function completeSiteConfig(
  { siteConfig, modes = [], replica }: Config,
  file: (path: string | undefined) => string | undefined,
): CommonSpecification["siteConfig"] {
  const site = siteTextFor({ modes, replica }, file(siteConfig?.siteFile));
  const connections = codeHostConnections(replica?.codeHosts ?? []);
  if (siteConfig === undefined && site === undefined && connections === undefined) return undefined;
  return {
    site,
    codeHosts: file(siteConfig?.codeHostsFile) ?? connections,
    globalSettings: file(siteConfig?.globalSettingsFile),
    allowEdits: siteConfig?.allowEdits ?? false,
  };
}

function completeCommon(config: DeployedConfig, files: FileTexts): CommonSpecification {
  const file = (path: string | undefined) => (path === undefined ? undefined : files[path]);
  const tls = config.tls;
  return {
    name: config.name ?? "sourcegraph",
    region: config.region ?? config.cloud,
    zone:
      config.zone ??
      (config.cloud === "aws" || config.cloud === "gcp" ? firstZone(config.cloud, config.region ?? "") : config.cloud),
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
    objectStorage: completeObjectStorage(config.objectStorage),
    managed: completeManaged(config),
    registry:
      config.registry === undefined
        ? undefined
        : { ...config.registry, pinDigests: config.registry.pinDigests ?? true },
    smtp: config.smtp,
    siteConfig: completeSiteConfig(config, file),
    proxy: config.proxy === undefined ? undefined : { ...config.proxy, noProxy: config.proxy.noProxy ?? [] },
    tracing: config.tracing ?? false,
    backup: {
      keepDays: config.backup?.keepDays ?? 14,
      hourUtc: config.backup?.hourUtc ?? 3,
      keepDumps: config.backup?.keepDumps ?? 3,
      drillDays: config.backup?.drillDays ?? 30,
    },
    boundaries: completeBoundaries(config),
    modes: config.modes ?? [],
    customerKey: config.customerKey,
    expires: config.expires,
    replica: completeReplica(config),
    alarms: config.alarms,
    machine: {
      type: config.machine?.type,
      rootDiskGb: config.machine?.rootDiskGb ?? 50,
      packageMirror: config.machine?.packageMirror,
      image: config.machine?.image,
    },
    dataDisk: config.dataDisk ?? {},
    deletionProtection: config.deletionProtection ?? config.replica === undefined,
    ...(config.suspended === undefined ? {} : { suspended: config.suspended }),
    upgrade: config.upgrade ?? "in-place",
    outsideCheck: { ...config.outsideCheck, enabled: config.outsideCheck?.enabled ?? true },
    acknowledge: config.acknowledge ?? [],
    allowDataLoss: config.allowDataLoss ?? [],
    overrides: overridesFor(config),
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

function complete(config: DeployedConfig, files: FileTexts): Specification {
  const common = completeCommon(config, files);
  const { cloud } = config;
  if (config.shape === "kubernetes" && cloud !== "local")
    return {
      ...common,
      shape: "kubernetes",
      cloud,
      kubernetes: completeKubernetes(config, cloud),
      cluster: completeCluster(config),
    };
  // The combinations are checked: a machine is never on a cluster that exists, nor of a size beyond one machine.
  return { ...common, shape: "vm", cloud, size: common.size } as VmSpecification;
}

/**
 * Parses, checks and completes a config.
 *
 * @param config what the user wrote; encrypted values may be anything, only their names are used
 * @param files texts of the files the config names, by the path as written
 * @throws InputError naming every problem at once: malformed values, contradictions, a release that cannot be deployed, usage
 * beyond one machine
 * @throws RefusedError when all that is wrong is a release too old to be rendered
 * @example parseSpecification({ cloud: "local", release: "7.5.4453" })
 */
export function parseSpecification(config: unknown, files: FileTexts = {}): Specification {
  const { config: readable, problems: unreadable, malformed } = readConfig(config);
  const problems = [...unreadable, ...checkCombinations(readable, files, malformed)];
  const release = releaseProblem(readable);
  const broken = [
    ...modeRefusals(readable, files, malformed),
    ...monolithRefusals(readable, malformed),
    ...replicaRefusals(readable, files, malformed),
  ];
  if (problems.length > 0) throw new InputError([...problems, ...(release?.problems ?? []), ...broken]);
  if (release instanceof InputError) throw new InputError([...release.problems, ...broken]);
  if (broken.length > 0) throw new RefusedError([...(release?.problems ?? []), ...broken], brokenHeadline);
  if (release !== undefined) throw release;
  return complete(readable as DeployedConfig, files);
}

/** @throws InputError when a specification is not of one machine */
export function requireVm(specification: Specification): VmSpecification {
  if (specification.shape === "vm") return specification;
  throw new InputError([{ path: "shape", message: "is kubernetes, got where a machine is meant; use shape vm" }]);
}

/** @throws InputError when a specification is not of a deployment on Kubernetes */
export function requireKubernetes(specification: Specification): KubernetesSpecification {
  if (specification.shape === "kubernetes") return specification;
  throw new InputError([{ path: "shape", message: 'is vm, got where a cluster is meant; give "shape: kubernetes"' }]);
}

/** The paths of the files a config names, for the edge of the program to read. */
export function filesNamed(config: unknown): string[] {
  const parsed = partialSchema.safeParse(config);
  if (!parsed.success) return [];
  const { like, tls, siteConfig } = parsed.data;
  return [
    like?.startsWith(presetPrefix) === true ? undefined : like,
    tls?.certificateFile,
    siteConfig?.siteFile,
    siteConfig?.codeHostsFile,
    siteConfig?.globalSettingsFile,
  ].filter((path) => path !== undefined);
}
