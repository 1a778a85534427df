import Table from "cli-table3";
import type { Section } from "../components/core/rendering/section";
import type { Colors } from "./terminal";

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

/** Rows under a heading, in columns without borders; the last column is not padded. */
export function tableText(
  columns: readonly { readonly title: string; readonly align?: "right" }[],
  rows: readonly (readonly string[])[],
  colors: Colors,
): string {
  const titled = columns.some(({ title }) => title !== "");
  const table = new Table({
    head: titled ? columns.map(({ title }) => colors.dim(title)) : [],
    chars: noBorders,
    colAligns: columns.map(({ align }) => align ?? "left"),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
  });
  for (const row of rows) table.push([...row]);
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
export function sectionsText(sections: readonly Section[], colors: Colors): string {
  return sections
    .map((section) => {
      const heading = colors.bold(section.title) + (section.summary === undefined ? "" : `  ${section.summary}`);
      const rows = section.rows.length === 0 ? [] : [indented(tableText(section.columns, section.rows, colors))];
      const notes = (section.notes ?? []).map((note) => indented(colors.dim(note)));
      return [heading, ...rows, ...notes].join("\n");
    })
    .join("\n\n");
}
