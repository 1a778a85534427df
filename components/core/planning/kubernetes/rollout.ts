import type { KubernetesPlan } from "./kubernetes-plan";
import type { PlannedWorkload } from "./workload";

/** When an object is declared; what comes later waits for what comes before. */
export type Stage =
  /** The mark that the namespace is taken, and the namespace itself. */
  | "instance"
  /** Everything pods refer to: claims, configuration, accounts, policies, services. */
  | "ground"
  /** Snapshots before an upgrade. */
  | "snapshots"
  | "stores"
  | "migration"
  | "frontends"
  | "search"
  | "workers"
  | "watchers"
  /** What leads the outside in. */
  | "edge";

const stagesOfRanks = ["stores", "frontends", "search", "workers", "watchers"] as const satisfies readonly Stage[];

const usualOrder: readonly Stage[] = [
  "instance",
  "ground",
  "snapshots",
  "stores",
  "migration",
  "frontends",
  "search",
  "workers",
  "watchers",
  "edge",
];

/**
 * The stages in order. A roll-out starts the stores, brings the schemas, and starts one rank after another; a multi-version
 * upgrade stops everything first.
 */
export function stagesOf(phase: "run" | "migrate"): readonly Stage[] {
  if (phase === "run") return usualOrder;
  return [...usualOrder.filter((stage) => stage !== "migration"), "migration"];
}

/** Kinds of objects that lead the outside in. */
const edgeKinds = ["Ingress", "BackendConfig", "FrontendConfig", "ManagedCertificate"];

function workloadsOf(plan: KubernetesPlan): readonly PlannedWorkload[] {
  return [...plan.workloads, ...(plan.executors?.workloads ?? [])];
}

/** The stage of an object, by its kind and name. */
export function stageOf(kind: string, name: string, plan: KubernetesPlan): Stage {
  if (kind === "Namespace") return "instance";
  if (kind === "VolumeSnapshot") return "snapshots";
  if (kind === "Job") return "migration";
  if (edgeKinds.includes(kind)) return "edge";
  const runs = ["Deployment", "StatefulSet", "DaemonSet", "HorizontalPodAutoscaler"].includes(kind);
  if (!runs) return "ground";
  const workload = workloadsOf(plan).find((candidate) => candidate.name === name);
  return workload === undefined ? "workers" : stagesOfRanks[workload.rank];
}

/** Workloads that go on while the schemas are brought over several releases. */
export const databaseComponents: readonly string[] = ["pgsql", "codeintel-db", "codeinsights-db"];

/** Minutes a database may take to start: what its start-up probe allows. */
export const databaseStartMinutes = 60;

/**
 * A plan with everything but the databases at zero pods, as a multi-version upgrade needs it. Agents of the nodes go on,
 * since they know nothing of the databases.
 */
export function standingStill(plan: KubernetesPlan): KubernetesPlan {
  return atZero(plan, ({ component }) => !databaseComponents.includes(component));
}

function atZero(plan: KubernetesPlan, stops: (workload: PlannedWorkload) => boolean): KubernetesPlan {
  const stop = (workload: PlannedWorkload): PlannedWorkload => {
    if (workload.kind === "DaemonSet" || !stops(workload)) return workload;
    const { autoscaling: _autoscaling, ...rest } = workload;
    return { ...rest, replicas: 0 };
  };
  return {
    ...plan,
    workloads: plan.workloads.map(stop),
    ...(plan.executors === undefined
      ? {}
      : { executors: { ...plan.executors, workloads: plan.executors.workloads.map(stop) } }),
  };
}

/** A plan with every pod gone but the agents of the nodes, databases too; claims, services and the way in stay. */
export function suspendedPlan(plan: KubernetesPlan): KubernetesPlan {
  return atZero(plan, () => true);
}

/** A snapshot of a claim before an upgrade. */
export interface PlannedClaimSnapshot {
  /** Name of the resource; the object's is this and something at random, so that each upgrade has its own. */
  readonly resource: string;
  /** Name of the claim. */
  readonly claim: string;
  /** Volume snapshot class. */
  readonly snapshotClass: string;
}

/** The snapshots before an upgrade to a release: of every claim whose data nothing else has. */
export function snapshotsBefore(plan: KubernetesPlan, release: string | undefined): PlannedClaimSnapshot[] {
  const { snapshotClass } = plan;
  if (snapshotClass === undefined || release === undefined) return [];
  return plan.workloads
    .flatMap(({ claims }) => claims)
    .filter(({ value }) => value === "precious")
    .flatMap(({ objects }) => objects)
    .map((claim) => ({ resource: `${plan.name}-before-${release}-${claim}`, claim, snapshotClass }));
}
