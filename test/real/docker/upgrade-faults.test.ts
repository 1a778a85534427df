import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { requireComposeOfDebian } from "../../support/compose-debian";
import { dockerConfigWith } from "../../support/compose-deployment";
import { startDocker, type DockerEngine } from "../../support/docker";
import { FaultMachine, hopOf, type Fault } from "../../support/fault-machine";
import { requireImages } from "../../support/images/build";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const to = "7.5.4453";
const hops = [
  { from: "7.4.0", to, kind: "standard" },
  { from: "6.11.5639", to, kind: "multi-version" },
] as const;
/** What happens in a step: the program is killed in each; where the databases or the services change, so is all that can. */
function faultsOf(kind: string, step: string): readonly Fault[] {
  if (["migrate", "start"].includes(step)) return ["converge killed", "engine killed", "disk full"];
  // A look at the frontend waits for the engine, too, which systemd starts again.
  return kind === "standard" && step !== "verify" ? ["converge killed", "engine killed"] : ["converge killed"];
}

describe("an upgrade under faults, on a real Docker Engine", function () {
  this.timeout(900_000);
  /** What the next run did, by kind of the upgrade, step and fault. */
  const table = new Map<string, string>();
  let engine: DockerEngine;
  let config: string;
  let machine: FaultMachine;

  before(async function () {
    requireToolchain(this);
    const debian = requireComposeOfDebian(this);
    requireImages(this);
    config = dockerConfigWith(debian);
    const started = await startDocker(toolchainFolder());
    engine = { ...started, env: { ...started.env, DOCKER_CONFIG: config } };
  });
  after(async () => {
    await engine?.stop();
    if (config !== undefined) rmSync(config, { recursive: true, force: true });
    for (const { kind } of hops) {
      const cells = [...table].filter(([key]) => key.startsWith(`${kind}|`));
      if (cells.length === 0) continue;
      console.log(`      ${kind} upgrade: step, fault, and what became of it`);
      for (const [key, outcome] of cells) {
        const [, step = "", fault = ""] = key.split("|");
        console.log(`        ${step.padEnd(18)}${fault.padEnd(24)}${outcome}`);
      }
    }
  });
  const services = (release: string) =>
    ["codeintel-db", "pgsql", "redis-cache", "sourcegraph-frontend-0"].map((service) => `${service} ${release}`);
  /** All data of before are there. */
  async function dataAreThere(): Promise<void> {
    assert.equal(await machine.sql("pgsql", "select count(*), md5(string_agg(name, ',' order by id)) from repo"), data);
    assert.equal(await machine.sql("codeintel-db", "select count(*) from lsif_uploads"), "500");
  }
  let data = "";
  /** A machine with `from` in place and data in it, whose databases and images of `to` are good. */
  async function arranged(from: string): Promise<void> {
    machine = new FaultMachine(engine);
    await machine.load(from);
    machine.publish(from);
    const { code, output } = await machine.host.fetch("boot");
    assert.equal(code, 0, output);
    await machine.sql("pgsql", "insert into repo (name) select 'repo ' || n from generate_series(1, 500) n");
    await machine.sql(
      "codeintel-db",
      "insert into lsif_uploads (repository_id, root) select n, '' from generate_series(1, 500) n",
    );
    data = await machine.sql("pgsql", "select count(*), md5(string_agg(name, ',' order by id)) from repo");
  }
  /** The release before runs as if nothing had been, and the data are there. */
  async function isAsBefore(from: string, result: string): Promise<void> {
    assert.deepEqual(machine.standing(), { result, installed: from, open: false });
    assert.deepEqual(await machine.running(), services(from));
    await dataAreThere();
  }

  for (const hop of hops) {
    const { from, kind } = hop;
    describe(`of the kind ${kind}`, () => {
      const note = (step: string, fault: string, outcome: string) => table.set(`${kind}|${step}|${fault}`, outcome);
      /** Whether somebody has to say that it goes on. */
      let stands = false;
      const next = () => {
        const ended = stands ? machine.goOn() : machine.poll();
        stands = false;
        return ended;
      };
      before(() => arranged(from));
      after(() => machine?.delete());
      beforeEach(function () {
        if (this.test?.parent?.tests.some(({ state }) => state === "failed")) this.skip();
      });

      it("changes nothing when an image cannot be had", async () => {
        machine.publish(to, hop);
        const { code, output } = await machine.poll();
        assert.equal(code, 4, output);
        assert.match(output, /image 'registry\.test\/sourcegraph\/\S+:7\.5\.4453' cannot be had; nothing was changed/);
        await isAsBefore(from, "failed");
        note("before any", "pull refused", `${from} goes on`);
      });

      it("goes back when the databases do not become healthy", async () => {
        await machine.load(to, { pgsql: "never-healthy" });
        const { code, output } = await machine.poll();
        assert.equal(code, 3, output);
        assert.match(machine.lastWords(), /^pgsql is not healthy: \S/m);
        await isAsBefore(from, "failed");
        note("databases", "image never healthy", `went back to ${from}`);
        await machine.load(to, { migrator: "migration-fails", "sourcegraph-frontend": "never-healthy" });
        stands = true;
      });

      for (const step of hopOf(hop).steps.map(({ id }) => id))
        it(`goes on after every fault in '${step}'`, async () => {
          for (const fault of faultsOf(kind, step)) {
            machine.plant(step, fault);
            const { code, output } = await next();
            assert.ok(machine.happened(), `${fault} did not happen\n${output}`);
            assert.notEqual(code, 0, `${fault}: ${output}`);
            machine.repair();
            assert.ok(machine.standing().open, `${fault}: the upgrade is given up\n${output}`);
            note(step, fault, "the next run went on");
          }
          const fault = { migrate: "migration fails", start: "image never healthy" }[step];
          if (fault === undefined) return;
          const { code, output } = await next();
          assert.equal(code, 3, output);
          assert.deepEqual(machine.standing(), { result: "stopped", installed: to, open: true });
          assert.match(
            machine.lastWords(),
            step === "migrate" ? /the schema \w+ is dirty: /m : /^sourcegraph-frontend-0 is not healthy: \S/m,
          );
          note(step, fault, `stood still, went on to ${to} when told`);
          await machine.load(to, step === "migrate" ? { "sourcegraph-frontend": "never-healthy" } : {});
          stands = true;
        });

      it("ends in the new release, with all data of before", async () => {
        const { code, output } = await next();
        assert.equal(code, 0, output);
        assert.deepEqual(machine.standing(), { result: "ready", installed: to, open: false });
        assert.deepEqual(await machine.running(), services(to));
        await dataAreThere();
      });

      if (kind === "standard")
        it("is taken back by a rollback, on the data as they are", async () => {
          machine.publish(from, { from: to, to: from, kind: "rollback" });
          const { code, output } = await machine.poll();
          assert.equal(code, 0, output);
          await isAsBefore(from, "ready");
        });
    });
  }
});
