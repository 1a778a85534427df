import type { ListenerPlane } from "../../rules/facts";
import {
  card,
  keyOf,
  slot,
  whoIs,
  type Node,
  type Reach,
  type ReachCard,
  type ReachLine,
  type ReachZone,
} from "./drawing-parts";
import { connectionText } from "./report";

/** A card with the zone that it stands in. */
export interface Placed {
  readonly card: ReachCard;
  readonly zone: ReachZone;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

type Side = "left" | "right";

/** What a line that leaves its zone is labelled with: contract and credential, or plane, or port. */
export function labelOf({ connections }: Reach): string {
  const words = connections.flatMap(({ contract, credential, plane, port }) => [
    contract ?? (plane !== "internal" ? plane : port === undefined ? "any port" : `port ${port}`),
    ...(credential === undefined ? [] : [credential]),
  ]);
  return [...new Set(words)].join(" · ");
}

function planeOf({ connections, from }: Reach): ListenerPlane {
  const stated = (Object.keys(whoIs) as (keyof typeof whoIs)[]).find((plane) => whoIs[plane] === from.service);
  return connections[0]?.plane ?? stated ?? "internal";
}

/** A curve that leaves and arrives level; one between things of a column bulges to their side. */
function curve(a: Point, b: Point, side: Side = "right"): string {
  const bulge = side === "right" ? 30 : -90;
  const bend = Math.max(30, Math.abs(b.x - a.x) / 2);
  const [c, d] =
    a.x === b.x ? [a.x + bulge, b.x + bulge] : b.x > a.x ? [a.x + bend, b.x - bend] : [a.x - bend, b.x + bend];
  return `C${c} ${a.y} ${d} ${b.y} ${b.x} ${b.y}`;
}

const at = ({ x, y }: Point): string => `${x} ${y}`;

/** Numbers things by name: the first, the second of each. */
function counter(): (name: string) => number {
  const counts = new Map<string, number>();
  return (name) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    return count;
  };
}

/** Numbers labels at each name: lines with one label end in one slot. */
function slots(): (name: string, label: string) => number {
  const labels = new Map<string, string[]>();
  return (name, label) => {
    const known = labels.get(name) ?? [];
    if (!known.includes(label)) labels.set(name, [...known, label]);
    return known.includes(label) ? known.indexOf(label) : known.length;
  };
}

/** Where a card of another zone is left or entered: in slots one below the other, beside their labels. */
function outerEnd({ box }: ReachCard, side: Side, nth: number): Point {
  return { x: side === "left" ? box.x : box.x + box.width, y: box.y + 15 + nth * slot };
}

/** The way between a card and the border of its zone: through the gap below its row, where no card stands. */
function innerWay({ card: { box }, zone }: Placed, side: Side, nth: number): readonly Point[] {
  const edge = side === "left" ? box.x : box.x + box.width;
  const border = side === "left" ? zone.box.x : zone.box.x + zone.box.width;
  const start = { x: edge, y: box.y + card.height / 2 };
  const between = zone.cards.some(
    (other) => other.kind !== "store" && (side === "left" ? other.box.x < box.x : other.box.x > box.x + box.width),
  );
  if (!between) return [start, { x: border, y: start.y }];
  const turn = edge + (side === "left" ? -1 : 1) * (8 + 4 * (nth % 6));
  const channel = box.y + card.height + 3 + 3 * (nth % 4);
  return [start, { x: turn, y: start.y }, { x: turn, y: channel }, { x: border, y: channel }];
}

function hintOf({ from, to, connections }: Reach): string {
  return connections.length === 0 ? `${from.service} to ${to.service}` : connections.map(connectionText).join("\n");
}

/** Lines between cards, in the order of the connections. */
export function linesOf(reaches: readonly Reach[], placedOf: (node: Node) => Placed | undefined): ReachLine[] {
  const [outer, inner] = [slots(), counter()];
  const labelled = new Set<string>();
  return reaches.flatMap((reach): ReachLine[] => {
    const [from, to] = [placedOf(reach.from), placedOf(reach.to)];
    if (from === undefined || to === undefined) return [];
    const shared = { plane: planeOf(reach), hint: hintOf(reach) };
    const [start, end] = [from.card.box, to.card.box];
    const rightward = start.x + start.width <= end.x;
    const stacked = from.zone !== to.zone && from.zone.own && to.zone.own;
    const [leaving, entering]: readonly [Side, Side] = stacked
      ? ["left", "left"]
      : rightward
        ? ["right", "left"]
        : start.x === end.x
          ? ["right", "right"]
          : ["left", "right"];
    if (from.zone === to.zone) {
      const [a, b] = [innerWay(from, leaving, 0)[0], innerWay(to, entering, 0)[0]];
      return a === undefined || b === undefined ? [] : [{ ...shared, path: `M${at(a)} ${curve(a, b)}`, across: false }];
    }
    const text = labelOf(reach);
    const wayOf = (placed: Placed, node: Node, side: Side): readonly Point[] =>
      placed.zone.own
        ? innerWay(placed, side, inner(`${keyOf(node)} ${side}`))
        : [outerEnd(placed.card, side, outer(keyOf(node), text))];
    const [out, into] = [wayOf(from, reach.from, leaving), [...wayOf(to, reach.to, entering)].reverse()];
    const [first, last] = [out.at(-1), into[0]];
    if (first === undefined || last === undefined) return [];
    const atEnd = !to.zone.own;
    const away = ((atEnd ? entering : leaving) === "left" ? -1 : 1) * (12 + text.length * 3.1);
    const place = `${atEnd ? keyOf(reach.to) : keyOf(reach.from)} ${text}`;
    const said = labelled.has(place);
    labelled.add(place);
    const near = atEnd ? last : (out[0] ?? first);
    return [
      {
        ...shared,
        path: `M${out.map(at).join(" L")} ${curve(first, last, leaving)}${into
          .slice(1)
          .map((point) => ` L${at(point)}`)
          .join("")}`,
        across: true,
        ...(text === "" || said ? {} : { label: { text, x: near.x + away, y: near.y } }),
      },
    ];
  });
}
