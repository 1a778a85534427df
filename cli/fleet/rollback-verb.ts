import * as path from "node:path";
import type { Command } from "commander";
import { planRollback } from "../../components/core/planning/fleet/rollback-plan";
import type { RolloutPlan } from "../../components/core/planning/fleet/rollout-plan";
import { rolloutSections } from "../../components/core/rendering/fleet/rollout-report";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { openFleet, type OpenFleet } from "./folder";
import { workFolder } from "./instance-stack";
import { RolloutFiles } from "./rollout-files";
import { begin, newestOf, refuseUnfinished, type RunOptions } from "./rollout-verb";
import { readStates } from "./states";

interface RollbackOptions extends RunOptions {
  readonly wave?: string;
  readonly plan?: boolean;
}

/** Plans to roll back a wave of the newest rollout; after a rollback, another wave of the same. */
async function planOf(open: OpenFleet, wave: string | undefined, terminal: Terminal): Promise<RolloutPlan> {
  const newest = newestOf(open.folder);
  const { undoes } = newest.plan;
  if (undoes !== undefined) refuseUnfinished(newest);
  const made = undoes === undefined ? newest : RolloutFiles.named(open.folder, undoes.rollout);
  return planRollback(open.fleet, made, await readStates(open.fleet, terminal), {
    ...(wave === undefined ? {} : { wave }),
    today: terminal.today,
    stackFileOf: (id) => path.relative(terminal.folder, path.join(workFolder(open, id), `Pulumi.${id}.yaml`)),
  });
}

async function rollback(options: RollbackOptions, terminal: Terminal): Promise<void> {
  if (options.plan === true) {
    const plan = await planOf(openFleet(options.fleet, terminal, { expired: false }), options.wave, terminal);
    if (options.json === true) printJson(terminal, plan);
    else printText(terminal, sectionsText(rolloutSections(plan), terminal));
    return;
  }
  await begin(options, terminal, {
    plan: (open) => planOf(open, options.wave, terminal),
    shownBy: "sgbox fleet rollback --plan",
    question: ({ undoes }) => `Roll wave ${undoes?.wave ?? ""} back from ${undoes?.to ?? ""}?`,
  });
}

/** Defines `sgbox fleet rollback`. */
export function defineRollback(fleet: Command, terminal: Terminal): void {
  const command = fleet
    .command("rollback")
    .description(
      "bring a wave back to the release it had, on its data as they are; a rollout that is not over is given up",
    )
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--wave <name>", "which wave of the newest rollout; default the one that began last")
    .option("--plan", "show who goes back and who cannot, and do nothing")
    .option("--yes", "do not ask")
    .option(
      "--metrics <file>",
      'share of failed requests by instance, {"ID": {"errorPercent": 0.2}}; read at each check',
    );
  withExamples(command, ["sgbox fleet rollback --plan", "sgbox fleet rollback --wave first --yes"]).action(
    (options: RollbackOptions) => rollback(options, terminal),
  );
}
