import ipaddr from "ipaddr.js";
import type { Problem } from "../../errors";
import { overlaps } from "../addresses";
import type { Specification } from "../config/specified";
import { show } from "../config/problems";
import { addressesOfNode } from "./limits";
import type { PlannedNodeGroup } from "./node-group";
import { zonesOf } from "./zones";

/** A subnet of a cluster's network. */
export interface PlannedClusterSubnet {
  /** AWS: `public-a`, `private-a` and `databases-a`, one each for every zone, by its letter; Google Cloud: `nodes`. */
  readonly name: string;
  /** Address block. */
  readonly cidr: string;
  /** Absent on Google Cloud, where a subnet reaches over all zones. */
  readonly zone?: string;
  /** Whether its addresses can be reached from the internet. */
  readonly public: boolean;
}

/** The addresses of a cluster. */
export interface PlannedClusterAddresses {
  /** Address block of the network that is made, and how it is cut; absent for a network that is there. */
  readonly network?: {
    /** Address block. */
    readonly cidr: string;
    /** Its subnets. */
    readonly subnets: readonly PlannedClusterSubnet[];
  };
  /** GKE: block of pods; absent for a network that is there, where GKE finds a free one. */
  readonly podCidr?: string;
  /** GKE: block of services, likewise. */
  readonly serviceCidr?: string;
}

/** Smallest network a cluster is made in. */
const smallestPrefix = 20;
/** Addresses AWS keeps of every subnet. */
const keptAddresses = 5;

/** One part of a block that is cut into 2^bits. */
function part(cidr: string, bits: number, index: number): string {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr);
  const first = address.toByteArray().reduce((sum, octet) => sum * 256 + octet, 0) + index * 2 ** (32 - prefix - bits);
  const text = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
  return `${text}/${prefix + bits}`;
}

function prefixOf(cidr: string): number {
  return ipaddr.IPv4.parseCIDR(cidr)[1];
}

/**
 * Cuts the block for AWS: a quarter for the pods and nodes of each zone, and of the first quarter an eighth each for what
 * the internet reaches and for databases. Two parts of the first quarter stay free, so that adding a subnet moves none.
 */
function awsSubnets(cidr: string, region: string): PlannedClusterSubnet[] {
  const zones = zonesOf("aws", region);
  const named = (kind: string, cut: (index: number) => string): PlannedClusterSubnet[] =>
    zones.map((zone, index) => ({
      name: `${kind}-${zone.slice(region.length)}`,
      cidr: cut(index),
      zone,
      public: kind === "public",
    }));
  return [
    ...named("public", (index) => part(cidr, 5, index)),
    ...named("private", (index) => part(cidr, 2, index + 1)),
    ...named("databases", (index) => part(cidr, 5, index + 4)),
  ];
}

/**
 * The subnets that a firewall for what leaves needs in each zone, in the two parts of the first quarter that are free: one for
 * the firewall, one for the NAT gateway behind it, so that no other subnet's connections within the network pass it.
 */
export function egressSubnets(cidr: string, subnets: readonly PlannedClusterSubnet[]): PlannedClusterSubnet[] {
  const open = subnets.filter((subnet) => subnet.public);
  return open.flatMap(({ name, zone }, index): PlannedClusterSubnet[] => {
    if (zone === undefined) throw new Error(`the subnet ${name} is in no zone`);
    const letter = name.slice(name.indexOf("-") + 1);
    return [
      { name: `firewall-${letter}`, cidr: part(cidr, 8, 3 * 8 + index), zone, public: false },
      { name: `nat-${letter}`, cidr: part(cidr, 8, 7 * 8 + index), zone, public: true },
    ];
  });
}

/** Blocks pods and services of GKE may have, in order of preference: private, and not those of Google's default network. */
const gkeBlocks = [
  ...Array.from({ length: 31 }, (_, index) => `10.${4 + 4 * index}.0.0/14`),
  ...["172.20.0.0/14", "172.24.0.0/14", "172.28.0.0/14", "100.64.0.0/14", "100.68.0.0/14"],
];

/** Addresses the nodes of the fullest zone take from its subnet. */
function addressesNeeded(groups: readonly PlannedNodeGroup[]): number {
  return groups.reduce(
    (sum, { nodes, zones, vcpu }) => sum + Math.ceil(nodes.maximum / zones.length) * addressesOfNode(vcpu),
    0,
  );
}

function awsProblems(cidr: string, groups: readonly PlannedNodeGroup[]): Problem[] {
  const room = 2 ** (32 - prefixOf(cidr) - 2) - keptAddresses;
  const needed = addressesNeeded(groups);
  if (needed <= room) return [];
  return [
    {
      path: "network.cidr",
      message: `leaves ${room} addresses for nodes and pods in each zone, ${needed} are needed at most, got ${show(cidr)}; use a larger block, up to /16`,
    },
  ];
}

/** Decides the addresses of a cluster, and lists what stands against them. */
export function clusterAddresses(
  cloud: "aws" | "gcp",
  region: string,
  network: Specification["network"],
  groups: readonly PlannedNodeGroup[],
): { readonly planned: PlannedClusterAddresses; readonly problems: readonly Problem[] } {
  if ("existing" in network) return { planned: {}, problems: [] };
  const { cidr, reservedCidrs } = network;
  if (prefixOf(cidr) > smallestPrefix)
    return {
      planned: {},
      problems: [
        {
          path: "network.cidr",
          message: `must be between /16 and /${smallestPrefix} for a cluster, got ${show(cidr)}`,
        },
      ],
    };
  if (cloud === "aws")
    return { planned: { network: { cidr, subnets: awsSubnets(cidr, region) } }, problems: awsProblems(cidr, groups) };
  const free = gkeBlocks.filter((block) => ![cidr, ...reservedCidrs].some((other) => overlaps(block, other)));
  const [pods, services] = free;
  if (pods === undefined || services === undefined)
    return {
      planned: {},
      problems: [
        {
          path: "network.reservedCidrs",
          message: "leave no block for pods and services, which need two /14 of private addresses; reserve less",
        },
      ],
    };
  return {
    planned: {
      network: { cidr, subnets: [{ name: "nodes", cidr: part(cidr, 2, 0), public: false }] },
      podCidr: pods,
      serviceCidr: part(services, 6, 0),
    },
    problems: [],
  };
}
