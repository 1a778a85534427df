import type { Boundary } from "../../../components/core/rules/facts";
import { part } from "../boundary";
import type { Given } from "../graph";

/** A small deployment that breaks a rule, and what every door says of it. */
export interface CounterExample {
  /** Id of the rule. */
  readonly rule: string;
  readonly given: readonly Given[];
  /** Manifests of other stacks. */
  readonly neighbours?: readonly Boundary[];
  /** What is said, a line for each resource or edge. */
  readonly words: readonly string[];
}

export const admin = part("admin", {
  zone: "admin",
  account: "acme-admin",
  owner: "pings",
  companyDomains: ["acme.com"],
});
export const people = part("people", { zone: "admin", service: "enterprise-portal", plane: "human" });
export const machines = part("machines", { zone: "identity", service: "accounts", plane: "machine" });
export const cell = part("cell", { zone: "multi-tenant", cell: "one", account: "acme-one", tenancy: "pooled" });
export const instance = part("instance", { zone: "single-tenant", owner: "sourcegraph", dataClasses: ["operational"] });
