import type { ProbesFacts, RoleRule } from "../../product/kubernetes/workload-facts";
import type { KubernetesSpecification, SpecifiedExecutors } from "../config/specified";
import { proxyEnvironment } from "../service-environment";
import type { PlannedImage } from "../vm/container";
import type { PlannedPodContainer, PlannedPodValue, PlannedWorkload } from "./workload";

// Source: charts sourcegraph-executor-k8s and -dind; helm-values.md section 14, operations.md section 10.

/** Name and images of the executors. */
export interface ExecutorParts {
  readonly name: string;
  readonly image: PlannedImage;
  /** Docker Engine beside the executor; absent with kind kubernetes. */
  readonly dockerImage: PlannedImage | undefined;
}

/** What an executor does in the namespace to run jobs. */
const rules: readonly RoleRule[] = [
  { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create", "delete", "get"] },
  { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["secrets", "persistentvolumeclaims"], verbs: ["get", "create", "delete"] },
];

/** Where an executor of kind kubernetes keeps the workspaces of its jobs. */
const workspaces = { volume: "executor-volume", path: "/data", sizeGib: 10 };

const scratch = { name: "executor-scratch", path: "/scratch" };

/** Group of the files that executor and jobs share. */
const sharedGroup = 1000;

const dockerAddress = "tcp://127.0.0.1:2375";

const executorPort = { name: "http-debug", number: 6060, plane: "metrics" } as const;

const running = { exec: ["/usr/bin/pgrep", "-f", "/usr/local/bin/executor"] } as const;

const kubernetesProbes: ProbesFacts = {
  liveness: { action: running, initialDelaySeconds: 15, timeoutSeconds: 5 },
  readiness: { action: running, periodSeconds: 5 },
};

const dockerProbes: ProbesFacts = {
  liveness: { action: { http: "/healthz", port: "http-debug" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
  readiness: { action: { http: "/ready", port: "http-debug" }, periodSeconds: 5, timeoutSeconds: 5 },
};

const answers = { exec: ["docker", "--host", dockerAddress, "info"] } as const;

const engineProbes: ProbesFacts = {
  liveness: { action: answers, initialDelaySeconds: 15, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 5 },
  readiness: { action: answers, initialDelaySeconds: 5, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 5 },
};

const executorResources: PlannedPodContainer["resources"] = {
  requests: { cpu: "500m", memory: "200Mi" },
  limits: { cpu: "1", memory: "1Gi" },
};

/** Jobs run within the engine, so this is theirs. */
const engineResources: PlannedPodContainer["resources"] = {
  requests: { cpu: "1", memory: "4Gi" },
  limits: { cpu: "8", memory: "16Gi" },
};

/** What both kinds are told. */
function commonVariables(
  specification: KubernetesSpecification,
  { queues, maximumJobs }: SpecifiedExecutors,
  { name }: ExecutorParts,
): Record<string, PlannedPodValue> {
  const inside = ["$(KUBERNETES_SERVICE_HOST)", "sourcegraph-frontend", ".svc", ".svc.cluster.local"];
  return {
    EXECUTOR_FRONTEND_URL: "http://sourcegraph-frontend:30080",
    EXECUTOR_FRONTEND_PASSWORD: { secret: name, key: "EXECUTOR_FRONTEND_PASSWORD" },
    ...(queues.length === 1 ? { EXECUTOR_QUEUE_NAME: queues.join() } : { EXECUTOR_QUEUE_NAMES: queues.join() }),
    EXECUTOR_MAXIMUM_NUM_JOBS: String(maximumJobs),
    EXECUTOR_MAXIMUM_RUNTIME_PER_JOB: "30m",
    EXECUTOR_USE_FIRECRACKER: "false",
    ...proxyEnvironment(specification, inside),
  };
}

function kubernetesVariables({ kubernetes }: KubernetesSpecification, name: string): Record<string, PlannedPodValue> {
  const { userIds } = kubernetes;
  return {
    EXECUTOR_KUBERNETES_NAMESPACE: kubernetes.namespace,
    EXECUTOR_KUBERNETES_PERSISTENCE_VOLUME_NAME: `sg-${name}`,
    // The volume can be mounted on one node at a time.
    EXECUTOR_KUBERNETES_NODE_NAME: { field: "spec.nodeName" },
    EXECUTOR_KUBERNETES_RESOURCE_REQUEST_MEMORY: "1Gi",
    EXECUTOR_KUBERNETES_RESOURCE_LIMIT_MEMORY: "12Gi",
    KUBERNETES_JOB_DEADLINE: "1200",
    ...(typeof userIds === "number" && {
      KUBERNETES_RUN_AS_USER: String(userIds),
      KUBERNETES_RUN_AS_GROUP: String(userIds),
    }),
    KUBERNETES_FS_GROUP: String(typeof userIds === "number" ? userIds : sharedGroup),
    KUBERNETES_KEEP_JOBS: "false",
  };
}

const dockerVariables: Readonly<Record<string, PlannedPodValue>> = {
  EXECUTOR_JOB_NUM_CPUS: "0",
  EXECUTOR_JOB_MEMORY: "0",
  DOCKER_HOST: dockerAddress,
  TMPDIR: scratch.path,
};

function container(
  own: Pick<PlannedPodContainer, "name" | "image" | "probes" | "resources" | "mounts"> & Partial<PlannedPodContainer>,
): PlannedPodContainer {
  return {
    valuesKey: own.name,
    ports: [],
    environment: [],
    security: { allowPrivilegeEscalation: false, dropsCapabilities: true, seccomp: true },
    ...own,
  };
}

const variables = (values: Readonly<Record<string, PlannedPodValue>>): PlannedPodContainer["environment"] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

/** What only one of the kinds has. */
type KindParts = Pick<
  PlannedWorkload,
  "containers" | "volumes" | "claims" | "podSecurity" | "podSecurityLevel" | "exception" | "rights" | "mountsToken"
>;

function onKubernetes(
  specification: KubernetesSpecification,
  executors: SpecifiedExecutors,
  parts: ExecutorParts,
): KindParts {
  const { userIds, storageClass } = specification.kubernetes;
  const claim = `sg-${parts.name}`;
  const ids = typeof userIds === "number" ? { runAsUser: userIds, runAsGroup: userIds, fsGroup: userIds } : undefined;
  return {
    containers: [
      container({
        name: "executor",
        image: parts.image,
        ports: [executorPort],
        environment: variables({
          ...commonVariables(specification, executors, parts),
          ...kubernetesVariables(specification, parts.name),
        }),
        probes: kubernetesProbes,
        resources: executorResources,
        mounts: [workspaces],
      }),
    ],
    volumes: [{ name: workspaces.volume, claim }],
    claims: [
      {
        kind: "claim",
        name: claim,
        objects: [claim],
        sizeGib: workspaces.sizeGib,
        ...(storageClass.name !== undefined && { storageClass: storageClass.name }),
        dataClass: "user-data",
        value: "cache",
      },
    ],
    podSecurity: ids ?? (userIds === "assigned" ? {} : { fsGroup: sharedGroup }),
    podSecurityLevel: "baseline",
    exception: "the Jobs it starts ask for nothing that the level restricted demands",
    rights: {
      name: "sg-executor-role",
      clusterWide: false,
      kind: "Role",
      rules,
      without: "executors, which run every job as a Job of the namespace",
    },
    mountsToken: true,
  };
}

function inDocker(
  specification: KubernetesSpecification,
  executors: SpecifiedExecutors,
  parts: ExecutorParts,
): KindParts {
  const { dockerImage } = parts;
  if (dockerImage === undefined) throw new Error("executors in Docker without a Docker Engine");
  const shared = { volume: scratch.name, path: scratch.path };
  return {
    containers: [
      container({
        name: "executor",
        image: parts.image,
        ports: [executorPort],
        environment: variables({ ...commonVariables(specification, executors, parts), ...dockerVariables }),
        probes: dockerProbes,
        resources: executorResources,
        mounts: [shared],
      }),
      container({
        name: "dind",
        image: dockerImage,
        command: ["dockerd", "--tls=false", "--mtu=1200", `--host=${dockerAddress}`],
        probes: engineProbes,
        resources: engineResources,
        security: { privileged: true, dropsCapabilities: false, seccomp: false },
        mounts: [shared, { volume: "docker", path: "/var/lib/docker" }],
      }),
    ],
    volumes: [
      { name: scratch.name, emptyDir: {} },
      { name: "docker", emptyDir: {} },
    ],
    claims: [],
    podSecurity: {},
    podSecurityLevel: "privileged",
    exception: "it runs a Docker Engine of its own for the jobs",
    mountsToken: false,
  };
}

/** The Deployment of the executors of all queues. */
export function executorWorkload(
  specification: KubernetesSpecification,
  executors: SpecifiedExecutors,
  parts: ExecutorParts,
): PlannedWorkload {
  const { kubernetes, cloud, cluster } = specification;
  const { name } = parts;
  const native = executors.kind === "kubernetes";
  const grouped = cloud !== "existing" && cluster.existing === undefined && !cluster.autoMode;
  return {
    name,
    kind: "Deployment",
    valuesKey: "executor",
    component: "executor",
    selector: {
      "app.kubernetes.io/name": "sourcegraph-executor",
      "app.kubernetes.io/instance": name,
      app: name,
    },
    replicas: executors.replicas,
    strategy: native ? { type: "Recreate" } : { type: "RollingUpdate", maxSurge: 1, maxUnavailable: 1 },
    minReadySeconds: 10,
    hostPid: false,
    initContainers: [],
    services: [],
    serviceAccount: native
      ? { name: "sg-executor", created: kubernetes.serviceAccounts.create, annotations: {} }
      : { name: "default", created: false, annotations: {} },
    podScrapePort: executorPort.number,
    podLabels: {},
    podAnnotations: {},
    rank: 3,
    ...(grouped && { nodeGroup: "general" }),
    tolerations: [],
    spread: executors.replicas > 1,
    ...(executors.replicas > 1 && { maxUnavailable: 1 }),
    reads: { configMaps: [], secrets: [name] },
    ...(native ? onKubernetes : inDocker)(specification, executors, parts),
  };
}
