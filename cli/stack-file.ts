import { readFileSync } from "node:fs";
import * as path from "node:path";
import { InputError } from "../components/core/errors";
import type { FileTexts } from "../components/core/planning/config/specification";
import { configFromStackFile, readNamedFiles } from "../stacks/config";
import { packageRoot } from "./package-root";
import type { Terminal } from "./terminal";

/** The deployment that is shown when none is named. */
export const sampleStackFile = "Pulumi.aws-sample.yaml";

/** A stack file, read. */
export interface StackFile {
  /** Path as the user wrote it. */
  readonly file: string;
  /** Whether it is the sample that is shown when none is named. */
  readonly isSample: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  /** Texts of the files the config names, relative to the folder of the stack file. */
  readonly files: FileTexts;
}

/**
 * Reads a stack file and the files it names.
 * @throws InputError when it cannot be read or is no stack file
 */
export function readStackFile(file: string | undefined, terminal: Terminal): StackFile {
  const location = file === undefined ? path.join(packageRoot, sampleStackFile) : path.resolve(terminal.folder, file);
  let text: string;
  try {
    text = readFileSync(location, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "which does not exist" : "which cannot be read";
    throw new InputError(
      [
        {
          path: "stack",
          message: `is "${file ?? location}", ${reason}; give the path of a stack file such as Pulumi.prod.yaml`,
        },
      ],
      "the stack file cannot be read",
    );
  }
  const config = configFromStackFile(text);
  const files = readNamedFiles(config, path.dirname(location));
  return { file: file ?? sampleStackFile, isSample: file === undefined, config, files };
}
