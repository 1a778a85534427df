import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import { pastLastDay } from "../../components/core/planning/fleet/life";
import { inputsOf, type LeftOut } from "../../components/core/planning/fleet/rollout-plan";
import { selected } from "../../components/core/planning/fleet/selector";
import { findRelease, releases, unknownReleaseMessage } from "../../components/core/product/releases";
import { driftSections, previewSections } from "../../components/core/rendering/fleet/change-report";
import { findPulumi } from "../engine/pulumi-command";
import { exitCodes, ExitWith } from "../failure";
import { numberOption } from "../options";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { checkAccounts } from "./accounts";
import { keepDrift, readDrift } from "./drift-file";
import { openFleet, type OpenFleet } from "./folder";
import { driftOfAll, endAs, previewAll, type LookWorld } from "./looks";
import type { FleetOptions } from "./rollout-verb";
import { readStates } from "./states";

interface LookOptions extends FleetOptions {
  readonly parallel?: number;
  readonly yes?: boolean;
}

interface PreviewOptions extends LookOptions {
  readonly to?: string;
  readonly acknowledge?: readonly string[];
}

interface DriftOptions extends LookOptions {
  readonly expectNoChanges?: boolean;
}

async function worldOf({ fleet }: OpenFleet, options: LookOptions, terminal: Terminal): Promise<LookWorld> {
  const { parallel: most } = fleet.settings;
  const { parallel = most } = options;
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > most)
    throw new InputError(
      [
        {
          path: "parallel",
          message: `must be a whole number from 1 to ${most}, which is what fleet.yaml allows, got ${parallel}`,
        },
      ],
      "nothing was looked at",
    );
  const states = await readStates(fleet, terminal);
  return { terminal, pulumi: await findPulumi(terminal, options.yes === true), states, parallel };
}

function requireRelease(to: string | undefined): void {
  if (to === undefined || findRelease(to) !== undefined) return;
  const known = releases.map(({ version }) => version);
  throw new InputError([{ path: "to", message: unknownReleaseMessage(to, known) }], "nothing was looked at");
}

/** Folder of what looks leave, beside the rollouts. */
const looksFolder = (folder: string, ...parts: readonly string[]): string => path.join(folder, ".fleet", ...parts);

async function preview(options: PreviewOptions, terminal: Terminal): Promise<void> {
  const { to, acknowledge, select, json } = options;
  requireRelease(to);
  const open = openFleet(options.fleet, terminal, { expired: false });
  const world = await worldOf(open, options, terminal);
  const meant = selected(open.fleet, select, world.states);
  const over = meant.flatMap((each): LeftOut[] => {
    // What is on its way out, or in a person's hands, may be past its last day.
    const reason = each.state === "active" ? pastLastDay(each, terminal.today) : undefined;
    return reason === undefined ? [] : [{ id: each.id, slug: each.slug, reason }];
  });
  const chosen = meant.filter(({ id }) => !over.some((each) => each.id === id));
  for (const { id, slug, reason } of over) terminal.note(`${slug} (${id}): passed over: ${reason}`);
  await checkAccounts(chosen, world.states, terminal);
  const digest = inputsOf(open.fleet, chosen, to);
  const looked = await previewAll(
    open,
    chosen,
    { ...(to === undefined ? {} : { to }), ...(acknowledge === undefined ? {} : { acknowledge }) },
    world,
  );
  const folder = looksFolder(open.folder, "previews", digest.slice(0, 16));
  mkdirSync(folder, { recursive: true });
  const told = looked.map(({ code: _code, ...rest }) => rest);
  for (const each of told) writeFileSync(path.join(folder, `${each.id}.json`), `${JSON.stringify(each, null, 1)}\n`);
  if (json === true) printJson(terminal, { digest, folder, instances: told, passedOver: over });
  else printText(terminal, sectionsText(previewSections(open.fleet.settings.name, told), terminal));
  terminal.note(`change sets are in ${path.relative(terminal.folder, folder)}, digest ${digest}`);
  endAs(looked);
}

async function drift(options: DriftOptions, terminal: Terminal): Promise<void> {
  const { select, json, expectNoChanges = false } = options;
  const open = openFleet(options.fleet, terminal, { expired: false });
  const world = await worldOf(open, options, terminal);
  const chosen = selected(open.fleet, select, world.states).filter(
    ({ id }) => world.states[id]?.updatedAt !== undefined,
  );
  const before = readDrift(open.folder);
  const looked = await driftOfAll(open, chosen, world);
  const told = looked.map(({ code: _code, ...rest }) => rest);
  const at = new Date().toISOString();
  const seen = told.flatMap(({ id, changes }) =>
    changes === undefined
      ? []
      : [[id, { at, differs: changes.changes.length, resources: [...changes.changes] }] as const],
  );
  keepDrift(open.folder, Object.fromEntries(seen), before);
  if (json === true) printJson(terminal, told);
  else printText(terminal, sectionsText(driftSections(open.fleet.settings.name, told), terminal));
  endAs(looked);
  if (expectNoChanges && seen.some(([, { differs }]) => differs > 0)) throw new ExitWith(exitCodes.unexpected);
}

/** What both verbs take. */
function looking(fleet: Command, name: string, summary: string): Command {
  return fleet
    .command(name)
    .description(summary)
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--select <expression>", "which instances, e.g. 'instance.type == \"trial\"'; default all")
    .option("--parallel <n>", "instances looked at a time; default what fleet.yaml says", numberOption)
    .option("--yes", "install Pulumi's engine without asking where it is missing");
}

/** Defines `sgbox fleet preview` and `sgbox fleet drift`. */
export function defineLooks(fleet: Command, terminal: Terminal): void {
  const previews = looking(fleet, "preview", "show what an update of each instance would change, and change nothing")
    .option("--to <release>", "as if they were to run this release; default what their files say")
    .option("--acknowledge <ids...>", "ids of manual steps that count as taken");
  withExamples(previews, [
    "sgbox fleet preview",
    "sgbox fleet preview --to 7.5.4453 --select 'instance.type == \"internal\"' --json",
  ]).action((options: PreviewOptions) => preview(options, terminal));
  const drifts = looking(
    fleet,
    "drift",
    "show how what is there differs from what was deployed, and change nothing",
  ).option("--expect-no-changes", "exit with 1 when anything differs; default 0, whatever is seen");
  withExamples(drifts, ["sgbox fleet drift", "sgbox fleet drift --expect-no-changes --json"]).action(
    (options: DriftOptions) => drift(options, terminal),
  );
}
