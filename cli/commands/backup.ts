import { Argument, type Command } from "commander";
import { newestFirst } from "../../components/core/planning/vm/backups";
import { backupSections, bytesText } from "../../components/core/rendering/backup-report";
import { facts } from "../../components/core/rendering/section";
import type { EngineOptions } from "../engine/stack";
import { processClock } from "../machine/clock";
import { deployedInstance, machineOf, type Machine } from "../machine/deployed";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

type Action = "make" | "list" | "drill";

async function make(machine: Machine, json: boolean, terminal: Terminal): Promise<void> {
  const state = await machine.carryOut({ kind: "backup" });
  const backup = (await machine.kept()).backups.find(({ id }) => id === state.backup);
  if (json) return printJson(terminal, { order: state, ...(backup !== undefined && { backup }) });
  const sizes = (backup?.databases ?? []).map(({ service, bytes, rows }): [string, string] => [
    service,
    `${bytesText(bytes)}, ${rows} rows`,
  ]);
  const told = facts("backup", "Backup", [
    ["id", state.backup],
    ["release", backup?.release],
    ["size", backup && bytesText(backup.bytes)],
    ...sizes,
  ]);
  printText(terminal, sectionsText([{ ...told, notes: [state.message] }], terminal));
}

async function list(machine: Machine, json: boolean, terminal: Terminal): Promise<void> {
  const { backups, snapshots } = await machine.kept();
  if (json) return printJson(terminal, { backups: newestFirst(backups), snapshots: newestFirst(snapshots) });
  const now = new Date(processClock.now()).toISOString();
  printText(terminal, sectionsText(backupSections({ backups, snapshots }, now), terminal));
}

async function drill(machine: Machine, json: boolean, terminal: Terminal): Promise<void> {
  const state = await machine.carryOut({ kind: "drill" });
  if (json) return printJson(terminal, { order: state });
  const told = facts("drill", "Restore drill", [
    ["backup", state.backup],
    ["at", state.at],
    ["result", state.message],
  ]);
  printText(terminal, sectionsText([told], terminal));
}

const actions = { make, list, drill } as const;

async function backup(action: Action, options: EngineOptions, terminal: Terminal): Promise<void> {
  const machine = machineOf(await deployedInstance(options, terminal), terminal, processClock);
  await actions[action](machine, options.json === true, terminal);
}

/** Defines `sgbox backup`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(
      new Argument("[action]", "make a backup now, list what there is to restore from, or rehearse a restore")
        .choices(Object.keys(actions))
        .default("make"),
    )
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--yes", "install Pulumi's engine without asking where it is missing");
  withExamples(command, [
    "sgbox backup --stack Pulumi.prod.yaml",
    "sgbox backup list --stack Pulumi.prod.yaml --json",
    "sgbox backup drill --stack Pulumi.prod.yaml",
  ]).action((action: Action, options: EngineOptions) => backup(action, options, terminal));
}
