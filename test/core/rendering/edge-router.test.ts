import assert from "node:assert/strict";
import { runInThisContext } from "node:vm";
import { edgeRouter } from "../../../components/core/rendering/edge-router";

interface Request {
  readonly headers: Record<string, { value: string }>;
}

/** Runs the function with routes, as CloudFront would. */
async function run(routes: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>>) {
  const selected: unknown[][] = [];
  const cf = {
    kvs: () => ({
      get: (host: string): Promise<string> => {
        const cell = routes[host];
        return cell === undefined ? Promise.reject(new Error("no such key")) : Promise.resolve(cell);
      },
    }),
    selectRequestOriginById: (...given: unknown[]) => selected.push(given),
  };
  const code = edgeRouter("workspaces.example.com").replace('import cf from "cloudfront";', "");
  const build = runInThisContext(`(cf) => { ${code}; return handler; }`) as (
    of: typeof cf,
  ) => (event: { request: Request }) => Promise<Request | { readonly statusCode: number }>;
  const request: Request = {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { value }])),
  };
  return { answer: await build(cf)({ request }), request, selected };
}

describe("the router at the edge", () => {
  const routes = { "acme.workspaces.example.com": "acme" };

  it("calls the cell of a host by the cell's own name, and tells it the host that was asked for", async () => {
    const { answer, request, selected } = await run(routes, { host: "ACME.workspaces.example.com:443" });
    assert.equal(answer, request);
    const origin = "acme.origin.workspaces.example.com";
    assert.deepEqual(selected, [
      ["acme", { hostHeader: "acme.workspaces.example.com", sni: origin, allowedCertificateNames: [origin] }],
    ]);
  });

  it("answers a name without a route itself, so that no cell hears of it", async () => {
    const { answer, selected } = await run(routes, { host: "unknown.workspaces.example.com" });
    assert.deepEqual(answer, { statusCode: 404, statusDescription: "Not Found" });
    assert.deepEqual(selected, []);
  });

  it("believes no caller who names a tenant by header", async () => {
    const { request } = await run(routes, { host: "acme.workspaces.example.com", "x-sourcegraph-tenant-id": "17" });
    assert.deepEqual(Object.keys(request.headers), ["host"]);
  });
});
