import { chartRepository } from "../../product/kubernetes/chart";
import { defaultEgressPorts, newestClusterVersion, storageDefaults } from "../kubernetes/defaults";
import { monolithAccount } from "./combinations-monolith";
import type { Config } from "./config";
import { makesStorageClass, replicaLicence } from "./replica-terms";
import type {
  SpecifiedBoundaries,
  SpecifiedCluster,
  SpecifiedKubernetes,
  SpecifiedManaged,
  SpecifiedStorageClass,
} from "./specified";

// Completes the parts of a config that are about Kubernetes, the cloud's own services and the rules of the boundaries.

/** What the rules of the boundaries are told. */
export function completeBoundaries({ boundaries = {}, gcp, ...config }: Partial<Config>): SpecifiedBoundaries {
  const isReplica = config.replica !== undefined;
  return {
    zone: boundaries.zone ?? "single-tenant",
    stage: boundaries.stage ?? (isReplica ? "development" : "production"),
    owner: boundaries.owner ?? "sourcegraph",
    account: boundaries.account ?? gcp?.project ?? monolithAccount({ boundaries, ...config }),
    licence: boundaries.licence ?? replicaLicence(config),
    syntheticData: boundaries.syntheticData ?? isReplica,
    development: boundaries.development,
    companyDomains: boundaries.companyDomains,
    enforce: boundaries.enforce ?? false,
    exceptions: boundaries.exceptions ?? [],
  };
}

/** Days that snapshots of the Redis that must not be lost are kept, where nothing is said. */
const storeBackupDays = 7;

function completeStorageClass(config: Config, cloud: "aws" | "gcp" | "existing"): SpecifiedStorageClass {
  const given = config.kubernetes?.storageClass;
  const create = makesStorageClass(config);
  const defaults = storageDefaults(cloud, config.cluster?.autoMode ?? false);
  return {
    name: given?.name ?? (create ? "sourcegraph" : undefined),
    create,
    provisioner: create ? (given?.provisioner ?? defaults?.provisioner) : undefined,
    parameters: given?.parameters ?? defaults?.parameters ?? {},
    expandable: given?.expandable ?? true,
  };
}

/** Where the controller of a class runs by its makers' defaults; undefined where the cloud's load balancer reaches pods by itself. */
function controllerNamespaceOf(className: string | undefined): string | undefined {
  if (className === "alb" || className === "gce" || className === "gce-internal") return undefined;
  return className === "openshift-default" ? "openshift-ingress" : "ingress-nginx";
}

function completeIngress(config: Config, cloud: "aws" | "gcp" | "existing"): SpecifiedKubernetes["ingress"] {
  const given = config.kubernetes?.ingress;
  const className = given?.className ?? (cloud === "aws" ? "alb" : cloud === "gcp" ? "gce" : undefined);
  const issuer = given?.issuer;
  return {
    enabled: given?.enabled ?? true,
    className,
    annotations: given?.annotations ?? {},
    tlsSecret: given?.tlsSecret,
    issuer: issuer === undefined ? undefined : { name: issuer.name, kind: issuer.kind ?? "ClusterIssuer" },
    internal: given?.internal ?? false,
    controllerNamespace: given?.controllerNamespace ?? controllerNamespaceOf(className),
  };
}

