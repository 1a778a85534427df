import type { ProbeFacts } from "../../product/kubernetes/workload-facts";
import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import { nodeGroupLabel } from "../../planning/kubernetes/node-group";
import type {
  PlannedContainerSecurity,
  PlannedPodContainer,
  PlannedWorkload,
} from "../../planning/kubernetes/workload";
import { digestOf } from "../bundle";
import { podLabels } from "./labels";
import type { KubernetesObject } from "./object";
import { plain } from "./plain";
import { podVolume, volumeMount } from "./pod-volumes";

// What other renderers look at in the pods of a rendered workload.

/** A container, as far as it is looked at. */
export interface RenderedContainer {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly volumeMounts?: readonly { readonly name: string }[];
}

/** What the pods of a workload are made from. */
export interface RenderedPodTemplate {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly initContainers?: readonly RenderedContainer[];
    readonly containers: readonly RenderedContainer[];
    readonly volumes?: readonly { readonly name: string }[];
    readonly [key: string]: unknown;
  };
}

/** The spec of a Deployment, StatefulSet or DaemonSet. */
export interface RenderedWorkloadSpec {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: RenderedPodTemplate;
  readonly volumeClaimTemplates?: readonly RenderedClaim[];
}

/** A claim, or the template of one. */
export interface RenderedClaim {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec: { readonly resources: { readonly requests: Readonly<Record<string, string>> } };
}

/** The spec of a rendered workload; undefined for objects without pods. */
export function workloadSpec(object: KubernetesObject): RenderedWorkloadSpec | undefined {
  if (!["Deployment", "StatefulSet", "DaemonSet"].includes(object.kind)) return undefined;
  return object["spec"] as RenderedWorkloadSpec;
}

/** A variable of a container. */
export function environmentVariable({
  name,
  value,
}: PlannedPodContainer["environment"][number]): Readonly<Record<string, unknown>> & { readonly name: string } {
  if (typeof value === "string") return { name, value };
  if ("field" in value) return { name, valueFrom: { fieldRef: { fieldPath: value.field } } };
  return { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } };
}

/** Who a container runs as and what it may do. */
export function containerSecurityContext({
  dropsCapabilities,
  seccomp,
  ...rest
}: PlannedContainerSecurity): Readonly<Record<string, unknown>> {
  return plain({
    ...rest,
    capabilities: dropsCapabilities ? { drop: ["ALL"] } : undefined,
    seccompProfile: seccomp ? { type: "RuntimeDefault" } : undefined,
  });
}

/** Who the pods of a workload run as. */
export function podSecurityContext({
  fsGroupOnRootMismatch,
  ...ids
}: PlannedWorkload["podSecurity"]): Readonly<Record<string, unknown>> {
  return plain({ ...ids, fsGroupChangePolicy: fsGroupOnRootMismatch === true ? "OnRootMismatch" : undefined });
}

/** Labels of the nodes that the pods of a workload go to; undefined where they go anywhere. */
export function nodeSelectorOf({
  nodeGroup,
  nodeSelector,
}: PlannedWorkload): Readonly<Record<string, string>> | undefined {
  return nodeSelector ?? (nodeGroup === undefined ? undefined : { [nodeGroupLabel]: nodeGroup });
}

function probe(facts: ProbeFacts | undefined): Readonly<Record<string, unknown>> | undefined {
  if (facts === undefined) return undefined;
  const { action, range: _range, ...numbers } = facts;
  if ("http" in action) return { httpGet: { path: action.http, port: action.port }, ...numbers };
  if ("tcp" in action) return { tcpSocket: { port: action.tcp }, ...numbers };
  return { exec: { command: action.exec }, ...numbers };
}

function containerPort({ name, number, hostPort }: PlannedPodContainer["ports"][number]): Record<string, unknown> {
  return plain({ name, containerPort: number, hostPort, protocol: "TCP" });
}

/** A container as the API takes it. */
export function podContainer(container: PlannedPodContainer): RenderedContainer {
  const { name, image, command, args, ports, environment, probes, resources, security, mounts } = container;
  return plain({
    name,
    image: image.reference,
    command,
    args,
    ports: ports.length === 0 ? undefined : ports.map(containerPort),
    env: environment.length === 0 ? undefined : environment.map(environmentVariable),
    startupProbe: probe(probes.startup),
    livenessProbe: probe(probes.liveness),
    readinessProbe: probe(probes.readiness),
    resources,
    securityContext: containerSecurityContext(security),
    terminationMessagePolicy: "FallbackToLogsOnError",
    volumeMounts: mounts.length === 0 ? undefined : mounts.map(volumeMount),
  }) as RenderedContainer;
}

/** Pods are kept apart over zones and nodes where there are any to choose from. */
function spreadOf({ spread, selector }: PlannedWorkload): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!spread) return undefined;
  return ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selector },
  }));
}

/** Digest of the ConfigMaps of these names, which pods read at their start; undefined where they read none. */
export function configurationDigest(
  names: readonly string[],
  { configMaps }: Pick<KubernetesPlan, "configMaps">,
): string | undefined {
  const read = configMaps.filter(({ name }) => names.includes(name)).map(({ name, data }) => ({ name, data }));
  return read.length === 0 ? undefined : digestOf(JSON.stringify(read));
}

function annotationsOf(workload: PlannedWorkload, plan: KubernetesPlan): Readonly<Record<string, string>> | undefined {
  const digest = configurationDigest(workload.reads.configMaps, plan);
  const annotations = {
    // kubectl's words for the container that matters, where a pod has several.
    "kubectl.kubernetes.io/default-container": workload.containers[0]?.name ?? workload.name,
    ...(digest !== undefined && { "checksum/config": digest }),
    ...(workload.podScrapePort !== undefined && scrapeAnnotations(workload.podScrapePort)),
    ...workload.podAnnotations,
  };
  return annotations;
}

/** What makes Prometheus scrape a port. */
export function scrapeAnnotations(port: number): Readonly<Record<string, string>> {
  return { "sourcegraph.prometheus/scrape": "true", "prometheus.io/port": String(port) };
}

/** What the pods of a workload are made from. */
export function podTemplate(workload: PlannedWorkload, plan: KubernetesPlan): RenderedPodTemplate {
  const { containers, initContainers, serviceAccount, tolerations, terminationGraceSeconds, hostPid } = workload;
  const volumes = workload.volumes.flatMap((volume) => podVolume(volume) ?? []);
  const spec = plain({
    serviceAccountName: serviceAccount.name,
    automountServiceAccountToken: workload.mountsToken,
    imagePullSecrets: plan.imagePullSecret === undefined ? undefined : [{ name: plan.imagePullSecret }],
    priorityClassName: workload.priorityClass,
    hostPID: hostPid ? true : undefined,
    securityContext: podSecurityContext(workload.podSecurity),
    nodeSelector: nodeSelectorOf(workload),
    tolerations: tolerations.length === 0 ? undefined : tolerations,
    topologySpreadConstraints: spreadOf(workload),
    terminationGracePeriodSeconds: terminationGraceSeconds,
    initContainers: initContainers.length === 0 ? undefined : initContainers.map(podContainer),
    containers: containers.map(podContainer),
    volumes: volumes.length === 0 ? undefined : volumes,
  });
  return {
    metadata: { labels: podLabels(plan, workload), annotations: annotationsOf(workload, plan) },
    spec: spec as RenderedPodTemplate["spec"],
  };
}
