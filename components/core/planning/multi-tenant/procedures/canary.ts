import type { DatabaseName } from "../../../product/service";
import { singleTenant } from "../../../product/multi-tenant/tenancy";
import type { PlannedCell } from "../multi-tenant-plan";
import { databasesOf, type ProcedureAction, type TenantReference } from "./procedure";

/** A row is written under one tenant and must not be seen under another: what a cell has to show before anybody is let in. */
export interface CanaryProbe {
  /** Cell. */
  readonly cell: string;
  /** Databases, each on its own. */
  readonly databases: readonly DatabaseName[];
  /** Tenant that writes and reads its row. */
  readonly own: number;
  /** Tenant that must not see it: the number that no tenant of a cell has. */
  readonly other: number;
  /** Login it runs as: the application's, never the owner's, whom filters need not hold back. */
  readonly as: "app";
  /** What has to be answered for each database. */
  readonly expected: string;
  /** What has to be refused; anything else fails the probe. */
  readonly refused: readonly string[];
}

/** The canary probe of a tenant. */
export function canaryProbe(cell: PlannedCell, { number }: Pick<TenantReference, "number">): CanaryProbe {
  return {
    cell: cell.name,
    databases: databasesOf(cell),
    own: number,
    other: singleTenant,
    as: "app",
    expected: "canary passed",
    refused: [
      `tenant ${singleTenant} writes a row of tenant ${number}`,
      `tenant ${singleTenant} sees a row of tenant ${number}`,
      `a session that names no tenant sees a row of tenant ${number}`,
    ],
  };
}

/** The probe as an action of a step. */
export function canaryAction({ cell, databases, own, expected }: CanaryProbe): ProcedureAction {
  return { kind: "sql", query: "canary", cell, databases, tenant: own, as: "app", expected };
}
