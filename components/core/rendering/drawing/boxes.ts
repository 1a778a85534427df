import type { Card, Group } from "./drawing";

/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A card where it is drawn. */
export interface PlacedCard {
  readonly card: Card;
  readonly box: Box;
}

/** A group where it is drawn. */
export interface PlacedGroup {
  readonly group: Group;
  readonly box: Box;
  readonly cards: readonly PlacedCard[];
}
