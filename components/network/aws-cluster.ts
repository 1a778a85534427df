import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { PlannedClusterSubnet } from "../core/planning/kubernetes/cluster-network";
import { labelled } from "../fact-labels";
import { transformed, type Transform } from "../vm/args";
import { EgressFirewall, type AwsFirewallLogs, type AwsFirewallRoute } from "./aws-egress-firewall";

/** Changes to single children of a cluster's network. */
export interface AwsClusterNetworkTransforms {
  /** The VPC. */
  readonly vpc?: Transform<ec2.VpcArgs>;
  /** The internet gateway. */
  readonly internetGateway?: Transform<ec2.InternetGatewayArgs>;
  /** The subnets, each of them. */
  readonly subnet?: Transform<ec2.SubnetArgs>;
  /** The fixed addresses of the NAT gateways, each of them. */
  readonly natAddress?: Transform<ec2.EipArgs>;
  /** The gateway endpoint of S3. */
  readonly storageEndpoint?: Transform<ec2.VpcEndpointArgs>;
}

/** A firewall between the nodes and their way out. */
export interface AwsClusterFirewall {
  /** Subnets of the firewall and of the NAT gateways behind it: `firewall-a` and `nat-a`, one each for every zone. */
  readonly subnets: readonly PlannedClusterSubnet[];
  /** Hosts that may be opened. In place. */
  readonly allowedDomains: readonly string[];
  /** Where what is refused is written; default nowhere. In place. */
  readonly logs?: AwsFirewallLogs;
  /** Whether AWS refuses to delete it. Default true. In place. */
  readonly deletionProtection?: boolean;
}

/** Arguments of the AWS `ClusterNetwork`. */
export interface AwsClusterNetworkArgs extends Bounded {
  /** Address block. A change replaces the network. */
  readonly cidr: string;
  /** Region of the network, as the provider has it. A change replaces the network. */
  readonly region: string;
  /** How the block is cut. A changed block or zone replaces that subnet. */
  readonly subnets: readonly PlannedClusterSubnet[];
  /**
   * A firewall that lets nodes and pods out by name only. Default none: they may open anything. To be decided when the network is
   * made: it moves the NAT gateways, and what goes out is cut off for minutes.
   */
  readonly firewall?: AwsClusterFirewall;
  /** Tags of every resource. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: AwsClusterNetworkTransforms;
}

/** Where a NAT gateway stands behind a firewall. */
interface NatPlace {
  readonly planned: PlannedClusterSubnet;
  readonly routes: ec2.RouteTable;
  readonly subnet: ec2.Subnet;
}

/** A zone whose private subnet goes out through a firewall. */
interface GuardedZone {
  readonly zone: string;
  readonly inner: PlannedClusterSubnet;
  readonly routes: ec2.RouteTable;
  readonly nat: ec2.NatGateway;
  readonly natRoutes: NatPlace;
}

/** Subnets of databases have no way out: databases answer, and ask nobody. */
const isolated = (subnet: PlannedClusterSubnet): boolean => subnet.name.startsWith("databases-");

/**
 * A network for a cluster: in each zone a public subnet for load balancers and a NAT gateway, a private one for nodes, and
 * one without any way out for databases.
 *
 * Each zone has a NAT gateway of its own: the loss of a zone then takes no other zone's way out, and nothing is paid for
 * traffic between zones. S3, where the images' layers of many registries and all uploads are, is reached through a gateway
 * endpoint, which is free. The tags tell the load balancer controller which subnets to use.
 *
 * Cost: a NAT gateway and a fixed address in each zone, about 36 USD a month each, and traffic.
 *
 * @example
 * new ClusterNetwork("sourcegraph", { cidr: "10.40.0.0/16", region: "us-east-1", subnets: planned.network.subnets });
 */
export class ClusterNetwork extends pulumi.ComponentResource {
  /** Id of the VPC. */
  readonly vpcId: pulumi.Output<string>;
  /** Ids of the public subnets, in the order of the zones. */
  readonly publicSubnetIds: pulumi.Output<string[]>;
  /** Zone to id of its private subnet. */
  readonly privateSubnets: Readonly<Record<string, pulumi.Output<string>>>;
  /** Ids of the databases' subnets, in the order of the zones. */
  readonly databaseSubnetIds: pulumi.Output<string[]>;
  /** Fixed addresses outgoing connections come from, one for each zone, for code hosts. */
  readonly egressAddresses: pulumi.Output<string[]>;
  /** The ways through the firewall; none without one. */
  readonly ways: readonly pulumi.Resource[];

