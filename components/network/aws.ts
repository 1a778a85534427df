import * as ec2 from "@pulumi/aws/ec2";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { planDatabaseSubnets, planSubnets, type PlannedSubnet } from "../core/planning/addresses";
import { transformed, type Transform } from "../vm/args";

/** Changes to single children of a network. */
export interface AwsNetworkTransforms {
  /** The VPC. */
  readonly vpc?: Transform<ec2.VpcArgs>;
  /** The internet gateway. */
  readonly internetGateway?: Transform<ec2.InternetGatewayArgs>;
  /** The route table of all subnets. */
  readonly routeTable?: Transform<ec2.RouteTableArgs>;
  /** The subnets, each of them. */
  readonly subnet?: Transform<ec2.SubnetArgs>;
  /** The gateway endpoint of S3. */
  readonly storageEndpoint?: Transform<ec2.VpcEndpointArgs>;
  /** The endpoints of a network without a way out, each of them. */
  readonly endpoint?: Transform<ec2.VpcEndpointArgs>;
}

/** Arguments of the AWS `Network`. */
export interface AwsNetworkArgs extends Bounded {
  /**
   * Address block, /16 to /24, of which the first three eighths are used, and the next two for databases. A change replaces
   * the network.
   *
   * @example "10.40.0.0/16"
   */
  readonly cidr: string;
  /** Region of the network, as the provider has it. A change replaces the network. */
  readonly region: string;
  /** Zone of the machine, of its data disk and of the first load balancer subnet. A change replaces those subnets. */
  readonly zone: string;
  /**
   * Zone of the second load balancer subnet. Default the region's zone `b`, or `a` where the machine is in another than `a`;
   * to be given where an account has no such zone. A change replaces that subnet.
   */
  readonly secondZone?: string;
  /** Whether there are subnets for databases and caches of AWS. Default false. In place. */
  readonly databases?: boolean;
  /**
   * Services of AWS, by the names of their endpoints, that are reached by addresses of this network, which then has no way out.
   * Default none: there is a way out. A change adds or removes the way out, and what is open breaks.
   *
   * @example ["s3", "secretsmanager", "kms", "sts"]
   */
  readonly endpoints?: readonly string[];
  /** Tags of every resource. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: AwsNetworkTransforms;
}

/** The zone beside a zone: `a` beside all others, `b` beside `a`. */
export function secondZoneOf(zone: string): string {
  const region = zone.slice(0, -1);
  return zone.endsWith("a") ? `${region}b` : `${region}a`;
}

/**
 * A network for one machine: a VPC, a subnet for the machine and two for a load balancer, and a way out.
 *
 * The machine's subnet has a route to the internet, and no NAT gateway stands between: one costs more a month than a small
 * machine's disk and forwards no connection that the machine would not make itself. What may come in is decided by security
 * groups alone, and none of them is open by default. S3 is reached through a gateway endpoint, which is free. The load
 * balancer's subnets are made in any case, so that adding a load balancer later changes no address.
 *
 * With `endpoints` it has no way out at all: no gateway and no route but its own. Whoever is to reach it has to be connected to it.
 *
 * Cost: none but traffic; with `endpoints` about 7 USD a month for each, and traffic.
 *
 * @example
 * new Network("sourcegraph", { cidr: "10.40.0.0/16", region: "us-east-1", zone: "us-east-1a" });
 */
export class Network extends pulumi.ComponentResource {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Id of the machine's subnet. */
  readonly machineSubnetId: pulumi.Output<string>;
  /** Ids of the load balancer's subnets, in two zones. */
  readonly edgeSubnetIds: pulumi.Output<string[]>;
  /** Ids of the subnets of databases and caches, in two zones, without a way out; none unless asked for. */
  readonly databaseSubnetIds: pulumi.Output<string[]>;

