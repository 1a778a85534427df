import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";
import { workloadSpec } from "./pod-template";

/**
 * The claims of StatefulSets as objects of their own, under the names their controller looks for: made ahead of the pods,
 * they are protected, snapshotted and grown like any other claim, while the templates, which can never change, stay.
 *
 * @param objects the rendered objects of the plan
 */
export function templateClaims(plan: KubernetesPlan, objects: readonly KubernetesObject[]): KubernetesObject[] {
  return plan.workloads.flatMap(({ name, kind, component, claims }) => {
    const set = objects.find((object) => object.kind === kind && object.metadata.name === name);
    const { selector, volumeClaimTemplates = [] } = (set && workloadSpec(set)) ?? {};
    return claims.flatMap((claim): KubernetesObject[] => {
      const own = metadata(plan, { name: claim.name, component, app: name });
      const template = volumeClaimTemplates.find((candidate) => candidate.metadata.name === claim.name);
      if (claim.kind !== "template" || template === undefined) return [];
      return claim.objects.map((object) => ({
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { ...own, name: object, labels: { ...own.labels, ...selector?.matchLabels } },
        spec: template.spec,
      }));
    });
  });
}
