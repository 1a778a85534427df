import { fillShare, pressureOf, type CellFill } from "./capacity";
import type { PlannedCell } from "./cell-plan";

/** What a tenant asks of the cell it is put into. */
export interface PlacementRequest {
  /** How far it is to be apart. */
  readonly tier: "pooled" | "isolated" | "dedicated" | "byok";
  /** Region, or beginning of one, in which its data has to be. */
  readonly residency?: string;
}

/** Where a tenant is put, or why it cannot be. */
export type Placement =
  | {
      /** Name of the cell. */
      readonly cell: string;
      /** Whether the cell is under pressure, which somebody has to be told. */
      readonly pressure: boolean;
    }
  | {
      /** Why no cell takes it; the state `at capacity` of the control plane. */
      readonly refused: string;
    };

type Place = Pick<PlannedCell, "name" | "tenancy" | "region" | "state" | "limits">;

/** Whether data in a region is where it has to be. */
export function isResident(region: string, residency: string | undefined): boolean {
  return residency === undefined || region.startsWith(residency);
}

/**
 * Puts a tenant into the least full open cell of its residency and tier. Deterministic: of two as full the first by name.
 *
 * @param fills how full each cell is, by name; a cell that did not report takes no tenants
 */
export function placeTenant(
  cells: readonly Place[],
  fills: Readonly<Record<string, CellFill>>,
  { tier, residency }: PlacementRequest,
): Placement {
  const tenancy = tier === "isolated" ? "pooled" : tier;
  const there = cells.filter((cell) => cell.tenancy === tenancy && isResident(cell.region, residency));
  if (there.length === 0)
    return { refused: `no cell of tenancy ${tenancy}${residency === undefined ? "" : ` in ${residency}`}` };
  const taking = there
    .flatMap((cell) => {
      const fill = fills[cell.name];
      if (cell.state !== "open" || fill === undefined) return [];
      const { state } = pressureOf(cell.limits, fill);
      return state === "closed"
        ? []
        : [{ cell: cell.name, pressure: state === "pressure", share: fillShare(cell.limits, fill) }];
    })
    .sort((a, b) => a.share - b.share || (a.cell < b.cell ? -1 : 1));
  const [best] = taking;
  if (best === undefined)
    return { refused: `at capacity: ${there.map(({ name }) => name).join(", ")} take no tenants` };
  return { cell: best.cell, pressure: best.pressure };
}
