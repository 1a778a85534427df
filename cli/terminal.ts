import { createInterface } from "node:readline/promises";
import pc from "picocolors";

/** Ways to emphasise a text; all of them leave it alone where there is no colour. */
export type Colors = ReturnType<typeof pc.createColors>;

/** A terminal on which what was written can be written over; its size is that of the moment. */
export interface Screen {
  readonly write: (text: string) => unknown;
  readonly columns: number;
  readonly rows: number;
}

/** Where a verb reads from and writes to; a test gives its own. */
export interface Terminal {
  /** Takes the result, as it is: nothing is added. */
  readonly out: (text: string) => void;
  /** Takes progress and errors, one line each. */
  readonly note: (line: string) => void;
  /** Where the notes go; `undefined` where that is a file or pipe, or a terminal that can only go on. */
  readonly screen?: Screen;
  /** Colours of the result. */
  readonly colors: Colors;
  /** Width of the result in characters; `undefined` where it goes to a file or pipe. */
  readonly columns?: number;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Day by the clock, UTC, such as 2026-11-21. */
  readonly today: string;
  /** Folder that relative paths start from. */
  readonly folder: string;
  /** Asks for a yes; `undefined` where nobody can be asked. */
  readonly confirm?: (question: string) => Promise<boolean>;
}

/** Whether what was written can be written over: on a terminal that can do more than go on. */
export function isScreen(isTerminal: boolean, env: Terminal["env"]): boolean {
  return isTerminal && env["TERM"] !== "dumb";
}

/** Whether colour is wanted: on a terminal, unless NO_COLOR says otherwise or the terminal can do none. */
export function wantsColor(isTerminal: boolean, env: Terminal["env"]): boolean {
  return isScreen(isTerminal, env) && (env["NO_COLOR"] ?? "") === "";
}

async function ask(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
  } finally {
    prompt.close();
  }
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  return {
    out: (text) => void stdout.write(text),
    note: (line) => void stderr.write(`${line}\n`),
    ...(isScreen(stderr.isTTY === true, env) && { screen: stderr }),
    colors: pc.createColors(wantsColor(stdout.isTTY === true, env)),
    ...(stdout.isTTY && { columns: stdout.columns }),
    env,
    today: new Date().toISOString().slice(0, 10),
    folder: process.cwd(),
    ...(stdin.isTTY && stderr.isTTY && { confirm: ask }),
  };
}
