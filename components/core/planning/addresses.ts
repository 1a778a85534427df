import ipaddr from "ipaddr.js";
import type { Problem } from "../errors";
import { Problems, show } from "./config/problems";
import type { Config } from "./config/config";

/** An IPv4 block. */
interface Block {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  /** Whether the address is the first of the block. */
  readonly aligned: boolean;
}

function toNumber(octets: readonly number[]): number {
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

function parseBlock(text: string): Block | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) return undefined;
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const first = toNumber(ipaddr.IPv4.networkAddressFromCIDR(text).toByteArray());
  const last = toNumber(ipaddr.IPv4.broadcastAddressFromCIDR(text).toByteArray());
  return { first, last, prefix, aligned: toNumber(address.toByteArray()) === first };
}

/** What is wrong with a text as a block of addresses, IPv4 or IPv6; undefined when nothing is. */
export function blockProblem(text: string): string | undefined {
  const block = parseBlock(text);
  if (block === undefined && !ipaddr.IPv6.isValidCIDR(text))
    return `must be a CIDR block such as 10.0.0.0/8, got ${show(text)}`;
  const first =
    block === undefined
      ? `${ipaddr.IPv6.networkAddressFromCIDR(text).toString()}/${ipaddr.IPv6.parseCIDR(text)[1]}`
      : `${toText(block.first)}/${block.prefix}`;
  const aligned =
    block?.aligned ?? ipaddr.IPv6.parseCIDR(text)[0].toString() === ipaddr.IPv6.networkAddressFromCIDR(text).toString();
  return aligned ? undefined : `must begin at the first address of its block, got ${show(text)}; write ${first}`;
}

/** Whether two IPv4 blocks share an address. */
export function overlaps(a: string, b: string): boolean {
  const [one, other] = [parseBlock(a), parseBlock(b)];
  return one !== undefined && other !== undefined && one.first <= other.last && other.first <= one.last;
}

function toText(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join(".");
}

/** A subnet of the network that is made for an instance. */
export interface PlannedSubnet {
  /** Name below the instance's, e.g. `machine`. */
  readonly name: string;
  /** Address block. */
  readonly cidr: string;
  /** Position of its zone among the region's zones. */
  readonly zoneIndex: number;
}

/** One of the 2^bits equal parts of a block. */
function partOfBlock(block: Block, bits: number, index: number): string {
  const prefix = block.prefix + bits;
  return `${toText(block.first + index * 2 ** (32 - prefix))}/${prefix}`;
}

/**
 * One of the 2^bits equal parts of a block.
 *
 * @param cidr an aligned block
 */
export function partOf(cidr: string, bits: number, index: number): string {
  const block = parseBlock(cidr);
  if (block === undefined) throw new Error(`not a CIDR block: ${cidr}`);
  return partOfBlock(block, bits, index);
}

/** One eighth of a block. */
function eighthOf(block: Block, index: number): string {
  return partOfBlock(block, 3, index);
}

/**
 * The subnets of a network: the machine's own and one each for the load balancer in two zones. The block is cut into
 * eight parts and the first three are used, so that adding a subnet later moves none.
 *
 * @param cidr the network's block, /16 to /24
 */
export function planSubnets(cidr: string): [PlannedSubnet, PlannedSubnet, PlannedSubnet] {
  const block = parseBlock(cidr);
  if (block === undefined) throw new Error(`not a CIDR block: ${cidr}`);
  return [
    { name: "machine", cidr: eighthOf(block, 0), zoneIndex: 0 },
    { name: "edge-a", cidr: eighthOf(block, 1), zoneIndex: 0 },
    { name: "edge-b", cidr: eighthOf(block, 2), zoneIndex: 1 },
  ];
}

/**
 * The subnets of the cloud's databases and caches on AWS, in two zones: the fourth and the fifth eighth of a network.
 *
 * @param cidr the network's block
 */
export function planDatabaseSubnets(cidr: string): [PlannedSubnet, PlannedSubnet] {
  const block = parseBlock(cidr);
  if (block === undefined) throw new Error(`not a CIDR block: ${cidr}`);
  return [
    { name: "databases-a", cidr: eighthOf(block, 3), zoneIndex: 0 },
    { name: "databases-b", cidr: eighthOf(block, 4), zoneIndex: 1 },
  ];
}

/**
 * The last eighth of a network on Google Cloud, for the private addresses of Google's own services. No subnet; so its zone
 * is none.
 *
 * @param cidr the network's block
 * @returns undefined when it is too small: less than a /23
 */
export function googleServicesBlock(cidr: string): string | undefined {
  const block = parseBlock(cidr);
  if (block === undefined) throw new Error(`not a CIDR block: ${cidr}`);
  return block.prefix <= 20 ? eighthOf(block, 7) : undefined;
}

/** Blocks no public address lies in: what a network of its own may use on both clouds. */
export const privateBlocks = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"] as const;
/** What Docker's own networks on the machine use. */
const dockerBlocks = ["172.17.0.0/16", "172.18.0.0/16"];

