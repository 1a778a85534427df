import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { accountObjects, rightsObjects } from "./ground";
import type { KubernetesObject } from "./object";
import { claimObjects, serviceObjects, workloadObject } from "./workload-objects";

/** The executors with their account, rights and volume. */
export function executorObjects(plan: KubernetesPlan): KubernetesObject[] {
  const workloads = plan.executors?.workloads ?? [];
  return [
    ...accountObjects(plan, workloads),
    ...rightsObjects(plan, workloads),
    ...workloads.flatMap((workload) => [
      ...claimObjects(workload, plan),
      ...serviceObjects(workload, plan),
      workloadObject(workload, plan),
    ]),
  ];
}
