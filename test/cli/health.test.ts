import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { askHealth } from "../../cli/fleet/health";

describe("what an instance is asked about its health", () => {
  let server: Server;
  let address: string;

  before(async () => {
    server = createServer((request, response) => {
      const path = request.url ?? "";
      if (path === "/healthz") response.writeHead(302, { location: "/sign-in" });
      else response.writeHead(200);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  it("is not answered by the page for signing in that it is sent to", async () => {
    assert.equal(await askHealth(address, 2000), "sick");
  });
});
