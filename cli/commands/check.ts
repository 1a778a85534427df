import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Option, type Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import { requireKubernetes } from "../../components/core/planning/config/specification";
import { boundaryReport } from "../../components/core/rendering/boundary/collect";
import { changeSections, compareReports, type BoundaryChanges } from "../../components/core/rendering/boundary/compare";
import {
  parseBoundaryReport,
  saysBoundaryReport,
  type BoundaryReport,
} from "../../components/core/rendering/boundary/model";
import { boundaryPage } from "../../components/core/rendering/boundary/page";
import { checkSections } from "../../components/core/rendering/check-report";
import { reportMarkdown } from "../../components/core/rendering/report-markdown";
import type { Section } from "../../components/core/rendering/section";
import { boundaryParts, boundaryRefusal, judgeBoundaries } from "../boundaries";
import { checkCluster, clusterRefusal, clusterSection, type ClusterCheck } from "../cluster-check/cluster-check";
import { exitCodes, ExitWith, failureOf } from "../failure";
import { dataResourcesOf, headlineOf, planStack, type PlannedStack } from "../planned";
import { sampleStackFile } from "../stack-file";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { readDeployed, transitionRefusal, type Deployed } from "../transition";
import { printText, withExamples } from "../verb";

interface Options {
  readonly stack?: string;
  readonly against?: string;
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly format: "text" | "json" | "markdown" | "html";
  readonly out?: string;
  readonly json?: boolean;
}

/** What a stack is compared with: what is deployed, an older report on its boundaries, or neither. */
interface Against extends Deployed {
  readonly report?: BoundaryReport;
}

/** Reads what to compare with: a manifest or a stack's outputs, a report on boundaries or what an older check printed. */
function readAgainst(file: string | undefined, terminal: Terminal): Against {
  if (file === undefined) return {};
  const wrong = (message: string) => new InputError([{ path: "against", message }], "the comparison cannot be made");
  const how =
    "write a manifest with sgbox outputs --stack STACK --json, or a report with sgbox check --stack STACK --json";
  let value: { readonly manifest?: unknown; readonly boundaries?: unknown } | null;
  try {
    value = JSON.parse(readFileSync(path.resolve(terminal.folder, file), "utf8")) as typeof value;
  } catch (error) {
    throw wrong(`is "${file}", which ${error instanceof SyntaxError ? "is not JSON" : "cannot be read"}; ${how}`);
  }
  const given = value?.boundaries ?? value;
  if (saysBoundaryReport(given)) {
    const report = parseBoundaryReport(given);
    if (report !== undefined) return { report };
    const version = given.schema === 1 ? "is not whole" : `has schema ${String(given.schema)}, and only 1 is known`;
    throw wrong(
      `is "${file}", a report on boundaries that ${version}; write it again with sgbox check --stack STACK --json`,
    );
  }
  const deployed = readDeployed(value?.manifest ?? value);
  if (deployed === undefined)
    throw wrong(`is "${file}", which holds neither a manifest nor a report on boundaries; ${how}`);
  return deployed;
}

