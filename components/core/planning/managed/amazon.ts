import type { MaintenanceConfig } from "../config/config";
import type { PlannedManagedServices } from "./managed";

// What Amazon's own services call what is planned.

const days = { MO: "mon", TU: "tue", WE: "wed", TH: "thu", FR: "fri", SA: "sat", SU: "sun" } as const;
const order = Object.values(days);

const clock = (hour: number): string => `${String(hour % 24).padStart(2, "0")}:00`;

/** The four hours of the week in which the cloud may restart a server, e.g. `sun:04:00-sun:08:00`, UTC. */
export function maintenanceWindow({ day, hourUtc }: Required<MaintenanceConfig>): string {
  const first = days[day];
  const last = hourUtc + 4 >= 24 ? (order[(order.indexOf(first) + 1) % order.length] ?? first) : first;
  return `${first}:${clock(hourUtc)}-${last}:${clock(hourUtc + 4)}`;
}

/**
 * The hour of the day in which backups are taken, e.g. `03:00-04:00`, UTC. It must not lie in the hours of maintenance, so
 * one that would is taken in the hour before them.
 */
export function backupWindow(hourUtc: number, maintenance: Required<MaintenanceConfig>): string {
  const within = (hourUtc - maintenance.hourUtc + 24) % 24 < 4;
  const hour = within ? (maintenance.hourUtc + 23) % 24 : hourUtc;
  return `${clock(hour)}-${clock(hour + 1)}`;
}

/** Whether something needs subnets of its own: databases and Redis do, a bucket does not. */
export function needsDatabaseSubnets({ databases, caches }: PlannedManagedServices): boolean {
  return databases.length + caches.length > 0;
}

/** Family of RDS' parameter groups for a major version of PostgreSQL. */
export const parameterFamily = (majorVersion: string): string => `postgres${majorVersion}`;

/** Family of ElastiCache's parameter groups for a version of Redis. */
export const redisFamily = (version: string): string => `redis${version.split(".")[0] ?? version}`;
