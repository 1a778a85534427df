import type { Command } from "commander";
import type { Terminal } from "./terminal";

/** A verb of the command: defines its arguments and what it does. Thrown errors become exit codes. */
export interface Verb {
  readonly define: (command: Command, terminal: Terminal) => void;
}

/** Adds what every verb has: `--json`, and examples below its help. */
export function withExamples(command: Command, examples: readonly string[]): Command {
  const listed = examples.map((example) => `  ${example}`).join("\n");
  return command
    .option("--json", "print the result, or the error, as JSON")
    .addHelpText("after", `\nExamples:\n${listed}`);
}

/** Prints a value as JSON. */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.out(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints a text, with one line break at its end. */
export function printText(terminal: Terminal, text: string): void {
  terminal.out(text.endsWith("\n") ? text : `${text}\n`);
}
