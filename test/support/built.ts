import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { repository } from "./toolchain";

/** What the compiled program is made from. */
const sources = ["components", "stacks", "cli", "policy", "build.mjs", "tsconfig.json", "tsconfig.build.json"];
/** What the project needs beside the compiled program. */
const besides = ["Pulumi.yaml", "package.json", "policy/PulumiPolicy.yaml", "policy/package.json"];

// Not below node_modules: Node marks such frames when it prints an error, which takes it seconds for each.
const cache = path.join(os.tmpdir(), "sgbox-built");

function digestOf(): string {
  const hash = createHash("sha256").update(repository);
  const add = (name: string): void => {
    const file = path.join(repository, name);
    if (!fs.existsSync(file)) return;
    if (!fs.statSync(file).isDirectory()) {
      hash.update(`${name}\0`).update(fs.readFileSync(file)).update("\0");
      return;
    }
    for (const child of fs.readdirSync(file).sort()) add(path.join(name, child));
  };
  [...sources, ...besides].forEach(add);
  return hash.digest("hex").slice(0, 16);
}

let built: string | undefined;

/**
 * The project as `npm run build` leaves it, made from the very sources of this moment, so that a test never runs what was
 * compiled earlier. It is a copy: a build in the repository meanwhile does not disturb it. Compiling takes seconds, once for
 * each state of the sources; copies that nobody has asked for within a day are removed.
 *
 * @returns the folder, for `Engine.start({ project })`
 */
export function builtProject(): string {
  if (built !== undefined) return built;
  const folder = path.join(cache, digestOf());
  if (!fs.existsSync(folder)) compile(folder);
  fs.utimesSync(folder, new Date(), new Date());
  for (const name of fs.readdirSync(cache)) {
    const other = path.join(cache, name);
    const { mtimeMs } = fs.statSync(other, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > 24 * 3600_000) fs.rmSync(other, { recursive: true, force: true });
  }
  return (built = folder);
}

/** Builds beside the folder and renames, so that a copy is whole or not there. */
function compile(folder: string): void {
  const work = `${folder}.${process.pid}`;
  fs.mkdirSync(work, { recursive: true });
  try {
    execFileSync(process.execPath, ["build.mjs", path.join(work, "dist")], { cwd: repository, stdio: "inherit" });
    fs.symlinkSync(path.join(repository, "node_modules"), path.join(work, "node_modules"));
    for (const name of besides) fs.cpSync(path.join(repository, name), path.join(work, name));
    try {
      fs.renameSync(work, folder);
    } catch (error) {
      // Another process of the tests was faster.
      if (!fs.existsSync(folder)) throw error;
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}
