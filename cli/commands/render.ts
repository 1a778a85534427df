import { Argument, Option, type Command } from "commander";
import { newestComposeRelease } from "../../components/core/product/releases";
import { InputError } from "../../components/core/errors";
import { planAdmin } from "../../components/core/planning/admin/plan-admin";
import { parseStack } from "../../components/core/planning/config/parse-stack";
import { planKubernetes } from "../../components/core/planning/kubernetes/plan";
import { planVm } from "../../components/core/planning/vm/plan";
import { parseSpecification, requireVm, type Specification } from "../../components/core/planning/config/specification";
import type { PlannedSecret } from "../../components/core/planning/secrets";
import { adminLoginFiles } from "../../components/core/rendering/admin/database-logins";
import { renderBundle } from "../../components/core/rendering/bundle-files";
import { previewBootstrap } from "../../components/core/rendering/bootstrap-preview";
import { helmFiles } from "../../components/core/rendering/helm/helm-files";
import { renderManifestFiles } from "../../components/core/rendering/manifests/manifest-files";
import { secretsReadme } from "../../components/core/rendering/secrets-readme";
import { usageOf, withUsage, type UsageOptions } from "../options";
import { readStackFile } from "../stack-file";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";
import { writeFiles, type WrittenFile } from "../write-files";

const kinds = ["compose", "bootstrap", "manifests", "helm-values"] as const;
type Kind = (typeof kinds)[number];
/** What is rendered of support services, by their stack file alone. */
const loginsKind = "database-logins";
const allKinds = [...kinds, loginsKind] as const;

interface Options extends UsageOptions {
  readonly out: string;
  readonly release?: string;
  readonly size?: string;
  readonly cloud?: string;
  readonly profile?: string;
  readonly namespace?: string;
  readonly stack?: string;
  readonly json?: boolean;
}

/** Values a cloud needs and the flags do not give; none of them is in the files. */
const placeholders: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  aws: { region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } },
  gcp: { region: "us-central1", gcp: { project: "example-project" }, access: { allowedCidrs: ["10.0.0.0/8"] } },
  local: {},
  existing: {},
};

function ofKubernetes(kind: Kind): boolean {
  return kind === "manifests" || kind === "helm-values";
}

/** Settings of Kubernetes that the flags give; on a cluster nothing is known of, its default storage and nginx. */
function kubernetesOf(kind: Kind, options: Options, cloud: string | undefined): Record<string, unknown> {
  if (!ofKubernetes(kind)) return {};
  const { profile, namespace } = options;
  return {
    shape: "kubernetes",
    ...(profile === "air-gapped" && { registry: { host: "mirror.example.com/sourcegraph" } }),
    kubernetes: {
      ...(cloud === "existing" && { storageClass: { create: false }, ingress: { className: "nginx" } }),
      ...(profile !== undefined && { profile }),
      ...(namespace !== undefined && { namespace }),
      ...(kind === "helm-values" && { via: "helm" }),
    },
  };
}

/** The config of the stack file, with what the flags say put over it. */
function specificationOf(kind: Kind, options: Options, terminal: Terminal): Specification {
  const { stack, release, size, cloud } = options;
  const read = stack === undefined ? undefined : readStackFile(stack, terminal);
  const usage = usageOf(options);
  const { size: _size, usage: _usage, ...rest } = { size: undefined, usage: undefined, ...read?.config };
  const base = size === undefined && usage === undefined ? (read?.config ?? {}) : rest;
  const onCloud = cloud ?? (read === undefined ? (ofKubernetes(kind) ? "existing" : "aws") : undefined);
  return parseSpecification(
    {
      ...(onCloud === undefined || read !== undefined ? {} : placeholders[onCloud]),
      ...(read === undefined && { release: newestComposeRelease }),
      ...(read === undefined && usage === undefined && { size: "XS" }),
      ...(read === undefined && kubernetesOf(kind, options, onCloud)),
      ...base,
      ...(onCloud !== undefined && { cloud: onCloud }),
      ...(release !== undefined && { release }),
      ...(size !== undefined && { size }),
      ...(usage !== undefined && { usage }),
    },
    read?.files,
  );
}

/** What was rendered, and what is to be said of it. */
interface Rendered {
  readonly files: readonly WrittenFile[];
  readonly secrets: readonly PlannedSecret[];
  readonly note: string;
}

const renderers: Readonly<Record<Kind, (specification: Specification, out: string) => Rendered>> = {
  compose: (specification, out) => {
    const plan = planVm(specification);
    const bundle = renderBundle(plan, specification);
    const readme = { path: "secrets/README", mode: "0644", text: secretsReadme(bundle, plan.secrets) };
    return {
      files: [...bundle.files, readme],
      secrets: plan.secrets,
      note: `values of secrets are not written: ${out}/secrets/README says which files the containers need`,
    };
  },
  bootstrap: (specification) => ({
    files: [previewBootstrap(requireVm(specification))],
    secrets: planVm(specification).secrets,
    note: "bucket and disk in it are placeholders; the stack program puts in those it makes",
  }),
  manifests: (specification, out) => {
    const plan = planKubernetes(specification);
    return {
      files: renderManifestFiles(plan),
      secrets: plan.secrets,
      note: [
        ...(plan.via === "helm"
          ? [
              "these are this library's own objects; the stack deploys the vendor's chart, whose values are 'sgbox render helm-values'",
            ]
          : []),
        `values of secrets are not written: ${out}/secrets/apply.sh makes them in the cluster, ${out}/README.md says in which order to go`,
      ].join("\n"),
    };
  },
  "helm-values": (specification, out) => {
    const plan = planKubernetes(specification);
    return {
      files: helmFiles(plan),
      secrets: plan.secrets,
      note: `the chart itself is not read here: ${out}/README.md says what that leaves unproven, and how to install it`,
    };
  },
};

