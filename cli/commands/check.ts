import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Option, type Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import { requireKubernetes, requireVm } from "../../components/core/planning/config/specification";
import { checkKubernetesTransition } from "../../components/core/planning/kubernetes/transition";
import { checkTransition, parseManifest, type Manifest } from "../../components/core/planning/manifest";
import { checkSections } from "../../components/core/rendering/check-report";
import { reportPage } from "../../components/core/rendering/report-html";
import { reportMarkdown } from "../../components/core/rendering/report-markdown";
import { boundaryRefusal, boundaryReport, judgeBoundaries } from "../boundaries";
import { checkCluster, clusterRefusal, clusterSection, type ClusterCheck } from "../cluster-check/cluster-check";
import { exitCodes, ExitWith, failureOf } from "../failure";
import { planStack, type PlannedStack } from "../planned";
import { sampleStackFile } from "../stack-file";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printText, withExamples } from "../verb";

interface Options {
  readonly stack?: string;
  readonly against?: string;
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly format: "text" | "json" | "markdown" | "html";
  readonly json?: boolean;
}

/** Reads a manifest: one by itself, or among a stack's outputs. */
function readManifest(file: string, terminal: Terminal): Manifest {
  const wrong = (message: string) => new InputError([{ path: "against", message }], "the manifest cannot be read");
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path.resolve(terminal.folder, file), "utf8"));
  } catch (error) {
    throw wrong(
      `is "${file}", which ${error instanceof SyntaxError ? "is not JSON" : "cannot be read"}; write it with sgbox outputs --stack STACK --json`,
    );
  }
  const manifest = parseManifest((value as { manifest?: unknown } | null)?.manifest ?? value);
  if (manifest === undefined)
    throw wrong(`is "${file}", which holds no manifest; write it with sgbox outputs --stack STACK --json`);
  return manifest;
}

/** What the comparison refuses; empty when it lets the change pass. */
function refusals(previous: Manifest | undefined, { plan, specification }: PlannedStack): RefusedError | undefined {
  try {
    if (plan.shape === "vm") checkTransition(previous, plan, requireVm(specification));
    else checkKubernetesTransition(previous, plan, requireKubernetes(specification));
    return undefined;
  } catch (error) {
    if (error instanceof RefusedError) return error;
    throw error;
  }
}

/** Asks the cluster when that is wanted; undefined when it is not. */
async function clusterOf(
  { cluster = false, kubeconfig }: Options,
  planned: PlannedStack,
  terminal: Terminal,
): Promise<ClusterCheck | undefined> {
  if (!cluster && kubeconfig === undefined) return undefined;
  if (planned.shape === "vm")
    throw new InputError(
      [{ path: "cluster", message: "has a meaning for stacks of 'shape' kubernetes only; leave it out" }],
      "there is no cluster to ask",
    );
  const { plan, objects, stack } = planned;
  const specification = requireKubernetes(planned.specification);
  return checkCluster({ specification, plan, objects, file: stack.file }, kubeconfig, terminal);
}

/** Everything that is refused, as one. */
function together(errors: readonly (RefusedError | undefined)[]): RefusedError | undefined {
  const all = errors.filter((error) => error !== undefined);
  return all.length < 2 ? all[0] : new RefusedError(all.flatMap(({ problems }) => problems));
}

async function check(options: Options, terminal: Terminal): Promise<void> {
  const { stack, against, format, json } = options;
  // What can be refused at once comes before the plan.
  const previous = against === undefined ? undefined : readManifest(against, terminal);
  const planned = await planStack(stack, terminal);
  const cluster = await clusterOf(options, planned, terminal);
  const boundaries = judgeBoundaries(planned, terminal.today);
  const refused = together([
    refusals(previous, planned),
    cluster && clusterRefusal(cluster),
    boundaryRefusal(planned, boundaries),
  ]);
  const title = `Data safety of ${planned.stack.isSample ? sampleStackFile : planned.stack.file}`;
  const sections = [
    ...checkSections(planned, { previous, refused }),
    ...(cluster === undefined ? [] : [clusterSection(cluster)]),
    ...boundaryReport(planned, boundaries),
  ];
  switch (json === true ? "json" : format) {
    case "json":
      printText(
        terminal,
        JSON.stringify(
          {
            stack: planned.stack.file,
            dataResources: planned.plan.dataResources,
            compared: previous !== undefined,
            ...(cluster !== undefined && { cluster }),
            boundaries: { findings: boundaries.verdicts.findings, problems: boundaries.verdicts.problems },
            passed: refused === undefined,
            ...(refused !== undefined && { error: failureOf(refused) }),
          },
          null,
          2,
        ),
      );
      break;
    case "text":
      printText(terminal, sectionsText(sections, terminal));
      break;
    case "markdown":
      printText(terminal, reportMarkdown(title, sections));
      break;
    case "html":
      printText(
        terminal,
        reportPage({ title, subtitle: `release ${planned.plan.release} on ${planned.plan.cloud}`, sections }),
      );
      break;
  }
  if (refused !== undefined) throw new ExitWith(exitCodes.refused);
}

/** Defines `sgbox check`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file>", `stack file; default: a sample deployment, ${sampleStackFile}`)
    .option("--against <file>", "manifest of what is deployed (or the stack's outputs), as JSON")
    .option("--cluster", "ask the cluster by kubectl whether it takes the deployment")
    .option("--kubeconfig <file>", "kubeconfig of that cluster; default: the one kubectl uses")
    .addOption(
      new Option("--format <format>", "how it is shown").choices(["text", "json", "markdown", "html"]).default("text"),
    );
  withExamples(command, [
    "sgbox check --stack Pulumi.prod.yaml",
    "sgbox outputs --stack Pulumi.prod.yaml --json > deployed.json && sgbox check --stack Pulumi.prod.yaml --against deployed.json",
    "sgbox check --stack Pulumi.prod.yaml --cluster",
  ]).action((options: Options) => check(options, terminal));
}
