import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { builtProject } from "./built";
import { repository } from "./toolchain";

/** An example as `npm install` leaves it. */
export interface ExampleProject {
  readonly folder: string;
  /** Does what the README's `cp STEP/index.ts index.ts` does. */
  take(step: string): void;
  /** Removes it. */
  stop(): void;
}

/** Links the packages of a folder, so that another can be put beside them. */
function linkPackages(from: string, to: string): void {
  for (const name of fs.readdirSync(from)) fs.symlinkSync(path.join(from, name), path.join(to, name));
}

/** A copy of an example with the packages it asks for: the repository's, and the library as it is built from these sources. */
export function exampleProject(example: string): ExampleProject {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sgbox-example-"));
  const source = path.join(repository, "examples", example);
  fs.cpSync(source, folder, { recursive: true });
  const modules = path.join(folder, "node_modules");
  fs.mkdirSync(modules);
  linkPackages(path.join(repository, "node_modules"), modules);
  fs.symlinkSync(builtProject(), path.join(modules, "sourcegraph-in-a-box"));
  return {
    folder,
    take: (step) => fs.copyFileSync(path.join(source, step, "index.ts"), path.join(folder, "index.ts")),
    stop: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}
