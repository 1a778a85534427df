import data from "../../product/data/prices.json";

/** A cloud with listed prices. */
export type PricedCloud = "aws" | "gcp";

/** Something to be priced. */
export interface PricedThing {
  /** What it is, in words, e.g. `root volume, 50 GB gp3`. */
  readonly item: string;
  /** Key of the price list, e.g. `ebs.gp3.storage`. */
  readonly key: string;
  /** How much of it a month takes, in the unit of the price list's row. */
  readonly quantity: number;
}

/** One figure of the price list. */
export interface PriceRow {
  /** What one of the quantity is, e.g. `hour` or `GB-month`. */
  readonly unit: string;
  /** US dollars per unit. */
  readonly price: number;
  /** Date, month or year the figure was true. */
  readonly asOf: string;
  /** Public place it was taken from; `unverified` when there is none. */
  readonly source: string;
  readonly note?: string;
}

interface PriceData {
  readonly asOf: string;
  readonly hoursPerMonth: number;
  readonly aws: Readonly<Record<string, Readonly<Record<string, PriceRow>>>>;
  readonly gcp: Readonly<Record<string, Readonly<Record<string, PriceRow>>>>;
}

/** Public on-demand list prices, taken over unchanged with the date and source of every figure. */
export const priceData = data as unknown as PriceData;

/** Hours a month is counted with. */
export const hoursPerMonth = priceData.hoursPerMonth;

/** What no estimate contains. */
export const excludedCosts: readonly string[] = [
  "taxes",
  "support plans",
  "negotiated discounts, savings plans, reservations, committed use and spot prices",
  "free tiers",
  "marketplace and operating system licences",
  "the Sourcegraph licence",
  "traffic to the internet and between zones or regions, and copies in other regions",
  "requests to storage, keys and secrets",
];

/** A rule of the nearest-region table: regions that start with `prefix` are priced as `region`. */
interface NearestRegion {
  readonly prefix: string;
  readonly region: string;
}

/**
 * Which listed region stands in for the others, by continent; the first matching prefix counts. Nothing is multiplied:
 * the figure is that of the stand-in, and the estimate says so.
 */
const nearestRegions: Readonly<Record<PricedCloud, readonly NearestRegion[]>> = {
  aws: [
    { prefix: "us-", region: "us-east-1" },
    { prefix: "ca-", region: "us-east-1" },
    { prefix: "mx-", region: "us-east-1" },
    { prefix: "sa-", region: "us-east-1" },
    { prefix: "eu-", region: "eu-west-1" },
    { prefix: "eusc-", region: "eu-west-1" },
    { prefix: "il-", region: "eu-west-1" },
    { prefix: "me-", region: "eu-west-1" },
    { prefix: "af-", region: "eu-west-1" },
    { prefix: "ap-southeast-2", region: "us-east-1" },
    { prefix: "ap-southeast-4", region: "us-east-1" },
    { prefix: "ap-southeast-6", region: "us-east-1" },
    { prefix: "ap-", region: "eu-west-1" },
    { prefix: "", region: "us-east-1" },
  ],
  gcp: [
    { prefix: "us-", region: "us-central1" },
    { prefix: "northamerica-", region: "us-central1" },
    { prefix: "southamerica-", region: "us-central1" },
    { prefix: "australia-", region: "us-central1" },
    { prefix: "europe-", region: "europe-west1" },
    { prefix: "africa-", region: "europe-west1" },
    { prefix: "me-", region: "europe-west1" },
    { prefix: "asia-", region: "europe-west1" },
    { prefix: "", region: "us-central1" },
  ],
};

/** The region whose prices are used: the region itself when listed, else the nearest listed one. */
export function pricedRegion(cloud: PricedCloud, region: string): string {
  if (Object.hasOwn(priceData[cloud], region)) {
    return region;
  }
  return nearestRegions[cloud].find(({ prefix }) => region.startsWith(prefix))?.region ?? region;
}

/** The row for a key in a listed region; undefined when no price is known. */
export function priceRow(cloud: PricedCloud, region: string, key: string): PriceRow | undefined {
  const rows = priceData[cloud][region];
  return rows !== undefined && Object.hasOwn(rows, key) ? rows[key] : undefined;
}
