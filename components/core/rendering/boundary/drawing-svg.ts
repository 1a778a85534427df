import type { ListenerPlane, StoredClass } from "../../rules/facts";
import type { ReachCard, ReachDrawing, ReachLine, ReachZone } from "./drawing-parts";
import type { Box } from "../drawing/boxes";
import { escapeXml } from "../drawing/svg";

const planes: readonly ListenerPlane[] = ["human", "machine", "end-user", "internal"];
const classes: readonly StoredClass[] = [
  "user-data",
  "identity",
  "secret",
  "operational",
  "configuration",
  "public-code",
];

const style = `
.reach{--r-ink:#1d2530;--r-soft:#525c69;--r-paper:#fff;--r-card:#fff;--r-zone:#f3f5f8;--r-other:#fbfbfc;--r-line:#b9c1cc;
--human:#8a5a00;--machine:#1f6f8b;--end-user:#b4232a;--internal:#6b7d95;
--user-data:#b4232a;--identity:#b25e00;--secret:#6d3fa8;--operational:#2b7a55;--configuration:#5b6675;--public-code:#1f6f8b;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.reach{--r-ink:#e7ebf1;--r-soft:#a7b2c1;--r-paper:#11161d;--r-card:#1b222c;--r-zone:#161c25;--r-other:#131820;--r-line:#46515f;
--human:#e0ad57;--machine:#6cc3de;--end-user:#ff8a84;--internal:#7f93ad;
--user-data:#ff8a84;--identity:#f0a35c;--secret:#c3a1f0;--operational:#71c79c;--configuration:#9aa6b6;--public-code:#6cc3de}}
.reach text{fill:var(--r-ink);font-size:11px}
.reach .heading{font-size:13px;font-weight:600}
.reach .name{font-weight:600}
.reach .soft{fill:var(--r-soft);font-size:10.5px}
.reach .zone{fill:var(--r-zone);stroke:var(--r-soft);stroke-width:1.3}
.reach .other{fill:var(--r-other);stroke-dasharray:6 4}
.reach .card{fill:var(--r-card);stroke:var(--r-line)}
.reach .open{stroke:var(--end-user);stroke-width:2.5}
.reach .listener{stroke:var(--r-ink);stroke-width:2}
.reach .line{fill:none;stroke-linejoin:round;stroke-width:1;opacity:.55}
.reach .across{stroke-width:2;opacity:1}
.reach .line:hover{stroke-width:3;opacity:1}
.reach .pill{fill:var(--r-paper);stroke-width:1}
.reach .label{font-size:10.5px;text-anchor:middle}
${planes.map((plane) => `.reach .${plane}{stroke:var(--${plane})} .reach .of-${plane}{stroke:var(--${plane})} .reach .tip-${plane}{fill:var(--${plane})}`).join("\n")}
${classes.map((name) => `.reach .is-${name}{fill:var(--${name})}`).join("\n")}
`.trim();

function rect({ x, y, width, height }: Box, className: string, radius: number): string {
  return `<rect class="${className}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
}

function text(x: number, y: number, content: string, className = ""): string {
  return `<text${className === "" ? "" : ` class="${className}"`} x="${x}" y="${y}">${escapeXml(content)}</text>`;
}

/** Cuts a text that would leave its card. */
function fitting(content: string, characters: number): string {
  return content.length <= characters ? content : `${content.slice(0, characters - 1)}…`;
}

function card({ kind, box, name, lines, classes: held, open, plane, hint }: ReachCard): string {
  const [x, first] = [box.x + 10, box.y + 19];
  const room = Math.floor((box.width - 20) / 7.1);
  const marks = held.map((each, index) => {
    const [left, y] = [x + (index % 2) * 100, first + 15 * lines.length + 15 + 14 * Math.floor(index / 2)];
    return `<circle class="is-${each}" cx="${left + 4}" cy="${y - 4}" r="4"/>${text(left + 12, y, each, "soft")}`;
  });
  return [
    `<g><title>${escapeXml(open ? `${hint} (open to everybody)` : hint)}</title>`,
    rect(
      box,
      ["card", kind, ...(plane === undefined ? [] : [`of-${plane}`]), ...(open ? ["open"] : [])].join(" "),
      kind === "store" ? 2 : 6,
    ),
    text(x, first, fitting(open ? `${name}, PUBLIC` : name, room), "name"),
    ...lines.map((line, index) => text(x, first + 15 * (index + 1), fitting(line, room + 2), "soft")),
    ...marks,
    "</g>",
  ].join("");
}

function zone({ title, box, own }: ReachZone): string {
  return [rect(box, own ? "zone" : "zone other", 10), text(box.x + 14, box.y + 22, title, "heading")].join("\n");
}

function line({ plane, across, hint, path }: ReachLine): string {
  return `<path class="line ${plane}${across ? " across" : ""}" d="${path}" marker-end="url(#reach-${plane})"><title>${escapeXml(hint)}</title></path>`;
}

function label({ label: at, plane }: ReachLine): string {
  if (at === undefined) return "";
  const width = at.text.length * 5.7 + 12;
  return `${rect({ x: at.x - width / 2, y: at.y - 8, width, height: 16 }, `pill ${plane}`, 8)}${text(at.x, at.y + 4, at.text, "label")}`;
}

function legend(y: number): string {
  let left = 20;
  const lines = planes.map((plane) => {
    const part = `<path class="line across ${plane}" d="M${left} ${y - 4} L${left + 28} ${y - 4}" marker-end="url(#reach-${plane})"/>${text(left + 36, y, `plane ${plane}`)}`;
    left += 60 + (plane.length + 6) * 6;
    return part;
  });
  left = 20;
  const dots = classes.map((name) => {
    const part = `<circle class="is-${name}" cx="${left + 5}" cy="${y + 16}" r="5"/>${text(left + 16, y + 20, name)}`;
    left += 34 + name.length * 6.4;
    return part;
  });
  return [...lines, ...dots].join("\n");
}

/** Writes the picture as one SVG text that loads nothing; light or dark as the reader has it, light on paper. */
export function reachSvg({ title, width, height, zones, lines }: ReachDrawing): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height) + 46];
  const tips = planes.map(
    (plane) =>
      `<marker id="reach-${plane}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip-${plane}" d="M0 0 L10 5 L0 10 z"/></marker>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="reach" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">`,
    `<style>${style}</style>`,
    `<defs>${tips.join("")}</defs>`,
    `<rect width="${w}" height="${h}" style="fill:var(--r-paper)"/>`,
    ...zones.map(zone),
    ...lines.map(line),
    ...zones.flatMap(({ cards }) => cards.map(card)),
    ...lines.map(label),
    legend(height + 10),
    "</svg>",
  ].join("\n");
}
