import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import type { LastHop } from "../../../components/core/planning/manifest";
import type { ServiceName } from "../../../components/core/product/service";
import { requireComposeOfDebian } from "../../support/compose-debian";
import {
  composeDeployment,
  dockerConfigWith,
  machineOn,
  publish,
  secretValues,
  standInImages,
  type ComposeDeployment,
} from "../../support/compose-deployment";
import { startDocker, type DockerEngine } from "../../support/docker";
import { buildImages, requireImages } from "../../support/images/build";
import { requirePrograms, type ProgramHost } from "../../support/machine-programs";
import { RunningDeployment } from "../../support/running-deployment";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const first = "6.0.12741";
const second = "6.1.5633";
const third = "7.5.4453";

/** What is written on the first day, and how it is read ever after. */
const data = [
  {
    of: "pgsql",
    write: `psql -U sg -c "insert into repo (name) select 'github.com/acme/' || n from generate_series(1, 1000) n"`,
    read: `psql -U sg -qtAc "select count(*), md5(string_agg(id || name, ',' order by id)) from repo"`,
  },
  {
    of: "codeintel-db",
    write: `psql -U sg -c "insert into lsif_uploads (repository_id, root) select n, 'dir/' || n from generate_series(1, 500) n"`,
    read: `psql -U sg -qtAc "select count(*), md5(string_agg(repository_id || root, ',' order by id)) from lsif_uploads"`,
  },
  {
    of: "codeinsights-db",
    write: `psql -U postgres -c "insert into series_points select 's' || n, '2026-01-01', n / 3.0 from generate_series(1, 300) n"`,
    read: `psql -U postgres -qtAc "select count(*), md5(string_agg(series_id || value, ',' order by series_id)) from series_points"`,
  },
  {
    of: "gitserver-0",
    write: "mkdir -p /data/repos/1/.git && head -c 3000000 /dev/urandom > /data/repos/1/.git/pack",
    read: "sha256sum /data/repos/1/.git/pack",
  },
  {
    of: "worker",
    write: `{ printf 'PUT /lsif-uploads/upload-1.gz HTTP/1.0\\r\\nContent-Length: 26\\r\\n\\r\\nan upload of 26 characters'; } | nc blobstore 9000`,
    read: "wget -q -O - http://blobstore:9000/lsif-uploads/upload-1.gz",
  },
  { of: "redis-store", write: "redis-cli set session:1 alice", read: "redis-cli get session:1" },
] as const;

