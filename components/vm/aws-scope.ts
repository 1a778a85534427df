import type * as pulumi from "@pulumi/pulumi";
import type { AwsTransforms } from "./aws-args";
import type { AwsNames } from "./aws-names";
import type { Decision } from "./decision";

/** What every part of a machine on AWS is declared from. */
export interface AwsScope extends Pick<Decision, "plan" | "specification"> {
  /** The component all children belong to. */
  readonly parent: pulumi.Resource;
  readonly names: AwsNames;
  readonly transform: AwsTransforms;
}

/**
 * Tags of a resource: its name, the instance's, the config's, and further ones. The release is not among them: a new one
 * would change every resource.
 */
export function tagsOf<More extends Record<string, pulumi.Input<string>> = Record<never, never>>(
  scope: AwsScope,
  resource: string,
  more?: More,
): Record<string, pulumi.Input<string>> {
  return { Name: resource, "sourcegraph:name": scope.plan.name, ...scope.specification.tags, ...more };
}

/** The part of AWS a region belongs to, as ARNs name it. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
