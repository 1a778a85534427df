import { zones } from "../../rules/facts";
import type { BoundaryChanges } from "./compare";
import { changeSections } from "./compare";
import { reachDrawing } from "./drawing";
import { reachSvg } from "./drawing-svg";
import type { BoundaryReport, ReportedFinding, ReportedPlace, ReportedRule } from "./model";
import { boundaryScript, boundaryStyle } from "./page-style";
import {
  dataSections,
  findingsByZone,
  reachSections,
  storePlaces,
  summaryText,
  trustSections,
  verdictText,
  zoneTitle,
} from "./report";
import { escapeXml } from "../drawing/svg";
import { pageHead, reportStyle } from "../report-html";
import type { Section } from "../section";

/** A page on boundaries. */
export interface BoundaryPage {
  readonly title: string;
  readonly subtitle: string;
  readonly report: BoundaryReport;
  /** What changed since an older report. */
  readonly changes?: BoundaryChanges;
  /** Sections above those of the boundaries. */
  readonly before?: readonly Section[];
}

type Attributes = Readonly<Record<string, string | undefined>>;

function attributes(given: Attributes): string {
  return Object.entries(given)
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${escapeXml(value)}"`]))
    .join("");
}

function heading(title: string, summary: string | undefined): string {
  return `<h2>${escapeXml(title)}${summary === undefined ? "" : `<span>${escapeXml(summary)}</span>`}</h2>`;
}

function wide(title: string, table: string): string {
  return `<div class="wide" tabindex="0" role="region" aria-label="${escapeXml(title)}">${table}</div>`;
}

/** A section whose rows belong to places, in the same order. */
function sectionHtml(section: Section, places: readonly ReportedPlace[] = []): string {
  const { id, title, summary, columns, rows, notes = [] } = section;
  const right = (index: number): string => (columns[index]?.align === "right" ? ' class="right"' : "");
  const titled = columns.some((column) => column.title !== "");
  const head = columns.map((column, index) => `<th scope="col"${right(index)}>${escapeXml(column.title)}</th>`);
  const body = rows.map((row, index) => {
    const cells = row.map((cell, column) => `<td${right(column)}>${escapeXml(cell)}</td>`).join("");
    return `<tr${attributes({ "data-zone": places[index]?.zone })}>${cells}</tr>`;
  });
  const table = `<table>${titled ? `<thead><tr>${head.join("")}</tr></thead>` : ""}<tbody>\n${body.join("\n")}\n</tbody></table>`;
  return [
    `<section id="${escapeXml(id)}">`,
    heading(title, summary),
    ...(rows.length === 0 ? [] : [wide(title, table)]),
    ...notes.map((note) => `<p class="note">${escapeXml(note)}</p>`),
    "</section>",
  ].join("\n");
}

/** What a finding is filtered by: its verdict, or that somebody answers for it. */
function markOf({ verdict, exceptedUntil }: ReportedFinding): string {
  return exceptedUntil === undefined ? verdict : "excepted";
}

function findingRow(finding: ReportedFinding): string {
  const { of, because, fix, verdict } = finding;
  const mark = markOf(finding);
  const mend = verdict === "holds" || fix === undefined ? "" : `<em>Fix: ${escapeXml(fix)}</em>`;
  return `<tr data-verdict="${mark}"><td>${escapeXml(of)}</td><td><span class="mark ${mark}">${escapeXml(verdictText(finding))}</span></td><td>${escapeXml(because)}${mend}</td></tr>`;
}

function ruleRows(
  { id, severity, statement, proof, probe }: ReportedRule,
  findings: readonly ReportedFinding[],
): string {
  const substitute =
    probe === undefined ? "" : `<small>What cannot be proven here is shown by: ${escapeXml(probe)}</small>`;
  return [
    `<tbody data-rule="${id}" data-severity="${severity}">`,
    `<tr class="rule"><th colspan="3" scope="rowgroup"><b>${id}</b>${severity} · ${escapeXml(statement)}<small>What is looked at: ${escapeXml(proof)}</small>${substitute}</th></tr>`,
    ...findings.map(findingRow),
    "</tbody>",
  ].join("\n");
}

function zoneHtml(report: BoundaryReport): string[] {
  return findingsByZone(report).map(({ zone, findings }) => {
    const title = zoneTitle(zone);
    const bodies = report.rules.flatMap((rule) => {
      const own = findings.filter((finding) => finding.rule === rule.id);
      return own.length === 0 ? [] : [ruleRows(rule, own)];
    });
    const head = ["resource", "verdict", "what shows it"].map((name) => `<th scope="col">${name}</th>`).join("");
    const table = `<table class="findings"><thead><tr>${head}</tr></thead>\n${bodies.join("\n")}\n</table>`;
    return [
      `<section id="zone-${zone ?? "none"}" data-zone="${zone ?? "none"}">`,
      heading(title, `${findings.filter(({ verdict }) => verdict === "holds").length} of ${findings.length} hold`),
      wide(title, table),
      "</section>",
    ].join("\n");
  });
}

