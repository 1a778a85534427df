// Runs the newest rollout of a fleet's folder with instances that only take a moment, and tells one webhook of it.
import { setTimeout as sleep } from "node:timers/promises";
import { Notifier } from "../../cli/fleet/notifier";
import { RolloutFiles } from "../../cli/fleet/rollout-files";
import { runRollout } from "../../cli/fleet/run-rollout";
import { targetsOf } from "../../components/core/planning/fleet/notify";

const [folder = "", url = ""] = process.argv.slice(2);

async function main(): Promise<void> {
  const files = RolloutFiles.newest(folder);
  if (files === undefined) throw new Error("there is no rollout");
  const targets = targetsOf([{ name: "ops", kind: "webhook", url, secretEnv: "SECRET" }], process.env);
  const notifier = new Notifier(targets, files, (line) => console.error(line));
  const { state } = await runRollout(files, {
    driver: { step: async () => sleep(20) },
    now: () => new Date(),
    sleep: async (milliseconds) => sleep(milliseconds),
    told: () => notifier.wake(),
    waits: true,
    isPaused: () => false,
  });
  await notifier.close();
  console.log(state);
}

void main();
