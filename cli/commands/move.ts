import type { Command } from "commander";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { planMove } from "../../components/core/planning/managed/plan-move";
import { moveDocument, moveSections } from "../../components/core/rendering/move/report";
import { moveScripts } from "../../components/core/rendering/move/script";
import { numberOption } from "../options";
import { readStackFile } from "../stack-file";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { writeFiles } from "../write-files";

interface Options {
  readonly stack: string;
  readonly to: string;
  readonly postgresSizeGb?: number;
  readonly out?: string;
  readonly commands?: boolean;
  readonly json?: boolean;
}

function specificationOf(file: string, terminal: Terminal) {
  const { config, files } = readStackFile(file, terminal);
  return parseSpecification(config, files);
}

function move({ stack, to, postgresSizeGb, out, commands, json }: Options, terminal: Terminal): void {
  const plan = planMove(
    specificationOf(stack, terminal),
    specificationOf(to, terminal),
    postgresSizeGb === undefined ? {} : { postgresSizeGb },
  );
  if (out !== undefined && plan.steps.length > 0) {
    const scripts = Object.entries(moveScripts(plan));
    writeFiles(
      out,
      scripts.map(([id, text]) => ({ path: `${id}.sh`, mode: "0755", text })),
      terminal,
    );
    terminal.note(`wrote ${scripts.map(([id]) => `${id}.sh`).join(", ")} to ${out}`);
  }
  if (json === true) printJson(terminal, moveDocument(plan));
  else printText(terminal, sectionsText(moveSections(plan, { commands: commands === true }), terminal));
}

/** Defines `sgbox move`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .requiredOption("--stack <file>", "stack file of what is deployed")
    .requiredOption("--to <file>", "the same with databases, cache or object storage as they are wanted")
    .option("--postgres-size-gb <n>", "size of all PostgreSQL data, GB", numberOption)
    .option("--out <folder>", "folder to write the program of each step to; made when it is missing")
    .option("--commands", "show the program of each step");
  withExamples(command, [
    "sgbox move --stack Pulumi.prod.yaml --to Pulumi.managed.yaml",
    "sgbox move --stack Pulumi.prod.yaml --to Pulumi.managed.yaml --postgres-size-gb 80 --out move",
  ]).action((options: Options) => move(options, terminal));
}
