import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsCellScope } from "./aws-scope";

/** Services of AWS that nodes, add-ons and pods of a cell call; the firewall lets none of them out. */
const services = [
  "autoscaling",
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "kms",
  "logs",
  "monitoring",
  "secretsmanager",
  "sts",
];

/** Lets the account's own identities through, and nobody else: data cannot be carried into another account. */
function ownAccountOnly(account: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OwnAccount",
        Effect: "Allow",
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { StringEquals: { "aws:PrincipalAccount": account } },
      },
    ],
  });
}

/** Declares how a cell reaches AWS without leaving its network. */
export function declareEndpoints(
  scope: AwsCellScope,
  o: { readonly vpcId: pulumi.Input<string>; readonly subnetIds: readonly pulumi.Input<string>[] },
): pulumi.CustomResource[] {
  const { cell, child, tags } = scope;
  const groupName = `${cell.name}-endpoints`;
  const group = new ec2.SecurityGroup(
    groupName,
    { vpcId: o.vpcId, description: `Services of AWS for cell ${cell.name}`, tags: tags(groupName) },
    child,
  );
  new vpc.SecurityGroupIngressRule(
    groupName,
    {
      securityGroupId: group.id,
      cidrIpv4: cell.cidr,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      tags: tags(groupName),
    },
    child,
  );
  return services.map((service) => {
    const name = `${cell.name}-endpoint-${service.replace(".", "-")}`;
    return new ec2.VpcEndpoint(
      name,
      {
        vpcId: o.vpcId,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${cell.region}.${service}`,
        subnetIds: [...o.subnetIds],
        securityGroupIds: [group.id],
        privateDnsEnabled: true,
        policy: ownAccountOnly(cell.account.id),
        tags: tags(name),
      },
      child,
    );
  });
}