  /**
   * @param name stem of the children's names
   * @param args block and zones
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: AwsNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:Network", name, { boundary: args.boundary }, opts);
    const { cidr, region, zone, secondZone = secondZoneOf(zone), databases = false, transform = {} } = args;
    const { endpoints } = args;
    const tagged = (child: string) => ({ Name: child, ...args.tags });
    const child = { parent: this };

    const vpcName = `${name}-vpc`;
    const vpc = new ec2.Vpc(
      vpcName,
      transformed(
        { cidrBlock: cidr, enableDnsSupport: true, enableDnsHostnames: true, tags: tagged(vpcName) },
        transform.vpc,
      ),
      child,
    );
    const routesName = `${name}-routes`;
    const routes = new ec2.RouteTable(
      routesName,
      transformed({ vpcId: vpc.id, tags: tagged(routesName) }, transform.routeTable),
      child,
    );
    if (endpoints === undefined) wayOut(this, name, { vpc, routes, region, tagged, transform });
    const closedSubnet = (planned: PlannedSubnet): pulumi.Output<string> => {
      const subnetName = `${name}-${planned.name}`;
      const made = new ec2.Subnet(
        subnetName,
        transformed(
          {
            vpcId: vpc.id,
            cidrBlock: planned.cidr,
            availabilityZone: planned.zoneIndex === 0 ? zone : secondZone,
            tags: tagged(subnetName),
          },
          transform.subnet,
        ),
        child,
      );
      return made.id;
    };
    const subnet = (planned: PlannedSubnet): pulumi.Output<string> => {
      const subnetId = closedSubnet(planned);
      new ec2.RouteTableAssociation(`${name}-${planned.name}`, { subnetId, routeTableId: routes.id }, child);
      return subnetId;
    };
    const [machine, firstEdge, secondEdge] = planSubnets(cidr);

    this.vpcId = vpc.id;
    this.machineSubnetId = subnet(machine);
    if (endpoints !== undefined)
      declareDoors(this, name, { vpc, subnetId: this.machineSubnetId, cidr, region, endpoints, tagged, transform });
    this.edgeSubnetIds = pulumi.all([subnet(firstEdge), subnet(secondEdge)]);
    // Those stay with the network's own route table, which leads nowhere else.
    this.databaseSubnetIds = pulumi.all(databases ? planDatabaseSubnets(cidr).map(closedSubnet) : []);
    this.registerOutputs({
      vpcId: this.vpcId,
      machineSubnetId: this.machineSubnetId,
      edgeSubnetIds: this.edgeSubnetIds,
      databaseSubnetIds: this.databaseSubnetIds,
    });
  }
}

/** What ways in and out of a network are made of. */
interface Ways {
  readonly vpc: ec2.Vpc;
  readonly region: string;
  /** Tags of a child, by its name. */
  readonly tagged: (child: string) => Record<string, string>;
  readonly transform: AwsNetworkTransforms;
}

/** The way to the internet, and the one to S3 that costs nothing. */
function wayOut(
  parent: pulumi.Resource,
  name: string,
  { vpc, routes, region, tagged, transform }: Ways & { readonly routes: ec2.RouteTable },
): void {
  const child = { parent };
  const gatewayName = `${name}-internet`;
  const gateway = new ec2.InternetGateway(
    gatewayName,
    transformed({ vpcId: vpc.id, tags: tagged(gatewayName) }, transform.internetGateway),
    child,
  );
  new ec2.Route(
    `${name}-default-route`,
    { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
    child,
  );
  const storageName = `${name}-storage`;
  new ec2.VpcEndpoint(
    storageName,
    transformed(
      {
        vpcId: vpc.id,
        vpcEndpointType: "Gateway",
        serviceName: `com.amazonaws.${region}.s3`,
        routeTableIds: [routes.id],
        tags: tagged(storageName),
      },
      transform.storageEndpoint,
    ),
    child,
  );
}

/** The services of AWS by addresses of the network itself: nothing leads out of it. */
function declareDoors(
  parent: pulumi.Resource,
  name: string,
  o: Ways & {
    readonly subnetId: pulumi.Input<string>;
    readonly cidr: string;
    readonly endpoints: readonly string[];
  },
): void {
  const { vpc, subnetId, cidr, region, endpoints, tagged, transform } = o;
  const child = { parent };
  const groupName = `${name}-endpoints`;
  const group = new ec2.SecurityGroup(
    groupName,
    { vpcId: vpc.id, description: `Services of AWS for ${name}`, tags: tagged(groupName) },
    child,
  );
  new SecurityGroupIngressRule(
    groupName,
    {
      securityGroupId: group.id,
      cidrIpv4: cidr,
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      tags: tagged(groupName),
    },
    child,
  );
  for (const service of endpoints) {
    const endpointName = `${name}-to-${service}`;
    new ec2.VpcEndpoint(
      endpointName,
      transformed(
        {
          vpcId: vpc.id,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${region}.${service}`,
          subnetIds: [subnetId],
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          // AWS gives names of S3 to networks with a gateway endpoint only, unless it is told so.
          ...(service === "s3" && { dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false } }),
          tags: tagged(endpointName),
        },
        transform.endpoint,
      ),
      child,
    );
  }
}
