import type { DataDisk } from "../vm/machine";
import { hoursPerMonth, type PricedCloud, type PricedThing } from "./price-list";

/** What a deployment on one machine consists of, for its price. */
export interface VmPriceOptions {
  readonly cloud: PricedCloud;
  /** The cloud's machine type, e.g. `m6a.2xlarge`. */
  readonly machineType: string;
  /** Root disk in GB; gp3 on AWS, pd-ssd on Google Cloud. */
  readonly rootDiskGb: number;
  readonly dataDisk: DataDisk;
  /** Whether a load balancer stands in front. */
  readonly loadBalancer: boolean;
  /** Whether the machine has a public IPv4 address of its own. */
  readonly publicAddress: boolean;
  /** GB of snapshots kept; snapshots are incremental, so the full disk is the upper bound for one. 0 for none. */
  readonly snapshotGb: number;
  /** Whether the machine reaches out through a NAT gateway; default `false`. */
  readonly natGateway?: boolean;
  /** GB a month through the NAT gateway; default 100. */
  readonly natGb?: number;
  /** Average load balancer capacity units on AWS; default 1. */
  readonly loadBalancerUnits?: number;
  /** GB a month out of the load balancer on Google Cloud; default 100. */
  readonly loadBalancerOutGb?: number;
  /** Zones the load balancer stands in on AWS, each with a public address; default 2. */
  readonly loadBalancerZones?: number;
  /** Customer-managed keys; default 0. */
  readonly kmsKeys?: number;
  /** Secrets in the cloud's secret store; default 0. */
  readonly secrets?: number;
  /** GB in object storage (bundles, backups); default 0. */
  readonly bucketGb?: number;
}

/** What gp3 includes in the price of its storage. */
const gp3Baseline = { iops: 3_000, throughput: 125 };

/** A thing, or nothing when the quantity is 0. */
function thing(item: string, key: string, quantity: number): PricedThing[] {
  return quantity > 0 ? [{ item, key, quantity }] : [];
}

function hours(item: string, key: string, count = 1): PricedThing[] {
  return thing(item, key, count * hoursPerMonth);
}

function awsAddresses(options: VmPriceOptions): PricedThing[] {
  const zones = options.loadBalancer ? (options.loadBalancerZones ?? 2) : 0;
  const owners = [
    { count: options.publicAddress ? 1 : 0, name: "instance" },
    { count: zones, name: "ALB" },
    { count: options.natGateway === true ? 1 : 0, name: "NAT" },
  ].filter(({ count }) => count > 0);
  const count = owners.reduce((sum, owner) => sum + owner.count, 0);
  const whose = owners.length === 1 ? String(count) : owners.map((owner) => `${owner.count} ${owner.name}`).join(" + ");
  return hours(`public IPv4, ${whose}`, "ipv4.public", count);
}

function awsThings(options: VmPriceOptions): PricedThing[] {
  const { machineType, rootDiskGb, dataDisk, snapshotGb } = options;
  const extraIops = Math.max(0, (dataDisk.iops ?? 0) - gp3Baseline.iops);
  const extraThroughput = Math.max(0, (dataDisk.throughputMbps ?? 0) - gp3Baseline.throughput);
  const units = options.loadBalancerUnits ?? 1;
  const natGb = options.natGb ?? 100;
  return [
    ...hours(`${machineType}, 1 x ${hoursPerMonth} h`, `ec2.${machineType}`),
    ...thing(`root volume, ${rootDiskGb} GB gp3`, "ebs.gp3.storage", rootDiskGb),
    ...thing(`data volume, ${dataDisk.sizeGb} GB ${dataDisk.type}`, `ebs.${dataDisk.type}.storage`, dataDisk.sizeGb),
    ...thing(`data volume, ${extraIops} IOPS above ${gp3Baseline.iops}`, `ebs.${dataDisk.type}.iops`, extraIops),
    ...thing(
      `data volume, ${extraThroughput} MiB/s above ${gp3Baseline.throughput}`,
      `ebs.${dataDisk.type}.throughput`,
      extraThroughput,
    ),
    ...(options.loadBalancer
      ? [...hours("ALB hours", "alb.hour"), ...hours(`ALB capacity, ${units} LCU on average`, "alb.lcu", units)]
      : []),
    ...awsAddresses(options),
    ...thing(`snapshots, ${snapshotGb} GB stored`, "ebs.snapshot.storage", snapshotGb),
    ...(options.natGateway === true
      ? [...hours("NAT gateway, 1", "nat.hour"), ...thing(`NAT data, ${natGb} GB`, "nat.gb", natGb)]
      : []),
    ...thing(`KMS keys, ${options.kmsKeys ?? 0}`, "kms.key", options.kmsKeys ?? 0),
    ...thing(`secrets, ${options.secrets ?? 0}`, "secretsmanager.secret", options.secrets ?? 0),
    ...thing(`object storage, ${options.bucketGb ?? 0} GB`, "s3.standard.storage", options.bucketGb ?? 0),
  ];
}

function gcpThings(options: VmPriceOptions): PricedThing[] {
  const { machineType, rootDiskGb, dataDisk, snapshotGb } = options;
  const outGb = options.loadBalancerOutGb ?? 100;
  const natGb = options.natGb ?? 100;
  return [
    ...hours(`${machineType}, 1 x ${hoursPerMonth} h`, `gce.${machineType}`),
    ...thing(`boot disk, ${rootDiskGb} GiB pd-ssd`, "gce.disk.pd-ssd", rootDiskGb),
    ...thing(`data disk, ${dataDisk.sizeGb} GiB ${dataDisk.type}`, `gce.disk.${dataDisk.type}`, dataDisk.sizeGb),
    ...(options.loadBalancer
      ? [
          ...hours("forwarding rules, 2 (80 and 443)", "lb.forwardingRule.firstFive"),
          ...thing(`load balancer data, ${outGb} GiB out`, "lb.dataOut", outGb),
        ]
      : []),
    ...(options.publicAddress ? hours("external IP of the VM", "ip.static.inUseVm") : []),
    ...thing(`snapshots, ${snapshotGb} GiB stored`, "gce.snapshot.storage", snapshotGb),
    ...(options.natGateway === true
      ? [
          ...hours("Cloud NAT, 1 VM", "nat.vmHour"),
          ...hours("Cloud NAT address, 1", "ip.nat"),
          ...thing(`Cloud NAT data, ${natGb} GiB`, "nat.gb", natGb),
        ]
      : []),
    ...thing(`KMS key versions, ${options.kmsKeys ?? 0}`, "kms.keyVersion.software", options.kmsKeys ?? 0),
    ...thing(`secret versions, ${options.secrets ?? 0}`, "secretmanager.version", options.secrets ?? 0),
    ...thing(`object storage, ${options.bucketGb ?? 0} GiB`, "gcs.standard.storage", options.bucketGb ?? 0),
  ];
}

/**
 * Everything with a monthly price that a deployment on one machine declares, ready for `priceOf`.
 *
 * gp3 IOPS and throughput count only above what its storage price includes. Every public IPv4 address of AWS counts,
 * also those of the load balancer and the NAT gateway. On Google Cloud the first five forwarding rules share one price.
 */
export function vmPriceThings(options: VmPriceOptions): PricedThing[] {
  return options.cloud === "aws" ? awsThings(options) : gcpThings(options);
}