function reasonsSection({ problems }: BoundaryReport): Section[] {
  if (problems.length === 0) return [];
  const rows = problems.map(({ path, message }) => [path, message]);
  return [{ id: "reasons", title: "Reasons against it", columns: [{ title: "resource" }, { title: "why" }], rows }];
}

/** Every other part, each row with the place it belongs to. */
function otherParts(
  report: BoundaryReport,
): { readonly section: Section; readonly places: readonly ReportedPlace[] }[] {
  const placed: Readonly<Record<string, readonly ReportedPlace[]>> = {
    classes: storePlaces(report),
    stores: report.stores,
    keys: report.keys,
    listeners: report.listeners,
    reach: report.connections.map(({ from }): ReportedPlace => {
      const zone = zones.find((each) => from.startsWith(`${each}/`));
      return zone === undefined ? {} : { zone };
    }),
    identities: report.identities,
    rights: report.rights,
  };
  return [...dataSections(report), ...reachSections(report), ...trustSections(report)].map((section) => ({
    section,
    places: placed[section.id] ?? [],
  }));
}

function choice(name: string, title: string, values: readonly string[]): string {
  const options = ["", ...values].map(
    (value) => `<option value="${escapeXml(value)}">${escapeXml(value || "all")}</option>`,
  );
  return `<label>${title}<select name="${name}">${options.join("")}</select></label>`;
}

function tools(report: BoundaryReport): string {
  const { findings, rules } = report;
  const about = rules.filter(({ id }) => findings.some(({ rule }) => rule === id));
  const known = (values: readonly string[], given: readonly string[]): string[] =>
    values.filter((value) => given.includes(value));
  const places = findings.map(({ zone }) => zone ?? "none");
  return [
    '<form class="tools" id="tools" hidden>',
    choice("zone", "Zone", known([...zones, "none"], places)),
    choice(
      "severity",
      "Severity",
      known(
        ["critical", "high", "medium"],
        about.map(({ severity }) => severity),
      ),
    ),
    choice("verdict", "Verdict", known(["broken", "unproven", "excepted", "holds"], findings.map(markOf))),
    choice(
      "rule",
      "Rule",
      about.map(({ id }) => id),
    ),
    '<label>Words<input id="filter" type="search" placeholder="in any table"></label>',
    '<button type="reset">Show all</button>',
    '<output id="shown" aria-live="polite"></output>',
    "</form>",
  ].join("");
}

/**
 * Writes a report on boundaries as one HTML file that loads nothing: filtered by zone, severity, verdict, rule and words;
 * plain and whole without scripts, on a phone and on paper.
 */
export function boundaryPage({ title, subtitle, report, changes, before = [] }: BoundaryPage): string {
  const early = [...before, ...(changes === undefined ? [] : changeSections(changes)), ...reasonsSection(report)];
  const parts = otherParts(report);
  const drawing = reachDrawing(report);
  // Too tall to be read on one lying page: it goes on over the next.
  const tall = drawing.height > drawing.width;
  const zoned = findingsByZone(report).map(({ zone }) => ({ id: `zone-${zone ?? "none"}`, title: zoneTitle(zone) }));
  const named = [...early, ...zoned, ...parts.map(({ section }) => section)];
  const links = named.map(({ id, title: name }) => `<a href="#${escapeXml(id)}">${escapeXml(name)}</a>`).join("");
  const state = report.problems.length === 0 ? "holds" : "broken";
  return [
    ...pageHead(title, `${reportStyle}\n${boundaryStyle}`, "style-src 'unsafe-inline'; script-src 'unsafe-inline'"),
    "<body>",
    '<a class="skip" href="#main">To the report</a>',
    `<header><h1>${escapeXml(title)}</h1><p>${escapeXml(subtitle)}</p><p class="state ${state}">${escapeXml(summaryText(report))}</p><nav aria-label="Parts"><a href="#picture">Picture</a>${links}</nav></header>`,
    '<main id="main">',
    tools(report),
    `<figure id="picture"${attributes({ class: tall ? "tall" : undefined })}>${reachSvg(drawing)}<figcaption>Zones as boxes, with what answers from outside, services and stores; lines are connections that are allowed, of everything else none is. Every line is in the table “Who may reach what”.</figcaption></figure>`,
    ...early.map((section) => sectionHtml(section)),
    ...zoneHtml(report),
    ...parts.map(({ section, places }) => sectionHtml(section, places)),
    "</main>",
    `<script>${boundaryScript}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
