import { ConcurrentUpdateError } from "@pulumi/pulumi/automation";
import { InputError, RefusedError, type Problem } from "../../components/core/errors";
import { PlainError } from "../failure";

const problemLine = /^ {2}- (?:'([^']*)' )?(.*)$/;

function problemsIn(lines: readonly string[]): Problem[] {
  const problems: { path: string; message: string }[] = [];
  for (const line of lines) {
    const match = problemLine.exec(line);
    const last = problems.at(-1);
    if (match !== null) problems.push({ path: match[1] ?? "", message: match[2] ?? "" });
    else if (last !== undefined && line.trim() !== "") last.message += `\n${line}`;
  }
  return problems;
}

/**
 * The error of the program that the engine reported as text: wrong input, or a refusal, whose headline says so.
 * @returns undefined when the text is not of the program
 */
export function programError(text: string): InputError | RefusedError | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line, index) => line.endsWith(":") && problemLine.test(lines[index + 1] ?? ""));
  const headline = lines[start]?.slice(0, -1);
  if (headline === undefined) return undefined;
  const problems = problemsIn(lines.slice(start + 1));
  return /\brefused\b/.test(headline) ? new RefusedError(problems, headline) : new InputError(problems, headline);
}

/** The engine was not let at a stack, because somebody else is at work on it: nothing was done. */
export class StackBusyError extends PlainError {}

/** Who is at work on a stack, by what the engine said of its lock. */
function busyText(said: string): string {
  const [, who, pid, since] = /created by (\S+) \(pid (\d+)\) at (\S+)/.exec(said) ?? [];
  const other = who === undefined ? "another update is in progress" : `${who}, process ${pid} since ${since}`;
  return `somebody else is at work on the stack: ${other}; wait until that ends, or take its lock away by 'pulumi cancel' when it is gone for certain`;
}

/** What a failed run of the engine is to a person: the program's own error, else the engine's texts. */
export function engineError(errors: readonly string[], thrown: unknown): Error {
  if (thrown instanceof ConcurrentUpdateError) return new StackBusyError(busyText(thrown.message));
  for (const text of errors) {
    const found = programError(text);
    if (found !== undefined) return found;
  }
  const told = new Set(errors.filter((text) => !/^(update|preview|destroy) failed$/.test(text)));
  if (told.size > 0) return new PlainError(["the engine failed:", ...told].join("\n"));
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const stderr = /stderr: ([\s\S]*?)(?:\n err\?:|$)/.exec(message)?.[1]?.trim() ?? "";
  return new PlainError(stderr === "" ? message : stderr);
}
