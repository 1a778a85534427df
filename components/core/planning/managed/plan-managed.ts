import type { DatabaseName } from "../../product/service";
import { databaseService, databaseServices } from "../database-environment";
import type { DataResource } from "../data-safety";
import type { Specification } from "../config/specified";
import { estimate } from "../sizing/sizing";
import type { SizeLabel, Usage } from "../sizing/usage";
import { maxConnections, type Sizing } from "./connections";
import type { PlannedBucket, PlannedCache, PlannedDatabase, PlannedManagedServices } from "./managed";
import { majorStep, majorVersionOf } from "./major-version";
import { cacheNodeFor, cacheNodeOfType, memorystoreGb, serverFor, serverOfType, type ServerType } from "./server-types";

/** Names of the resources, one stem each; part of the public contract. Memorystore and ElastiCache allow 40 characters. */
export const managedNames = {
  database: (name: string, database: DatabaseName) => `${name}-${databaseService(database)}`,
  cache: (name: string, cache: "cache" | "store") => `${name}-${cache}`,
  bucket: (name: string) => `${name}-uploads`,
} as const;

/** Extensions the product's schemas create. Source: external-services.md, permissions. */
const extensions: Readonly<Record<DatabaseName, readonly string[]>> = {
  frontend: ["citext", "hstore", "intarray", "pg_stat_statements", "pg_trgm", "pgcrypto"],
  codeIntel: ["intarray", "pg_stat_statements", "pg_trgm"],
  codeInsights: ["citext", "pg_trgm"],
};

/** Disk of a database, GB, and the largest both clouds have. Source: sizing.md 4. */
const smallestDiskGb = 200;
const largestDiskGb = 65_536;

/** Redis of each cloud, without cluster mode. Source: external-services.md 2. */
export const redisVersions = { aws: "7.1", gcp: "REDIS_7_2" } as const;

/** Statements are logged, where they are, without the values they were run with: those are of users. Takes effect at once. */
const withoutValues: Readonly<Record<string, string>> = { log_parameter_max_length: "0" };

/** Settings of the vendor's own PostgreSQL that a cloud's keeps too, in the units both clouds read. */
const vendorParameters: Readonly<Record<string, string>> = {
  max_wal_size: "8192",
  random_page_cost: "1.1",
  temp_file_limit: "20971520",
};

/** Bytes of memory a connection is counted with, RDS's own measure. */
const memoryPerConnection = 9_531_392;

function parametersOf(cloud: "aws" | "gcp", connections: number): PlannedDatabase["parameters"] {
  const common = { max_connections: String(connections), ...vendorParameters, ...withoutValues };
  return cloud === "gcp"
    ? { ...common, "cloudsql.iam_authentication": "off" }
    : { ...common, "rds.force_ssl": "1", shared_preload_libraries: "pg_stat_statements" };
}

/** Parameters that take effect at a restart only. */
const restartParameters = ["max_connections", "shared_preload_libraries"];

function serverOf(specification: Specification, cloud: "aws" | "gcp", needed: Omit<ServerType, "type">): ServerType {
  const { machineType } = specification.managed.databases;
  const computed = serverFor(needed, cloud);
  return machineType === undefined
    ? computed
    : (serverOfType(machineType, cloud) ?? { ...computed, type: machineType });
}

/** Autogrowth ends at three times the disk, so that a runaway table is noticed before it is paid for. */
function maximumSize(sizeGb: number): number {
  return Math.min(largestDiskGb, Math.max(1000, 3 * sizeGb));
}

function planDatabase(
  name: DatabaseName,
  service: string,
  specification: Specification,
  cloud: "aws" | "gcp",
  sizing: Sizing,
): PlannedDatabase {
  const given = specification.managed.databases;
  const needed = sizing[service];
  const connections = maxConnections(name, specification, sizing);
  const server = serverOf(specification, cloud, {
    vcpu: needed?.cpus.request ?? 2,
    memoryGib: Math.max(needed?.memoryGb.request ?? 4, (connections * memoryPerConnection) / 2 ** 30),
  });
  // The estimator says 0 for a feature that is not used; the database is there all the same, and a disk never shrinks.
  const sizeGb = given.sizeGb ?? Math.max(smallestDiskGb, needed?.diskGb ?? 0);
  const parameters = parametersOf(cloud, connections);
  return {
    name,
    resource: managedNames.database(specification.name, name),
    version: given.version,
    majorVersion: majorVersionOf(given.version),
    majorUpgrade: specification.acknowledge.includes(majorStep(given.version)),
    machineType: server.type,
    vcpu: server.vcpu,
    memoryGib: server.memoryGib,
    sizeGb,
    maximumSizeGb: maximumSize(sizeGb),
    highlyAvailable: given.highlyAvailable,
    login: given.login,
    backupDays: given.backupDays,
    parameters,
    restartParameters: restartParameters.filter((parameter) => parameter in parameters),
    extensions: extensions[name],
  };
}

