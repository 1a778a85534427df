import type { PlannedWorkload } from "./workload";

/**
 * Pods of the namespace that belong to no workload of the plan: those of the migrator's Job, and those that executors
 * start for the jobs of their queues.
 */
export type JobPods = "migrator" | "executor-jobs";

/** Pods of the namespace that open connections. */
export type NetworkSubject =
  | {
      /** Those of a workload. */
      readonly workload: string;
    }
  | {
      /** Those of jobs. */
      readonly jobs: JobPods;
    };

/** Which pods of the namespace are meant. */
export interface PodSelector {
  /** Labels they have. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels they have with any value. */
  readonly present?: readonly string[];
  /** Labels they do not have. */
  readonly absent?: readonly string[];
}

/** Whom a rule of a network policy is about. */
export type PlannedPeer =
  /** Pods of the namespace. */
  | NetworkSubject
  /** Every pod of a namespace. */
  | {
      /** Name of the namespace. */
      readonly namespace: string;
    }
  /** Every pod of the cluster with these labels, in a namespace. */
  | {
      /** Name of the namespace. */
      readonly namespace: string;
      /** Labels of the pods. */
      readonly labels: Readonly<Record<string, string>>;
    }
  /** Addresses, but for some. */
  | {
      /** Address block. */
      readonly cidr: string;
      /** Blocks within it that are not meant. */
      readonly except?: readonly string[];
    };

/** Connections that are allowed: to or from any of the peers, on any of the ports. */
export interface PlannedPolicyRule {
  /** Whom the connections are from or to. */
  readonly peers: readonly PlannedPeer[];
  /** Ports they go to. */
  readonly ports: readonly {
    /** Number. */
    readonly port: number;
    /** Protocol. */
    readonly protocol: "TCP" | "UDP";
  }[];
  /** Why, in the user's words. */
  readonly reason: string;
}

/** A network policy of the pods of one workload, of a kind of jobs, or of all pods. */
export interface PlannedNetworkPolicy {
  /** Name of the object. */
  readonly name: string;
  /** Workload it is about. */
  readonly workload?: string;
  /** Jobs it is about; without these and without a workload: every pod of the namespace. */
  readonly jobs?: JobPods;
  /** Connections that may come in. */
  readonly ingress: readonly PlannedPolicyRule[];
  /** Connections that may be opened. */
  readonly egress: readonly PlannedPolicyRule[];
}

/** Labels of the pods of the migrator's Job, which its policy selects. */
export const migratorLabels: Readonly<Record<string, string>> = { app: "migrator", deploy: "sourcegraph" };

/** How pods that belong to no workload are told: executors put no label of their own on the Jobs they start. */
export function jobSelector(jobs: JobPods): PodSelector {
  if (jobs === "migrator") return { labels: migratorLabels };
  return { labels: {}, present: ["batch.kubernetes.io/job-name"], absent: ["app"] };
}

/** How a rule or policy selects pods of the namespace. */
export function selectorOf(
  subject: NetworkSubject,
  workloads: readonly Pick<PlannedWorkload, "name" | "selector">[],
): PodSelector {
  if ("jobs" in subject) return jobSelector(subject.jobs);
  const workload = workloads.find(({ name }) => name === subject.workload);
  if (workload === undefined) throw new Error(`a network policy names '${subject.workload}', which is not planned`);
  return { labels: workload.selector };
}
