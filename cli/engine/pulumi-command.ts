import { existsSync } from "node:fs";
import * as path from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { InputError } from "../../components/core/errors";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";
import { homeFolder } from "./home";

/** Whether a program is in one of the folders of the PATH. */
function isOnPath(program: string, { env }: Terminal): boolean {
  const names = process.platform === "win32" ? [`${program}.exe`, `${program}.cmd`] : [program];
  return (env["PATH"] ?? "")
    .split(path.delimiter)
    .some((folder) => names.some((name) => folder !== "" && existsSync(path.join(folder, name))));
}

/**
 * Pulumi's engine: the one on the PATH, else the one installed below the home folder, else installed there by the SDK's own
 * installer after asking.
 * @throws InputError when it is missing and nobody can be asked
 */
export async function findPulumi(terminal: Terminal, yes: boolean): Promise<PulumiCommand> {
  if (isOnPath("pulumi", terminal)) return PulumiCommand.get();
  const root = path.join(homeFolder(terminal), "pulumi");
  if (existsSync(path.join(root, "bin"))) return PulumiCommand.get({ root });
  const question = `Pulumi's engine is not on the PATH. Download it from get.pulumi.com into ${root}?`;
  if (!yes && terminal.confirm === undefined)
    throw new InputError(
      [
        {
          path: "yes",
          message: `is missing: Pulumi's engine is not on the PATH, and nobody can be asked whether to download it; install it, or allow the download by --yes`,
        },
      ],
      "the engine is missing",
    );
  if (!yes && (await terminal.confirm?.(question)) !== true)
    throw new PlainError("Pulumi's engine is missing; nothing was done");
  terminal.note(`installing Pulumi's engine into ${root}`);
  return PulumiCommand.install({ root });
}
