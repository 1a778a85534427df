import { googleGuardRails, type PlannedGuardRail } from "../multi-tenant/guard-rails";

/**
 * What nobody may do in a project of support services, whatever rights they have: what holds for every project with stores of
 * ours, and that services are reached through load balancers and send through the network.
 *
 * @param regions where anything may be made
 */
export function adminGuardRails(regions: readonly string[]): PlannedGuardRail[] {
  return [
    ...googleGuardRails(regions),
    {
      name: "no-brought-keys",
      statement: "Nobody brings keys for service accounts along.",
      constraint: { name: "iam.disableServiceAccountKeyUpload", enforce: true },
    },
    {
      name: "no-rights-by-default",
      statement: "No service account has rights because it is there.",
      constraint: { name: "iam.automaticIamGrantsForDefaultServiceAccounts", enforce: true },
    },
    {
      name: "ways-in",
      statement: "No service is reached around the load balancers.",
      constraint: { name: "run.allowedIngress", allowed: ["internal", "internal-and-cloud-load-balancing"] },
    },
    {
      name: "ways-out",
      statement: "No service sends around the network.",
      constraint: { name: "run.allowedVPCEgress", allowed: ["all-traffic"] },
    },
  ];
}
