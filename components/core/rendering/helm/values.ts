import { chartReads, chartSets } from "../../product/kubernetes/chart";
import { isChartOnly } from "../../product/releases";
import { repositoryOf, serviceNamed } from "../../product/services";
import { workloadNamed } from "../../product/kubernetes/workloads";
import { databaseServices } from "../../planning/database-environment";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { databaseSecret, redisSecret } from "../../planning/kubernetes/secret-names";
import type { PlannedPodContainer, PlannedWorkload } from "../../planning/kubernetes/workload";
import {
  configurationDigest,
  containerSecurityContext,
  environmentVariable,
  nodeSelectorOf,
  podSecurityContext,
} from "../manifests/pod-template";
import { podVolume, volumeMount } from "../manifests/pod-volumes";
import { extraResources, ownConfigMaps } from "./beside-chart";

/** A value of the chart. */
export type HelmValue =
  string | number | boolean | null | undefined | readonly HelmValue[] | { readonly [key: string]: HelmValue };

/** Values of the chart by key. */
export type HelmValues = Record<string, HelmValue>;

/** Who makes what the chart has no template for: the chart, from its value `extraResources`, or the program beside it. */
export type Surroundings = "in-values" | "declared";

/** Puts values under a key with dots, beside those that are there. */
export function putValues(values: Record<string, unknown>, key: string, more: Readonly<Record<string, unknown>>): void {
  const [head = "", ...rest] = key.split(".");
  const inner = (values[head] ?? {}) as Record<string, unknown>;
  values[head] = inner;
  if (rest.length === 0) Object.assign(inner, more);
  else putValues(inner, rest.join("."), more);
}

/** Plain JSON without what is undefined. */
export function plain(value: unknown): HelmValue {
  return JSON.parse(JSON.stringify(value)) as HelmValue;
}

/** Annotations of pods that change with what they read, under names the chart does not use itself. */
export const checksums = { config: "checksum/given-config", secrets: "checksum/given-secrets" } as const;

/** Workloads that never have more pods than one, and whose number the chart reads all the same. */
const stoppable = new Set(["worker", "repo-updater"]);

/** Workloads the chart can leave out, by the key that says so. */
const enabledKeys: Readonly<Record<string, string>> = {
  pgsql: "pgsql",
  "codeintel-db": "codeIntelDB",
  "codeinsights-db": "codeInsightsDB",
  "redis-cache": "redisCache",
  "redis-store": "redisStore",
  blobstore: "blobstore",
  prometheus: "prometheus",
  grafana: "grafana",
  cadvisor: "cadvisor",
  "node-exporter": "nodeExporter",
  "syntactic-code-intel-worker": "syntacticCodeIntel",
  jaeger: "jaeger",
};

function has(plan: KubernetesPlan, workload: string): boolean {
  return plan.workloads.some(({ name }) => name === workload);
}

