import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import { transformed } from "../vm/args";
import { serviceTags, type AwsServicesScope } from "./aws-scope";

/**
 * A security group that lets the clients in at one port, and nothing out: a server answers, and opens no connections.
 *
 * @param what stem of its name, e.g. `databases`
 */
export function declareGroup(
  scope: AwsServicesScope,
  what: string,
  port: number,
  description: string,
): ec2.SecurityGroup {
  const { parent, name, vpcId, clients, transform } = scope;
  const groupName = `${name}-${what}`;
  const group = new ec2.SecurityGroup(
    groupName,
    { ...transformed({ description, tags: serviceTags(scope, groupName) }, transform.securityGroup), vpcId },
    { parent },
  );
  for (const [client, groupId] of Object.entries(clients)) {
    const ruleName = `${groupName}-from-${client}`;
    new vpc.SecurityGroupIngressRule(
      ruleName,
      {
        securityGroupId: group.id,
        referencedSecurityGroupId: groupId,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        tags: serviceTags(scope, ruleName),
      },
      { parent },
    );
  }
  return group;
}
