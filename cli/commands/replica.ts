import { existsSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Option, type Command } from "commander";
import { Document } from "yaml";
import { InputError } from "../../components/core/errors";
import { parseStack } from "../../components/core/planning/config/parse-stack";
import { parseManifest } from "../../components/core/planning/manifest";
import { finishShape, type ExtractedShape } from "../../components/core/planning/replica/extract";
import { extractFromBundle } from "../../components/core/planning/replica/extract-bundle";
import { extractFromManifest } from "../../components/core/planning/replica/extract-manifest";
import { followLike } from "../../components/core/planning/replica/like";
import { presetPrefix, shapePresets } from "../../components/core/planning/replica/presets";
import { sizeLabels, type SizeLabel } from "../../components/core/planning/sizing/usage";
import type { Section } from "../../components/core/rendering/section";
import { openStack } from "../engine/stack";
import { usageOf, withUsage, type UsageOptions } from "../options";
import { readSupportBundle } from "../replica/support-bundle";
import { readStackFile } from "../stack-file";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

interface ExtractOptions extends UsageOptions {
  readonly stack?: string;
  readonly out?: string;
  readonly size?: SizeLabel;
  readonly json?: boolean;
}

function wrong(path: string, message: string): InputError {
  return new InputError([{ path, message }], "nothing was extracted");
}

async function extracted(
  from: string | undefined,
  options: ExtractOptions,
  terminal: Terminal,
): Promise<ExtractedShape> {
  const hints = { size: options.size, usage: usageOf(options) };
  if ((from === undefined) === (options.stack === undefined))
    throw wrong("from", "is either a support bundle or, by --stack, a running stack; give one of them");
  if (from !== undefined) {
    const { hosts, ...facts } = extractFromBundle(readSupportBundle(from, terminal.folder));
    return finishShape(facts, hints, hosts);
  }
  const { place, stack } = await openStack({ stack: options.stack }, "refuse", terminal);
  const manifest = parseManifest((await stack.outputs())["manifest"]?.value);
  if (manifest === undefined)
    throw wrong("stack", `is "${place.stack}", which has exported no manifest of an instance`);
  return finishShape(extractFromManifest(manifest), hints);
}

function shapeText({ shape }: ExtractedShape): string {
  const document = new Document(shape);
  document.commentBefore =
    " A customer's set-up without data: nothing here tells whose it is. docs/replicas.md says what it may have.";
  return document.toString();
}

function sectionsOf({ taken, leftOut }: ExtractedShape): Section[] {
  const table = (id: string, title: string, notes: ExtractedShape["taken"]): Section => ({
    id,
    title,
    columns: [{ title: "" }, { title: "" }],
    rows: notes.map(({ what, why }) => [what, why]),
  });
  return [table("taken", "Taken", taken), table("left-out", "Left out", leftOut)];
}

async function extract(from: string | undefined, options: ExtractOptions, terminal: Terminal): Promise<void> {
  const { out } = options;
  const file = out === undefined ? undefined : path.resolve(terminal.folder, out);
  if (file !== undefined && existsSync(file))
    throw wrong("out", `is "${out}", which is there already; name another, or remove it`);
  const result = await extracted(from, options, terminal);
  if (options.json === true) printJson(terminal, result);
  else if (file === undefined) printText(terminal, shapeText(result));
  else printText(terminal, sectionsText(sectionsOf(result), terminal));
  if (file === undefined) return;
  writeFileSync(file, shapeText(result));
  terminal.note(`wrote ${out}; read it before it leaves the machine, then name it in a stack by 'like'`);
}

function presets(json: boolean, terminal: Terminal): void {
  const listed = shapePresets.map(({ name, summary, shape }) => ({ like: `${presetPrefix}${name}`, summary, shape }));
  if (json) {
    printJson(terminal, listed);
    return;
  }
  const section: Section = {
    id: "presets",
    title: "Shapes that are known to occur",
    columns: [{ title: "like" }, { title: "what it is" }],
    rows: listed.map(({ like, summary }) => [like, summary]),
  };
  printText(terminal, sectionsText([section], terminal));
}

function show(options: { readonly stack: string; readonly json?: boolean }, terminal: Terminal): void {
  const { config, files } = readStackFile(options.stack, terminal);
  const followed = followLike(config, files);
  parseStack(config, files);
  if (options.json === true) printJson(terminal, followed);
  else {
    printText(terminal, new Document(followed.config).toString());
    for (const note of followed.notes) terminal.note(`not followed: ${note}`);
  }
}

/** Defines `sgbox replica`. */
export function define(command: Command, terminal: Terminal): void {
  const extracts = command
    .command("extract [from]")
    .description("write a shape file from a support bundle (folder or ZIP of src debug) or a running stack")
    .option("--stack <file or name>", "running stack, in place of a support bundle")
    .option("-o, --out <file>", "file to write; default the terminal")
    .addOption(new Option("--size <size>", "named size, where nothing tells it").choices([...sizeLabels]));
  withExamples(withUsage(extracts, false), [
    "sgbox replica extract debug.zip --size M -o shape.yaml",
    "sgbox replica extract --stack Pulumi.prod.yaml -o shape.yaml",
  ]).action((from: string | undefined, options: ExtractOptions) => extract(from, options, terminal));
  withExamples(command.command("presets").description("list the shapes that are known to occur"), [
    "sgbox replica presets",
  ]).action(({ json = false }: { readonly json?: boolean }) => presets(json, terminal));
  const shows = command
    .command("show")
    .description("show the ordinary config that a stack and its shape come to, and what cannot be followed")
    .requiredOption("--stack <file>", "stack file with 'like'");
  withExamples(shows, ["sgbox replica show --stack Pulumi.replica.yaml"]).action(
    (options: { readonly stack: string; readonly json?: boolean }) => show(options, terminal),
  );
}
