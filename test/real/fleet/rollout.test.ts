import assert from "node:assert/strict";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instanceFile } from "../../support/fleet";
import { requireToolchain } from "../../support/toolchain";
import { deploy } from "./deploy-first";
import { StandInFleet } from "./stand-in-fleet";

const count = 40;
const to = "7.5.4453";
const idOf = (number: number): string => instanceFile(number).id;

describe("a rollout over forty stand-in instances, on the real engine with a backend that is a folder", function () {
  this.timeout(600_000);
  let fleet: StandInFleet;

  const types = ["internal", "trial", "production", "production"] as const;

  const status = async (): Promise<{ id: string; release: string; rollout?: { state: string; wave: string } }[]> => {
    const { code, stdout, stderr } = await fleet.sgbox(["fleet", "status", "--json"]);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as { id: string; release: string; rollout?: { state: string; wave: string } }[];
  };
  const released = async (): Promise<number> => (await status()).filter(({ release }) => release === to).length;

  before(async function () {
    const bin = requireToolchain(this);
    fleet = await StandInFleet.make(
      bin,
      {
        parallel: 4,
        gate: { healthyMinutes: 0.02 },
        waves: [
          { name: "internal", members: [{ select: 'instance.type == "internal"' }], soakHours: 0 },
          {
            name: "half",
            members: [{ select: 'instance.type in ["trial", "production"]', percent: 40 }],
            soakHours: 0,
          },
          { name: "all", members: [{ select: "true" }], soakHours: 0, pause: true },
        ],
      },
      false,
    );
    for (let number = 0; number < count; number++) {
      const type = types[number % types.length] ?? "internal";
      const expires = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
      fleet.write(number, { type, pause: false, ...(type === "trial" ? { expires } : {}) });
    }
    // One is deployed by the engine; the state of the others is a copy under their name.
    const first = idOf(0);
    await deploy(fleet.folder, first, fleet.environment);
    const state = fleet.state(first);
    for (let number = 1; number < count; number++) {
      const release = number % 3 === 0 ? "7.3.2527" : "7.4.0";
      writeFileSync(
        join(fleet.folder, "states/.pulumi/stacks/sourcegraph", `${idOf(number)}.json`),
        state.replaceAll(first, idOf(number)).replaceAll("7.4.0", release),
      );
    }
  });
  after(() => {
    fleet?.stop();
  });

  const begin = ["fleet", "rollout", "--to", to, "--yes", "--acknowledge", "backup-first", "oob-complete"];

  it("stops when one fails its migration and one never gets healthy; the rest is untouched, status says so", async () => {
    const planned = await fleet.sgbox([
      ...begin.map((word) => (word === "rollout" ? "plan" : word)).filter((word) => word !== "--yes"),
      "--json",
    ]);
    assert.equal(planned.code, 0, planned.stderr);
    const { waves } = JSON.parse(planned.stdout) as { waves: { name: string; members: { id: string }[] }[] };
    assert.deepEqual(
      waves.map(({ name, members }) => [name, members.length]),
      [
        ["internal", 10],
        ["half", 12],
        ["all", 18],
      ],
    );
    const [sick = "", behind = ""] = (waves[1]?.members ?? []).map(({ id }) => id);
    fleet.fault(sick, "migration fails");
    fleet.fault(behind, "never gets healthy");
    const { code, stdout, stderr } = await fleet.sgbox(begin);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^7\.5\.4453: stopped: wave half failed: .*at update.*at verify; /);
    assert.match(stderr, new RegExp(`${sick}\\): update failed: [^]*the migration failed: exit code 1`));
    const never = "was not healthy for 0\\.02 minutes without a break within 0\\.04 minutes";
    assert.match(stderr, new RegExp(`${behind}\\): verify failed: http://127\\.0\\.0\\.1:\\d+ ${never}`));
    const seen = await status();
    assert.deepEqual(
      seen
        .filter(({ rollout }) => rollout?.state === "failed")
        .map(({ id }) => id)
        .sort(),
      [sick, behind].sort(),
    );
    assert.ok(
      seen
        .filter(({ rollout }) => rollout?.wave === "all")
        .every(({ release, rollout }) => release !== to && rollout?.state === "open"),
    );
    const untouched = waves[2]?.members[0]?.id ?? "";
    assert.match(fleet.text("instances", `${Number.parseInt(untouched.slice(4), 16)}.yaml`), /release: 7\.[34]\./);
    const other = await fleet.sgbox(["fleet", "rollout", "--to", "7.5.0", "--yes"]);
    assert.equal(other.code, 3);
    assert.match(other.stderr, /cannot begin while the rollout of 7\.5\.4453 is not over/);
  });

  it("goes on when it is resumed, waits for a person before the last wave, and refuses a second command meanwhile", async () => {
    for (const name of readdirSync(join(fleet.folder, "faults"))) rmSync(join(fleet.folder, "faults", name));
    const going = fleet.sgbox(["fleet", "resume", "--yes"]);
    while (!existsSync(join(fleet.folder, ".fleet/lock"))) await new Promise((resolve) => setTimeout(resolve, 50));
    const second = await fleet.sgbox(["fleet", "resume", "--yes"]);
    assert.equal(second.code, 3);
    assert.match(second.stderr, /refused, because a rollout is at work/);
    const { code, stdout, stderr } = await going;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^7\.5\.4453: waiting: wave all waits for a person; 22 done, 18 open\n/);
    assert.equal(await released(), 22);
  });

  it("killed in the midst of a wave goes on with the same command; nothing is lost and no finished instance is upgraded again", async () => {
    const killed = await fleet.sgbox(["fleet", "resume", "--allow", "--yes"], /(: done\n[\s\S]*){3}/);
    assert.equal(killed.code, null);
    const done = fleet.journal().filter(({ event }) => event === "member-done").length;
    assert.ok(done >= 25 && done < count, String(done));
    const { code, stdout, stderr } = await fleet.sgbox(["fleet", "resume", "--yes"]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^7\.5\.4453: finished; 40 done\n/);
    assert.equal(await released(), count);
    const finished = fleet.journal().flatMap(({ event, id = "" }) => (event === "member-done" ? [id] : []));
    assert.equal(new Set(finished).size, finished.length);
    const again = await fleet.sgbox(["fleet", "plan", "--to", to, "--json"]);
    assert.deepEqual((JSON.parse(again.stdout) as { waves: unknown[] }).waves, []);
  });
});
