import type { DatabaseName, ServiceName } from "../../product/service";
import { databaseServices } from "../database-environment";
import type { PlannedPodValue } from "./workload";

// Names of the Secrets of the namespace. Those of databases and Redis are the vendor's, with the vendor's keys.

/** Secret with the login of a database. */
export function databaseSecret(database: DatabaseName): string {
  const [, service] = databaseServices.find(([name]) => name === database) ?? [];
  return `${service}-auth`;
}

/** Secret with the variables of a service that hold secrets. */
export const environmentSecret = (service: ServiceName): string => `${service}-environment`;

/** Secret with the address of a Redis. */
export const redisSecret = (which: "cache" | "store"): string => `redis-${which}`;

/** How the clients of Redis are told where it is. */
export const redisSecrets: Readonly<Record<string, PlannedPodValue>> = {
  REDIS_CACHE_ENDPOINT: { secret: redisSecret("cache"), key: "endpoint" },
  REDIS_STORE_ENDPOINT: { secret: redisSecret("store"), key: "endpoint" },
};

/** Secret with the login at the image registry. */
export const registrySecret = "sourcegraph-registry";

/** Secret with certificate and key, where the config gives them. */
export const certificateSecret = "sourcegraph-frontend-tls";

/** ConfigMap or Secret with the configuration files of the frontends. */
export const configurationName = "sourcegraph-configuration";
