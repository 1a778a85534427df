import type { PlannedWorkload } from "./workload";
import type { RoleRule } from "../../product/kubernetes/workload-facts";

/** Executors of batch changes and auto-indexing. */
export interface PlannedExecutors {
  /** Where jobs run. */
  readonly kind: "kubernetes" | "docker-in-docker";
  /** Its workloads, one for all queues. */
  readonly workloads: readonly PlannedWorkload[];
  /** Rights in the namespace; none with docker-in-docker. */
  readonly rules: readonly RoleRule[];
}
