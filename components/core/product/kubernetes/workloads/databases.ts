import type { ServiceName } from "../../service";
import type {
  ContainerFacts,
  ContainerSecurityFacts,
  PodVariable,
  ProbesFacts,
  WorkloadFacts,
} from "../workload-facts";
import { plainWorkload } from "./common";

/** The keys of a database's Secret under the names a program reads them by. */
function fromSecret(secret: string, names: Readonly<Record<string, string>>): readonly PodVariable[] {
  return Object.entries(names).map(([name, key]) => ({ name, value: { secret, key } }));
}

/** What the image of PostgreSQL reads at its first start. */
function serverVariables(secret: string): readonly PodVariable[] {
  return [
    ...fromSecret(secret, {
      POSTGRES_DATABASE: "database",
      POSTGRES_HOST: "host",
      POSTGRES_PASSWORD: "password",
      POSTGRES_PORT: "port",
      POSTGRES_USER: "user",
      POSTGRES_SSLMODE: "sslmode",
    }),
    { name: "POSTGRES_DB", value: "$(POSTGRES_DATABASE)" },
  ];
}

/** Owner and group of the data of one database. */
function databaseUser(id: number): ContainerSecurityFacts {
  return { uid: id, gid: id, readOnlyRoot: true, allowPrivilegeEscalation: false };
}

/** PostgreSQL refuses a folder its group may write to, and the group set on the volume lets it. */
function narrowFolder(folder: string, mountPath: string, id: number): ContainerFacts {
  return {
    name: "correct-data-dir-permissions",
    image: "alpine-3.14",
    valuesKey: "alpine",
    command: ["sh", "-c", `test ! -d ${folder} || chmod 750 ${folder}`],
    ports: [],
    environment: [],
    resources: { cpu: { request: "10m", limit: "10m" }, memory: { request: "50Mi", limit: "50Mi" } },
    security: databaseUser(id),
    mounts: [{ volume: "disk", path: mountPath }],
  };
}

/** Measures the database of its pod. */
function exporter(service: ServiceName, secret: string, queries: string): ContainerFacts {
  return {
    name: "pgsql-exporter",
    service,
    valuesKey: "postgresExporter",
    ports: [{ name: "http-metrics", number: 9187, plane: "metrics" }],
    environment: [
      ...fromSecret(secret, {
        DATA_SOURCE_DB: "database",
        DATA_SOURCE_PASS: "password",
        DATA_SOURCE_PORT: "port",
        DATA_SOURCE_USER: "user",
      }),
      { name: "DATA_SOURCE_URI", value: "localhost:$(DATA_SOURCE_PORT)/$(DATA_SOURCE_DB)?sslmode=disable" },
      { name: "PG_EXPORTER_EXTEND_QUERY_PATH", value: `/config/${queries}` },
    ],
    resources: { cpu: { request: "10m", limit: "10m" }, memory: { request: "50Mi", limit: "50Mi" } },
    mounts: [],
  };
}

/** The hour of start-up allows for the conversion of PostgreSQL 12 data in 5.10 to 6.12. */
const serverProbes: ProbesFacts = {
  startup: { action: { exec: ["/liveness.sh"] }, periodSeconds: 10, failureThreshold: 360 },
  liveness: { action: { exec: ["/liveness.sh"] }, initialDelaySeconds: 15 },
  readiness: { action: { exec: ["/ready.sh"] } },
};

/** Number of the configuration files' mode in decimal: 0777, as the chart has it. */
const openMode = 0o777;

const databaseResources = { cpu: { request: "4", limit: "4" }, memory: { request: "4Gi", limit: "4Gi" } };

/** What all three databases share. */
const database = {
  ...plainWorkload,
  kind: "StatefulSet",
  replicas: { default: 1, scalable: false },
  strategy: { type: "RollingUpdate" },
  podLabels: { group: "backend" },
  terminationGraceSeconds: 120,
  rank: 0,
} as const satisfies Partial<WorkloadFacts>;

const metricsPort = { name: "http-metrics", port: 9187, targetPort: "http-metrics" };
const pgsqlServicePorts = [metricsPort, { name: "pgsql", port: 5432, targetPort: "pgsql" }];

