import { machineEnd, type Card, type Drawing, type Group, type Link, type Place } from "./drawing";
import type { Box, PlacedCard, PlacedGroup } from "./boxes";
import { routeLinks, type Route } from "./routes";

/** A drawing with every position decided. */
export interface Layout {
  readonly drawing: Drawing;
  readonly width: number;
  readonly height: number;
  readonly groups: readonly PlacedGroup[];
  readonly machine: Box;
  readonly network?: Box;
  readonly routes: readonly Route[];
  /** Where the first line of the notes stands. */
  readonly notes: { readonly x: number; readonly y: number };
  /** Where the legend stands. */
  readonly legend: { readonly x: number; readonly y: number };
}

/** Measures of the drawing, in pixels. */
export const measures = {
  margin: 24,
  title: 64,
  cardWidth: 226,
  cardGap: 8,
  groupPadding: 12,
  groupHeader: 28,
  groupGap: 40,
  boundaryHeader: 30,
  boundaryPadding: 20,
  lineHeight: 15,
  /** Between the ends of two links on one side of a group. */
  endGap: 22,
  /** Width of a character of a label. */
  character: 6.4,
} as const;

const columns: readonly Place[] = ["outside", "balancer", "application", "inner", "stores", "cloud"];

/** The column of a group; the edge stands above the application. */
function columnOfGroup({ place }: Group): Place {
  return place === "edge" ? "application" : place;
}

/** The groups of a column from top to bottom. */
function stackedIn(column: Place, groups: readonly Group[]): Group[] {
  const found = groups.filter((group) => columnOfGroup(group) === column);
  return [...found.filter(({ place }) => place === "edge"), ...found.filter(({ place }) => place !== "edge")];
}

/** Height of a card: its name, its lines, and what rests there. */
function cardHeight(card: Card): number {
  return 12 + measures.lineHeight * (1 + card.lines.length) + (card.data.length > 0 ? 18 : 0);
}

function groupSize(group: Group, ends: number): { width: number; height: number } {
  const cards = group.cards.reduce((sum, card) => sum + cardHeight(card) + measures.cardGap, -measures.cardGap);
  const height = measures.groupHeader + cards + measures.groupPadding;
  return {
    width: measures.cardWidth + 2 * measures.groupPadding,
    height: Math.max(height, measures.groupHeader + ends * measures.endGap),
  };
}

function placeGroup(group: Group, x: number, y: number, ends: number): PlacedGroup {
  const { width, height } = groupSize(group, ends);
  let top = y + measures.groupHeader;
  const cards = group.cards.map((card): PlacedCard => {
    const box = { x: x + measures.groupPadding, y: top, width: measures.cardWidth, height: cardHeight(card) };
    top += box.height + measures.cardGap;
    return { card, box };
  });
  return { group, box: { x, y, width, height }, cards };
}

/** The lane of observability: cards side by side, in as many rows as needed. */
function placeLane(group: Group, x: number, y: number, width: number): PlacedGroup {
  const step = measures.cardWidth + measures.cardGap;
  const perRow = Math.max(1, Math.floor((width - 2 * measures.groupPadding + measures.cardGap) / step));
  const rowHeight = Math.max(...group.cards.map(cardHeight));
  const cards = group.cards.map((card, index): PlacedCard => {
    const [column, row] = [index % perRow, Math.floor(index / perRow)];
    const box = {
      x: x + measures.groupPadding + column * step,
      y: y + measures.groupHeader + row * (rowHeight + measures.cardGap),
      width: measures.cardWidth,
      height: rowHeight,
    };
    return { card, box };
  });
  const rows = Math.ceil(group.cards.length / perRow);
  const height =
    measures.groupHeader + rows * (rowHeight + measures.cardGap) - measures.cardGap + measures.groupPadding;
  return { group, box: { x, y, width, height }, cards };
}

/** Links that end at a side of a group at most, which decides its least height. */
function endsOf(group: Group, links: readonly Link[]): number {
  return links.filter(({ from, to }) => from === group.id || to === group.id).length;
}

/** Space between two columns: as many tracks as links may need, and the widest label on either side. */
function gutterWidth(links: readonly Link[]): number {
  const widest = Math.max(0, ...links.map(({ label }) => label.length)) * measures.character;
  return widest + 2 * 14 + links.length * 10 + 24;
}

