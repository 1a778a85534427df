import { Command, CommanderError } from "commander";
import { exitCodes, ExitWith, reportFailure } from "./failure";
import { packageVersion } from "./package-root";
import type { Terminal } from "./terminal";
import type { Verb } from "./verb";

/* eslint-disable @typescript-eslint/no-require-imports -- a verb is loaded when it is asked for, so that none pays for another */
const verbs: Readonly<Record<string, { readonly summary: string; readonly load: () => Verb }>> = {
  plan: {
    summary: "show what a configuration gives: machine, services, data, resources, price",
    load: () => require("./commands/plan") as Verb,
  },
  render: { summary: "write the files a machine reads", load: () => require("./commands/render") as Verb },
  size: {
    summary: "compute size, services, machine and price of a usage",
    load: () => require("./commands/size") as Verb,
  },
  upgrade: { summary: "show the way from one release to another", load: () => require("./commands/upgrade") as Verb },
  move: {
    summary: "show how data gets from bundled to managed services, or back",
    load: () => require("./commands/move") as Verb,
  },
  procedure: {
    summary: "show how a tenant is let in, moved or let go, and how a cell is drained",
    load: () => require("./commands/procedure") as Verb,
  },
  images: { summary: "list every image of a release by digest", load: () => require("./commands/images") as Verb },
  check: {
    summary: "check that no data is lost and that boundaries hold",
    load: () => require("./commands/check") as Verb,
  },
  releases: { summary: "list the known releases", load: () => require("./commands/releases") as Verb },
  schema: { summary: "print the JSON Schema of the configuration", load: () => require("./commands/schema") as Verb },
  preview: { summary: "show what the next up would change", load: () => require("./commands/preview") as Verb },
  up: {
    summary: "deploy a stack; without one, a try-out on this machine's Docker",
    load: () => require("./commands/up") as Verb,
  },
  deploy: {
    summary: "bring instances of a fleet to a release: deploy those that are not there, upgrade the others",
    load: () => require("./commands/deploy") as Verb,
  },
  rollback: {
    summary: "go back to the release before the last upgrade, on the data as they are",
    load: () => require("./commands/rollback") as Verb,
  },
  "go-on": {
    summary: "have a machine go on with an upgrade or a restore that stands still, once the cause is mended",
    load: () => require("./commands/go-on") as Verb,
  },
  backup: {
    summary: "back up the databases now, list what is kept, or rehearse a restore",
    load: () => require("./commands/backup") as Verb,
  },
  restore: {
    summary: "bring the data back from a backup or a snapshot, here or into another stack",
    load: () => require("./commands/restore") as Verb,
  },
  down: { summary: "destroy a stack, keeping its data", load: () => require("./commands/down") as Verb },
  fleet: {
    summary: "plan rollouts over a fleet of instances, and show which release runs where",
    load: () => require("./commands/fleet") as Verb,
  },
  status: {
    summary: "show which release runs where, how old it is, and how far a rollout is",
    load: () => require("./commands/status") as Verb,
  },
  replica: {
    summary: "extract a customer's set-up without its data, and show what a replica of it is",
    load: () => require("./commands/replica") as Verb,
  },
  environment: {
    summary: "close an account that was made for an instance, and ask whether an address is free",
    load: () => require("./commands/environment") as Verb,
  },
  outputs: { summary: "print the outputs of a deployed stack", load: () => require("./commands/outputs") as Verb },
};
/* eslint-enable @typescript-eslint/no-require-imports */

function programFor(args: readonly string[], terminal: Terminal): Command {
  const program = new Command("sgbox")
    .description("Sourcegraph in a box: plan, render, size, upgrade and deploy Sourcegraph")
    .version(packageVersion(), "-V, --version", "print the version of this package")
    .exitOverride()
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.out, outputError: () => undefined })
    .addHelpText("after", "\nExamples:\n  sgbox plan --stack Pulumi.prod.yaml\n  sgbox up");
  for (const [name, { summary, load }] of Object.entries(verbs)) {
    const command = program.command(name).description(summary);
    if (args.includes(name)) load().define(command, terminal);
  }
  return program;
}

/**
 * Runs the command.
 * @param args what follows `sgbox` on the command line
 * @returns the exit code
 */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await programFor(args, terminal).parseAsync(args.length === 0 ? ["--help"] : args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (error instanceof ExitWith) return error.code;
    return reportFailure(error, terminal, args.includes("--json"));
  }
}
