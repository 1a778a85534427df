import type { Command } from "commander";
import { rolloutSections } from "../../components/core/rendering/fleet/rollout-report";
import { openFleet } from "../fleet/folder";
import { begin, planOf, planToBegin, type PlanOptions, type RunOptions } from "../fleet/rollout-verb";
import { numberOption } from "../options";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface DeployOptions extends Omit<RunOptions, "select"> {
  /** Which instances, as an expression. */
  readonly to: string;
  readonly parallel?: number;
  readonly acknowledge?: readonly string[];
  readonly plan?: boolean;
}

async function deploy(release: string, options: DeployOptions, terminal: Terminal): Promise<void> {
  const { to: select, ...rest } = options;
  const asked: PlanOptions & RunOptions = { ...rest, select, to: release, deploys: true };
  if (options.plan === true) {
    const plan = await planOf(openFleet(options.fleet, terminal, { expired: false }), asked, terminal);
    if (options.json === true) printJson(terminal, plan);
    else printText(terminal, sectionsText(rolloutSections(plan), terminal));
    return;
  }
  await begin(asked, terminal, {
    plan: (open, before) => planToBegin(open, before, asked, terminal),
    shownBy: "sgbox deploy --plan",
    question: (plan) => `Deploy ${plan.to} to ${plan.fleet}?`,
  });
}

/** Defines `sgbox deploy`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .argument("<release>", "release all of them are to run")
    .requiredOption("--to <expression>", "which instances, e.g. 'instance.type == \"trial\"'; 'true' for all")
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--plan", "show who is deployed and upgraded when, and do nothing")
    .option("--parallel <n>", "instances at work at a time; default what fleet.yaml says", numberOption)
    .option("--acknowledge <ids...>", "ids of manual steps that were taken for all of them")
    .option("--yes", "do not ask")
    .option("--wait", "stay until watched waves and maintenance windows are over, instead of saying until when")
    .option(
      "--metrics <file>",
      'share of failed requests by instance, {"ID": {"errorPercent": 0.2}}; read at each check',
    );
  withExamples(command, [
    "sgbox deploy 7.5.4453 --to 'instance.type == \"internal\"' --plan",
    "sgbox deploy 7.5.4453 --to true --yes --fleet fleets/managed",
  ]).action((release: string, options: DeployOptions) => deploy(release, options, terminal));
}
