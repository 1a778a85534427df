import type { Screen, Terminal } from "./terminal";

/** Notes of a long work, with what is going on below them where there is a screen. */
export interface LiveNotes {
  /** Prints a line. */
  readonly note: (line: string) => void;
  /** Ends: only the printed lines are left. */
  readonly close: () => void;
}

/** How often what is going on is told anew, milliseconds. */
const everySecond = 1000;

const up = (lines: number): string => `\u001b[${lines}A`;
const clearBelow = "\u001b[J";
// A line that is wider than it was counted is cut, not wrapped: each takes one row.
const [wrapOff, wrapOn] = ["\u001b[?7l", "\u001b[?7h"];

/** A block of lines at the lower end of a screen that is drawn anew when it changes; printed lines go above it. */
class LiveBlock implements LiveNotes {
  private drawn: readonly string[] = [];
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly screen: Screen,
    private readonly lines: LiveLines,
    every: number,
  ) {
    this.timer = setInterval(() => this.tick(), every).unref();
  }

  readonly note = (line: string): void => this.draw(`${line}\n`, this.wanted);

  readonly close = (): void => {
    clearInterval(this.timer);
    if (this.drawn.length > 0) this.draw("", []);
  };

  /** The lines as they are now; the last row is the cursor's, the last column some terminals wrap at. */
  private get wanted(): readonly string[] {
    // A terminal that does not know its size says 0.
    return this.lines({ columns: (this.screen.columns || 80) - 1, rows: (this.screen.rows || 24) - 1 });
  }

  private tick(): void {
    const { wanted } = this;
    if (wanted.join("\n") !== this.drawn.join("\n")) this.draw("", wanted);
  }

  /** Everything in one piece, so that nothing flickers. */
  private draw(above: string, block: readonly string[]): void {
    const erased = this.drawn.length === 0 ? "" : `\r${up(this.drawn.length)}${clearBelow}`;
    const below = block.length === 0 ? "" : `${wrapOff}${block.map((line) => `${line}\n`).join("")}${wrapOn}`;
    this.drawn = block;
    this.screen.write(`${erased}${above}${below}`);
  }
}

/** Lines of a block that fit in a room, characters and lines. */
export type LiveLines = (room: { readonly columns: number; readonly rows: number }) => readonly string[];

/** Has what is going on drawn below the notes until it is closed; without a screen the notes are as they were. */
export function liveNotes(
  { note, screen }: Pick<Terminal, "note" | "screen">,
  lines: LiveLines,
  every = everySecond,
): LiveNotes {
  return screen === undefined ? { note, close: () => undefined } : new LiveBlock(screen, lines, every);
}
