import type * as compute from "@pulumi/gcp/compute";
import type * as dns from "@pulumi/gcp/dns";
import type * as kms from "@pulumi/gcp/kms";
import type * as logging from "@pulumi/gcp/logging";
import type * as monitoring from "@pulumi/gcp/monitoring";
import type * as secretmanager from "@pulumi/gcp/secretmanager";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import type * as storage from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";
import type { GcpManagedServicesTransforms } from "../managed-services/gcp-args";
import type { GcpNetworkTransforms } from "../network/gcp";
import type { SourcegraphVmArgs, Transform } from "./args";

/** Children of the load balancer that can be changed. */
export interface GcpLoadBalancerTransforms {
  /** Its address. */
  readonly address?: Transform<compute.GlobalAddressArgs>;
  /** The group that holds the machine. */
  readonly instanceGroup?: Transform<compute.InstanceGroupArgs>;
  /** The check that decides whether the machine gets requests. */
  readonly healthCheck?: Transform<compute.HealthCheckArgs>;
  /** Who may get through; absent where everybody may. */
  readonly securityPolicy?: Transform<compute.SecurityPolicyArgs>;
  /** Time limits, logging, and what else concerns requests to the machine. */
  readonly backendService?: Transform<compute.BackendServiceArgs>;
  /** Where HTTPS requests go. */
  readonly urlMap?: Transform<compute.URLMapArgs>;
  /** The certificate, issued and renewed by Google. */
  readonly certificate?: Transform<compute.ManagedSslCertificateArgs>;
  /** Versions and ciphers of TLS. */
  readonly sslPolicy?: Transform<compute.SSLPolicyArgs>;
  /** Where TLS ends. */
  readonly httpsProxy?: Transform<compute.TargetHttpsProxyArgs>;
  /** Port 443 of the address. */
  readonly httpsRule?: Transform<compute.GlobalForwardingRuleArgs>;
  /** Where HTTP requests are sent to HTTPS. */
  readonly redirect?: Transform<compute.URLMapArgs>;
  /** Where plain HTTP ends. */
  readonly httpProxy?: Transform<compute.TargetHttpProxyArgs>;
  /** Port 80 of the address. */
  readonly httpRule?: Transform<compute.GlobalForwardingRuleArgs>;
}

/** Children that watch the instance and can be changed. */
export interface GcpAlarmTransforms {
  /** Where alarms are sent, with `alarms`. */
  readonly channel?: Transform<monitoring.NotificationChannelArgs>;
  /** The check from the outside, of instances that everybody may reach. */
  readonly uptimeCheck?: Transform<monitoring.UptimeCheckConfigArgs>;
  /** The alarm for that check. */
  readonly uptime?: Transform<monitoring.AlertPolicyArgs>;
  /** The alarm for a machine that has gone silent. */
  readonly status?: Transform<monitoring.AlertPolicyArgs>;
  /** The alarm for a data disk that fills up. */
  readonly diskUsage?: Transform<monitoring.AlertPolicyArgs>;
  /** The count of snapshots made by the schedule. */
  readonly snapshotMetric?: Transform<logging.MetricArgs>;
  /** The alarm for snapshots that stay away. */
  readonly backupAge?: Transform<monitoring.AlertPolicyArgs>;
}

/**
 * Changes to single children, applied last. Where a child holds data, or opens it, only arguments that cannot lose any
 * are in the type, and others are disregarded.
 */
export interface GcpTransforms {
  /** The network that is made for the machine. */
  readonly network?: GcpNetworkTransforms;
  /** The key all data is encrypted with: how often it rotates, and labels. */
  readonly key?: Transform<Pick<kms.CryptoKeyArgs, "labels" | "rotationPeriod">>;
  /** The machine's account. */
  readonly account?: Transform<Pick<serviceaccount.AccountArgs, "description" | "displayName">>;
  /** The bucket that bundles are in. */
  readonly bucket?: Transform<
    Pick<storage.BucketArgs, "labels" | "lifecycleRules" | "logging" | "softDeletePolicy" | "storageClass">
  >;
  /** The bucket of backups. */
  readonly backupBucket?: Transform<Pick<storage.BucketArgs, "labels" | "logging" | "storageClass">>;
  /** Every secret. */
  readonly secret?: Transform<Pick<secretmanager.SecretArgs, "annotations" | "labels">>;
  /** The data disk. Size, type and speed are given by `dataDisk`. */
  readonly dataDisk?: Transform<Pick<compute.DiskArgs, "labels">>;
  /** The daily snapshots. How long they are kept, and when they are made, is given by `backup`. */
  readonly backupPolicy?: Transform<Pick<compute.ResourcePolicyArgs, "description">>;
  /** The snapshot before an upgrade. */
  readonly snapshot?: Transform<Pick<compute.SnapshotArgs, "labels">>;
  /** The machine's own address, where it serves by itself. */
  readonly address?: Transform<compute.AddressArgs>;
  /** The machine. Its data disk stays attached and its startup script stays; metadata is added to what there is. */
  readonly machine?: Transform<Omit<compute.InstanceArgs, "attachedDisks" | "metadataStartupScript">>;
  /** The rule that lets web traffic in. */
  readonly webFirewall?: Transform<compute.FirewallArgs>;
  /** The rule that lets Google's Identity-Aware Proxy in, to port 22. */
  readonly tunnelFirewall?: Transform<compute.FirewallArgs>;
  /** The load balancer, with `tls.mode` load-balancer. */
  readonly loadBalancer?: GcpLoadBalancerTransforms;
  /** The DNS record, with `dnsZone`. */
  readonly record?: Transform<dns.RecordSetArgs>;
  /** Databases, Redis and bucket by Google's own services. */
  readonly managedServices?: GcpManagedServicesTransforms;
  /** What watches the instance. */
  readonly alarms?: GcpAlarmTransforms;
}

/** Arguments of `SourcegraphVm` on Google Cloud. */
export interface GcpSourcegraphVmArgs extends SourcegraphVmArgs {
  /** Changes to single children, applied last. Default none. */
  readonly transform?: GcpTransforms;
  /**
   * A network that another part of the program makes, in place of `network`. A machine behind the load balancer needs
   * Cloud NAT there to fetch packages and images; databases and Redis by Google's services need private services access there. Firewall rules are made in the project of the instance; for a Shared VPC
   * give `project` in `transform.webFirewall` and `transform.tunnelFirewall`. Default: a network is made. A change stops and starts the machine.
   *
   * @example { network: network.selfLink, subnetwork: network.subnetworkId }
   */
  readonly existingNetwork?: {
    /** Name or self link of the network. */
    readonly network: pulumi.Input<string>;
    /** Name or self link of the subnetwork, in the region of the machine. */
    readonly subnetwork: pulumi.Input<string>;
  };
}

/** Applies a transform to some of a child's arguments and leaves the others as they were. */
export function partlyTransformed<Args extends object, Key extends keyof Args>(
  args: Args,
  transform: Transform<Pick<Args, Key>> | undefined,
  keys: readonly Key[],
): Args {
  if (transform === undefined) return args;
  const open = Object.fromEntries(keys.map((key) => [key, args[key]])) as Pick<Args, Key>;
  const given = typeof transform === "function" ? transform(open) : { ...open, ...transform };
  return { ...args, ...Object.fromEntries(keys.map((key) => [key, given[key]])) };
}
