import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { portsOfNode } from "../core/planning/kubernetes/gke";
import { transformed, type Transform } from "../vm/args";
import { declarePrivateServices, type GcpPrivateServices } from "./gcp-private-services";

/** Changes to single children of a cluster's network. */
export interface GcpClusterNetworkTransforms {
  /** The network itself. */
  readonly vpc?: Transform<compute.NetworkArgs>;
  /** The nodes' subnetwork, but for its blocks. */
  readonly subnetwork?: Transform<Omit<compute.SubnetworkArgs, "ipCidrRange" | "secondaryIpRanges">>;
  /** The router that carries the address translation. */
  readonly router?: Transform<compute.RouterArgs>;
  /** The addresses outgoing connections come from, each of them. */
  readonly natAddress?: Transform<compute.AddressArgs>;
  /** The address translation. */
  readonly nat?: Transform<compute.RouterNatArgs>;
  /** The block of Google's own services. */
  readonly privateServices?: Transform<Pick<compute.GlobalAddressArgs, "labels">>;
}

/** Arguments of the Google Cloud `ClusterNetwork`. */
export interface GcpClusterNetworkArgs extends Bounded {
  /** Block of the nodes, e.g. `10.40.0.0/18`. A larger one that holds it is in place; any other change replaces the subnetwork. */
  readonly nodeCidr: string;
  /** Block of the pods, of which each node takes a /24. A change replaces the cluster in it. */
  readonly podCidr: string;
  /** Block of the Kubernetes services. A change replaces the cluster in it. */
  readonly serviceCidr: string;
  /** Region of the subnetwork. A change replaces it. */
  readonly region: string;
  /** Project to make it in. Default: the provider's. A change replaces everything. */
  readonly project?: string;
  /** Addresses outgoing connections come from. Default 1. In place: more are added, the first stay. */
  readonly natAddresses?: number;
  /**
   * Block that Cloud SQL and Memorystore take their addresses from, /23 or larger and outside all others, for private services
   * access. Default none: such services cannot be reached. A change replaces the block and moves no service.
   */
  readonly privateServicesCidr?: string;
  /** Labels of what takes labels: the addresses. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: GcpClusterNetworkTransforms;
}

/** Names of the secondary ranges of the nodes' subnetwork. */
const ranges = { pods: "pods", services: "services" } as const;

/** Most ports one node may have for outgoing connections at a time. */
const mostPortsOfNode = 32_768;

/**
 * A network for a cluster: one regional subnetwork with ranges of its own for pods and services, private access to Google's
 * APIs, flow logs, and address translation for nodes and pods from lasting addresses that code hosts can be told of.
 *
 * No firewall rule comes with it: GKE makes those it needs. Needs the API compute.googleapis.com, and
 * servicenetworking.googleapis.com with `privateServicesCidr`.
 *
 * Cost: address translation of 32 nodes and more about 33 USD a month, four USD for each address, and traffic.
 *
 * @example
 * new ClusterNetwork("net", { nodeCidr: "10.40.0.0/18", podCidr: "10.4.0.0/14", serviceCidr: "10.8.0.0/20", region: "us-central1" });
 */
export class ClusterNetwork extends pulumi.ComponentResource {
  /** Self link of the network. */
  readonly selfLink: pulumi.Output<string>;
  /** Self link of the nodes' subnetwork. */
  readonly subnetwork: pulumi.Output<string>;
  /** Name of the range of the pods. */
  readonly podRange: pulumi.Output<string>;
  /** Name of the range of the services. */
  readonly serviceRange: pulumi.Output<string>;
  /** Addresses outgoing connections come from. */
  readonly egressAddresses: pulumi.Output<string[]>;
  /** How Cloud SQL and Memorystore are reached; undefined without `privateServicesCidr`. */
  readonly privateServices: GcpPrivateServices | undefined;
  /** The way out: nodes that start without it get no image. */
  readonly wayOut: pulumi.Resource;

