import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import {
  findSource,
  requireRelease,
  type DiskSnapshot,
  type RestoreSource,
} from "../../components/core/planning/vm/backups";
import { parseOrderStatus, type OrderState } from "../../components/core/planning/vm/orders";
import { restoreSteps } from "../../components/core/planning/vm/restore-steps";
import type { EngineOptions } from "../engine/stack";
import { PlainError } from "../failure";
import { processClock } from "../machine/clock";
import { deployedInstance, machineOf, type Machine } from "../machine/deployed";
import type { MachineStore } from "../machine/machine-store";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface Options extends EngineOptions {
  readonly from: string;
  readonly into?: string;
}

function impossible(path: string, message: string): InputError {
  return new InputError([{ path, message }], "the restore cannot be made");
}

/** Brings a backup to where the machine it is restored into looks for it. */
async function copied(id: string, from: Machine, to: Machine, terminal: Terminal): Promise<void> {
  if (from.kind === "local" && to.kind === "local") {
    from.local.copyBackup(id, to.local);
  } else if (from.kind === "cloud" && to.kind === "cloud" && from.place.cloud === to.place.cloud) {
    terminal.note(`copying backup ${id} to ${to.place.backupBucket}`);
    await from.store.copyBackup(id, to.place);
  } else
    throw impossible(
      "into",
      "is a stack of another cloud, and a backup is copied within one cloud only; copy its folder by hand to where the other stack keeps its backups, then restore it there without --into",
    );
}

/**
 * Restores the data disk from a snapshot. The volume made for it goes away again, but for a machine that stopped in the middle:
 * it needs the volume to finish.
 */
async function restoreDisk(
  store: MachineStore,
  snapshot: DiskSnapshot,
  machine: Machine,
  terminal: Terminal,
): Promise<OrderState> {
  terminal.note(`making a volume from snapshot ${snapshot.id}`);
  const copy = await store.attachCopy(snapshot);
  terminal.note(`${copy.id} is attached as ${copy.device}`);
  try {
    return await machine.carryOut({ kind: "restore", device: copy.device });
  } finally {
    const status = parseOrderStatus(await store.status().catch(() => undefined));
    const isNeeded = status?.order?.result === "running" || status?.result === "stopped";
    if (isNeeded)
      terminal.note(`${copy.id} stays attached: the machine needs it to finish; run the same command again`);
    else {
      await store.removeCopy(snapshot);
      terminal.note(`${copy.id} is detached and deleted`);
    }
  }
}

/** Shows what will be done, and asks. */
async function agree(
  source: RestoreSource,
  stacks: { readonly from: string; readonly into: string },
  yes: boolean,
  terminal: Terminal,
): Promise<void> {
  const section = {
    id: "steps",
    title: `Restore of ${stacks.into}`,
    columns: [{ title: "" }, { title: "step" }, { title: "effect" }],
    rows: restoreSteps(source, stacks).map(({ what, effect }, index) => [String(index + 1), what, effect]),
  };
  terminal.note(sectionsText([section], terminal));
  if (yes) return;
  if ((await terminal.confirm?.(`Restore ${stacks.into}?`)) !== true) throw new PlainError("nothing was done");
}

async function restore(options: Options, terminal: Terminal): Promise<void> {
  const { from, into, yes = false, json = false } = options;
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [{ path: "yes", message: "is missing, and nobody can be asked; --yes restores without asking" }],
      "nothing was done",
    );
  const own = await deployedInstance(options, terminal);
  const target = into === undefined ? own : await deployedInstance({ ...options, stack: into }, terminal);
  const [machine, other] = [machineOf(own, terminal, processClock), machineOf(target, terminal, processClock)];
  const kept = await machine.kept();
  const source = findSource(from, kept);
  const isElsewhere = target.place.file !== own.place.file;
  if (isElsewhere && source.kind === "snapshot")
    throw impossible(
      "into",
      `takes a backup, and ${source.snapshot.id} is a snapshot of the data disk of ${own.place.stack}; name a backup by --from`,
    );
  requireRelease(source, { stack: target.place.stack, release: target.manifest.release }, kept);
  await agree(source, { from: own.place.stack, into: target.place.stack }, yes, terminal);
  let state: OrderState;
  if (source.kind === "backup") {
    if (isElsewhere) await copied(source.backup.id, machine, other, terminal);
    state = await other.carryOut({ kind: "restore", backup: source.backup.id });
  } else if (machine.kind === "cloud") {
    state = await restoreDisk(machine.store, source.snapshot, machine, terminal);
  } else throw new Error("a host's Docker has no snapshots");
  if (json) printJson(terminal, { order: state, source });
  else printText(terminal, `${target.place.stack} is restored: ${state.message}`);
}

/** Defines `sgbox restore`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .requiredOption(
      "--from <what>",
      "id of a backup or snapshot, or a day such as 2026-01-31, which means its last backup",
    )
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--into <file or name>", "another stack, of the same release, that the backup is restored into")
    .option("--yes", "do not ask, neither about the restore nor about installing Pulumi's engine");
  withExamples(command, [
    "sgbox restore --stack Pulumi.prod.yaml --from 20260131T030000Z",
    "sgbox restore --stack Pulumi.prod.yaml --from snap-0123456789abcdef0",
    "sgbox restore --stack Pulumi.prod.yaml --from 2026-01-31 --into Pulumi.new.yaml --yes",
  ]).action((options: Options) => restore(options, terminal));
}
