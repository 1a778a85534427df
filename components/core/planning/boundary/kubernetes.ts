import { serviceNamed } from "../../product/services";
import type { Boundary, BoundaryFacts, ConnectsEdge, StoresEdge } from "../../rules/facts";
import { jobPods, namespacePeer, serviceOf } from "../../rules/network/policies";
import type { KubernetesSpecification } from "../config/specified";
import { dataNames } from "../data-safety";
import { kubernetesContext } from "../kubernetes/context";
import type { KubernetesPlan } from "../kubernetes/kubernetes-plan";
import { servicesIn } from "../kubernetes/network-edges";
import { planNetworkPolicies, type PlannedNetworkPolicy } from "../kubernetes/network-policies";
import { selectorOf, type PlannedPeer } from "../kubernetes/network-policy";
import type { PlannedWorkload } from "../kubernetes/workload";
import type { PlannedManagedServices } from "../managed/managed";
import { instanceFacts, productFacts } from "./facts";
import { instanceEdges } from "./monolith";
import { classesByType, classesOf, managedChildren, managedStores } from "./stores";

/** How rules know pods that belong to a workload or to jobs. */
function podsOf(peer: PlannedPeer, workloads: readonly PlannedWorkload[]): string {
  if ("workload" in peer || "jobs" in peer) {
    const { labels } = selectorOf(peer, workloads);
    return serviceOf({ matchLabels: labels }) ?? jobPods;
  }
  if ("cidr" in peer) return peer.cidr;
  return "labels" in peer ? namespacePeer(peer.namespace, peer.labels) : namespacePeer(peer.namespace);
}

/** Who comes from outside the namespace comes to the pages. */
const isVisitor = (peer: PlannedPeer): boolean => !("workload" in peer) && !("jobs" in peer);

function connects(policies: readonly PlannedNetworkPolicy[], workloads: readonly PlannedWorkload[]): ConnectsEdge[] {
  const edges = policies.flatMap(({ workload, ingress }) =>
    workload === undefined
      ? []
      : ingress.flatMap(({ peers, ports }) =>
          peers.flatMap((peer) =>
            ports.map(({ port }): ConnectsEdge => ({
              kind: "connects",
              from: podsOf(peer, workloads),
              to: podsOf({ workload }, workloads),
              port,
              ...(isVisitor(peer) ? { plane: "end-user" } : {}),
            })),
          ),
        ),
  );
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

/** Every claim with the classes of what the services of its pods keep. */
function stores(name: string, workloads: readonly PlannedWorkload[]): StoresEdge[] {
  return workloads.flatMap((workload) => {
    const classes = classesOf(servicesIn(workload).map(serviceNamed));
    return workload.claims.flatMap(({ objects }) =>
      objects.flatMap((object) =>
        classes.map((dataClass): StoresEdge => ({
          kind: "stores",
          from: workload.name,
          to: dataNames.claim(name, object),
          dataClass,
        })),
      ),
    );
  });
}

/** Claims of caches, which nothing guards. */
function rebuildable(name: string, workloads: readonly PlannedWorkload[]): Record<string, BoundaryFacts> {
  const caches = workloads.flatMap(({ claims }) => claims).filter(({ value }) => value === "cache");
  const names = caches.flatMap(({ objects }) => objects.map((object) => dataNames.claim(name, object)));
  return Object.fromEntries(names.map((each) => [each, { rebuildable: true }]));
}

/** What a deployment on Kubernetes states: what it is, who connects to whom, and what is kept in which claim. */
export function kubernetesBoundary(plan: KubernetesPlan, specification: KubernetesSpecification): Boundary {
  const workloads = [...plan.workloads, ...(plan.executors?.workloads ?? [])];
  // The same connections where no policy lets them in because policies are switched off.
  const policies = planNetworkPolicies(kubernetesContext(specification), workloads);
  return {
    facts: productFacts(specification),
    ...instanceEdges(specification, [...connects(policies, workloads), ...stores(plan.name, workloads)]),
    children: { ...classesByType, ...rebuildable(plan.name, workloads) },
  };
}

/** What a cluster, and what stands beside it, states; its backups hold what all claims hold. */
export function clusterBoundary(
  specification: KubernetesSpecification,
  workloads: readonly PlannedWorkload[] = [],
): Boundary {
  const backedUp: BoundaryFacts = {
    dataClasses: [...new Set([...classesOf(workloads.flatMap(servicesIn).map(serviceNamed)), "secret" as const])],
  };
  return {
    facts: instanceFacts(specification),
    children: { ...classesByType, "aws:backup/vault": backedUp, "gcp:gkebackup/backupPlan": backedUp },
  };
}

/** What anything else beside a cluster states. */
export function besideBoundary(specification: KubernetesSpecification): Boundary {
  return { facts: instanceFacts(specification), children: classesByType };
}

/** What the cloud's own services beside a cluster state. */
export function managedBoundary(specification: KubernetesSpecification, services: PlannedManagedServices): Boundary {
  return {
    facts: instanceFacts(specification),
    edges: managedStores(services),
    children: { ...classesByType, ...managedChildren(services) },
  };
}
