import ipaddr from "ipaddr.js";
import type { Problem } from "../errors";
import { show } from "./problems";
import type { Config } from "./config";

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

/** Whether a text is an IPv4 or IPv6 block. */
export function isCidr(text: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text);
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
  readonly name: string;
  readonly cidr: string;
  /** Position of its zone among the region's zones. */
  readonly zoneIndex: number;
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
  const prefix = block.prefix + 3;
  const size = 2 ** (32 - prefix);
  const at = (index: number) => `${toText(block.first + index * size)}/${prefix}`;
  return [
    { name: "machine", cidr: at(0), zoneIndex: 0 },
    { name: "edge-a", cidr: at(1), zoneIndex: 0 },
    { name: "edge-b", cidr: at(2), zoneIndex: 1 },
  ];
}

/** Problems of the addresses of a network that is to be made. */
export function checkNetwork(config: Partial<Config>): Problem[] {
  const network = config.network;
  if (network === undefined || config.cloud === "local") return [];
  if ("existing" in network) return checkExisting(config, network.existing);
  const problems: Problem[] = [];
  const block = parseBlock(network.cidr);
  if (block === undefined)
    problems.push({
      path: "network.cidr",
      message: `must be an IPv4 block such as 10.40.0.0/16, got ${show(network.cidr)}`,
    });
  else if (!block.aligned)
    problems.push({
      path: "network.cidr",
      message: `must begin at the first address of its block, got ${show(network.cidr)}; write ${toText(block.first)}/${block.prefix}`,
    });
  else if (block.prefix < 16 || block.prefix > 24)
    problems.push({ path: "network.cidr", message: `must be between /16 and /24, got /${block.prefix}` });
  for (const [index, reserved] of (network.reservedCidrs ?? []).entries()) {
    if (parseBlock(reserved) === undefined)
      problems.push({
        path: `network.reservedCidrs.${index}`,
        message: `must be an IPv4 block such as 10.0.0.0/16, got ${show(reserved)}`,
      });
    else if (overlaps(network.cidr, reserved))
      problems.push({
        path: "network.cidr",
        message: `must not overlap the reserved block ${reserved}, got ${show(network.cidr)}; choose another block`,
      });
  }
  for (const docker of ["172.17.0.0/16", "172.18.0.0/16"])
    if (overlaps(network.cidr, docker))
      problems.push({
        path: "network.cidr",
        message: `must not overlap ${docker}, which Docker uses on the machine, got ${show(network.cidr)}`,
      });
  return problems;
}

function checkExisting(
  config: Partial<Config>,
  existing: Extract<NonNullable<Config["network"]>, { existing: unknown }>["existing"],
): Problem[] {
  const needed = config.cloud === "aws" ? (["vpcId", "subnetId"] as const) : (["network", "subnetId"] as const);
  return needed
    .filter((key) => existing[key] === undefined)
    .map((key) => ({
      path: `network.existing.${key}`,
      message: `is missing; an existing network on ${config.cloud ?? "a cloud"} needs ${needed.join(" and ")}`,
    }));
}

/** Problems of names that a cloud would refuse. */
export function checkNames(config: Partial<Config>): Problem[] {
  const problems: Problem[] = [];
  const { name, domain, tags, cloud } = config;
  if (name !== undefined && !/^[a-z][a-z0-9-]{0,22}[a-z0-9]$/.test(name))
    problems.push({
      path: "name",
      message: `must be 2 to 24 lower-case letters, digits and dashes, begin with a letter and not end with a dash, because the clouds refuse other names, got ${show(name)}`,
    });
  if (
    domain !== undefined &&
    !/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(domain)
  )
    problems.push({
      path: "domain",
      message: `must be a host name in lower case such as sourcegraph.example.com, got ${show(domain)}`,
    });
  for (const [key, value] of Object.entries(tags ?? {})) {
    if (cloud === "gcp" && (!/^[a-z][a-z0-9_-]{0,62}$/.test(key) || !/^[a-z0-9_-]{0,63}$/.test(value)))
      problems.push({
        path: `tags.${key}`,
        message: `must be a label of at most 63 lower-case letters, digits, dashes and underscores, got ${show(value)}`,
      });
    if (cloud === "aws" && (key.startsWith("aws:") || key.length > 128 || value.length > 256))
      problems.push({
        path: `tags.${key}`,
        message: "must not begin with aws:, nor be longer than 128 (key) and 256 (value) characters",
      });
  }
  return problems;
}
