import { requireRenderable } from "../../product/releases";
import type { ServiceVolume } from "../../product/service";
import { serviceNamed, volumeName } from "../../product/services";
import { planDatabaseSubnets, planSubnets, privateBlocks, type PlannedSubnet } from "../addresses";
import { configurationFilesOf } from "../configuration-files";
import type { PlannedContainer } from "./container";
import { planContainers } from "./containers";
import { dataNames, dataResourcesOf, type DataResource } from "../data-safety";
import { databaseServices } from "../database-environment";
import { dataDiskFor, type DataDisk, type Machine } from "./machine";
import { chosenMachine } from "./machine-type";
import { imageStore, machineImageOf, type MachineImage } from "./machine-images";
import { plannedSecrets } from "../planned-secrets";
import { codeHostsGib } from "../replica/code-hosts";
import { modeNotices, revocationText } from "../mode-texts";
import { needsDatabaseSubnets } from "../managed/amazon";
import { needsPrivateServices, planPrivateServices } from "../managed/google";
import { managedNotices } from "../managed/notices";
import type { PlannedManagedServices } from "../managed/managed";
import { hasManagedServices, managedDataResources, planManagedServices } from "../managed/plan-managed";
import { priceOf, vmPriceThings, type PriceEstimate } from "../price/price";
import { managedPriceThings } from "../price/price-managed";
import type { PlannedSecret } from "../secrets";
import { defaultUsage } from "../sizing/sizes";
import { requireVm, type Specification, type VmSpecification } from "../config/specification";
import { oneMachineSize, type SizeName, type Usage } from "../sizing/usage";

/** How the instance is reached, and by whom. */
export interface Exposure {
  /** Address a person types. */
  readonly url: string;
  /** Host name, where one is given. */
  readonly domain?: string;
  /** How HTTPS is done. */
  readonly tls: Specification["tls"]["mode"];
  /** Whether the cloud's load balancer is in front. */
  readonly loadBalancer: boolean;
  /** CIDR blocks that may reach the ports. */
  readonly allowedCidrs: readonly string[];
  /** Ports open to the allowed blocks. */
  readonly ports: readonly number[];
  /** Proxies whose X-Forwarded headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Present where there is no public address and no way out to the internet. */
  readonly closed?: {
    /** Blocks that the machine may reach. */
    readonly egress: readonly string[];
    /** Network of the web server alone, on a Docker Engine, which publishes no port of others; absent elsewhere. */
    readonly entry?: string;
  };
}

/** The machine with its image and root disk. */
export interface PlannedMachine extends Machine {
  /** Image of the operating system. */
  readonly image: MachineImage;
  /** Root disk, GB. */
  readonly rootDiskGb: number;
}

/** The network made for the instance. */
export interface PlannedNetwork {
  /** Address block of the network. */
  readonly cidr: string;
  /** Subnets cut from it. */
  readonly subnets: readonly PlannedSubnet[];
  /** Whether it leads nowhere; absent in a network with a way out. */
  readonly closed?: true;
  /** AWS: services that are reached by endpoints in it; absent in a network with a way out. */
  readonly endpoints?: readonly string[];
  /** GCP: what Google's own services get of it; absent where none needs a private address. */
  readonly servicesCidr?: string;
}

/** The bucket of backups. */
export interface PlannedBackupStore {
  /** Name of the bucket in the program. */
  readonly resource: string;
  /** How long a backup is kept there, days. */
  readonly keepDays: number;
}

/** Every decision of a deployment, as plain data. */
export interface Plan {
  /** Version of this form. */
  readonly schema: 1;
  /** Name of the instance. */
  readonly name: string;
  /** What is built. */
  readonly shape: "vm";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp" | "local";
  /** Region of the cloud; `local` without one. */
  readonly region: string;
  /** Zone of machine and data disk; `local` without one. */
  readonly zone: string;
  /** Exact release. */
  readonly release: string;
  /** Day the release was published, `YYYY-MM-DD`. */
  readonly releaseDate: string;
  /** Size, named or computed. */
  readonly size: SizeName;
  /** What the size was computed from, or what it stands for. */
  readonly usage: Usage;
  /** Whether the size was named or computed from usage. */
  readonly sizeGiven: "named" | "usage";
  /** Absent for local deployments. */
  readonly machine?: PlannedMachine;
  /** Absent for local deployments. */
  readonly dataDisk?: DataDisk;
  /** Whether the machine is to run or to be stopped; absent where nobody ever said, so that it is left as it is. */
  readonly power?: "running" | "stopped";
  /** Absent where an existing network is used, and for local deployments. */
  readonly network?: PlannedNetwork;
  /** How the instance is reached, and by whom. */
  readonly exposure: Exposure;
  /** Every container, in the order of the catalogue. */
  readonly containers: readonly PlannedContainer[];
  /** Named volumes, sorted. */
  readonly volumes: readonly string[];
  /** Services of the cloud in place of bundled ones; absent without any. */
  readonly managed?: PlannedManagedServices;
  /** Every secret, by name only. */
  readonly secrets: readonly PlannedSecret[];
  /** How the customer takes back the key that everything is under, and what happens then; absent under a key of ours. */
  readonly revocation?: string;
  /** When the data disk is snapshotted, and how long snapshots are kept. */
  readonly backup: Specification["backup"];
  /** Bucket that dumps of the databases on the machine are copied to; absent for local deployments. */
  readonly backupStore?: PlannedBackupStore;
  /** Everything that holds data and must not be lost. */
  readonly dataResources: readonly DataResource[];
  /** Absent for local deployments. */
  readonly price?: PriceEstimate;
  /** Things a person should know before going on. */
  readonly notices: readonly string[];
}

