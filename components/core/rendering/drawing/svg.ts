import type { DataClass } from "../../product/service";
import type { Link } from "./drawing";
import type { Box, PlacedCard, PlacedGroup } from "./boxes";
import type { Layout } from "./layout";
import type { Route } from "./routes";

/** Escapes a text for XML and HTML, in content and in double-quoted attributes. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

const dataClasses: readonly DataClass[] = ["user-data", "identity", "secret", "operational", "configuration"];

const linkTexts: Readonly<Record<Link["kind"], string>> = {
  public: "from the outside",
  internal: "between services",
  data: "to data",
  cloud: "to the outside",
};

const style = `
.drawing{--ink:#1d2530;--soft:#5b6675;--paper:#ffffff;--card:#ffffff;--group:#f3f5f8;--line:#c9d0da;--machine:#fafbfc;
--public:#b4232a;--internal:#3f5673;--data:#8a5a00;--cloud:#1f6f8b;--user-data:#b4232a;--identity:#b25e00;--secret:#6d3fa8;--operational:#2b7a55;--configuration:#5b6675;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--paper)}
@media (prefers-color-scheme:dark){.drawing{--ink:#e7ebf1;--soft:#9aa6b6;--paper:#11161d;--card:#1b222c;--group:#161c25;--line:#384352;--machine:#131922;
--public:#ff8a84;--internal:#9db7d8;--data:#e0ad57;--cloud:#6cc3de;--user-data:#ff8a84;--identity:#f0a35c;--secret:#c3a1f0;--operational:#71c79c;--configuration:#9aa6b6}}
.drawing text{fill:var(--ink);font-size:12px}
.drawing .title{font-size:20px;font-weight:600}
.drawing .soft{fill:var(--soft);font-size:11px}
.drawing .name{font-size:12px;font-weight:600}
.drawing .heading{font-size:11px;font-weight:600;fill:var(--soft);letter-spacing:.04em}
.drawing .boundary{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-dasharray:6 4}
.drawing .machine{fill:var(--machine);stroke-dasharray:none;stroke-width:1.4}
.drawing .group{fill:var(--group);stroke:var(--line)}
.drawing .card{fill:var(--card);stroke:var(--line)}
.drawing .link{fill:none;stroke-width:1.6}
.drawing .pill{fill:var(--paper);stroke-width:1}
.drawing .ports{font-size:10.5px;font-family:ui-monospace,Menlo,"DejaVu Sans Mono",monospace;text-anchor:middle}
${(["public", "internal", "data", "cloud"] as const).map((kind) => `.drawing .${kind}{stroke:var(--${kind})} .drawing text.${kind}{stroke:none;fill:var(--${kind})} .drawing .tip-${kind}{fill:var(--${kind})}`).join("\n")}
${dataClasses.map((name) => `.drawing .is-${name}{fill:var(--${name})}`).join("\n")}
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

function dataMarks(classes: readonly DataClass[], x: number, y: number): string {
  let left = x;
  return classes
    .map((name) => {
      const mark = `<circle class="is-${name}" cx="${left + 4}" cy="${y - 4}" r="4"/>${text(left + 12, y, name, "soft")}`;
      left += 22 + name.length * 5.8;
      return mark;
    })
    .join("");
}

function card({ card: { name, count, lines, data, hint }, box }: PlacedCard): string {
  const [x, first] = [box.x + 10, box.y + 18];
  return [
    "<g>",
    `<title>${escapeXml(hint)}</title>`,
    rect(box, "card", 5),
    text(x, first, count > 1 ? `${name} × ${count}` : name, "name"),
    ...lines.map((line, index) => text(x, first + 15 * (index + 1), fitting(line, 34), "soft")),
    ...(data.length === 0 ? [] : [dataMarks(data.slice(0, 2), x, first + 15 * lines.length + 19)]),
    "</g>",
  ].join("");
}

function group({ group: { title }, box, cards }: PlacedGroup): string {
  return [rect(box, "group", 8), text(box.x + 12, box.y + 18, title.toUpperCase(), "heading"), ...cards.map(card)].join(
    "\n",
  );
}

function boundary(box: Box, title: string, className: string): string {
  return [rect(box, `boundary ${className}`, 10), text(box.x + 14, box.y + 19, title, "heading")].join("\n");
}

function line({ link, points }: Route): string {
  const way = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join(" ");
  return `<path class="link ${link.kind}" d="${way}" marker-end="url(#tip-${link.kind})"><title>${escapeXml(`${link.from} to ${link.to}: ${link.label}`)}</title></path>`;
}

function label({ link, label: { x, y } }: Route): string {
  if (link.label === "") return "";
  const width = link.label.length * 6.4 + 8;
  return `${rect({ x: x - width / 2, y: y - 8, width, height: 16 }, `pill ${link.kind}`, 8)}${text(x, y + 4, link.label, `ports ${link.kind}`)}`;
}

function legend(x: number, y: number): string {
  let left = x;
  const parts = dataClasses.map((name) => {
    const part = `<circle class="is-${name}" cx="${left + 5}" cy="${y - 4}" r="5"/>${text(left + 16, y, name)}`;
    left += 34 + name.length * 7;
    return part;
  });
  left += 10;
  const lines = (Object.keys(linkTexts) as Link["kind"][]).map((kind) => {
    const content = linkTexts[kind];
    const part = `<path class="link ${kind}" d="M${left} ${y - 4} L${left + 28} ${y - 4}" marker-end="url(#tip-${kind})"/>${text(left + 36, y, content)}`;
    left += 60 + content.length * 7;
    return part;
  });
  return [...parts, ...lines].join("\n");
}

function tip(kind: Link["kind"]): string {
  return `<marker id="tip-${kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto"><path class="tip-${kind}" d="M0 0 L10 5 L0 10 z"/></marker>`;
}

/** Writes a drawing as one SVG text that loads nothing; light or dark as the reader has it. */
export function drawingSvg(layout: Layout): string {
  const { drawing, width, height, machine, network, groups, routes, notes } = layout;
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="drawing" role="img" aria-label="${escapeXml(drawing.title)}" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}">`,
    `<style>${style}</style>`,
    `<defs>${(Object.keys(linkTexts) as Link["kind"][]).map(tip).join("")}</defs>`,
    `<rect width="${w}" height="${h}" style="fill:var(--paper)"/>`,
    text(24, 44, drawing.title, "title"),
    text(24, 66, drawing.subtitle, "soft"),
    ...(network === undefined ? [] : [boundary(network, drawing.network ?? "", "network")]),
    boundary(machine, drawing.machine, "machine"),
    ...groups.map(group),
    ...routes.map(line),
    ...routes.map(label),
    ...drawing.notes.map((note, index) => text(notes.x, notes.y + index * 18, note, "soft")),
    legend(layout.legend.x, layout.legend.y + 6),
    "</svg>",
    "",
  ].join("\n");
}
