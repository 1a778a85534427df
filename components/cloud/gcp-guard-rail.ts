import * as orgpolicy from "@pulumi/gcp/orgpolicy";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedGuardRail } from "../core/planning/multi-tenant/guard-rails";

/**
 * Declares what nobody below a folder or a project may do; nothing where it is not said in a constraint of Google.
 *
 * @param name name of the resource
 * @param at what it holds for, such as `folders/123` or `projects/example`
 */
export function declareGuardRail(
  name: string,
  at: pulumi.Input<string>,
  { constraint }: PlannedGuardRail,
  options: pulumi.CustomResourceOptions,
): orgpolicy.Policy | undefined {
  if (constraint === undefined) return undefined;
  const { name: of, enforce, allowed, denied } = constraint;
  const rule =
    enforce === undefined
      ? {
          values: {
            ...(allowed === undefined ? {} : { allowedValues: [...allowed] }),
            ...(denied === undefined ? {} : { deniedValues: [...denied] }),
          },
        }
      : { enforce: enforce ? "TRUE" : "FALSE" };
  return new orgpolicy.Policy(
    name,
    { name: pulumi.interpolate`${at}/policies/${of}`, parent: at, spec: { rules: [rule] } },
    options,
  );
}
