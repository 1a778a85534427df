import type { ServiceName } from "../../product/service";
import { holdsIn, serviceNamed } from "../../product/services";
import type { ClaimFacts, ContainerFacts, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import { workloadsOf } from "../../product/kubernetes/workloads";
import { codeHostsGib } from "../replica/code-hosts";
import { replacedServices } from "../replaced-services";
import type { KubernetesContext } from "./context";

/** What of the chart is deployed, and in which numbers: what the variables of other workloads are made from. */
export interface Deployed {
  readonly workloads: readonly WorkloadFacts[];
  /** Services whose pods run. */
  readonly services: ReadonlySet<ServiceName>;
  /** Pods of a workload; 0 for a DaemonSet. */
  readonly replicas: (workload: WorkloadFacts) => number;
  /** Size of a claim, GiB. */
  readonly claimGib: (claim: ClaimFacts) => number;
}

/** Every container of a workload's pods. */
export function containersOf({ initContainers, containers }: WorkloadFacts): readonly ContainerFacts[] {
  return [...initContainers, ...containers];
}

function asksFor(workload: WorkloadFacts, { specification }: KubernetesContext): boolean {
  if (workload.optional !== true) return true;
  if (workload.name === "jaeger") return specification.tracing;
  if (workload.name === "code-host") return (specification.replica?.codeHosts ?? []).length > 0;
  // The chart leaves syntactic indexing out by default; here it runs wherever compose runs it.
  return holdsIn((workload.service && serviceNamed(workload.service).present) ?? {}, specification.release);
}

function isLeftOut(workload: WorkloadFacts, { specification }: KubernetesContext): boolean {
  const { leaveOut } = specification.kubernetes;
  return (leaveOut as readonly string[]).includes(workload.name);
}

function replicasOf(workload: WorkloadFacts, { specification, sizing }: KubernetesContext): number {
  const { service, replicas } = workload;
  if (replicas === undefined) return 0;
  if (!replicas.scalable || service === undefined) return replicas.default;
  return (
    specification.overrides[service]?.replicas ??
    specification.kubernetes.autoscaling[service]?.minimum ??
    sizing[service]?.replicas ??
    replicas.default
  );
}

/** Never below the chart's own size: the estimator gives next to nothing for stores whose use it does not know. */
function claimGibOf({ sizeGib, sizedBy }: ClaimFacts, { specification, sizing }: KubernetesContext): number {
  if (sizedBy === undefined) return sizeGib;
  if (sizedBy === "code-host") return Math.max(sizeGib, codeHostsGib(specification.replica?.codeHosts ?? []));
  const given = specification.overrides[sizedBy]?.storageGb;
  const { diskGb, cacheGb } = sizing[sizedBy] ?? {};
  return Math.ceil(given ?? Math.max(sizeGib, diskGb ?? cacheGb?.request ?? 0));
}

/** What of the chart a specification deploys. */
export function deployedOf(context: KubernetesContext): Deployed {
  const replaced = replacedServices(context.specification);
  const workloads = workloadsOf(context.specification.release).filter(
    (workload) =>
      (workload.service === undefined || !replaced.has(workload.service)) &&
      asksFor(workload, context) &&
      !isLeftOut(workload, context),
  );
  return {
    workloads,
    services: new Set(workloads.flatMap((workload) => containersOf(workload).flatMap(({ service = [] }) => service))),
    replicas: (workload) => replicasOf(workload, context),
    claimGib: (claim) => claimGibOf(claim, context),
  };
}
