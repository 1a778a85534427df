import type { SpecifiedBoundaries } from "../config/specified";
import type { Boundary, Zone } from "../../rules/facts";
import type { PlannedCustomerEnvironment } from "./environment-plan";

/**
 * What a customer's environment states to the rules.
 *
 * @param zone what is made in it
 */
export function customerEnvironmentBoundary(
  plan: PlannedCustomerEnvironment,
  zone: Zone,
  { stage, owner, companyDomains }: Pick<SpecifiedBoundaries, "stage" | "owner" | "companyDomains">,
): Boundary {
  const switching = plan.cloud === "aws" ? plan.sharedRole?.account : undefined;
  return {
    facts: {
      zone,
      stage,
      owner,
      ...(plan.cloud === "gcp" ? { account: plan.project } : {}),
      ...(companyDomains === undefined ? {} : { companyDomains }),
      ...(switching === undefined ? {} : { admits: [switching] }),
    },
  };
}
