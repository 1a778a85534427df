import { counted } from "../../product/counted";
import type { KubernetesPlan } from "../kubernetes/kubernetes-plan";
import type { PlannedManagedServices } from "../managed/managed";
import { hoursPerMonth, pricedRegion, priceRow, type PricedCloud, type PricedThing } from "./price-list";
import { managedPriceThings } from "./price-managed";

/** Like nodes of a cluster. */
export interface PricedNodes {
  readonly machineType: string;
  readonly count: number;
  /** Boot disk of each, GB; gp3 on AWS, pd-balanced on Google Cloud. */
  readonly diskGb: number;
}

/** What a deployment on Kubernetes consists of, for its price. */
export interface KubernetesPriceOptions {
  readonly cloud: PricedCloud;
  readonly region: string;
  /** Whether a cluster is made; the nodes of one that is there are not counted. */
  readonly cluster: boolean;
  readonly nodes: readonly PricedNodes[];
  /** Whether EKS Auto Mode runs the nodes, for a share of their price. */
  readonly autoMode: boolean;
  /** GB of all claims; gp3 on AWS, pd-ssd on Google Cloud. */
  readonly claimsGb: number;
  /** GB of claims of which snapshots are kept; they are incremental, so the full size is the upper bound for one. */
  readonly snapshotGb: number;
  /** Whether the cloud's load balancer stands in front, and in how many zones it has a public address on AWS. */
  readonly loadBalancer?: { readonly publicZones: number };
  /** NAT gateways on AWS; on Google Cloud there is one, paid by the node, wherever this is not 0. */
  readonly natGateways: number;
  readonly managed: PlannedManagedServices;
  /** Customer-managed keys. */
  readonly kmsKeys: number;
  /** Secrets in the cloud's secret store. */
  readonly secrets: number;
}

/** GB a month through NAT, and out of a load balancer of Google Cloud. */
const trafficGb = 100;

function thing(item: string, key: string, quantity: number): PricedThing[] {
  return quantity > 0 ? [{ item, key, quantity }] : [];
}

function hours(item: string, key: string, count = 1): PricedThing[] {
  return thing(item, key, count * hoursPerMonth);
}

function nodeThings({ nodes }: KubernetesPriceOptions, machine: string, disk: string): PricedThing[] {
  const kind = disk.split(".")[1] === "disk" ? "pd-balanced" : "gp3";
  return [
    ...nodes.flatMap(({ machineType, count }) =>
      hours(`${machineType}, ${counted(count, "node")}`, `${machine}.${machineType}`, count),
    ),
    ...thing(
      `node disks, ${kind}`,
      disk,
      nodes.reduce((sum, { count, diskGb }) => sum + count * diskGb, 0),
    ),
  ];
}

/** The share of Auto Mode, whose unit is the price of the machines; unpriced where that is. */
function autoModeThings({ autoMode, nodes, region }: KubernetesPriceOptions): PricedThing[] {
  if (!autoMode) return [];
  const priced = pricedRegion("aws", region);
  const machines = nodes.map(({ machineType, count }) => {
    const row = priceRow("aws", priced, `ec2.${machineType}`);
    return row === undefined ? undefined : row.price * count * hoursPerMonth;
  });
  const item = "EKS Auto Mode, share of the price of its nodes";
  if (machines.includes(undefined)) return [{ item, key: "eks.autoMode", quantity: 1 }];
  return thing(
    item,
    "eks.autoMode.ratio",
    machines.reduce<number>((sum, each) => sum + (each ?? 0), 0),
  );
}

function awsAddresses({ loadBalancer, natGateways }: KubernetesPriceOptions): PricedThing[] {
  const zones = loadBalancer?.publicZones ?? 0;
  const owners = [...(zones > 0 ? [`${zones} ALB`] : []), ...(natGateways > 0 ? [`${natGateways} NAT`] : [])];
  return hours(`public IPv4, ${owners.join(" + ")}`, "ipv4.public", zones + natGateways);
}

function awsThings(options: KubernetesPriceOptions): PricedThing[] {
  const { cluster, claimsGb, snapshotGb, loadBalancer, natGateways, managed, kmsKeys, secrets } = options;
  return [
    ...(cluster ? hours("EKS cluster", "eks.cluster") : []),
    ...nodeThings(options, "ec2", "ebs.gp3.storage"),
    ...autoModeThings(options),
    ...thing(`claims, ${claimsGb} GB gp3`, "ebs.gp3.storage", claimsGb),
    ...thing(`snapshots, ${snapshotGb} GB stored`, "ebs.snapshot.storage", snapshotGb),
    ...managedPriceThings("aws", managed),
    ...hours(`NAT gateways, ${natGateways}`, "nat.hour", natGateways),
    ...thing(`NAT data, ${trafficGb} GB`, "nat.gb", natGateways > 0 ? trafficGb : 0),
    ...(loadBalancer === undefined
      ? []
      : [...hours("ALB hours", "alb.hour"), ...hours("ALB capacity, 1 LCU on average", "alb.lcu")]),
    ...awsAddresses(options),
    ...thing(`KMS keys, ${kmsKeys}`, "kms.key", kmsKeys),
    ...thing(`secrets, ${secrets}`, "secretsmanager.secret", secrets),
  ];
}

