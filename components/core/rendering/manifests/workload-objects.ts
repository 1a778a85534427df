import type { KubernetesPlan } from "../../planning/kubernetes/kubernetes-plan";
import type { PlannedWorkload } from "../../planning/kubernetes/workload";
import { metadata } from "./labels";
import type { KubernetesObject } from "./object";
import { plain } from "./plain";
import { podTemplate, scrapeAnnotations } from "./pod-template";
import { claimSpec } from "./pod-volumes";

function strategyOf({ strategy }: PlannedWorkload): Readonly<Record<string, unknown>> | undefined {
  if (strategy?.type !== "RollingUpdate") return strategy;
  const { type, maxSurge, maxUnavailable } = strategy;
  const rollingUpdate = plain({ maxSurge, maxUnavailable });
  return Object.keys(rollingUpdate).length === 0 ? { type } : { type, rollingUpdate };
}

/** The templates of the claims a StatefulSet makes for its pods. They can never change, so they hold what the chart's hold. */
function claimTemplates({ claims }: PlannedWorkload): readonly unknown[] | undefined {
  const templates = claims
    .filter(({ kind }) => kind === "template")
    .map((claim) => ({ metadata: plain({ name: claim.name, labels: claim.templateLabels }), spec: claimSpec(claim) }));
  return templates.length === 0 ? undefined : templates;
}

/** A Deployment, StatefulSet or DaemonSet. */
export function workloadObject(workload: PlannedWorkload, plan: KubernetesPlan): KubernetesObject {
  const { name, kind, component, selector, minReadySeconds, autoscaling } = workload;
  const strategy = strategyOf(workload);
  const set = kind === "StatefulSet";
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: metadata(plan, { name, component }),
    spec: plain({
      // The number is the autoscaler's where there is one; a second one would be set back at every apply.
      replicas: autoscaling === undefined ? workload.replicas : undefined,
      revisionHistoryLimit: 10,
      selector: { matchLabels: selector },
      serviceName: set ? workload.serviceName : undefined,
      podManagementPolicy: set ? workload.podManagementPolicy : undefined,
      strategy: kind === "Deployment" ? strategy : undefined,
      updateStrategy: kind === "Deployment" ? undefined : strategy,
      minReadySeconds,
      template: podTemplate(workload, plan),
      volumeClaimTemplates: set ? claimTemplates(workload) : undefined,
    }),
  };
}

/** Claims that are objects of their own. */
export function claimObjects(workload: PlannedWorkload, plan: KubernetesPlan): KubernetesObject[] {
  return workload.claims
    .filter(({ kind }) => kind === "claim")
    .map((claim) => ({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadata(plan, { name: claim.name, component: workload.component, app: workload.name }),
      spec: claimSpec(claim),
    }));
}

/** The Service objects that lead to the pods of a workload. */
export function serviceObjects(workload: PlannedWorkload, plan: KubernetesPlan): KubernetesObject[] {
  return workload.services.map(({ name, headless, ports, scrapePort }) => {
    const annotations = {
      ...(scrapePort !== undefined && scrapeAnnotations(scrapePort)),
      ...(name === plan.ingress?.name && plan.ingress.serviceAnnotations),
    };
    return {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata(plan, {
        name,
        component: workload.component,
        ...(Object.keys(annotations).length > 0 && { annotations }),
      }),
      spec: plain({
        type: "ClusterIP",
        clusterIP: headless ? "None" : undefined,
        selector: workload.selector,
        ports: ports.map((port) => ({ ...port, protocol: "TCP" })),
      }),
    };
  });
}

/** How many pods may be evicted at a time. */
export function disruptionBudget(workload: PlannedWorkload, plan: KubernetesPlan): KubernetesObject[] {
  const { name, component, selector, maxUnavailable } = workload;
  if (maxUnavailable === undefined) return [];
  return [
    {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: metadata(plan, { name, component }),
      spec: { maxUnavailable, selector: { matchLabels: selector } },
    },
  ];
}

/** What makes the number of pods follow the load. */
export function autoscaler(workload: PlannedWorkload, plan: KubernetesPlan): KubernetesObject[] {
  const { name, kind, component, autoscaling } = workload;
  if (autoscaling === undefined) return [];
  const { minimum, maximum, cpuPercent } = autoscaling;
  return [
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: metadata(plan, { name, component }),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind, name },
        minReplicas: minimum,
        maxReplicas: maximum,
        metrics: [
          {
            type: "Resource",
            resource: { name: "cpu", target: { type: "Utilization", averageUtilization: cpuPercent } },
          },
        ],
      },
    },
  ];
}