/** The links of the gutter right of a column, those on their way further included. */
function linksBetween(left: number, right: number, groups: readonly Group[], links: readonly Link[]): Link[] {
  const columnOf = (id: string): number | undefined => {
    if (id === machineEnd) return undefined;
    const group = groups.find((each) => each.id === id);
    return group === undefined || group.place === "observability" ? undefined : columns.indexOf(columnOfGroup(group));
  };
  return links.filter(({ from, to }) => {
    const [a, b] = [columnOf(from), columnOf(to)];
    if (a === undefined && b === undefined) return false;
    // The machine ends at its own border: its links are in the gutter beside the group they lead to.
    if (a === undefined || b === undefined) return (a ?? b) === (b === undefined ? left : right) || (a ?? b) === left;
    return Math.min(a, b) <= left && Math.max(a, b) >= right;
  });
}

/** Decides every position of a drawing; the same drawing always gives the same layout. */
export function layOut(drawing: Drawing): Layout {
  const { groups, links } = drawing;
  const used = columns.filter((place) => groups.some((group) => columnOfGroup(group) === place));
  const inMachine = (place: Place): boolean => ["edge", "application", "inner", "stores"].includes(place);
  const skipping = links.some(({ from, to }) => from === "application" && to === "stores");
  const headers = drawing.network === undefined ? 1 : 2;
  const top =
    measures.margin +
    measures.title +
    headers * measures.boundaryHeader +
    measures.boundaryPadding +
    (skipping ? 26 : 0);

  const heights = new Map<Place, number>();
  for (const place of used) {
    const stacked = stackedIn(place, groups).map((group) => groupSize(group, endsOf(group, links)).height);
    heights.set(
      place,
      stacked.reduce((sum, height) => sum + height + measures.groupGap, -measures.groupGap),
    );
  }
  const tallest = Math.max(...heights.values());

  const placed: PlacedGroup[] = [];
  let x: number = measures.margin;
  used.forEach((place, index) => {
    const before = used[index - 1];
    if (before !== undefined) {
      const between = linksBetween(columns.indexOf(before), columns.indexOf(place), groups, links);
      const crossings = inMachine(before) === inMachine(place) ? 0 : measures.boundaryPadding * 2;
      x += gutterWidth(between) + crossings;
    }
    let y =
      top +
      (place === "outside" || place === "balancer" || place === "application"
        ? 0
        : Math.max(0, (tallest - (heights.get(place) ?? 0)) / 4));
    for (const group of stackedIn(place, groups)) {
      const each = placeGroup(group, x, Math.round(y), endsOf(group, links));
      placed.push(each);
      y += each.box.height + measures.groupGap;
    }
    x += measures.cardWidth + 2 * measures.groupPadding;
  });

  const within = placed.filter(({ group }) => inMachine(group.place));
  const left = Math.min(...within.map(({ box }) => box.x)) - measures.boundaryPadding;
  const right = Math.max(...within.map(({ box }) => box.x + box.width)) + measures.boundaryPadding;
  const bottom = Math.max(...within.map(({ box }) => box.y + box.height));
  const lane = groups.find(({ place }) => place === "observability");
  if (lane !== undefined)
    placed.push(
      placeLane(
        lane,
        left + measures.boundaryPadding,
        bottom + measures.groupGap + 12,
        right - left - 2 * measures.boundaryPadding,
      ),
    );
  const machineTop = top - measures.boundaryHeader - (skipping ? 26 : 0);
  const machineBottom = Math.max(
    ...placed.filter(({ group }) => inMachine(group.place) || group === lane).map(({ box }) => box.y + box.height),
  );
  const machine: Box = {
    x: left,
    y: machineTop,
    width: right - left,
    height: machineBottom + measures.boundaryPadding - machineTop,
  };

  const balancer = placed.find(({ group }) => group.place === "balancer");
  const networkLeft =
    Math.min(left, (drawing.balancerInNetwork ? balancer?.box.x : undefined) ?? left) - measures.boundaryPadding;
  const network: Box = {
    x: networkLeft,
    y: machine.y - measures.boundaryHeader,
    width: machine.x + machine.width + measures.boundaryPadding - networkLeft,
    height: machine.height + measures.boundaryHeader + measures.boundaryPadding,
  };
  const lowest = Math.max(network.y + network.height, ...placed.map(({ box }) => box.y + box.height));
  const notesY = lowest + 34;
  const legendY = notesY + drawing.notes.length * 18 + 14;
  return {
    drawing,
    width: x + measures.margin,
    height: legendY + 34,
    groups: placed,
    machine,
    ...(drawing.network !== undefined && { network }),
    routes: routeLinks(links, placed, machine),
    notes: { x: measures.margin, y: notesY },
    legend: { x: measures.margin, y: legendY },
  };
}
