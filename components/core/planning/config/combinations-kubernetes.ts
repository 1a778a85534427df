import { chartReads } from "../../product/kubernetes/chart";
import { checkKubernetesNames } from "./combinations-kubernetes-names";
import { checkUnused } from "./combinations-kubernetes-unused";
import { checkSize } from "./combinations-machine";
import { show, type Problems } from "./problems";
import type { Config } from "./config";
import { makesStorageClass } from "./replica-terms";

/** Keys that belong to a machine. */
const machineKeys = ["machine", "dataDisk", "zone", "upgrade", "outsideCheck"] as const;

/** Services whose number may follow their load: nothing lists their pods by address. */
const autoscalable = [
  "sourcegraph-frontend",
  "precise-code-intel-worker",
  "syntactic-code-intel-worker",
  "syntect-server",
];

/** Ingress classes that one cloud alone has. */
const cloudsOfClasses: Readonly<Record<string, "aws" | "gcp">> = { alb: "aws", gce: "gcp", "gce-internal": "gcp" };

function checkPlace(config: Partial<Config>, problems: Problems): void {
  const { cloud, cluster, region, network } = config;
  for (const key of machineKeys)
    if (config[key] !== undefined) problems.add(key, "has no meaning for shape kubernetes; remove it");
  if (cloud === "local")
    problems.add(
      "cloud",
      "local is a Docker Engine, for shape vm; give aws, gcp, or existing for any cluster",
      "shape",
    );
  if (cloud !== "existing") return;
  if (region !== undefined) problems.add("region", "has no meaning for cloud existing; remove it");
  if (network !== undefined) problems.add("network", "has no meaning for cloud existing; remove it");
  if (cluster?.workloads === false)
    problems.add("cluster.workloads", "false makes a cluster alone, which cloud existing does not; remove it");
}

const ofNewClusters = ["version", "endpoint", "admins", "autoMode", "nodes", "releaseChannel"] as const;

