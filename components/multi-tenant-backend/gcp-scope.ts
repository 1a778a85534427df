import type * as pulumi from "@pulumi/pulumi";
import type { MultiTenantPlan, PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { StoredClass } from "../core/rules/facts";
import { cellTags } from "./tags";

/** What every part of a cell on Google Cloud is declared from. */
export interface GcpCellScope {
  /** The cell's component; parent of every child. */
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  readonly cell: PlannedCell;
  readonly project: string;
  /** Options of a child: it belongs to the cell, and is made in the cell's project. */
  readonly child: { readonly parent: pulumi.Resource; readonly provider: pulumi.ProviderResource };
  /** Labels; of a store, with the classes of what it holds. */
  readonly labels: (classes?: readonly StoredClass[]) => Record<string, string>;
}

/** The scope of a cell. */
export function gcpCellScope(o: {
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  readonly cell: PlannedCell;
  readonly provider: pulumi.ProviderResource;
  readonly labels: Readonly<Record<string, string>>;
}): GcpCellScope {
  const { parent, plan, cell, provider, labels } = o;
  return {
    parent,
    plan,
    cell,
    project: cell.account.id,
    child: { parent, provider },
    labels: (classes) => cellTags(plan, cell, labels, classes),
  };
}
