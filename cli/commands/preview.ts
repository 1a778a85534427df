import type { Command } from "commander";
import type { Progress } from "../engine/progress";
import { follow, openStack, type EngineOptions } from "../engine/stack";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

async function preview(options: EngineOptions, terminal: Terminal): Promise<void> {
  const { stack, place } = await openStack(options, "create", terminal);
  terminal.note(`asking the engine what it would change in ${place.stack}`);
  const run = ({ take }: Progress) => stack.preview({ onEvent: take, color: "never" });
  const { progress } = await follow("planned", terminal, run, true);
  if (options.json === true) {
    printJson(terminal, { stack: place.stack, counts: progress.counts, changes: progress.changes });
    return;
  }
  const section = {
    id: "changes",
    title: `Changes of ${place.stack}`,
    summary: progress.summary,
    columns: [{ title: "" }, { title: "" }, { title: "" }],
    rows: progress.changes.map(({ op, type, name }) => [op, type, name]),
  };
  printText(terminal, sectionsText([section], terminal));
}

/** Defines `sgbox preview`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(
      "--stack <file or name>",
      "stack file, or name of a stack with a file here; default: the try-out on this machine's Docker",
    )
    .option("--yes", "install Pulumi's engine without asking where it is missing");
  withExamples(command, ["sgbox preview --stack Pulumi.prod.yaml"]).action((options: EngineOptions) =>
    preview(options, terminal),
  );
}
