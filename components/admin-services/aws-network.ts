import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminSubnet } from "../core/planning/admin/admin-plan";
import { EgressFirewall } from "../network/aws-egress-firewall";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminGround, type AwsAdminScope } from "./aws-scope";

/** Services of AWS that are reached inside the network, by the end of their names. */
function endpointsOf({ plan }: AwsAdminScope): string[] {
  const streams = plan.services.some(({ stores }) => stores.some(({ kind }) => kind === "stream"));
  const signs = plan.keys.some(({ purpose }) => purpose === "sign");
  return [
    "ecr.api",
    "ecr.dkr",
    "logs",
    "monitoring",
    "secretsmanager",
    "sts",
    ...(signs ? ["kms"] : []),
    ...(streams ? ["kinesis-firehose"] : []),
  ].sort();
}

/**
 * Declares the network: in each zone a public subnet for load balancers and address translation, one for the firewall, a
 * private one for services, and one without any way out for stores. What leaves goes from the private subnet through the
 * firewall, which lets out to named hosts only, and then through address translation; answers take the same way back.
 * Services of AWS are reached inside the network.
 */
export function declareAdminNetwork(scope: AwsAdminScope): AwsAdminGround {
  const { parent, plan } = scope;
  const { network, name } = plan;
  const child = { parent };
  const tagged = (resource: string) => ({ tags: adminTags(scope, resource) });
  const main = new ec2.Vpc(
    `${name}-vpc`,
    { cidrBlock: network.cidr, enableDnsSupport: true, enableDnsHostnames: true, ...tagged(`${name}-vpc`) },
    child,
  );
  const gateway = new ec2.InternetGateway(`${name}-internet`, { vpcId: main.id, ...tagged(`${name}-internet`) }, child);
  const place = (planned: PlannedAdminSubnet): AwsAdminPlace => {
    const resource = `${name}-${planned.name}`;
    const subnet = new ec2.Subnet(
      resource,
      { vpcId: main.id, cidrBlock: planned.cidr, availabilityZone: planned.zone, ...tagged(resource) },
      child,
    );
    const table = new ec2.RouteTable(resource, { vpcId: main.id, ...tagged(resource) }, child);
    new ec2.RouteTableAssociation(resource, { subnetId: subnet.id, routeTableId: table.id }, child);
    return { planned, zone: planned.zone ?? "", subnet, table };
  };
  const of = (kind: PlannedAdminSubnet["kind"]): AwsAdminPlace[] =>
    network.subnets.filter((subnet) => subnet.kind === kind).map(place);
  const [open, firewalls, homes, data] = [of("public"), of("firewall"), of("private"), of("data")];

  for (const { planned, zone, subnet, table } of open) {
    const resource = `${name}-${planned.name}`;
    const everywhere = { destinationCidrBlock: "0.0.0.0/0" };
    const out = new ec2.Route(resource, { routeTableId: table.id, ...everywhere, gatewayId: gateway.id }, child);
    const firewall = firewalls.find((each) => each.zone === zone);
    if (firewall === undefined) continue;
    const natName = `${name}-nat-${zone.slice(plan.region.length)}`;
    const address = new ec2.Eip(natName, { domain: "vpc", ...tagged(natName) }, child);
    const nat = new ec2.NatGateway(
      natName,
      { subnetId: subnet.id, allocationId: address.id, ...tagged(natName) },
      // A replacement takes over the address, which the old gateway holds until it is gone.
      { parent, deleteBeforeReplace: true, dependsOn: [out] },
    );
    new ec2.Route(
      `${name}-${firewall.planned.name}`,
      { routeTableId: firewall.table.id, ...everywhere, natGatewayId: nat.id },
      child,
    );
  }
  const firewall = declareFirewall(scope, main, { open, firewalls, homes });
  return {
    vpcId: main.id,
    privateBlocks: homes.map(({ planned }) => planned.cidr),
    publicSubnetIds: open.map(({ subnet }) => subnet.id),
    privateSubnetIds: homes.map(({ subnet }) => subnet.id),
    dataSubnetIds: data.map(({ subnet }) => subnet.id),
    endpoints: declareEndpoints(scope, main, homes),
    ways: firewall.ways,
  };
}

/** A subnet with its route table. */
interface AwsAdminPlace {
  readonly planned: PlannedAdminSubnet;
  readonly zone: string;
  readonly subnet: ec2.Subnet;
  readonly table: ec2.RouteTable;
}

/** The firewall that lets out by name, and the ways through it from private subnets and back from address translation. */
function declareFirewall(
  scope: AwsAdminScope,
  main: ec2.Vpc,
  o: {
    readonly open: readonly AwsAdminPlace[];
    readonly firewalls: readonly AwsAdminPlace[];
    readonly homes: readonly AwsAdminPlace[];
  },
): EgressFirewall {
  const { parent, plan } = scope;
  const behind = (zone: string): PlannedAdminSubnet[] =>
    o.homes.filter((home) => home.zone === zone).map(({ planned }) => planned);
  return new EgressFirewall(
    plan.name,
    {
      vpcId: main.id,
      subnetIds: Object.fromEntries(o.firewalls.map(({ zone, subnet }) => [zone, subnet.id])),
      allowedDomains: plan.network.allowedHosts,
      homeCidrs: o.homes.map(({ planned }) => planned.cidr),
      routes: Object.fromEntries([
        ...o.homes.map(({ planned, zone, table }) => [planned.name, { routeTableId: table.id, zone }]),
        ...o.open.flatMap(({ planned, zone, table }) =>
          behind(zone).map(({ name, cidr }) => [
            `${planned.name}-${name}`,
            { routeTableId: table.id, zone, destinationCidrBlock: cidr },
          ]),
        ),
      ]) as Record<string, { routeTableId: pulumi.Output<string>; zone: string }>,
      logs: { keyArn: keyNamed(scope, plan.logs.key).arn, retentionDays: plan.logs.retentionDays },
      deletionProtection: plan.deletionProtection,
      tags: adminStoreTags(scope, `${plan.name}-egress`, undefined, ["operational"]),
    },
    { parent },
  );
}

/** Addresses of AWS' own services inside the network, for the private subnets. */
function declareEndpoints(scope: AwsAdminScope, main: ec2.Vpc, homes: readonly AwsAdminPlace[]): ec2.SecurityGroup {
  const { parent, plan } = scope;
  const child = { parent };
  const name = `${plan.name}-endpoints`;
  const group = new ec2.SecurityGroup(
    name,
    { vpcId: main.id, description: `Services of AWS for ${plan.name}`, tags: adminTags(scope, name) },
    child,
  );
  for (const { planned } of homes) {
    const rule = `${name}-from-${planned.name}`;
    new vpc.SecurityGroupIngressRule(
      rule,
      {
        securityGroupId: group.id,
        cidrIpv4: planned.cidr,
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        tags: adminTags(scope, rule),
      },
      child,
    );
  }
  for (const service of endpointsOf(scope)) {
    const resource = `${name}-${service.replace(".", "-")}`;
    new ec2.VpcEndpoint(
      resource,
      {
        vpcId: main.id,
        vpcEndpointType: "Interface",
        serviceName: `com.amazonaws.${plan.region}.${service}`,
        privateDnsEnabled: true,
        subnetIds: homes.map(({ subnet }) => subnet.id),
        securityGroupIds: [group.id],
        tags: adminTags(scope, resource),
      },
      child,
    );
  }
  new ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId: main.id,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${plan.region}.s3`,
      routeTableIds: homes.map(({ table }) => table.id),
      tags: adminTags(scope, `${name}-s3`),
    },
    child,
  );
  return group;
}
