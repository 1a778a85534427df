import assert from "node:assert/strict";
import pc from "picocolors";
import { sectionsText } from "../../cli/table";
import { wantsColor } from "../../cli/terminal";

const section = {
  id: "a",
  title: "Title",
  summary: "said beside it",
  columns: [{ title: "n", align: "right" as const }, { title: "what" }],
  rows: [
    ["1", "a text that is much longer than the room there is for it"],
    ["10", "short"],
  ],
  notes: ["a note"],
};

describe("a report in the terminal", () => {
  const colors = pc.createColors(false);

  it("is aligned, without borders and without blanks at the ends of lines", () => {
    assert.equal(
      sectionsText([section], { colors }),
      "Title  said beside it\n   n  what\n   1  a text that is much longer than the room there is for it\n  10  short\n  a note",
    );
  });

  it("wraps the last column where the terminal is too narrow", () => {
    assert.equal(
      sectionsText([section], { colors, columns: 40 }),
      "Title  said beside it\n   n  what\n   1  a text that is much longer than\n      the room there is for it\n  10  short\n  a note",
    );
  });

  it("has colour on a terminal only, and not with NO_COLOR", () => {
    assert.deepEqual(
      [
        wantsColor(true, {}),
        wantsColor(false, {}),
        wantsColor(true, { NO_COLOR: "1" }),
        wantsColor(true, { TERM: "dumb" }),
      ],
      [true, false, false, false],
    );
    assert.ok(sectionsText([section], { colors: pc.createColors(true) }).startsWith("\u001b[1mTitle"));
  });
});
