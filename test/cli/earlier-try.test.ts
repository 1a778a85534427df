import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { earlierTryIn } from "../../cli/fleet/life-verb";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { runRollout } from "../../cli/fleet/run-rollout";
import { earlierTryOfDeletion, type EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import type { DeletionEvent } from "../../components/core/planning/fleet/deletion-journal";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";

const to = "7.5.4453";
const at = "2026-11-22T10:00:00Z";

describe("the try before, after which a lock is only taken away where it was killed", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "sgbox-earlier-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const fleet = fleetOf([instanceFile(1, { pause: false })], {
    waves: [{ name: "all", members: [{ select: "true" }], soakHours: 0 }],
  });
  const [id = ""] = fleet.instances.map((instance) => instance.id);
  const plan = planRollout(fleet, deployedAs(fleet), {
    to,
    acknowledge: ["backup-first", "oob-complete"],
  });

  /** What the driver of a rollout is told in the next run. */
  const told = async (files: RolloutFiles, fails = false): Promise<EarlierTry[]> => {
    const each: EarlierTry[] = [];
    await runRollout(files, {
      driver: {
        step: (_member, _step, _plan, earlier) => {
          each.push(earlier);
          return fails ? Promise.reject(new Error("the stack is locked by ann")) : Promise.resolve();
        },
      },
      now: () => new Date(at),
      sleep: () => Promise.resolve(),
      told: () => undefined,
      waits: false,
      isPaused: () => false,
    });
    return each;
  };

  it("of an instance of a rollout was killed only while a step held the lock", async () => {
    const cases: readonly (readonly [string | undefined, EarlierTry])[] = [
      ["check", "killed"],
      ["update", "killed"],
      ["verify", "failed"],
      [undefined, "failed"],
    ];
    for (const [index, [step, expected]] of cases.entries()) {
      const files = RolloutFiles.begin(folder, plan, `2026-11-22T10:0${index}:00Z`, "ann");
      files.write({ at, event: "wave-begun", wave: "all" });
      files.write({ at, event: "member-begun", id });
      if (step !== undefined) files.write({ at, event: "step-begun", id, step });
      assert.deepEqual(await told(files), [expected, expected, expected], step);
    }
  });

  it("of an instance of a rollout that failed, by the lock of somebody else too, has left no lock", async () => {
    const files = RolloutFiles.begin(folder, plan, at, "ann");
    assert.deepEqual(await told(files, true), ["none"]);
    files.write({ at, event: "resumed", by: "ann" });
    assert.deepEqual(await told(files), ["failed", "failed", "failed"]);
  });

  it("of a deletion was killed only where nothing is written of its last step's end", () => {
    const begun: DeletionEvent = { at, event: "step-begun", step: "data-away" };
    const failed: DeletionEvent = { at, event: "step-failed", step: "data-away", message: "the stack is locked" };
    const cases: readonly (readonly [readonly DeletionEvent[], EarlierTry])[] = [
      [[], "none"],
      [[begun], "killed"],
      [[begun, failed], "failed"],
      [[begun, failed, begun], "killed"],
      [[begun, { at, event: "step-begun", step: "resources-away" }, { ...failed, step: "resources-away" }], "failed"],
      [[begun, { at, event: "step-done", step: "data-away", said: "" }], "none"],
    ];
    for (const [events, expected] of cases) assert.equal(earlierTryOfDeletion(events), expected);
  });

  it("of a suspension is known by the mark it left", () => {
    const mark = join(folder, "mark");
    assert.equal(earlierTryIn(mark), "none");
    writeFileSync(mark, `ann ${at}\n`);
    assert.equal(earlierTryIn(mark), "killed");
    writeFileSync(mark, `ann ${at} failed\n`);
    assert.equal(earlierTryIn(mark), "failed");
  });
});
