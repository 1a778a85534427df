import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { outsideCheck, type OutsideCheck } from "../../../components/core/rendering/outside-check";

interface Asked {
  readonly host: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

const check: OutsideCheck = { host: "pings.example.com", path: "/-/healthz", expects: [401, 403], shows: false };

/** Runs the program against a host that answers with this status; undefined for one that cannot be reached. */
async function run(given: OutsideCheck, status: number | undefined): Promise<Asked> {
  let asked: Asked | undefined;
  const https = {
    get: (options: Asked, answer: (response: { statusCode: number; resume: () => void }) => void) => {
      asked = options;
      const request = new EventEmitter();
      setImmediate(() => {
        if (status === undefined) request.emit("error", new Error("unreachable"));
        else answer({ statusCode: status, resume: () => undefined });
      });
      return request;
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
    "node:https": https,
    "@aws-sdk/client-secrets-manager": secrets,
  };
  const exported: { handler?: () => Promise<void> } = {};
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the rendered program
  new Function("exports", "require", "process", outsideCheck(given))(exported, (name: string) => modules[name], {
    env: { SECRET_ARN: "arn:secret" },
  });
  await exported.handler?.();
  assert.ok(asked);
  return asked;
}

describe("the program of a check from outside", () => {
  it("is well with an expected status, and fails with any other and without an answer", async () => {
    await run(check, 401);
    await run(check, 403);
    await assert.rejects(run(check, 200), { message: "status 200, expected 401 or 403" });
    await assert.rejects(run(check, undefined), { message: "unreachable" });
  });

  it("shows nothing, or the diagnostics secret as a bearer", async () => {
    assert.deepEqual(await run(check, 401), {
      host: "pings.example.com",
      path: "/-/healthz",
      headers: {},
      timeout: 10000,
    });
    const shown = await run({ ...check, expects: [200], shows: true }, 200);
    assert.deepEqual(shown.headers, { authorization: "Bearer value of arn:secret" });
  });

  it("sends the mark by which a load balancer knows it, where there is one", async () => {
    const shown = await run({ ...check, expects: [200], shows: true, mark: "admin-pings-human-health" }, 200);
    assert.deepEqual(shown.headers, {
      authorization: "Bearer value of arn:secret",
      "x-check": "admin-pings-human-health",
    });
  });
});
