import type { ServiceName } from "../product/service";
import { databaseServices } from "./database-environment";
import type { Specification } from "./config/specified";

/** Services that are left out because something outside does their work. */
export function replacedServices(specification: Specification): Set<ServiceName> {
  const replaced = new Set<ServiceName>();
  for (const [database, service] of databaseServices) {
    if (specification.databases[database] === "bundled") continue;
    replaced.add(service);
    replaced.add(`${service}-exporter` as ServiceName);
  }
  if (specification.cache.cache !== "bundled") replaced.add("redis-cache");
  if (specification.cache.store !== "bundled") replaced.add("redis-store");
  if (specification.objectStorage !== "bundled") replaced.add("blobstore");
  return replaced;
}
