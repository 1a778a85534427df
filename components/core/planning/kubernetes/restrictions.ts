import { InputError, type Problem } from "../../errors";
import type { KubernetesSpecification, SpecifiedRestrictions } from "../config/specified";
import type { ReplicaQuotaConfig } from "../config/config";
import { podsOf, requestOf } from "./requests";
import type { PlannedWorkload } from "./workload";

// What the admins of a customer's cluster do not allow, made on a replica's own cluster in their place.

/** What the admins do not allow, beyond the level of the namespace. */
export interface PlannedRestrictions {
  /** What the namespace may have at most, by the names of a ResourceQuota; absent for no bound. */
  readonly quota?: Readonly<Record<string, string>>;
  /** Whether pods whose containers may write to their root are refused. */
  readonly readOnlyRoots: boolean;
  /** Whether cluster roles for accounts of the namespace are refused. */
  readonly deniesClusterRoles: boolean;
}

const levels = ["restricted", "baseline", "privileged"] as const;

/** A pod security level. */
type Level = (typeof levels)[number];

/** The strictest level that all pods meet. */
function levelMet(workloads: readonly PlannedWorkload[]): Level {
  const met = workloads.map(({ podSecurityLevel }) => levels.indexOf(podSecurityLevel));
  return levels[Math.max(0, ...met)] ?? "privileged";
}

/** What all pods and claims ask for together, by the keys of a quota. */
function askedFor(workloads: readonly PlannedWorkload[]): Record<keyof ReplicaQuotaConfig, number> {
  const sum = (of: (workload: PlannedWorkload) => number) => workloads.reduce((total, each) => total + of(each), 0);
  return {
    cpus: sum((each) => podsOf(each) * requestOf(each).cpus),
    memoryGb: sum((each) => podsOf(each) * requestOf(each).memoryGib),
    storageGb: sum(({ claims }) => claims.reduce((total, { objects, sizeGib }) => total + objects.length * sizeGib, 0)),
    pods: sum(podsOf),
    claims: sum(({ claims }) => claims.reduce((total, { objects }) => total + objects.length, 0)),
  };
}

const units: Readonly<Record<keyof ReplicaQuotaConfig, string>> = {
  cpus: " cores",
  memoryGb: " GiB",
  storageGb: " GiB",
  pods: " pods",
  claims: " claims",
};

function quotaProblems(quota: ReplicaQuotaConfig, workloads: readonly PlannedWorkload[]): Problem[] {
  const asked = askedFor(workloads);
  return (Object.keys(units) as (keyof ReplicaQuotaConfig)[]).flatMap((key): Problem[] => {
    const most = quota[key];
    if (most === undefined || asked[key] <= most) return [];
    return [
      {
        path: `replica.cluster.quota.${key}`,
        message: `is ${most}, and what is planned asks for ${Math.ceil(asked[key])}${units[key]}; give at least that, or a smaller 'size' or 'overrides', as the customer has`,
      },
    ];
  });
}

function levelProblems(enforced: Level, workloads: readonly PlannedWorkload[]): Problem[] {
  const beyond = workloads.filter(
    ({ podSecurityLevel }) => levels.indexOf(podSecurityLevel) > levels.indexOf(enforced),
  );
  if (beyond.length === 0) return [];
  const named = beyond.map(({ name, podSecurityLevel }) => `${name} (${podSecurityLevel})`).join(", ");
  return [
    {
      path: "replica.cluster.podSecurity",
      message: `is ${enforced}, which refuses pods of ${named}; leave them out by 'kubernetes.leaveOut', or set 'kubernetes.profile' restricted, as the customer has`,
    },
  ];
}

function rootProblems(workloads: readonly PlannedWorkload[]): Problem[] {
  const writing = workloads.filter(({ initContainers, containers }) =>
    [...initContainers, ...containers].some(({ security }) => security.readOnlyRootFilesystem !== true),
  );
  if (writing.length === 0) return [];
  return [
    {
      path: "replica.cluster.readOnlyRoots",
      message: `refuses pods of ${writing.map(({ name }) => name).join(", ")}, which write to their root; leave them out by 'kubernetes.leaveOut', as the customer has`,
    },
  ];
}

function quotaTexts({ cpus, memoryGb, storageGb, pods, claims }: ReplicaQuotaConfig): Record<string, string> {
  const texts = {
    "requests.cpu": cpus === undefined ? undefined : String(cpus),
    "requests.memory": memoryGb === undefined ? undefined : `${Math.round(memoryGb * 1024)}Mi`,
    "requests.storage": storageGb === undefined ? undefined : `${Math.round(storageGb * 1024)}Mi`,
    pods: pods === undefined ? undefined : String(pods),
    persistentvolumeclaims: claims === undefined ? undefined : String(claims),
  };
  return Object.fromEntries(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function plannedOf({ quota, readOnlyRoots, clusterRoles }: SpecifiedRestrictions): PlannedRestrictions {
  const hard = quotaTexts(quota);
  return {
    ...(Object.keys(hard).length > 0 && { quota: hard }),
    readOnlyRoots,
    deniesClusterRoles: clusterRoles === "denied",
  };
}

/**
 * The level that the namespace enforces, and what else is not allowed in it.
 *
 * @param workloads every workload of the namespace
 * @throws InputError for restrictions that the planned pods would not get past
 */
export function planRestrictions(
  { replica }: KubernetesSpecification,
  workloads: readonly PlannedWorkload[],
): { readonly level: Level; readonly restrictions?: PlannedRestrictions } {
  const cluster = replica?.cluster;
  const met = levelMet(workloads);
  if (cluster === undefined) return { level: met };
  const problems = [
    ...levelProblems(cluster.podSecurity ?? met, workloads),
    ...(cluster.readOnlyRoots ? rootProblems(workloads) : []),
    ...quotaProblems(cluster.quota, workloads),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return { level: cluster.podSecurity ?? met, restrictions: plannedOf(cluster) };
}