/** The three databases, each with the container that measures it. */
export const databaseWorkloads: readonly WorkloadFacts[] = [
  {
    ...database,
    name: "pgsql",
    service: "pgsql",
    valuesKey: "pgsql",
    component: "pgsql",
    selector: { app: "pgsql" },
    serviceName: "pgsql",
    podSecurity: { uid: 999, gid: 999, fsGroup: 999, fsGroupOnRootMismatch: true },
    initContainers: [narrowFolder("/data/pgdata-12", "/data", 999)],
    containers: [
      {
        name: "pgsql",
        service: "pgsql",
        valuesKey: "pgsql",
        ports: [{ name: "pgsql", number: 5432, plane: "data" }],
        environment: serverVariables("pgsql-auth"),
        probes: serverProbes,
        resources: databaseResources,
        security: databaseUser(999),
        mounts: [
          { volume: "disk", path: "/data" },
          { volume: "pgsql-conf", path: "/conf" },
          { volume: "dshm", path: "/dev/shm" },
          { volume: "lockdir", path: "/var/run/postgresql" },
        ],
      },
      exporter("pgsql-exporter", "pgsql-auth", "queries.yaml"),
    ],
    volumes: [
      { name: "disk", claim: "pgsql" },
      { name: "pgsql-conf", configMap: "pgsql-conf", mode: openMode },
      { name: "dshm", emptyDir: { medium: "Memory", sizeLimit: "1G" } },
      { name: "lockdir", emptyDir: {} },
    ],
    claims: [
      {
        kind: "claim",
        name: "pgsql",
        sizeGib: 200,
        sizedBy: "pgsql",
        holds: { service: "pgsql", target: "/data/" },
      },
    ],
    services: [{ name: "pgsql", headless: false, ports: pgsqlServicePorts, scrapePort: 9187 }],
    serviceAccount: { name: "pgsql", created: false },
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/pgsql (labels)",
  },
  {
    ...database,
    name: "codeintel-db",
    service: "codeintel-db",
    valuesKey: "codeIntelDB",
    component: "codeintel-db",
    selector: { app: "codeintel-db" },
    serviceName: "codeintel-db",
    podSecurity: { uid: 999, fsGroup: 999, fsGroupOnRootMismatch: true },
    initContainers: [narrowFolder("/data/pgdata-12", "/data", 999)],
    containers: [
      {
        name: "pgsql",
        service: "codeintel-db",
        valuesKey: "codeIntelDB",
        ports: [{ name: "pgsql", number: 5432, plane: "data" }],
        environment: serverVariables("codeintel-db-auth"),
        probes: serverProbes,
        resources: databaseResources,
        security: databaseUser(999),
        mounts: [
          { volume: "disk", path: "/data" },
          { volume: "pgsql-conf", path: "/conf" },
          { volume: "lockdir", path: "/var/run/postgresql" },
        ],
      },
      exporter("codeintel-db-exporter", "codeintel-db-auth", "code_intel_queries.yaml"),
    ],
    volumes: [
      { name: "disk", claim: "codeintel-db" },
      { name: "pgsql-conf", configMap: "codeintel-db-conf", mode: openMode },
      { name: "lockdir", emptyDir: {} },
    ],
    claims: [
      {
        kind: "claim",
        name: "codeintel-db",
        sizeGib: 200,
        sizedBy: "codeintel-db",
        holds: { service: "codeintel-db", target: "/data/" },
      },
    ],
    services: [{ name: "codeintel-db", headless: false, ports: pgsqlServicePorts, scrapePort: 9187 }],
    serviceAccount: { name: "codeintel-db", created: false },
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/codeintel-db (labels)",
  },
  {
    ...database,
    name: "codeinsights-db",
    service: "codeinsights-db",
    valuesKey: "codeInsightsDB",
    component: "codeinsights-db",
    selector: { app: "codeinsights-db" },
    serviceName: "codeinsights-db",
    podSecurity: { uid: 70, fsGroup: 70, fsGroupOnRootMismatch: true },
    initContainers: [narrowFolder("/var/lib/postgresql/data/pgdata", "/var/lib/postgresql/data/", 70)],
    containers: [
      {
        name: "codeinsights",
        service: "codeinsights-db",
        valuesKey: "codeInsightsDB",
        ports: [{ name: "codeinsights-db", number: 5432, plane: "data" }],
        environment: [
          ...serverVariables("codeinsights-db-auth"),
          { name: "PGDATA", value: "/var/lib/postgresql/data/pgdata" },
          { name: "POSTGRESQL_CONF_DIR", value: "/conf" },
        ],
        resources: { cpu: { request: "4", limit: "4" }, memory: { request: "2Gi", limit: "2Gi" } },
        security: databaseUser(70),
        mounts: [
          { volume: "disk", path: "/var/lib/postgresql/data/" },
          { volume: "codeinsights-conf", path: "/conf" },
          { volume: "lockdir", path: "/var/run/postgresql" },
        ],
      },
      exporter("codeinsights-db-exporter", "codeinsights-db-auth", "code_insights_queries.yaml"),
    ],
    volumes: [
      { name: "disk", claim: "codeinsights-db" },
      { name: "codeinsights-conf", configMap: "codeinsights-db-conf", mode: openMode },
      { name: "lockdir", emptyDir: {} },
    ],
    claims: [
      {
        kind: "claim",
        name: "codeinsights-db",
        sizeGib: 200,
        sizedBy: "codeinsights-db",
        holds: { service: "codeinsights-db", target: "/var/lib/postgresql/data/" },
      },
    ],
    services: [
      {
        name: "codeinsights-db",
        headless: false,
        ports: [metricsPort, { name: "codeinsights-db", port: 5432, targetPort: "codeinsights-db" }],
        scrapePort: 9187,
      },
    ],
    serviceAccount: { name: "codeinsights-db", created: false },
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/codeinsights-db (labels)",
  },
];
