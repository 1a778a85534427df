import { InputError } from "../../errors";
import { googleServicesBlock } from "../addresses";
import type { MaintenanceConfig } from "../config/config";
import type { PlannedDatabase, PlannedManagedServices } from "./managed";

// What Google's own services call what is planned, and the limits they have.

/** Edition of Cloud SQL that offers a class; custom classes are in the plain one only. */
export function cloudSqlEdition({
  machineType,
}: Pick<PlannedDatabase, "machineType">): "ENTERPRISE" | "ENTERPRISE_PLUS" {
  return machineType.startsWith("db-perf-optimized-") ? "ENTERPRISE_PLUS" : "ENTERPRISE";
}

/**
 * Days that Cloud SQL goes back to, to the minute: seven at most in the plain edition, 35 in the other. Before them it goes
 * back to a day's backup.
 */
export function cloudSqlLogDays(planned: Pick<PlannedDatabase, "backupDays" | "machineType">): number {
  return Math.min(planned.backupDays, cloudSqlEdition(planned) === "ENTERPRISE" ? 7 : 35);
}

const days = {
  MO: "MONDAY",
  TU: "TUESDAY",
  WE: "WEDNESDAY",
  TH: "THURSDAY",
  FR: "FRIDAY",
  SA: "SATURDAY",
  SU: "SUNDAY",
} as const;

/** A day of maintenance as Memorystore names it, and as Cloud SQL counts it, from Monday, which is 1. */
export function maintenanceDay(day: MaintenanceConfig["day"]): { readonly name: string; readonly number: number } {
  return { name: days[day], number: Object.keys(days).indexOf(day) + 1 };
}

/** Whether something needs private services access: databases and Redis do, a bucket does not. */
export function needsPrivateServices({ databases, caches }: PlannedManagedServices): boolean {
  return databases.length + caches.length > 0;
}

/** A network as Cloud SQL and Memorystore name it, from its name or self link. */
export function networkPath(network: string, project: string): string {
  const path = network.replace(/^https:\/\/[^/]+\/compute\/[^/]+\//, "");
  return path.includes("/") ? path : `projects/${project}/global/networks/${path}`;
}

/**
 * The block of a network that Google's services get, of which Cloud SQL takes a /24.
 *
 * @param cidr the network's block
 * @throws InputError when the network is too small for it
 */
export function planPrivateServices(cidr: string): string {
  const block = googleServicesBlock(cidr);
  if (block !== undefined) return block;
  throw new InputError([
    {
      path: "network.cidr",
      message: `must be between /16 and /20 where databases or Redis are managed on gcp, got "${cidr}"; an eighth of it is for Google's services, and Cloud SQL alone takes a /24`,
    },
  ]);
}
