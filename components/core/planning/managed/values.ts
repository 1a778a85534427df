import type { DatabaseName } from "../../product/service";

// Values of managed services that are known only when the services are made. They reach the containers like secrets, under
// these names within the plan, so that neither compose file nor manifest changes with them.

/** Name of the secret with the host of a managed database. */
export const managedHost = (database: DatabaseName): string => `${database}DatabaseHost`;

/** Name of the secret with the password of a managed database. */
export const managedPassword = (database: DatabaseName): string => `${database}DatabasePassword`;

/** Name of the secret with the address of a managed Redis, a URL with its password. */
export const managedEndpoint = (cache: "cache" | "store"): string =>
  cache === "cache" ? "redisCacheEndpoint" : "redisStoreEndpoint";

/** Name of the secret with the name of the managed bucket. */
export const managedBucket = "uploadsBucket";

/** Login and name of every managed database. */
export const managedLogin = { user: "sourcegraph", database: "sourcegraph", port: 5432, sslmode: "require" } as const;
