import type { ClusterFacts, NodeFact } from "./cluster-facts";
import { found, type ClusterFinding } from "./cluster-finding";
import type { KubernetesPlan } from "./kubernetes-plan";
import { nodeGroupLabel } from "./node-group";
import { requestOf } from "./requests";
import type { PlannedWorkload } from "./workload";

// Whether the nodes of a cluster that is there hold the pods. Other pods are not counted: what is refused is impossible.

function tolerated({ taints }: NodeFact, { tolerations }: PlannedWorkload): boolean {
  return taints
    .filter(({ effect }) => effect === "NoSchedule" || effect === "NoExecute")
    .every((taint) =>
      tolerations.some(
        ({ key, operator, value, effect }) =>
          (key === undefined || key === taint.key) &&
          (effect === undefined || effect === taint.effect) &&
          (operator === "Exists" || (value ?? "") === (taint.value ?? "")),
      ),
    );
}

function takes(node: NodeFact, workload: PlannedWorkload): boolean {
  const { nodeGroup, nodeSelector = {} } = workload;
  const wanted = { ...(nodeGroup !== undefined && { [nodeGroupLabel]: nodeGroup }), ...nodeSelector };
  const labelled = Object.entries(wanted).every(([key, value]) => node.labels[key] === value);
  return !node.cordoned && labelled && tolerated(node, workload);
}

const figure = (value: number): string => String(Math.round(value * 10) / 10);
const amount = (cpus: number, memoryGib: number): string => `${figure(cpus)} CPUs and ${figure(memoryGib)} GiB`;

/** Rounding of sums of decimals. */
const noise = 1e-6;

function podProblem(workload: PlannedWorkload, nodes: readonly NodeFact[]): string | undefined {
  const { cpus, memoryGib } = requestOf(workload);
  const willing = nodes.filter((node) => takes(node, workload));
  if (willing.some((node) => node.cpus + noise >= cpus && node.memoryGib + noise >= memoryGib)) return undefined;
  const largest = [...willing].sort((a, b) => b.memoryGib - a.memoryGib || b.cpus - a.cpus)[0];
  if (largest === undefined)
    return `needs a node that takes ${workload.name}, and of ${nodes.length} nodes none has its labels and lets it in; label a node, or change 'nodeSelector' and 'tolerations' of 'overrides'`;
  return `asks ${amount(cpus, memoryGib)} for a pod of ${workload.name}, and the largest node that takes it has ${amount(largest.cpus, largest.memoryGib)}; add larger nodes, or lower its requests by 'overrides'`;
}

/** Room for every pod by itself, and for all of them together. */
export function capacityFindings({ nodes, autoscaled }: ClusterFacts, plan: KubernetesPlan): ClusterFinding[] {
  const workloads = [...plan.workloads, ...(plan.executors?.workloads ?? [])].filter(
    ({ kind }) => kind !== "DaemonSet",
  );
  const single = found("a node holds its largest pod", nodes, (there) =>
    workloads.flatMap((workload) => {
      const message = podProblem(workload, there);
      return message === undefined ? [] : [{ path: "size", message }];
    }),
  );
  const together = found("its nodes hold all pods together", nodes, (there) => {
    const usable = there.filter((node) => workloads.some((workload) => takes(node, workload)));
    const sum = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
      items.reduce((total, item) => total + value(item), 0);
    const asked = workloads.map((workload) => ({ pods: workload.replicas ?? 1, request: requestOf(workload) }));
    const [cpus, memoryGib] = [
      sum(asked, ({ pods, request }) => pods * request.cpus),
      sum(asked, ({ pods, request }) => pods * request.memoryGib),
    ];
    const [ownCpus, ownMemory] = [sum(usable, (node) => node.cpus), sum(usable, (node) => node.memoryGib)];
    if (ownCpus + noise >= cpus && ownMemory + noise >= memoryGib) return [];
    return [
      {
        path: "size",
        message: `asks ${amount(cpus, memoryGib)} for all pods, and the nodes that take them (${usable.length}) have ${amount(ownCpus, ownMemory)}; add nodes, or take a smaller size`,
      },
    ];
  });
  // Where nodes are added on demand, those of now say little.
  const grows = "known" in autoscaled && autoscaled.known;
  return [single, together].map((finding) =>
    grows && finding.problems.length > 0
      ? { what: finding.what, problems: [], unproven: "those of now do not, and more are added on demand" }
      : finding,
  );
}
