import type { Command } from "commander";
import { fleetCost } from "../../components/core/planning/fleet/cost";
import { selected } from "../../components/core/planning/fleet/selector";
import { costSections } from "../../components/core/rendering/fleet/cost-report";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { openFleet } from "./folder";
import type { FleetOptions } from "./rollout-verb";
import { readStates } from "./states";

async function cost(options: FleetOptions & { readonly by?: string }, terminal: Terminal): Promise<void> {
  const { fleet } = openFleet(options.fleet, terminal, { expired: false });
  const { by, select, json } = options;
  // The backend is asked only where a release that runs can matter.
  const states = `${select ?? ""}${by ?? ""}`.includes("release") ? await readStates(fleet, terminal) : {};
  const told = fleetCost(fleet, selected(fleet, select, states), states, by);
  if (json === true) printJson(terminal, told);
  else printText(terminal, sectionsText(costSections(fleet.settings.name, by, told), terminal));
}

/** Defines `sgbox fleet cost`. */
export function defineCost(fleet: Command, terminal: Terminal): void {
  const command = fleet
    .command("cost")
    .description("show what the instances cost a month at list price")
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--select <expression>", "which instances, e.g. 'instance.type == \"trial\"'; default all")
    .option(
      "--by <expression>",
      "what to sum them by, e.g. instance.type or instance.labels.tier; default only in all",
    );
  withExamples(command, [
    "sgbox fleet cost --by instance.type",
    "sgbox fleet cost --by instance.labels.tier --select 'instance.cloud == \"aws\"' --json",
  ]).action((options: FleetOptions) => cost(options, terminal));
}
