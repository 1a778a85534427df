import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import type { PlannedWorkload } from "../../planning/kubernetes/workload";
import type { KubernetesObject } from "./object";

type Metadata = KubernetesObject["metadata"];

/** What an object is and whom it belongs to. */
interface Identity {
  /** Name of the object. */
  readonly name: string;
  /** Label `app.kubernetes.io/component`. */
  readonly component: string;
  /** Label `app`; default the name. */
  readonly app?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function labelsOf(
  { helmRelease, handOver }: KubernetesPlan,
  { component, app, name }: Identity,
): Record<string, string> {
  return {
    "app.kubernetes.io/name": "sourcegraph",
    "app.kubernetes.io/instance": helmRelease,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/managed-by": handOver ? "Helm" : "Pulumi",
    app: app ?? name,
    deploy: "sourcegraph",
  };
}

/** Helm takes over what names it as the owner. */
function ownership({ handOver, helmRelease, namespace }: KubernetesPlan): Record<string, string> {
  return handOver ? { "meta.helm.sh/release-name": helmRelease, "meta.helm.sh/release-namespace": namespace.name } : {};
}

/** Metadata of an object of the whole cluster. */
export function clusterMetadata(plan: KubernetesPlan, identity: Identity): Metadata {
  const annotations = { ...ownership(plan), ...identity.annotations };
  return {
    name: identity.name,
    labels: labelsOf(plan, identity),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Metadata of an object of the namespace. */
export function metadata(plan: KubernetesPlan, identity: Identity): Metadata {
  const { name, ...rest } = clusterMetadata(plan, identity);
  return { name, namespace: plan.namespace.name, ...rest };
}

/** Labels of the pods of a workload; those of the selector win, because pods are found by them. */
export function podLabels(
  { helmRelease }: KubernetesPlan,
  { component, podLabels: own, selector }: PlannedWorkload,
): Record<string, string> {
  return {
    "app.kubernetes.io/name": "sourcegraph",
    "app.kubernetes.io/instance": helmRelease,
    "app.kubernetes.io/component": component,
    deploy: "sourcegraph",
    ...own,
    ...selector,
  };
}
