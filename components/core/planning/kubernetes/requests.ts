import { gibOf, quantityValue } from "./quantities";
import type { PlannedPodContainer, PlannedWorkload } from "./workload";

/** What one pod asks of its node. */
export interface PodRequest {
  /** Workload it belongs to. */
  readonly workload: string;
  /** Cores. */
  readonly cpus: number;
  /** GiB. */
  readonly memoryGib: number;
  /** Scratch space on the boot disk, GiB. */
  readonly scratchGib: number;
  /** Persistent volumes. */
  readonly volumes: number;
  /** Pods of the workload are spread evenly over the zones. */
  readonly spread: boolean;
}

function ask(container: PlannedPodContainer): Pick<PodRequest, "cpus" | "memoryGib" | "scratchGib"> {
  const { requests } = container.resources;
  return {
    cpus: quantityValue(requests.cpu),
    memoryGib: gibOf(requests.memory),
    scratchGib: gibOf(requests["ephemeral-storage"] ?? "0"),
  };
}

/** What one pod of a workload asks for: its containers together, or more where an init container asks for more. */
export function requestOf(workload: PlannedWorkload): PodRequest {
  const containers = workload.containers.map(ask);
  const initial = workload.initContainers.map(ask);
  const figure = (key: "cpus" | "memoryGib" | "scratchGib"): number =>
    Math.max(
      containers.reduce((sum, each) => sum + each[key], 0),
      ...initial.map((each) => each[key]),
    );
  return {
    workload: workload.name,
    cpus: figure("cpus"),
    memoryGib: figure("memoryGib"),
    scratchGib: figure("scratchGib"),
    volumes: workload.claims.length,
    spread: workload.spread,
  };
}

/** Most pods a workload has at a time but for roll-outs. */
export function podsOf(workload: PlannedWorkload): number {
  return workload.autoscaling?.maximum ?? workload.replicas ?? 1;
}
