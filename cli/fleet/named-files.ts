import * as path from "node:path";
import type { Problem } from "../../components/core/errors";
import { filesNamed } from "../../components/core/planning/config/specification";
import { withoutCiphertext } from "../../stacks/config";

/** Whether a name is of a file outside of the folder it is written in. */
function isOutside(named: string): boolean {
  return path.isAbsolute(named) || path.normalize(named).split(path.sep)[0] === "..";
}

/** Names of the files an instance's config names, whatever of it is encrypted. */
export function namedFiles(config: unknown): string[] {
  return filesNamed(withoutCiphertext(config));
}

/**
 * Problems of the files an instance's config names. They are copied beside its stack file by the same names, wherever it is
 * worked on, so that a name that leads out of the folder would write over what is not the instance's.
 *
 * @param file the instance's file, as the fleet names it
 */
export function outsideProblems(file: string, config: unknown): Problem[] {
  return namedFiles(config)
    .filter(isOutside)
    .map((named) => ({
      path: `${file}: config`,
      message: `names the file "${named}", which is outside of ${path.posix.dirname(file)}/; put it into that folder, or one below it, and name it from there`,
    }));
}
