import type { Command } from "commander";
import { configJsonSchema } from "../../components/core/planning/config/json-schema";
import type { Terminal } from "../terminal";
import { printJson, withExamples } from "../verb";

/** Defines `sgbox schema`. */
export function define(command: Command, terminal: Terminal): void {
  withExamples(command, ["sgbox schema > sourcegraph.schema.json"]).action(() =>
    printJson(terminal, configJsonSchema()),
  );
}
