import { Option, type Command } from "commander";
import { planUpgrade } from "../../components/core/planning/upgrade/upgrade";
import type { DeploymentKind } from "../../components/core/planning/upgrade/upgrade-plan";
import { upgradeSections } from "../../components/core/rendering/upgrade-report";
import { numberOption } from "../options";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface Options {
  readonly from: string;
  readonly to: string;
  readonly target: DeploymentKind;
  readonly databases: "bundled" | "external";
  readonly postgresMajor?: number;
  readonly postgresSizeGb?: number;
  readonly conditions?: readonly string[];
  readonly acknowledge?: readonly string[];
  readonly codeInsights: boolean;
  readonly namespace?: string;
  readonly registry?: string;
  readonly commands?: boolean;
  readonly standardHopsOnly?: boolean;
  readonly json?: boolean;
}

function upgrade({ json, commands, ...request }: Options, terminal: Terminal): void {
  const planned = planUpgrade(request);
  if (json === true) printJson(terminal, planned);
  else printText(terminal, sectionsText(upgradeSections(planned, { commands: commands === true }), terminal));
}

/** Defines `sgbox upgrade`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .requiredOption("--from <release>", "release that runs now")
    .requiredOption("--to <release>", "release wanted")
    .addOption(
      new Option("--target <kind>", "how it is deployed").choices(["compose", "kubernetes"]).default("compose"),
    )
    .addOption(
      new Option("--databases <where>", "where the databases run").choices(["bundled", "external"]).default("bundled"),
    )
    .option("--postgres-major <n>", "major version of the external databases now", numberOption)
    .option("--postgres-size-gb <n>", "size of all PostgreSQL data, GB", numberOption)
    .option("--conditions <names...>", "conditions of manual steps that hold here")
    .option("--acknowledge <ids...>", "ids of manual steps that were taken")
    .option("--no-code-insights", "there is no code insights database")
    .option("--namespace <name>", "namespace of a Kubernetes deployment")
    .option("--registry <host>", "registry and prefix the images are pulled from")
    .option("--standard-hops-only", "the way a stack with 'cloud: local' goes, without multi-version hops")
    .option("--commands", "show the commands of each runbook");
  withExamples(command, [
    "sgbox upgrade --from 5.2.7 --to 7.5.4453",
    "sgbox upgrade --from 6.12.5040 --to 7.5.4453 --target kubernetes --json",
  ]).action((options: Options) => upgrade(options, terminal));
}
