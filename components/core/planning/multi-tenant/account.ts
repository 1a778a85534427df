/** An account of AWS or a project of Google Cloud. */
export interface PlannedAccount {
  /** Id of the account or project. */
  readonly id: string;
  /** Role or service account that deploys there; absent for whoever runs the program. */
  readonly role?: string;
}
