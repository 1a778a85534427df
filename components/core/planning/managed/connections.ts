import type { DatabaseName } from "../../product/service";
import { servicesOf } from "../../product/services";
import type { Specification } from "../config/specified";
import type { ServiceEstimate } from "../sizing/sizing";

/** Connections a process opens to a database at most. Source: external-services.md, SRC_PGSQL_MAX_OPEN. */
const perProcess = 30;

/** What `max_connections` is raised to, step by step, so that a few replicas more do not ask for a restart. */
const steps: readonly number[] = [500, 1000, 2000, 5000];

/** Most replicas a service can have: those of the size, of an override, or of the autoscaler. */
function replicasOf(service: string, specification: Specification, sizing: Sizing): number {
  const scaled = specification.shape === "kubernetes" ? specification.kubernetes.autoscaling[service]?.maximum : 0;
  return Math.max(specification.overrides[service]?.replicas ?? sizing[service]?.replicas ?? 1, scaled ?? 0);
}

/** What each service needs, by its name in the catalogue. */
export type Sizing = Readonly<Record<string, Readonly<ServiceEstimate>>>;

/**
 * Connections the services may open to a database at once: 30 for each process, one process more of each service while it
 * is rolled, and those of the migrator.
 */
export function connectionsTo(database: DatabaseName, specification: Specification, sizing: Sizing): number {
  return servicesOf(specification.release)
    .filter(({ databases }) => databases?.names.includes(database))
    .reduce((sum, { name }) => sum + perProcess * (replicasOf(name, specification, sizing) + 1), 0);
}

/** `max_connections` of a database. */
export function maxConnections(database: DatabaseName, specification: Specification, sizing: Sizing): number {
  const needed = connectionsTo(database, specification, sizing);
  return steps.find((step) => step >= needed) ?? Math.ceil(needed / 1000) * 1000;
}
