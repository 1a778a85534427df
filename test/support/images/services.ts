import type { Program } from "./programs";

/** How a stand-in image behaves: what of the real service a deployment can see. */
export interface Behaviour {
  /** Short name, part of the image's id: services of one behaviour may share one image. */
  readonly name: string;
  /** `uid:gid` of the real image; root where absent. */
  readonly user?: string;
  /** Ports that speak HTTP, and the paths that answer there. */
  readonly http?: Readonly<Record<number, readonly string[]>>;
  /** Ports that only take connections. */
  readonly tcp?: readonly number[];
  /** Directories that hold data: owned by the user, marked at each start. */
  readonly volumes?: readonly string[];
  /** Variables that must have a value; of several in one entry, one of them. */
  readonly needs?: readonly string[];
  /** Files that must be there. */
  readonly files?: readonly string[];
  /** Addresses that it connects to besides those its environment names. */
  readonly connects?: readonly string[];
  /** Real programs in it. */
  readonly programs?: readonly Program[];
  /** Signal that stops it; TERM where absent. */
  readonly stopSignal?: string;
  /** Variables that the image itself sets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files of `rootfs/` beyond the common ones: where they go, by name. */
  readonly extra?: Readonly<Record<string, string>>;
}

const application = "100:101";
const cache = ["/mnt/cache"];
const debug = ["/healthz", "/ready", "/metrics"];
const api = ["SRC_FRONTEND_INTERNAL"];

const frontend: Behaviour = {
  name: "frontend",
  user: application,
  http: { 3080: ["/", "/healthz"], 6060: debug },
  tcp: [3090],
  volumes: cache,
  needs: [
    "DEPLOY_TYPE",
    "PGHOST PGDATASOURCE",
    "CODEINTEL_PGHOST CODEINTEL_PGDATASOURCE",
    "SRC_GIT_SERVERS",
    "SEARCHER_URL",
    "INDEXED_SEARCH_SERVERS",
  ],
  connects: ["redis-cache:6379", "redis-store:6379"],
  programs: ["postgres"],
  extra: {
    "/stand-in/prepare": "check-schema",
    "/stand-in/page": "frontend-page",
    "/stand-in/schema.sh": "schema.sh",
  },
};
const shard = { "/stand-in/prepare": "check-shard" };
const postgres: Behaviour = {
  name: "postgres",
  user: "999:999",
  volumes: ["/data"],
  programs: ["postgres"],
  stopSignal: "SIGINT",
  env: { POSTGRES_USER: "sg", POSTGRES_DB: "sg", PGDATA: "/data/pgdata-12", LANG: "en_US.utf8" },
  extra: {
    "/stand-in/once": "postgres",
    "/stand-in/schema.sh": "schema.sh",
    "/liveness.sh": "liveness.sh",
    "/ready.sh": "ready.sh",
  },
};
const postgresExporter: Behaviour = {
  name: "postgres-exporter",
  user: "65534:65534",
  http: { 9187: ["/metrics"] },
  needs: ["DATA_SOURCE_NAME"],
  programs: ["postgres"],
  extra: { "/stand-in/prepare": "check-database", "/stand-in/page": "exporter-page" },
};
const redis: Behaviour = {
  name: "redis",
  user: "999:1000",
  volumes: ["/redis-data"],
  programs: ["redis"],
  extra: { "/stand-in/serve": "redis" },
};

