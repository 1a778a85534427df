import { zones, type Zone } from "../../rules/facts";
import type { BoundaryReport, ReportedConnection, ReportedListener, ReportedStore } from "./model";
import {
  card,
  keyOf,
  slot,
  whoIs,
  type Node,
  type Place,
  type Reach,
  type ReachCard,
  type ReachCardKind,
  type ReachDrawing,
  type ReachZone,
} from "./drawing-parts";
import { layersOf } from "./layers";
import { labelOf, linesOf } from "./lines";

const store = { width: 232, line: 15 } as const;
const pad = 16;
const header = 34;
const gutter = 210;
const margin = 20;
/** Names of services in a column at most before the layers are spread over more. */
const mostLayers = 4;

/** Ends that are no service: addresses, whole namespaces, everybody. */
const isOutside = (service: string): boolean =>
  /^[0-9a-f.:]+\/\d+$/.test(service) || /^(everybody|namespace )/.test(service);

const outside: Place = { key: "outside", title: "Outside" };

/** Ends that are hosts of others: no service has a dot in its name. */
const isHost = (service: string): boolean => /^[a-z0-9*-]+(\.[a-z0-9-]+)+$/i.test(service);

const hosts: Place = { key: "hosts", title: "Hosts of others" };

function placeOf(zone: Zone | undefined, cell: string | undefined): Place {
  const title = `${zone === undefined ? "No zone" : `Zone ${zone}`}${cell === undefined ? "" : `, cell ${cell}`}`;
  return { key: `${zone ?? ""}/${cell ?? ""}`, title, ...(zone === undefined ? {} : { zone }) };
}

function nodeOf(end: string, cell: string | undefined): Node {
  const zone = zones.find((each) => end.startsWith(`${each}/`));
  const service = zone === undefined ? end : end.slice(zone.length + 1);
  if (isOutside(service)) return { place: outside, service };
  return { place: isHost(service) ? hosts : placeOf(zone, cell), service };
}

/** What answers for a service on one plane is one thing, however many listeners and rules it has. */
function doorOf({ name, service, plane }: ReportedListener): string {
  return service === undefined || plane === undefined ? name : `${plane}: ${service}`;
}

function reachesOf({ connections, listeners }: BoundaryReport): Reach[] {
  const found = new Map<string, Reach>();
  const add = (from: Node, to: Node, connection?: ReportedConnection): void => {
    const key = `${keyOf(from)} ${keyOf(to)}`;
    const known = found.get(key)?.connections ?? [];
    found.set(key, { from, to, connections: connection === undefined ? known : [...known, connection] });
  };
  for (const each of connections) add(nodeOf(each.from, each.fromCell), nodeOf(each.to, each.toCell), each);
  for (const listener of listeners) {
    const { plane, service, zone, cell } = listener;
    const door: Node = { place: placeOf(zone, cell), service: doorOf(listener) };
    if (plane !== undefined && plane !== "internal") add({ place: outside, service: whoIs[plane] }, door);
    if (service !== undefined) add(door, { ...door, service });
  }
  return [...found.values()].filter(({ from, to }) => keyOf(from) !== keyOf(to));
}

function storeCards(stores: readonly ReportedStore[], x: number, y: number, width: number): ReachCard[] {
  const kinds = [...new Set(stores.map(({ kind }) => kind))].sort();
  const perRow = Math.max(1, Math.floor((width + card.gap) / (store.width + card.gap)));
  let [top, rowHeight] = [y, 0];
  return kinds.map((kind, index): ReachCard => {
    const own = stores.filter((each) => each.kind === kind);
    const classes = [...new Set(own.flatMap((each) => each.classes ?? []))].sort();
    const names = own.map(({ name }) => name);
    const lines = names.length <= 4 ? names : [...names.slice(0, 3), `and ${names.length - 3} more`];
    const height = 26 + store.line * lines.length + (classes.length === 0 ? 0 : 14 * Math.ceil(classes.length / 2) + 4);
    if (index > 0 && index % perRow === 0) {
      top += rowHeight + card.gap;
      rowHeight = 0;
    }
    rowHeight = Math.max(rowHeight, height);
    return {
      kind: "store",
      box: { x: x + (index % perRow) * (store.width + card.gap), y: top, width: store.width, height },
      name: own.length > 1 ? `${kind} × ${own.length}` : kind,
      lines,
      classes,
      open: own.some((each) => each.public === "YES"),
      hint: `${kind}: ${names.join(", ")}`,
    };
  });
}

function stackOf(
  kind: ReachCardKind,
  names: readonly (Pick<ReachCard, "name" | "plane"> & { readonly ends: number; readonly hint?: string })[],
  x: number,
  y: number,
): ReachCard[] {
  let top = y;
  return names.map(({ name, ends, plane, hint = name }): ReachCard => {
    const height = Math.max(card.height, ends * slot + 10);
    const placed = { x, y: top, width: card.width, height };
    top += height + card.gap;
    const facts = plane === undefined ? {} : { plane };
    return { kind, box: placed, name, lines: [], classes: [], open: false, ...facts, hint };
  });
}

const bottomOf = (cards: readonly ReachCard[], least: number): number =>
  Math.max(least, ...cards.map(({ box }) => box.y + box.height));

