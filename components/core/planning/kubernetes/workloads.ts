import { InputError, type Problem } from "../../errors";
import type { ServiceName } from "../../product/service";
import type { ClaimFacts, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import { workloadNamed, workloadOf } from "../../product/kubernetes/workloads";
import { isServiceName, serviceNamed } from "../../product/services";
import { chartReads } from "../../product/kubernetes/chart";
import { isAtLeast, registry } from "../../product/releases";
import { show } from "../config/problems";
import type { KubernetesSpecification } from "../config/specified";
import { imageReference } from "../image-reference";
import { configurationIsSecret } from "./configuration-object";
import { hasConfiguration, planContainer, writableVolume } from "./containers";
import type { KubernetesContext } from "./context";
import { containersOf, deployedOf, type Deployed } from "./deployed-workloads";
import { needsIdentity } from "./environment";
import { configurationName } from "./secret-names";
import { deviceVolumes, isMadeReadOnly, podSecurity } from "./security";
import type { PlannedClaim, PlannedPodContainer, PlannedPodVolume, PlannedWorkload } from "./workload";

const jaegerSince = workloadNamed("jaeger").present?.since ?? "";

/** What is asked of services that Kubernetes does not have so. */
function overrideProblems({ specification }: KubernetesContext): Problem[] {
  return Object.entries(specification.overrides).flatMap(([service, { image, storageGb }]): Problem[] => {
    const path = `overrides.${service}`;
    if (!isServiceName(service)) return [];
    if (service === "sourcegraph-frontend-internal")
      return [
        {
          path,
          message: "has no effect: in Kubernetes the pods of sourcegraph-frontend serve the internal API; set it there",
        },
      ];
    const claims = workloadOf(service)?.claims ?? [];
    if (storageGb !== undefined && !claims.some(({ sizedBy }) => sizedBy === service))
      return [{ path: `${path}.storageGb`, message: "has no effect: the service has no volume of its own; remove it" }];
    return image === undefined ? [] : imageProblems(`${path}.image`, image, specification);
  });
}

/** Images from elsewhere than the profile, or the chart of the release, can have. */
function imageProblems(path: string, image: string, specification: KubernetesSpecification): Problem[] {
  const { kubernetes, release } = specification;
  const host = specification.registry?.host ?? registry;
  if (imageReference(image)?.registry === host) return [];
  if (kubernetes.profile === "air-gapped")
    return [
      {
        path,
        message: `must be of ${host}, as profile air-gapped has every image from 'registry', got ${show(image)}`,
      },
    ];
  if (kubernetes.via !== "helm" || chartReads("image.repository", release)) return [];
  return [
    {
      path,
      message: `must be of ${host}, because the chart of release ${release} takes all images from one registry, got ${show(image)}; copy it there`,
    },
  ];
}

function tracingProblems({ specification: { tracing, release } }: KubernetesContext): Problem[] {
  if (!tracing || isAtLeast(release, jaegerSince)) return [];
  return [
    {
      path: "tracing",
      message: `needs release ${jaegerSince} or newer on Kubernetes, got ${release}: earlier charts run a Jaeger that is configured differently; remove it until then`,
    },
  ];
}

function claimsOf(
  workload: WorkloadFacts,
  { specification }: KubernetesContext,
  deployed: Deployed,
): readonly PlannedClaim[] {
  const replicas = deployed.replicas(workload);
  return workload.claims.map((claim: ClaimFacts): PlannedClaim => {
    const { kind, name, templateLabels, holds } = claim;
    const volume = serviceNamed(holds.service).volumes.find(({ target }) => target === holds.target);
    if (volume === undefined) throw new Error(`${holds.service} has no volume at ${holds.target}`);
    const objects =
      kind === "claim" ? [name] : Array.from({ length: replicas }, (_, n) => `${name}-${workload.name}-${n}`);
    const { name: storageClass } = specification.kubernetes.storageClass;
    return {
      kind,
      name,
      objects,
      ...(templateLabels !== undefined && { templateLabels }),
      sizeGib: deployed.claimGib(claim),
      ...(storageClass !== undefined && { storageClass }),
      dataClass: volume.dataClass,
      value: volume.value,
    };
  });
}

function volumesOf(workload: WorkloadFacts, specification: KubernetesSpecification): readonly PlannedPodVolume[] {
  const without = deviceVolumes(workload, specification);
  const configured = workload.containers.some((container) => hasConfiguration(container, specification));
  const configuration: PlannedPodVolume = configurationIsSecret(specification)
    ? { name: configurationName, secretVolume: configurationName }
    : { name: configurationName, configMap: configurationName };
  const writes = containersOf(workload).some((container) => isMadeReadOnly(container, specification));
  return [
    ...workload.volumes.filter(({ name }) => !without.includes(name)),
    ...(configured ? [configuration] : []),
    ...(writes ? [{ name: writableVolume, emptyDir: {} }] : []),
  ];
}

function servicesOf(workload: WorkloadFacts): readonly ServiceName[] {
  const names = containersOf(workload).flatMap(({ service = [] }) => service);
  // The service the workload belongs to comes last, so that its overrides win.
  return [
    ...new Set([...names.filter((name) => name !== workload.service), ...(workload.service ? [workload.service] : [])]),
  ];
}

function accountOf(workload: WorkloadFacts, specification: KubernetesSpecification): PlannedWorkload["serviceAccount"] {
  const { create, name, perWorkload, annotations } = specification.kubernetes.serviceAccounts;
  if (name !== undefined) return { name, created: create, annotations };
  const identity = servicesOf(workload).some((service) => needsIdentity(serviceNamed(service), specification));
  if (create && (perWorkload || workload.serviceAccount.created || identity))
    return { name: workload.serviceAccount.name, created: true, annotations };
  return { name: "default", created: false, annotations: {} };
}

/** The stores have nodes of their own, and so have the services of search; only a cluster that is made has the groups. */
function nodeGroupOf(
  workload: WorkloadFacts,
  { cloud, cluster }: KubernetesSpecification,
): PlannedWorkload["nodeGroup"] {
  if (cloud === "existing" || cluster.existing !== undefined || cluster.autoMode) return undefined;
  if (workload.kind === "DaemonSet") return undefined;
  if (workload.rank === 0) return "stores";
  const family = workload.service && serviceNamed(workload.service).family;
  return family === "search" ? "search" : "general";
}

/** What the overrides of all services of a pod say of the pod. */
function podOverrides(workload: WorkloadFacts, { overrides }: KubernetesSpecification): Partial<PlannedWorkload> {
  const given = servicesOf(workload).map((service) => overrides[service] ?? {});
  const selectors = given.flatMap(({ nodeSelector }) => (nodeSelector === undefined ? [] : [nodeSelector]));
  return {
    podLabels: Object.assign({}, workload.podLabels, ...given.map(({ podLabels }) => podLabels)) as Record<
      string,
      string
    >,
    podAnnotations: Object.assign({}, ...given.map(({ podAnnotations }) => podAnnotations)) as Record<string, string>,
    ...(selectors.length > 0 && { nodeSelector: Object.assign({}, ...selectors) as Record<string, string> }),
    tolerations: given.flatMap(({ tolerations = [] }) => tolerations),
  };
}

/** What pods read at their start. */
function readsOf(
  containers: readonly PlannedPodContainer[],
  volumes: readonly PlannedPodVolume[],
): PlannedWorkload["reads"] {
  const maps = volumes.flatMap((volume) => ("configMap" in volume ? [volume.configMap] : []));
  const secrets = containers.flatMap(({ environment }) =>
    environment.flatMap(({ value }) => (typeof value === "object" && "secret" in value ? [value.secret] : [])),
  );
  const unique = (names: readonly string[]) => [...new Set(names)].filter((name) => name !== configurationName).sort();
  return { configMaps: unique(maps), secrets: unique(secrets) };
}

function planWorkload(workload: WorkloadFacts, context: KubernetesContext, deployed: Deployed): PlannedWorkload {
  const { specification } = context;
  const { kubernetes } = specification;
  const replicas = workload.replicas === undefined ? undefined : deployed.replicas(workload);
  const autoscaling = workload.service && kubernetes.autoscaling[workload.service];
  const several = Math.max(replicas ?? 1, autoscaling?.maximum ?? 1) > 1;
  const pods = podOverrides(workload, specification);
  const nodeGroup = pods.nodeSelector === undefined ? nodeGroupOf(workload, specification) : undefined;
  const initContainers = workload.initContainers.map((each) => planContainer(each, workload, context, deployed));
  const containers = workload.containers.map((each) => planContainer(each, workload, context, deployed));
  const volumes = volumesOf(workload, specification);
  const rights = kubernetes.profile === "restricted" ? undefined : workload.rights;
  const { priorityClass } = kubernetes;
  return {
    name: workload.name,
    kind: workload.kind,
    ...(workload.service !== undefined && { service: workload.service }),
    valuesKey: workload.valuesKey,
    component: workload.component,
    selector: {
      ...(workload.selectsInstance && {
        "app.kubernetes.io/name": "sourcegraph",
        "app.kubernetes.io/instance": kubernetes.helmRelease,
      }),
      ...workload.selector,
    },
    replicas,
    strategy: workload.strategy,
    podManagementPolicy: workload.podManagementPolicy,
    serviceName: workload.serviceName,
    minReadySeconds: workload.minReadySeconds,
    podSecurity: podSecurity(workload, specification),
    terminationGraceSeconds: workload.terminationGraceSeconds,
    hostPid: workload.hostPid ?? false,
    initContainers,
    containers,
    volumes,
    claims: claimsOf(workload, context, deployed),
    services: workload.services,
    serviceAccount: accountOf(workload, specification),
    mountsToken: rights !== undefined,
    podScrapePort: workload.podScrapePort,
    podLabels: pods.podLabels ?? {},
    podAnnotations: pods.podAnnotations ?? {},
    ...(rights !== undefined && { rights: { ...rights, kind: rights.clusterWide ? "ClusterRole" : "Role" } }),
    rank: workload.rank,
    ...(nodeGroup !== undefined && { nodeGroup }),
    ...(pods.nodeSelector !== undefined && { nodeSelector: pods.nodeSelector }),
    tolerations: pods.tolerations ?? [],
    spread: several && workload.kind !== "DaemonSet",
    ...(several && { maxUnavailable: 1 }),
    ...(autoscaling !== undefined && { autoscaling }),
    ...(priorityClass !== undefined && workload.rank <= 1 && { priorityClass: priorityClass.name }),
    reads: readsOf([...initContainers, ...containers], volumes),
    podSecurityLevel: workload.podSecurityLevel,
    ...(workload.notRestricted !== undefined && { exception: workload.notRestricted }),
  };
}

/**
 * Every workload of a deployment, in the catalogue's order: the chart's, without what something outside replaces or the
 * config leaves out, with numbers, resources and volumes from the size.
 *
 * @throws InputError for what cannot be had on Kubernetes: tracing before the chart's Jaeger 2, overrides without effect
 */
export function planWorkloads(context: KubernetesContext): PlannedWorkload[] {
  const problems = [...tracingProblems(context), ...overrideProblems(context)];
  if (problems.length > 0) throw new InputError(problems);
  const deployed = deployedOf(context);
  return deployed.workloads.map((workload) => planWorkload(workload, context, deployed));
}
