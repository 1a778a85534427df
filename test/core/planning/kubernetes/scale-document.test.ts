import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scaleHead, scaleRows, scaleTable, shownUsages, simulatedClouds } from "../../../../bench/scale";

const file = join(__dirname, "../../../../docs/scale.md");

/** A table as the formatter of the documents writes it. */
function markdown(rows: readonly (readonly string[])[]): string {
  const widths = scaleHead.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(scaleHead), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

describe("the document about scale", () => {
  it("shows what the simulation computes (SGBOX_UPDATE_GOLDEN=1 writes it)", () => {
    const rows = scaleRows(shownUsages());
    const shown = readFileSync(file, "utf8");
    const computed = simulatedClouds.reduce(
      (text, cloud) =>
        text.replace(
          new RegExp(`(<!-- ${cloud} -->\n)[^]*(\n?<!-- /${cloud} -->)`),
          (_, start: string, end: string) => `${start}\n${markdown(scaleTable(rows, cloud))}\n\n${end.trim()}`,
        ),
      shown,
    );
    if (process.env.SGBOX_UPDATE_GOLDEN === "1") writeFileSync(file, computed);
    assert.equal(readFileSync(file, "utf8"), computed);
  }).timeout(30_000);
});
