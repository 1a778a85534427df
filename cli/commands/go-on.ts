import type { Command } from "commander";
import { facts } from "../../components/core/rendering/section";
import type { EngineOptions } from "../engine/stack";
import { processClock } from "../machine/clock";
import { deployedInstance, machineOf } from "../machine/deployed";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

async function goOn(options: EngineOptions, terminal: Terminal): Promise<void> {
  const machine = machineOf(await deployedInstance(options, terminal), terminal, processClock);
  const state = await machine.carryOut({ kind: "go-on" });
  if (options.json === true) return printJson(terminal, { order: state });
  const told = facts("go-on", "What stood still", [
    ["at", state.at],
    ["result", state.message],
  ]);
  printText(terminal, sectionsText([told], terminal));
}

/** Defines `sgbox go-on`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--yes", "install Pulumi's engine without asking where it is missing");
  withExamples(command, ["sgbox go-on --stack Pulumi.prod.yaml"]).action((options: EngineOptions) =>
    goOn(options, terminal),
  );
}
