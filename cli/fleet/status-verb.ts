import { writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import { monthlyPrices } from "../../components/core/planning/fleet/cost";
import { rolloutStatus } from "../../components/core/planning/fleet/rollout-status";
import { selected } from "../../components/core/planning/fleet/selector";
import { fleetStatus } from "../../components/core/planning/fleet/status";
import { statusPage } from "../../components/core/rendering/fleet/status-page";
import { statusSections } from "../../components/core/rendering/fleet/status-report";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { readDrift } from "./drift-file";
import { openFleet } from "./folder";
import { askAll } from "./health";
import { RolloutFiles } from "./rollout-files";
import { readStates } from "./states";

interface StatusOptions {
  readonly fleet?: string;
  readonly select?: string;
  readonly health?: boolean;
  readonly html?: string;
  readonly json?: boolean;
}

/** How long an instance may take to say how it is, milliseconds. */
const answerWithin = 5_000;

function writePage(file: string, page: string, terminal: Terminal): void {
  try {
    writeFileSync(path.resolve(terminal.folder, file), page);
  } catch (error) {
    throw new InputError(
      [{ path: "html", message: `is "${file}", which cannot be written: ${(error as Error).message}` }],
      "the page cannot be written",
    );
  }
  terminal.note(`wrote ${file}`);
}

async function status(options: StatusOptions, terminal: Terminal): Promise<void> {
  const { fleet, folder } = openFleet(options.fleet, terminal, { expired: false });
  const states = await readStates(fleet, terminal);
  const meant = selected(fleet, options.select, states);
  const newest = RolloutFiles.newest(folder);
  const drift = readDrift(folder);
  const asked = Object.fromEntries(meant.map(({ id }) => [id, states[id]?.url]));
  const health = options.health === true ? await askAll(asked, answerWithin) : undefined;
  const rows = fleetStatus(
    { ...fleet, instances: meant },
    {
      states,
      today: terminal.today,
      monthly: monthlyPrices(meant),
      ...(newest === undefined ? {} : { rollout: newest }),
      ...(drift === undefined ? {} : { drift }),
      ...(health === undefined ? {} : { health }),
    },
  );
  const rollout = newest === undefined ? undefined : rolloutStatus(newest.plan, newest.progress);
  if (options.html !== undefined) {
    const page = { fleet: fleet.settings.name, at: new Date().toISOString(), rows };
    writePage(options.html, statusPage({ ...page, ...(rollout === undefined ? {} : { rollout }) }), terminal);
  }
  if (options.json === true) printJson(terminal, rows);
  else printText(terminal, sectionsText(statusSections(fleet.settings.name, rows, rollout), terminal));
}

/** Gives a command what `sgbox status` and `sgbox fleet status` do. */
export function defineStatus(command: Command, name: string, terminal: Terminal): void {
  command
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--select <expression>", "which instances, e.g. 'instance.type == \"trial\"'; default all")
    .option("--html <file>", "write a page on it too, one file that loads nothing")
    .option("--health", `ask each instance how it is, at its address, ${answerWithin / 1000} seconds at most`);
  withExamples(command, [
    `${name} --fleet examples/fleet`,
    `${name} --select 'instance.region == "eu-central-1"' --json`,
    `${name} --health --html status.html`,
  ]).action((options: StatusOptions) => status(options, terminal));
}