/** A zone that is deployed here: what answers at its left, services in layers, and below them what it stores. */
function ownZone(place: Place, report: BoundaryReport, reaches: readonly Reach[], x: number, y: number): ReachZone {
  const inPlace = ({ zone, cell }: { readonly zone?: Zone; readonly cell?: string }): boolean =>
    placeOf(zone, cell).key === place.key;
  const doors = new Map<string, ReportedListener[]>();
  for (const each of report.listeners.filter(inPlace))
    doors.set(doorOf(each), [...(doors.get(doorOf(each)) ?? []), each]);
  const stores = report.stores.filter(inPlace);
  const names = new Set(
    reaches
      .flatMap(({ from, to }) => [from, to])
      .filter((node) => node.place.key === place.key && !doors.has(node.service))
      .map(({ service }) => service),
  );
  const within = reaches.filter(({ from, to }) => from.place.key === place.key && to.place.key === place.key);
  const layers = layersOf(
    [...names],
    within.map(({ from, to }) => [from.service, to.service]),
    mostLayers,
  );
  const top = y + header;
  const left = x + pad;
  const doorCards = stackOf(
    "listener",
    [...doors].map(([name, listeners]) => ({
      name,
      ends: 1,
      hint: listeners
        .map((each) => `${each.name}, ${each.plane ?? "plane not stated"}: ${each.hosts.join(", ")}`)
        .join("\n"),
      ...(listeners[0]?.plane === undefined ? {} : { plane: listeners[0].plane }),
    })),
    left,
    top,
  );
  const first = doorCards.length === 0 ? 0 : 1;
  const tallest = Math.max(0, ...layers.map(({ length }) => length));
  const services = layers.flatMap((layer, index) =>
    stackOf(
      "service",
      layer.map((name) => ({ name, ends: 1 })),
      left + (index + first) * (card.width + card.column),
      // On the same rows in every column, so that lines pass between the rows.
      top + Math.floor((tallest - layer.length) / 2) * (card.height + card.gap),
    ),
  );
  const columns = Math.max(4, layers.length + first);
  const inner = columns * card.width + (columns - 1) * card.column;
  const shelf = bottomOf([...doorCards, ...services], top - pad) + pad;
  const kept = storeCards(stores, left, shelf, inner);
  const cards = [...doorCards, ...services, ...kept];
  const height = bottomOf(cards, top) + pad - y;
  return { title: place.title, own: true, box: { x, y, width: inner + 2 * pad, height }, cards };
}

/** How many labels lines have at a card. */
function labelsAt(node: Node, reaches: readonly Reach[]): number {
  const touching = reaches.filter(({ from, to }) => keyOf(from) === keyOf(node) || keyOf(to) === keyOf(node));
  return new Set(touching.map(labelOf)).size;
}

/** Zones that are known by connections only, one below the other. */
function otherZones(places: readonly Place[], reaches: readonly Reach[], x: number, y: number): ReachZone[] {
  let top = y;
  return places.map((place): ReachZone => {
    const ends = reaches.flatMap(({ from, to }) => [from, to]).filter((node) => node.place.key === place.key);
    const names = [...new Set(ends.map(({ service }) => service))].sort();
    const cards = stackOf(
      place === outside ? "outside" : "service",
      names.map((name) => ({ name, ends: labelsAt({ place, service: name }, reaches) })),
      x + pad,
      top + header,
    );
    const height = bottomOf(cards, top + header) + pad - top;
    const zone = { title: place.title, own: false, box: { x, y: top, width: card.width + 2 * pad, height }, cards };
    top += height + 2 * pad;
    return zone;
  });
}

/** Turns a report into the picture of who may reach what: zones as boxes, who calls in at their left, whom they call at their right. */
export function reachDrawing(report: BoundaryReport): ReachDrawing {
  const reaches = reachesOf(report);
  const placed = [...report.stores, ...report.keys, ...report.identities, ...report.listeners];
  const own = [
    ...new Map(placed.map(({ zone, cell }) => placeOf(zone, cell)).map((place) => [place.key, place])).values(),
  ]
    .filter(({ zone }) => zone !== undefined)
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const isOwn = (place: Place): boolean => own.some(({ key }) => key === place.key);
  const foreign = [
    ...new Map(
      reaches
        .flatMap(({ from, to }) => [from.place, to.place])
        .filter((place) => !isOwn(place))
        .map((place) => [place.key, place]),
    ).values(),
  ].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const calls = (place: Place): boolean => reaches.some(({ from }) => from.place.key === place.key);
  const [callers, callees] = [foreign.filter(calls), foreign.filter((place) => !calls(place))];
  const left = otherZones(callers, reaches, margin, margin);
  const beside = own.length > 1 ? gutter / 2 : 0;
  const x = left.length === 0 ? margin + beside : margin + card.width + 2 * pad + gutter;
  let y = margin;
  const middle = own.map((place) => {
    const zone = ownZone(place, report, reaches, x, y);
    y += zone.box.height + 2 * pad;
    return { place, zone };
  });
  const rightmost = Math.max(x, ...middle.map(({ zone: { box } }) => box.x + box.width));
  const right = otherZones(callees, reaches, rightmost + gutter, margin);
  const all = [
    ...callers.map((place, index) => ({ place, zone: left[index] })),
    ...middle,
    ...callees.map((place, index) => ({ place, zone: right[index] })),
  ].flatMap(({ place, zone }) => (zone === undefined ? [] : [{ place, zone }]));
  const cards = new Map(
    all.flatMap(({ place, zone }) =>
      zone.cards
        .filter(({ kind }) => kind !== "store")
        .map((each) => [keyOf({ place, service: each.name }), { card: each, zone }] as const),
    ),
  );
  const boxes = all.map(({ zone }) => zone.box);
  return {
    title: "Who may reach what",
    width: Math.max(600, ...boxes.map((box) => box.x + box.width)) + margin,
    height: Math.max(80, ...boxes.map((box) => box.y + box.height)) + margin,
    zones: all.map(({ zone }) => zone),
    lines: linesOf(reaches, (node) => cards.get(keyOf(node))),
  };
}
