import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import type { PlannedWorkload } from "../../planning/kubernetes/workload";
import { clusterMetadata, metadata } from "./labels";
import type { KubernetesObject } from "./object";

// What workloads stand on: namespace, classes, accounts with their rights, and ConfigMaps.

const rbac = "rbac.authorization.k8s.io";

/** The namespace, which enforces the pod security level that all pods meet. */
export function namespaceObjects(plan: KubernetesPlan): KubernetesObject[] {
  const { name, create, podSecurityLevel } = plan.namespace;
  if (!create) return [];
  const { labels } = clusterMetadata(plan, { name, component: "namespace" });
  const levels = ["enforce", "warn", "audit"].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurityLevel]);
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name, labels: { ...labels, ...(Object.fromEntries(levels) as Record<string, string>) } },
    },
  ];
}

/** Storage class and priority class, where they are made. A volume outlives its claim, and is made where its pod is. */
export function classObjects(plan: KubernetesPlan): KubernetesObject[] {
  const { storageClass, priorityClass } = plan;
  const storage: KubernetesObject[] =
    storageClass === undefined
      ? []
      : [
          {
            apiVersion: "storage.k8s.io/v1",
            kind: "StorageClass",
            metadata: clusterMetadata(plan, { name: storageClass.name, component: "storage" }),
            provisioner: storageClass.provisioner,
            parameters: storageClass.parameters,
            reclaimPolicy: "Retain",
            volumeBindingMode: "WaitForFirstConsumer",
            allowVolumeExpansion: true,
          },
        ];
  if (priorityClass === undefined) return storage;
  return [
    ...storage,
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: clusterMetadata(plan, { name: priorityClass.name, component: "priority" }),
      value: priorityClass.value,
      globalDefault: false,
      description: "Stores and frontends of Sourcegraph",
    },
  ];
}

/** Accounts that are made, each once. */
export function accountObjects(plan: KubernetesPlan, workloads: readonly PlannedWorkload[]): KubernetesObject[] {
  const made = new Map(
    workloads.filter(({ serviceAccount }) => serviceAccount.created).map((each) => [each.serviceAccount.name, each]),
  );
  return [...made].map(([name, { component, serviceAccount }]) => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: metadata(plan, { name, component, annotations: serviceAccount.annotations }),
  }));
}

/** Roles of the workloads and who has them. */
export function rightsObjects(plan: KubernetesPlan, workloads: readonly PlannedWorkload[]): KubernetesObject[] {
  return workloads.flatMap(({ component, rights, serviceAccount }): KubernetesObject[] => {
    if (rights === undefined) return [];
    const { kind, name, rules } = rights;
    const of = kind === "ClusterRole" ? clusterMetadata : metadata;
    const about = of(plan, { name, component });
    return [
      { apiVersion: `${rbac}/v1`, kind, metadata: about, rules },
      {
        apiVersion: `${rbac}/v1`,
        kind: `${kind}Binding`,
        metadata: about,
        roleRef: { apiGroup: rbac, kind, name },
        subjects: [{ kind: "ServiceAccount", name: serviceAccount.name, namespace: plan.namespace.name }],
      },
    ];
  });
}

/** ConfigMaps with their files. */
export function configMapObjects(plan: KubernetesPlan): KubernetesObject[] {
  return plan.configMaps.map(({ name, component, data }) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(plan, { name, component }),
    data,
  }));
}
