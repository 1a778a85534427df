import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { liveNotes, type LiveLines } from "../../cli/live-block";
import { isScreen, type Screen } from "../../cli/terminal";

/** A terminal of a few rows that understands what a block is drawn with; fails on anything else. */
class FakeScreen implements Screen {
  /** Everything that was printed, what was scrolled away too; the last row is the cursor's. */
  private readonly printed: string[] = [""];
  private row = 0;
  private column = 0;
  private wraps = true;
  writes = 0;

  constructor(
    readonly columns: number,
    readonly rows: number,
  ) {}

  /** What is there, without the empty rows at the end. */
  get text(): string {
    return this.printed.join("\n").trimEnd();
  }

  write(text: string): void {
    this.writes++;
    for (const part of text.match(/\p{Cc}\[\??\d*[A-Za-z]|[^]/gu) ?? []) this.take(part);
  }

  private take(part: string): void {
    if (part === "\r") this.column = 0;
    else if (part === "\n") this.nextRow();
    else if (part === "\u001b[J") {
      this.printed.splice(this.row + 1);
      this.printed[this.row] = (this.printed[this.row] ?? "").slice(0, this.column);
    } else if (part === "\u001b[?7l" || part === "\u001b[?7h") this.wraps = part.endsWith("h");
    else if (/^\p{Cc}\[\d+A$/u.test(part)) {
      const top = Math.max(0, this.printed.length - this.rows);
      this.row = Math.max(top, this.row - Number(part.slice(2, -1)));
    } else {
      assert.ok(!part.startsWith("\u001b"), JSON.stringify(part));
      if (this.column === this.columns) {
        if (this.wraps) this.nextRow();
        else this.column--;
      }
      const line = this.printed[this.row] ?? "";
      this.printed[this.row] = `${line.slice(0, this.column)}${part}${line.slice(this.column + 1)}`;
      this.column++;
    }
  }

  private nextRow(): void {
    this.row++;
    this.column = 0;
    if (this.row === this.printed.length) this.printed.push("");
  }
}

const never = 1e6;
const unused = (): never => assert.fail("noted beside the screen");

describe("what is going on, below the notes", () => {
  it("is drawn after each printed line and gone in the end", () => {
    const screen = new FakeScreen(20, 6);
    let block = ["wave a: 0 of 2", "  one  check"];
    const { note, close } = liveNotes({ note: unused, screen }, () => block, never);
    note("wave a begins");
    assert.equal(screen.text, "wave a begins\nwave a: 0 of 2\n  one  check");
    block = ["wave a: 1 of 2"];
    note("one: failed:\nthe disk is full of letters");
    assert.equal(screen.text, "wave a begins\none: failed:\nthe disk is full of \nletters\nwave a: 1 of 2");
    close();
    assert.equal(screen.text, "wave a begins\none: failed:\nthe disk is full of \nletters");
    close();
    assert.equal(screen.writes, 3);
  });

  it("is told its room anew each time, a row and a column less than the screen, whose size may not be known", () => {
    const rooms: unknown[] = [];
    const lines: LiveLines = (room) => (rooms.push(room), []);
    const screen = { columns: 100, rows: 30, write: () => true };
    const { note } = liveNotes({ note: unused, screen }, lines, never);
    note("a");
    Object.assign(screen, { columns: 0, rows: 0 });
    note("b");
    assert.deepEqual(rooms, [
      { columns: 99, rows: 29 },
      { columns: 79, rows: 23 },
    ]);
  });

  it("is drawn anew by itself when it changed, until it is closed", async () => {
    const screen = new FakeScreen(20, 6);
    let asked = 0;
    const { close } = liveNotes({ note: unused, screen }, () => [asked++ < 3 ? "0:01" : "0:02"], 2);
    while (asked < 6) await sleep(2);
    assert.equal(screen.text, "0:02");
    assert.equal(screen.writes, 2);
    close();
    const before = asked;
    await sleep(10);
    assert.equal(asked, before);
    assert.equal(screen.text, "");
  });

  it("leaves the printed lines whole, and nothing else, whatever is printed and drawn", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1, maxLength: 30, size: "max" });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, fc.array(text, { maxLength: 9 }))), (steps) => {
        const [screen, alone] = [new FakeScreen(12, 5), new FakeScreen(12, 5)];
        let block: readonly string[] = [];
        const { note, close } = liveNotes({ note: unused, screen }, ({ rows }) => block.slice(0, rows), never);
        for (const [line, next] of steps) {
          block = next;
          note(line);
          alone.write(`${line}\n`);
        }
        close();
        assert.equal(screen.text, alone.text);
      }),
    );
  });

  it("is not drawn where there is no screen: notes are as they were", () => {
    const noted: string[] = [];
    const note = (line: string): void => void noted.push(line);
    const live = liveNotes({ note }, () => assert.fail("asked for what nobody sees"), 1);
    assert.equal(live.note, note);
    live.note("a line");
    live.close();
    assert.deepEqual(noted, ["a line"]);
    assert.deepEqual(
      [isScreen(true, { NO_COLOR: "1" }), isScreen(false, {}), isScreen(true, { TERM: "dumb" })],
      [true, false, false],
    );
  });
});
