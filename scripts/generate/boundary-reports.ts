import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { judgeBoundaries } from "../../cli/boundaries";
import { planStack } from "../../cli/planned";
import type { Terminal } from "../../cli/terminal";
import { boundaryReport } from "../../components/core/rendering/boundary/collect";
import { reachDrawing } from "../../components/core/rendering/boundary/drawing";
import { reachSvg } from "../../components/core/rendering/boundary/drawing-svg";
import { boundaryJson, type BoundaryReport } from "../../components/core/rendering/boundary/model";
import { boundaryPage } from "../../components/core/rendering/boundary/page";
import { boundarySections, summaryText } from "../../components/core/rendering/boundary/report";
import { reportMarkdown } from "../../components/core/rendering/report-markdown";

/** Folder of the reports, from the root. */
export const reportsFolder = "docs/reports";

/** Day on which the exceptions of the samples are held, so that reports change with the program only. */
const day = "2026-11-21";

const sampleName = /^Pulumi\.(.+)-sample\.yaml$/;

const written = "Written by scripts/generate.ts from the sample stacks. Do not edit.";

const clouds: readonly (string | undefined)[] = ["aws", "gcp"];
/** Shapes that are reported on; a sample that names none is a machine. */
const shapes: readonly (string | undefined)[] = [undefined, "vm", "kubernetes", "admin", "multi-tenant"];

/** Names of the samples that are deployed to a cloud, `aws` for `Pulumi.aws-sample.yaml`. */
export function reportedSamples(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => {
      const name = sampleName.exec(file)?.[1];
      if (name === undefined) return [];
      const text = readFileSync(join(root, file), "utf8");
      const says = (key: string): string | undefined =>
        new RegExp(`^\\s*sourcegraph:${key}:\\s*(\\S+)`, "m").exec(text)?.[1];
      return clouds.includes(says("cloud")) && shapes.includes(says("shape")) ? [name] : [];
    })
    .sort();
}

function markdown(name: string, report: BoundaryReport): string {
  const text = reportMarkdown(`Boundaries of ${report.of}`, boundarySections(report));
  const [title = "", ...rest] = text.split("\n");
  const picture = `![Zones as boxes, with services, stores and who may reach whom](${name}.svg)`;
  return [title, "", `<!-- ${written} -->`, "", picture, ...rest].join("\n");
}

function index(reports: readonly { readonly name: string; readonly report: BoundaryReport }[]): string {
  const rows = reports.map(({ name, report }) => {
    const count = (verdict: string) => report.findings.filter((finding) => finding.verdict === verdict).length;
    const files = ["md", "html", "json", "svg"].map((kind) => `[${kind}](${name}.${kind})`).join(" ");
    const zones = [...new Set(report.stores.flatMap(({ zone }) => zone ?? []))].sort().join(", ");
    const counts = [count("holds"), count("broken"), count("unproven"), report.exceptions.length, report.stores.length];
    return `| ${[report.of, zones, summaryText(report), ...counts, files].join(" | ")} |`;
  });
  return `# Reports on the boundaries of the sample stacks

<!-- ${written} -->

What \`sgbox check --stack FILE\` says of each sample's boundaries on ${day}: made from what the program declares, without a cloud.
The page (html) is one file that loads nothing: filter it, print it. The JSON is what \`sgbox check --against\` compares with.

| stack | zones with stores | result | holds | broken | unproven | exceptions | stores | report |
| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
${rows.join("\n")}
`;
}

/** The report on each sample as files, by path from the root. */
export async function boundaryReports(root: string): Promise<Readonly<Record<string, string>>> {
  const terminal = { folder: root } as Terminal;
  const reports: { readonly name: string; readonly report: BoundaryReport }[] = [];
  // One after the other: the program is declared in this very process.
  for (const name of reportedSamples(root)) {
    const planned = await planStack(`Pulumi.${name}-sample.yaml`, terminal);
    reports.push({ name, report: boundaryReport(judgeBoundaries(planned, day)) });
  }
  const files = reports.flatMap(({ name, report }): [string, string][] => {
    const file = (kind: string) => `${reportsFolder}/${name}.${kind}`;
    const page = { title: `Boundaries of ${report.of}`, subtitle: `What the rules say of it on ${day}`, report };
    return [
      [file("md"), markdown(name, report)],
      [file("html"), boundaryPage(page)],
      [file("json"), boundaryJson(report)],
      [file("svg"), `${reachSvg(reachDrawing(report))}\n`],
    ];
  });
  return Object.fromEntries([[`${reportsFolder}/README.md`, index(reports)], ...files]);
}
