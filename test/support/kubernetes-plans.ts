import { parseSpecification, requireKubernetes } from "../../components/core/planning/config/specification";
import type { KubernetesSpecification } from "../../components/core/planning/config/specified";
import { kubernetesContext, type KubernetesContext } from "../../components/core/planning/kubernetes/context";
import type { PlannedPodContainer, PlannedWorkload } from "../../components/core/planning/kubernetes/workload";
import { planWorkloads } from "../../components/core/planning/kubernetes/workloads";
import type { FileTexts } from "../../components/core/planning/config/specification";

/** A good config for a cluster of which nothing is known. */
export const existingCluster = {
  shape: "kubernetes",
  cloud: "existing",
  release: "7.5.4453",
  size: "XS",
  kubernetes: {
    storageClass: { create: false },
    ingress: { className: "nginx" },
  },
};

/** A specification for Kubernetes, varied; `kubernetes` is laid over that of {@link existingCluster}. */
export function kubernetesSpecification(
  vary: Readonly<Record<string, unknown>> = {},
  files: FileTexts = {},
): KubernetesSpecification {
  const { kubernetes, ...rest } = vary;
  const cloud = rest["cloud"] ?? existingCluster.cloud;
  const base = cloud === "existing" ? { ...existingCluster.kubernetes, ...(kubernetes ?? {}) } : (kubernetes ?? {});
  return requireKubernetes(parseSpecification({ ...existingCluster, ...rest, kubernetes: base }, files));
}

/** The context of a varied specification. */
export function contextOf(vary: Readonly<Record<string, unknown>> = {}, files: FileTexts = {}): KubernetesContext {
  return kubernetesContext(kubernetesSpecification(vary, files));
}

/** The workloads of a varied specification, by name. */
export function workloadsOf(
  vary: Readonly<Record<string, unknown>> = {},
  files: FileTexts = {},
): Readonly<Record<string, PlannedWorkload>> {
  return Object.fromEntries(planWorkloads(contextOf(vary, files)).map((workload) => [workload.name, workload]));
}

/** Variables of the first container of a workload, by name; those of a Secret as `secret:NAME#KEY`, of a field as `field:PATH`. */
export function variablesOf(container: PlannedPodContainer | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (container?.environment ?? []).map(({ name, value }) => {
      if (typeof value === "string") return [name, value];
      return [name, "field" in value ? `field:${value.field}` : `secret:${value.secret}#${value.key}`];
    }),
  );
}