function checkCluster({ cloud, cluster, suspended }: Partial<Config>, problems: Problems): void {
  if (cluster === undefined) return;
  if (cluster.existing !== undefined || cloud === "existing")
    for (const key of ofNewClusters)
      if (cluster[key] !== undefined)
        problems.add(`cluster.${key}`, "has no meaning for a cluster that is there; remove it");
  if (cluster.existing?.stack !== undefined && !/^[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(cluster.existing.stack))
    problems.add(
      "cluster.existing.stack",
      `must be ORGANIZATION/PROJECT/STACK, such as organization/sourcegraph-in-a-box/cluster, got ${show(cluster.existing.stack)}`,
    );
  if (cluster.existing?.stack !== undefined && cluster.existing.kubeconfigSecret !== undefined)
    problems.add("cluster.existing", "takes either stack or kubeconfigSecret; keep one of them");
  if (cluster.existing !== undefined && cluster.workloads === false)
    problems.add(
      "cluster",
      "that exists and has no workloads leaves nothing to deploy; remove 'workloads' or 'existing'",
    );
  if (cluster.workloads === false && suspended !== undefined)
    problems.add("suspended", "has no meaning for a cluster alone, which runs no instance; remove it");
  if (cluster.version !== undefined && !/^1\.(2[89]|[3-9]\d)$/.test(cluster.version))
    problems.add("cluster.version", `must be a Kubernetes version such as 1.34, got ${show(cluster.version)}`);
  if (cluster.autoMode !== undefined && cloud === "gcp")
    problems.add("cluster.autoMode", "has no meaning for cloud gcp; remove it");
  if (cluster.releaseChannel !== undefined && cloud === "aws")
    problems.add("cluster.releaseChannel", "has no meaning for cloud aws; remove it");
  for (const [group, nodes] of Object.entries(cluster.nodes ?? {}))
    for (const key of ["minimum", "maximum", "diskGb"] as const)
      if (cluster.autoMode === true && nodes?.[key] !== undefined)
        problems.add(
          `cluster.nodes.${group}.${key}`,
          "has no meaning with 'autoMode', which makes nodes as pods need them; remove it",
        );
  for (const [group, { minimum, maximum } = {}] of Object.entries(cluster.nodes ?? {}))
    if (minimum !== undefined && maximum !== undefined && minimum > maximum)
      problems.add(`cluster.nodes.${group}.minimum`, `must not be above 'maximum' (${maximum}), got ${minimum}`);
}

function checkProfile({ kubernetes, registry, release }: Partial<Config>, problems: Problems): void {
  const profile = kubernetes?.profile;
  if (profile === "air-gapped" && registry === undefined)
    problems.add("registry", "is missing; profile air-gapped takes images from a registry of your own only");
  if (profile !== "restricted" || kubernetes === undefined) return;
  for (const [path, made] of [
    ["createNamespace", kubernetes.createNamespace],
    ["storageClass.create", kubernetes.storageClass?.create],
    ["priorityClass.create", kubernetes.priorityClass?.create],
  ] as const)
    if (made === true)
      problems.add(
        `kubernetes.${path}`,
        "must not be true in profile restricted, which makes nothing cluster-scoped; let the cluster's admins make it",
      );
  if (kubernetes.via === "helm" && release !== undefined && !chartReads("createRoleBinding", release))
    problems.add(
      "kubernetes.via",
      `helm cannot be of profile restricted at release ${release}, whose chart always binds accounts to roles; use native, or a newer release`,
      "release",
    );
  if (kubernetes.executors?.kind === "docker-in-docker")
    problems.add(
      "kubernetes.executors.kind",
      "docker-in-docker needs a privileged pod, which profile restricted does not have; use kubernetes",
    );
}

function checkScaling({ kubernetes, overrides }: Partial<Config>, problems: Problems): void {
  for (const [service, scaling] of Object.entries(kubernetes?.autoscaling ?? {})) {
    const path = `kubernetes.autoscaling.${service}`;
    if (scaling === undefined) continue;
    if (!autoscalable.includes(service))
      problems.add(path, `cannot be set; the number of pods may follow the load of ${autoscalable.join(", ")} only`);
    if (scaling.minimum > scaling.maximum)
      problems.add(`${path}.minimum`, `must not be above 'maximum' (${scaling.maximum}), got ${scaling.minimum}`);
    if (overrides?.[service]?.replicas !== undefined)
      problems.add(`overrides.${service}.replicas`, `and '${path}' exclude each other; keep one of them`);
  }
}

/** What is asked of Kubernetes. Existence of classes is checked where a cluster is there. */
export function checkKubernetes(config: Partial<Config>, problems: Problems): void {
  const { cloud, kubernetes = {} } = config;
  checkSize(config, problems);
  checkPlace(config, problems);
  checkCluster(config, problems);
  checkProfile(config, problems);
  checkScaling(config, problems);
  checkKubernetesNames(config, problems);
  checkUnused(config, problems);
  if (["default", "kube-system", "kube-public", "kube-node-lease"].includes(kubernetes.namespace ?? ""))
    problems.add(
      "kubernetes.namespace",
      `must be a namespace of the instance's own, got ${show(kubernetes.namespace)}; the names of its objects are fixed and would clash with others`,
    );
  const makesClass = makesStorageClass(config);
  if (cloud === "existing" && makesClass && kubernetes.storageClass?.provisioner === undefined)
    problems.add(
      "kubernetes.storageClass",
      "is missing its provisioner; give the cluster's CSI driver, or the name of a class that is there with 'create: false'",
    );
  if (!makesClass && (kubernetes.storageClass?.provisioner ?? kubernetes.storageClass?.parameters) !== undefined)
    problems.add(
      "kubernetes.storageClass",
      "takes provisioner and parameters only where the class is made; remove them",
    );
  const ingress = kubernetes.ingress;
  if (cloud === "existing" && ingress?.enabled !== false && ingress?.className === undefined)
    problems.add(
      "kubernetes.ingress.className",
      "is missing; name the cluster's ingress class, or set 'enabled' to false",
    );
  const classCloud = cloudsOfClasses[ingress?.className ?? ""];
  if (classCloud !== undefined && cloud !== "existing" && cloud !== classCloud && cloud !== undefined)
    problems.add(
      "kubernetes.ingress.className",
      `${ingress?.className} is a class of ${classCloud}, which a cluster on ${cloud} does not have; leave it out for the one of ${cloud}`,
    );
  if (ingress?.issuer !== undefined && config.domain === undefined)
    problems.add("kubernetes.ingress.issuer", "needs 'domain', got none; set the instance's host name", "domain");
}
