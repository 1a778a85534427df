import { Option, type Command } from "commander";
import { machineQuotes } from "../../components/core/planning/vm/machine-quote";
import { estimate, estimateAsPublished, type DeploymentTarget } from "../../components/core/planning/sizing/sizing";
import type { Usage } from "../../components/core/planning/sizing/usage";
import { estimateSections, publishedSections } from "../../components/core/rendering/size-report";
import { usageOf, withUsage, type UsageOptions } from "../options";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface Options extends UsageOptions {
  readonly target: DeploymentTarget;
  readonly release?: string;
  readonly asPublished?: boolean;
  readonly json?: boolean;
}

function size(options: Options, terminal: Terminal): void {
  const { target, release, asPublished, json } = options;
  const usage = usageOf(options) as Usage;
  if (asPublished === true) {
    const published = estimateAsPublished(usage, target);
    if (json === true) printJson(terminal, published);
    else printText(terminal, sectionsText(publishedSections(published), terminal));
    return;
  }
  const estimated = estimate(usage, { target, release });
  const machines = target === "docker-compose" ? machineQuotes(usage) : [];
  if (json === true) printJson(terminal, { ...estimated, machines });
  else printText(terminal, sectionsText(estimateSections(estimated, machines), terminal));
}

/** Defines `sgbox size`. */
export function define(command: Command, terminal: Terminal): void {
  withUsage(command, true)
    .addOption(
      new Option("--target <kind>", "how it is deployed")
        .choices(["docker-compose", "kubernetes"])
        .default("docker-compose"),
    )
    .option("--release <release>", "release to be deployed; before 6.4.0 there are more services")
    .option("--as-published", "the vendor's own numbers, with none of the corrections");
  withExamples(command, [
    "sgbox size --users 1000 --repositories 8000 --total-size-gb 400 --largest-repository-gb 10 --largest-index-gb 2",
  ]).action((options: Options) => size(options, terminal));
}
