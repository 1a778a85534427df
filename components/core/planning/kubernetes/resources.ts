import type { ContainerFacts, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import type { KubernetesContext } from "./context";
import { cpuQuantity, memoryQuantity } from "./quantities";
import type { PlannedResources } from "./workload";

/** Requests and limits; the size gives both, an override of one moves the other where they would contradict. */
function pair(
  sized: { readonly request: number; readonly limit: number } | undefined,
  request: number | undefined,
  limit: number | undefined,
): { readonly request?: number; readonly limit?: number } {
  const high = limit ?? (request === undefined ? sized?.limit : Math.max(request, sized?.limit ?? request));
  const low = request ?? (limit === undefined ? sized?.request : Math.min(limit, sized?.request ?? limit));
  return { request: low, limit: high };
}

/**
 * What a container asks for and may have: from the size and the overrides of its service; helpers and what runs on every
 * node as the chart has it.
 */
export function containerResources(
  container: ContainerFacts,
  workload: WorkloadFacts,
  { specification, sizing }: KubernetesContext,
): PlannedResources {
  const { service, resources } = container;
  const sized = workload.kind === "DaemonSet" || service === undefined ? undefined : sizing[service];
  const override = service === undefined ? undefined : specification.overrides[service];
  const cpus = pair(sized?.cpus, override?.cpuRequest, override?.cpus);
  const memory = pair(sized?.memoryGb, override?.memoryRequestGb, override?.memoryGb);
  const cpuText = (cores: number | undefined, facts: string) => (cores === undefined ? facts : cpuQuantity(cores));
  const memoryText = (gb: number | undefined, facts: string) => (gb === undefined ? facts : memoryQuantity(gb, facts));
  const { ephemeralStorage } = resources;
  const requests = {
    cpu: cpuText(cpus.request, resources.cpu.request),
    memory: memoryText(memory.request, resources.memory.request),
  };
  const limits = {
    cpu: cpuText(cpus.limit, resources.cpu.limit),
    memory: memoryText(memory.limit, resources.memory.limit),
  };
  if (ephemeralStorage === undefined) return { requests, limits };
  return {
    requests: { ...requests, "ephemeral-storage": ephemeralStorage.request },
    limits: { ...limits, "ephemeral-storage": ephemeralStorage.limit },
  };
}