/** How Sourcegraph runs on the cluster. */
export function completeKubernetes(config: Config, cloud: "aws" | "gcp" | "existing"): SpecifiedKubernetes {
  const given = config.kubernetes ?? {};
  const profile = given.profile ?? (config.modes?.includes("air-gapped") === true ? "air-gapped" : "default");
  const restricted = profile === "restricted";
  const everywhere = { cidr: "0.0.0.0/0", ports: defaultEgressPorts };
  return {
    namespace: given.namespace ?? "sourcegraph",
    // A replica stands in for the customer's admins too, where it is told what they do not allow.
    createNamespace: given.createNamespace ?? (!restricted || config.replica?.cluster !== undefined),
    profile,
    via: given.via ?? "native",
    storageClass: completeStorageClass(config, cloud),
    ingress: completeIngress(config, cloud),
    networkPolicies: given.networkPolicies?.enabled ?? true,
    egress: given.networkPolicies?.egress ?? (profile === "air-gapped" ? [] : [everywhere]),
    serviceAccounts: {
      create: given.serviceAccounts?.create ?? true,
      name: given.serviceAccounts?.name,
      perWorkload: given.serviceAccounts?.perWorkload ?? false,
      annotations: given.serviceAccounts?.annotations ?? {},
    },
    userIds: given.userIds ?? "image",
    priorityClass:
      given.priorityClass === undefined
        ? undefined
        : {
            name: given.priorityClass.name,
            create: given.priorityClass.create ?? !restricted,
            value: given.priorityClass.value ?? 1000,
          },
    autoscaling: Object.fromEntries(
      Object.entries(given.autoscaling ?? {}).map(([service, scaling]) => [
        service,
        { minimum: scaling.minimum, maximum: scaling.maximum, cpuPercent: scaling.cpuPercent ?? 70 },
      ]),
    ),
    snapshotClass: given.snapshotClass,
    leaveOut: [
      ...new Set([
        ...(given.leaveOut ?? []),
        ...(restricted ? (["cadvisor", "node-exporter", "otel-agent"] as const) : []),
      ]),
    ],
    executors:
      given.executors === undefined
        ? undefined
        : {
            kind: given.executors.kind,
            image: given.executors.image,
            dockerImage: given.executors.dockerImage,
            queues: given.executors.queues ?? ["batches", "codeintel"],
            replicas: given.executors.replicas ?? 1,
            maximumJobs: given.executors.maximumJobs ?? 10,
            passwordSecret: given.executors.passwordSecret,
          },
    handOver: given.handOver ?? false,
    helmRelease: given.helmRelease ?? "sourcegraph",
    chartRepository: given.chartRepository ?? chartRepository,
  };
}

/** The cluster. */
export function completeCluster(config: Config): SpecifiedCluster {
  const given = config.cluster ?? {};
  return {
    existing: config.cloud === "existing" ? (given.existing ?? {}) : given.existing,
    workloads: given.workloads ?? true,
    version: given.version ?? newestClusterVersion,
    endpoint: {
      public: given.endpoint?.public ?? true,
      allowedCidrs: given.endpoint?.allowedCidrs ?? config.access?.allowedCidrs ?? [],
    },
    admins: given.admins ?? [],
    autoMode: given.autoMode ?? false,
    nodes: given.nodes ?? {},
    releaseChannel: given.releaseChannel ?? "STABLE",
    maintenance: given.maintenance ?? { day: "SU", hourUtc: 4 },
  };
}

/** Settings of the cloud's own services. */
export function completeManaged(config: Config): SpecifiedManaged {
  const databases = typeof config.databases === "object" ? config.databases.managed : undefined;
  const cache = typeof config.cache === "object" ? config.cache.managed : undefined;
  const objectStorage = typeof config.objectStorage === "object" ? config.objectStorage.managed : undefined;
  return {
    databases: {
      version: databases?.version ?? "16",
      machineType: databases?.machineType,
      sizeGb: databases?.sizeGb,
      highlyAvailable: databases?.highlyAvailable ?? true,
      login: databases?.login ?? "password",
      backupDays: databases?.backupDays ?? 14,
    },
    cache: {
      machineType: cache?.machineType,
      sizeGb: cache?.sizeGb,
      highlyAvailable: cache?.highlyAvailable,
      tls: cache?.tls ?? config.cloud === "aws",
      backupDays: cache?.backupDays ?? storeBackupDays,
    },
    objectStorage: { versioning: objectStorage?.versioning ?? true },
  };
}
