import { escapeXml } from "./drawing/svg";
import type { Section } from "./section";

/** What a page shows. */
export interface ReportPage {
  readonly title: string;
  readonly subtitle: string;
  /** An SVG text, put above the tables. */
  readonly drawing?: string;
  readonly sections: readonly Section[];
}

/** The looks of every page: light or dark as the reader has it. */
export const reportStyle = `
:root{color-scheme:light dark;--ink:#1d2530;--soft:#5b6675;--paper:#ffffff;--panel:#f6f7f9;--line:#d9dee6;--accent:#1f6f8b}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf1;--soft:#9aa6b6;--paper:#11161d;--panel:#181f29;--line:#303a47;--accent:#6cc3de}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header{max-width:1600px;margin:0 auto;padding:0 20px}
header{padding-top:28px}
h1{font-size:24px;margin:0}
header p{color:var(--soft);margin:4px 0 16px}
nav{display:flex;flex-wrap:wrap;gap:6px 14px;font-size:14px}
a{color:var(--accent);text-decoration:none}
a:hover{text-decoration:underline}
.tools{position:sticky;top:0;z-index:1;background:var(--paper);padding:12px 0;margin:12px 0;border-bottom:1px solid var(--line)}
input{width:100%;max-width:420px;padding:8px 12px;font:inherit;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:8px}
figure{margin:0 0 24px;border:1px solid var(--line);border-radius:10px;overflow-x:auto}
figure svg{display:block;min-width:1500px;width:100%;height:auto}
section{margin:0 0 32px}
h2{font-size:18px;margin:0 0 8px}
h2 span{color:var(--soft);font-size:14px;font-weight:400;margin-left:8px}
.wide{overflow-x:auto;border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:6px 12px;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600;background:var(--panel);white-space:nowrap}
tr:last-child td{border-bottom:0}
td:first-child{white-space:pre;font-weight:500}
td{white-space:pre-line}
.right{text-align:right;white-space:nowrap}
.note{color:var(--soft);font-size:13px;margin:6px 0 0}
[hidden]{display:none}
@media (max-width:640px){body{font-size:14px}main,header{padding-left:12px;padding-right:12px}th,td{padding:5px 8px}td:first-child{white-space:pre-line}}
@media print{.tools{display:none}figure{overflow:visible}figure svg{min-width:0}}
`.trim();

const script = `
const box=document.getElementById("filter");
box.addEventListener("input",()=>{
  const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for(const section of document.querySelectorAll("section")){
    const rows=[...section.querySelectorAll("tbody tr")];
    let shown=0;
    for(const row of rows){const text=row.textContent.toLowerCase();row.hidden=!words.every((word)=>text.includes(word));if(!row.hidden)shown++}
    section.hidden=words.length>0&&shown===0;
  }
});
`.trim();

function cells(tag: "th" | "td", section: Section, row: readonly string[]): string {
  return row
    .map(
      (cell, index) =>
        `<${tag}${section.columns[index]?.align === "right" ? ' class="right"' : ""}>${escapeXml(cell)}</${tag}>`,
    )
    .join("");
}

function sectionHtml(section: Section): string {
  const { id, title, summary, columns, rows, notes = [] } = section;
  const titled = columns.some((column) => column.title !== "");
  const head = titled
    ? `<thead><tr>${cells(
        "th",
        section,
        columns.map((column) => column.title),
      )}</tr></thead>`
    : "";
  const body = rows.map((row) => `<tr>${cells("td", section, row)}</tr>`).join("\n");
  return [
    `<section id="${escapeXml(id)}">`,
    `<h2>${escapeXml(title)}${summary === undefined ? "" : `<span>${escapeXml(summary)}</span>`}</h2>`,
    ...(rows.length === 0 ? [] : [`<div class="wide"><table>${head}<tbody>\n${body}\n</tbody></table></div>`]),
    ...notes.map((note) => `<p class="note">${escapeXml(note)}</p>`),
    "</section>",
  ].join("\n");
}

/**
 * What a page that loads nothing begins with.
 *
 * @param policy what a browser lets it have in itself; default no browser is told
 */
export function pageHead(title: string, style: string, policy?: string): string[] {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...(policy === undefined
      ? []
      : [`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${policy}">`]),
    `<title>${escapeXml(title)}</title>`,
    `<style>${style}</style>`,
    "</head>",
  ];
}

/** Writes a report as one HTML file that loads nothing: readable on a phone, light or dark, with a box that filters rows. */
export function reportPage({ title, subtitle, drawing, sections }: ReportPage): string {
  const links = sections.map(({ id, title: name }) => `<a href="#${escapeXml(id)}">${escapeXml(name)}</a>`).join("");
  return [
    ...pageHead(title, reportStyle),
    "<body>",
    `<header><h1>${escapeXml(title)}</h1><p>${escapeXml(subtitle)}</p><nav>${links}</nav></header>`,
    "<main>",
    '<div class="tools"><input id="filter" type="search" placeholder="Filter the rows of all tables" aria-label="Filter the rows of all tables"></div>',
    ...(drawing === undefined ? [] : [`<figure>${drawing}</figure>`]),
    ...sections.map(sectionHtml),
    "</main>",
    `<script>${script}</script>`,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
