import { existsSync } from "node:fs";
import type { Command } from "commander";
import { InputError } from "../../components/core/errors";
import { requireCluster } from "../cluster-check/cluster-check";
import { outputsText } from "../engine/outputs-text";
import { findStack } from "../engine/place";
import { runUp } from "../engine/run-up";
import { openStack, type EngineOptions } from "../engine/stack";
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
  const opened = await openStack(options, "create", terminal);
  const { counts, outputs } = await runUp(opened, yes, terminal);
  if (json) printJson(terminal, { stack: opened.place.stack, counts, outputs });
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
