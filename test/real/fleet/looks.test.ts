import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openFleet } from "../../../cli/fleet/folder";
import { readStates, statesByEngine } from "../../../cli/fleet/states";
import { processTerminal } from "../../../cli/terminal";
import { instanceFile } from "../../support/fleet";
import { requireToolchain } from "../../support/toolchain";
import { StandInFleet } from "./stand-in-fleet";

const [from, to] = ["7.4.0", "7.5.4453"];
const [first, second, third] = [0, 1, 2].map((number) => instanceFile(number).id) as [string, string, string];
const step = ["--yes", "--acknowledge", "backup-first", "oob-complete"];

interface Looked {
  readonly id: string;
  readonly changes?: { readonly counts: object; readonly protected: number; readonly changes: readonly object[] };
}

describe("a fleet that is deployed, looked at and rolled back, on the real engine", function () {
  this.timeout(600_000);
  let fleet: StandInFleet;
  const released = async (): Promise<Record<string, string | undefined>> => {
    const { stdout } = await fleet.sgbox(["fleet", "status", "--json"]);
    const rows = JSON.parse(stdout) as { id: string; release?: string }[];
    return Object.fromEntries(rows.map(({ id, release }) => [id, release]));
  };

  before(async function () {
    const bin = requireToolchain(this);
    const waves = [{ name: "all", members: [{ select: "true" }], soakHours: 0 }];
    fleet = await StandInFleet.make(bin, { parallel: 2, gate: { healthyMinutes: 0 }, waves }, true);
    for (const number of [0, 1, 2]) fleet.write(number, { pause: false, release: from });
  });
  after(() => fleet?.stop());

  it("deploy makes those that are not there, through the waves, and says the digest its plan had", async () => {
    const chosen = ["deploy", from, "--to", `instance.id != "${third}"`];
    const planned = await fleet.sgbox([...chosen, "--plan", "--json"]);
    assert.equal(planned.code, 0, planned.stderr);
    const { digest } = JSON.parse(planned.stdout) as { digest: string };
    const { code, stdout, stderr } = await fleet.sgbox([...chosen, "--yes"]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${from}: finished; 2 done\n`);
    assert.match(stderr, new RegExp(`^digest ${digest}$`, "m"));
    assert.deepEqual(await released(), { [first]: from, [second]: from, [third]: undefined });
  });

  it("preview tells what a release would change of each, and changes nothing, also where nothing is", async () => {
    const before = [first, second].map((id) => fleet.state(id));
    const { code, stdout, stderr } = await fleet.sgbox(["fleet", "preview", "--to", to, "--json"]);
    assert.equal(code, 0, stderr);
    const { folder, instances } = JSON.parse(stdout) as { folder: string; instances: Looked[] };
    assert.deepEqual(
      instances.map(({ id, changes }) => [id, changes?.counts, changes?.protected]),
      [
        [first, { create: 0, update: 3, replace: 0, delete: 0 }, 1],
        [second, { create: 0, update: 3, replace: 0, delete: 0 }, 1],
        [third, { create: 3, update: 0, replace: 0, delete: 0 }, 0],
      ],
    );
    assert.deepEqual(
      readdirSync(folder),
      [first, second, third].map((id) => `${id}.json`),
    );
    assert.deepEqual(JSON.parse(readFileSync(join(folder, `${third}.json`), "utf8")), instances[2]);
    assert.deepEqual(
      [first, second].map((id) => fleet.state(id)),
      before,
    );
    assert.deepEqual(await released(), { [first]: from, [second]: from, [third]: undefined });
  });

  it("drift tells what differs from the states, and changes neither", async () => {
    const file = join(fleet.folder, "cloud", second);
    const grown = JSON.stringify({ ...(JSON.parse(readFileSync(file, "utf8")) as object), sizeGb: 20 });
    writeFileSync(file, grown);
    const before = [first, second].map((id) => fleet.state(id));
    const { code, stdout, stderr } = await fleet.sgbox(["fleet", "drift", "--json", "--expect-no-changes"]);
    assert.equal(code, 1, stderr);
    const looked = JSON.parse(stdout) as Looked[];
    const type = "pulumi-nodejs:dynamic/stand-in:Volume";
    assert.deepEqual(
      looked.map(({ id, changes }) => [id, changes?.changes]),
      [
        [first, []],
        [second, [{ change: "update", type, name: `${second}-data`, properties: ["sizeGb"], protected: true }]],
      ],
    );
    assert.deepEqual(
      [first, second].map((id) => fleet.state(id)),
      before,
    );
    assert.equal(readFileSync(file, "utf8"), grown);
    const kept = JSON.parse(fleet.text(".fleet/drift.json")) as { instances: Record<string, { differs: number }> };
    assert.deepEqual(
      Object.entries(kept.instances).map(([id, { differs }]) => [id, differs]),
      [
        [first, 0],
        [second, 1],
      ],
    );
  });

  it("rollback takes a wave back to the release it had; who was deployed by it is left, and told why", async () => {
    const up = await fleet.sgbox(["deploy", to, "--to", "true", ...step]);
    assert.equal(up.code, 0, up.stderr);
    assert.deepEqual(await released(), { [first]: to, [second]: to, [third]: to });
    const before = fleet.state(third);
    const shown = await fleet.sgbox(["fleet", "rollback", "--plan"]);
    assert.match(shown.stdout, /^Rollback of wave all of stand-ins from 7\.5\.4453/);
    assert.match(shown.stdout, /customer-2 {2}it was deployed by this rollout, so there is no release before/);
    const back = await fleet.sgbox(["fleet", "rollback", "--yes"]);
    assert.equal(back.code, 0, back.stderr);
    const over = "passed over: 1 (it was deployed by this rollout, so there is no release before: 1)";
    assert.equal(back.stdout, `${from}: finished; 2 back, ${over}\n`);
    assert.deepEqual(await released(), { [first]: from, [second]: from, [third]: to });
    assert.equal(fleet.state(third), before);
    for (const number of [0, 1]) assert.match(fleet.text("instances", `${number}.yaml`), /^release: 7\.4\.0$/m);
    assert.doesNotMatch(fleet.text("instances/0.yaml"), /acknowledge/);
    const again = await fleet.sgbox(["fleet", "rollback", "--yes"]);
    assert.equal(again.code, 3);
    assert.match(again.stderr, /'customer-0 \(src-00000000\)' runs 7\.4\.0 already/);
    const stages = await fleet.sgbox(["fleet", "stages", to]);
    assert.match(stages.stdout, /^7\.5\.4453 in stand-ins {2}1 of 3 instances\n/);
  });

  it("the engine, asked for any backend, says of the states what the folder says, who changed them included", async () => {
    process.env.PATH = fleet.environment.PATH;
    const terminal = { ...processTerminal(), env: fleet.environment, folder: fleet.folder, note: () => undefined };
    const { fleet: read } = openFleet(undefined, terminal);
    const folder = await readStates(read, terminal);
    const backend = pathToFileURL(join(fleet.folder, "states")).href;
    assert.deepEqual(await statesByEngine(backend, read, terminal), folder);
    assert.equal(folder[first]?.lastChange?.by, userInfo().username);
    assert.deepEqual(folder[first]?.lastHop, { from: to, to: from, kind: "rollback" });
    assert.ok(!existsSync(join(fleet.folder, ".fleet/lock")));
  });
});
