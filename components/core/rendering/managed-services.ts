import type { PlannedManagedServices } from "../planning/managed/managed";
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

/** Where the data of the cloud's own services rests. */
export function restingInManaged(managed: PlannedManagedServices, cloud: "aws" | "gcp"): RestingData[] {
  return [
    ...managed.databases.map(({ name, backupDays, sizeGb }): RestingData => ({
      of: databaseTitles[name],
      dataClass: "user-data",
      where: `${databaseServices[cloud]}, ${sizeGb} GB`,
      kept: "yes",
      backedUp: `to the minute, ${backupDays} days`,
      value: "precious",
    })),
    ...managed.caches.map(({ name, backupDays }): RestingData => ({
      of: `Redis ${name}`,
      dataClass: name === "store" ? "identity" : "user-data",
      where: cacheServices[cloud],
      kept: name === "store" ? "yes" : "no",
      backedUp: backupDays === 0 ? "no" : `daily, ${backupDays} days`,
      value: name === "store" ? "rebuildable" : "cache",
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
      `Redis ${version}`,
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