function planCache(
  name: "cache" | "store",
  specification: Specification,
  cloud: "aws" | "gcp",
  o: { readonly neededGb: number; readonly burstable: boolean },
): PlannedCache {
  const given = specification.managed.cache;
  const highlyAvailable = given.highlyAvailable ?? name === "store";
  const node =
    given.machineType === undefined ? cacheNodeFor(o.neededGb, o.burstable) : cacheNodeOfType(given.machineType);
  return {
    name,
    resource: managedNames.cache(specification.name, name),
    version: redisVersions[cloud],
    machineType: cloud === "aws" ? node.type : highlyAvailable ? "STANDARD_HA" : "BASIC",
    sizeGb: cloud === "aws" ? node.memoryGb : (given.sizeGb ?? memorystoreGb(o.neededGb)),
    highlyAvailable,
    tls: given.tls,
    evicts: name === "cache",
    backupDays: name === "store" ? given.backupDays : 0,
  };
}

function planBucket(specification: Specification, sizing: Sizing): PlannedBucket {
  return {
    resource: managedNames.bucket(specification.name),
    versioning: specification.managed.objectStorage.versioning,
    keepDays: specification.backup.keepDays,
    expectedGb: sizing["blobstore"]?.diskGb ?? 0,
  };
}

/** Largest size whose Redis may stand on a burstable node. */
const burstableSizes: readonly SizeLabel[] = ["XS", "S", "M"];

/**
 * Decides the services of the cloud that stand in for bundled ones. Pure. What each has to hold is the same on one machine
 * and on a cluster, so both shapes are sized by the estimator for Kubernetes.
 */
export function planManagedServices(
  specification: Specification,
  size: SizeLabel,
  usage: Usage,
): PlannedManagedServices {
  const { cloud, databases, cache, objectStorage, release } = specification;
  if (cloud !== "aws" && cloud !== "gcp") return { databases: [], caches: [] };
  const sizing = estimate(usage, { target: "kubernetes", release }).services;
  const burstable = burstableSizes.includes(size);
  return {
    databases: databaseServices
      .filter(([name]) => databases[name] === "managed")
      .map(([name, service]) => planDatabase(name, service, specification, cloud, sizing)),
    caches: (["cache", "store"] as const)
      .filter((name) => cache[name] === "managed")
      .map((name) =>
        planCache(name, specification, cloud, {
          neededGb: sizing[`redis-${name}`]?.memoryGb.limit ?? 1,
          burstable,
        }),
      ),
    ...(objectStorage === "managed" && { bucket: planBucket(specification, sizing) }),
  };
}

/** Whether there is anything. */
export function hasManagedServices({ databases, caches, bucket }: PlannedManagedServices): boolean {
  return databases.length > 0 || caches.length > 0 || bucket !== undefined;
}

/**
 * What of it holds data that must not be lost: databases, the Redis with sessions and queues, and the bucket. The Redis
 * cache may go at any time.
 */
export function managedDataResources(planned: PlannedManagedServices, region: string): DataResource[] {
  return [
    ...planned.databases.map(({ resource, sizeGb, version }): DataResource => ({
      name: resource,
      kind: "database",
      place: region,
      sizeGb,
      type: version,
    })),
    ...planned.caches
      .filter(({ evicts }) => !evicts)
      .map(({ resource }): DataResource => ({ name: resource, kind: "cache", place: region })),
    ...(planned.bucket === undefined
      ? []
      : [{ name: planned.bucket.resource, kind: "bucket" as const, place: region }]),
  ];
}
