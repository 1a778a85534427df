import { parseSpecification, requireKubernetes } from "../../components/core/planning/config/specification";
import { planConfigMaps } from "../../components/core/planning/kubernetes/config-maps";
import { kubernetesContext } from "../../components/core/planning/kubernetes/context";
import { planExecutors } from "../../components/core/planning/kubernetes/executors";
import { planIngress } from "../../components/core/planning/kubernetes/ingress";
import type { KubernetesPlan } from "../../components/core/planning/kubernetes/kubernetes-plan";
import { planNetworkPolicies } from "../../components/core/planning/kubernetes/network-policies";
import { planWorkloads } from "../../components/core/planning/kubernetes/workloads";

/** As much of a plan as Ingress, network policies and executors are rendered from. */
export function edgePlan(config: unknown): KubernetesPlan {
  const specification = requireKubernetes(parseSpecification(config));
  const context = kubernetesContext(specification);
  const workloads = planWorkloads(context);
  const executors = planExecutors(context);
  const { namespace, helmRelease, handOver } = specification.kubernetes;
  const plan: Partial<KubernetesPlan> = {
    namespace: { name: namespace, create: true, podSecurityLevel: "privileged" },
    helmRelease,
    handOver,
    workloads,
    configMaps: planConfigMaps(context, workloads),
    executors,
    ingress: planIngress(context),
    networkPolicies: planNetworkPolicies(context, [...workloads, ...(executors?.workloads ?? [])]),
  };
  return plan as KubernetesPlan;
}
