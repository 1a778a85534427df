import { googleServicesBlock, partOf } from "../addresses";
import { zonesOf } from "../kubernetes/zones";
import type { PlannedAdminNetwork, PlannedAdminSubnet } from "./admin-plan";
import type { AdminSpecification } from "./specification";

/**
 * On AWS a quarter of the block for the services of each zone; of the first quarter small parts for what is public, for
 * stores and for the firewall. On Google Cloud the first half for services, and of the second a part for the internal load
 * balancer and the last eighth for Google's own services.
 */
function subnetsOf(cloud: "aws" | "gcp", region: string, cidr: string): PlannedAdminSubnet[] {
  if (cloud === "gcp") {
    const data = googleServicesBlock(cidr);
    return [
      { name: "services", cidr: partOf(cidr, 1, 0), kind: "private" },
      { name: "balancer", cidr: partOf(cidr, 5, 16), kind: "proxy" },
      ...(data === undefined ? [] : [{ name: "data", cidr: data, kind: "data" as const }]),
    ];
  }
  const zones = zonesOf(cloud, region);
  const each = (kind: PlannedAdminSubnet["kind"], bits: number, first: number): PlannedAdminSubnet[] =>
    zones.map((zone, index) => ({
      name: `${kind}-${zone.slice(region.length)}`,
      cidr: partOf(cidr, bits, first + index),
      zone,
      kind,
    }));
  return [...each("public", 5, 0), ...each("firewall", 8, 24), ...each("data", 5, 4), ...each("private", 2, 1)];
}

/** Decides the network of a stack. */
export function planAdminNetwork(
  { cloud, region, cidr }: AdminSpecification,
  allowedHosts: readonly string[],
): PlannedAdminNetwork {
  return {
    cidr,
    zones: zonesOf(cloud, region),
    subnets: subnetsOf(cloud, region, cidr),
    allowedHosts: [...new Set(allowedHosts)].sort(),
  };
}
