import { machineEnd, type Link } from "./drawing";
import type { Box, PlacedGroup } from "./boxes";

/** A point in pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The way of a link: a line of straight pieces, its arrow at the last point, and where its label stands. */
export interface Route {
  readonly link: Link;
  readonly points: readonly Point[];
  /** Middle of the label. */
  readonly label: Point;
}

type Side = "left" | "right";

interface End {
  readonly link: Link;
  readonly group: PlacedGroup;
  readonly side: Side;
  /** Height of what is at the other end, for the order along the side. */
  readonly towards: number;
}

const characterWidth = 6.4;
const labelPadding = 8;
const arrow = 10;
const endGap = 22;
const channelAbove = 18;
/** Room for the borders of machine and network, which a link from the outside crosses before it ends. */
const borders = 46;

function middle(box: Box): number {
  return box.y + box.height / 2;
}

function labelWidth({ label }: Link): number {
  return label.length * characterWidth + labelPadding;
}

function overlapInX(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width;
}

/** Heights of the ends along each side, evenly apart, in the order of what they lead to. */
function spreadEnds(ends: readonly End[]): Map<string, number> {
  const heights = new Map<string, number>();
  const sides = new Map<string, End[]>();
  for (const end of ends) {
    const key = `${end.group.group.id} ${end.side}`;
    sides.set(key, [...(sides.get(key) ?? []), end]);
  }
  for (const [key, list] of sides) {
    const sorted = [...list].sort((a, b) => a.towards - b.towards || (a.link.label < b.link.label ? -1 : 1));
    sorted.forEach((end, index) => {
      const { box } = end.group;
      const first = middle(box) - ((sorted.length - 1) * endGap) / 2;
      // Ends on left and right sides never share a height, so that no two lines run on top of each other.
      const y = Math.round((first + index * endGap) / 12) * 12 + (end.side === "left" ? 6 : 0);
      heights.set(`${key} ${end.link.from} ${end.link.to}`, y);
    });
  }
  return heights;
}

/** Finds the way of every link between placed groups, and between the machine's border and groups outside of it. */
export function routeLinks(links: readonly Link[], placed: readonly PlacedGroup[], machine: Box): Route[] {
  const byId = new Map(placed.map((each) => [each.group.id, each]));
  const routes: Route[] = [];
  const across: { link: Link; from: PlacedGroup; to: PlacedGroup }[] = [];
  for (const link of links) {
    const [from, to] = [byId.get(link.from), byId.get(link.to)];
    if (link.from === machineEnd && to !== undefined) routes.push(fromMachine(link, machine, to.box));
    else if (from !== undefined && to !== undefined) {
      if (to.group.place === "observability" || from.group.place === "observability")
        routes.push(toLane(link, from.box, to.box));
      else if (overlapInX(from.box, to.box)) routes.push(stacked(link, from.box, to.box));
      else across.push({ link, from, to });
    }
  }
  return [...routes, ...routeAcross(across, placed)];
}

function fromMachine(link: Link, machine: Box, to: Box): Route {
  const rightward = to.x > machine.x;
  const y = middle(to);
  const start = { x: rightward ? machine.x + machine.width : machine.x, y };
  const end = { x: rightward ? to.x : to.x + to.width, y };
  const shift = (labelWidth(link) / 2 + arrow + 4) * (rightward ? -1 : 1);
  return { link, points: [start, end], label: { x: end.x + shift, y } };
}

function stacked(link: Link, from: Box, to: Box): Route {
  const down = to.y > from.y;
  const x = Math.max(from.x, to.x) + Math.min(from.width, to.width) / 2;
  const start = { x, y: down ? from.y + from.height : from.y };
  const end = { x, y: down ? to.y : to.y + to.height };
  return { link, points: [start, end], label: { x: x + labelWidth(link) / 2 + 6, y: (start.y + end.y) / 2 } };
}

function toLane(link: Link, from: Box, to: Box): Route {
  const x = from.x + from.width / 2;
  const start = { x, y: from.y + from.height };
  const end = { x, y: to.y };
  return { link, points: [start, end], label: { x: x + labelWidth(link) / 2 + 6, y: end.y - 20 } };
}

/** Groups that stand between two others. */
function between(from: Box, to: Box, placed: readonly PlacedGroup[]): Box[] {
  const [left, right] = from.x < to.x ? [from, to] : [to, from];
  return placed
    .filter(({ group }) => group.place !== "observability")
    .map(({ box }) => box)
    .filter((box) => box.x >= left.x + left.width && box.x + box.width <= right.x);
}

function routeAcross(
  across: readonly { link: Link; from: PlacedGroup; to: PlacedGroup }[],
  placed: readonly PlacedGroup[],
): Route[] {
  const ends = across.flatMap(({ link, from, to }): End[] => {
    const rightward = from.box.x < to.box.x;
    const above = between(from.box, to.box, placed).length > 0;
    const [a, b] = rightward ? (["right", "left"] as const) : (["left", "right"] as const);
    return [
      { link, group: from, side: a, towards: above ? -1 : middle(to.box) },
      { link, group: to, side: b, towards: above ? -1 : middle(from.box) },
    ];
  });
  const heights = spreadEnds(ends);
  const tracks = new Map<string, number>();
  const nextTrack = (gutter: string): number => {
    const track = tracks.get(gutter) ?? 0;
    tracks.set(gutter, track + 1);
    return track;
  };
  // From the top down, so that lines that bend down nest instead of crossing.
  const alone = (group: PlacedGroup, side: Side) =>
    ends.filter((end) => end.group === group && end.side === side).length === 1;
  const inside = ({ box }: PlacedGroup, y: number) => y > box.y + 14 && y < box.y + box.height - 14;
  const heightOf = (group: PlacedGroup, side: Side, link: Link) =>
    heights.get(`${group.group.id} ${side} ${link.from} ${link.to}`) ?? middle(group.box);
  const ordered = [...across].sort((a, b) => middle(b.to.box) - middle(a.to.box));
  return ordered.map(({ link, from, to }): Route => {
    const rightward = from.box.x < to.box.x;
    const [a, b]: readonly [Side, Side] = rightward ? ["right", "left"] : ["left", "right"];
    const start = { x: rightward ? from.box.x + from.box.width : from.box.x, y: heightOf(from, a, link) };
    const straight = alone(to, b) && inside(to, start.y);
    const end = { x: rightward ? to.box.x : to.box.x + to.box.width, y: straight ? start.y : heightOf(to, b, link) };
    const away = labelWidth(link) / 2 + arrow + 4 + (link.kind === "public" ? borders : 0);
    const label = { x: end.x + (rightward ? -away : away), y: end.y };
    const obstacles = between(from.box, to.box, placed);
    const leave = start.x + (rightward ? 1 : -1) * (16 + 10 * nextTrack(`${Math.round(start.x)}`));
    if (straight && obstacles.length === 0) return { link, points: [start, end], label };
    if (obstacles.length === 0)
      return { link, points: [start, { x: leave, y: start.y }, { x: leave, y: end.y }, end], label };
    const channel = Math.min(...obstacles.map(({ y }) => y)) - channelAbove;
    const arrive =
      end.x + (rightward ? -1 : 1) * (labelWidth(link) + arrow + 14 + 10 * nextTrack(`${Math.round(end.x)} arrive`));
    return {
      link,
      points: [
        start,
        { x: leave, y: start.y },
        { x: leave, y: channel },
        { x: arrive, y: channel },
        { x: arrive, y: end.y },
        end,
      ],
      label,
    };
  });
}
