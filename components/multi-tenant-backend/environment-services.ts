import type * as pulumi from "@pulumi/pulumi";

/** What cells use of their environment; each is public among them, and none is a secret. */
export interface EnvironmentServices {
  /** Where logs are written to, which nobody there can read: ARN of a destination, or name of a sink's target. */
  readonly logs?: pulumi.Input<string>;
  /** Vault that backups are copied to; default no copies. */
  readonly backupCopies?: pulumi.Input<string>;
}