/** What is wrong with the block of the network, but for overlaps. */
function networkBlockProblem(cidr: string): string | undefined {
  const block = parseBlock(cidr);
  if (block === undefined) return `must be an IPv4 block such as 10.40.0.0/16, got ${show(cidr)}`;
  if (!block.aligned) return blockProblem(cidr);
  if (block.prefix < 16 || block.prefix > 24) return `must be between /16 and /24, got ${show(cidr)}`;
  if (!privateBlocks.some((outer) => overlaps(cidr, outer)))
    return `must lie in private addresses (${privateBlocks.join(", ")}), got ${show(cidr)}`;
  return undefined;
}

/** Checks the addresses of a network that is to be made, or what is said of one that exists. */
export function checkAddresses(config: Partial<Config>, problems: Problems): void {
  const network = config.network;
  if (network === undefined || config.cloud === "local") return;
  if ("existing" in network) {
    checkExisting(config, network.existing, problems);
    return;
  }
  const wrong = networkBlockProblem(network.cidr);
  if (wrong !== undefined) problems.add("network.cidr", wrong);
  (network.reservedCidrs ?? []).forEach((reserved, index) => {
    const malformed = parseBlock(reserved) === undefined;
    if (malformed)
      problems.add(
        `network.reservedCidrs.${index}`,
        `must be an IPv4 block such as 10.0.0.0/16, got ${show(reserved)}`,
      );
    else if (overlaps(network.cidr, reserved))
      problems.add(
        "network.cidr",
        `must not overlap the reserved block ${reserved}, got ${show(network.cidr)}; choose another block`,
      );
  });
  for (const docker of dockerBlocks)
    if (overlaps(network.cidr, docker))
      problems.add(
        "network.cidr",
        `must not overlap ${docker}, which Docker uses on the machine, got ${show(network.cidr)}; choose another block`,
      );
}

/** Problems of the addresses of a network, for a component that makes one by itself. */
export function checkNetwork(config: Partial<Config>): Problem[] {
  const problems = new Problems();
  checkAddresses(config, problems);
  return problems.list;
}

type Existing = Extract<NonNullable<Config["network"]>, { existing: unknown }>["existing"];

function checkExisting(config: Partial<Config>, existing: Existing, problems: Problems): void {
  const { cloud } = config;
  if (cloud === undefined) return;
  const needed = cloud === "aws" ? (["vpcId", "subnetId"] as const) : (["network", "subnetId"] as const);
  for (const key of needed)
    if (existing[key] === undefined)
      problems.add(
        `network.existing.${key}`,
        `is missing; an existing network on ${cloud} needs ${needed.join(" and ")}`,
      );
  const foreign =
    cloud === "aws"
      ? (["network"] as const)
      : (["vpcId", "loadBalancerSubnetIds", "databaseSubnetIds", "instanceConnect"] as const);
  for (const key of foreign)
    if (existing[key] !== undefined)
      problems.add(`network.existing.${key}`, `has no meaning for cloud ${cloud}; remove it`);
}

/**
 * Beginnings that a cloud keeps for itself. AWS: load balancers and `internal-`, security groups and `sg-`, buckets and
 * `xn--`, `sthree-`, `amzn-s3-demo-`. Google Cloud: buckets and `goog`.
 */
const reservedBeginnings = ["internal-", "sg-", "xn--", "sthree-", "amzn-s3-demo-", "goog"];

function nameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,22}[a-z0-9]$/.test(name))
    return `must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got ${show(name)}`;
  const beginning = reservedBeginnings.find((start) => name.startsWith(start));
  if (beginning !== undefined)
    return `must not begin with ${beginning}, which a cloud keeps for itself, got ${show(name)}`;
  if (/google|g00gle/.test(name))
    return `must not hold the word google, which Google Cloud refuses in names of buckets, got ${show(name)}`;
  return undefined;
}

const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

function tagProblem(cloud: "aws" | "gcp", key: string, value: string): string | undefined {
  if (cloud === "gcp" && !/^[a-z][a-z0-9_-]{0,62}$/.test(key))
    return "is no name of a label; use at most 63 lower-case letters, digits, dashes and underscores, and begin with a letter";
  if (cloud === "gcp" && !/^[a-z0-9_-]{0,63}$/.test(value))
    return `must be at most 63 lower-case letters, digits, dashes and underscores, got ${show(value, key)}`;
  const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  if (cloud === "aws" && (/^aws:/i.test(key) || key.length === 0 || key.length > 128 || !allowed.test(key)))
    return "is no name of a tag; use at most 128 letters, digits, spaces and _ . : / = + - @, and do not begin with aws:";
  if (cloud === "aws" && (value.length > 256 || !allowed.test(value)))
    return `must be at most 256 letters, digits, spaces and _ . : / = + - @, got ${show(value, key)}`;
  return undefined;
}

/** Checks the names a cloud could refuse. */
export function checkNames(config: Partial<Config>, problems: Problems): void {
  const { name, domain, tags, cloud } = config;
  const wrong = name === undefined ? undefined : nameProblem(name);
  if (wrong !== undefined) problems.add("name", wrong);
  if (domain !== undefined && !hostName.test(domain))
    problems.add("domain", `must be a host name in lower case such as sourcegraph.example.com, got ${show(domain)}`);
  if (cloud !== "aws" && cloud !== "gcp") return;
  for (const [key, value] of Object.entries(tags ?? {})) {
    const problem = tagProblem(cloud, key, value);
    if (problem !== undefined) problems.add(`tags.${key}`, problem);
  }
}