describe("the life of a deployment on a real Docker Engine, by the machine's own programs, with stand-in images", function () {
  this.timeout(1_000_000);
  const at = (release: string, hop?: LastHop) => composeDeployment({ release, size: "XS" }, hop);
  const installed = at(first);
  const standard = at(second, { from: first, to: second, kind: "standard" });
  const multiVersion = at(third, { from: second, to: third, kind: "multi-version" });
  let docker: DockerEngine;
  let deployed: RunningDeployment;
  let host: ProgramHost;
  let config: string;
  let written: string[];

  before(async function () {
    requireToolchain(this);
    requireImages(this);
    requirePrograms(this);
    config = dockerConfigWith(requireComposeOfDebian(this));
    docker = await startDocker(toolchainFolder());
    deployed = new RunningDeployment(docker);
    await buildImages(standInImages(installed, standard, multiVersion), docker.api);
    host = machineOn({ ...docker.env, DOCKER_CONFIG: config });
    host.timeoutMs = 900_000;
  });
  after(async () => {
    await docker?.stop();
    host?.delete();
    if (config !== undefined) rmSync(config, { recursive: true, force: true });
  });

  const read = (): Promise<string[]> => Promise.all(data.map(({ of, read }) => deployed.inside(of, read)));

  /** Hands the machine a deployment, and holds that it comes to it. */
  async function comesTo({ plan, bundle }: ComposeDeployment, gone: readonly ServiceName[] = []): Promise<void> {
    const digest = publish(host, bundle, secretValues(bundle));
    const { code, output } = await host.fetch("poll");
    assert.equal(code, 0, output);
    const { release } = plan;
    const { result, installed: inPlace } = host.status();
    assert.deepEqual({ result, inPlace }, { result: "ready", inPlace: { release, digest } });
    await deployed.isAsPlanned(plan, gone);
    assert.equal(await (await fetch("http://127.0.0.1/__version")).text(), `${release}\n`);
  }

  /** Minor releases each database was brought to, in order. */
  async function migrations(): Promise<Record<string, string>> {
    const query =
      "select string_agg(version || (case when up and success then '' else '!' end), ' ' order by id) from migration_logs";
    const of = async (container: string, user: string) =>
      deployed.inside(container, `psql -U ${user} -qtAc "${query}"`);
    return {
      pgsql: await of("pgsql", "sg"),
      "codeintel-db": await of("codeintel-db", "sg"),
      "codeinsights-db": await of("codeinsights-db", "postgres"),
    };
  }
  const allThree = (versions: string) => ({ pgsql: versions, "codeintel-db": versions, "codeinsights-db": versions });

  it("installs the first release from nothing: every container is up, and healthy where that is checked", async () => {
    await comesTo(installed);
    assert.deepEqual(await migrations(), allThree("62"));
  });

  it("takes rows in three databases, a repository, an upload and a session", async () => {
    for (const { of, write } of data) await deployed.inside(of, write);
    written = await read();
    const [rows, uploads, points, , upload, session] = written;
    assert.deepEqual(
      [rows?.split("|")[0], uploads?.split("|")[0], points?.split("|")[0], upload, session],
      ["1000", "500", "300", "an upload of 26 characters", "alice"],
    );
  });

  it("makes a standard upgrade in place, and all data are there", async () => {
    // The schemas were brought there by a step of their own, and not again by the start.
    await comesTo(standard, ["migrator"]);
    assert.deepEqual(await migrations(), allThree("62 63"));
    assert.deepEqual(await read(), written);
  });

  it("makes a multi-version upgrade over eighteen minor releases in place, and all data are there", async () => {
    await comesTo(multiVersion);
    const all = Array.from({ length: 80 - 62 + 1 }, (_, number) => 62 + number);
    assert.deepEqual(await migrations(), allThree(all.join(" ")));
    assert.deepEqual(await read(), written);
  });

  it("has a live connection to every address a variable names, and restarted nothing for it", async () => {
    let { made, told } = await deployed.connections(multiVersion.plan);
    for (let tries = 0; tries < 30 && made.length < told.length; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      ({ made, told } = await deployed.connections(multiVersion.plan));
    }
    assert.deepEqual(made, told);
    assert.ok(told.length >= 50, `only ${told.length} addresses`);
    assert.deepEqual(await deployed.restarted(), []);
  });

  it("lets Prometheus scrape every target but those of Redis and its own parts, and the exporters log in", async () => {
    const down = async (): Promise<string[]> => {
      const text = await deployed.inside(
        "prometheus",
        "wget -q -O - http://127.0.0.1:9090/api/v1/targets?state=active",
      );
      const { data } = JSON.parse(text) as { data: { activeTargets: { scrapeUrl: string; health: string }[] } };
      assert.ok(data.activeTargets.length >= 15);
      return data.activeTargets
        .filter(({ health }) => health !== "up")
        .map(({ scrapeUrl }) => scrapeUrl)
        .sort();
    };
    // Alertmanager is a part of the real image only; no image of Redis is known to have an exporter.
    const expected = [
      "http://127.0.0.1:9093/alertmanager/metrics",
      "http://redis-cache:9121/metrics",
      "http://redis-store:9121/metrics",
    ];
    for (let tries = 0; tries < 40 && (await down()).length > expected.length; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.deepEqual(await down(), expected);
    for (const database of ["pgsql", "codeintel-db", "codeinsights-db"])
      assert.equal(
        await deployed.inside(`${database}-exporter`, "wget -q -O - http://127.0.0.1:9187/metrics"),
        "pg_up 1",
      );
  });

  it("ends a service loudly that is told of an address where nobody is", async () => {
    const { reference = "" } = multiVersion.plan.containers.find(({ name }) => name === "worker")?.image ?? {};
    const options = ["--rm", "--network", "docker-compose_sourcegraph", "-e", "STAND_IN_PATIENCE=1"];
    const environment = [
      "-e",
      "SRC_FRONTEND_INTERNAL=sourcegraph-frontend-internal:3090",
      "-e",
      "SEARCHER_URL=http://searcher-9:3181",
    ];
    const { code, stderr } = await docker.docker(["run", ...options, ...environment, reference]);
    assert.deepEqual(
      { code, stderr },
      { code: 69, stderr: `worker ${third}: SEARCHER_URL names searcher-9:3181, which does not answer\n` },
    );
  });
});