/** Asks the cluster when that is wanted; undefined when it is not. */
async function clusterOf(
  { cluster = false, kubeconfig }: Options,
  planned: PlannedStack,
  terminal: Terminal,
): Promise<ClusterCheck | undefined> {
  if (!cluster && kubeconfig === undefined) return undefined;
  if (planned.shape !== "kubernetes")
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

/** What a check found. */
interface Checked {
  readonly planned: PlannedStack;
  readonly against: Against;
  readonly cluster?: ClusterCheck;
  readonly report: BoundaryReport;
  readonly changes?: BoundaryChanges;
  readonly refused?: RefusedError;
}

function jsonOf({ planned, against, cluster, report, changes, refused }: Checked): string {
  const { stack } = planned;
  return JSON.stringify(
    {
      stack: stack.file,
      dataResources: dataResourcesOf(planned),
      compared: Object.keys(against).length > 0,
      ...(cluster !== undefined && { cluster }),
      boundaries: report,
      ...(changes !== undefined && { changes }),
      passed: refused === undefined,
      ...(refused !== undefined && { error: failureOf(refused) }),
    },
    null,
    2,
  );
}

function rendered(checked: Checked, format: Options["format"], terminal: Terminal): string {
  const { planned, against, cluster, report, changes, refused } = checked;
  const title = `Data safety of ${planned.stack.isSample ? sampleStackFile : planned.stack.file}`;
  const safety: readonly Section[] = [
    ...checkSections(planned, {
      ...(against.manifest !== undefined && { previous: against.manifest }),
      ...(refused !== undefined && { refused }),
    }),
    ...(cluster === undefined ? [] : [clusterSection(cluster)]),
  ];
  const sections = () => [
    ...safety,
    ...(changes === undefined ? [] : changeSections(changes)),
    ...boundaryParts(planned, report),
  ];
  switch (format) {
    case "json":
      return jsonOf(checked);
    case "text":
      return sectionsText(sections(), terminal);
    case "markdown":
      return reportMarkdown(title, sections());
    case "html":
      return boundaryPage({
        title,
        subtitle: headlineOf(planned),
        report,
        ...(changes !== undefined && { changes }),
        before: safety,
      });
  }
}

/** Writes a text to a file, or prints it where none is named. */
function put(text: string, out: string | undefined, terminal: Terminal): void {
  if (out === undefined) {
    printText(terminal, text);
    return;
  }
  try {
    writeFileSync(path.resolve(terminal.folder, out), text.endsWith("\n") ? text : `${text}\n`);
  } catch {
    throw new InputError(
      [
        {
          path: "out",
          message: `is "${out}", which cannot be written to; give the path of a file in a folder that exists`,
        },
      ],
      "the check cannot be written",
    );
  }
  terminal.note(`wrote ${out}`);
}

async function check(options: Options, terminal: Terminal): Promise<void> {
  const { stack, out, format, json } = options;
  // What can be refused at once comes before the plan.
  const against = readAgainst(options.against, terminal);
  const planned = await planStack(stack, terminal);
  const cluster = await clusterOf(options, planned, terminal);
  const judged = judgeBoundaries(planned, terminal.today);
  const report = boundaryReport(judged);
  const refused = together([
    transitionRefusal(against, planned),
    cluster && clusterRefusal(cluster),
    boundaryRefusal(planned, judged),
  ]);
  const checked: Checked = {
    planned,
    against,
    report,
    ...(cluster !== undefined && { cluster }),
    ...(against.report !== undefined && { changes: compareReports(against.report, report) }),
    ...(refused !== undefined && { refused }),
  };
  put(rendered(checked, json === true ? "json" : format, terminal), out, terminal);
  if (refused !== undefined) throw new ExitWith(exitCodes.refused);
}

/** Defines `sgbox check`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file>", `stack file; default: a sample deployment, ${sampleStackFile}`)
    .option(
      "--against <file>",
      "what to compare with, as JSON: the manifest of what is deployed (or the stack's outputs), or an older check of the boundaries",
    )
    .option("--cluster", "ask the cluster by kubectl whether it takes the deployment")
    .option("--kubeconfig <file>", "kubeconfig of that cluster; default: the one kubectl uses")
    .addOption(
      new Option("--format <format>", "how it is shown").choices(["text", "json", "markdown", "html"]).default("text"),
    )
    .option("--out <file>", "write to a file instead of standard output");
  withExamples(command, [
    "sgbox check --stack Pulumi.prod.yaml",
    "sgbox outputs --stack Pulumi.prod.yaml --json > deployed.json && sgbox check --stack Pulumi.prod.yaml --against deployed.json",
    "sgbox check --stack Pulumi.prod.yaml --json > before.json && sgbox check --stack Pulumi.prod.yaml --against before.json",
    "sgbox check --stack Pulumi.prod.yaml --format html --out boundaries.html",
    "sgbox check --stack Pulumi.prod.yaml --cluster",
  ]).action((options: Options) => check(options, terminal));
}
