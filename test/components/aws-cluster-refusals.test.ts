import assert from "node:assert/strict";
import { leastCluster, manifestOf, recordCluster } from "../support/aws-cluster";

describe("EksCluster refuses before anything is registered", () => {
  const refusals: Record<string, [Parameters<typeof recordCluster>[0], string]> = {
    "a cluster that is there": [
      { ...leastCluster, cluster: { existing: {} } },
      "'cluster.existing' names a cluster that is there, where one is made; remove it",
    ],
    "a network of one subnet": [
      { ...leastCluster, network: { existing: { vpcId: "vpc-1", subnetId: "subnet-1" } } },
      "'network.existing' names one subnet, and a cluster needs one in every zone; remove it, or give 'existingNetwork' in a program of your own",
    ],
    "two networks": [
      { ...leastCluster, network: { cidr: "10.40.0.0/16" }, existingNetwork: { vpcId: "vpc-1", privateSubnets: {} } },
      "'existingNetwork' and 'network' exclude each other; keep one of them",
    ],
    "a network without the nodes' zones": [
      {
        ...leastCluster,
        existingNetwork: { vpcId: "vpc-1", privateSubnets: { "us-east-1a": "a", "us-east-1b": "b" } },
      },
      "'existingNetwork.privateSubnets.us-east-1c' is missing; nodes stand in that zone, and need a private subnet there",
    ],
    "an unknown add-on": [
      { ...leastCluster, addOnVersions: { "core-dns": "v1" } },
      "'addOnVersions.core-dns' is no add-on of this cluster, which has vpc-cni, kube-proxy, eks-pod-identity-agent, coredns, aws-ebs-csi-driver, snapshot-controller, metrics-server",
    ],
    "two versions up": [
      { ...leastCluster, previous: manifestOf("1.33") },
      "'cluster.version' must go up one minor version at a time: the cluster runs 1.33, got \"1.35\"; set 1.34 first and deploy",
    ],
    "a version down": [
      { ...leastCluster, cluster: { version: "1.34" }, previous: manifestOf("1.35") },
      "'cluster.version' must not go down: the cluster runs 1.35, got \"1.34\"; keep 1.35",
    ],
    "admins that are no principals": [
      { ...leastCluster, cluster: { admins: ["admin"] } },
      "'cluster.admins.0' must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/Admin, got \"admin\"",
    ],
  };
  for (const [what, [args, text]] of Object.entries(refusals))
    it(what, async () => {
      const { error, resources } = await recordCluster(args);
      assert.equal((error as Error).message, `the configuration is not valid:\n  - ${text}`);
      assert.deepEqual(resources, []);
    });
});
