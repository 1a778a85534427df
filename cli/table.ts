import Table from "cli-table3";
import type { Section } from "../components/core/rendering/section";
import type { Colors, Terminal } from "./terminal";

const noBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** Narrowest last column that is still wrapped instead of being left to the terminal. */
const narrowest = 30;
const gap = 2;

function widestOf(cells: readonly string[]): number {
  return Math.max(0, ...cells.flatMap((cell) => cell.split("\n").map((line) => line.length)));
}

/** Width of the last column where the table is wider than there is room; undefined where it fits as it is. */
function lastWidth(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  room: number | undefined,
): number | undefined {
  if (room === undefined) return undefined;
  const widths = titles.map((title, index) => widestOf([title, ...rows.map((row) => row[index] ?? "")]));
  const left = room - widths.slice(0, -1).reduce((sum, width) => sum + width + gap, 0);
  return left >= narrowest && (widths.at(-1) ?? 0) > left ? left : undefined;
}

/** A row for every line of the tallest cell: the library measures a whole cell again for each of its lines. */
function perLine(row: readonly string[]): string[][] {
  const cells = row.map((cell) => cell.split("\n"));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ""));
}

/** Rows under a heading, in columns without borders; the last one is wrapped where there is less room in characters. */
export function tableText(
  columns: readonly { readonly title: string; readonly align?: "right" }[],
  rows: readonly (readonly string[])[],
  colors: Colors,
  room?: number,
): string {
  const last = lastWidth(
    columns.map(({ title }) => title),
    rows,
    room,
  );
  const titled = columns.some(({ title }) => title !== "");
  const table = new Table({
    head: titled ? columns.map(({ title }) => colors.dim(title)) : [],
    chars: noBorders,
    colAligns: columns.map(({ align }) => align ?? "left"),
    ...(last !== undefined && {
      colWidths: columns.map((_column, index) => (index === columns.length - 1 ? last : null)),
      wordWrap: true,
    }),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  for (const row of rows) table.push(...perLine(row));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/** Lines shifted to the right. */
export function indented(text: string, by = 2): string {
  return text.replace(/^(?=.)/gm, " ".repeat(by));
}

/** Sections as text for a terminal. */
export function sectionsText(
  sections: readonly Section[],
  { colors, columns }: Pick<Terminal, "colors" | "columns">,
): string {
  const room = columns === undefined ? undefined : columns - 2;
  return sections
    .map((section) => {
      const heading = colors.bold(section.title) + (section.summary === undefined ? "" : `  ${section.summary}`);
      const rows = section.rows.length === 0 ? [] : [indented(tableText(section.columns, section.rows, colors, room))];
      const notes = (section.notes ?? []).map((note) => indented(colors.dim(note)));
      return [heading, ...rows, ...notes].join("\n");
    })
    .join("\n\n");
}
