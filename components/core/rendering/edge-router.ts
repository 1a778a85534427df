/**
 * The function of CloudFront that finds the cell of a host name: by the store of routes, which the control plane fills. A name
 * without a route is answered by 404, and no cell hears of it. The tenant's host goes on in a header; the cell is called by its
 * own name.
 */
export function edgeRouter(): string {
  return `import cf from "cloudfront";
const routes = cf.kvs();
async function handler(event) {
  const request = event.request;
  const host = request.headers.host.value;
  let cell;
  try {
    cell = await routes.get(host);
  } catch (error) {
    return { statusCode: 404, statusDescription: "Not Found" };
  }
  cf.selectRequestOriginById(cell);
  request.headers["x-forwarded-host"] = { value: host };
  return request;
}
`;
}
