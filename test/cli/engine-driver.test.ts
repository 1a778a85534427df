import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineDriver, type DriverWorld } from "../../cli/fleet/engine-driver";
import { memberSteps } from "../../cli/fleet/run-rollout";
import type { RolloutMember, RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import { fleetOf, instanceFile } from "../support/fleet";

describe("a rollout at work", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "sgbox-driver-"));
    mkdirSync(join(folder, "instances/gone"), { recursive: true });
    writeFileSync(join(folder, "instances/gone/src-00000002.yaml"), "id: src-00000002\nslug: customer-2\n");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("passes over what was deleted since its plan, and makes nothing of it anew; a file that is missing is a failure", async () => {
    const notes: string[] = [];
    const fleet = fleetOf([instanceFile(1, { state: "leaving" })]);
    // Without an engine: whoever is worked at fails.
    const world = { terminal: { note: (line: string) => notes.push(line) } } as unknown as DriverWorld;
    const driver = new EngineDriver({ folder, fleet }, world);
    const plan = { to: "7.5.4453", acknowledge: [] } as unknown as RolloutPlan;
    const member = (number: number) => ({ id: `src-0000000${number}`, slug: `customer-${number}` }) as RolloutMember;
    for (const number of [1, 2]) for (const step of memberSteps) await driver.step(member(number), step, plan, "none");
    assert.deepEqual(notes, [
      "customer-1 (src-00000001): is deleted, so it is passed over",
      "customer-2 (src-00000002): is deleted, so it is passed over",
    ]);
    await assert.rejects(driver.step(member(3), "check", plan, "none"), {
      message: `its file is gone from ${folder}`,
    });
  });
});
