import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as docker from "@pulumi/docker";
import { fullyQualifiedStackName, LocalWorkspace, type OpMap, type Stack } from "@pulumi/pulumi/automation";
import { startDocker, type DockerEngine } from "../../support/docker";
import { buildImages, type StandInImage } from "../../support/images/build";
import { behaviours } from "../../support/images/services";

const toolchain = resolve(process.env.SGBOX_TOOLCHAIN ?? "../shared/toolchain");
const RELEASE = "7.5.4453";
const NEXT = "7.6.0";
const reference = (image: string, release = RELEASE): string => `registry.test/sourcegraph/${image}:${release}`;

/** What the services need to be told, as in the real deployment. */
const databases = { PGHOST: "pgsql", CODEINTEL_PGHOST: "codeintel-db", CODEINSIGHTS_PGHOST: "codeinsights-db" };
const api = { SRC_FRONTEND_INTERNAL: "sourcegraph-frontend-internal:3090" };
const frontend = {
  ...databases,
  ...api,
  DEPLOY_TYPE: "docker-compose",
  SRC_GIT_SERVERS: "gitserver-0:3178",
  SEARCHER_URL: "http://searcher-0:3181",
  INDEXED_SEARCH_SERVERS: "zoekt-webserver-0:6070",
};
const exporter = (host: string): Record<string, string> => ({ DATA_SOURCE_NAME: `postgres://sg:@${host}:5432/` });
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
  "codeinsights-db-exporter": exporter("codeinsights-db"),
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

