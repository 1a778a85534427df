import { originOf } from "../planning/multi-tenant/cell-config";
import { tenantHeader } from "../product/multi-tenant/tenancy";

/**
 * The function of CloudFront that finds the cell of a host name: by the store of routes, which the control plane fills. A name
 * without a route is answered by 404, and no cell hears of it. The cell is called by its own name, which its certificate is of,
 * and hears the host that was asked for, by which it knows the tenant. A tenant that a caller names by header is not believed.
 *
 * @param domain domain of the tenants' host names
 */
export function edgeRouter(domain: string): string {
  return `import cf from "cloudfront";
const routes = cf.kvs();
async function handler(event) {
  const request = event.request;
  const host = request.headers.host.value.split(":")[0].toLowerCase();
  let cell;
  try {
    cell = await routes.get(host);
  } catch (error) {
    return { statusCode: 404, statusDescription: "Not Found" };
  }
  const origin = ${JSON.stringify(originOf("CELL", domain))}.replace("CELL", cell);
  delete request.headers["${tenantHeader.toLowerCase()}"];
  cf.selectRequestOriginById(cell, { hostHeader: host, sni: origin, allowedCertificateNames: [origin] });
  return request;
}
`;
}
