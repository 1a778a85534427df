import type { AdminStoreDescription } from "../../product/admin/description";
import type { PlannedAdminKey } from "./admin-plan";

/** Names of resources; part of the public contract. */
export const adminNames = {
  service: (stack: string, service: string) => `${stack}-${service}`,
  part: (stack: string, service: string, part: string) => `${stack}-${service}-${part}`,
  execution: (stack: string, service: string) => `${stack}-${service}-start`,
  /** Ends in `-key`, so that no store has its name. */
  key: (stack: string, service: string, use: string) => `${stack}-${service}-${use}-key`,
  logKey: (stack: string) => `${stack}-log-key`,
  logs: (stack: string) => `${stack}-logs`,
  /** Client of a cell, which is made at the accounts service. */
  cellClient: (cell: string) => `cell-${cell}`,
} as const;

/** Longest names: task roles and service accounts with their stack, target groups with their plane, caches. */
export const longestNames = { service: 20, resource: 29, store: 40 } as const;

/** Use of the key of a store: one for each class that has to be apart. */
export function keyUseOf({
  kind,
  dataClasses,
}: Pick<AdminStoreDescription, "kind" | "dataClasses">): PlannedAdminKey["use"] {
  const has = (dataClass: (typeof dataClasses)[number]) => dataClasses.includes(dataClass);
  if (has("user-data") || has("public-code")) return "content";
  if (has("identity")) return has("secret") ? "credentials" : "identity";
  return kind === "cache" ? "cache" : "data";
}
