import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { engineError, StackBusyError } from "../../cli/engine/program-error";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { runRollout, type RolloutEnd } from "../../cli/fleet/run-rollout";
import type { EarlierTry } from "../../components/core/planning/fleet/earlier-try";
import { planRollout } from "../../components/core/planning/fleet/rollout-plan";
import { deployedAs, fleetOf, instanceFile } from "../support/fleet";

const at = "2026-11-22T10:00:00Z";
const what = "wait until that ends, or take its lock away by 'pulumi cancel' when it is gone for certain";

/** What the engine throws, with what it says. */
const refusedBy = (stderr: string): Error =>
  Object.assign(Object.create(ConcurrentUpdateError.prototype) as Error, {
    message: `code: 255\n stdout: \n stderr: ${stderr}`,
  });

describe("a stack that somebody else is at work on", () => {
  it("is told with who that is and since when, by the engine's words on each kind of backend", () => {
    const folder = engineError(
      [],
      refusedBy(
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n  file:///states/.pulumi/locks/organization/sourcegraph/src-1/1.json: created by ann@ops-2 (pid 4711) at 2026-11-22T09:58:12Z\n",
      ),
    );
    assert.ok(folder instanceof StackBusyError);
    assert.equal(
      folder.message,
      `somebody else is at work on the stack: ann@ops-2, process 4711 since 2026-11-22T09:58:12Z; ${what}`,
    );
    const cloud = engineError([], refusedBy("error: [409] Conflict: Another update is currently in progress."));
    assert.ok(cloud instanceof StackBusyError);
    assert.equal(cloud.message, `somebody else is at work on the stack: another update is in progress; ${what}`);
  });

  describe("in a rollout", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(join(tmpdir(), "sgbox-busy-"))));
    after(() => rmSync(folder, { recursive: true, force: true }));

    it("stops the wave however many may fail, counts as neither failed nor done, and is tried again", async () => {
      const instances = [1, 2, 3].map((number) => instanceFile(number, { pause: false }));
      const fleet = fleetOf(instances, {
        gate: { failures: 3 },
        parallel: 1,
        waves: [{ name: "all", members: [{ select: "true" }], soakHours: 0 }],
      });
      const plan = planRollout(fleet, deployedAs(fleet), {
        to: "7.5.4453",
        acknowledge: ["backup-first", "oob-complete"],
      });
      const [first, second, third] = plan.waves[0]?.members ?? [];
      const files = RolloutFiles.begin(folder, plan, at, "ann");
      const tried: [string, string, EarlierTry][] = [];
      const run = (busy: string | undefined): Promise<RolloutEnd> =>
        runRollout(files, {
          driver: {
            step: ({ id }, step, _plan, earlier) => {
              tried.push([id, step, earlier]);
              return id === busy && step === "update"
                ? Promise.reject(new StackBusyError("ann is"))
                : Promise.resolve();
            },
          },
          now: () => new Date(at),
          sleep: () => Promise.resolve(),
          told: () => undefined,
          waits: false,
          isPaused: () => false,
        });
      const why = `${second?.slug} (${second?.id}) at update: ann is`;
      assert.deepEqual(await run(second?.id), { state: "stopped", why });
      const states = () => [first, second, third].map((each) => files.progress.members[each?.id ?? ""]?.state);
      assert.deepEqual(states(), ["done", "locked", "open"]);
      assert.deepEqual(RolloutFiles.newest(folder)?.progress, files.progress);
      assert.equal(tried.filter(([id]) => id === third?.id).length, 0);
      tried.length = 0;
      files.write({ at, event: "resumed", by: "ann" });
      assert.deepEqual(await run(undefined), { state: "finished" });
      assert.deepEqual(states(), ["done", "done", "done"]);
      // A lock that is met was not left by this rollout, so it is not taken away.
      assert.deepEqual(tried[0], [second?.id, "check", "failed"]);
    });
  });
});
