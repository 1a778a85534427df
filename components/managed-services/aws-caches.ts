import type * as ec2 from "@pulumi/aws/ec2";
import * as elasticache from "@pulumi/aws/elasticache";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { backupWindow, maintenanceWindow, redisFamily } from "../core/planning/managed/amazon";
import type { PlannedCache } from "../core/planning/managed/managed";
import { managedEndpoint } from "../core/planning/managed/values";
import { transformed } from "../vm/args";
import { dataOptions } from "../cloud/data-options";
import { dataTags, serverOptions, serviceTags, type AwsServicesScope } from "./aws-scope";

/** A Redis server, and what clients are told of it. */
export interface AwsCache {
  readonly planned: PlannedCache;
  readonly group: elasticache.ReplicationGroup;
  /** By name of the planned secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What all Redis servers stand on. */
export interface AwsCacheGround {
  readonly subnets: elasticache.SubnetGroup;
  readonly group: ec2.SecurityGroup;
}

/** The port of Redis. */
export const redisPort = 6379;

/** The subnets Redis servers may stand in. */
export function declareCacheSubnets(scope: AwsServicesScope): elasticache.SubnetGroup {
  const { parent, name, subnetIds } = scope;
  const resource = `${name}-caches`;
  return new elasticache.SubnetGroup(
    resource,
    { subnetIds, description: `Redis of Sourcegraph ${name}`, tags: serviceTags(scope, resource) },
    { parent },
  );
}

/** Nodes of a Redis server: one, or one more as standby. */
export const nodesOf = ({ highlyAvailable }: PlannedCache): number => (highlyAvailable ? 2 : 1);

/**
 * One Redis server of ElastiCache without cluster mode, which the product does not know. Connections are encrypted and ask
 * for a password, which ElastiCache offers together only.
 *
 * Node type, standby and version change in place. The store, which holds sessions and queues, drops nothing when memory is
 * full, is backed up daily and once more before it is deleted; the cache may go at any time.
 */
export function declareCache(scope: AwsServicesScope, planned: PlannedCache, ground: AwsCacheGround): AwsCache {
  const { parent, name, backupHourUtc, maintenance, transform } = scope;
  const { resource, tls, evicts, highlyAvailable, backupDays } = planned;
  const password = tls
    ? new random.RandomPassword(resource, { length: 64, special: false }, evicts ? { parent } : dataOptions(parent))
        .result
    : undefined;
  const family = redisFamily(planned.version);
  const parametersName = `${resource}-${family}`;
  const parameters = new elasticache.ParameterGroup(
    parametersName,
    {
      family,
      description: `Settings of ${resource}`,
      parameters: [{ name: "maxmemory-policy", value: evicts ? "allkeys-lru" : "noeviction" }],
      tags: serviceTags(scope, parametersName),
    },
    { parent },
  );
  const settings = {
    description: `Redis ${planned.name} of Sourcegraph ${name}`,
    maintenanceWindow: maintenanceWindow(maintenance),
    tags: dataTags(scope, resource, `redis-${planned.name}`),
  };
  const group = new elasticache.ReplicationGroup(
    resource,
    {
      ...transformed(settings, transform.cache),
      engine: "redis",
      engineVersion: planned.version,
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      nodeType: planned.machineType,
      numCacheClusters: nodesOf(planned),
      automaticFailoverEnabled: highlyAvailable,
      multiAzEnabled: highlyAvailable,
      parameterGroupName: parameters.name,
      port: redisPort,
      subnetGroupName: ground.subnets.name,
      securityGroupIds: [ground.group.id],
      atRestEncryptionEnabled: true,
      kmsKeyId: scope.keys.cache ?? scope.keyArn,
      transitEncryptionEnabled: tls,
      ...(password === undefined ? {} : { transitEncryptionMode: "required", authToken: password }),
      snapshotRetentionLimit: backupDays,
      ...(backupDays === 0
        ? {}
        : {
            snapshotWindow: backupWindow(backupHourUtc, maintenance),
            finalSnapshotIdentifier: finalSnapshot(scope, resource),
          }),
    },
    evicts ? { parent } : serverOptions(scope, ["snapshotName", "snapshotArns"]),
  );
  const address = group.primaryEndpointAddress;
  const endpoint =
    password === undefined
      ? pulumi.interpolate`redis://${address}:${redisPort}`
      : pulumi
          .all([password, address])
          .apply(([token, host]) => `rediss://:${encodeURIComponent(token)}@${host}:${redisPort}`);
  return { planned, group, values: { [managedEndpoint(planned.name)]: pulumi.secret(endpoint) } };
}

/** Names of snapshots are taken for ever, so that of the last one must not be that of an earlier server. */
function finalSnapshot({ parent }: AwsServicesScope, resource: string): pulumi.Output<string> {
  const { result } = new random.RandomString(resource, { length: 8, special: false, upper: false }, { parent });
  return pulumi.interpolate`${resource}-final-${result}`;
}
