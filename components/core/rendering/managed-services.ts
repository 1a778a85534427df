import { cloudSqlLogDays } from "../planning/managed/google";
import type { PlannedCache, PlannedDatabase, PlannedManagedServices } from "../planning/managed/managed";
import type { RestingData } from "./resting-data";
import type { Section } from "./section";

const databaseTitles = {
  frontend: "main database",
  codeIntel: "code navigation database",
  codeInsights: "code insights database",
};
const databaseServices = { aws: "RDS", gcp: "Cloud SQL" } as const;
const cacheServices = { aws: "ElastiCache", gcp: "Memorystore" } as const;
const bucketServices = { aws: "S3 bucket", gcp: "Cloud Storage bucket" } as const;

/** How far a database can be taken back: to the minute, and on Google Cloud before that to daily backups. */
function databaseBackup(database: PlannedDatabase, cloud: "aws" | "gcp"): string {
  const { backupDays } = database;
  const toTheMinute = cloud === "gcp" ? cloudSqlLogDays(database) : backupDays;
  return `to the minute, ${toTheMinute} days${toTheMinute < backupDays ? `; daily, ${backupDays} days` : ""}`;
}

/** Memorystore keeps one copy, for its own restarts, and no older ones. */
function cacheBackup({ backupDays }: PlannedCache, cloud: "aws" | "gcp"): string {
  if (backupDays === 0) return "no";
  return cloud === "gcp" ? "hourly, the last copy" : `daily, ${backupDays} days`;
}

/** A version as people write it: 7.2, which Memorystore calls REDIS_7_2. */
function redisVersion(version: string): string {
  return version.replace(/^REDIS_/, "").replace("_", ".");
}

/** Where the data of the cloud's own services rests. */
export function restingInManaged(managed: PlannedManagedServices, cloud: "aws" | "gcp"): RestingData[] {
  return [
    ...managed.databases.map((database): RestingData => ({
      of: databaseTitles[database.name],
      dataClass: "user-data",
      where: `${databaseServices[cloud]}, ${database.sizeGb} GB`,
      kept: "yes",
      backedUp: databaseBackup(database, cloud),
      value: "precious",
    })),
    ...managed.caches.map((cache): RestingData => ({
      of: `Redis ${cache.name}`,
      dataClass: cache.name === "store" ? "identity" : "user-data",
      where: cacheServices[cloud],
      kept: cache.name === "store" ? "yes" : "no",
      backedUp: cacheBackup(cache, cloud),
      value: cache.name === "store" ? "precious" : "cache",
    })),
    ...(managed.bucket === undefined
      ? []
      : [
          {
            of: "object store",
            dataClass: "user-data" as const,
            where: bucketServices[cloud],
            kept: "yes",
            backedUp: managed.bucket.versioning ? `versions, ${managed.bucket.keepDays} days` : "no",
            value: "precious" as const,
          },
        ]),
  ];
}

/** The services of the cloud, as a part of a report; none where there are none. */
export function managedSection(managed: PlannedManagedServices, cloud: string): Section[] {
  const { databases, caches, bucket } = managed;
  const rows = [
    ...databases.map(({ resource, version, machineType, sizeGb, highlyAvailable, login }) => [
      resource,
      `PostgreSQL ${version}`,
      machineType,
      `${sizeGb} GB`,
      highlyAvailable ? "two zones" : "one zone",
      `login by ${login === "iam" ? "identity" : "password"}`,
    ]),
    ...caches.map(({ resource, version, machineType, sizeGb, highlyAvailable, tls }) => [
      resource,
      `Redis ${redisVersion(version)}`,
      machineType,
      `${sizeGb} GB`,
      highlyAvailable ? "two zones" : "one zone",
      tls ? "TLS and password" : "password",
    ]),
    ...(bucket === undefined ? [] : [[bucket.resource, "bucket", "", "", "", "by identity, without keys"]]),
  ];
  if (rows.length === 0) return [];
  return [
    {
      id: "managed",
      title: `Services of ${cloud}`,
      columns: [
        { title: "name" },
        { title: "what" },
        { title: "class" },
        { title: "size" },
        { title: "standby" },
        { title: "access" },
      ],
      rows,
    },
  ];
}
