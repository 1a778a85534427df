// Compiles the package into dist/, or into the folder given. Types are checked by `npm run typecheck`, not here.
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const target = process.argv[2] ?? "dist";
// Compiled aside and swapped in, so that a program that starts meanwhile finds the old one whole.
const dist = `${target}.new`;
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", dist], { stdio: "inherit" });
// The shell programs of the machine are files of their own, read when their module is loaded.
const converge = join("components", "core", "rendering", "converge");
for (const name of existsSync(converge) ? readdirSync(converge) : []) {
  if (name.endsWith(".sh")) cpSync(join(converge, name), join(dist, converge, name));
}
// Pulumi looks for the program's entry point beside the program.
writeFileSync(join(dist, "stacks", "package.json"), '{ "main": "index.js" }\n');
const command = join(dist, "cli", "main.js");
if (existsSync(command)) chmodSync(command, 0o755);
rmSync(target, { recursive: true, force: true });
renameSync(dist, target);
