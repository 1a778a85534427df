import assert from "node:assert/strict";
import { statedCredentials } from "../../../../components/core/planning/credentials/stated";
import { part } from "../../../support/boundary";
import { graphOf } from "../../../support/graph";

describe("credentials of cells", () => {
  const cell = (name: string) =>
    part(
      name,
      { zone: "multi-tenant", cell: name },
      { kind: "connects", from: "worker", to: "workspaces", port: 443, plane: "machine", credential: "oauth-client" },
      {
        kind: "issues",
        from: "worker",
        to: "workspaces",
        scope: "workspaces::metering::write",
        client: `client-${name}`,
      },
    );

  it("are of every cell by itself, although the caller has the same name in each", () =>
    assert.deepEqual(
      statedCredentials(graphOf([cell("one"), cell("two")])).map(({ name, holder }) => [name, holder]),
      [
        ["client-one", "multi-tenant/worker"],
        ["client-two", "multi-tenant/worker"],
      ],
    ));
});
