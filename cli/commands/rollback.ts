import type { Command } from "commander";
import { InputError, RefusedError } from "../../components/core/errors";
import { requireVm } from "../../components/core/planning/config/specification";
import { situationOf, type LastHop } from "../../components/core/planning/manifest";
import { noRollbackBecause, rollbackId } from "../../components/core/planning/upgrade/rollback";
import { backCommands, newestFirst, type Kept } from "../../components/core/planning/vm/backups";
import { editRelease } from "../engine/edit-stack-file";
import { outputsText } from "../engine/outputs-text";
import { runUp } from "../engine/run-up";
import { openStack, type EngineOptions } from "../engine/stack";
import { PlainError } from "../failure";
import { processClock } from "../machine/clock";
import { deployedInstance, machineOf, type DeployedInstance } from "../machine/deployed";
import type { Terminal } from "../terminal";
import { printJson, printText, withExamples } from "../verb";

/** The commands that bring the data of the release before back, as exactly as they are known. */
function restoreText({ place }: DeployedInstance, { from }: LastHop, { backups, snapshots }: Kept): string {
  const snapshot = newestFirst(snapshots).find(({ release }) => release === from);
  if (snapshot !== undefined) return backCommands(place.stack, from, snapshot.id).join(", then ");
  const backup = newestFirst(backups).find(({ release }) => release === from);
  return backup === undefined
    ? `there is neither a snapshot nor a backup of ${from}: sgbox backup list --stack ${place.stack} shows what there is`
    : `deploy a second stack of ${from}, then sgbox restore --stack ${place.stack} --from ${backup.id} --into ITS-STACK-FILE`;
}

/** What is kept, as far as it can be asked for: a refusal need not wait for a cloud's command line. */
async function keptOf(deployed: DeployedInstance, terminal: Terminal): Promise<Kept> {
  try {
    return await machineOf(deployed, terminal, processClock).kept();
  } catch (error) {
    terminal.note(`what is kept could not be listed: ${error instanceof Error ? error.message : String(error)}`);
    return { backups: [], snapshots: [] };
  }
}

/** The release to go back to. */
async function targetOf(deployed: DeployedInstance, terminal: Terminal): Promise<string> {
  const { manifest, specification } = deployed;
  if (specification.shape !== "vm")
    throw new InputError(
      [
        {
          path: "shape",
          message: `is ${manifest.shape}; on a cluster set 'release' to the one before and add "${rollbackId}" to 'acknowledge', then sgbox up`,
        },
      ],
      "there is no machine",
    );
  const { lastHop, release } = manifest;
  if (lastHop === undefined)
    throw new RefusedError(
      [
        {
          path: "release",
          message: `is ${release}, and no upgrade of this instance is known: there is nothing to go back to`,
        },
      ],
      "the rollback is refused",
    );
  const because = noRollbackBecause(manifest, lastHop.from, situationOf(requireVm(specification)));
  if (because === undefined) return lastHop.from;
  const way =
    lastHop.kind === "rollback"
      ? ""
      : `; its data of then come back by a restore: ${restoreText(deployed, lastHop, await keptOf(deployed, terminal))}`;
  throw new RefusedError([{ path: "release", message: `is ${release}; ${because}${way}` }], "the rollback is refused");
}

async function rollback(options: EngineOptions, terminal: Terminal): Promise<void> {
  const { yes = false, json = false } = options;
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [{ path: "yes", message: "is missing, and nobody can be asked; --yes goes back without asking" }],
      "nothing was done",
    );
  const deployed = await deployedInstance(options, terminal);
  const { place, manifest } = deployed;
  const to = await targetOf(deployed, terminal);
  const question = `Start ${to} again on the databases of ${manifest.release}? ${place.file} is changed, and the stack updated`;
  if (!yes && (await terminal.confirm?.(question)) !== true) throw new PlainError("nothing was done");
  editRelease(place.file, to, (ids) => [...ids.filter((id) => id !== rollbackId), rollbackId]);
  terminal.note(`${place.file}: 'release' is ${to} now, and "${rollbackId}" is acknowledged`);
  const { counts, outputs } = await runUp(await openStack(options, "create", terminal), true, terminal);
  editRelease(place.file, to, (ids) => ids.filter((id) => id !== rollbackId));
  terminal.note(`${place.file}: "${rollbackId}" is acknowledged no more; 'release' stays ${to}`);
  if (json) printJson(terminal, { stack: place.stack, from: manifest.release, to, counts, outputs });
  else printText(terminal, outputsText(outputs, terminal));
}

/** Defines `sgbox rollback`. */
export function define(command: Command, terminal: Terminal): void {
  command
    .option("--stack <file or name>", "stack file, or name of a stack with a file here; default: the try-out")
    .option("--yes", "do not ask, neither about the changes nor about installing Pulumi's engine");
  withExamples(command, [
    "sgbox rollback --stack Pulumi.prod.yaml",
    "sgbox rollback --stack Pulumi.prod.yaml --yes",
  ]).action((options: EngineOptions) => rollback(options, terminal));
}
