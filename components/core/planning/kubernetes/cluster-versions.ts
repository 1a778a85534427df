import type { Problem } from "../../errors";
import { show } from "../config/problems";

/**
 * Kubernetes versions this library was written against, oldest first. Newer ones than the default are taken too where a
 * cloud has them already.
 */
export const clusterVersions = ["1.32", "1.33", "1.34", "1.35", "1.36"] as const;

const path = "cluster.version";

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}

function unknown(version: string): Problem {
  return { path, message: `must be one of ${clusterVersions.join(", ")}, got ${show(version)}` };
}

/** A cluster version that no deployment can have yet. An old one may be that of a cluster that is there. */
export function newerVersionProblems(version: string): Problem[] {
  const newest = clusterVersions[clusterVersions.length - 1] ?? version;
  return minorOf(version) > minorOf(newest) ? [unknown(version)] : [];
}

/**
 * What is wrong with a cluster version, by itself and after the one that is deployed.
 *
 * @param previous version of the previous deployment; absent on the first
 */
export function clusterVersionProblems(previous: string | undefined, version: string): Problem[] {
  const known: readonly string[] = clusterVersions;
  // What is deployed stays deployable, also when the list has left it behind.
  if (!known.includes(version) && version !== previous) return [unknown(version)];
  if (previous === undefined) return [];
  const steps = minorOf(version) - minorOf(previous);
  if (steps < 0)
    return [
      { path, message: `must not go down: the cluster runs ${previous}, got ${show(version)}; keep ${previous}` },
    ];
  if (steps > 1)
    return [
      {
        path,
        message: `must go up one minor version at a time: the cluster runs ${previous}, got ${show(version)}; set 1.${minorOf(previous) + 1} first and deploy`,
      },
    ];
  return [];
}

/** A step of the way from one cluster version to the next. */
export interface ClusterUpgradeStep {
  /** What goes to the version, in this order: nodes may be older than the control plane, never newer. */
  readonly part: "control-plane" | "add-ons" | "nodes";
  /** Version it has before and after. */
  readonly from: string;
  readonly to: string;
  /** What happens, in the user's words. */
  readonly what: string;
}

/**
 * Steps of an upgrade of the cluster; none when nothing changes. One deployment takes them all, one after the other.
 *
 * @param from version of the previous deployment
 * @param to version that is asked for, at most one minor version above
 */
export function clusterUpgradeSteps(from: string, to: string): readonly ClusterUpgradeStep[] {
  if (from === to) return [];
  return [
    {
      part: "control-plane",
      from,
      to,
      what: "the control plane is replaced by the cloud; the API answers on, pods run on",
    },
    {
      part: "add-ons",
      from,
      to,
      what: "network, names and storage drivers go to the versions of the new control plane",
    },
    {
      part: "nodes",
      from,
      to,
      what: "nodes are replaced one by one in every group; their pods move, those with volumes within their zone, and are away meanwhile",
    },
  ];
}
