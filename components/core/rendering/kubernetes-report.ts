import type { DeclaredResource } from "../planning/declared-resource";
import type { KubernetesPlan } from "../planning/kubernetes/kubernetes-plan";
import type { PlannedWorkload } from "../planning/kubernetes/workload";
import type { Specification } from "../planning/config/specification";
import { kubernetesDataAtRest } from "./kubernetes-data-at-rest";
import type { KubernetesObject } from "./manifests/object";
import {
  dollars,
  noticesSection,
  priceSection,
  secretsSection,
  storesText,
  thousands,
  type Detail,
} from "./plan-report";
import { resourceSection } from "./resource-tree";
import { managedSection } from "./managed-services";
import { facts, type Section } from "./section";

/** Everything a report of a plan for Kubernetes is made from. */
export interface ReportedKubernetesPlan {
  readonly plan: KubernetesPlan;
  readonly specification: Specification;
  /** Objects of the cluster, but for Secrets. */
  readonly objects: readonly KubernetesObject[];
  readonly resources: readonly DeclaredResource[];
}

const right = "right" as const;

const clouds = { aws: "EKS", gcp: "GKE", existing: "an existing cluster" } as const;

function clusterText({ cluster, cloud }: KubernetesPlan): string {
  if (cluster === undefined) return "one that is there";
  const nodes = cluster.autoMode
    ? "nodes by EKS Auto Mode"
    : cluster.nodeGroups
        .map(({ name, nodes: { initial }, machineType }) => `${name} ${initial} x ${machineType}`)
        .join(", ");
  return `new, ${clouds[cloud]} ${cluster.version} in ${cluster.zones.join(", ")}; ${nodes}`;
}

function tlsText({ ports, loadBalancer }: KubernetesPlan["exposure"]): string {
  if (!ports.includes(443)) return "plain HTTP";
  return loadBalancer ? "HTTPS at the load balancer" : "HTTPS at the Ingress";
}

function overview({ plan, specification }: ReportedKubernetesPlan): Section {
  const { exposure, cloud, region, usage, price, namespace, profile, via } = plan;
  const from =
    plan.sizeGiven === "named"
      ? "named in the config"
      : `from ${thousands(usage.users)} users, ${thousands(usage.repositories)} repositories, ${thousands(usage.totalSizeGb)} GB`;
  return facts(
    "overview",
    `Sourcegraph ${plan.release} on ${clouds[cloud]}${cloud === "existing" ? "" : `, ${region}`}`,
    [
      [
        "release",
        `${plan.release} of ${plan.releaseDate}${via === "helm" ? ", by the vendor's chart of that version" : ""}`,
      ],
      ["size", `${plan.size} (${from})`],
      ["cluster", clusterText(plan)],
      [
        "namespace",
        plan.workloads.length === 0
          ? undefined
          : `${namespace.name}${namespace.create ? `, made, enforcing pod security level ${namespace.podSecurityLevel}` : ", one that is there"}; profile ${profile}`,
      ],
      ["network", plan.cluster?.network && `new ${plan.cluster.network.cidr}`],
      ["address", plan.workloads.length === 0 ? undefined : `${exposure.url}  ${tlsText(exposure)}`],
      [
        "open to",
        exposure.allowedCidrs.length === 0
          ? undefined
          : `ports ${exposure.ports.join(", ")} from ${exposure.allowedCidrs.join(", ")}`,
      ],
      ["stores", storesText(specification)],
      ["price", price && `about ${dollars(price.monthly)} ${price.currency} a month`],
    ],
  );
}

/** Requests and limits of one pod, summed over its containers, as Kubernetes writes them where there is one. */
function resourcesText({ containers }: PlannedWorkload, what: "cpu" | "memory"): string {
  return containers.map(({ resources }) => `${resources.requests[what]}/${resources.limits[what]}`).join(" + ");
}

