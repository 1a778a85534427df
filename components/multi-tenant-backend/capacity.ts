import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";

/** What a cell says of its room, for whoever places tenants. */
export interface CellCapacity {
  /** Whether it takes tenants, as far as its config says; whether it is full is for its agent to say. */
  readonly state: PlannedCell["state"];
  /** Tenants it is made for. */
  readonly targetMaxTenants: number;
  /** Tenants above which it is under pressure. */
  readonly pressureTenants: number;
  /** Share of a disk above which it is under pressure. */
  readonly pressureDisk: number;
  /** Share of a disk at which it takes nobody. */
  readonly closedDisk: number;
}

/** The room of a cell. */
export function capacityOf({ state, limits }: PlannedCell): CellCapacity {
  const { targetMaxTenants, pressureTenants, pressureDisk, closedDisk } = limits;
  return { state, targetMaxTenants, pressureTenants, pressureDisk, closedDisk };
}