/** Variables of a container that the chart does not write by itself. */
function ownVariables(container: PlannedPodContainer, workload: PlannedWorkload, plan: KubernetesPlan): HelmValues {
  const facts = [...workloadNamed(workload.name).initContainers, ...workloadNamed(workload.name).containers].find(
    ({ name }) => name === container.name,
  );
  // NUM_WORKERS is a default of the values, which a value of the same name replaces.
  const written = (name: string) =>
    chartSets(name, has(plan, "blobstore")) ||
    facts?.environment.some((variable) => variable.name === name && name !== "NUM_WORKERS") === true;
  return Object.fromEntries(
    container.environment
      .filter(({ name }) => !written(name))
      .map((variable) => {
        const { name: _name, ...body } = environmentVariable(variable);
        return [variable.name, plain(body)] as const;
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

function containerValues(container: PlannedPodContainer, workload: PlannedWorkload, plan: KubernetesPlan): HelmValues {
  const { resources, security } = container;
  const env = ownVariables(container, workload, plan);
  const image = imageValues(container, workload, plan);
  return {
    ...(image !== undefined && { image }),
    resources: plain(resources),
    containerSecurityContext: plain(containerSecurityContext(security)),
    ...(Object.keys(env).length > 0 && { env }),
  };
}

/** The image of a container; undefined where the chart of a release without known digests brings its own. */
function imageValues(
  { name, image }: PlannedPodContainer,
  workload: PlannedWorkload,
  { registry, release }: KubernetesPlan,
): HelmValues | undefined {
  const { initContainers, containers } = workloadNamed(workload.name);
  const facts = [...initContainers, ...containers].find((container) => container.name === name);
  const repository = facts?.image ?? (facts?.service && repositoryOf(serviceNamed(facts.service), release));
  const own = image.registry === registry && image.repository === repository;
  if (own && image.digest === undefined && image.tag === release && isChartOnly(release)) return undefined;
  return {
    ...(image.registry !== registry && chartReads("image.repository", release) && { repository: image.registry }),
    ...(image.repository !== repository && { name: image.repository }),
    tag: image.digest === undefined ? image.tag : `${image.tag}@${image.digest}`,
  };
}

/** Volumes and mounts the chart does not make: configuration files of the frontends. */
function extraVolumes(workload: PlannedWorkload): HelmValues {
  const facts = workloadNamed(workload.name);
  const known = new Set(facts.volumes.map(({ name }) => name));
  const volumes = workload.volumes.filter(({ name }) => !known.has(name));
  if (volumes.length === 0) return {};
  const [container] = workload.containers;
  const mounts = container?.mounts.filter(({ volume }) => volumes.some(({ name }) => name === volume)) ?? [];
  return { extraVolumes: plain(volumes.map(podVolume)), extraVolumeMounts: plain(mounts.map(volumeMount)) };
}

/** The chart keeps pods apart by affinity; it knows no spread constraints. */
function affinityOf({ spread, selector }: PlannedWorkload): HelmValues {
  if (!spread) return {};
  const apart = (topologyKey: string, weight: number) => ({
    weight,
    podAffinityTerm: { topologyKey, labelSelector: { matchLabels: { ...selector } } },
  });
  return {
    affinity: {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          apart("topology.kubernetes.io/zone", 100),
          apart("kubernetes.io/hostname", 50),
        ],
      },
    },
  };
}

/** Annotations of pods: the chart does not know when the ConfigMaps change that it does not make. */
function annotationsOf(workload: PlannedWorkload, plan: KubernetesPlan): HelmValues {
  const own = ownConfigMaps(plan);
  const digest = configurationDigest(
    workload.reads.configMaps.filter((name) => own.includes(name)),
    plan,
  );
  return { ...workload.podAnnotations, ...(digest !== undefined && { [checksums.config]: digest }) };
}

/** What Helm leaves alone when a release is uninstalled, or no longer has it. */
const keptByHelm = { "helm.sh/resource-policy": "keep" };

/** The size of the claim, and that it stays. The claims of StatefulSets are not Helm's, and their templates never change. */
function storageValues({ claims: [claim] }: PlannedWorkload, { release }: KubernetesPlan): HelmValues {
  if (claim === undefined) return {};
  const kept = claim.kind === "claim" && claim.value !== "cache" && chartReads("storageAnnotations", release);
  return { storageSize: `${claim.sizeGib}Gi`, ...(kept && { storageAnnotations: keptByHelm }) };
}

/** The account of pods. One that several share is made once: each template of the chart would make it again. */
function accountOf({ name: workload, serviceAccount }: PlannedWorkload, { workloads }: KubernetesPlan): HelmValues {
  // The chart's template of jaeger's account does not render.
  if (workload === "jaeger") return { create: false, name: "" };
  const { name, created, annotations } = serviceAccount;
  const first = workloads.find((other) => other.name !== "jaeger" && other.serviceAccount.name === name);
  return {
    create: created && first?.name === workload,
    name,
    ...(Object.keys(annotations).length > 0 && { annotations: { ...annotations } }),
  };
}

function workloadValues(workload: PlannedWorkload, plan: KubernetesPlan): HelmValues {
  const { replicas, podLabels, tolerations, priorityClass } = workload;
  const podAnnotations = annotationsOf(workload, plan);
  const facts = workloadNamed(workload.name);
  const labels = Object.fromEntries(Object.entries(podLabels).filter(([key]) => facts.podLabels?.[key] === undefined));
  const nodeSelector = nodeSelectorOf(workload);
  return {
    // Of one pod each, but the chart can stop them.
    ...((facts.replicas?.scalable === true || stoppable.has(workload.name)) && { replicaCount: replicas }),
    ...storageValues(workload, plan),
    podSecurityContext: plain(podSecurityContext(workload.podSecurity)),
    serviceAccount: accountOf(workload, plan),
    ...(Object.keys(podAnnotations).length > 0 && { podAnnotations }),
    ...(Object.keys(labels).length > 0 && { podLabels: plain(labels) }),
    ...(nodeSelector !== undefined && { nodeSelector: plain(nodeSelector) }),
    ...(tolerations.length > 0 && { tolerations: plain(tolerations) }),
    ...(priorityClass !== undefined &&
      chartReads("sourcegraph.priorityClassName", plan.release) && { priorityClassName: priorityClass }),
    ...affinityOf(workload),
    ...extraVolumes(workload),
  };
}

function storageClassValues({ storageClass, workloads }: KubernetesPlan, surroundings: Surroundings): HelmValues {
  if (storageClass === undefined || surroundings === "declared") {
    const [claim] = workloads.flatMap(({ claims }) => claims);
    // Without a name the chart writes none, which is the cluster's default class.
    return { create: false, name: claim?.storageClass ?? "" };
  }
  const { type, ...parameters } = storageClass.parameters;
  return {
    create: true,
    name: storageClass.name,
    provisioner: storageClass.provisioner,
    // The chart writes `type` by itself; among the parameters it would stand twice.
    type: type ?? null,
    parameters,
    volumeBindingMode: "WaitForFirstConsumer",
    reclaimPolicy: "Retain",
  };
}

/** Annotations of the chart's own that a class other than nginx has no use for. */
const nginxDefaults = { "kubernetes.io/ingress.class": null, "nginx.ingress.kubernetes.io/proxy-body-size": null };

function ingressValues({ ingress }: KubernetesPlan, surroundings: Surroundings): HelmValues {
  if (ingress === undefined) return { ingress: { enabled: false } };
  const own = {
    enabled: true,
    // Emitted beside the class name unless set to null.
    annotations: { ...nginxDefaults, ...ingress.annotations },
    ...(ingress.className !== undefined && { ingressClassName: ingress.className }),
    ...(ingress.host !== undefined && { host: ingress.host }),
    // Read together with a host only.
    ...(ingress.host !== undefined && ingress.tlsSecret !== undefined && { tlsSecret: ingress.tlsSecret }),
  };
  return {
    ingress: surroundings === "declared" ? { enabled: false } : own,
    ...(Object.keys(ingress.serviceAnnotations).length > 0 && {
      serviceAnnotations: { ...ingress.serviceAnnotations },
    }),
  };
}

/** Logins of databases and addresses of Redis come from Secrets that are made beside the chart, never from values. */
function storeValues(values: HelmValues, plan: KubernetesPlan): void {
  for (const [database, service] of databaseServices)
    putValues(values, enabledKeys[service] ?? service, {
      enabled: has(plan, service),
      auth: { existingSecret: databaseSecret(database) },
    });
  for (const which of ["cache", "store"] as const)
    putValues(values, which === "cache" ? "redisCache" : "redisStore", {
      enabled: has(plan, `redis-${which}`),
      connection: { existingSecret: redisSecret(which) },
    });
}

/** ConfigMaps made beside the chart in place of its own. */
const configMapKeys: Readonly<Record<string, string>> = {
  "pgsql-conf": "pgsql",
  "codeintel-db-conf": "codeIntelDB",
  "codeinsights-db-conf": "codeInsightsDB",
  prometheus: "prometheus",
  grafana: "grafana",
};

/** Rights, and what watches: what the profile leaves of them. */
function rightsValues(values: HelmValues, plan: KubernetesPlan): void {
  const rights = (name: string) => plan.workloads.find((workload) => workload.name === name)?.rights;
  for (const [name, key] of [
    ["sourcegraph-frontend", "frontend"],
    ["prometheus", "prometheus"],
  ] as const) {
    const granted = rights(name);
    putValues(values, key, {
      privileged: granted !== undefined,
      ...(granted === undefined && chartReads("createRoleBinding", plan.release) && { createRoleBinding: false }),
    });
  }
  const agent = has(plan, "otel-agent");
  const canLeaveOutAgent = chartReads("openTelemetry.agent.kind", plan.release);
  putValues(values, "openTelemetry", { enabled: has(plan, "otel-collector") && (agent || canLeaveOutAgent) });
  if (!agent && canLeaveOutAgent) putValues(values, "openTelemetry.agent", { kind: "Deployment" });
}

/**
 * Values of the vendor's chart of the plan's release, for the same deployment as the native objects.
 *
 * Differences that the chart leaves no choice about stand in docs/helm.md.
 *
 * @param surroundings default `in-values`: they are all there is, for whoever installs by hand; `declared`: without what a
 * program declares beside the release, which is then `objectsBesideChart`
 */
export function helmValues(plan: KubernetesPlan, surroundings: Surroundings = "in-values"): HelmValues {
  const inValues = surroundings === "in-values";
  const values: HelmValues = {
    sourcegraph: {
      image: { repository: plan.registry, useGlobalTagAsDefault: false },
      ...(plan.imagePullSecret !== undefined && { imagePullSecrets: [{ name: plan.imagePullSecret }] }),
    },
    storageClass: storageClassValues(plan, surroundings),
    ...(inValues &&
      plan.priorityClass !== undefined && {
        priorityClasses: [
          {
            name: plan.priorityClass.name,
            value: plan.priorityClass.value,
            preemptionPolicy: "PreemptLowerPriority",
            description: "stores and frontends of Sourcegraph",
          },
        ],
      }),
    // A pod with an image of another registry that only helm test uses.
    ...(chartReads("sgTestConnection.enabled", plan.release) && { sgTestConnection: { enabled: false } }),
  };
  for (const [workload, key] of Object.entries(enabledKeys)) putValues(values, key, { enabled: has(plan, workload) });
  storeValues(values, plan);
  for (const workload of plan.workloads) {
    // The agent and the gateway of traces share what is not of a container.
    putValues(values, workload.valuesKey, workloadValues(workload, plan));
    for (const container of [...workload.initContainers, ...workload.containers])
      putValues(values, container.valuesKey, containerValues(container, workload, plan));
  }
  putValues(values, "frontend", ingressValues(plan, surroundings));
  const frontend = plan.workloads.find(({ name }) => name === "sourcegraph-frontend");
  if (frontend?.maxUnavailable !== undefined)
    putValues(values, "frontend", { podDisruptionBudget: { maxUnavailable: frontend.maxUnavailable } });
  rightsValues(values, plan);
  for (const { name } of plan.configMaps) {
    const key = configMapKeys[name];
    if (key !== undefined) putValues(values, key, { existingConfig: name });
  }
  const extra = inValues ? extraResources(plan) : [];
  return { ...values, ...(extra.length > 0 && { extraResources: extra }) };
}
