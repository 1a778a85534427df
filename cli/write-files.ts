import { mkdirSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { InputError } from "../components/core/errors";
import type { Terminal } from "./terminal";

/** A file to be written. */
export interface WrittenFile {
  /** Path below the folder. */
  readonly path: string;
  /** Octal permission bits, e.g. `0644`. */
  readonly mode: string;
  readonly text: string;
}

/**
 * Writes files below a folder, which is made when it is missing; what is there already and has the same name is replaced.
 * @throws InputError when the folder cannot be written to
 */
export function writeFiles(folder: string, files: readonly WrittenFile[], terminal: Terminal): void {
  try {
    for (const { path: name, mode, text } of files) {
      const file = path.resolve(terminal.folder, folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text, { mode: Number.parseInt(mode, 8) });
    }
  } catch (error) {
    throw new InputError(
      [{ path: "out", message: `is "${folder}", which cannot be written to: ${(error as Error).message}` }],
      "the files cannot be written",
    );
  }
}
