import assert from "node:assert/strict";
import type { GkeClusterArgs } from "../../components/cluster/gcp-args";
import type { Manifest } from "../../components/core/planning/manifest";
import { leastClusterArgs, recordCluster } from "../support/gcp-cluster";

/** The manifest of a cluster of a version. */
const manifestOf = (clusterVersion: string) => ({ clusterVersion }) as Manifest;

describe("GkeCluster refuses before anything is registered", () => {
  const refusals: Record<string, [GkeClusterArgs, string]> = {
    "a cluster that is there": [
      { ...leastClusterArgs, cluster: { existing: {} } },
      "'cluster.existing' names a cluster that is there, where one is made; remove it",
    ],
    "two networks": [
      {
        ...leastClusterArgs,
        network: { cidr: "10.40.0.0/16" },
        existingNetwork: { network: "net-1", subnetwork: "sub-1" },
      },
      "'existingNetwork' and 'network' exclude each other; keep one of them",
    ],
    "two versions up": [
      { ...leastClusterArgs, cluster: { version: "1.35" }, previous: manifestOf("1.33") },
      "'cluster.version' must go up one minor version at a time: the cluster runs 1.33, got \"1.35\"; set 1.34 first and deploy",
    ],
    "a version down": [
      { ...leastClusterArgs, cluster: { version: "1.34" }, previous: manifestOf("1.35") },
      "'cluster.version' must not go down: the cluster runs 1.35, got \"1.34\"; keep 1.35",
    ],
    "admins that are no members": [
      { ...leastClusterArgs, cluster: { admins: ["admins@example.com"] } },
      "'cluster.admins.0' must be an IAM member such as group:admins@example.com, got \"admins@example.com\"",
    ],
    "a network too small for a cluster": [
      { ...leastClusterArgs, network: { cidr: "10.40.0.0/22" } },
      "'network.cidr' must be between /16 and /20 for a cluster, got \"10.40.0.0/22\"",
    ],
    "Auto Mode": [
      { ...leastClusterArgs, cluster: { autoMode: true } },
      "'cluster.autoMode' has no meaning for cloud gcp; remove it",
    ],
  };
  for (const [what, [args, text]] of Object.entries(refusals))
    it(what, async () => {
      const { error, resources } = await recordCluster(args);
      assert.equal((error as Error).message, `the configuration is not valid:\n  - ${text}`);
      assert.deepEqual(resources, []);
    });
});
