import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "./toolchain";

/** The shell commands of a page of the documentation. */
export interface PageCommands {
  /** Blocks that are marked as run by a test: what follows `id=` on the line of the fence, and the text. */
  readonly run: ReadonlyMap<string, string>;
  /** Texts of the other blocks. */
  readonly others: readonly string[];
}

/**
 * Reads the blocks fenced as `sh` of a page; those with `id=NAME` on the fence's line are to be run. A block in a list
 * loses the indentation of its fence.
 *
 * @param page path within the repository
 */
export function pageCommands(page: string): PageCommands {
  const text = readFileSync(join(repository, page), "utf8");
  const run = new Map<string, string>();
  const others: string[] = [];
  for (const [, indent = "", id, block = ""] of text.matchAll(/^( *)```sh(?: id=(\S+))?\n([^]*?)^\1```$/gm)) {
    const commands = block.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    if (id === undefined) others.push(commands);
    else if (run.has(id)) throw new Error(`${page} has two blocks '${id}'`);
    else run.set(id, commands);
  }
  return { run, others };
}
