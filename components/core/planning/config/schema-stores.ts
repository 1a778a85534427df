import { z } from "zod";
import { count, flag, gigabytes, keys, port, text } from "./schema-values";

const database = keys("ExternalDatabaseConfig", {
  host: text("host name or address of the server. Restart", "pg.example.com"),
  port: port("port of the server; default 5432. Restart").optional(),
  user: text("login; it must own the database. Restart", "sourcegraph"),
  database: text("name of the database. Restart", "sourcegraph"),
  sslmode: z
    .enum(["disable", "allow", "prefer", "require", "verify-ca", "verify-full"])
    .optional()
    .describe("how the connection is encrypted, as libpq names it; default require. Restart"),
  passwordSecret: text("name of the secret that holds the password; needed. Restart", "pgPassword").optional(),
}).describe("a PostgreSQL database outside the deployment");

const managedDatabases = keys("ManagedDatabasesConfig", {
  only: z
    .array(z.enum(["frontend", "codeIntel", "codeInsights"]))
    .min(1)
    .optional()
    .describe("which of the three; default all that are not external. A change is refused"),
  version: text(
    "PostgreSQL version of the cloud's service, 16 or later; default 16. A minor is in place with a short outage, a major is a planned step with Sourcegraph stopped",
    "16",
  ).optional(),
  machineType: text(
    "class of the server, such as db.m7g.large or db-custom-4-16384; default from the size. In place with a short outage",
    "db.m7g.large",
  ).optional(),
  sizeGb: gigabytes("disk of each database, GB; default from the size. Grows in place, never shrinks")
    .min(20)
    .optional(),
  highlyAvailable: flag("a standby in a second zone; default true. In place"),
  login: z
    .enum(["password", "iam"])
    .optional()
    .describe(
      "how Sourcegraph signs in: `password` (default), or `iam`: with the identity of machine or pods, AWS only and from 6.10.3349 on. Restart",
    ),
  backupDays: count("days that can be gone back to, to the minute; default 14. In place", 35).min(1).optional(),
}).describe("databases by the cloud's own service");

/** The three PostgreSQL databases. */
export const databases = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("DatabasesConfig", {
      managed: managedDatabases.optional(),
      external: keys("ExternalDatabasesConfig", {
        frontend: database.optional().describe("the main database; default bundled. A change is refused"),
        codeIntel: database
          .optional()
          .describe("the database of code navigation; default bundled. A change is refused"),
        codeInsights: database
          .optional()
          .describe("the database of code insights; default bundled. A change is refused"),
      })
        .optional()
        .describe("your own PostgreSQL 16, each of the three on its own"),
    }).describe("databases outside the deployment"),
  ])
  .describe(
    "`bundled`: in containers (default); `managed` or `{managed: …}`: by the cloud's own service (RDS, Cloud SQL); `{external: …}`: your own PostgreSQL 16. Each of the three on its own; those not named stay bundled. Moving data is a planned procedure, so a change is refused",
  );

const managedCache = keys("ManagedCacheConfig", {
  only: z
    .array(z.enum(["cache", "store"]))
    .min(1)
    .optional()
    .describe("which of the two; default both that are not external. Restart"),
  machineType: text(
    "node type, such as cache.m7g.large; on GCP the size in GB decides. Default from the size. In place",
    "cache.m7g.large",
  ).optional(),
  sizeGb: gigabytes("memory of each, GB, on GCP; default from the size. In place").min(1).optional(),
  highlyAvailable: flag("a standby in a second zone; default true for the store, false for the cache. In place on AWS"),
  tls: flag(
    "encrypt connections; default true on AWS, and not offered on GCP, whose certificate the images do not trust. Restart",
  ),
  backupDays: count(
    "days that daily snapshots of the store are kept; 0 for none, and on GCP for nothing on its disk; default 7. In place",
    35,
  ).optional(),
}).describe("Redis by the cloud's own service");

/** The two Redis servers. */
export const cache = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("CacheConfig", {
      managed: managedCache.optional(),
      external: keys("ExternalCacheConfig", {
        cache: text(
          "name of the secret that holds host:port or a redis URL of what may be lost; default bundled. Restart",
          "redisCache",
        ).optional(),
        store: text(
          "name of the secret that holds host:port or a redis URL of sessions and queues; default bundled. Restart, and everybody signs in again",
          "redisStore",
        ).optional(),
      })
        .optional()
        .describe("your own Redis, each of the two on its own"),
    }).describe("Redis outside the deployment"),
  ])
  .describe(
    "Redis: `bundled` (default), `managed` or `{managed: …}`: by the cloud's own service (ElastiCache, Memorystore), or `{external: {cache, store}}`; those not named stay bundled. Restart",
  );

const managedObjectStorage = keys("ManagedObjectStorageConfig", {
  versioning: flag("keep overwritten and deleted objects for the days of `backup.keepDays`; default true. In place"),
}).describe("a bucket that is made for the instance");

/** Where uploads are kept. */
export const objectStorage = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("ObjectStorageConfig", {
      managed: managedObjectStorage.optional(),
      external: keys("ExternalObjectStorageConfig", {
        backend: z.enum(["S3", "GCS"]).describe("kind of store. A change is refused"),
        bucket: text("general bucket, used from 7.2.0 on. A change is refused", "acme-sourcegraph").optional(),
        codeIntelBucket: text(
          "bucket of code graph uploads of instances older than 7.2. A change is refused",
        ).optional(),
        searchJobsBucket: text(
          "bucket of search job results of instances older than 7.2. A change is refused",
        ).optional(),
        region: text("S3: region of the buckets; default the instance's. Restart", "us-east-1").optional(),
        endpoint: text(
          "S3: endpoint; default that of the region. Restart",
          "https://minio.example.com:9000",
        ).optional(),
        project: text("GCS: project of the buckets; default the instance's. Restart", "acme-storage").optional(),
        pathStyle: flag("S3-compatible stores: bucket in the path; default false. Restart"),
        accessKeyIdSecret: text(
          "S3: name of the secret with the access key id; without it the machine's identity is used. Restart",
        ).optional(),
        secretAccessKeySecret: text(
          "S3: name of the secret with the secret access key; needed with accessKeyIdSecret. Restart",
        ).optional(),
      })
        .optional()
        .describe("your own buckets; they must exist"),
    }).describe("buckets outside the deployment"),
  ])
  .describe(
    "uploads: `bundled` (default), `managed` or `{managed: …}`: a bucket made for the instance (S3, GCS), reached by identity and without keys, or your own buckets. Existing objects are not moved, so a change is refused",
  );
