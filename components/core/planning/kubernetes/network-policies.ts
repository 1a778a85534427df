import type { KubernetesContext } from "./context";
import { connections, type NetworkEdge } from "./network-edges";
import { dnsRules, jobRules, outsideRules, visitorRules } from "./network-outside";
import type { JobPods, NetworkSubject, PlannedNetworkPolicy, PlannedPolicyRule } from "./network-policy";
import type { PlannedWorkload } from "./workload";

export type * from "./network-policy";

const keyOf = (subject: NetworkSubject): string =>
  "workload" in subject ? `workload ${subject.workload}` : `jobs ${subject.jobs}`;

/** Rules for edges that are seen from one end: peers that may use the same ports for the same reason share a rule. */
function rulesFor(edges: readonly NetworkEdge[], other: (edge: NetworkEdge) => NetworkSubject): PlannedPolicyRule[] {
  const byPeer = new Map<string, { peer: NetworkSubject; ports: Set<number>; reason: string }>();
  for (const edge of edges) {
    const peer = other(edge);
    const key = `${keyOf(peer)} ${edge.reason}`;
    const entry = byPeer.get(key) ?? { peer, ports: new Set(), reason: edge.reason };
    entry.ports.add(edge.port);
    byPeer.set(key, entry);
  }
  const rules = new Map<string, { peers: NetworkSubject[]; ports: number[]; reason: string }>();
  for (const { peer, ports, reason } of byPeer.values()) {
    const sorted = [...ports].sort((a, b) => a - b);
    const key = `${sorted.join()} ${reason}`;
    const rule = rules.get(key) ?? { peers: [], ports: sorted, reason };
    rule.peers.push(peer);
    rules.set(key, rule);
  }
  return [...rules.values()].map(({ peers, ports, reason }) => ({
    peers,
    ports: ports.map((port) => ({ port, protocol: "TCP" })),
    reason,
  }));
}

/**
 * Network policies of the namespace: nothing may connect but what the catalogue says connects, what measures, and what the
 * config lets out. They are additive, so a policy that is added by hand opens but never closes. Probes are not mentioned,
 * because a node always reaches the pods that run on it.
 *
 * @param workloads every workload of the namespace, those of executors among them
 */
export function planNetworkPolicies(
  context: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): PlannedNetworkPolicy[] {
  const edges = connections(context, workloads);
  const of = (subject: NetworkSubject): Pick<PlannedNetworkPolicy, "ingress" | "egress"> => ({
    ingress: rulesFor(
      edges.filter(({ to }) => "workload" in subject && to === subject.workload),
      ({ from }) => from,
    ),
    egress: rulesFor(
      edges.filter(({ from }) => keyOf(from) === keyOf(subject)),
      ({ to }) => ({ workload: to }),
    ),
  });
  const jobs: readonly JobPods[] = [
    "migrator",
    ...(context.specification.kubernetes.executors?.kind === "kubernetes" ? (["executor-jobs"] as const) : []),
  ];
  return [
    { name: "default-deny", ingress: [], egress: [] },
    { name: "dns", ingress: [], egress: dnsRules(context) },
    ...workloads.map((workload): PlannedNetworkPolicy => {
      const { ingress, egress } = of({ workload: workload.name });
      return {
        name: workload.name,
        workload: workload.name,
        ingress: [...ingress, ...visitorRules(context, workload)],
        egress: [...egress, ...outsideRules(context, workload, workloads)],
      };
    }),
    ...jobs.map((kind): PlannedNetworkPolicy => {
      const { egress } = of({ jobs: kind });
      return { name: kind, jobs: kind, ingress: [], egress: [...egress, ...jobRules(context, kind)] };
    }),
  ];
}
