import type * as pulumi from "@pulumi/pulumi";
import type { MultiTenantPlan, PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { StoredClass } from "../core/rules/facts";
import { cellTags } from "./tags";

/** What every part of a cell on AWS is declared from. */
export interface AwsCellScope {
  /** The cell's component; parent of every child. */
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  readonly cell: PlannedCell;
  /** Options of a child: it belongs to the cell, and is made in the cell's account. */
  readonly child: { readonly parent: pulumi.Resource; readonly provider: pulumi.ProviderResource };
  /** Tags of a resource; of a store, with the classes of what it holds. */
  readonly tags: (resource: string, classes?: readonly StoredClass[]) => Record<string, string>;
}

/** The scope of a cell. */
export function awsCellScope(o: {
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  readonly cell: PlannedCell;
  readonly provider: pulumi.ProviderResource;
  readonly tags: Readonly<Record<string, string>>;
}): AwsCellScope {
  const { parent, plan, cell, provider, tags } = o;
  return {
    parent,
    plan,
    cell,
    child: { parent, provider },
    tags: (resource, classes) => cellTags(plan, cell, { ...tags, Name: resource }, classes),
  };
}
