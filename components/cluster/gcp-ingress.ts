import * as compute from "@pulumi/gcp/compute";
import * as dns from "@pulumi/gcp/dns";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { PlannedGceIngress } from "../core/planning/kubernetes/ingress";
import { transformed, type Transform } from "../vm/args";
import { armorRules } from "../vm/gcp-load-balancer";

/** Changes to single children of what stands beside an Ingress. */
export interface IngressEdgeTransforms {
  /** The address. */
  readonly address?: Transform<Pick<compute.GlobalAddressArgs, "labels">>;
  /** Who may get through; absent where everybody may. */
  readonly securityPolicy?: Transform<Omit<compute.SecurityPolicyArgs, "name">>;
  /** Versions and ciphers of TLS. */
  readonly sslPolicy?: Transform<Omit<compute.SSLPolicyArgs, "name">>;
}

/** Arguments of `IngressEdge`. */
export interface IngressEdgeArgs extends Bounded {
  /** Project of the cluster. A change replaces everything. */
  readonly project: string;
  /** Names under which the Ingress asks for address and policies; what has none is not made. */
  readonly names: Pick<PlannedGceIngress, "securityPolicy" | "sslPolicy"> & {
    /** Name of the address. */
    readonly staticAddress: string;
  };
  /** CIDR blocks that may get through; used with a security policy. In place. */
  readonly allowedCidrs: readonly string[];
  /** Labels of what takes labels. Default none. In place. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Changes to single children, applied last. Default none. */
  readonly transform?: IngressEdgeTransforms;
}

/**
 * What an Ingress of GKE names and does not make: a lasting address, who may get through, and the versions of TLS. They are called in the cloud as the Ingress calls them.
 *
 * Cost: the address about two USD a month while the Ingress uses it, the policy about six and a price for each million
 * requests.
 *
 * @example
 * new IngressEdge("sourcegraph", { project: "example", names: { staticAddress: "sourcegraph-ingress" }, allowedCidrs: [] });
 */
export class IngressEdge extends pulumi.ComponentResource {
  /** Address of the load balancer, to which the record of the domain has to lead. Known once the policies are there too. */
  readonly address: pulumi.Output<string>;

  /**
   * @param name stem of the children's names
   * @param args names, and who may get through
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: IngressEdgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:IngressEdge", name, { boundary: args.boundary }, opts);
    const { project, names, allowedCidrs, labels = {}, transform = {} } = args;
    const own = `${name}-ingress`;
    const child = { parent: this };
    const address = new compute.GlobalAddress(
      own,
      {
        project,
        name: names.staticAddress,
        addressType: "EXTERNAL",
        labels: transformed<Pick<compute.GlobalAddressArgs, "labels">>({ labels }, transform.address).labels,
      },
      child,
    );
    const policies: pulumi.CustomResource[] = [];
    if (names.securityPolicy !== undefined)
      policies.push(
        new compute.SecurityPolicy(
          own,
          {
            ...transformed<Omit<compute.SecurityPolicyArgs, "name">>(
              {
                project,
                type: "CLOUD_ARMOR",
                description: "who may reach Sourcegraph",
                rules: armorRules(allowedCidrs),
              },
              transform.securityPolicy,
            ),
            name: names.securityPolicy,
          },
          child,
        ),
      );
    if (names.sslPolicy !== undefined)
      policies.push(
        new compute.SSLPolicy(
          own,
          {
            ...transformed<Omit<compute.SSLPolicyArgs, "name">>(
              { project, profile: "MODERN", minTlsVersion: "TLS_1_2" },
              transform.sslPolicy,
            ),
            name: names.sslPolicy,
          },
          child,
        ),
      );
    const made = pulumi.all(policies.map(({ id }) => id));
    this.address = pulumi.all([address.address, made]).apply(([known]) => known);
    this.registerOutputs({ address: this.address });
  }
}

/** Arguments of the Google Cloud `IngressRecord`. */
export interface IngressRecordArgs extends Bounded {
  /** Project of the zone. A change replaces the record. */
  readonly project: string;
  /** Host name of the instance. A change replaces the record. */
  readonly domain: string;
  /** Zone of Cloud DNS it is written into. A change replaces the record. */
  readonly dnsZone: string;
  /** IPv4 address of the load balancer. In place. */
  readonly address: pulumi.Input<string>;
  /** A change to the record, applied last. Default none. */
  readonly record?: Transform<dns.RecordSetArgs>;
}

/**
 * The DNS record that leads to the load balancer of an Ingress. Google issues a managed certificate only once it does.
 *
 * Cost: none but for questions.
 *
 * @example
 * new IngressRecord("sourcegraph", { project: "example", domain, dnsZone: "example-com", address: edge.address });
 */
export class IngressRecord extends pulumi.ComponentResource {
  /** The name that was written, with a dot at its end. */
  readonly fqdn: pulumi.Output<string>;

  /**
   * @param name stem of the child's name
   * @param args name, zone and address
   * @param opts options of the component; the provider given here is used for the child
   */
  constructor(name: string, args: IngressRecordArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:IngressRecord", name, { boundary: args.boundary }, opts);
    const { project, domain, dnsZone, address, record } = args;
    this.fqdn = new dns.RecordSet(
      `${name}-record`,
      transformed<dns.RecordSetArgs>(
        { project, managedZone: dnsZone, name: `${domain}.`, type: "A", ttl: 300, rrdatas: [address] },
        record,
      ),
      // Two records of one name cannot be side by side.
      { parent: this, deleteBeforeReplace: true },
    ).name;
    this.registerOutputs({ fqdn: this.fqdn });
  }
}
