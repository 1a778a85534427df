import type * as pulumi from "@pulumi/pulumi";

/**
 * Options of every resource that holds data, or without which data cannot be read: protected from deletion, kept in the
 * cloud when it leaves the program all the same, and never replaced because of where it was made from.
 *
 * @param parent the component it belongs to
 * @param more further options; they cannot lift the protection
 */
export function dataOptions(
  parent: pulumi.Resource,
  more: Omit<pulumi.CustomResourceOptions, "protect" | "retainOnDelete" | "parent"> = {},
): pulumi.CustomResourceOptions {
  return {
    ...more,
    parent,
    protect: true,
    retainOnDelete: true,
    ignoreChanges: [...(more.ignoreChanges ?? []), "snapshotId", "snapshot"],
  };
}
