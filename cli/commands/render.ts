import { Argument, Option, type Command } from "commander";
import { newestComposeRelease } from "../../components/core/product/releases";
import { InputError } from "../../components/core/errors";
import { planVm, type Plan } from "../../components/core/planning/vm/plan";
import { parseSpecification, requireVm, type Specification } from "../../components/core/planning/config/specification";
import { renderBundle } from "../../components/core/rendering/bundle-files";
import { previewBootstrap } from "../../components/core/rendering/bootstrap-preview";
import { secretsReadme } from "../../components/core/rendering/secrets-readme";
import { usageOf, withUsage, type UsageOptions } from "../options";
import { readStackFile } from "../stack-file";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { writeFiles, type WrittenFile } from "../write-files";

interface Options extends UsageOptions {
  readonly out: string;
  readonly release?: string;
  readonly size?: string;
  readonly cloud?: string;
  readonly stack?: string;
  readonly json?: boolean;
}

/** Values a cloud needs and the flags do not give; none of them is in the compose files. */
const placeholders: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws: { region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } },
  gcp: { region: "us-central1", gcp: { project: "example-project" }, access: { allowedCidrs: ["10.0.0.0/8"] } },
  local: {},
};

/** The config of the stack file, with what the flags say put over it. */
function specificationOf(options: Options, terminal: Terminal): Specification {
  const { stack, release, size, cloud } = options;
  const read = stack === undefined ? undefined : readStackFile(stack, terminal);
  const usage = usageOf(options);
  const { size: _size, usage: _usage, ...rest } = { size: undefined, usage: undefined, ...read?.config };
  const base = size === undefined && usage === undefined ? (read?.config ?? {}) : rest;
  const onCloud = cloud ?? (read === undefined ? "aws" : undefined);
  return parseSpecification(
    {
      ...(onCloud === undefined || read !== undefined ? {} : placeholders[onCloud]),
      ...(read === undefined && { release: newestComposeRelease }),
      ...(read === undefined && usage === undefined && { size: "XS" }),
      ...base,
      ...(onCloud !== undefined && { cloud: onCloud }),
      ...(release !== undefined && { release }),
      ...(size !== undefined && { size }),
      ...(usage !== undefined && { usage }),
    },
    read?.files,
  );
}

function composeFiles(plan: Plan, specification: Specification): WrittenFile[] {
  const bundle = renderBundle(plan, specification);
  return [...bundle.files, { path: "secrets/README", mode: "0644", text: secretsReadme(bundle, plan.secrets) }];
}

function render(what: string, options: Options, terminal: Terminal): void {
  if (what !== "compose" && what !== "bootstrap")
    throw new InputError(
      [{ path: "what", message: `is ${what}, which comes with the Kubernetes shape; give compose or bootstrap` }],
      "the arguments are not valid",
    );
  const specification = specificationOf(options, terminal);
  const plan = planVm(specification);
  const files = what === "compose" ? composeFiles(plan, specification) : [previewBootstrap(requireVm(specification))];
  writeFiles(options.out, files, terminal);
  const written = files.map(({ path, mode, text }) => ({ path, mode, bytes: Buffer.byteLength(text) }));
  if (options.json === true) {
    printJson(terminal, {
      out: options.out,
      release: plan.release,
      files: written,
      secrets: plan.secrets.map(({ name }) => name),
    });
    return;
  }
  printText(
    terminal,
    [
      `wrote ${files.length} ${files.length === 1 ? "file" : "files"} to ${options.out}:`,
      ...written.map(({ path }) => `  ${path}`),
    ].join("\n"),
  );
  if (what === "compose")
    terminal.note(
      `values of secrets are not written: ${options.out}/secrets/README says which files the containers need`,
    );
  else terminal.note("bucket and disk in it are placeholders; the stack program puts in those it makes");
}

/** Defines `sgbox render`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument("<what>", "what to render").choices(["compose", "bootstrap", "manifests", "helm-values"]))
    .requiredOption("--out <folder>", "folder to write to; made when it is missing")
    .option("--release <release>", "exact release; default the stack's, else the newest")
    .addOption(
      new Option("--size <size>", "named size; default the stack's, else XS").choices(["XS", "S", "M", "L", "XL"]),
    )
    .addOption(
      new Option("--cloud <cloud>", "where it runs; default the stack's, else aws").choices(["aws", "gcp", "local"]),
    )
    .option("--stack <file>", "stack file to take everything else from");
  withUsage(command, false);
  withExamples(command, [
    "sgbox render compose --release 7.5.4453 --size S --out deployment",
    "sgbox render bootstrap --stack Pulumi.prod.yaml --out machine",
  ]).action((what: string, options: Options) => render(what, options, terminal));
}
