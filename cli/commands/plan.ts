import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { Option, type Command } from "commander";
import { layOut } from "../../components/core/rendering/drawing/layout";
import { drawingSvg } from "../../components/core/rendering/drawing/svg";
import { reportPage } from "../../components/core/rendering/report-html";
import { drawingOfStack, headlineOf, planStack, sectionsOf, type PlannedStack } from "../planned";
import { sampleStackFile } from "../stack-file";
import { indented, sectionsText, tableText } from "../table";
import type { Terminal } from "../terminal";
import { printText, withExamples } from "../verb";

interface Options {
  readonly stack?: string;
  readonly format: "text" | "json" | "svg" | "html";
  readonly out?: string;
  readonly all?: boolean;
  readonly json?: boolean;
}

function jsonOf(planned: PlannedStack): string {
  const { stack, plan, resources } = planned;
  const { file, isSample } = stack;
  if (planned.shape === "admin" || planned.shape === "multi-tenant")
    return `${JSON.stringify({ stack: { file, isSample }, plan, resources }, null, 2)}\n`;
  if (planned.shape === "kubernetes") {
    const objects = planned.objects.map(({ kind, metadata }) => ({ kind, name: metadata.name }));
    return `${JSON.stringify({ stack: { file, isSample }, plan, objects, resources }, null, 2)}\n`;
  }
  const { bundle } = planned;
  const files = bundle.files.map(({ path: file, mode, text }) => ({
    path: file,
    mode,
    bytes: Buffer.byteLength(text),
  }));
  const secretFiles = bundle.secretFiles.map(({ path: file, mode }) => ({ path: file, mode }));
  return `${JSON.stringify({ stack: { file, isSample }, plan, files, secretFiles, resources }, null, 2)}\n`;
}

function textOf(planned: PlannedStack, all: boolean, terminal: Terminal): string {
  const { stack } = planned;
  const { bold, dim } = terminal.colors;
  const headline = stack.isSample
    ? `The plan of a sample deployment, ${sampleStackFile}. Copy it to Pulumi.prod.yaml, change it, and see its plan with sgbox plan --stack Pulumi.prod.yaml.`
    : `The plan of ${stack.file}.`;
  const named = stack.isSample ? "Pulumi.prod.yaml" : stack.file;
  const next: [string, string][] = [
    ...(all ? [] : [["sgbox plan --all", "every file, resource and volume"] as [string, string]]),
    ["sgbox plan --format html --out plan.html", "the same as a page with a drawing, for a review"],
    [`sgbox preview --stack ${named}`, "what the cloud would be asked to change"],
    [`sgbox up --stack ${named}`, "make it"],
    ["sgbox up", "a try-out on the Docker of this machine, which needs no cloud"],
  ];
  return [
    dim(headline),
    "",
    sectionsText(sectionsOf(planned, all ? "all" : "short"), terminal),
    "",
    bold("Next"),
    indented(tableText([{ title: "" }, { title: "" }], next, terminal.colors)),
  ].join("\n");
}

function rendered(planned: PlannedStack, format: Options["format"], all: boolean, terminal: Terminal): string {
  const { stack } = planned;
  switch (format) {
    case "json":
      return jsonOf(planned);
    case "text":
      return textOf(planned, all, terminal);
    case "svg":
      return drawingSvg(layOut(drawingOfStack(planned)));
    case "html":
      return reportPage({
        title: headlineOf(planned),
        subtitle: `Plan of ${stack.file}`,
        drawing: drawingSvg(layOut(drawingOfStack(planned))),
        sections: sectionsOf(planned, "all"),
      });
  }
}

/** Defines `sgbox plan`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file>", `stack file; default: a sample deployment, ${sampleStackFile}`)
    .addOption(
      new Option("--format <format>", "how it is shown").choices(["text", "json", "svg", "html"]).default("text"),
    )
    .option("--out <file>", "file to write to instead of the terminal")
    .option("--all", "every file and resource");
  withExamples(command, ["sgbox plan", "sgbox plan --stack Pulumi.prod.yaml --format html --out plan.html"]).action(
    async ({ stack, format, out, all = false, json = false }: Options) => {
      const planned = await planStack(stack, terminal);
      const text = rendered(planned, json ? "json" : format, all, terminal);
      if (out === undefined) {
        printText(terminal, text);
        return;
      }
      writeFileSync(path.resolve(terminal.folder, out), text);
      terminal.note(`wrote ${out}`);
    },
  );
}