  /**
   * @param name stem of the children's names
   * @param args block and subnets
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: AwsClusterNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:ClusterNetwork", name, { boundary: args.boundary }, labelled(args.boundary, opts));
    const { cidr, region, subnets, firewall, transform = {} } = args;
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
    const gatewayName = `${name}-internet`;
    const gateway = new ec2.InternetGateway(
      gatewayName,
      transformed({ vpcId: vpc.id, tags: tagged(gatewayName) }, transform.internetGateway),
      child,
    );
    const table = (tableName: string): ec2.RouteTable =>
      new ec2.RouteTable(tableName, { vpcId: vpc.id, tags: tagged(tableName) }, child);
    const place = (planned: PlannedClusterSubnet, routes: ec2.RouteTable, tags: Record<string, string>): ec2.Subnet => {
      const subnetName = `${name}-${planned.name}`;
      const made = new ec2.Subnet(
        subnetName,
        transformed(
          {
            vpcId: vpc.id,
            cidrBlock: planned.cidr,
            availabilityZone: planned.zone,
            tags: { ...tagged(subnetName), ...tags },
          },
          transform.subnet,
        ),
        child,
      );
      new ec2.RouteTableAssociation(subnetName, { subnetId: made.id, routeTableId: routes.id }, child);
      return made;
    };

    const publicRoutes = table(`${name}-public`);
    const wayOut = new ec2.Route(
      `${name}-public`,
      { routeTableId: publicRoutes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
      child,
    );
    const open = subnets.filter((subnet) => subnet.public);
    const publicSubnets = open.map((planned) => place(planned, publicRoutes, { "kubernetes.io/role/elb": "1" }));

    const natSubnet = (of: AwsClusterFirewall, zone: string | undefined): NatPlace => {
      const planned = of.subnets.find((subnet) => subnet.public && subnet.zone === zone);
      if (planned === undefined)
        throw new Error(`the firewall has no subnet for a NAT gateway in ${zone ?? "no zone"}`);
      const routes = table(`${name}-${planned.name}`);
      new ec2.Route(
        `${name}-${planned.name}`,
        { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", gatewayId: gateway.id },
        child,
      );
      return { planned, routes, subnet: place(planned, routes, {}) };
    };
    const tables = [publicRoutes];
    const privateSubnets: Record<string, pulumi.Output<string>> = {};
    const guarded: GuardedZone[] = [];
    const addresses: ec2.Eip[] = [];
    for (const planned of subnets.filter((subnet) => !subnet.public && !isolated(subnet))) {
      const index = open.findIndex(({ zone }) => zone === planned.zone);
      const natRoutes = firewall === undefined ? undefined : natSubnet(firewall, planned.zone);
      const outside = natRoutes?.subnet ?? publicSubnets[index];
      if (planned.zone === undefined || outside === undefined)
        throw new Error(`the private subnet ${planned.name} has no public one in its zone`);
      const natName = `${name}-nat-${planned.zone.slice(region.length)}`;
      const address = new ec2.Eip(
        natName,
        transformed({ domain: "vpc", tags: tagged(natName) }, transform.natAddress),
        child,
      );
      addresses.push(address);
      const nat = new ec2.NatGateway(
        natName,
        { subnetId: outside.id, allocationId: address.id, tags: tagged(natName) },
        // A replacement takes over the address, which the old gateway holds until it is gone.
        { parent: this, deleteBeforeReplace: true, dependsOn: [wayOut] },
      );
      const routes = table(`${name}-${planned.name}`);
      tables.push(routes);
      if (natRoutes === undefined)
        new ec2.Route(
          `${name}-${planned.name}`,
          { routeTableId: routes.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
          child,
        );
      else guarded.push({ zone: planned.zone, inner: planned, routes, nat, natRoutes });
      privateSubnets[planned.zone] = place(planned, routes, { "kubernetes.io/role/internal-elb": "1" }).id;
    }

    this.ways =
      firewall === undefined
        ? []
        : this.guard(name, firewall, { vpcId: vpc.id, guarded, place, table, tags: args.tags ?? {}, cidr });

    const closed = subnets.filter((subnet) => !subnet.public && isolated(subnet));
    const databaseSubnets: ec2.Subnet[] = [];
    if (closed.length > 0) {
      const routes = table(`${name}-databases`);
      for (const planned of closed) databaseSubnets.push(place(planned, routes, {}));
    }

    const storageName = `${name}-storage`;
    new ec2.VpcEndpoint(
      storageName,
      transformed(
        {
          vpcId: vpc.id,
          vpcEndpointType: "Gateway",
          serviceName: `com.amazonaws.${region}.s3`,
          routeTableIds: tables.map((routes) => routes.id),
          tags: tagged(storageName),
        },
        transform.storageEndpoint,
      ),
      child,
    );

    this.vpcId = vpc.id;
    this.egressAddresses = pulumi.all(addresses.map(({ publicIp }) => publicIp));
    this.publicSubnetIds = pulumi.all(publicSubnets.map((subnet) => subnet.id));
    this.privateSubnets = privateSubnets;
    this.databaseSubnetIds = pulumi.all(databaseSubnets.map((subnet) => subnet.id));
    this.registerOutputs({
      vpcId: this.vpcId,
      egressAddresses: this.egressAddresses,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnets: this.privateSubnets,
      databaseSubnetIds: this.databaseSubnetIds,
    });
  }

  /** Puts the firewall between the private subnets and their NAT gateways, zone by zone. */
  private guard(
    name: string,
    firewall: AwsClusterFirewall,
    o: {
      readonly vpcId: pulumi.Output<string>;
      readonly guarded: readonly GuardedZone[];
      readonly place: (
        planned: PlannedClusterSubnet,
        routes: ec2.RouteTable,
        tags: Record<string, string>,
      ) => ec2.Subnet;
      readonly table: (tableName: string) => ec2.RouteTable;
      readonly tags: Readonly<Record<string, string>>;
      readonly cidr: string;
    },
  ): readonly pulumi.Resource[] {
    const { allowedDomains, logs, deletionProtection = true } = firewall;
    const subnetIds: Record<string, pulumi.Output<string>> = {};
    const routes: Record<string, AwsFirewallRoute> = {};
    for (const { zone, inner, routes: innerRoutes, nat, natRoutes } of o.guarded) {
      const planned = firewall.subnets.find((subnet) => !subnet.public && subnet.zone === zone);
      if (planned === undefined) throw new Error(`the firewall has no subnet in ${zone}`);
      const own = o.table(`${name}-${planned.name}`);
      new ec2.Route(
        `${name}-${planned.name}`,
        { routeTableId: own.id, destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id },
        { parent: this },
      );
      subnetIds[zone] = o.place(planned, own, {}).id;
      routes[inner.name] = { routeTableId: innerRoutes.id, zone };
      // Answers go back the way the questions came, or the firewall knows nothing of them.
      routes[natRoutes.planned.name] = { routeTableId: natRoutes.routes.id, zone, destinationCidrBlock: inner.cidr };
    }
    const made = new EgressFirewall(
      name,
      {
        vpcId: o.vpcId,
        subnetIds,
        allowedDomains,
        homeCidrs: [o.cidr],
        routes,
        ...(logs === undefined ? {} : { logs }),
        deletionProtection,
        tags: o.tags,
      },
      { parent: this },
    );
    return made.ways;
  }
}
