import * as redis from "@pulumi/gcp/redis";
import * as pulumi from "@pulumi/pulumi";
import { maintenanceDay } from "../core/planning/managed/google";
import type { PlannedCache } from "../core/planning/managed/managed";
import { managedEndpoint } from "../core/planning/managed/values";
import { dataOptions } from "../cloud/data-options";
import { partlyTransformed } from "../vm/gcp-args";
import { dataLabels, type GcpServicesScope } from "./gcp-scope";

/** A Redis server, and what clients are told of it. */
export interface GcpCache {
  readonly planned: PlannedCache;
  readonly instance: redis.Instance;
  /** By name of the planned secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What the transform of a Redis server can change. */
const openArgs = ["displayName", "labels", "maintenancePolicy", "redisConfigs"] as const;

/**
 * One Redis server of Memorystore, with a private address and a password that Google makes.
 *
 * Memory grows and shrinks in place; without a standby that empties it. A standby that comes or goes replaces the server:
 * the cache is made anew, and for the store, which holds data, the protection forbids it.
 */
export function declareCache(
  scope: GcpServicesScope,
  planned: PlannedCache,
  forCaches: readonly pulumi.Resource[],
): GcpCache {
  const { parent, project, region, zone, network, keys, deletionProtection, maintenance, connection, transform } =
    scope;
  const keeps = planned.backupDays > 0;
  const dependsOn = [...connection, ...forCaches];
  const instance = new redis.Instance(
    planned.resource,
    partlyTransformed<redis.InstanceArgs, (typeof openArgs)[number]>(
      {
        project,
        region,
        locationId: zone,
        displayName: planned.resource,
        tier: planned.machineType,
        memorySizeGb: planned.sizeGb,
        redisVersion: planned.version,
        authEnabled: true,
        transitEncryptionMode: planned.tls ? "SERVER_AUTHENTICATION" : "DISABLED",
        connectMode: "PRIVATE_SERVICE_ACCESS",
        authorizedNetwork: network,
        customerManagedKey: keys.cache ?? scope.key,
        redisConfigs: { "maxmemory-policy": planned.evicts ? "allkeys-lru" : "noeviction" },
        // What is there after a failure: at most an hour is lost.
        persistenceConfig: keeps
          ? { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" }
          : { persistenceMode: "DISABLED" },
        maintenancePolicy: {
          weeklyMaintenanceWindows: [
            { day: maintenanceDay(maintenance.day).name, startTime: { hours: maintenance.hourUtc } },
          ],
        },
        deletionProtection: deletionProtection && !planned.evicts,
        labels: dataLabels(scope, planned.name === "store" ? "identity" : "user-data"),
      },
      transform.cache,
      openArgs,
    ),
    planned.evicts ? { parent, dependsOn } : dataOptions(parent, { dependsOn }),
  );
  const scheme = planned.tls ? "rediss" : "redis";
  const endpoint = pulumi
    .all([instance.authString, instance.host, instance.port])
    .apply(([password, host, port]) => `${scheme}://:${encodeURIComponent(password)}@${host}:${port}`);
  return { planned, instance, values: { [managedEndpoint(planned.name)]: pulumi.secret(endpoint) } };
}
