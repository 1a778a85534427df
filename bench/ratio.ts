import Table from "cli-table3";
import { median } from "./processes";

/** What this library's way takes, over what the bare way takes. */
export interface Ratio {
  readonly what: string;
  /** The bare way. */
  readonly against: string;
  /** Times of the bare way, one for each run, ms. */
  readonly bareMs: readonly number[];
  /** Times of this library's way, one for each run, ms. */
  readonly oursMs: readonly number[];
  /** Median over median. */
  readonly ratio: number;
  /** What the ratio may be; absent where none is set. */
  readonly budget?: number;
}

/** Makes the ratio out of the times. */
export function ratioOf(times: Omit<Ratio, "ratio">): Ratio {
  return { ...times, ratio: median(times.oursMs) / median(times.bareMs) };
}

/** Runs some work and gives how long it took, ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The ratios as a table, each with its times. */
export function ratioTable(ratios: readonly Ratio[]): string {
  const table = new Table({
    head: ["on a machine", "against", "bare", "ours", "ratio", "budget"],
    style: { head: [], border: [] },
  });
  const seconds = (times: readonly number[]) => times.map((time) => `${(time / 1000).toFixed(1)} s`).join(", ");
  for (const { what, against, bareMs, oursMs, ratio, budget } of ratios)
    table.push([what, against, seconds(bareMs), seconds(oursMs), ratio.toFixed(2), budget?.toFixed(1) ?? ""]);
  return table.toString();
}
