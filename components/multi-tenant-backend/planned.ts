import type { Config } from "../core/planning/config/config";
import { parseStack } from "../core/planning/config/parse-stack";
import type { MultiTenantPlan } from "../core/planning/multi-tenant/multi-tenant-plan";
import { planMultiTenant } from "../core/planning/multi-tenant/plan";

/** The keys of a config that a multi-tenant backend has. */
export type MultiTenantBackendConfig = Omit<Config, "shape" | "secrets" | "admin"> &
  Required<Pick<Config, "cloud" | "multiTenant">>;

/**
 * Checks a config of the multi-tenant backend and decides everything of it: what `MultiTenantEnvironment`, `Cell` and `Tenant`
 * declare.
 *
 * @param config the keys, without `shape` and `secrets`
 * @param secrets names of the encrypted values
 * @throws InputError, RefusedError with every problem
 */
export function planMultiTenantBackend(config: MultiTenantBackendConfig, secrets: readonly string[]): MultiTenantPlan {
  const names = Object.fromEntries(secrets.map((secret) => [secret, ""]));
  const specification = parseStack({ ...config, shape: "multi-tenant", secrets: names });
  if (specification.shape !== "multi-tenant") throw new Error("a config of shape multi-tenant has its specification");
  return planMultiTenant(specification);
}
