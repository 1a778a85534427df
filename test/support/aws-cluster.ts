import type { Manifest } from "../../components/core/planning/manifest";
import type { EksClusterArgs } from "../../components/cluster/aws-args";
import { EksCluster } from "../../components/cluster/aws";
import { standInManifest } from "./stand-in-manifest";
import { record, type Answers, type Recording } from "./recorder";

/** The version that EKS sets by default for an add-on and a cluster's version. */
const defaultVersion = (inputs: Readonly<Record<string, unknown>>) =>
  `${String(inputs["addonName"])}-for-${String(inputs["kubernetesVersion"])}`;

/** How AWS answers. */
export const clusterAnswers: Answers = {
  outputs: ({ type, name }) => {
    switch (type) {
      case "aws:kms/key:Key":
        return { keyId: "key-1", arn: "arn:aws:kms:us-east-1:123456789012:key/key-1" };
      case "aws:ec2/launchTemplate:LaunchTemplate":
        return { latestVersion: 7 };
      case "aws:eks/nodeGroup:NodeGroup":
        return { resources: [{ autoscalingGroups: [{ name: `asg-of-${name}` }] }] };
      case "aws:eks/cluster:Cluster":
        return {
          endpoint: "https://abc.eks.amazonaws.com",
          certificateAuthority: { data: "Q0E=" },
          vpcConfig: { clusterSecurityGroupId: "sg-cluster", subnetIds: [], vpcId: "vpc-1" },
        };
      case "aws:acm/certificate:Certificate":
        return {
          domainValidationOptions: [
            { resourceRecordName: "_proof.", resourceRecordType: "CNAME", resourceRecordValue: "_value." },
          ],
        };
      case "aws:route53/record:Record":
        return { fqdn: `fqdn-of-${name}` };
      default:
        return {};
    }
  },
  calls: ({ token, inputs }) =>
    token === "aws:lb/getHostedZoneId:getHostedZoneId" ? { id: "ZELB" } : { version: defaultVersion(inputs) },
};

/** The least a cluster on AWS needs. */
export const leastCluster: EksClusterArgs = {
  region: "us-east-1",
  release: "7.5.4453",
  size: "M",
  access: { allowedCidrs: ["10.0.0.0/8"] },
  cluster: { version: "1.35" },
};

/** Everything that adds a child, or most of it: admins, alarms by mail, a public endpoint. */
export const fullCluster: EksClusterArgs = {
  ...leastCluster,
  access: { allowedCidrs: ["10.0.0.0/8", "198.51.100.0/24", "2001:db8::/32"] },
  cluster: { version: "1.35", admins: ["arn:aws:iam::123456789012:role/platform/Admin"] },
  alarms: { email: "ops@example.com" },
  tags: { team: "search" },
};

/** Records a cluster on AWS named `sourcegraph`. */
export function recordCluster(args: EksClusterArgs, answers: Answers = {}): Promise<Recording<EksCluster>> {
  return record((opts) => new EksCluster("sourcegraph", args, opts), { ...clusterAnswers, ...answers });
}

/** The manifest of a deployment of that cluster version. */
export const manifestOf = (clusterVersion: string): Manifest =>
  standInManifest({ shape: "kubernetes", zone: "", size: "M", clusterVersion });
