import type { PlannedCache, PlannedDatabase, PlannedManagedServices } from "../managed/managed";
import { hoursPerMonth, type PricedCloud, type PricedThing } from "./price-list";

/** Capacity tier of Memorystore, which decides the price of each GB. */
function memorystoreTier(sizeGb: number): string {
  const tiers: readonly (readonly [string, number])[] = [
    ["M1", 4],
    ["M2", 10],
    ["M3", 35],
    ["M4", 100],
  ];
  return tiers.find(([, most]) => sizeGb <= most)?.[0] ?? "M5";
}

/** What a PostgreSQL server costs by. */
type PricedDatabase = Pick<PlannedDatabase, "highlyAvailable" | "machineType" | "sizeGb" | "vcpu" | "memoryGib">;
/** What a Redis server costs by. */
type PricedCache = Pick<PlannedCache, "highlyAvailable" | "machineType" | "sizeGb">;

function rdsThings(database: PricedDatabase): PricedThing[] {
  const zones = database.highlyAvailable ? "multiAz" : "singleAz";
  const words = database.highlyAvailable ? "Multi-AZ" : "single zone";
  return [
    {
      item: `RDS ${database.machineType} ${words}`,
      key: `rds.postgres.${database.machineType}.${zones}`,
      quantity: hoursPerMonth,
    },
    { item: `RDS storage, gp3 ${words}`, key: `rds.storage.gp3.${zones}`, quantity: database.sizeGb },
  ];
}

function cloudSqlThings(database: PricedDatabase): PricedThing[] {
  const zones = database.highlyAvailable ? "ha" : "zonal";
  const words = database.highlyAvailable ? "two zones" : "one zone";
  // Optimized types are of another edition, whose price is not listed.
  const edition = database.machineType.startsWith("db-custom-") ? "enterprise" : "enterprisePlus";
  const prefix = `cloudsql.postgres.${edition}`;
  return [
    { item: `Cloud SQL vCPUs, ${words}`, key: `${prefix}.vcpu.${zones}`, quantity: database.vcpu * hoursPerMonth },
    {
      item: `Cloud SQL memory, ${words}`,
      key: `${prefix}.ram.${zones}`,
      quantity: database.memoryGib * hoursPerMonth,
    },
    { item: `Cloud SQL storage, SSD ${words}`, key: `cloudsql.storage.ssd.${zones}`, quantity: database.sizeGb },
  ];
}

/** A PostgreSQL server of the cloud. */
export function databaseThings(cloud: PricedCloud, database: PricedDatabase): PricedThing[] {
  return cloud === "aws" ? rdsThings(database) : cloudSqlThings(database);
}

/** A Redis server of the cloud. */
export function cacheThings(cloud: PricedCloud, cache: PricedCache): PricedThing[] {
  if (cloud === "aws")
    return [
      {
        item: `ElastiCache ${cache.machineType}`,
        key: `elasticache.redis.${cache.machineType}`,
        quantity: (cache.highlyAvailable ? 2 : 1) * hoursPerMonth,
      },
    ];
  const kind = cache.highlyAvailable ? "standard" : "basic";
  return [
    {
      item: `Memorystore ${kind}, GB`,
      key: `memorystore.redis.${kind}.${memorystoreTier(cache.sizeGb)}`,
      quantity: cache.sizeGb * hoursPerMonth,
    },
  ];
}

/** Joins what has the same price into one line that says how many there are. */
export function joined(things: readonly PricedThing[]): PricedThing[] {
  const byKey = new Map<string, PricedThing & { readonly count: number }>();
  for (const thing of things) {
    const before = byKey.get(thing.key);
    byKey.set(thing.key, {
      ...thing,
      quantity: (before?.quantity ?? 0) + thing.quantity,
      count: (before?.count ?? 0) + 1,
    });
  }
  return [...byKey.values()].map(({ item, key, quantity, count }) => ({
    item: count === 1 ? item : `${item}, ${count} together`,
    key,
    quantity,
  }));
}

/**
 * Everything with a monthly price among the services of the cloud, ready for `priceOf`. Backups of a database are free up
 * to the size of its disk, and are not counted.
 */
export function managedPriceThings(cloud: PricedCloud, planned: PlannedManagedServices): PricedThing[] {
  const { databases, caches, bucket } = planned;
  const bucketGb = bucket?.expectedGb ?? 0;
  return [
    ...joined(databases.flatMap((database) => databaseThings(cloud, database))),
    ...joined(caches.flatMap((cache) => cacheThings(cloud, cache))),
    ...(bucketGb === 0
      ? []
      : [
          {
            item: `uploads, ${bucketGb} GB`,
            key: cloud === "aws" ? "s3.standard.storage" : "gcs.standard.storage",
            quantity: bucketGb,
          },
        ]),
  ];
}
