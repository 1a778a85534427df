import { existsSync } from "node:fs";
import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import { requireCluster } from "../cluster-check/cluster-check";
import { outputsText } from "../engine/outputs-text";
import { findStack } from "../engine/place";
import { follow, openStack, plainOutputs, type EngineOptions } from "../engine/stack";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

const dockerSocket = "/var/run/docker.sock";

function requireDocker({ env }: Terminal): void {
  if ((env["DOCKER_HOST"] ?? "") !== "" || process.platform === "win32" || existsSync(dockerSocket)) return;
  throw new InputError(
    [
      {
        path: "stack",
        message: `is missing, and a try-out needs a Docker Engine, of which neither ${dockerSocket} nor DOCKER_HOST is there; start Docker, or name a stack`,
      },
    ],
    "there is nothing to deploy to",
  );
}

interface UpOptions extends EngineOptions {
  /** False: the cluster is not asked. */
  readonly clusterCheck?: boolean;
}

async function up(options: UpOptions, terminal: Terminal): Promise<void> {
  const { yes = false, json = false } = options;
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [
        {
          path: "yes",
          message: "is missing, and nobody can be asked; sgbox preview shows what would be done, --yes does it",
        },
      ],
      "nothing was done",
    );
  if (options.stack === undefined) requireDocker(terminal);
  else if (options.clusterCheck !== false)
    await requireCluster(findStack(options.stack, terminal, true).file, terminal);
  const { stack, place } = await openStack(options, "create", terminal);
  if (!yes) {
    const { progress } = await follow("planned", terminal, ({ take }) =>
      stack.preview({ onEvent: take, color: "never" }),
    );
    const question = `${progress.summary}. Go on with ${place.stack}?`;
    if ((await terminal.confirm?.(question)) !== true) throw new PlainError("nothing was done");
  }
  const update = () => follow("done", terminal, ({ take }) => stack.up({ onEvent: take, color: "never" }));
  let { progress, result } = await update();
  terminal.note(progress.summary);
  // An upgrade over several minors on Kubernetes takes two updates: the first ends with the databases migrated.
  const next: unknown = result.outputs["next"]?.value;
  if (typeof next === "string" && next !== "") {
    terminal.note(next);
    ({ progress, result } = await update());
    terminal.note(progress.summary);
  }
  const outputs = plainOutputs(result.outputs);
  if (json) printJson(terminal, { stack: place.stack, counts: progress.counts, outputs });
  else printText(terminal, outputsText(outputs, terminal));
}

/** Defines `sgbox up`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option(
      "--stack <file or name>",
      "stack file, or name of a stack with a file here; default: a try-out on this machine's Docker",
    )
    .option("--yes", "do not ask, neither about the changes nor about installing Pulumi's engine")
    .option("--no-cluster-check", "do not ask a cluster that is there whether it takes the deployment");
  withExamples(command, ["sgbox up", "sgbox up --stack Pulumi.prod.yaml --yes"]).action((options: UpOptions) =>
    up(options, terminal),
  );
}
