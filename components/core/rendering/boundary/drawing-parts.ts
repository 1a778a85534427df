import type { ListenerPlane, StoredClass, Zone } from "../../rules/facts";
import type { ReportedConnection } from "./model";
import type { Box } from "../drawing/boxes";

/** What a card stands for. */
export type ReachCardKind = "service" | "listener" | "store" | "outside";

/** A thing of the picture. */
export interface ReachCard {
  readonly kind: ReachCardKind;
  readonly box: Box;
  readonly name: string;
  readonly lines: readonly string[];
  readonly classes: readonly StoredClass[];
  /** Whether a rule found that it can be reached by everybody. */
  readonly open: boolean;
  /** Who a listener is for. */
  readonly plane?: ListenerPlane;
  /** What it is, for whoever points at it. */
  readonly hint: string;
}

/** A zone, a cell of it, or what is outside of all. */
export interface ReachZone {
  readonly title: string;
  readonly box: Box;
  /** Whether this program deploys it; others are only known by connections. */
  readonly own: boolean;
  readonly cards: readonly ReachCard[];
}

/** Who may reach whom. */
export interface ReachLine {
  /** Way of the line, as an SVG path. */
  readonly path: string;
  readonly plane: ListenerPlane;
  /** Whether it leaves its zone. */
  readonly across: boolean;
  /** Contract, or what is said of it; none within a zone. */
  readonly label?: { readonly text: string; readonly x: number; readonly y: number };
  readonly hint: string;
}

/** The picture of who may reach what, with every position decided. */
export interface ReachDrawing {
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly zones: readonly ReachZone[];
  readonly lines: readonly ReachLine[];
}

/** Measures of a card, of the gap below it, and of the gap to the next column. */
export const card = { width: 176, height: 30, gap: 14, column: 46 } as const;

/** Height of an end of a line that has a label. */
export const slot = 20;

/** Where an end of a connection stands: a zone, a cell, or outside. */
export interface Place {
  readonly key: string;
  readonly title: string;
  readonly zone?: Zone;
}

/** A service in its place. */
export interface Node {
  readonly place: Place;
  readonly service: string;
}

/** What tells a service from every other. */
export const keyOf = ({ place, service }: Node): string => `${place.key} ${service}`;

/** A connection between two nodes; several ports are one line. */
export interface Reach {
  readonly from: Node;
  readonly to: Node;
  readonly connections: readonly ReportedConnection[];
}

/** Who stands for each plane outside of all zones. */
export const whoIs: Readonly<Record<Exclude<ListenerPlane, "internal">, string>> = {
  human: "employees",
  machine: "instances, services",
  "end-user": "end users",
};