/** The behaviour of each service of the product, by its name in the catalogue. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  "sourcegraph-frontend": frontend,
  "sourcegraph-frontend-internal": frontend,
  gitserver: {
    name: "gitserver",
    user: application,
    http: { 6060: debug },
    tcp: [3178],
    volumes: ["/data/repos"],
    needs: api,
  },
  searcher: {
    name: "searcher",
    user: application,
    http: { 3181: ["/healthz"], 6060: debug },
    volumes: cache,
    needs: api,
  },
  symbols: {
    name: "symbols",
    user: application,
    http: { 3184: ["/healthz"], 6060: debug },
    volumes: cache,
    needs: api,
  },
  "zoekt-webserver": {
    name: "zoekt-webserver",
    user: application,
    http: { 6070: ["/healthz", "/metrics"] },
    volumes: ["/data/index"],
    extra: shard,
  },
  "zoekt-indexserver": {
    name: "zoekt-indexserver",
    user: application,
    http: { 6072: ["/metrics"] },
    volumes: ["/data/index"],
    needs: api,
    extra: shard,
  },
  worker: {
    name: "worker",
    user: application,
    http: { 3189: ["/healthz"], 6060: debug, 6996: ["/metrics"] },
    volumes: cache,
    needs: api,
  },
  "precise-code-intel-worker": {
    name: "precise-code-intel-worker",
    user: application,
    http: { 3188: ["/healthz"], 6060: debug },
    needs: api,
  },
  "syntactic-code-intel-worker": {
    name: "syntactic-code-intel-worker",
    user: application,
    http: { 3288: ["/healthz"], 6060: debug },
    needs: api,
  },
  "repo-updater": {
    name: "repo-updater",
    user: application,
    http: { 3182: ["/healthz"], 6060: debug },
    volumes: cache,
    needs: api,
  },
  "syntect-server": {
    name: "syntect-server",
    user: application,
    http: { 9238: ["/health"], 6060: ["/metrics"] },
  },
  pgsql: postgres,
  "codeintel-db": postgres,
  "codeinsights-db": {
    ...postgres,
    name: "postgres-codeinsights",
    user: "70:70",
    volumes: ["/var/lib/postgresql/data"],
    needs: ["POSTGRES_PASSWORD", "POSTGRES_USER", "POSTGRES_DB", "PGDATA"],
    env: { LANG: "en_US.utf8" },
  },
  "pgsql-exporter": postgresExporter,
  "codeintel-db-exporter": postgresExporter,
  "codeinsights-db-exporter": postgresExporter,
  "redis-cache": { ...redis, name: "redis-cache" },
  "redis-store": { ...redis, name: "redis-store" },
  blobstore: {
    name: "blobstore",
    user: application,
    http: { 9000: ["/"] },
    volumes: ["/data"],
    extra: { "/usr/bin/curl": "curl", "/stand-in/page": "blobstore-page" },
  },
  prometheus: {
    name: "prometheus",
    user: "100:100",
    tcp: [9090],
    volumes: ["/prometheus"],
    needs: api,
    programs: ["prometheus"],
    extra: { "/stand-in/serve": "prometheus", "/stand-in/answer": "forward" },
  },
  grafana: { name: "grafana", user: "472:472", http: { 3370: ["/"] }, volumes: ["/var/lib/grafana"] },
  cadvisor: { name: "cadvisor", http: { 48080: ["/healthz", "/metrics"] } },
  "node-exporter": { name: "node-exporter", user: "65534:65534", http: { 9100: ["/", "/metrics"] } },
  "otel-collector": {
    name: "otel-collector",
    user: application,
    http: { 8888: ["/metrics"], 13133: ["/"], 55679: ["/"] },
    tcp: [4317, 4318],
    extra: {
      "/stand-in/prepare": "check-collector",
      "/etc/otel-collector/configs/logging.yaml": "collector.yaml",
      "/etc/otel-collector/configs/jaeger.yaml": "collector.yaml",
    },
  },
  jaeger: {
    name: "jaeger",
    user: application,
    http: { 16686: ["/"], 13133: ["/status"], 5778: ["/"] },
    tcp: [4317, 4318],
  },
  caddy: {
    name: "caddy",
    volumes: ["/caddy-storage"],
    needs: ["SRC_FRONTEND_ADDRESSES", "XDG_DATA_HOME", "XDG_CONFIG_HOME"],
    files: ["/etc/caddy/Caddyfile"],
    programs: ["caddy"],
    extra: { "/stand-in/serve": "caddy" },
  },
  migrator: {
    name: "migrator",
    user: application,
    needs: [
      "PGHOST PGDATASOURCE",
      "CODEINTEL_PGHOST CODEINTEL_PGDATASOURCE",
      "CODEINSIGHTS_PGHOST CODEINSIGHTS_PGDATASOURCE",
    ],
    programs: ["postgres"],
    extra: { "/stand-in/once": "migrate", "/stand-in/schema.sh": "schema.sh" },
  },
};
