import {
  selectorOf,
  type NetworkSubject,
  type PlannedNetworkPolicy,
  type PlannedPeer,
  type PlannedPolicyRule,
  type PodSelector,
} from "./network-policy";
import type { PlannedWorkload } from "./workload";

/** Whether a connection is allowed, and by which policies or for want of which. */
export interface NetworkVerdict {
  readonly allowed: boolean;
  readonly why: string;
}

/** A port that is connected to. */
export interface VerdictPort {
  readonly port: number;
  /** Default TCP. */
  readonly protocol?: "TCP" | "UDP";
}

type Selected = Pick<PlannedWorkload, "name" | "selector">;
type Labels = Readonly<Record<string, string>>;

/** Labels of the pods of a subject, as far as policies look at them. */
function labelsOf(subject: NetworkSubject, workloads: readonly Selected[]): Labels {
  const { labels, present = [] } = selectorOf(subject, workloads);
  return { ...Object.fromEntries(present.map((label) => [label, "any"])), ...labels };
}

function selects({ labels, present = [], absent = [] }: PodSelector, pod: Labels): boolean {
  return (
    Object.entries(labels).every(([label, value]) => pod[label] === value) &&
    present.every((label) => label in pod) &&
    absent.every((label) => !(label in pod))
  );
}

/** Whether a peer can be a pod of the namespace. A block of addresses can: nobody knows where pods get theirs. */
function canBe(peer: PlannedPeer, pod: Labels, workloads: readonly Selected[], namespace: string): boolean {
  if ("cidr" in peer) return true;
  if ("namespace" in peer)
    return peer.namespace === namespace && (!("labels" in peer) || selects({ labels: peer.labels }, pod));
  return selects(selectorOf(peer, workloads), pod);
}

/**
 * Which ports of another workload's pods those of one may connect to, by the rules of Kubernetes: pods that some policy
 * selects are closed but for what the policies that select them allow together, and both ends have to allow it. What a block
 * of addresses allows counts for pods, too: the verdict is never stricter than any cluster.
 *
 * @param namespace namespace of the pods; default one that no rule names
 */
export function verdictsBetween(
  policies: readonly PlannedNetworkPolicy[],
  workloads: readonly Selected[],
  from: NetworkSubject,
  to: NetworkSubject,
  namespace = "",
): (port: VerdictPort) => NetworkVerdict {
  const client = labelsOf(from, workloads);
  const server = labelsOf(to, workloads);
  const about = (pod: Labels) =>
    policies.filter(({ workload, jobs }) => {
      if (workload !== undefined) return selects(selectorOf({ workload }, workloads), pod);
      return jobs === undefined || selects(selectorOf({ jobs }, workloads), pod);
    });
  const [leaving, entering] = [about(client), about(server)];
  const allows = (rule: PlannedPolicyRule, peer: Labels, { port, protocol = "TCP" }: VerdictPort): boolean =>
    rule.ports.some((allowed) => allowed.port === port && allowed.protocol === protocol) &&
    rule.peers.some((each) => canBe(each, peer, workloads, namespace));
  return (port) => {
    const lets = leaving.find(({ egress }) => egress.some((rule) => allows(rule, server, port)));
    const takes = entering.find(({ ingress }) => ingress.some((rule) => allows(rule, client, port)));
    const out = leaving.length === 0 ? "no policy about the client" : lets?.name;
    const into = entering.length === 0 ? "no policy about the server" : takes?.name;
    if (out === undefined)
      return { allowed: false, why: `no policy lets it out: ${leaving.map(({ name }) => name).join(", ")}` };
    if (into === undefined)
      return { allowed: false, why: `no policy lets it in: ${entering.map(({ name }) => name).join(", ")}` };
    return { allowed: true, why: `let out by ${out}, let in by ${into}` };
  };
}

/** Whether pods of one workload may connect to a port of another's. */
export function verdict(
  policies: readonly PlannedNetworkPolicy[],
  workloads: readonly Selected[],
  from: NetworkSubject,
  to: NetworkSubject,
  port: VerdictPort,
  namespace?: string,
): NetworkVerdict {
  return verdictsBetween(policies, workloads, from, to, namespace)(port);
}
