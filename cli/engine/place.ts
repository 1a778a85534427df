import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Document } from "yaml";
import { InputError } from "../../components/core/errors";
import { newestComposeRelease } from "../../components/core/product/releases";
import { packageRoot } from "../package-root";
import type { Terminal } from "../terminal";
import { homeFolder } from "./home";

/** A stack and the Pulumi project it belongs to. */
export interface StackPlace {
  /** Name of the stack. */
  readonly stack: string;
  /** Folder of the project and of the stack file. */
  readonly folder: string;
  readonly file: string;
  /** Whether it is the try-out that is made when no stack is named. */
  readonly isTryOut: boolean;
}

/** Name of the Pulumi project that stacks belong to. */
export const projectName = "sourcegraph";

/** Name of the stack that is made when none is named. */
export const tryOutStack = "try-out";

const stackFileName = /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/;

function wrongStack(message: string): InputError {
  return new InputError([{ path: "stack", message }], "the stack cannot be found");
}

/** Program of this library that a project runs: a file, since for a folder the language host would take the main of package.json. */
const libraryProgram = path.join(packageRoot, "dist", "stacks", "index.js");

/** Text of the project file of a folder. */
export function projectText(folder: string, program = libraryProgram): string {
  const fromHere = path.relative(folder, program);
  const isBelow = !fromHere.startsWith("..") && !path.isAbsolute(fromHere);
  return new Document({
    name: projectName,
    description: "Sourcegraph in a box, one stack per instance",
    main: isBelow ? fromHere : program,
    runtime: { name: "nodejs", options: { typescript: false } },
  }).toString();
}

/** Writes the project file of a folder that has none, so that plain `pulumi up` works there too. */
function writeProject(folder: string, terminal: Terminal, isOurs: boolean): void {
  const file = path.join(folder, "Pulumi.yaml");
  if (existsSync(file) && !isOurs) return;
  writeFileSync(file, projectText(folder));
  if (!isOurs) terminal.note(`wrote ${file}, so that pulumi itself can be used there too`);
}

/** The try-out on the Docker of this machine; its files are made at the first time. */
function tryOut(terminal: Terminal, mayMake: boolean): StackPlace {
  const folder = path.join(homeFolder(terminal), "try-out");
  const file = path.join(folder, `Pulumi.${tryOutStack}.yaml`);
  if (!mayMake && !existsSync(file))
    throw wrongStack("is missing, and there is no try-out yet; sgbox up makes one, --stack names another");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeProject(folder, terminal, true);
  if (!existsSync(file)) {
    const config = new Document({
      config: { "sourcegraph:cloud": "local", "sourcegraph:release": newestComposeRelease },
    });
    config.commentBefore = " A try-out on the Docker of this machine. docs/configuration.md lists the keys.";
    writeFileSync(file, config.toString());
    terminal.note(`made a try-out of Sourcegraph ${newestComposeRelease}; its configuration is ${file}`);
  }
  return { stack: tryOutStack, folder, file, isTryOut: true };
}

function placeOfFile(file: string, terminal: Terminal): StackPlace {
  const match = stackFileName.exec(path.basename(file));
  if (match === null) throw wrongStack(`is "${file}", but the file of a stack is called Pulumi.STACK.yaml; rename it`);
  const folder = path.dirname(file);
  writeProject(folder, terminal, false);
  return { stack: match[1] ?? "", folder, file, isTryOut: false };
}

/** Names of the stack files of a folder. */
function stackFilesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => stackFileName.test(name));
}

/**
 * Finds the stack a verb of the engine works on: a stack file, the name of a stack with a file here, or the try-out.
 * @param mayMake whether the files of the try-out are made when they are missing
 * @throws InputError when there is no such stack
 */
export function findStack(given: string | undefined, terminal: Terminal, mayMake: boolean): StackPlace {
  const here = terminal.folder;
  if (given === tryOutStack) return tryOut(terminal, mayMake);
  if (given === undefined) {
    const files = path.resolve(here) === packageRoot ? [] : stackFilesOf(here);
    if (files.length === 0) return tryOut(terminal, mayMake);
    throw wrongStack(
      `is missing, and there is more than the try-out to choose from here: ${files.join(", ")}; name one, or ${tryOutStack}`,
    );
  }
  const file = path.resolve(here, given);
  if (existsSync(file) && statSync(file).isFile()) return placeOfFile(file, terminal);
  const named = [here, packageRoot]
    .map((folder) => path.join(folder, `Pulumi.${given}.yaml`))
    .find((each) => existsSync(each));
  if (named !== undefined) return placeOfFile(named, terminal);
  throw wrongStack(
    `is "${given}", which is neither a file nor the name of a stack with a file Pulumi.${given}.yaml here; write one as docs/configuration.md says`,
  );
}
