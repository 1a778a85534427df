/** One thing that is wrong with what the user gave. */
export interface Problem {
  /** Dotted path of the property as the user wrote it, e.g. `access.allowedCidrs.0`. Empty for the whole. */
  readonly path: string;
  /** What is wrong, the value got, what is allowed and the fix; lower-case start, no full stop. */
  readonly message: string;
}

/** A problem in one line. */
export function problemInLine({ path, message }: Problem): string {
  return `${path === "" ? "" : `'${path}' `}${message}`;
}

/** Renders problems as one message, a line each. */
function listProblems(headline: string, problems: readonly Problem[]): string {
  const lines = problems.map((problem) => `  - ${problemInLine(problem)}`);
  return [`${headline}:`, ...lines].join("\n");
}

/**
 * Drops the frames of other packages from a stack. Nobody needs them here, and Node 20 does not get to the end of some of
 * them when it prints an error in colours (`…/node_modules/@scope/file.ts:1:2`), which Pulumi has it do for every error: a
 * refusal would take ten seconds and half a gigabyte.
 */
function withoutForeignFrames(stack: string | undefined): string | undefined {
  return stack
    ?.split("\n")
    .filter((line) => !/^\s+at .*\bnode_modules\b/.test(line))
    .join("\n");
}

/** The input is malformed or contradicts itself: exit code 2. The message lists every problem. */
export class InputError extends Error {
  /** Name of the kind of error. */
  override readonly name = "InputError";
  /** Exit code of the command. */
  readonly exitCode = 2;
  /** Tells Pulumi that this is the user's to mend: it prints the message without a stack trace. */
  readonly __pulumiRunError = true;
  constructor(
    /** Every problem found. */
    readonly problems: readonly Problem[],
    headline = "the configuration is not valid",
  ) {
    super(listProblems(headline, problems));
    this.stack = withoutForeignFrames(this.stack);
  }
}

/** The input is well formed, but a rule refuses it (upgrade stop, acknowledgement, data safety, boundary): exit code 3. */
export class RefusedError extends Error {
  /** Name of the kind of error. */
  override readonly name = "RefusedError";
  /** Exit code of the command. */
  readonly exitCode = 3;
  /** Tells Pulumi that this is the user's to mend: it prints the message without a stack trace. */
  readonly __pulumiRunError = true;
  constructor(
    /** Every problem found. */
    readonly problems: readonly Problem[],
    headline = "refused",
  ) {
    super(listProblems(headline, problems));
    this.stack = withoutForeignFrames(this.stack);
  }
}