  /**
   * @param name stem of all names
   * @param args blocks and region
   * @param opts options of the component; a provider given here is used for every child
   */
  constructor(name: string, args: GcpClusterNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:ClusterNetwork", name, { boundary: args.boundary }, opts);
    const { nodeCidr, podCidr, serviceCidr, region, project, labels = {}, transform = {}, privateServicesCidr } = args;
    const child = { parent: this };
    const network = new compute.Network(
      `${name}-vpc`,
      transformed<compute.NetworkArgs>(
        { project, autoCreateSubnetworks: false, routingMode: "REGIONAL" },
        transform.vpc,
      ),
      child,
    );
    const subnetwork = new compute.Subnetwork(
      `${name}-nodes`,
      {
        ...transformed<Omit<compute.SubnetworkArgs, "ipCidrRange" | "secondaryIpRanges">>(
          {
            project,
            region,
            network: network.selfLink,
            privateIpGoogleAccess: true,
            stackType: "IPV4_ONLY",
            logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
          },
          transform.subnetwork,
        ),
        ipCidrRange: nodeCidr,
        secondaryIpRanges: [
          { rangeName: ranges.pods, ipCidrRange: podCidr },
          { rangeName: ranges.services, ipCidrRange: serviceCidr },
        ],
      },
      child,
    );
    const { addresses, nat } = this.translate(name, network, subnetwork, args);
    this.selfLink = network.selfLink;
    this.subnetwork = subnetwork.selfLink;
    // Known when the subnetwork is, so that nothing is put into a range before it is there.
    this.podRange = subnetwork.id.apply(() => ranges.pods);
    this.serviceRange = subnetwork.id.apply(() => ranges.services);
    this.egressAddresses = pulumi.all(addresses.map(({ address }) => address));
    this.wayOut = nat;
    this.privateServices =
      privateServicesCidr === undefined
        ? undefined
        : declarePrivateServices({
            name: `${name}-services`,
            network,
            cidr: privateServicesCidr,
            project,
            labels,
            parent: this,
            transform: transform.privateServices,
          });
    this.registerOutputs({
      selfLink: this.selfLink,
      subnetwork: this.subnetwork,
      podRange: this.podRange,
      serviceRange: this.serviceRange,
      egressAddresses: this.egressAddresses,
      privateServicesRange: this.privateServices?.range,
    });
  }

  private translate(
    name: string,
    network: compute.Network,
    subnetwork: compute.Subnetwork,
    { region, project, natAddresses = 1, labels = {}, transform = {} }: GcpClusterNetworkArgs,
  ): { readonly addresses: readonly compute.Address[]; readonly nat: compute.RouterNat } {
    const child = { parent: this };
    const router = new compute.Router(
      `${name}-router`,
      transformed<compute.RouterArgs>({ project, region, network: network.selfLink }, transform.router),
      child,
    );
    const addresses = Array.from(
      { length: natAddresses },
      (_, index) =>
        new compute.Address(
          `${name}-nat-${index + 1}`,
          transformed<compute.AddressArgs>({ project, region, addressType: "EXTERNAL", labels }, transform.natAddress),
          child,
        ),
    );
    const nat = new compute.RouterNat(
      `${name}-nat`,
      transformed<compute.RouterNatArgs>(
        {
          project,
          region,
          router: router.name,
          natIpAllocateOption: "MANUAL_ONLY",
          natIps: addresses.map(({ selfLink }) => selfLink),
          sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
          subnetworks: [{ name: subnetwork.selfLink, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
          // Pods of one node clone from few hosts at a time: nodes get more ports as they need them.
          enableDynamicPortAllocation: true,
          enableEndpointIndependentMapping: false,
          minPortsPerVm: portsOfNode,
          maxPortsPerVm: mostPortsOfNode,
          logConfig: { enable: true, filter: "ERRORS_ONLY" },
        },
        transform.nat,
      ),
      child,
    );
    return { addresses, nat };
  }
}
