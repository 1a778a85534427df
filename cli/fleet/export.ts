import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { parse } from "yaml";
import { InputError } from "../../components/core/errors";
import { planForDeployments, planForOperator } from "../../components/core/planning/fleet/export-settings";
import type { FleetInstance } from "../../components/core/planning/fleet/instance";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";
import { selectorOf } from "../../components/core/planning/fleet/selector";
import { renderDeploymentsFiles } from "../../components/core/rendering/fleet/deployments";
import { renderOperatorFiles } from "../../components/core/rendering/fleet/operator";
import { projectName } from "../engine/place";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { writeFiles, type WrittenFile } from "../write-files";
import { openFleet, type OpenFleet } from "./folder";

interface ExportOptions {
  readonly fleet?: string;
  readonly select?: string;
  readonly operator?: boolean;
  readonly deployments?: boolean;
  readonly to?: string;
  readonly acknowledge?: readonly string[];
  readonly commit?: string;
  readonly out: string;
  readonly json?: boolean;
}

/** What was written, and for how many. */
interface Exported {
  readonly files: readonly WrittenFile[];
  readonly instances: number;
  readonly waves?: number;
  readonly leftOut: readonly { readonly id: string; readonly reason: string }[];
}

/** The files of instances as they are, ciphertexts and all, by id. */
function filesAsTheyAre({ folder }: OpenFleet, instances: readonly FleetInstance[]): Record<string, InstanceConfig> {
  return Object.fromEntries(
    instances.map(({ id, file }) => [id, parse(readFileSync(path.join(folder, file), "utf8")) as InstanceConfig]),
  );
}

/** Exactly one kind is exported, and what only one kind knows is not given to the other. */
function checkOptions({ operator, deployments, to, acknowledge, commit }: ExportOptions): void {
  if (operator === deployments)
    throw new InputError(
      [
        {
          path: "operator",
          message: "is the one choice and deployments the other; give one of --operator, --deployments",
        },
      ],
      "the fleet cannot be exported",
    );
  if (operator === true && acknowledge !== undefined && to === undefined)
    throw new InputError(
      [
        {
          path: "acknowledge",
          message:
            "is for --to only, which says what they are brought to; give --to, or write acknowledge into the instances' config",
        },
      ],
      "the fleet cannot be exported",
    );
  const only = Object.entries({ to, acknowledge, commit }).filter(([, value]) => value !== undefined);
  if (deployments === true && only.length > 0)
    throw new InputError(
      only.map(([name]) => ({
        path: name,
        message: "is for --operator only; Pulumi Deployments take releases and commits from the files and fleet.yaml",
      })),
      "the fleet cannot be exported",
    );
}

function exported(open: OpenFleet, options: ExportOptions): Exported {
  const { fleet } = open;
  const { to, acknowledge, commit, select } = options;
  const { matches } = selectorOf(select ?? "", fleet.instances);
  const chosen = fleet.instances.filter((each) => matches(each, each.release));
  if (options.operator === true) {
    const plan = planForOperator(fleet, chosen, {
      ...(to === undefined ? {} : { to }),
      ...(acknowledge === undefined ? {} : { acknowledge }),
      ...(commit === undefined ? {} : { commit }),
    });
    return {
      files: renderOperatorFiles(fleet, plan, projectName),
      instances: plan.waves.reduce((sum, { members }) => sum + members.length, 0),
      waves: plan.waves.length,
      leftOut: plan.leftOut,
    };
  }
  const plan = planForDeployments(fleet, chosen);
  return {
    files: renderDeploymentsFiles(fleet, plan, filesAsTheyAre(open, plan.instances), projectName),
    instances: plan.instances.length,
    leftOut: plan.leftOut,
  };
}

function write(options: ExportOptions, terminal: Terminal): void {
  checkOptions(options);
  const { files, instances, waves, leftOut } = exported(openFleet(options.fleet, terminal), options);
  writeFiles(options.out, files, terminal);
  if (options.json === true) {
    printJson(terminal, { folder: options.out, files: files.map((file) => file.path), instances, waves, leftOut });
    return;
  }
  for (const { id, reason } of leftOut) terminal.note(`${id} is left out: ${reason}`);
  const inWaves = waves === undefined ? "" : ` in ${waves} waves`;
  printText(
    terminal,
    `wrote ${files.length} files for ${instances} instances${inWaves} to ${options.out}; its README.md says how to use them`,
  );
}

/** Defines `sgbox fleet export`. */
export function defineExport(command: Command, terminal: Terminal): void {
  const made = command
    .command("export")
    .description(
      "write a fleet down for those who run it elsewhere: the Pulumi Kubernetes Operator or Pulumi Deployments",
    )
    .option("--fleet <folder>", "folder of the fleet; default the current one")
    .option("--select <expression>", "which instances, e.g. 'instance.type == \"trial\"'; default all")
    .option("--operator", "Stacks for the Pulumi Kubernetes Operator, waves as prerequisites")
    .option("--deployments", "settings and schedules for Pulumi Deployments")
    .option("--to <release>", "with --operator: release to bring them to; default what their files say")
    .option("--acknowledge <ids...>", "with --to: ids of manual steps that were taken for all of them")
    .option("--commit <commit>", "with --operator: commit of the program; default what fleet.yaml says")
    .requiredOption("-o, --out <folder>", "folder to write to; made when it is missing");
  withExamples(made, [
    "sgbox fleet export --operator --commit $(git rev-parse HEAD) --out operator",
    "sgbox fleet export --deployments --out deployments",
  ]).action((options: ExportOptions) => write(options, terminal));
}
