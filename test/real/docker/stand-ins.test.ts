import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDocker, type DockerEngine } from "../../support/docker";
import { Engine, type RunOptions, type RunResult } from "../../support/engine";
import { buildImages, requireImages } from "../../support/images/build";
import { composeFile } from "../../support/images/deployment";
import { behaviours } from "../../support/images/services";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const RELEASE = "7.5.4453";
const NEXT = "7.6.0";
const reference = (image: string, release = RELEASE): string => `registry.test/sourcegraph/${image}:${release}`;

describe("docker stand-ins", function () {
  this.timeout(120_000);
  const images = Object.entries(behaviours).map(([service, { name }]) => ({ service, reference: reference(name) }));
  const newer = { service: "redis-store", reference: reference("redis-store", NEXT) };
  let engine: DockerEngine;
  let bin: string;
  let directory: string;

  before(async function () {
    bin = requireToolchain(this);
    requireImages(this);
    directory = mkdtempSync(join(tmpdir(), "sgbox-stand-ins-"));
    engine = await startDocker(toolchainFolder());
    await buildImages([...images, newer], engine.api);
  });
  after(async () => {
    await engine?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  describe("images", () => {
    it("every service comes up healthy under docker compose, with the health checks of the real deployment", async () => {
      writeFileSync(join(directory, "compose.yaml"), JSON.stringify(composeFile(images)));
      writeFileSync(join(directory, "Caddyfile"), "http://:80\nreverse_proxy {$SRC_FRONTEND_ADDRESSES}\n");
      const up = await engine.docker(["compose", "--progress", "quiet", "up", "--wait", "--wait-timeout", "100"], {
        cwd: directory,
      });
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

    it("faults on demand: a disk that is full, a crash, also in the midst of a migration, and a start that takes its time", async () => {
      const failed = async (...args: string[]) => {
        const { code, stderr } = await engine.docker(args, { cwd: directory });
        return [code, stderr.trim()];
      };
      const ran = (fault: string) => failed("run", "--rm", "-e", `STAND_IN_FAULT=${fault}`, reference("blobstore"));
      const full = "No space left on device";
      assert.deepEqual(await ran("disk-full"), [74, `blobstore ${RELEASE}: cannot write: ${full}`]);
      assert.deepEqual(await ran("crash"), [70, `blobstore ${RELEASE}: fault: crash`]);

      const down = ["migrator", "downgrade", "--from", "v7.5", "--to", "v7.4", "--skip-drift-check"];
      const migrating = (fault: string) =>
        failed("compose", "--progress", "quiet", "run", "--rm", "--no-deps", "-e", `STAND_IN_FAULT=${fault}`, ...down);
      assert.deepEqual(await migrating("disk-full"), [
        1,
        `migrator ${RELEASE}: the schema frontend is dirty: could not extend file: ${full}`,
      ]);
      assert.deepEqual(await migrating("crash"), [70, `migrator ${RELEASE}: fault: crash`]);
      const rows = "select success, error_message from migration_logs order by id desc limit 2";
      const asked = ["exec", "stand-ins-pgsql-1", "psql", "-U", "sg", "-qtAc", rows];
      assert.equal((await engine.docker(asked)).stdout, `|\nf|could not extend file: ${full}\n`);

      const start = Date.now();
      const variables = ["PGDATASOURCE", "CODEINTEL_PGDATASOURCE", "CODEINSIGHTS_PGDATASOURCE"];
      const slow = ["STAND_IN_FAULT=slow-start:2", ...variables.map((name) => `${name}=x`)].flatMap((each) => [
        "-e",
        each,
      ]);
      const { stdout } = await engine.docker(["run", "--rm", ...slow, reference("migrator"), "--help"]);
      assert.ok(
        stdout.startsWith(`migrator ${RELEASE}: fault: slow-start:2\nmigrator ${RELEASE}: arguments: --help\n`),
      );
      assert.ok(Date.now() - start > 2000);
    });

    it("a service that misses a variable it must have ends at once and says which", async () => {
      const args = ["run", "--rm", "-e", "DEPLOY_TYPE=docker-compose", reference("frontend")];
      const { code, stderr } = await engine.docker(args);
      assert.deepEqual({ code, stderr }, { code: 78, stderr: `frontend ${RELEASE}: needs PGHOST or PGDATASOURCE\n` });
      await engine.docker(["compose", "down", "--timeout", "1", "--volumes"], { cwd: directory });
    });
  });

  describe("provider", () => {
    const network = "docker:index/network:Network box";
    const data = "docker:index/volume:Volume data";
    const image = "docker:index/remoteImage:RemoteImage image";
    const store = "docker:index/container:Container store";
    const proxy = "docker:index/container:Container proxy";
    const all = [network, data, image, store, proxy];
    let stack: Engine;

    interface Options {
      readonly program?: "pair" | "once" | "held";
      readonly release?: string;
      readonly memory?: number;
      readonly cpus?: string;
      readonly health?: string;
      readonly reversed?: boolean;
      readonly waitTimeout?: number;
      readonly host?: string;
      readonly refresh?: boolean;
    }
    const env = ({ refresh, ...options }: Options): RunOptions => ({
      env: { OPTIONS: JSON.stringify(options) },
      args: refresh ? ["--refresh"] : [],
    });
    const done = (result: RunResult): readonly string[] => {
      assert.equal(result.code, 0, result.stdout + result.stderr);
      return [...result.changes].sort();
    };
    const preview = async (options: Options = {}): Promise<readonly string[]> =>
      done(await stack.preview(env(options)));
    const up = async (options: Options = {}): Promise<readonly string[]> => done(await stack.up(env(options)));
    const refused = async (operation: Promise<RunResult>): Promise<string> => {
      const { code, diagnostics } = await operation;
      assert.notEqual(code, 0);
      return diagnostics.map(({ message }) => message).join("\n");
    };
    const started = async (container: string): Promise<string> =>
      (await engine.docker(["inspect", "-f", "{{.Id}} {{.State.StartedAt}}", container])).stdout.trim();
    const shell = async (container: string, command: string): Promise<string> => {
      const { code, stdout, stderr } = await engine.docker(["exec", container, "sh", "-c", command]);
      assert.equal(code, 0, stderr);
      return stdout;
    };

    before(async () => {
      const program = readFileSync(join(__dirname, "stand-ins.program.cjs"), "utf8");
      stack = await Engine.start({ bin, program, env: engine.env });
    });
    after(() => stack?.stop());

    it("makes networks, volumes and healthy containers, and a second preview changes nothing", async () => {
      const created = all.map((each) => `create ${each}`).sort();
      assert.deepEqual(await preview(), created);
      assert.deepEqual(await up(), created);
      assert.deepEqual(await preview(), []);
      assert.deepEqual(await preview({ reversed: true, refresh: true }), []);
      assert.equal(await shell("proxy", "cat /etc/caddy/Caddyfile"), ":80\n");
    });

    it("hands a secret to the container and leaves it encrypted in the state", async () => {
      assert.equal(await shell("proxy", "echo $TOKEN"), "marker-4711\n");
      assert.ok(stack.exportState().includes("Caddyfile"));
      assert.ok(!stack.exportState().includes("marker-4711"));
    });

    it("changes memory in place, and starts a container that was stopped", async () => {
      const before = await started("store");
      assert.deepEqual(await up({ memory: 96 }), [`update ${store}`]);
      assert.equal(await started("store"), before);
      await engine.docker(["stop", "-t", "1", "proxy"]);
      assert.deepEqual(await up({ memory: 96, refresh: true }), [`update ${proxy}`]);
      const { stdout } = await engine.docker(["inspect", "-f", "{{.State.Health.Status}}", "proxy"]);
      assert.equal(stdout, "healthy\n");
    });

    it("a new image replaces only its container; the data of the volume survives", async () => {
      const untouched = await started("proxy");
      const options = { memory: 96, release: NEXT };
      const names = (changes: readonly string[]): string[] => [
        ...new Set(changes.map((each) => each.split(" ").at(-1) ?? "")),
      ];
      assert.deepEqual(names(await preview(options)).sort(), ["image", "store"]);
      assert.deepEqual(names(await up(options)).sort(), ["image", "store"]);
      assert.equal(await started("proxy"), untouched);
      assert.equal(await shell("store", "cat /redis-data/.stand-in-first"), `${RELEASE}\n`);
      assert.equal(await shell("store", "cat /redis-data/.stand-in-starts"), `${RELEASE}\n${NEXT}\n`);
    });

    it("passes on what the engine refuses, and tells an unhealthy container with its last check", async () => {
      const options = { memory: 96, release: NEXT };
      assert.match(await refused(stack.up(env({ ...options, cpus: "512" }))), /Range of CPUs is from 0\.01 to/);
      const health = "echo no luck; exit 1";
      assert.match(
        await refused(stack.up(env({ ...options, health, waitTimeout: 2 }))),
        /container store is (starting|unhealthy) after 2 s: no luck/,
      );
      await up(options);
      assert.match(
        await refused(stack.up(env({ ...options, release: "0.0.1" }))),
        /unable to pull image registry\.test\/sourcegraph\/redis-store:0\.0\.1/,
      );
    });

    it("destroy removes what it made but for a retained volume, which the next up takes over", async () => {
      done(await stack.destroy());
      assert.equal((await engine.docker(["ps", "-aq"])).stdout, "");
      assert.equal((await engine.docker(["volume", "ls", "-q"])).stdout, "redis-store\n");
      await up({ release: NEXT });
      assert.equal(await shell("store", "cat /redis-data/.stand-in-first"), `${RELEASE}\n`);
      done(await stack.destroy());
    });

    it("does not delete a volume that a container uses", async () => {
      await up({ program: "held", host: engine.env.DOCKER_HOST });
      await engine.docker(["run", "-d", "--name", "holder", "-v", "held:/data", reference("blobstore")]);
      assert.match(await refused(stack.destroy()), /volume is in use/);
      await engine.docker(["rm", "-f", "holder"]);
      done(await stack.destroy());
      assert.equal((await engine.docker(["volume", "ls", "-q", "-f", "name=held"])).stdout, "");
    });

    it("runs a container to its end and keeps its exit code and what it said", async () => {
      assert.deepEqual(await up({ program: "once" }), ["create docker:index/container:Container once"]);
      assert.deepEqual(await stack.outputs(), {
        exitCode: 0,
        containerLogs: `migrator ${RELEASE}: arguments: --help\nmigrator ${RELEASE}: commands: up upgrade downgrade validate drift add-log\n`,
      });
      assert.deepEqual(await preview({ program: "once", refresh: true }), []);
    });

    it("says so when there is no engine", async () => {
      const said = await refused(stack.up(env({ program: "held", host: "unix:///no/such.sock" })));
      assert.match(said, /Error pinging Docker server: connect ENOENT \/no\/such\.sock/);
    });
  });
});
