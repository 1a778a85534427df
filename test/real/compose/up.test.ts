import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { serviceNamed } from "../../../components/core/product/services";
import { requireComposeOfDebian } from "../../support/compose-debian";
import {
  composeDeployment,
  dockerConfigWith,
  machineOn,
  publish,
  secretValues,
  standInImages,
  succeeded,
  writeBundle,
  type ComposeDeployment,
} from "../../support/compose-deployment";
import { startDocker, type DockerEngine } from "../../support/docker";
import { buildImages, requireImages } from "../../support/images/build";
import type { ProgramHost } from "../../support/machine-programs";
import { RunningDeployment, type Running } from "../../support/running-deployment";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const release = "7.5.4453";
const replicas = { gitserver: { replicas: 2 }, searcher: { replicas: 2 }, "zoekt-webserver": { replicas: 2 } };
const up = ["compose", "--progress", "quiet", "up", "--detach", "--no-build", "--pull", "never", "--remove-orphans"];
const wait = ["--wait", "--wait-timeout", "200"];

describe("the rendered deployment on a real Docker Engine, with stand-in images", function () {
  this.timeout(400_000);
  const small = composeDeployment({ release, size: "XS" });
  const medium = composeDeployment({ release, size: "M", overrides: replicas, tracing: true });
  let docker: DockerEngine;
  let deployed: RunningDeployment;
  let folder: string;
  let debian: string;

  before(async function () {
    requireToolchain(this);
    debian = requireComposeOfDebian(this);
    requireImages(this);
    docker = await startDocker(toolchainFolder());
    deployed = new RunningDeployment(docker);
    await buildImages(standInImages(small, medium), docker.api);
    folder = mkdtempSync(join(tmpdir(), "sgbox-up-"));
  });
  after(async () => {
    await docker?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Names of the containers that are new or were made anew. */
  async function recreated(before: ReadonlyMap<string, Running>): Promise<string[]> {
    const after = [...(await deployed.containers())];
    return after.flatMap(([name, { Id }]) => (before.get(name)?.Id === Id ? [] : [name])).sort();
  }

  const inside = (container: string, command: string): Promise<string> => deployed.inside(container, command);

  /** Addresses of other containers that containers are told of, or are known to connect to, and that do not answer. */
  async function unanswered({ plan }: ComposeDeployment): Promise<string[]> {
    const running = plan.containers.filter(({ service }) => service !== "migrator");
    const names = new Set(running.map(({ name }) => name));
    const checks = running.map(async ({ name, service, environment }) => {
      const told = Object.values(environment).flatMap((value) =>
        [...value.matchAll(/([a-z][a-z0-9-]*):(\d+)/g)].flatMap(([, host = "", port]) =>
          names.has(host) ? [`${host} ${port}`] : [],
        ),
      );
      const known = serviceNamed(service).connects.flatMap(({ to, port }) =>
        running.filter((other) => other.service === to).map((other) => `${other.name} ${port}`),
      );
      const addresses = [...new Set([...told, ...known])];
      const tries = addresses.map((to) => `nc -w 3 ${to} < /dev/null > /dev/null 2>&1 || echo '${name} to ${to}'`);
      return addresses.length === 0 ? "" : inside(name, tries.join("; "));
    });
    return (await Promise.all(checks)).filter((line) => line !== "").flatMap((lines) => lines.split("\n"));
  }

  /** `IP:port of the machine -> port of the container`, of every container. */
  async function published(): Promise<string[]> {
    return [...(await deployed.containers())].flatMap(([name, { Ports }]) =>
      Ports.filter(({ PublicPort }) => PublicPort !== undefined).map(
        ({ IP, PublicPort, PrivatePort }) => `${IP}:${PublicPort} -> ${name}:${PrivatePort}`,
      ),
    );
  }

  describe("size XS, by the machine's own program and Debian 13's compose", () => {
    let host: ProgramHost;
    let config: string;

    before(() => {
      config = dockerConfigWith(debian);
      host = machineOn({ ...docker.env, DOCKER_CONFIG: config });
    });
    after(() => {
      host.delete();
      rmSync(config, { recursive: true, force: true });
    });

    it("comes up healthy with every container of the plan", async () => {
      const digest = publish(host, small.bundle, secretValues(small.bundle));
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 0, output);
      await deployed.isAsPlanned(small.plan);
      assert.deepEqual(host.status(), {
        schema: 1,
        installed: { release, digest },
        release,
        digest,
        result: "ready",
        message: "all services are healthy",
      });
    });

    it("runs every container as the owner of its volumes, as the catalogue says", async () => {
      const owners = await Promise.all(
        small.plan.containers.map(async ({ name, service }) => {
          const { volumes } = serviceNamed(service);
          if (volumes.length === 0) return [];
          const users = await inside(name, `id -u; id -g; stat -c '%u %g' ${volumes.map((v) => v.target).join(" ")}`);
          const expected = volumes.map(({ uid, gid }) => `${uid} ${gid}`);
          const [uid, gid, ...found] = users.split("\n");
          // Caddy is root in its image; every other service is the owner itself.
          const user = `${uid} ${gid}`;
          return [{ name, user, found, expected: [user === "0 0" ? "0 0" : expected[0], ...expected] }];
        }),
      );
      for (const { name, user, found, expected } of owners.flat()) assert.deepEqual([user, ...found], expected, name);
      assert.ok(owners.flat().length >= 12);
    });

    it("publishes the ports of the plan and no other, and answers there", async () => {
      assert.deepEqual(await published(), ["0.0.0.0:80 -> caddy:80"]);
      const page = await fetch("http://127.0.0.1/healthz");
      assert.equal(await page.text(), `frontend ${release} /healthz\n`);
    });

    it("reaches every address a container is told of", async () => {
      assert.deepEqual(await unanswered(small), []);
    });

    it("recreates nothing at the next boot", async () => {
      const before = await deployed.containers();
      const { code, output } = await host.fetch("boot");
      assert.equal(code, 0, output);
      assert.deepEqual(await recreated(before), []);
    });

    it("goes down without its volumes", async () => {
      succeeded(await docker.docker(["compose", "down"], { cwd: join(host.folder, "mnt/deployment") }));
      assert.equal((await deployed.containers()).size, 0);
      const volumes = succeeded(await docker.docker(["volume", "ls", "-q"]));
      assert.deepEqual(
        volumes.trim().split("\n").sort(),
        small.plan.volumes.map((volume) => `docker-compose_${volume}`).sort(),
      );
    });
  });

  describe("size M with replicas and tracing, by compose 5", () => {
    const compose = async (...args: string[]) =>
      succeeded(await docker.docker(args, { cwd: folder, timeoutMs: 300_000 }));

    it("comes up healthy, and finds the data that size XS left", async () => {
      writeBundle(folder, medium.bundle, secretValues(medium.bundle));
      await compose(...up, ...wait);
      await deployed.isAsPlanned(medium.plan);
      for (const [container, data] of [
        ["gitserver-0", "/data/repos"],
        ["pgsql", "/data"],
        ["zoekt-webserver-0", "/data/index"],
      ] as const)
        assert.match(await inside(container, `cat ${data}/.stand-in-starts`), /\n/, container);
      assert.equal(await inside("gitserver-1", "cat /data/repos/.stand-in-starts"), release);
      assert.deepEqual(await published(), ["0.0.0.0:80 -> caddy:80"]);
    });

    it("reaches every address a container is told of, and every target of Prometheus but Redis's", async () => {
      assert.deepEqual(await unanswered(medium), []);
      const { text = "" } = medium.bundle.files.find(({ path }) => path === "prometheus/prometheus_targets.yml") ?? {};
      const targets = (parse(text) as { targets: string[] }[]).flatMap((group) => group.targets);
      assert.ok(targets.length >= 20);
      const tries = targets.map(
        (target) => `nc -w 3 ${target.replace(":", " ")} < /dev/null > /dev/null || echo ${target}`,
      );
      // The vendor's targets too; whether the real Redis images have an exporter inside is not known, the stand-ins have not.
      const silent = await inside("prometheus", `{ ${tries.join("; ")}; } 2> /dev/null`);
      assert.deepEqual(silent.split("\n").sort(), ["redis-cache:9121", "redis-store:9121"]);
    });

    it("shares an index volume between the two zoekt services of a number, and no other between containers", async () => {
      const users = new Map<string, string[]>();
      for (const [name, { Mounts }] of await deployed.containers())
        for (const { Type, Name } of Mounts) {
          if (Type !== "volume" || Name === undefined) continue;
          const volume = Name.replace("docker-compose_", "");
          users.set(volume, [...(users.get(volume) ?? []), name].sort());
        }
      assert.deepEqual([...users.keys()].sort(), medium.plan.volumes);
      assert.deepEqual(
        [...users].filter(([, names]) => names.length > 1).sort(),
        [0, 1].map((n) => [`zoekt-${n}-shared`, [`zoekt-indexserver-${n}`, `zoekt-webserver-${n}`]]),
      );
      await inside("zoekt-indexserver-1", "touch /data/index/shard-of-1");
      assert.equal(await inside("zoekt-webserver-1", "ls /data/index"), "shard-of-1");
    });

    it("recreates nothing when nothing changed", async () => {
      const before = await deployed.containers();
      await compose(...up, ...wait);
      assert.deepEqual(await recreated(before), []);
    });

    const access = { allowedCidrs: ["10.0.0.0/8"], trustedProxies: ["10.9.0.0/16"] };
    const changed = composeDeployment({ release, size: "M", overrides: replicas, tracing: true, access });

    it("recreates exactly caddy for another Caddyfile", async () => {
      const before = await deployed.containers();
      writeBundle(folder, changed.bundle, secretValues(changed.bundle));
      await compose(...up, ...wait);
      assert.deepEqual(await recreated(before), ["caddy"]);
      assert.match(await inside("caddy", "cat /etc/caddy/Caddyfile"), /10\.9\.0\.0\/16/);
    });

    it("recreates exactly the readers of a changed secret", async () => {
      const before = await deployed.containers();
      const secret = "codeintelDbPassword";
      // A database takes its password from the environment at its first start only; later it has to be told.
      await inside("codeintel-db", `psql -U sg -c "alter role sg password 'changed'"`);
      writeBundle(folder, changed.bundle, secretValues(changed.bundle, { [secret]: "changed" }));
      await compose(...up, ...wait);
      const readers = medium.plan.containers.filter(({ secretEnvironment }) =>
        JSON.stringify(secretEnvironment).includes(`"${secret}"`),
      );
      assert.ok(readers.length >= 4);
      assert.deepEqual(await recreated(before), readers.map(({ name }) => name).sort());
    });

    it("removes Jaeger when tracing is turned off, and recreates what is told of it", async () => {
      const before = await deployed.containers();
      const without = composeDeployment({ release, size: "M", overrides: replicas, access });
      writeBundle(folder, without.bundle, secretValues(without.bundle, { codeintelDbPassword: "changed" }));
      await compose(...up, ...wait);
      await deployed.isAsPlanned(without.plan);
      const told = (await recreated(before)).map((name) => name.replace(/-\d+$/, ""));
      assert.deepEqual(
        [...new Set(told)],
        ["grafana", "otel-collector", "sourcegraph-frontend", "sourcegraph-frontend-internal"],
      );
    });
  });
});
