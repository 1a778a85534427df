import type * as pulumi from "@pulumi/pulumi";

/** What cells use of their environment; each is public among them, and none is a secret. */
export interface EnvironmentServices {
  /** Where logs are written to, which nobody there can read: ARN of a destination, or name of a sink's target. */
  readonly logs?: pulumi.Input<string>;
  /** ARNs of the vaults that backups are copied to, one for each cell by its name; default no copies. */
  readonly backupCopies?: Readonly<Record<string, pulumi.Input<string>>>;
}
