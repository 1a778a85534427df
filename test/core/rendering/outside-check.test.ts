import assert from "node:assert/strict";
import * as http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { outsideCheck, type OutsideCheck } from "../../../components/core/rendering/outside-check";

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly mark: unknown;
}

const check: OutsideCheck = { host: "pings.example.com", path: "/-/healthz", expects: [401, 403], shows: false };

/** Runs the program against a host of HTTP/2 that answers with this status; undefined for one that cannot be reached. */
async function run(given: OutsideCheck, status: number | undefined): Promise<Asked> {
  let asked: Asked | undefined;
  const server = http2.createServer();
  server.on("stream", (stream, headers) => {
    const { ":path": path = "", authorization, "x-check": mark } = headers;
    asked = { path, authorization, mark };
    stream.respond({ ":status": status });
    stream.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  if (status === undefined) await new Promise((resolve) => server.close(resolve));
  const client = {
    connect: (origin: string) => {
      assert.equal(origin, `https://${given.host}`);
      return http2.connect(`http://127.0.0.1:${port}`);
    },
  };
  const secrets = {
    SecretsManagerClient: class {
      send(command: { readonly id: string }) {
        return Promise.resolve({ SecretString: `value of ${command.id}` });
      }
    },
    GetSecretValueCommand: class {
      readonly id: string;
      constructor({ SecretId }: { readonly SecretId: string }) {
        this.id = SecretId;
      }
    },
  };
  const modules: Readonly<Record<string, unknown>> = {
    "node:http2": client,
    "@aws-sdk/client-secrets-manager": secrets,
  };
  const exported: { handler?: () => Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the rendered program
  new Function("exports", "require", "process", outsideCheck(given))(exported, (name: string) => modules[name], {
    env: { SECRET_ARN: "arn:secret" },
  });
  try {
    await exported.handler?.();
  } finally {
    server.close();
  }
  assert.ok(asked);
  return asked;
}

describe("the program of a check from outside", () => {
  it("is well with an expected status, and fails with any other and without an answer", async () => {
    await run(check, 401);
    await run(check, 403);
    await assert.rejects(run(check, 200), { message: "status 200, expected 401 or 403" });
    await assert.rejects(run(check, undefined), { code: "ERR_HTTP2_STREAM_CANCEL" });
  });

  it("shows nothing, or the diagnostics secret as a bearer", async () => {
    const nothing = await run(check, 401);
    assert.deepEqual(nothing, { path: "/-/healthz", authorization: undefined, mark: undefined });
    const shown = await run({ ...check, expects: [200], shows: true }, 200);
    assert.equal(shown.authorization, "Bearer value of arn:secret");
  });

  it("sends the mark by which a load balancer knows it, where there is one", async () => {
    const shown = await run({ ...check, expects: [200], shows: true, mark: "admin-pings-human-health" }, 200);
    assert.deepEqual([shown.authorization, shown.mark], ["Bearer value of arn:secret", "admin-pings-human-health"]);
  });
});