/** Addresses by which Google's own services are reached without a way out. Source: private Google access. */
const googleServices = ["199.36.153.4/30", "199.36.153.8/30"];

/** What a machine without a way out asks of AWS. */
const endpoints = ["s3", "secretsmanager", "kms", "sts", "monitoring"];

/** The network that is made for a machine; without a way out where the instance is to have none. */
function networkOf({ cloud, modes, network }: VmSpecification): PlannedNetwork | undefined {
  if (cloud === "local" || !("cidr" in network)) return undefined;
  return {
    cidr: network.cidr,
    subnets: planSubnets(network.cidr),
    ...(modes.includes("air-gapped") && { closed: true, ...(cloud === "aws" && { endpoints }) }),
  };
}

/** Blocks that a machine without a way out may reach. */
function closedEgress(cloud: VmSpecification["cloud"]): readonly string[] {
  return cloud === "gcp" ? [...privateBlocks, ...googleServices] : privateBlocks;
}

function exposureOf(specification: VmSpecification, network: PlannedNetwork | undefined): Exposure {
  const { cloud, domain, tls, access, local } = specification;
  const secured = tls.mode !== "none";
  const loadBalancer = tls.mode === "load-balancer";
  const edges = (network?.subnets ?? [])
    .filter((subnet) => subnet.name.startsWith("edge-"))
    .map((subnet) => subnet.cidr);
  // Google's front ends reach backends from these two published blocks.
  const balancers = cloud === "gcp" ? ["130.211.0.0/22", "35.191.0.0/16"] : edges;
  return {
    url:
      cloud === "local"
        ? `${secured ? "https" : "http"}://${domain ?? "localhost"}:${local.httpPort}`
        : `${secured ? "https" : "http"}://${domain ?? "(address of the machine)"}`,
    domain,
    tls: tls.mode,
    loadBalancer,
    allowedCidrs: cloud === "local" ? [`${local.address}/32`] : access.allowedCidrs,
    ports: cloud === "local" ? [local.httpPort] : secured ? [80, 443] : [80],
    trustedProxies: access.trustedProxies ?? (loadBalancer ? balancers : []),
    ...(specification.modes.includes("air-gapped") && {
      closed: { egress: closedEgress(cloud), ...(cloud === "local" && { entry: `${specification.name}-entry` }) },
    }),
  };
}

/**
 * Data disk of a named size, GB: what the vendor's machine images had at every size. How much code there is is not known,
 * and a disk that grows in place is better started small. Source: docs machine-images, resource requirements.
 */
const namedSizeDiskGb = 500;

function diskOf(specification: VmSpecification, usage: Usage, cloud: "aws" | "gcp"): DataDisk {
  const computed = dataDiskFor(usage, cloud);
  const { codeHosts = [] } = specification.replica ?? {};
  const given = specification.dataDisk;
  return {
    sizeGb:
      given.sizeGb ?? ("named" in specification.size ? namedSizeDiskGb : computed.sizeGb) + codeHostsGib(codeHosts),
    type: given.type ?? computed.type,
    iops: given.iops ?? (given.type === undefined ? computed.iops : undefined),
    throughputMbps: given.throughputMbps ?? (given.type === undefined ? computed.throughputMbps : undefined),
  };
}

function noticesOf(specification: VmSpecification): string[] {
  const { tls, cloud, access, databases, machine, registry, release } = specification;
  const notices: string[] = [];
  if (tls.mode === "none" && cloud !== "local")
    notices.push("traffic is plain HTTP: set 'domain' and 'tls' before anybody signs in");
  if (access.allowedCidrs.includes("0.0.0.0/0"))
    notices.push("the instance is reachable from everywhere ('access.allowedCidrs' holds 0.0.0.0/0)");
  if (Object.values(databases).some((database) => typeof database === "object"))
    notices.push(
      "external databases must run PostgreSQL 16 and be backed up by whoever owns them; they are not in the snapshots of the data disk",
    );
  if (cloud !== "local" && "named" in specification.size && specification.dataDisk.sizeGb === undefined)
    notices.push(
      `the data disk is ${namedSizeDiskGb} GB, whatever the size is called: about three times the size of all repositories is advised; give 'usage' or 'dataDisk.sizeGb' (it grows in place later)`,
    );
  if (machine.image !== undefined && registry !== undefined && !registry.host.startsWith(`${imageStore}/`))
    notices.push(
      `container images come from ${registry.host}, not from the machine image, which holds them under the vendor's names; leave 'registry' out, or give ${imageStore}/sourcegraph`,
    );
  if (release.split(".")[0] === "6")
    notices.push("release 6 is one major behind the newest; support covers the two newest majors");
  notices.push(...modeNotices(specification));
  return notices;
}

