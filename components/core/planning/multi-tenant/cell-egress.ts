import { adminServiceNamed, type adminCatalogue } from "../../product/admin/catalogue";
import { isContract } from "../../product/boundary-words";
import { cellCodeHosts } from "../../product/multi-tenant/tenancy";
import { scopeText } from "../admin/scopes";
import type { PlannedCellEgress } from "./cell-plan";
import type { MultiTenantSpecification, SpecifiedCell } from "./specification";

const https = 443;

/** Zone of the cells; ends of connections in it are named without one. */
const own = "multi-tenant";

/** One of the company's services as a cell calls it: what is sent there and by what right is the catalogue's to say. */
function called(zone: keyof typeof adminCatalogue, name: string, host: string, reason: string): PlannedCellEgress {
  const description = adminServiceNamed(zone, name);
  const caller = description?.callers.find(({ from }) => from === "cell");
  if (description === undefined || caller === undefined) throw new Error(`cells do not call ${zone}/${name}`);
  const { scopeName, calls } = description;
  return {
    host,
    port: https,
    reason,
    callee: {
      service: zone === own ? name : `${zone}/${name}`,
      ...(isContract(caller.contract) ? { contract: caller.contract } : {}),
      carries: caller.carries,
      honours: scopeName,
      scopes: caller.permissions.map((permission) => scopeText({ service: scopeName, ...permission })),
      asksIssuer: calls.some(({ contract }) => contract === "introspection"),
    },
  };
}

/**
 * Every host that a cell may open: code hosts and the services it is made to call; its own cloud is reached inside. Computed
 * from what is called, so that nothing is open that nobody calls (B-N06).
 */
export function cellEgress(
  { modelGateway }: SpecifiedCell,
  { environment: { hosts } }: Pick<MultiTenantSpecification, "environment">,
): PlannedCellEgress[] {
  const codeHosts = cellCodeHosts.flatMap(({ name, hosts: names }) =>
    names.map((host): PlannedCellEgress => ({ host, port: https, reason: `reads repositories of ${name}` })),
  );
  return [
    ...codeHosts,
    called(own, "workspaces", hosts.workspaces, "asks the control plane for its tenants, and reports"),
    called("identity", "accounts", hosts.accounts, "fetches its tokens, and signs people in"),
    ...(hosts.telemetry === undefined
      ? []
      : [called("admin", "telemetry-gateway", hosts.telemetry, "sends events without content")]),
    ...(modelGateway && hosts.modelGateway !== undefined
      ? [called(own, "cody-gateway", hosts.modelGateway, "calls models")]
      : []),
  ];
}
