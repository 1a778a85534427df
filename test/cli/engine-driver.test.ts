import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EngineDriver, type DriverWorld } from "../../cli/fleet/engine-driver";
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

  it("passes over whom nothing can be brought to any more, with the reason; a file that is missing is a failure", async () => {
    const given = [
      instanceFile(1, { state: "leaving", reason: "unpaid" }),
      instanceFile(3, { state: "extracted" }),
      instanceFile(4, { type: "trial", expires: "2026-11-22" }),
      instanceFile(5),
    ];
    // Without an engine: whoever is worked at fails.
    const world = { today: "2026-11-23", terminal: {} } as unknown as DriverWorld;
    const driver = new EngineDriver({ folder, fleet: fleetOf(given) }, world);
    const member = (number: number) => ({ id: `src-0000000${number}`, slug: `customer-${number}` }) as RolloutMember;
    assert.deepEqual(
      [1, 2, 3, 4, 5, 6].map((number) => driver.passesOver(member(number))),
      [
        "it is being deleted (unpaid)",
        "it is deleted",
        "it is extracted",
        "its last day 2026-11-22 is past; 'sgbox fleet reap customer-4' removes it, a later day in instances/2.yaml keeps it",
        undefined,
        undefined,
      ],
    );
    const plan = { to: "7.5.4453", acknowledge: [] } as unknown as RolloutPlan;
    await assert.rejects(driver.step(member(6), "check", plan, "none"), {
      message: `its file is gone from ${folder}`,
    });
  });
});
