import { parseFleet } from "../../components/core/planning/fleet/parse-fleet";
import type { Fleet } from "../../components/core/planning/fleet/instance";
import type { InstanceConfig } from "../../components/core/planning/fleet/schema";

/** The day it is for fleets of tests. */
export const today = "2026-11-22";

/** A well-formed instance. */
export function instanceFile(number: number, more: Partial<InstanceConfig> = {}): InstanceConfig {
  return {
    id: `src-${number.toString(16).padStart(8, "0")}`,
    slug: `customer-${number}`,
    type: "production",
    release: "7.4.0",
    ...(more.type === "trial" || more.type === "replica" ? { expires: "2026-12-10" } : {}),
    config: { cloud: "aws", region: "us-east-1", size: "XS", access: { allowedCidrs: ["10.0.0.0/8"] } },
    ...more,
  };
}

/** A fleet of instances. */
export function fleetOf(instances: readonly InstanceConfig[], fleet: Record<string, unknown> = {}): Fleet {
  const files = Object.fromEntries(instances.map((each, index) => [`instances/${index}.yaml`, each]));
  return parseFleet({ fleet: { name: "managed", ...fleet }, instances: files }, today);
}

/** What the instances of a fleet run when everything is as their files say. */
export function deployedAs({ instances }: Fleet): Record<string, { release: string }> {
  return Object.fromEntries(instances.map(({ id, release }) => [id, { release }]));
}
