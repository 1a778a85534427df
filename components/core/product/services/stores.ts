import type { HealthCheck, Service, ServiceName } from "../service";

/** The hour of start-up allows for the conversion of PostgreSQL 12 data in 5.10 to 6.12. */
const postgresHealth: HealthCheck = {
  test: { kind: "exec", command: "/liveness.sh" },
  interval: 10,
  timeout: 1,
  retries: 10,
  startPeriod: 3600,
};

const postgresPort = [{ number: 5432, name: "postgres", plane: "data" }] as const;

function exporter(name: ServiceName, database: ServiceName, queries: string): Service {
  return {
    name,
    role: `PostgreSQL metrics of ${database}`,
    family: "observability",
    images: [{ repository: "postgres_exporter" }],
    ports: [{ number: 9187, name: "http-metrics", plane: "metrics" }],
    replicas: { kind: "fixed" },
    environment: [{ name: "PG_EXPORTER_EXTEND_QUERY_PATH", value: `/config/${queries}` }],
    connects: [{ to: database, port: 5432 }],
    scrape: [{ port: 9187, job: database }],
    volumes: [],
    vendorLimits: { cpus: 0.1, memoryMib: 50 },
    restart: "always",
  };
}

function redis(name: "redis-cache" | "redis-store", role: string, value: "cache" | "precious"): Service {
  return {
    name,
    role,
    family: "store",
    images: [{ repository: name }],
    ports: [
      { number: 6379, name: "redis", plane: "data" },
      { number: 9121, name: "http-metrics", plane: "metrics" },
    ],
    replicas: { kind: "fixed" },
    environment: [],
    connects: [],
    scrape: [{ port: 9121, job: name }],
    volumes: [
      {
        name,
        target: "/redis-data",
        uid: 999,
        gid: 1000,
        dataClass: value === "cache" ? "user-data" : "identity",
        value,
      },
    ],
    vendorLimits: { cpus: 1, memoryMib: 7168 },
    restart: "always",
  };
}

/** Databases, caches, the object store, and what measures them. */
export const storeServices: readonly Service[] = [
  {
    name: "pgsql",
    role: "primary database",
    family: "database",
    images: [
      { repository: "postgres-12-alpine", before: "5.10.0" },
      { repository: "postgresql-16", since: "5.10.0" },
    ],
    ports: postgresPort,
    replicas: { kind: "fixed" },
    environment: [],
    connects: [],
    volumes: [{ name: "pgsql", target: "/data/", uid: 999, gid: 999, dataClass: "user-data", value: "precious" }],
    config: [{ source: "pgsql/conf", target: "/conf/" }],
    health: postgresHealth,
    vendorLimits: { cpus: 4, memoryMib: 4096 },
    restart: "always",
    stopGraceSeconds: 120,
    shmMib: 1024,
  },
  {
    name: "codeintel-db",
    role: "code navigation database",
    family: "database",
    images: [
      { repository: "codeintel-db", before: "5.10.0" },
      { repository: "postgresql-16", since: "5.10.0" },
    ],
    ports: postgresPort,
    replicas: { kind: "fixed" },
    environment: [],
    connects: [],
    volumes: [
      { name: "codeintel-db", target: "/data/", uid: 999, gid: 999, dataClass: "user-data", value: "precious" },
    ],
    config: [{ source: "codeintel-db/conf", target: "/conf/" }],
    health: postgresHealth,
    vendorLimits: { cpus: 4, memoryMib: 4096 },
    restart: "always",
    stopGraceSeconds: 120,
    shmMib: 1024,
  },
  {
    name: "codeinsights-db",
    role: "code insights database",
    family: "database",
    images: [
      { repository: "codeinsights-db", before: "5.10.0" },
      { repository: "postgresql-16-codeinsights", since: "5.10.0" },
    ],
    ports: postgresPort,
    replicas: { kind: "fixed" },
    environment: [
      { name: "POSTGRES_USER", value: "postgres" },
      { name: "POSTGRES_DB", value: "postgres" },
      { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
    ],
    connects: [],
    volumes: [
      {
        name: "codeinsights-db",
        target: "/var/lib/postgresql/data/",
        uid: 70,
        gid: 70,
        dataClass: "user-data",
        value: "precious",
      },
    ],
    config: [{ source: "codeinsights-db/conf", target: "/conf/" }],
    health: postgresHealth,
    vendorLimits: { cpus: 4, memoryMib: 2048 },
    restart: "always",
    stopGraceSeconds: 120,
    shmMib: 1024,
  },
  exporter("pgsql-exporter", "pgsql", "queries.yaml"),
  exporter("codeintel-db-exporter", "codeintel-db", "code_intel_queries.yaml"),
  exporter("codeinsights-db-exporter", "codeinsights-db", "code_insights_queries.yaml"),
  redis("redis-cache", "short-lived cache", "cache"),
  redis("redis-store", "sessions and other data of some duration", "precious"),
  {
    name: "blobstore",
    role: "bundled S3-compatible store for uploads and search job results",
    family: "store",
    images: [{ repository: "blobstore" }],
    ports: [{ number: 9000, name: "http", plane: "data" }],
    replicas: { kind: "fixed" },
    environment: [],
    connects: [],
    volumes: [{ name: "blobstore", target: "/data", uid: 100, gid: 101, dataClass: "user-data", value: "precious" }],
    health: {
      test: { kind: "http", tool: "curl", port: 9000, path: "/" },
      interval: 10,
      timeout: 1,
      retries: 3,
      startPeriod: 15,
    },
    vendorLimits: { cpus: 1, memoryMib: 1024 },
    restart: "always",
  },
];
