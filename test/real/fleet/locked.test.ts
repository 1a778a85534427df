import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { instanceFile } from "../../support/fleet";
import { requireToolchain } from "../../support/toolchain";
import { StandInFleet } from "./stand-in-fleet";

const to = "7.5.4453";

describe("a rollout that meets the lock of another checkout, on the real engine with a backend that is a folder", function () {
  this.timeout(600_000);
  let fleet: StandInFleet;

  before(async function () {
    const bin = requireToolchain(this);
    const waves = [{ name: "all", members: [{ select: "true" }], soakHours: 0 }];
    fleet = await StandInFleet.make(bin, { parallel: 2, gate: { healthyMinutes: 0, failures: 2 }, waves }, false);
    for (const number of [1, 2]) fleet.write(number, { type: "internal" });
    const { code, stderr } = await fleet.sgbox(["deploy", "7.4.0", "--to", "true", "--yes"]);
    assert.equal(code, 0, stderr);
  });
  after(() => fleet?.stop());

  it("stops, says who is at work, counts the instance as neither failed nor done, and leaves the lock alone", async () => {
    const { id, slug } = instanceFile(2);
    const folder = join(fleet.folder, "states/.pulumi/locks/organization/sourcegraph", id);
    const lock = join(folder, "another.json");
    mkdirSync(folder, { recursive: true });
    const held = JSON.stringify({ pid: 4711, username: "ann", hostname: "ops-2", timestamp: "2026-11-22T09:58:12Z" });
    writeFileSync(lock, held);
    const acknowledge = ["--acknowledge", "backup-first", "oob-complete"];
    const locked = await fleet.sgbox(["fleet", "rollout", "--to", to, "--yes", ...acknowledge]);
    assert.equal(locked.code, 1, locked.stderr);
    const other =
      "somebody else is at work on the stack: ann@ops-2, process 4711 since 2026-11-22T09:58:12Z; wait until that ends, or take its lock away by 'pulumi cancel' when it is gone for certain";
    assert.equal(locked.stdout, `${to}: stopped: ${slug} (${id}) at update: ${other}; 1 locked, 1 done\n`);
    const again = await fleet.sgbox(["fleet", "resume", "--yes"]);
    assert.equal(again.stdout, locked.stdout);
    assert.equal(fleet.text("states/.pulumi/locks/organization/sourcegraph", id, "another.json"), held);
    rmSync(lock);
    const { code, stdout, stderr } = await fleet.sgbox(["fleet", "resume", "--yes"]);
    assert.deepEqual([code, stdout], [0, `${to}: finished; 2 done\n`], stderr);
  });
});
