import * as iam from "@pulumi/aws/iam";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "../vm/args";
import { partitionOf } from "../vm/aws-scope";
import { permitDisks } from "./aws-keys";
import { clusterTags, type EksScope } from "./aws-scope";

/** A role and its rights: whoever takes it waits for both, and it outlives whoever has it. */
export interface EksRole {
  readonly role: iam.Role;
  readonly rights: readonly pulumi.Resource[];
}

/** A trust policy for a service of AWS that may also pass on tags, by which rights are narrowed to one cluster. */
export function clusterTrust(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: ["sts:AssumeRole", "sts:TagSession"] }],
  });
}

/** The ARN of a policy that AWS keeps. */
export function managedPolicy(region: string, policy: string): string {
  return `arn:${partitionOf(region)}:iam::aws:policy/${policy}`;
}

function role(
  scope: EksScope,
  o: {
    readonly name: string;
    readonly description: string;
    readonly service: string;
    readonly policies: readonly string[];
    readonly policyName: (policy: string) => string;
  },
): EksRole {
  const { parent, transform, specification } = scope;
  const made = new iam.Role(
    o.name,
    transformed(
      { description: o.description, assumeRolePolicy: clusterTrust(o.service), tags: clusterTags(scope, o.name) },
      transform.role,
    ),
    { parent },
  );
  const rights = o.policies.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        o.policyName(policy),
        { role: made.name, policyArn: managedPolicy(specification.region, policy) },
        { parent },
      ),
  );
  return { role: made, rights };
}

/** What Auto Mode does in the account's name: machines, disks, load balancers and addresses. */
const autoModePolicies = [
  "AmazonEKSComputePolicy",
  "AmazonEKSBlockStoragePolicy",
  "AmazonEKSLoadBalancingPolicy",
  "AmazonEKSNetworkingPolicy",
];

/** Declares the role of the control plane. Another role would replace the cluster, so Auto Mode only adds rights to it. */
export function declareClusterRole(scope: EksScope): EksRole {
  const { names, specification, cluster } = scope;
  const made = role(scope, {
    name: names.clusterRole,
    description: `Control plane of Sourcegraph ${specification.name}`,
    service: "eks.amazonaws.com",
    policies: ["AmazonEKSClusterPolicy", ...(cluster.autoMode ? autoModePolicies : [])],
    policyName: names.clusterPolicy,
  });
  // There the control plane makes the disks of claims.
  return cluster.autoMode ? { ...made, rights: [...made.rights, ...permitDisks(scope, made.role)] } : made;
}

/**
 * Declares the role of the nodes: they join the cluster and pull images, and nothing else. What pods may do is granted to
 * their accounts, and pods cannot reach the role of their node.
 */
export function declareNodeRole(scope: EksScope): EksRole {
  const { names, specification, cluster } = scope;
  return role(scope, {
    name: names.nodeRole,
    description: `Nodes of Sourcegraph ${specification.name}`,
    service: "ec2.amazonaws.com",
    policies: [
      cluster.autoMode ? "AmazonEKSWorkerNodeMinimalPolicy" : "AmazonEKSWorkerNodePolicy",
      "AmazonEC2ContainerRegistryPullOnly",
    ],
    policyName: names.nodePolicy,
  });
}
