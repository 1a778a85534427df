import type { Specification } from "../config/specified";
import { cloudSqlLogDays } from "./google";
import type { PlannedDatabase, PlannedManagedServices } from "./managed";

/** How far a database can be taken back. */
function reach({ cloud }: Specification, database: PlannedDatabase): string {
  const { backupDays } = database;
  const toTheMinute = cloud === "gcp" ? cloudSqlLogDays(database) : backupDays;
  const days = `${toTheMinute} days back to the minute`;
  return toTheMinute === backupDays ? days : `${days} and ${backupDays} to a daily backup`;
}

/** Things a person should know about the services of the cloud. */
export function managedNotices(specification: Specification, planned: PlannedManagedServices): string[] {
  const { databases, caches, bucket } = planned;
  const notices: string[] = [];
  const [database] = databases;
  if (database !== undefined)
    notices.push(
      `managed databases are backed up by the cloud, ${reach(specification, database)}; they are not in snapshots of disks or claims, so restore both to the same time`,
    );
  if (databases.some(({ highlyAvailable }) => !highlyAvailable))
    notices.push("managed databases have no standby ('databases.managed.highlyAvailable' is false)");
  if (databases.some(({ login }) => login === "iam"))
    notices.push(
      `login by identity is experimental, and each database has to be told once: follow "Login by identity" in docs/managed-services.md, with login password first`,
    );
  if (caches.some(({ tls }) => !tls))
    notices.push(
      specification.cloud === "gcp"
        ? "Redis connections are not encrypted: they stay in the private network and ask for a password"
        : "Redis connections are not encrypted and ask for no password ('cache.managed.tls' is false): they stay in the private network",
    );
  if (caches.some(({ evicts, backupDays }) => !evicts && backupDays === 0))
    notices.push(
      "nothing of Redis is kept ('cache.managed.backupDays' is 0): when its servers are lost, so are sessions and queues, and everybody signs in again",
    );
  if (bucket !== undefined && !bucket.versioning)
    notices.push("deleted uploads are gone at once ('objectStorage.managed.versioning' is false)");
  return notices;
}
