import {
  excludedCosts,
  hoursPerMonth,
  priceData,
  pricedRegion,
  priceRow,
  type PricedCloud,
  type PricedThing,
  type PriceRow,
} from "./price-list";

export { vmPriceThings, type VmPriceOptions } from "./price-vm";
export type { PricedCloud, PricedThing } from "./price-list";

/** One line of an estimate. */
export interface PriceLine {
  /** What is paid for. */
  readonly item: string;
  /** Key in the price list. */
  readonly key: string;
  /** How many units a month. */
  readonly quantity: number;
  /** What one of the quantity is; empty when there is no price. */
  readonly unit: string;
  /** US dollars per unit; null when no price is known. */
  readonly price: number | null;
  /** US dollars per month, not rounded; null when no price is known. */
  readonly amount: number | null;
  /** When the price was true; null when no price is known. */
  readonly asOf: string | null;
  /** Where the price was taken from; null when no price is known. */
  readonly source: string | null;
}

/** What a month costs at list price. An estimate, not an offer. */
export interface PriceEstimate {
  /** Currency of all amounts. */
  readonly currency: "USD";
  /** Region whose prices were used. */
  readonly region: string;
  /** Region asked for; differs from `region` when that one is not listed. */
  readonly requestedRegion: string;
  /** Says so when the two regions differ. */
  readonly regionNote?: string;
  /** Every item. */
  readonly lines: readonly PriceLine[];
  /** US dollars per month: the exact amounts summed, rounded once to cents, half up. Unpriced lines are not in it. */
  readonly monthly: number;
  /** Items no price is known for, so that the total is too low by them. */
  readonly unpriced: readonly string[];
  /** Date of the price list: its newest figure. */
  readonly asOf: string;
  /** What a reader of the figures should know. */
  readonly notes: readonly string[];
  /** What the total leaves out. */
  readonly excluded: readonly string[];
  /** The monthly total after Google's automatic sustained-use discount; absent where there is none. */
  readonly withSustainedUse?: number;
}

/** Removes the noise of binary fractions, far below a cent. */
function withoutNoise(amount: number): number {
  return Number(amount.toFixed(8));
}

/** Rounds to cents, half up. */
function toCents(amount: number): number {
  return Number(`${Math.round(Number(`${withoutNoise(amount)}e2`))}e-2`);
}

function priceLine(thing: PricedThing, row: PriceRow | undefined): PriceLine {
  const { item, key, quantity } = thing;
  if (row === undefined) {
    return { item, key, quantity, unit: "", price: null, amount: null, asOf: null, source: null };
  }
  const { unit, price, asOf, source } = row;
  return { item, key, quantity, unit, price, amount: withoutNoise(quantity * price), asOf, source };
}

/** The amount of a machine line after the automatic discount, which needs whole months; undefined when there is none. */
function sustainedAmount(cloud: PricedCloud, region: string, line: PriceLine): number | undefined {
  const month = priceRow(cloud, region, `${line.key}.monthWithSustainedUse`);
  const wholeMonths = line.quantity > 0 && line.quantity % hoursPerMonth === 0;
  return month !== undefined && wholeMonths ? month.price * (line.quantity / hoursPerMonth) : undefined;
}

function sustainedTotal(cloud: PricedCloud, region: string, lines: readonly PriceLine[]): number | undefined {
  const discounted = lines.map((line) => sustainedAmount(cloud, region, line));
  if (discounted.every((amount) => amount === undefined)) {
    return undefined;
  }
  return toCents(lines.reduce((sum, line, index) => sum + (discounted[index] ?? line.amount ?? 0), 0));
}

function notesFor(lines: readonly PriceLine[], withSustainedUse: number | undefined): string[] {
  const notes = ["an estimate of public on-demand list prices, not an offer"];
  const oldest = lines.flatMap((line) => line.asOf ?? []).sort()[0];
  if (oldest !== undefined) {
    notes.push(`the oldest figure used is of ${oldest}`);
  }
  const unverified = lines.filter((line) => line.source === "unverified").map((line) => line.item);
  if (unverified.length > 0) {
    notes.push(`without a verified source: ${unverified.join("; ")}`);
  }
  if (withSustainedUse !== undefined) {
    notes.push(
      `Google lowers machines that run the whole month by itself; the total then is ${withSustainedUse.toFixed(2)} USD`,
    );
  }
  return notes;
}

/**
 * Prices things for a month of 730 hours, line by line.
 *
 * A key without a price is listed as unpriced, never as 0. A region without prices is priced as the nearest listed one,
 * named in `regionNote`; no multiplier is applied.
 */
export function priceOf(cloud: PricedCloud, region: string, things: readonly PricedThing[]): PriceEstimate {
  const listed = pricedRegion(cloud, region);
  const lines = things.map((thing) => priceLine(thing, priceRow(cloud, listed, thing.key)));
  const withSustainedUse = sustainedTotal(cloud, listed, lines);
  return {
    currency: "USD",
    region: listed,
    requestedRegion: region,
    ...(listed === region
      ? {}
      : { regionNote: `no prices are listed for ${region}; these are those of ${listed}, the nearest listed region` }),
    lines,
    monthly: toCents(lines.reduce((sum, line) => sum + (line.amount ?? 0), 0)),
    unpriced: lines.filter((line) => line.price === null).map((line) => line.item),
    asOf: priceData.asOf,
    notes: notesFor(lines, withSustainedUse),
    excluded: excludedCosts,
    ...(withSustainedUse === undefined ? {} : { withSustainedUse }),
  };
}
