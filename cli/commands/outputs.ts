import type { Command } from "commander";
import { outputsText } from "../engine/outputs-text";
import { openStack, plainOutputs, type EngineOptions } from "../engine/stack";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

async function outputs(options: EngineOptions, terminal: Terminal): Promise<void> {
  const { stack } = await openStack(options, "refuse", terminal);
  const found = plainOutputs(await stack.outputs());
  if (options.json === true) printJson(terminal, found);
  else printText(terminal, outputsText(found, terminal));
}

/** Defines `sgbox outputs`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--yes", "install Pulumi's engine without asking where it is missing");
  withExamples(command, ["sgbox outputs", "sgbox outputs --stack Pulumi.prod.yaml --json"]).action(
    (options: EngineOptions) => outputs(options, terminal),
  );
}
