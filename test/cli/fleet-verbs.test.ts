import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { openFleet } from "../../cli/fleet/folder";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import { instanceFile, today } from "../support/fleet";
import { sgbox, type Ran } from "./support";

const to = "7.5.4453";
const at = "2026-11-22T09:00:00.000Z";
const [a, b] = [1, 2].map((number) => instanceFile(number).id) as [string, string];

describe("the verbs of a fleet that change it, before anything is changed", () => {
  let folder: string;
  const run = (...args: readonly string[]): Promise<Ran> => sgbox([...args, "--fleet", folder], { today });
  const acknowledge = ["--acknowledge", "backup-first", "oob-complete"];

  const state = (id: string, release: string, more: object = {}): void => {
    const manifest = { schema: 1, name: id, shape: "vm", cloud: "aws", region: "us-east-1", zone: "", size: "XS" };
    const outputs = { manifest: { ...manifest, release, planDigest: "", services: {}, dataResources: [], ...more } };
    const latest = { manifest: { time: at }, resources: [{ type: "pulumi:pulumi:Stack", outputs }] };
    writeFileSync(
      join(folder, "states/.pulumi/stacks/sourcegraph", `${id}.json`),
      JSON.stringify({ checkpoint: { latest } }),
    );
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-fleet-"));
    mkdirSync(join(folder, "instances"));
    mkdirSync(join(folder, "states/.pulumi/stacks/sourcegraph"), { recursive: true });
    writeFileSync(
      join(folder, "fleet.yaml"),
      stringify({
        name: "managed",
        backend: pathToFileURL(join(folder, "states")).href,
        waves: [{ name: "all", members: [{ select: "true" }], soakHours: 0 }],
      }),
    );
    for (const number of [1, 2, 3])
      writeFileSync(join(folder, "instances", `${number}.yaml`), stringify(instanceFile(number, { pause: false })));
    state(a, "7.4.0");
    state(b, "7.4.0");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A rollout to everybody that came as far as these instances. */
  const rolledOut = (...done: readonly string[]): RolloutFiles => {
    const terminal = { today, folder, env: {}, out: () => undefined, note: () => undefined, colors: {} };
    const { fleet } = openFleet(undefined, terminal as never);
    const states = { [a]: { release: "7.4.0" }, [b]: { release: "7.4.0" } };
    const plan = planRollout(fleet, states, { to, acknowledge: ["backup-first", "oob-complete"] });
    const files = RolloutFiles.begin(folder, plan, at, "ann");
    files.write({ at, event: "wave-begun", wave: "all" });
    for (const id of done) {
      files.write({ at, event: "member-begun", id });
      files.write({ at, event: "member-done", id });
      state(id, to, { lastHop: { from: "7.4.0", to, kind: "standard" } });
    }
    return files;
  };

  it("deploy --plan shows first deployments, upgrades and the digest, the same each time", async () => {
    const args = ["deploy", to, "--to", "true", "--plan", ...acknowledge];
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /src-00000001 {2}customer-1 {2}7\.4\.0 {2}standard {2}any time\n/);
    assert.match(stdout, /src-00000003 {2}customer-3 {9}first {5}any time\n/);
    assert.match(stdout, /digest +[0-9a-f]{64}\n/);
    assert.equal((await run(...args)).stdout, stdout);
  });

  it("two rollouts at once are refused, at work or not over, and nothing is begun", async () => {
    mkdirSync(join(folder, ".fleet"));
    const lock = join(folder, ".fleet/lock");
    writeFileSync(lock, JSON.stringify({ pid: process.pid, host: hostname(), at }));
    for (const verb of [
      ["fleet", "rollout", "--to", to],
      ["deploy", to, "--to", "true"],
      ["fleet", "rollback"],
    ]) {
      const { code, stderr } = await run(...verb, "--yes");
      assert.equal(code, 3);
      assert.equal(
        stderr,
        `sgbox: refused, because a rollout is at work:\n  - 'fleet' is being rolled out by process ${process.pid} of ${hostname()} since ${at}; wait for it, or remove ${lock} when that process is gone for certain\n`,
      );
    }
    rmSync(lock);
    rolledOut(a);
    for (const verb of [
      ["fleet", "rollout", "--to", "7.5.0"],
      ["deploy", "7.5.0", "--to", "true"],
    ]) {
      const { code, stderr } = await run(...verb, "--yes");
      assert.equal(code, 3);
      assert.equal(
        stderr,
        `sgbox: refused, because another rollout is not over:\n  - 'to' cannot begin while the rollout of 7.5.4453 is not over; 'sgbox fleet resume' goes on with it, 'sgbox fleet resume --abandon' gives it up\n`,
      );
    }
  });

  it("resume leaves a wave waiting that waits for a person, and says how it begins; only --allow lets it begin", async () => {
    const files = rolledOut(a, b);
    files.write({ at, event: "wave-waits", wave: "all" });
    const home = join(folder, "home");
    mkdirSync(join(home, "pulumi/bin"), { recursive: true });
    writeFileSync(join(home, "pulumi/bin/pulumi"), "#!/bin/sh\necho v3.248.0\n", { mode: 0o755 });
    const resumed = (...more: readonly string[]): Promise<Ran> =>
      sgbox(["fleet", "resume", "--yes", "--fleet", folder, ...more], { today, env: { SGBOX_HOME: home } });
    const happened = (): string[] =>
      (RolloutFiles.newest(folder)?.events ?? []).slice(files.events.length).map(({ event }) => event);
    const left = await resumed();
    assert.equal(left.code, 0, left.stderr);
    assert.equal(
      left.stdout,
      "7.5.4453: waiting: wave all waits for a person; 2 done, passed over: 1 (nothing is deployed: 1)\n",
    );
    assert.equal(left.stderr, "sgbox fleet resume --allow lets the wave begin\n");
    assert.deepEqual(happened(), []);
    const both = await resumed("--allow", "--abandon");
    assert.equal(both.code, 2);
    assert.deepEqual(happened(), []);
    const allowed = await resumed("--allow");
    assert.equal(allowed.code, 0, allowed.stderr);
    assert.equal(allowed.stdout, "7.5.4453: finished; 2 done, passed over: 1 (nothing is deployed: 1)\n");
    assert.deepEqual(happened(), ["wave-allowed", "wave-begun", "wave-done", "finished"]);
  });

  it("rollback --plan shows who goes back; without anybody to ask it is not begun", async () => {
    rolledOut(a);
    const { code, stdout, stderr } = await run("fleet", "rollback", "--plan");
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Rollback of wave all of managed from 7\.5\.4453\n/);
    assert.match(stdout, /src-00000001 {2}customer-1 {2}7\.5\.4453 {2}rollback to 7\.4\.0 {2}any time\n/);
    assert.match(stdout, /src-00000002 {2}customer-2 {2}it was not begun\n/);
    const begun = await run("fleet", "rollback");
    assert.equal(begun.code, 2);
    assert.equal(
      begun.stderr,
      "sgbox: nothing was done:\n  - 'yes' is missing, and nobody can be asked; sgbox fleet rollback --plan shows what would be done, --yes does it\n",
    );
  });

  it("a fleet that never had a rollout has none to roll back", async () => {
    const { code, stderr } = await run("fleet", "rollback", "--plan");
    assert.equal(code, 2);
    assert.equal(
      stderr,
      "sgbox: there is nothing to go on with:\n  - 'fleet' never had a rollout; sgbox fleet rollout --to RELEASE begins one\n",
    );
  });

  it("stages finds the oldest release with a commit of the product", async () => {
    const checkout = join(folder, "product");
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-C", checkout, "-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
        encoding: "utf8",
      }).trim();
    mkdirSync(checkout);
    git("init", "-q");
    git("commit", "-q", "--allow-empty", "-m", "one");
    const commit = git("rev-parse", "HEAD");
    const before = await run("fleet", "stages", commit, "--checkout", checkout);
    assert.equal(before.stdout, `${commit} is in no release yet\n`);
    git("tag", "v7.4.0");
    git("tag", "v7.5.0");
    const { code, stdout, stderr } = await run("fleet", "stages", commit, "--checkout", checkout);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      "7.4.0 in managed  2 of 3 instances\n  wave  has it  of  not yet\n  all        2   3  customer-3 (not deployed)\n",
    );
    const missing = await run("fleet", "stages", commit);
    assert.equal(missing.code, 2);
    assert.equal(
      missing.stderr,
      `sgbox: the stages cannot be told:\n  - 'checkout' is missing; which release holds commit ${commit} is asked of a clone with its tags\n`,
    );
  });

  it("cost sums by what an expression gives", async () => {
    const { code, stdout, stderr } = await run("fleet", "cost", "--by", "instance.type", "--json");
    assert.equal(code, 0, stderr);
    const { groups, total } = JSON.parse(stdout) as { groups: { group: string; monthly: number }[]; total: object };
    assert.deepEqual(groups, [{ ...total, group: "production" }]);
    assert.ok((groups[0]?.monthly ?? 0) > 0);
  });

  it("extract writes into no folder that holds something, nor into a file", async () => {
    const file = join(folder, "fleet.yaml");
    for (const [into, why] of [
      [folder, "is not empty"],
      [file, "is a file"],
    ] as const) {
      const { code, stderr } = await run("fleet", "extract", a, "--reason", "INC-42", "--into", into);
      assert.equal(code, 2);
      assert.equal(
        stderr,
        `sgbox: nothing was done:\n  - 'into' is "${into}", which ${why}; give a folder that is empty or not there\n`,
      );
    }
  });

  it("preview and drift turn down what they cannot look at", async () => {
    const wrong = await run("fleet", "preview", "--to", "7.5.1");
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^sgbox: nothing was looked at:\n {2}- 'to' is "7\.5\.1", which is not a known release/);
    const many = await run("fleet", "drift", "--parallel", "9");
    assert.equal(many.code, 2);
    assert.equal(
      many.stderr,
      "sgbox: nothing was looked at:\n  - 'parallel' must be a whole number from 1 to 5, which is what fleet.yaml allows, got 9\n",
    );
  });
});
