import type { PlannedCell } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { StoredClass } from "../core/rules/facts";
import { factTags } from "../core/rules/graph";

/** Classes as a tag or label has them. */
const classText = (classes: readonly StoredClass[]): string => classes.join("_");

/** What everything of an environment says of itself, as tags or labels: whose it is, and what it holds. */
export function environmentTags(
  { owner, name }: Pick<MultiTenantPlan, "owner" | "name">,
  more: Readonly<Record<string, string>> = {},
  classes?: readonly StoredClass[],
): Record<string, string> {
  return {
    ...more,
    "sourcegraph-name": name,
    [factTags.zone]: "multi-tenant",
    [factTags.owner]: owner,
    ...(classes === undefined ? {} : { [factTags.dataClasses]: classText(classes) }),
  };
}

/** The same of a cell. */
export function cellTags(
  plan: Pick<MultiTenantPlan, "owner">,
  { name }: Pick<PlannedCell, "name">,
  more: Readonly<Record<string, string>> = {},
  classes?: readonly StoredClass[],
): Record<string, string> {
  return { ...environmentTags({ owner: plan.owner, name }, more, classes), [factTags.cell]: name };
}
