import type { Problem } from "../../errors";
import type { Answer, PlannedKind } from "./cluster-facts";
import type { KubernetesPlan } from "./kubernetes-plan";

/** What a question to the cluster came to: problems, or why it stays open, or neither, which is good. */
export interface ClusterFinding {
  /** What was asked, as a statement that is hoped to be true. */
  readonly what: string;
  readonly problems: readonly Problem[];
  /** Why the cluster did not answer; absent where it did. */
  readonly unproven?: string;
}

/** Which deployment asks. */
export interface ClusterQuestion {
  readonly plan: KubernetesPlan;
  /** Every kind that is made. */
  readonly kinds: readonly PlannedKind[];
  /** Stack that deploys; absent where it is not known. */
  readonly stack?: string;
  /** Project of the stack; absent where it is not known. */
  readonly project?: string;
}

/** A finding from an answer. */
export function found<Value>(
  what: string,
  answer: Answer<Value>,
  problems: (value: Value) => readonly Problem[],
): ClusterFinding {
  if ("unproven" in answer) return { what, problems: [], unproven: answer.unproven };
  return { what, problems: problems(answer.known) };
}

/** Names as a person reads them. */
export function listed(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}
