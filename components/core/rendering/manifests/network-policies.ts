import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import {
  selectorOf,
  type PlannedNetworkPolicy,
  type PlannedPeer,
  type PlannedPolicyRule,
  type PodSelector,
} from "../../planning/kubernetes/network-policy";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";

type Json = Readonly<Record<string, unknown>>;

function selectorJson({ labels, present = [], absent = [] }: PodSelector): Json {
  const expressions = [
    ...present.map((key) => ({ key, operator: "Exists" })),
    ...absent.map((key) => ({ key, operator: "DoesNotExist" })),
  ];
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: labels }),
    ...(expressions.length > 0 && { matchExpressions: expressions }),
  };
}

function peerJson(peer: PlannedPeer, plan: KubernetesPlan): Json {
  if ("cidr" in peer) {
    const { cidr, except = [] } = peer;
    return { ipBlock: { cidr, ...(except.length > 0 && { except }) } };
  }
  if ("namespace" in peer)
    return {
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": peer.namespace } },
      ...("labels" in peer && { podSelector: { matchLabels: peer.labels } }),
    };
  return { podSelector: selectorJson(selectorOf(peer, everyWorkload(plan))) };
}

function everyWorkload({ workloads, executors }: KubernetesPlan): KubernetesPlan["workloads"] {
  return [...workloads, ...(executors?.workloads ?? [])];
}

function rulesJson(rules: readonly PlannedPolicyRule[], side: "from" | "to", plan: KubernetesPlan): Json[] {
  return rules.map(({ peers, ports }) => ({
    [side]: peers.map((peer) => peerJson(peer, plan)),
    ports: ports.map(({ port, protocol }) => ({ protocol, port })),
  }));
}

function podsOf({ workload, jobs }: PlannedNetworkPolicy, plan: KubernetesPlan): Json {
  if (workload !== undefined) return selectorJson(selectorOf({ workload }, everyWorkload(plan)));
  return jobs === undefined ? {} : selectorJson(selectorOf({ jobs }, everyWorkload(plan)));
}

/** The network policies of the namespace. Both directions are named in each, so that an empty list refuses. */
export function networkPolicyObjects(plan: KubernetesPlan): KubernetesObject[] {
  return plan.networkPolicies.map((policy) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(plan, { name: policy.name, component: "network" }),
    spec: {
      podSelector: podsOf(policy, plan),
      policyTypes: ["Ingress", "Egress"],
      ...(policy.ingress.length > 0 && { ingress: rulesJson(policy.ingress, "from", plan) }),
      ...(policy.egress.length > 0 && { egress: rulesJson(policy.egress, "to", plan) }),
    },
  }));
}
