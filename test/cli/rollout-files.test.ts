import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";

const to = "7.5.4453";
const at = "2026-11-22T10:00:00Z";

describe("the journal of a rollout on disk", () => {
  let folder: string;
  const fleet = fleetOf([instanceFile(1)]);
  const plan = planRollout(fleet, deployedAs(fleet), {
    to,
    acknowledge: ["backup-first", "oob-complete"],
  });

  before(() => (folder = mkdtempSync(join(tmpdir(), "sgbox-journal-"))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("with a line that a crash cut off is left alone by who looks, and mended by who goes on", () => {
    const begun = RolloutFiles.begin(folder, plan, at, "zoë");
    const journal = join(begun.folder, "journal.jsonl");
    const whole = readFileSync(journal, "utf8");
    appendFileSync(journal, `{"at":"2026-11-22T10:01:00Z","event":"wave-be`);
    const cut = readFileSync(journal, "utf8");
    const files = RolloutFiles.newest(folder);
    assert.ok(files !== undefined);
    assert.equal(readFileSync(journal, "utf8"), cut);
    assert.deepEqual(files.events, [{ at, event: "begun", digest: plan.digest, to, by: "zoë" }]);
    files.write({ at, event: "wave-begun", wave: "first" });
    files.write({ at, event: "stopped", reason: "enough" });
    assert.equal(
      readFileSync(journal, "utf8"),
      `${whole}{"at":"${at}","event":"wave-begun","wave":"first"}\n{"at":"${at}","event":"stopped","reason":"enough"}\n`,
    );
    assert.deepEqual(RolloutFiles.newest(folder)?.events, files.events);
    assert.equal(files.progress.reason, "enough");
  });
});
