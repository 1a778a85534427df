import { z } from "zod";
import { flag, keys, port, text } from "./schema-values";

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

/** The three PostgreSQL databases. */
export const databases = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("DatabasesConfig", {
      external: keys("ExternalDatabasesConfig", {
        frontend: database.optional().describe("the main database; default bundled. A change is refused"),
        codeIntel: database
          .optional()
          .describe("the database of code navigation; default bundled. A change is refused"),
        codeInsights: database
          .optional()
          .describe("the database of code insights; default bundled. A change is refused"),
      }).describe("your own PostgreSQL 16, each of the three on its own; those not named stay bundled"),
    }).describe("databases outside the deployment"),
  ])
  .describe(
    "`bundled`: in containers (default); `{external: …}`: your own PostgreSQL 16, each of the three on its own; those not named stay bundled. Moving data between the two is a planned procedure, so a change is refused",
  );

/** The two Redis servers. */
export const cache = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("CacheConfig", {
      external: keys("ExternalCacheConfig", {
        cache: text(
          "name of the secret that holds host:port or a redis URL of what may be lost; default bundled. Restart",
          "redisCache",
        ).optional(),
        store: text(
          "name of the secret that holds host:port or a redis URL of sessions and queues; default bundled. Restart, and everybody signs in again",
          "redisStore",
        ).optional(),
      }).describe("your own Redis, each of the two on its own; those not named stay bundled"),
    }).describe("Redis outside the deployment"),
  ])
  .describe("Redis: `bundled` (default) or `{external: {cache, store}}`; those not named stay bundled. Restart");

/** Where uploads are kept. */
export const objectStorage = z
  .union([
    z.enum(["bundled", "managed"]),
    keys("ObjectStorageConfig", {
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
      }).describe("your own buckets; they must exist"),
    }).describe("buckets outside the deployment"),
  ])
  .describe("uploads: `bundled` (default) or your own buckets. Existing objects are not moved, so a change is refused");
