import * as redis from "@pulumi/gcp/redis";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminCache, PlannedAdminStore } from "../core/planning/admin/admin-plan";
import type { AdminStoreProperty } from "../core/product/admin/description";
import { keyNamed, storeLabels, type GcpServiceScope } from "./gcp-scope";

/** A store that is there, and what services are told of it. */
export interface GcpAdminStore {
  readonly planned: PlannedAdminStore;
  /** What has to be there before it is used. */
  readonly ready: readonly pulumi.Resource[];
  /** Values of variables; none is a secret. */
  readonly told: Readonly<Partial<Record<AdminStoreProperty, pulumi.Output<string>>>>;
  /** How metrics name it. */
  readonly watchedAs: pulumi.Output<string>;
  /** Its address with its login, where it has one. */
  readonly address?: pulumi.Output<string>;
  /** Certificates of whoever signs that of its server, where they are Google's own. */
  readonly authorities?: pulumi.Output<string>;
}

/**
 * One Redis server of Memorystore: a private address, a password that Google makes, encrypted connections, and nothing that
 * is written to a disk.
 */
export function declareCache(scope: GcpServiceScope, planned: PlannedAdminCache): GcpAdminStore {
  const { parent, project, region, network } = scope;
  const { key, permitted } = keyNamed(scope, planned.key);
  const peered = network.privateServices === undefined ? [] : [network.privateServices.connection];
  const server = new redis.Instance(
    planned.resource,
    {
      project,
      region,
      displayName: planned.resource,
      tier: planned.machineType,
      memorySizeGb: planned.sizeGb,
      redisVersion: planned.version,
      authEnabled: true,
      transitEncryptionMode: "SERVER_AUTHENTICATION",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      authorizedNetwork: network.network.id,
      customerManagedKey: key.id,
      persistenceConfig: { persistenceMode: "DISABLED" },
      maintenancePolicy: { weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 4 } }] },
      labels: storeLabels(scope, planned),
    },
    { parent, dependsOn: [...peered, ...permitted] },
  );
  const address = pulumi
    .all([server.authString, server.host, server.port])
    .apply(([password, host, port]) => `rediss://:${encodeURIComponent(password)}@${host}:${port}`);
  return {
    planned,
    ready: [server],
    watchedAs: server.id,
    told: { host: server.host, port: server.port.apply(String) },
    address: pulumi.secret(address),
    authorities: server.serverCaCerts.apply((certs) => certs.map(({ cert }) => cert).join("\n")),
  };
}
