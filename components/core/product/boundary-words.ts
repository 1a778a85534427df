import type { DataClass } from "./service";

// Words of the boundaries that facts of the product use too.

/**
 * Who a listener is for: `human` employees behind an identity-aware proxy, `machine` instances and services with a token,
 * `end-user` people who are no employees, `internal` nobody outside the zone.
 */
export type ListenerPlane = "human" | "machine" | "end-user" | "internal";

/** What a store may hold: the classes of a deployment's data, and code that is public anyhow. */
export type StoredClass = DataClass | "public-code";

/** What content may cross from a zone with user data into the admin zone, in transit only. */
export type Contract = "model-call" | "licence-check" | "metering" | "telemetry" | "ping" | "introspection";

/** All of them. */
export const contracts: readonly Contract[] = [
  "model-call",
  "licence-check",
  "metering",
  "telemetry",
  "ping",
  "introspection",
];

/** Whether what a call is for is a contract between zones; calls within a zone and sign-ins are none. */
export function isContract(word: string): word is Contract {
  return (contracts as readonly string[]).includes(word);
}

/** Administrative function that a service has for other zones. */
export type AdministeredFunction = "licensing" | "billing" | "accounts" | "telemetry" | "enterprise-gateway";

/** What a key or a secret is for, where it is the only one of its kind. */
export type SpecialUse = "licence-signing";
