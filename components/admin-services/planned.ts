import type { AdminConfig, Config } from "../core/planning/config/config";
import type { AdminPlan } from "../core/planning/admin/admin-plan";
import { planAdmin } from "../core/planning/admin/plan-admin";
import { parseStack } from "../core/planning/config/parse-stack";

/** The config of a stack of support services, without what a program says by other means. */
export type AdminServicesConfig = Omit<Config, "shape" | "secrets"> & {
  /** The services, and the zone they are of. */
  readonly admin: AdminConfig;
};

/**
 * Checks a config of support services and decides everything of it.
 *
 * @param config the keys of the config
 * @param secrets names of the secrets that the program gives values of
 * @throws InputError, RefusedError with every problem, before anything is registered
 */
export function planAdminServices(config: AdminServicesConfig, secrets: readonly string[] = []): AdminPlan {
  const names = Object.fromEntries(secrets.map((secret) => [secret, ""]));
  const specification = parseStack({ ...config, shape: "admin", secrets: names });
  if (specification.shape !== "admin") throw new Error("a config of shape admin has a specification of shape admin");
  return planAdmin(specification);
}