function composeFile(images: readonly StandInImage[]): object {
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
    if (service === "sourcegraph-frontend") waits.migrator = { condition: "service_completed_successfully" };
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

describe("docker stand-ins", function () {
  this.timeout(120_000);
  const images = Object.entries(behaviours).map(([service, { name }]) => ({ service, reference: reference(name) }));
  const newer = { service: "redis-store", reference: reference("redis-store", NEXT) };
  let engine: DockerEngine;
  let bin: string;
  let directory: string;

  before(async function () {
    if (!existsSync(toolchain)) this.skip();
    bin = execFileSync(join(toolchain, "install"), { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
    directory = mkdtempSync(join(tmpdir(), "sgbox-stand-ins-"));
    engine = await startDocker(toolchain);
    await buildImages([...images, newer], engine.api);
  });
  after(async () => {
    await engine?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  /** Runs `cat` in a container. */
  const cat = async (container: string, file: string): Promise<string> => {
    const { code, stdout, stderr } = await engine.docker(["exec", container, "cat", file]);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  describe("images", () => {
    it("every service comes up healthy under docker compose, with the health checks of the real deployment", async () => {
      writeFileSync(join(directory, "compose.yaml"), JSON.stringify(composeFile(images)));
      writeFileSync(join(directory, "Caddyfile"), ":80\n");
      const up = await engine.docker(["compose", "up", "--wait", "--wait-timeout", "80"], { cwd: directory });
      assert.equal(up.code, 0, up.stderr);
      const ps = await engine.docker(["compose", "ps", "--all", "--format", "{{.Service}} {{.Health}} {{.ExitCode}}"], {
        cwd: directory,
      });
      const expected = images.map(({ service }) => (service === "migrator" ? "migrator  0" : `${service} healthy 0`));
      assert.deepEqual(ps.stdout.trim().split("\n").sort(), expected.sort());
    });

    it("services run as the users of the real ones, and own their volumes", async () => {
      const users: Record<string, string> = {};
      for (const service of [
        "sourcegraph-frontend",
        "pgsql",
        "codeinsights-db",
        "redis-store",
        "grafana",
        "prometheus",
      ]) {
        const volume = behaviours[service]?.volumes?.[0] ?? "";
        const command = `echo $(id -u):$(id -g) $(stat -c %u:%g ${volume})`;
        users[service] = (await engine.docker(["exec", `stand-ins-${service}-1`, "sh", "-c", command])).stdout.trim();
      }
      assert.deepEqual(users, {
        "sourcegraph-frontend": "100:101 100:101",
        pgsql: "999:999 999:999",
        "codeinsights-db": "70:70 70:70",
        "redis-store": "999:1000 999:1000",
        grafana: "472:472 472:472",
        prometheus: "100:100 100:100",
      });
    });

    it("the migrator says what it was asked for and ends; caddy hands requests to the frontend", async () => {
      const migrator = await engine.docker(["logs", "stand-ins-migrator-1"]);
      assert.equal(migrator.stdout, `migrator ${RELEASE}: arguments: up\nmigrator ${RELEASE}: done\n`);
      const page = await engine.docker([
        "exec",
        "stand-ins-caddy-1",
        "wget",
        "-q",
        "-O",
        "-",
        "http://127.0.0.1/healthz",
      ]);
      assert.equal(page.stdout, `frontend ${RELEASE} /healthz\n`);
    });

    it("a service that misses a variable it must have ends at once and says which", async () => {
      const args = ["run", "--rm", "-e", "DEPLOY_TYPE=docker-compose", reference("frontend")];
      const { code, stderr } = await engine.docker(args);
      assert.deepEqual({ code, stderr }, { code: 78, stderr: `frontend ${RELEASE}: needs PGHOST or PGDATASOURCE\n` });
      await engine.docker(["compose", "down", "--timeout", "1", "--volumes"], { cwd: directory });
    });
  });

  describe("provider", () => {
    interface Options {
      readonly release?: string;
      readonly memory?: number;
      readonly cpus?: string;
      readonly health?: string;
    }
    const path = process.env.PATH ?? "";
    let stack: Stack;
    const shared = (options: Options) => (): Promise<void> => {
      const network = new docker.Network("box", { name: "box" });
      const data = new docker.Volume("data", { name: "redis-store" }, { retainOnDelete: true });
      const checked = (test: string): docker.ContainerArgs["healthcheck"] => ({
        tests: ["CMD-SHELL", test],
        interval: "500ms",
        timeout: "2s",
        retries: 20,
      });
      const image = new docker.RemoteImage("store", {
        name: reference("redis-store", options.release),
        keepLocally: true,
      });
      new docker.Container("store", {
        name: "store",
        image: image.imageId,
        restart: "always",
        memory: options.memory ?? 64,
        memorySwap: 512,
        ...(options.cpus && { cpus: options.cpus }),
        volumes: [{ volumeName: data.name, containerPath: "/redis-data" }],
        networksAdvanced: [{ name: network.name, aliases: ["redis", "redis-store"] }],
        healthcheck: checked(options.health ?? "nc -w 1 127.0.0.1 6379 < /dev/null"),
        wait: true,
        waitTimeout: 10,
        destroyGraceSeconds: 5,
      });
      new docker.Container("proxy", {
        name: "proxy",
        image: reference("caddy"),
        envs: ["XDG_DATA_HOME=/caddy-storage/data", "XDG_CONFIG_HOME=/x", "SRC_FRONTEND_ADDRESSES=redis:6379"],
        uploads: [{ file: "/etc/caddy/Caddyfile", content: ":80\n", permissions: "0600" }],
        ports: [{ internal: 80, external: 28080, ip: "127.0.0.1" }],
        networksAdvanced: [{ name: network.name }],
        healthcheck: checked("nc -w 1 redis-store 6379 < /dev/null"),
        ulimits: [{ name: "nofile", soft: 1000, hard: 2000 }],
        labels: [
          { label: "b", value: "2" },
          { label: "a", value: "1" },
        ],
        logDriver: "json-file",
        logOpts: { "max-size": "1m" },
        wait: true,
      });
      return Promise.resolve();
    };
    const migration = (): Promise<void> => {
      new docker.Container("once", {
        name: "once",
        image: reference("migrator"),
        command: ["validate"],
        envs: ["PGDATASOURCE=x", "CODEINTEL_PGDATASOURCE=x", "CODEINSIGHTS_PGDATASOURCE=x"],
        attach: true,
        logs: true,
        mustRun: false,
      });
      return Promise.resolve();
    };

    const changes = async (program: () => Promise<void>): Promise<OpMap> => {
      stack.workspace.program = program;
      return (await stack.preview()).changeSummary;
    };
    const up = async (program: () => Promise<void>): Promise<OpMap | undefined> => {
      stack.workspace.program = program;
      return (await stack.up()).summary.resourceChanges;
    };
    const started = async (container: string): Promise<string> =>
      (await engine.docker(["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", container])).stdout.trim();

    before(async () => {
      process.env.PATH = `${bin}:${path}`;
      const home = join(directory, "home");
      mkdirSync(join(home, "plugins", "resource-docker-v5.2.0"), { recursive: true });
      symlinkSync(
        resolve(__dirname, "../../support/stand-ins/pulumi-resource-docker"),
        join(home, "plugins", "resource-docker-v5.2.0", "pulumi-resource-docker"),
      );
      mkdirSync(join(directory, "state"));
      stack = await LocalWorkspace.createStack(
        {
          stackName: fullyQualifiedStackName("organization", "docker-stand-in", "test"),
          projectName: "docker-stand-in",
          program: shared({}),
        },
        {
          pulumiHome: home,
          envVars: {
            PULUMI_BACKEND_URL: `file://${join(directory, "state")}`,
            PULUMI_CONFIG_PASSPHRASE: "",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            ...engine.env,
          },
        },
      );
    });

    after(() => {
      process.env.PATH = path;
    });

    it("makes networks, volumes and healthy containers, and a second preview changes nothing", async () => {
      assert.deepEqual(await up(shared({})), { create: 6 });
      assert.deepEqual(await changes(shared({})), { same: 6 });
      await stack.refresh();
      assert.deepEqual(await changes(shared({})), { same: 6 });
      const answer = await engine.docker(["exec", "proxy", "cat", "/etc/caddy/Caddyfile"]);
      assert.equal(answer.stdout, ":80\n");
    });

    it("changes memory in place, and starts a container that was stopped", async () => {
      const before = await started("store");
      assert.deepEqual(await up(shared({ memory: 96 })), { update: 1, same: 5 });
      assert.equal(await started("store"), before);
      await engine.docker(["stop", "-t", "1", "proxy"]);
      await stack.refresh();
      assert.deepEqual(await up(shared({ memory: 96 })), { update: 1, same: 5 });
      const { stdout } = await engine.docker(["inspect", "-f", "{{.State.Health.Status}}", "proxy"]);
      assert.equal(stdout, "healthy\n");
    });

    it("a new image replaces only its container; the data of the volume survives", async () => {
      const proxy = await started("proxy");
      const options = { memory: 96, release: NEXT };
      assert.deepEqual(await changes(shared(options)), { replace: 2, same: 4 });
      assert.deepEqual(await up(shared(options)), { replace: 2, same: 4 });
      assert.equal(await started("proxy"), proxy);
      assert.equal(await cat("store", "/redis-data/.stand-in-first"), `${RELEASE}\n`);
      assert.equal(await cat("store", "/redis-data/.stand-in-starts"), `${RELEASE}\n${NEXT}\n`);
    });

    it("passes on what the engine refuses, and tells an unhealthy container with its last check", async () => {
      const options = { memory: 96, release: NEXT };
      await assert.rejects(up(shared({ ...options, cpus: "512" })), /Range of CPUs is from 0\.01 to/);
      await assert.rejects(
        up(shared({ ...options, health: "echo no luck; exit 1" })),
        /container store is (starting|unhealthy) after 10 s: no luck/,
      );
      assert.deepEqual(await up(shared(options)), { replace: 1, same: 5 });
      await assert.rejects(up(shared({ ...options, release: "0.0.1" })), /unable to pull image .*redis-store:0\.0\.1/);
    });

    it("destroy removes what it made but for a retained volume, which the next up takes over", async () => {
      await stack.destroy();
      assert.equal((await engine.docker(["ps", "-aq"])).stdout, "");
      assert.equal((await engine.docker(["volume", "ls", "-q"])).stdout, "redis-store\n");
      await up(shared({ release: NEXT }));
      assert.equal(await cat("store", "/redis-data/.stand-in-first"), `${RELEASE}\n`);
      await stack.destroy();
    });

    it("runs a container to its end and keeps its exit code and what it said", async () => {
      await up(migration);
      const { deployment } = await stack.exportStack();
      const { resources } = deployment as { resources: { outputs: { exitCode: number; containerLogs: string } }[] };
      const { exitCode, containerLogs } = resources.at(-1)?.outputs ?? {};
      assert.deepEqual(
        { exitCode, containerLogs },
        { exitCode: 0, containerLogs: `migrator ${RELEASE}: arguments: validate\nmigrator ${RELEASE}: done\n` },
      );
      await stack.refresh();
      assert.deepEqual(await changes(migration), { same: 2 });
      await stack.destroy();
    });
  });
});
