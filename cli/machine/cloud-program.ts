import { execFile } from "node:child_process";
import { InputError } from "../../components/core/errors";
import { PlainError } from "../failure";
import type { Terminal } from "../terminal";

/** Runs a cloud's own command line with the person's own credentials, and answers what it printed. */
export type CloudProgram = (args: readonly string[], input?: string) => Promise<string>;

/** The cloud's own command line failed; its message is what it said. */
export class CloudError extends PlainError {
  constructor(
    readonly said: string,
    command: string,
  ) {
    super(`${command} failed: ${said}`);
  }
}

/** Where each command line is to be had. */
const sources = {
  aws: "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
  gcloud: "https://cloud.google.com/sdk/docs/install",
} as const;

/** Most that is read of one answer. */
const mostBytes = 64 * 1024 * 1024;

/** Minutes that one command may take: a volume is made within, and a backup copied. */
const mostMinutes = 60;

function missing(name: keyof typeof sources): InputError {
  return new InputError(
    [
      {
        path: name,
        message: `is not on the PATH, and the machine is reached by it, with your own credentials; install it: ${sources[name]}`,
      },
    ],
    "a program is missing",
  );
}

/** The last lines a program said: the first ones of a trace say nothing to a person. */
function lastLines(text: string): string {
  return text
    .trim()
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-3)
    .join("; ");
}

/** The command line of a cloud. Nothing secret is ever among its arguments. */
export function cloudProgram(name: keyof typeof sources, { env }: Pick<Terminal, "env">): CloudProgram {
  return (args, input) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        name,
        [...args],
        { env: { ...env }, timeout: mostMinutes * 60_000, killSignal: "SIGKILL", maxBuffer: mostBytes },
        (error, stdout, stderr) => {
          if (error === null) resolve(stdout);
          else if (error.code === "ENOENT") reject(missing(name));
          else {
            const command = [name, ...args].filter((arg) => !arg.startsWith("-")).slice(0, 4);
            const said = error.killed === true ? `it took more than ${mostMinutes} minutes` : lastLines(stderr);
            reject(new CloudError(said === "" ? error.message : said, command.join(" ")));
          }
        },
      );
      // A program that does not start or read leaves the pipe broken; what came of it is in the callback.
      child.stdin?.on("error", () => undefined);
      child.stdin?.end(input ?? "");
    });
}

/** What a program printed as JSON. */
export function jsonOf(text: string, of: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new PlainError(`${of} printed something else than JSON`);
  }
}
