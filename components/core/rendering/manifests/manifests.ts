import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { executorObjects } from "./executors";
import { accountObjects, classObjects, configMapObjects, namespaceObjects, rightsObjects } from "./ground";
import { ingressObjects } from "./ingress";
import { networkPolicyObjects } from "./network-policies";
import type { KubernetesObject } from "./object";
import { restrictionObjects } from "./restrictions";
import { autoscaler, claimObjects, disruptionBudget, serviceObjects, workloadObject } from "./workload-objects";

/** Objects that belong together, in the order in which they are applied. */
export interface ManifestGroup {
  /** Folder of the files, numbered so that names sort in that order. */
  readonly folder: string;
  readonly objects: readonly KubernetesObject[];
}

/** Every object of a plan but for the Secrets, in groups, in an order in which each finds what it needs. */
export function manifestGroups(plan: KubernetesPlan): ManifestGroup[] {
  const { workloads } = plan;
  const byRank = [...workloads].sort((a, b) => a.rank - b.rank);
  const groups: ManifestGroup[] = [
    { folder: "00-ground", objects: [...namespaceObjects(plan), ...restrictionObjects(plan), ...classObjects(plan)] },
    { folder: "10-access", objects: [...accountObjects(plan, workloads), ...rightsObjects(plan, workloads)] },
    { folder: "20-configuration", objects: configMapObjects(plan) },
    { folder: "30-storage", objects: workloads.flatMap((workload) => claimObjects(workload, plan)) },
    { folder: "40-services", objects: workloads.flatMap((workload) => serviceObjects(workload, plan)) },
    { folder: "50-network", objects: networkPolicyObjects(plan) },
    { folder: "60-workloads", objects: byRank.map((workload) => workloadObject(workload, plan)) },
    {
      folder: "70-availability",
      objects: workloads.flatMap((workload) => [...disruptionBudget(workload, plan), ...autoscaler(workload, plan)]),
    },
    { folder: "80-ingress", objects: ingressObjects(plan) },
    { folder: "90-executors", objects: executorObjects(plan) },
  ];
  return groups.filter(({ objects }) => objects.length > 0);
}

/**
 * Every object of a plan but for the Secrets, whose values are known only when it is deployed, in an order for
 * `kubectl apply`.
 */
export function renderManifests(plan: KubernetesPlan): KubernetesObject[] {
  return manifestGroups(plan).flatMap(({ objects }) => objects);
}
