import type * as pulumi from "@pulumi/pulumi";

/** What a key is for, where a deployment has one for each use; the worst that one of them opens is then one kind of store. */
export type KeyUse = "db" | "disk" | "object" | "cache" | "secret" | "backup" | "log" | "column";

/** Every use. */
const uses: readonly KeyUse[] = ["db", "disk", "object", "cache", "secret", "backup", "log", "column"];

/** Keys by use: ARNs on AWS, full names on Google Cloud. A use that is left out takes the one key there is. */
export type KeysByUse = Readonly<Partial<Record<KeyUse, pulumi.Input<string>>>>;

/** One key for every use: nothing is left to fall back to. */
export function keysUnder(key: pulumi.Input<string>): KeysByUse {
  return Object.fromEntries(uses.map((use) => [use, key]));
}
