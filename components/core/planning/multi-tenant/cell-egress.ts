import { cellCodeHosts } from "../../product/multi-tenant/tenancy";
import type { PlannedCellEgress } from "./cell-plan";
import type { MultiTenantSpecification, SpecifiedCell } from "./specification";

const https = 443;

/** Services that cells call, by zone, in the words of the rules. */
export const callees = {
  workspaces: "workspaces",
  modelGateway: "model-gateway-workspaces",
  accounts: "identity/accounts",
  telemetry: "admin/telemetry-gateway",
} as const;

/**
 * Every host that a cell may open: code hosts and the services it is made to call; its own cloud is reached inside. Computed
 * from what is called, so that nothing is open that nobody calls (B-N06).
 */
export function cellEgress(
  { modelGateway }: SpecifiedCell,
  { environment: { hosts } }: Pick<MultiTenantSpecification, "environment">,
): PlannedCellEgress[] {
  const ours: PlannedCellEgress[] = [
    {
      host: hosts.workspaces,
      port: https,
      service: callees.workspaces,
      reason: "asks the control plane for its tenants, and reports",
    },
    {
      host: hosts.accounts,
      port: https,
      service: callees.accounts,
      contract: "introspection",
      reason: "fetches its tokens, and signs people in",
    },
    ...(hosts.telemetry === undefined
      ? []
      : [
          {
            host: hosts.telemetry,
            port: https,
            service: callees.telemetry,
            contract: "telemetry" as const,
            reason: "sends events",
          },
        ]),
    ...(modelGateway && hosts.modelGateway !== undefined
      ? [{ host: hosts.modelGateway, port: https, service: callees.modelGateway, reason: "calls models" }]
      : []),
  ];
  const codeHosts = cellCodeHosts.flatMap(({ name, hosts: names }) =>
    names.map((host): PlannedCellEgress => ({ host, port: https, reason: `reads repositories of ${name}` })),
  );
  return [...codeHosts, ...ours];
}
