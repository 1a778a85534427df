import { Option, type Command } from "commander";
import { rolloutSections } from "../../components/core/rendering/fleet/rollout-report";
import { defineCost } from "../fleet/cost-verb";
import { defineLooks } from "../fleet/look-verbs";
import { defineRollback } from "../fleet/rollback-verb";
import { defineExport } from "../fleet/export";
import { defineDeletion } from "../fleet/delete-verb";
import { defineExtraction } from "../fleet/extract-verb";
import { openFleet } from "../fleet/folder";
import { defineSuspension } from "../fleet/life-verb";
import {
  pause,
  planOf,
  resume,
  rollout,
  type FleetOptions,
  type PlanOptions,
  type ResumeOptions,
  type RunOptions,
} from "../fleet/rollout-verb";
import { defineStages } from "../fleet/stages-verb";
import { defineStatus } from "../fleet/status-verb";
import { numberOption } from "../options";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

async function plan(options: PlanOptions, terminal: Terminal): Promise<void> {
  const planned = await planOf(openFleet(options.fleet, terminal, { expired: false }), options, terminal);
  if (options.json === true) printJson(terminal, planned);
  else printText(terminal, sectionsText(rolloutSections(planned), terminal));
}

/** A verb below `sgbox fleet`, with the options all of them have. */
function below(command: Command, name: string, summary: string, examples: readonly string[]): Command {
  const made = command
    .command(name)
    .description(summary)
    .option("--fleet <folder>", "folder of the fleet; default the current one");
  return withExamples(made, examples);
}

const selecting = (command: Command): Command =>
  command.option("--select <expression>", "which instances, e.g. 'instance.type == \"trial\"'; default all");

const planning = (command: Command): Command =>
  selecting(command)
    .requiredOption("--to <release>", "release wanted")
    .option("--parallel <n>", "instances upgraded at a time; default what fleet.yaml says", numberOption)
    .option("--acknowledge <ids...>", "ids of manual steps that were taken for all of them");

const running = (command: Command): Command =>
  command
    .option("--yes", "do not ask")
    .option("--wait", "stay until watched waves and maintenance windows are over, instead of saying until when")
    .option(
      "--metrics <file>",
      'share of failed requests by instance, {"ID": {"errorPercent": 0.2}}; read at each check',
    );

/** Defines `sgbox fleet`. */
export function define(command: Command, terminal: Terminal): void {
  const plans = below(command, "plan", "show who a rollout would upgrade when, and who not and why", [
    "sgbox fleet plan --to 7.5.4453 --fleet examples/fleet",
    'sgbox fleet plan --to 7.5.4453 --select \'instance.type == "trial" && instance.release < "7.5"\' --json',
  ]);
  planning(plans).action((options: PlanOptions) => plan(options, terminal));
  const rollouts = below(command, "rollout", "upgrade instances wave by wave; stops by itself when one gets sick", [
    "sgbox fleet rollout --to 7.5.4453",
    "sgbox fleet rollout --to 7.5.4453 --yes --wait --metrics errors.json",
  ]);
  running(planning(rollouts)).action((options: PlanOptions & RunOptions) => rollout(options, terminal));
  const resumes = below(command, "resume", "go on with a rollout that stopped, waits or was killed", [
    "sgbox fleet resume",
    "sgbox fleet resume --allow",
    "sgbox fleet resume --abandon",
  ]);
  running(resumes)
    .option("--allow", "let the wave begin that waits for a person; without it, it goes on waiting")
    .addOption(new Option("--abandon", "give it up instead; what was upgraded stays").conflicts("allow"))
    .action((options: ResumeOptions) => resume(options, terminal));
  below(command, "pause", "have a rollout stop when the instances it works at are through", [
    "sgbox fleet pause",
  ]).action((options: FleetOptions) => pause(options, terminal));
  defineStatus(
    command.command("status").description("show which release runs where, how old it is, and how far a rollout is"),
    "sgbox fleet status",
    terminal,
  );
  defineCost(command, terminal);
  defineRollback(command, terminal);
  defineLooks(command, terminal);
  defineStages(command, terminal);
  defineExport(command, terminal);
  defineSuspension(command, terminal);
  defineExtraction(command, terminal);
  defineDeletion(command, terminal);
}
