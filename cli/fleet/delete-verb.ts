import { userInfo } from "node:os";
import * as path from "node:path";
import type { Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import {
  deletionSteps,
  expiredInstances,
  planDeletion,
  type DeletionPlan,
  type DeletionRequest,
} from "../../components/core/planning/fleet/deletion";
import { historyOf } from "../../components/core/planning/fleet/deletion-journal";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import { checkLife, instanceNamed } from "../../components/core/planning/fleet/life";
import { datedCopies, outlivingCopies, type DatedCopy } from "../../components/core/planning/fleet/retention";
import { deletionSections } from "../../components/core/rendering/fleet/deletion-report";
import { findPulumi } from "../engine/pulumi-command";
import { ExitWith, PlainError } from "../failure";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { DeletionEngine, type EngineWorld } from "./deletion-engine";
import { DeletionFiles, goneInstance } from "./deletion-files";
import type { OpenFleet } from "./folder";
import { editInstanceFile } from "./instance-file";
import { ofInstance, unfinishedRollout } from "./life-verb";
import { openLocked } from "./locked";
import { codeOf, oneByOne, type FailedInstance } from "./one-by-one";
import { runDeletion } from "./run-deletion";

interface DeleteOptions {
  readonly fleet?: string;
  readonly confirm?: string;
  readonly dropData?: boolean;
  /** Of --no-backup: false where it was given. */
  readonly backup?: boolean;
  readonly closeEnvironment?: boolean;
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

function requestOf({ confirm, dropData, backup, closeEnvironment }: DeleteOptions): DeletionRequest {
  return {
    ...(confirm === undefined ? {} : { confirm }),
    ...(dropData === undefined ? {} : { dropData }),
    ...(backup === false ? { backup } : {}),
    ...(closeEnvironment === undefined ? {} : { closeEnvironment }),
  };
}

/** A deletion that is planned and can be begun. */
interface Planned {
  readonly instance: FleetInstance;
  readonly plan: DeletionPlan;
  readonly copies: readonly DatedCopy[];
  readonly files: DeletionFiles;
  readonly engine: DeletionEngine;
}

async function planned(
  open: OpenFleet,
  instance: FleetInstance,
  options: DeleteOptions,
  world: EngineWorld,
): Promise<Planned> {
  const files = DeletionFiles.of(open.folder, instance.id);
  if (files.events.at(-1)?.event === "gone")
    throw new RefusedError(
      [
        {
          path: instance.file,
          message: `has the id ${instance.id} of an instance that is gone; ids are never used again, so give it another`,
        },
      ],
      "the deletion is refused",
    );
  const request = requestOf(options);
  const engine = await DeletionEngine.open(open, instance, request, files, world);
  const deployed = await engine.deployed();
  const plan = planDeletion(instance, deployed, request, historyOf(files.events), new Date());
  const copies = datedCopies(outlivingCopies(deployed.resources), world.terminal.today);
  return { instance, plan, copies, files, engine };
}

async function begin(
  { folder }: OpenFleet,
  { instance, plan, files, engine }: Planned,
  reason: string,
  terminal: Terminal,
) {
  editInstanceFile(path.join(folder, instance.file), (document) => {
    document.set("state", "leaving");
    document.set("reason", reason);
  });
  return runDeletion(plan, files, {
    driver: engine,
    now: () => new Date(),
    by: userInfo().username,
    told: (line) => terminal.note(line),
  });
}

const text = ({ plan, copies }: Planned, terminal: Terminal): string =>
  sectionsText(deletionSections(plan, copies), terminal);

/** Shows what would be done, and asks, unless somebody said yes. */
async function asked(
  all: readonly Planned[],
  question: string,
  options: DeleteOptions,
  terminal: Terminal,
): Promise<void> {
  if (options.yes === true) return;
  if (terminal.confirm === undefined)
    throw new InputError(
      [
        {
          path: "yes",
          message: "is missing, and nobody can be asked; --dry-run shows what would be done, --yes does it",
        },
      ],
      "nothing was done",
    );
  for (const each of all) terminal.note(text(each, terminal));
  if (!(await terminal.confirm(question))) throw new PlainError("nothing was done");
}

function endText({ instance: { slug, id } }: Planned, end: "gone" | "kept"): string {
  return end === "gone"
    ? `${slug} (${id}) is gone; instances/gone/${id}.yaml tells what is left and how long copies last`
    : `${slug} (${id}) is away, and its data is kept; sgbox fleet delete ${slug} --drop-data deletes that, too`;
}

/** What a run was killed too early to write down: the file had moved already. */
function finishGone(folder: string, given: string): string | undefined {
  const gone = goneInstance(folder, given);
  if (gone === undefined) return undefined;
  const files = DeletionFiles.of(folder, gone.id);
  if (files.events.at(-1)?.event !== "gone") files.write({ at: new Date().toISOString(), event: "gone" });
  return `${gone.slug} (${gone.id}) is gone already: ${gone.file}`;
}

async function remove(given: string, options: DeleteOptions, terminal: Terminal): Promise<void> {
  const { open, unlock } = openLocked(options.fleet, terminal, { expired: false });
  try {
    const isThere = open.fleet.instances.some(({ id, slug }) => id === given || slug === given);
    const over = isThere ? undefined : finishGone(open.folder, given);
    if (over !== undefined) return printText(terminal, over);
    const instance = instanceNamed(open.fleet.instances, given);
    checkLife(instance, "delete", unfinishedRollout(open.folder), terminal.today);
    const world = { terminal, pulumi: await findPulumi(terminal, options.yes === true) };
    const each = await planned(open, instance, options, world);
    if (options.dryRun === true) {
      if (options.json === true) printJson(terminal, { ...each.plan, copies: each.copies });
      else printText(terminal, text(each, terminal));
      return;
    }
    await asked([each], `Delete ${instance.slug} (${instance.id})?`, options, terminal);
    const end = await begin(open, each, options.reason ?? instance.reason ?? "deleted", terminal);
    if (options.json === true)
      printJson(terminal, { id: instance.id, slug: instance.slug, end, digest: each.plan.digest });
    else printText(terminal, endText(each, end));
  } finally {
    unlock();
  }
}

async function reap(named: readonly string[], options: DeleteOptions, terminal: Terminal): Promise<void> {
  const { open, unlock } = openLocked(options.fleet, terminal, { expired: false });
  try {
    const expired = expiredInstances(open.fleet.instances, terminal.today, named);
    if (expired.length === 0) {
      if (options.json === true) printJson(terminal, []);
      else printText(terminal, "nothing has expired");
      return;
    }
    const rollout = unfinishedRollout(open.folder);
    const world = { terminal, pulumi: await findPulumi(terminal, options.yes === true) };
    const { done: all, failed } = await oneByOne(
      expired.map((instance) => ({ instance })),
      ({ instance }) => {
        checkLife(instance, "delete", rollout, terminal.today);
        return planned(open, instance, options, world);
      },
    );
    const told = (each: FailedInstance) => ({ id: each.id, slug: each.slug, end: each.end, message: each.message });
    if (options.dryRun === true) {
      if (options.json === true)
        printJson(terminal, [...all.map(({ plan, copies }) => ({ ...plan, copies })), ...failed.map(told)]);
      else
        printText(
          terminal,
          [...all.map((each) => text(each, terminal)), ...failed.map(({ message }) => message)].join("\n\n"),
        );
      if (failed.length > 0) throw new ExitWith(codeOf(failed));
      return;
    }
    const names = all.map(({ instance: { slug } }) => slug).join(", ");
    if (all.length > 0)
      await asked(all, `Delete ${all.length} instances whose last day is past: ${names}?`, options, terminal);
    const reaped = await oneByOne(all, async (each) => {
      const { id, slug, expires = "" } = each.instance;
      const end = await begin(open, each, `its last day was ${expires}`, terminal);
      return { id, slug, end, message: endText(each, end) };
    });
    const failures = [...failed, ...reaped.failed];
    const ends = [...reaped.done, ...failures.map(told)];
    if (options.json === true) printJson(terminal, ends);
    else printText(terminal, ends.map(({ message }) => message).join("\n"));
    if (failures.length > 0) throw new ExitWith(codeOf(failures));
  } finally {
    unlock();
  }
}

const deleting = (command: Command): Command =>
  command
    .option(
      "--drop-data",
      "delete for good what holds data, too; without it that is kept, but for replicas, whose data is made up",
    )
    .option("--no-backup", "make no last backup")
    .option("--close-environment", "close the account or project it lives in, too")
    .option("--dry-run", "show what would be done")
    .option("--yes", "do not ask");

/** Defines `sgbox fleet delete` and `sgbox fleet reap`. */
export function defineDeletion(command: Command, terminal: Terminal): void {
  const deletes = ofInstance(command, "delete", `delete an instance, step by step: ${deletionSteps.join(", ")}`, [
    "sgbox fleet delete acme --dry-run --confirm acme",
    'sgbox fleet delete acme --confirm acme --reason "contract ended"',
    "sgbox fleet delete acme --confirm acme --drop-data --yes",
  ]);
  deleting(deletes)
    .option("--confirm <slug>", "slug of the instance; needed for production")
    .option("--reason <text>", "why; written into its file")
    .action((given: string, options: DeleteOptions) => remove(given, options, terminal));
  const reaps = command
    .command("reap")
    .description(
      "delete what has expired: trials, replicas and internal instances past their last day, and nothing else",
    )
    .argument("[instances...]", "ids or slugs; default all whose last day is past")
    .option("--fleet <folder>", "folder of the fleet; default the current one");
  deleting(withExamples(reaps, ["sgbox fleet reap --dry-run", "sgbox fleet reap --yes"])).action(
    (named: readonly string[], options: DeleteOptions) => reap(named, options, terminal),
  );
}