function isKind(what: string): what is Kind {
  return (kinds as readonly string[]).includes(what);
}

function checkOptions(kind: Kind, { stack, profile, namespace }: Options): void {
  for (const [path, value] of Object.entries({ profile, namespace }))
    if (value !== undefined && (!ofKubernetes(kind) || stack !== undefined))
      throw new InputError(
        [
          {
            path,
            message: ofKubernetes(kind)
              ? `and --stack exclude each other; set 'kubernetes.${path}' in the stack file`
              : "is for manifests and helm-values; remove it",
          },
        ],
        "the arguments are not valid",
      );
}

/** Writes what has to be said once to the databases of support services. */
function renderLogins({ stack, out, json, ...others }: Options, terminal: Terminal): void {
  // Code insights are on unless a flag turns them off.
  const given = Object.entries(others).flatMap(([option, value]) =>
    value === undefined || value === true ? [] : [option],
  );
  const problems = [
    ...(stack === undefined ? [{ path: "stack", message: `is missing; ${loginsKind} needs --stack` }] : []),
    ...given.map((path) => ({ path, message: `is not for ${loginsKind}; remove it` })),
  ];
  if (stack === undefined || problems.length > 0) throw new InputError(problems, "the arguments are not valid");
  const { config, files } = readStackFile(stack, terminal);
  const specification = parseStack(config, files);
  if (specification.shape !== "admin")
    throw new InputError(
      [{ path: "shape", message: `is ${specification.shape}, but ${loginsKind} are of shape admin` }],
      "the arguments are not valid",
    );
  const written = adminLoginFiles(planAdmin(specification));
  writeFiles(out, written, terminal);
  tellWritten({ out, json, terminal }, written, {});
  if (json !== true) terminal.note(`no password is written: ${out}/README.md says who says what to which database`);
}

/** Tells what was written; `more` is told to programs only. */
function tellWritten(
  { out, json, terminal }: { readonly out: string; readonly json: boolean | undefined; readonly terminal: Terminal },
  files: readonly WrittenFile[],
  more: object,
): void {
  if (json === true) {
    const written = files.map(({ path, mode, text }) => ({ path, mode, bytes: Buffer.byteLength(text) }));
    printJson(terminal, { out, files: written, ...more });
    return;
  }
  const count = `${files.length} ${files.length === 1 ? "file" : "files"}`;
  printText(terminal, [`wrote ${count} to ${out}:`, ...files.map(({ path }) => `  ${path}`)].join("\n"));
}

function render(what: string, options: Options, terminal: Terminal): void {
  if (what === loginsKind) {
    renderLogins(options, terminal);
    return;
  }
  if (!isKind(what))
    throw new InputError(
      [{ path: "what", message: `is ${what}; give ${allKinds.join(", ")}` }],
      "the arguments are not valid",
    );
  checkOptions(what, options);
  const specification = specificationOf(what, options, terminal);
  const { files, secrets, note } = renderers[what](specification, options.out);
  writeFiles(options.out, files, terminal);
  const { out, json } = options;
  const { release } = specification;
  tellWritten({ out, json, terminal }, files, { release, secrets: secrets.map(({ name }) => name) });
  if (json !== true) terminal.note(note);
}

/** Defines `sgbox render`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .addArgument(new Argument("<what>", "what to render").choices(allKinds))
    .requiredOption("--out <folder>", "folder to write to; made when it is missing")
    .option("--release <release>", "exact release; default the stack's, else the newest")
    .addOption(
      new Option("--size <size>", "named size; default the stack's, else XS; 2XL and 3XL on Kubernetes").choices([
        "XS",
        "S",
        "M",
        "L",
        "XL",
        "2XL",
        "3XL",
      ]),
    )
    .addOption(
      new Option(
        "--cloud <cloud>",
        "where it runs; default the stack's, else aws, for manifests and helm-values any existing cluster",
      ).choices(["aws", "gcp", "local", "existing"]),
    )
    .addOption(
      new Option(
        "--profile <profile>",
        "how much the cluster's admins allow; default the stack's, else default",
      ).choices(["default", "restricted", "air-gapped"]),
    )
    .option("--namespace <namespace>", "namespace; default the stack's, else sourcegraph")
    .option("--stack <file>", "stack file to take everything else from");
  withUsage(command, false);
  withExamples(command, [
    "sgbox render compose --release 7.5.4453 --size S --out deployment",
    "sgbox render bootstrap --stack Pulumi.prod.yaml --out machine",
    "sgbox render manifests --size M --profile restricted --out manifests",
    "sgbox render helm-values --stack Pulumi.prod.yaml --out chart",
    "sgbox render database-logins --stack Pulumi.admin.yaml --out logins",
  ]).action((what: string, options: Options) => render(what, options, terminal));
}
