import * as ec2 from "@pulumi/aws/ec2";
import * as ec2transitgateway from "@pulumi/aws/ec2transitgateway";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import { transformed } from "./args";
import { tagsOf, type AwsScope } from "./aws-scope";

/** Where the machine stands. */
export interface AwsPlace {
  readonly vpcId: pulumi.Input<string>;
  readonly subnetId: pulumi.Input<string>;
  readonly loadBalancerSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Where databases and Redis of AWS may stand; none where nothing is managed. */
  readonly databaseSubnetIds: pulumi.Input<pulumi.Input<string>[]>;
  /** Whether an Instance Connect endpoint is made. */
  readonly instanceConnect: boolean;
  /** Group of an Instance Connect endpoint that is there. */
  readonly connectSecurityGroupId?: pulumi.Input<string>;
  /** The network's own component, where one is made: the machine starts when all of it is there. */
  readonly network?: pulumi.Resource;
}

/** The security groups. */
export interface AwsFirewall {
  readonly machine: ec2.SecurityGroup;
  /** Group of the load balancer, where there is one. */
  readonly loadBalancer?: ec2.SecurityGroup;
}

const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });

/** Lets the allowed blocks in, one rule for each block and port; a rule's name holds the block, so that none moves. */
function allowBlocks(scope: AwsScope, group: ec2.SecurityGroup): void {
  const { parent, names, plan } = scope;
  for (const cidr of new Set(plan.exposure.allowedCidrs))
    for (const port of plan.exposure.ports) {
      const name = names.ingress(port, cidr);
      const source = cidr.includes(":") ? { cidrIpv6: cidr } : { cidrIpv4: cidr };
      new vpc.SecurityGroupIngressRule(
        name,
        { securityGroupId: group.id, ...tcp(port), ...source, tags: tagsOf(scope, name) },
        { parent },
      );
    }
}

/** Lets one group reach another at a port: a rule on either side, and no block of addresses. */
function allowGroup(
  scope: AwsScope,
  port: number,
  from: { readonly name: string; readonly group: pulumi.Input<string> },
  to: { readonly name: string; readonly group: pulumi.Input<string> },
): void {
  const { parent } = scope;
  new vpc.SecurityGroupEgressRule(
    from.name,
    { securityGroupId: from.group, referencedSecurityGroupId: to.group, ...tcp(port), tags: tagsOf(scope, from.name) },
    { parent },
  );
  admitGroup(scope, port, from.group, to);
}

function admitGroup(
  scope: AwsScope,
  port: number,
  from: pulumi.Input<string>,
  to: { readonly name: string; readonly group: pulumi.Input<string> },
): void {
  new vpc.SecurityGroupIngressRule(
    to.name,
    { securityGroupId: to.group, referencedSecurityGroupId: from, ...tcp(port), tags: tagsOf(scope, to.name) },
    { parent: scope.parent },
  );
}

/**
 * Declares who may reach the machine: the allowed blocks at 80 and 443, or the load balancer alone at 80; an Instance
 * Connect endpoint alone at 22. The machine itself may go anywhere: code hosts, the registry and mail servers are the
 * user's, and their addresses are not known here. Without a way out it may go to private addresses only.
 */
export function declareFirewall(scope: AwsScope, place: AwsPlace): AwsFirewall {
  const { parent, names, transform, plan } = scope;
  const group = (name: string, description: string): ec2.SecurityGroup =>
    new ec2.SecurityGroup(name, { vpcId: place.vpcId, description, tags: tagsOf(scope, name) }, { parent });
  const machine = new ec2.SecurityGroup(
    names.machine,
    transformed(
      { vpcId: place.vpcId, description: "Machine of Sourcegraph", tags: tagsOf(scope, names.machine) },
      transform.securityGroup,
    ),
    { parent },
  );
  const letOut = (name: string, cidrIpv4: string): vpc.SecurityGroupEgressRule =>
    new vpc.SecurityGroupEgressRule(
      name,
      { securityGroupId: machine.id, ipProtocol: "-1", cidrIpv4, tags: tagsOf(scope, name) },
      { parent },
    );
  const { closed } = plan.exposure;
  if (closed === undefined) letOut(names.machineToAnywhere, "0.0.0.0/0");
  else for (const cidr of closed.egress) letOut(names.machineTo(cidr), cidr);
  const loadBalancer = plan.exposure.loadBalancer ? group(names.edge, "Load balancer of Sourcegraph") : undefined;
  allowBlocks(scope, loadBalancer ?? machine);
  if (loadBalancer !== undefined)
    allowGroup(
      scope,
      80,
      { name: names.loadBalancerToMachine, group: loadBalancer.id },
      { name: names.machineFromLoadBalancer, group: machine.id },
    );
  const ssh = { name: names.machineFromConnect, group: machine.id };
  if (place.instanceConnect) {
    const connect = group(names.connect, "Instance Connect endpoint of Sourcegraph");
    allowGroup(scope, 22, { name: names.connectToMachine, group: connect.id }, ssh);
    new ec2transitgateway.InstanceConnectEndpoint(
      names.connect,
      transformed(
        {
          subnetId: place.subnetId,
          securityGroupIds: [connect.id],
          // The machine sees the endpoint's group, not the address of the person behind it.
          preserveClientIp: false,
          tags: tagsOf(scope, names.connect),
        },
        transform.connectEndpoint,
      ),
      { parent },
    );
  } else if (place.connectSecurityGroupId !== undefined) admitGroup(scope, 22, place.connectSecurityGroupId, ssh);
  return { machine, ...(loadBalancer === undefined ? {} : { loadBalancer }) };
}
