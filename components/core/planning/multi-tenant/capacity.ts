import { diskShares, indexShare, pressureShare, sizedShare } from "../../product/multi-tenant/tenancy";
import type { CellLimits } from "./cell-plan";
import type { SpecifiedCell } from "./specification";

/** How full a cell is: what its agent and its volumes report. */
export interface CellFill {
  /** Tenants that are there. */
  readonly tenants: number;
  /** Share of the fullest disk in use, 0 to 1. */
  readonly disk: number;
}

/** Whether a cell takes tenants, and why. */
export interface CellPressure {
  /** `open` takes tenants; `pressure` does, and says so; `closed` takes none. */
  readonly state: "open" | "pressure" | "closed";
  /** What decided: the tenants, the disks, or both; nothing while it is open. */
  readonly by: readonly ("tenants" | "disk")[];
}

/** What a cell is made for. Disks are sized for a share of what tenants may have, because nobody fills a plan. */
export function cellLimits({
  targetMaxTenants,
  gbPerTenant,
}: Pick<SpecifiedCell, "targetMaxTenants" | "gbPerTenant">): CellLimits {
  const gitDiskGb = Math.ceil(targetMaxTenants * gbPerTenant * sizedShare);
  return {
    targetMaxTenants,
    // More than the share; the last place of a cell of one is not under pressure, but taken.
    pressureTenants: Math.floor(targetMaxTenants * pressureShare),
    gbPerTenant,
    gitDiskGb,
    indexDiskGb: Math.ceil(gitDiskGb * indexShare),
    pressureDisk: diskShares.pressure,
    closedDisk: diskShares.closed,
  };
}

/**
 * Whether a cell takes tenants, by how full it is. Disks close it as tenants do, whichever is first.
 *
 * @param limits what it is made for
 */
export function pressureOf(limits: CellLimits, { tenants, disk }: CellFill): CellPressure {
  const reached = (byTenants: boolean, byDisk: boolean): CellPressure["by"] => [
    ...(byTenants ? (["tenants"] as const) : []),
    ...(byDisk ? (["disk"] as const) : []),
  ];
  const closed = reached(tenants >= limits.targetMaxTenants, disk >= limits.closedDisk);
  if (closed.length > 0) return { state: "closed", by: closed };
  const pressed = reached(tenants > limits.pressureTenants, disk > limits.pressureDisk);
  return pressed.length > 0 ? { state: "pressure", by: pressed } : { state: "open", by: [] };
}

/** How full a cell is, as one share: that of what will close it first. */
export function fillShare(limits: CellLimits, { tenants, disk }: CellFill): number {
  return Math.max(tenants / limits.targetMaxTenants, disk / limits.closedDisk);
}
