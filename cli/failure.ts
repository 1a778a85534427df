import { CommanderError } from "commander";
import { InputError, RefusedError, type Problem } from "../components/core/errors";
import { UpgradeRefusedError } from "../components/core/planning/upgrade/refusal";
import type { Terminal } from "./terminal";

/** Exit codes of the command. */
export const exitCodes = { done: 0, unexpected: 1, input: 2, refused: 3, interrupted: 130 } as const;

/** What went wrong, as `--json` prints it below `error`. */
export interface Failure {
  readonly kind: "usage" | "input" | "refused" | "unexpected";
  /** The whole message as a person reads it. */
  readonly message: string;
  readonly problems: readonly Problem[];
  /** Why an upgrade is refused. */
  readonly refusal?: string;
  /** Releases that can be deployed one after another instead. */
  readonly stops?: readonly string[];
}

/** A failure whose text is all there is to say, e.g. the engine's; exit code 1. */
export class PlainError extends Error {
  override readonly name = "PlainError";
}

/** Ends a verb that has printed its result with an exit code other than 0. */
export class ExitWith extends Error {
  constructor(readonly code: number) {
    super(`exit code ${code}`);
  }
}

/** Describes anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof InputError) return { kind: "input", message: error.message, problems: error.problems };
  if (error instanceof UpgradeRefusedError) {
    const { message, problems, refusal, stops } = error;
    return { kind: "refused", message, problems, refusal, stops };
  }
  if (error instanceof RefusedError) return { kind: "refused", message: error.message, problems: error.problems };
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof CommanderError) {
    const text = message.replace(/^error: /, "");
    return { kind: "usage", message: text, problems: [{ path: "", message: text }] };
  }
  return { kind: "unexpected", message, problems: [{ path: "", message }] };
}

function codeOf({ kind }: Failure): number {
  switch (kind) {
    case "usage":
    case "input":
      return exitCodes.input;
    case "refused":
      return exitCodes.refused;
    case "unexpected":
      return exitCodes.unexpected;
  }
}

/** Whether a person has asked for the stacks of errors. */
function isDebugging(terminal: Terminal): boolean {
  return (terminal.env["SGBOX_DEBUG"] ?? "") !== "";
}

/**
 * Tells what went wrong: JSON on stdout when asked for, otherwise a text on stderr.
 * @returns the exit code
 */
export function reportFailure(error: unknown, terminal: Terminal, json: boolean): number {
  const failure = failureOf(error);
  if (json) terminal.out(`${JSON.stringify({ error: failure }, null, 2)}\n`);
  else terminal.note(`sgbox: ${failure.message}`);
  const stack = error instanceof Error ? error.stack : undefined;
  if (isDebugging(terminal) && stack !== undefined) terminal.note(stack);
  else if (failure.kind === "usage" && !json)
    terminal.note("sgbox --help lists the verbs, sgbox VERB --help their options");
  else if (failure.kind === "unexpected" && !(error instanceof PlainError) && !json)
    terminal.note("this was not expected; SGBOX_DEBUG=1 shows where it happened");
  return codeOf(failure);
}
