import { stringify } from "yaml";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { executorObjects } from "../manifests/executors";
import { renderManifests } from "../manifests/manifests";
import type { KubernetesObject } from "../manifests/object";
import { templateClaims } from "../manifests/template-claims";

// What a plan has and the vendor's chart has not: it goes into the chart's values, or is declared beside the release.

/** Kinds of objects the chart has templates for, which the values fill. */
const kindsOfChart = new Set([
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "Service",
  "ServiceAccount",
  "Role",
  "RoleBinding",
  "ClusterRole",
  "ClusterRoleBinding",
  "PersistentVolumeClaim",
]);

/** Kinds the chart has templates for, and which have to be there before the chart, or tell something after it. */
const kindsOfEither = new Set(["Namespace", "StorageClass", "PriorityClass", "Ingress"]);

/** ConfigMaps the chart makes with the same content. */
const chartConfigMaps = new Set(["otel-agent", "otel-collector", "jaeger"]);

function inChart({ kind, metadata: { name } }: KubernetesObject): boolean {
  if (kind === "ConfigMap") return chartConfigMaps.has(name);
  if (kind === "PodDisruptionBudget") return name === "sourcegraph-frontend";
  return kindsOfChart.has(kind);
}

/** The instance's own objects that no value of the chart makes; executors have charts of their own. */
function withoutTemplate(plan: KubernetesPlan): KubernetesObject[] {
  const idOf = ({ kind, metadata: { name } }: KubernetesObject) => `${kind} ${name}`;
  const executors = new Set(executorObjects(plan).map(idOf));
  return renderManifests(plan).filter((object) => !inChart(object) && !executors.has(idOf(object)));
}

/** Names of the ConfigMaps that do not come from the chart. */
export function ownConfigMaps({ configMaps }: KubernetesPlan): readonly string[] {
  return configMaps.map(({ name }) => name).filter((name) => !chartConfigMaps.has(name));
}

/**
 * Objects that a program declares beside the chart's release, in an order for `kubectl apply`: what the chart has no
 * template for; classes, which claims need before the release is there; the Ingress, whose address is given out; the claims
 * of the chart's StatefulSets, which Helm neither makes nor grows; and the executors.
 */
export function objectsBesideChart(plan: KubernetesPlan): KubernetesObject[] {
  return [...withoutTemplate(plan), ...executorObjects(plan), ...templateClaims(plan, renderManifests(plan))];
}

/** What the chart has no template for as its value `extraResources`: texts, for the chart reads each as a template. */
export function extraResources(plan: KubernetesPlan): string[] {
  return withoutTemplate(plan)
    .filter(({ kind }) => !kindsOfEither.has(kind))
    .map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }).replaceAll("{{", "{{`{{`}}"));
}
