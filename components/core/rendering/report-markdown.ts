import type { Section } from "./section";

/** A cell that cannot end its table: pipes and line breaks stand for themselves. */
function cell(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("\n", "<br>");
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

/** Writes a report as Markdown, e.g. for a comment on a change. */
export function reportMarkdown(title: string, sections: readonly Section[]): string {
  const parts = sections.map(({ title: name, summary, columns, rows, notes = [] }) =>
    [
      `## ${name}${summary === undefined ? "" : `: ${summary}`}`,
      "",
      ...(rows.length === 0
        ? []
        : [
            line(columns.map((column) => column.title)),
            `|${columns.map(({ align }) => (align === "right" ? " ---: " : " --- ")).join("|")}|`,
            ...rows.map(line),
            "",
          ]),
      ...notes.flatMap((note) => [note, ""]),
    ].join("\n"),
  );
  return [`# ${title}`, "", ...parts].join("\n");
}
