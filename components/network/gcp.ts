import * as compute from "@pulumi/gcp/compute";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { InputError } from "../core/errors";
import { checkNetwork, planSubnets } from "../core/planning/addresses";
import { transformed, type Transform } from "../vm/args";
import { declarePrivateApis, restrictedCidr } from "./gcp-private-apis";
import { declarePrivateServices, type GcpPrivateServices } from "./gcp-private-services";

/** Changes to single children of a network, applied last. */
export interface GcpNetworkTransforms {
  /** The network itself. */
  readonly network?: Transform<compute.NetworkArgs>;
  /** The machine's subnetwork. */
  readonly subnetwork?: Transform<compute.SubnetworkArgs>;
  /** The router that carries the address translation. */
  readonly router?: Transform<compute.RouterArgs>;
  /** The address outgoing connections come from. */
  readonly natAddress?: Transform<compute.AddressArgs>;
  /** The address translation. */
  readonly nat?: Transform<compute.RouterNatArgs>;
  /** The block of Google's own services. */
  readonly privateServices?: Transform<Pick<compute.GlobalAddressArgs, "labels">>;
}

/** Arguments of `Network` on Google Cloud. */
export interface GcpNetworkArgs extends Bounded {
  /** Block the network is cut from, /16 to /24, e.g. `10.40.0.0/16`. No default. A change replaces the subnetwork and the machine in it. */
  readonly cidr: string;
  /** Region of the subnetwork, e.g. `us-central1`. No default. A change replaces the subnetwork. */
  readonly region: string;
  /** Project to make it in. Default: the provider's. A change replaces everything. */
  readonly project?: string;
  /**
   * Whether machines without an external address reach the outside, from one lasting address. Default true. In place; a
   * machine with an address of its own does not need it.
   */
  readonly nat?: boolean;
  /**
   * Whether the network leads nowhere: no default route and no address translation, and Google's APIs by addresses within
   * Google's network. Default false. A change replaces the network.
   */
  readonly closed?: boolean;
  /**
   * Block that Cloud SQL and Memorystore take their addresses from, /23 or larger and outside the subnetwork, for private
   * services access. Default none: such services cannot be reached. A change replaces the block and moves no service.
   */
  readonly privateServicesCidr?: string;
  /** Labels of what takes labels: the address. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Changes to single children. Default none. */
  readonly transform?: GcpNetworkTransforms;
}

/**
 * A network of its own for one machine: one regional subnetwork with private access to Google's APIs and flow logs, and,
 * unless switched off, address translation from a lasting address that code hosts can be told of.
 *
 * No firewall rule comes with it: nothing reaches in until something else says so. Needs the API compute.googleapis.com,
 * and servicenetworking.googleapis.com with `privateServicesCidr`.
 *
 * @example
 * new Network("net", { cidr: "10.40.0.0/16", region: "us-central1" });
 */
export class Network extends pulumi.ComponentResource {
  /** Name of the network, unique in its project. */
  readonly networkId: pulumi.Output<string>;
  /** Self link of the network. */
  readonly selfLink: pulumi.Output<string>;
  /** Self link of the machine's subnetwork. */
  readonly subnetworkId: pulumi.Output<string>;
  /** Address outgoing connections come from; undefined without address translation. */
  readonly egressAddress: pulumi.Output<string> | undefined;
  /** How Cloud SQL and Memorystore are reached; undefined without `privateServicesCidr`. */
  readonly privateServices: GcpPrivateServices | undefined;

  /**
   * @param name stem of all names
   * @param args where, and which block
   * @param opts options of the component; a provider given here is used for every child
   * @throws InputError when the block is none, or not between /16 and /24
   */
  constructor(name: string, args: GcpNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    const { cidr, region, project, labels = {}, transform = {}, privateServicesCidr, closed = false } = args;
    const problems = checkNetwork({ cloud: "gcp", network: { cidr } });
    if (problems.length > 0) throw new InputError(problems, "the network is not valid");
    const block = planSubnets(cidr).find((subnet) => subnet.name === "machine")?.cidr ?? cidr;

    super("sourcegraph:gcp:Network", name, { boundary: args.boundary }, opts);
    const child = { parent: this };
    const network = new compute.Network(
      `${name}-vpc`,
      transformed<compute.NetworkArgs>(
        {
          project,
          autoCreateSubnetworks: false,
          routingMode: "REGIONAL",
          ...(closed && { deleteDefaultRoutesOnCreate: true }),
        },
        transform.network,
      ),
      child,
    );
    const subnetwork = new compute.Subnetwork(
      `${name}-machine`,
      transformed<compute.SubnetworkArgs>(
        {
          project,
          region,
          network: network.selfLink,
          ipCidrRange: block,
          privateIpGoogleAccess: true,
          stackType: "IPV4_ONLY",
          logConfig: { aggregationInterval: "INTERVAL_10_MIN", flowSampling: 0.5, metadata: "INCLUDE_ALL_METADATA" },
        },
        transform.subnetwork,
      ),
      child,
    );
    this.networkId = network.name;
    this.selfLink = network.selfLink;
    this.subnetworkId = subnetwork.selfLink;
    this.egressAddress =
      !closed && (args.nat ?? true)
        ? this.translate(name, network, subnetwork, region, project, labels, transform)
        : undefined;
    if (closed) {
      new compute.Route(
        `${name}-apis`,
        {
          project,
          network: network.selfLink,
          description: "Google's APIs, within Google's network",
          destRange: restrictedCidr,
          nextHopGateway: "default-internet-gateway",
        },
        child,
      );
      declarePrivateApis(this, name, { ...(project !== undefined && { project }), network: network.selfLink, labels });
    }
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
      networkId: this.networkId,
      selfLink: this.selfLink,
      subnetworkId: this.subnetworkId,
      egressAddress: this.egressAddress,
      privateServicesRange: this.privateServices?.range,
    });
  }

  private translate(
    name: string,
    network: compute.Network,
    subnetwork: compute.Subnetwork,
    region: string,
    project: string | undefined,
    labels: Readonly<Record<string, string>>,
    transform: GcpNetworkTransforms,
  ): pulumi.Output<string> {
    const child = { parent: this };
    const router = new compute.Router(
      `${name}-router`,
      transformed<compute.RouterArgs>({ project, region, network: network.selfLink }, transform.router),
      child,
    );
    const address = new compute.Address(
      `${name}-nat`,
      transformed<compute.AddressArgs>({ project, region, addressType: "EXTERNAL", labels }, transform.natAddress),
      child,
    );
    new compute.RouterNat(
      `${name}-nat`,
      transformed<compute.RouterNatArgs>(
        {
          project,
          region,
          router: router.name,
          natIpAllocateOption: "MANUAL_ONLY",
          natIps: [address.selfLink],
          sourceSubnetworkIpRangesToNat: "LIST_OF_SUBNETWORKS",
          subnetworks: [{ name: subnetwork.selfLink, sourceIpRangesToNats: ["ALL_IP_RANGES"] }],
          // One machine clones many repositories from few hosts at a time; the default of 64 would be used up.
          minPortsPerVm: 8192,
          logConfig: { enable: true, filter: "ERRORS_ONLY" },
        },
        transform.nat,
      ),
      child,
    );
    return address.address;
  }
}
