import type { StandInImage } from "./build";
import { behaviours } from "./services";

/** What the services need to be told, as in the real deployment. */
const insights = "postgres://postgres:password@codeinsights-db:5432/postgres";
const databases = { PGHOST: "pgsql", CODEINTEL_PGHOST: "codeintel-db", CODEINSIGHTS_PGDATASOURCE: insights };
const api = { SRC_FRONTEND_INTERNAL: "sourcegraph-frontend-internal:3090" };
const frontend = {
  ...databases,
  ...api,
  DEPLOY_TYPE: "docker-compose",
  SRC_GIT_SERVERS: "gitserver-0:3178",
  SEARCHER_URL: "http://searcher-0:3181",
  INDEXED_SEARCH_SERVERS: "zoekt-webserver-0:6070",
};
const exporter = (host: string): Record<string, string> => ({ DATA_SOURCE_NAME: `postgres://sg:@${host}:5432/sg` });
const environment: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "sourcegraph-frontend": frontend,
  "sourcegraph-frontend-internal": frontend,
  migrator: databases,
  "codeinsights-db": {
    POSTGRES_PASSWORD: "password",
    POSTGRES_USER: "postgres",
    POSTGRES_DB: "postgres",
    PGDATA: "/var/lib/postgresql/data/pgdata",
  },
  "pgsql-exporter": exporter("pgsql"),
  "codeintel-db-exporter": exporter("codeintel-db"),
  "codeinsights-db-exporter": { DATA_SOURCE_NAME: insights },
  "zoekt-webserver": { HOSTNAME: "zoekt-webserver-0:6070" },
  "zoekt-indexserver": {
    HOSTNAME: "zoekt-webserver-0:6070",
    SRC_FRONTEND_INTERNAL: `http://${api.SRC_FRONTEND_INTERNAL}`,
  },
  caddy: {
    SRC_FRONTEND_ADDRESSES: "sourcegraph-frontend:3080",
    XDG_DATA_HOME: "/caddy-storage/data",
    XDG_CONFIG_HOME: "/caddy-storage/config",
  },
};

const wget = (port: number, path: string): string => `wget -q 'http://127.0.0.1:${port}${path}' -O /dev/null || exit 1`;
/** The health checks of the real deployment, word for word but for their pace. */
const health: Readonly<Record<string, string | readonly string[]>> = {
  "sourcegraph-frontend": wget(3080, "/healthz"),
  "sourcegraph-frontend-internal": wget(3080, "/healthz"),
  searcher: wget(3181, "/healthz"),
  symbols: wget(3184, "/healthz"),
  "zoekt-webserver": wget(6070, "/healthz"),
  "precise-code-intel-worker": wget(3188, "/healthz"),
  "syntactic-code-intel-worker": wget(3288, "/healthz"),
  "syntect-server": wget(9238, "/health"),
  pgsql: "/liveness.sh",
  "codeintel-db": "/liveness.sh",
  "codeinsights-db": "/liveness.sh",
  blobstore: ["CMD", "curl", "-f", "http://127.0.0.1:9000/"],
  caddy: wget(80, "/healthz"),
};
/** Where the deployment has no check, one on the port that others use. */
const probe: Readonly<Record<string, string>> = {
  gitserver: "nc -w 1 127.0.0.1 3178 < /dev/null",
  "zoekt-indexserver": wget(6072, "/metrics"),
  worker: wget(6060, "/ready"),
  "repo-updater": wget(6060, "/healthz"),
  "redis-cache": "nc -w 1 127.0.0.1 6379 < /dev/null",
  "redis-store": "nc -w 1 127.0.0.1 6379 < /dev/null",
  prometheus: wget(9090, "/-/ready"),
  grafana: wget(3370, "/"),
  cadvisor: wget(48080, "/metrics"),
  "node-exporter": wget(9100, "/metrics"),
  "otel-collector": wget(13133, "/"),
  jaeger: wget(16686, "/"),
  "pgsql-exporter": wget(9187, "/metrics"),
  "codeintel-db-exporter": wget(9187, "/metrics"),
  "codeinsights-db-exporter": wget(9187, "/metrics"),
};

/**
 * A compose file that runs one of each image, with the health checks of the real deployment and the least it must be
 * told. `Caddyfile` must lie beside it.
 */
export function composeFile(images: readonly StandInImage[]): object {
  const volumes: Record<string, object> = {};
  const services = images.map(({ service, reference: image }) => {
    const test = health[service] ?? probe[service];
    const mounts = (behaviours[service]?.volumes ?? []).map((path) => {
      const name = service.replace("zoekt-indexserver", "zoekt-webserver");
      volumes[name] = {};
      return `${name}:${path}`;
    });
    if (service === "caddy") mounts.push("./Caddyfile:/etc/caddy/Caddyfile:ro");
    const waits: Record<string, { condition: string }> = {};
    if (service === "migrator") {
      for (const database of ["pgsql", "codeintel-db", "codeinsights-db"]) {
        waits[database] = { condition: "service_healthy" };
      }
    }
    if (service.startsWith("sourcegraph-frontend")) waits.migrator = { condition: "service_completed_successfully" };
    const definition = {
      image,
      environment: environment[service] ?? api,
      volumes: mounts,
      depends_on: waits,
      ...(service === "migrator" && { command: ["up"] }),
      ...(service === "otel-collector" && { command: ["--config", "/etc/otel-collector/configs/logging.yaml"] }),
      ...(test && { healthcheck: { test, interval: "1s", timeout: "5s", retries: 30 } }),
    };
    return [service, definition] as const;
  });
  return { name: "stand-ins", services: Object.fromEntries(services), volumes };
}
