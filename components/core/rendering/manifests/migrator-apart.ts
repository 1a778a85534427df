import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";
import { workloadSpec, type RenderedPodTemplate } from "./pod-template";

/** The migrator's Job under an account of its own, of which its pod needs no token. */
export function jobWithAccount(job: KubernetesObject, account: string): KubernetesObject {
  const spec = job["spec"] as { readonly template: RenderedPodTemplate };
  const pod = { ...spec.template.spec, serviceAccountName: account, automountServiceAccountToken: false };
  return { ...job, spec: { ...spec, template: { ...spec.template, spec: pod } } };
}

/** The objects with an account for the migrator, and frontends that start without it: its login is the Job's alone. */
export function withoutMigrator(
  plan: KubernetesPlan,
  objects: readonly KubernetesObject[],
  account: string,
): KubernetesObject[] {
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(plan, { name: account, component: "migrator" }) },
    ...objects.map((object) => {
      const spec = workloadSpec(object);
      if (spec === undefined) return object;
      const { initContainers = [], ...pod } = spec.template.spec;
      const others = initContainers.filter(({ name }) => name !== "migrator");
      const kept = others.length === 0 ? pod : { ...pod, initContainers: others };
      return { ...object, spec: { ...spec, template: { ...spec.template, spec: kept } } };
    }),
  ];
}
