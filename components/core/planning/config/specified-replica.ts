import type { ReplicaCodeHostConfig, ReplicaQuotaConfig } from "./config";

/** What makes an instance a replica of a customer's set-up, complete. */
export interface SpecifiedReplica {
  /** Kind of its own licence. */
  readonly licence: "development" | "internal" | "none";
  /** Name of the secret with that licence key; absent without one. */
  readonly licenceSecret?: string;
  /** Code hosts with made-up repositories. */
  readonly codeHosts: readonly ReplicaCodeHostConfig[];
  /** What the customer's admins do not allow; absent where nothing is said. */
  readonly cluster?: SpecifiedRestrictions;
}

/** What the admins of a cluster do not allow, complete. */
export interface SpecifiedRestrictions {
  /** Pod security level that the namespace enforces; absent for the strictest that the planned pods meet. */
  readonly podSecurity?: "privileged" | "baseline" | "restricted";
  /** Whether containers that may write to their root are refused. */
  readonly readOnlyRoots: boolean;
  /** Whether accounts of the namespace may have cluster roles. */
  readonly clusterRoles: "allowed" | "denied";
  /** What the namespace may have at most; empty for no bound. */
  readonly quota: ReplicaQuotaConfig;
}