/** What dumps in the bucket are counted with, GB: how much the databases hold is not known. */
const assumedBackupGb = 100;

/** The network with room for the cloud's own services, where there are any. */
function withRoomFor(managed: PlannedManagedServices, network: PlannedNetwork, cloud: "aws" | "gcp"): PlannedNetwork {
  if (cloud === "gcp" && needsPrivateServices(managed))
    return { ...network, servicesCidr: planPrivateServices(network.cidr) };
  if (cloud === "aws" && needsDatabaseSubnets(managed))
    return { ...network, subnets: [...network.subnets, ...planDatabaseSubnets(network.cidr)] };
  return network;
}

/** The named volumes of the containers that are of one kind, sorted. */
function volumesOf(containers: readonly PlannedContainer[], isKept: (volume: ServiceVolume) => boolean): string[] {
  const names = containers.flatMap(({ service, ordinal }) =>
    serviceNamed(service)
      .volumes.filter(isKept)
      .map((volume) => volumeName(volume, ordinal)),
  );
  return [...new Set(names)].sort();
}

/**
 * Decides everything about one instance on one machine. Pure: the same specification gives the same plan.
 *
 * @throws InputError for a release that is unknown or cannot be deployed, usage beyond one machine, or a network too
 *   small for what is in it
 * @example planVm(parseSpecification({ cloud: "local", release: "7.5.4453" }))
 */
export function planVm(given: Specification): Plan {
  const specification = requireVm(given);
  const release = requireRenderable(specification.release);
  const { cloud, name, region, zone } = specification;
  const size = "named" in specification.size ? specification.size.named : oneMachineSize(specification.size.usage);
  const usage = "named" in specification.size ? defaultUsage(size) : specification.size.usage;
  const network = networkOf(specification);
  const exposure = exposureOf(specification, network);
  const chosen = cloud === "local" ? undefined : chosenMachine(size, cloud, specification.machine.type);
  const containers = planContainers(specification, configurationFilesOf(specification), chosen?.vcpu);
  const volumes = volumesOf(containers, () => true);
  const secrets = plannedSecrets(specification, containers);
  const common = {
    schema: 1 as const,
    name,
    shape: "vm" as const,
    cloud,
    region,
    zone,
    release: release.version,
    releaseDate: release.date,
    size,
    usage,
    sizeGiven: "named" in specification.size ? ("named" as const) : ("usage" as const),
    exposure,
    containers,
    volumes,
    secrets,
    ...(specification.customerKey !== undefined && { revocation: revocationText(specification.customerKey, cloud) }),
    backup: specification.backup,
    notices: noticesOf(specification),
  };
  if (cloud === "local" || chosen === undefined)
    return {
      ...common,
      dataResources: dataResourcesOf({
        name,
        cloud,
        zone,
        volumes: volumesOf(containers, (volume) => volume.value !== "cache"),
        secrets,
      }),
    };
  const machine: PlannedMachine = {
    ...chosen,
    image: machineImageOf(cloud, specification.machine.image, specification.gcp?.project),
    rootDiskGb: specification.machine.rootDiskGb,
  };
  const dataDisk = diskOf(specification, usage, cloud);
  const managed = planManagedServices(specification, size, usage);
  const isDumped = databaseServices.some(([, service]) => containers.some((each) => each.service === service));
  const price = priceOf(cloud, region, [
    ...vmPriceThings({
      cloud,
      machineType: machine.type,
      rootDiskGb: machine.rootDiskGb,
      dataDisk,
      loadBalancer: exposure.loadBalancer,
      publicAddress: exposure.closed === undefined,
      snapshotGb: dataDisk.sizeGb,
      kmsKeys: specification.customerKey === undefined ? 1 : 0,
      secrets: secrets.filter((secret) => secret.origin !== "store").length,
      bucketGb: isDumped ? assumedBackupGb : 0,
    }),
    ...managedPriceThings(cloud, managed),
  ]);
  return {
    ...common,
    machine,
    dataDisk,
    ...(specification.suspended !== undefined && { power: specification.suspended ? "stopped" : "running" }),
    network: network && withRoomFor(managed, network, cloud),
    ...(hasManagedServices(managed) && { managed }),
    // Also where no database is on the machine: what was dumped before they went elsewhere stays.
    backupStore: { resource: dataNames.backups(name), keepDays: specification.backup.keepDays },
    dataResources: [
      ...dataResourcesOf({
        name,
        cloud,
        zone,
        volumes: [],
        secrets,
        dataDisk,
        backupRegion: region,
      }),
      ...managedDataResources(managed, region),
    ],
    price,
    notices: [...common.notices, ...managedNotices(specification, managed)],
  };
}
