import { createHash } from "node:crypto";
import type { RolloutStatus } from "../../planning/fleet/rollout-status";
import { needsLook, type InstanceStatus } from "../../planning/fleet/status";
import { compareReleases } from "../../product/releases";
import { escapeXml } from "../drawing/svg";
import { pageHead, reportStyle } from "../report-html";
import { releasesDrawing, rolloutDrawing } from "./rollout-drawing";
import { fleetScript, fleetStyle } from "./status-page-style";
import { ageNames, fleetSummary, statusColumns, timeText, unasked, type StatusColumn } from "./status-report";

/** A page on a fleet. */
export interface StatusPage {
  /** Name of the fleet. */
  readonly fleet: string;
  /** When it was looked at, ISO 8601. */
  readonly at: string;
  /** Its instances. */
  readonly rows: readonly InstanceStatus[];
  /** Its newest rollout; absent where there never was one. */
  readonly rollout?: RolloutStatus;
}

/** What instances are chosen by, beside words. */
const groups: Readonly<Record<string, (row: InstanceStatus) => string>> = {
  type: ({ type }) => type,
  release: ({ release = "none" }) => release,
  age: ({ age }) => ageNames[age],
  look: (row) => (needsLook(row) ? "needs a look" : "is well"),
};

/** Releases by their numbers, the newest first; what is none after them. */
function newestFirst(a: string, b: string): number {
  const [first, second] = [a, b].map((each) => /^\d/.test(each));
  return first === true && second === true ? compareReleases(b, a) : Number(second) - Number(first);
}

function chips(group: string, rows: readonly InstanceStatus[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = groups[group]?.(row) ?? "";
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  const values = [...counts].sort(([a], [b]) => (group === "release" ? newestFirst(a, b) : a < b ? -1 : 1));
  const buttons = values.map(
    ([value, count]) =>
      `<button type="button" aria-pressed="false" data-group="${group}" data-value="${escapeXml(value)}">${escapeXml(value)} ${count}</button>`,
  );
  return `<fieldset class="chips" hidden><legend>${group}</legend>${buttons.join("")}</fieldset>`;
}

/** Room of columns that need more or less than others, em. */
const rooms: Readonly<Record<string, string>> = {
  instance: "minmax(9em,1fr)",
  slug: "minmax(8em,1.4fr)",
  size: "4em",
  release: "6.5em",
  age: "minmax(8em,1.4fr)",
  "last change": "minmax(9em,1.2fr)",
  health: "5.5em",
  note: "minmax(12em,2.5fr)",
};
const usualRoom = "minmax(6.5em,1fr)";

function tableStyle(columns: readonly StatusColumn[]): string {
  const labels = columns.map(({ title }, index) => `.instances td:nth-child(${index + 1})::before{content:"${title}"}`);
  return [
    `.instances{--columns:${columns.map(({ title }) => rooms[title] ?? usualRoom).join(" ")}}`,
    `@media (min-width:641px){.instances{min-width:${columns.length * 7.5}em}}`,
    `@media (max-width:640px){${labels.join("")}}`,
  ].join("\n");
}

function cell({ text, mark, align }: StatusColumn, row: InstanceStatus): string {
  const classes = [...(align === undefined ? [] : [align]), ...(mark?.(row) === undefined ? [] : [mark(row)])];
  const attribute = classes.length === 0 ? "" : ` class="${classes.join(" ")}"`;
  return `<td role="cell"${attribute}>${escapeXml(text(row))}</td>`;
}

function table(columns: readonly StatusColumn[], rows: readonly InstanceStatus[]): string {
  const heads = columns.map(({ title }) => `<th role="columnheader" scope="col">${escapeXml(title)}</th>`).join("");
  const body = rows.map((row) => `<tr role="row">${columns.map((column) => cell(column, row)).join("")}</tr>`);
  return [
    '<div class="wide" tabindex="0" role="region" aria-label="Instances"><table class="instances" role="table">',
    `<thead role="rowgroup"><tr role="row">${heads}</tr></thead><tbody role="rowgroup">`,
    ...body,
    "</tbody></table></div>",
  ].join("\n");
}

/** A value as JSON that can stand in a script: no text in it ends the script. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** What the script chooses and sorts rows by. */
function pageData(columns: readonly StatusColumn[], rows: readonly InstanceStatus[]): string {
  return scriptJson(
    rows.map((row) => ({
      groups: Object.fromEntries(Object.entries(groups).map(([name, valueOf]) => [name, valueOf(row)])),
      order: columns.map(({ order }) => order?.(row) ?? null),
    })),
  );
}

/** How a policy names the one text it lets in. */
function allowed(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

function pictures({ rows, rollout }: StatusPage): string[] {
  const since = rollout?.since === undefined ? "" : ` since ${timeText(rollout.since)} UTC`;
  const reason = rollout?.reason === undefined ? "" : `: ${rollout.reason}`;
  return [
    '<div class="pictures">',
    ...(rollout === undefined
      ? []
      : [
          `<figure><figcaption>Rollout of ${escapeXml(rollout.to)}, ${rollout.state}${since}${escapeXml(reason)}</figcaption>${rolloutDrawing(rollout)}</figure>`,
        ]),
    `<figure><figcaption>Releases that run</figcaption>${releasesDrawing(rows)}</figure>`,
    "</div>",
  ];
}

/**
 * Writes the status of a fleet as one HTML file that loads nothing: the waves of its rollout and its releases as pictures, and
 * its instances as a table that is filtered and sorted; whole without scripts, on a phone and on paper.
 */
export function statusPage(page: StatusPage): string {
  const { fleet, at, rows } = page;
  const columns = statusColumns(rows);
  const style = [reportStyle, fleetStyle, tableStyle(columns)].join("\n");
  const title = `Fleet ${fleet}`;
  return [
    ...pageHead(title, style, `style-src ${allowed(style)}; script-src ${allowed(fleetScript)}`),
    "<body>",
    '<a class="skip" href="#main">To the instances</a>',
    `<header><h1>${escapeXml(title)}</h1><p>${escapeXml(`${timeText(at)} UTC; ${fleetSummary(rows)}`)}</p></header>`,
    "<main>",
    ...pictures(page),
    '<div class="tools" hidden><input id="filter" type="search" placeholder="Filter by words" aria-label="Filter by words"><output id="shown" aria-live="polite"></output></div>',
    '<div id="main">',
    ...Object.keys(groups).map((group) => chips(group, rows)),
    ...(rows.length === 0 ? [] : [table(columns, rows)]),
    ...unasked(rows).map((note) => `<p class="note">${escapeXml(note)}</p>`),
    "</div>",
    "</main>",
    `<script type="application/json" id="fleet-data">${pageData(columns, rows)}</script>`,
    `<script>${fleetScript}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
