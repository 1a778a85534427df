import type { Config } from "../core/planning/config/config";
import { parseStack } from "../core/planning/config/parse-stack";
import { readConfig } from "../core/planning/config/reading";
import type { FileTexts } from "../core/planning/config/specification";
import type { PlannedCustomerEnvironment } from "../core/planning/environment/environment-plan";
import { planCustomerEnvironment as planned } from "../core/planning/environment/plan";

/**
 * Decides a customer's environment from the config of the instance in it; undefined where the config has none.
 *
 * @param config the keys of a stack file, with `environment`
 * @param files texts of the files it names
 * @throws InputError, RefusedError with all that is wrong with the whole config
 * @example
 * const plan = planCustomerEnvironment({ name: "src-3f9c1a20b7", cloud: "aws", environment, ...instance });
 */
export function planCustomerEnvironment(config: Config, files: FileTexts = {}): PlannedCustomerEnvironment | undefined {
  parseStack(config, files);
  return planned(readConfig(config).config as Config);
}