/** Machines for which Cloud NAT is paid one by one; more of them cost no more. */
const natMachines = 32;

function gcpNat({ nodes, natGateways }: KubernetesPriceOptions): PricedThing[] {
  if (natGateways === 0) return [];
  const count = nodes.reduce((sum, node) => sum + node.count, 0);
  return [
    ...(count > natMachines
      ? hours(`Cloud NAT, ${counted(count, "node")}`, "nat.gatewayCap")
      : hours(`Cloud NAT, ${counted(count, "node")}`, "nat.vmHour", count)),
    ...hours("Cloud NAT address, 1", "ip.nat"),
    ...thing(`Cloud NAT data, ${trafficGb} GiB`, "nat.gb", trafficGb),
  ];
}

function gcpThings(options: KubernetesPriceOptions): PricedThing[] {
  const { cluster, claimsGb, snapshotGb, loadBalancer, managed, kmsKeys, secrets } = options;
  return [
    ...(cluster ? hours("GKE cluster fee", "gke.cluster") : []),
    ...nodeThings(options, "gce", "gce.disk.pd-balanced"),
    ...thing(`claims, ${claimsGb} GiB pd-ssd`, "gce.disk.pd-ssd", claimsGb),
    ...thing(`Backup for GKE, ${snapshotGb} GiB stored`, "gke.backup.storage", snapshotGb),
    ...managedPriceThings("gcp", managed),
    ...gcpNat(options),
    ...(loadBalancer === undefined
      ? []
      : [
          ...hours("forwarding rules, 2 (80 and 443)", "lb.forwardingRule.firstFive"),
          ...thing(`load balancer data, ${trafficGb} GiB out`, "lb.dataOut", trafficGb),
        ]),
    ...thing(`KMS key versions, ${kmsKeys}`, "kms.keyVersion.software", kmsKeys),
    ...thing(`secret versions, ${secrets}`, "secretmanager.version", secrets),
  ];
}

/** Everything with a monthly price that a deployment on Kubernetes declares, ready for `priceOf`. */
export function kubernetesThings(options: KubernetesPriceOptions): PricedThing[] {
  return options.cloud === "aws" ? awsThings(options) : gcpThings(options);
}

/** What of a plan has a price. */
export type PricedPlan = Pick<
  KubernetesPlan,
  "region" | "cluster" | "workloads" | "executors" | "ingress" | "exposure" | "managed" | "revocation"
>;

function claimsGbOf(plan: PricedPlan): number {
  return [...plan.workloads, ...(plan.executors?.workloads ?? [])]
    .flatMap(({ claims }) => claims)
    .reduce((sum, { sizeGib, objects }) => sum + sizeGib * objects.length, 0);
}

/**
 * Everything with a monthly price of a plan, ready for `priceOf`. Nodes count as planned at first. Of a cluster that is
 * made the volumes of all claims are backed up every day; of one that is there neither nodes nor backups are known.
 */
export function kubernetesPriceThings(plan: PricedPlan, cloud: PricedCloud): PricedThing[] {
  const { region, cluster, ingress, exposure, managed, revocation } = plan;
  const zones = cluster?.zones.length ?? 2;
  const claimsGb = claimsGbOf(plan);
  const internal = ingress?.annotations["alb.ingress.kubernetes.io/scheme"] === "internal";
  const groups = (cluster?.nodeGroups ?? []).map(({ machineType, nodes, diskGb }) => ({
    machineType,
    count: nodes.initial,
    diskGb,
  }));
  return kubernetesThings({
    cloud,
    region,
    cluster: cluster !== undefined,
    nodes: [...groups, ...(cluster?.nodeConstraints ?? []).map(({ reckoned }) => reckoned)],
    autoMode: cluster?.autoMode ?? false,
    claimsGb,
    snapshotGb: cluster === undefined ? 0 : claimsGb,
    ...(ingress !== undefined &&
      exposure.loadBalancer && { loadBalancer: { publicZones: internal || cloud === "gcp" ? 0 : zones } }),
    natGateways: cluster?.network === undefined ? 0 : zones,
    managed,
    // That of the control plane's logs is apart on AWS; a customer's key is the customer's.
    kmsKeys: cluster === undefined || revocation !== undefined ? 0 : cloud === "aws" ? 2 : 1,
    secrets: 0,
  });
}