function workloadsSection({ workloads }: KubernetesPlan): Section[] {
  if (workloads.length === 0) return [];
  return [
    {
      id: "workloads",
      title: "Workloads",
      summary: `${workloads.length}; requests and limits are of one pod, sidecars apart`,
      columns: [
        { title: "workload" },
        { title: "kind" },
        { title: "pods", align: right },
        { title: "CPU" },
        { title: "memory" },
        { title: "claim each" },
        { title: "nodes" },
        { title: "pod security" },
      ],
      rows: workloads.map((workload) => [
        workload.name,
        workload.kind,
        workload.autoscaling === undefined
          ? workload.replicas === undefined
            ? "one a node"
            : String(workload.replicas)
          : `${workload.autoscaling.minimum} to ${workload.autoscaling.maximum}`,
        resourcesText(workload, "cpu"),
        resourcesText(workload, "memory"),
        workload.claims.map(({ sizeGib }) => `${thousands(sizeGib)} GiB`).join(", "),
        workload.nodeGroup ?? "any",
        workload.podSecurityLevel,
      ]),
    },
  ];
}

function exceptionsSection({ workloads }: KubernetesPlan): Section[] {
  const rows = workloads.flatMap(({ name, podSecurityLevel, exception }) =>
    exception === undefined ? [] : [[name, podSecurityLevel, exception]],
  );
  if (rows.length === 0) return [];
  return [
    {
      id: "exceptions",
      title: "Exceptions to pod security level restricted",
      summary: String(rows.length),
      columns: [{ title: "workload" }, { title: "level" }, { title: "why" }],
      rows,
    },
  ];
}

function nodesSection({ cluster }: KubernetesPlan): Section[] {
  if (cluster === undefined || cluster.nodeGroups.length === 0) return [];
  return [
    {
      id: "nodes",
      title: "Nodes",
      columns: [
        { title: "group" },
        { title: "machine" },
        { title: "at first", align: right },
        { title: "from", align: right },
        { title: "to", align: right },
        { title: "for pods, CPU / GiB", align: right },
        { title: "workloads" },
      ],
      rows: cluster.nodeGroups.map(({ name, machineType, nodes, allocatable, workloads }) => [
        name,
        machineType,
        String(nodes.initial),
        String(nodes.minimum),
        String(nodes.maximum),
        `${Number(allocatable.cpus.toFixed(2))} / ${Math.floor(allocatable.memoryGib)}`,
        workloads.join(", "),
      ]),
    },
  ];
}

/** How many objects of every kind there are. */
function objectsSection(objects: readonly KubernetesObject[], secrets: number): Section[] {
  if (objects.length === 0) return [];
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  return [
    {
      id: "objects",
      title: "Objects of the cluster",
      summary: `${objects.length + secrets}`,
      columns: [{ title: "kind" }, { title: "n", align: right }],
      rows: [...[...kinds].map(([kind, n]) => [kind, String(n)]), ["Secret", String(secrets)]],
    },
  ];
}

/** Which connections network policies let through, for the long report. */
function policiesSection({ networkPolicies }: KubernetesPlan): Section[] {
  if (networkPolicies.length === 0) return [];
  const ports = (rule: (typeof networkPolicies)[number]["ingress"][number]) =>
    rule.ports.map(({ port }) => String(port)).join(", ");
  return [
    {
      id: "policies",
      title: "Network policies",
      summary: `${networkPolicies.length}; what is not listed is refused, both ways`,
      columns: [{ title: "pods" }, { title: "direction" }, { title: "ports", align: right }, { title: "why" }],
      rows: networkPolicies.flatMap((policy) => [
        ...policy.ingress.map((rule) => [policy.workload ?? policy.jobs ?? "all", "in", ports(rule), rule.reason]),
        ...policy.egress.map((rule) => [policy.workload ?? policy.jobs ?? "all", "out", ports(rule), rule.reason]),
      ]),
    },
  ];
}

/** A plan for Kubernetes as a report: what a site admin wants to see before anything is made. */
export function kubernetesSections(reported: ReportedKubernetesPlan, detail: Detail): Section[] {
  const { plan, specification, objects, resources } = reported;
  return [
    overview(reported),
    ...noticesSection(plan),
    ...workloadsSection(plan),
    ...nodesSection(plan),
    ...managedSection(plan.managed, plan.cloud),
    ...exceptionsSection(plan),
    kubernetesDataAtRest(plan, specification),
    ...(detail === "all" ? policiesSection(plan) : []),
    secretsSection(plan),
    ...objectsSection(objects, plan.secretObjects.length),
    resourceSection(resources, detail),
    ...priceSection(plan),
  ];
}
