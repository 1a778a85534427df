import type { Command } from "commander";
import type { Deployment } from "@pulumi/pulumi/automation";
import { InputError } from "../../components/core/errors";
import { checkDestroy } from "../../components/core/planning/destroy";
import { engineEnvironment } from "../engine/home";
import type { StackPlace } from "../engine/place";
import { follow, openStack, specificationOf, type EngineOptions } from "../engine/stack";
import { PlainError } from "../failure";
import { sectionsText } from "../table";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

/** Something that is still there, because it holds data or is needed by what does. */
interface Kept {
  readonly type: string;
  readonly name: string;
  readonly id: string;
}

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly protect?: boolean;
}

/** The protected resources of a state. */
function keptIn({ deployment }: Deployment): Kept[] {
  const { resources = [] } = (deployment ?? {}) as { resources?: readonly StateResource[] };
  return resources
    .filter(({ protect }) => protect === true)
    .map(({ urn, type, id = "" }) => ({ type, name: urn.split("::").at(-1) ?? "", id }));
}

function keptText(kept: readonly Kept[], { stack, folder }: StackPlace, terminal: Terminal): string {
  if (kept.length === 0) return "nothing is kept: there was no data";
  const { PULUMI_SKIP_UPDATE_CHECK: _skip, ...environment } = engineEnvironment(terminal);
  const settings = Object.entries(environment).map(([name, value]) => `export ${name}=${value}`);
  const rows = kept.map(({ type, name, id }) => [name, type, id === "none" || id.length > 60 ? "" : id]);
  const columns = [{ title: "name" }, { title: "type" }, { title: "id" }];
  return [
    sectionsText(
      [{ id: "kept", title: "Kept", summary: "because it holds data or opens it", columns, rows }],
      terminal,
    ),
    "",
    "sgbox up brings the instance back with this data.",
    "To lose the data for good, in this order:",
    ...[
      `cd ${folder}`,
      ...settings,
      `pulumi state unprotect --all --yes --stack ${stack}`,
      `pulumi destroy --stack ${stack}`,
    ].map((line) => `  ${line}`),
    "  and delete each of the resources listed above where it is: they are kept even then",
  ].join("\n");
}

async function down(options: EngineOptions, terminal: Terminal): Promise<void> {
  const { yes = false, json = false } = options;
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [{ path: "yes", message: "is missing, and nobody can be asked; --yes does it, and keeps the data" }],
      "nothing was done",
    );
  const { stack, place } = await openStack(options, "refuse", terminal);
  checkDestroy(specificationOf(place, terminal));
  const question = `Stop and delete ${place.stack}? Its data is kept.`;
  if (!yes && (await terminal.confirm?.(question)) !== true) throw new PlainError("nothing was done");
  const { progress } = await follow("done", terminal, ({ take }) =>
    stack.destroy({ onEvent: take, color: "never", excludeProtected: true }),
  );
  const kept = keptIn(await stack.exportStack());
  if (json) printJson(terminal, { stack: place.stack, counts: progress.counts, kept });
  else printText(terminal, keptText(kept, place, terminal));
}

/** Defines `sgbox down`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--yes", "do not ask");
  withExamples(command, ["sgbox down", "sgbox down --stack Pulumi.prod.yaml --yes"]).action((options: EngineOptions) =>
    down(options, terminal),
  );
}
