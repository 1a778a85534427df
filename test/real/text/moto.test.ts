import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { Moto } from "../../support/moto";
import { requirePython } from "../../support/python";

describe("moto, as the suites of machines use it", function () {
  this.timeout(300_000);
  let moto: Moto;

  before(async function () {
    moto = await Moto.start(requirePython(this));
  });
  after(() => moto?.stop());

  it("takes what is signed by the role and allowed to it, and turns down everything else", async () => {
    await moto.aws("s3api", "create-bucket", "--bucket", "acme-bundles");
    const machine = await moto.machineRole([
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::acme-bundles/*" },
    ]);
    await moto.put("acme-bundles", "pointer.json", "{}");
    moto.forget();
    const ask = (secret: string, ...more: string[]): string =>
      execFileSync(
        "/usr/bin/curl",
        [
          ...["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--aws-sigv4", "aws:amz:us-east-1:s3"],
          ...["--user", `${machine.AccessKeyId}:${secret}`, "-H", `x-amz-security-token: ${machine.Token}`],
          ...["-H", `x-amz-content-sha256: ${createHash("sha256").digest("hex")}`],
          ...more,
          `${moto.url}/acme-bundles/pointer.json`,
        ],
        { encoding: "utf8" },
      );
    assert.deepEqual(
      [ask(machine.SecretAccessKey), ask("another"), ask(machine.SecretAccessKey, "-X", "DELETE")],
      ["200", "403", "403"],
    );
    assert.equal(await moto.get("acme-bundles", "pointer.json"), "{}");
    assert.equal(await moto.get("acme-bundles", "none"), undefined);
    assert.deepEqual(
      moto.requests().map(({ method, status }) => `${method} ${status}`),
      ["GET 200", "GET 403", "DELETE 403", "GET 200", "GET 404"],
    );
    await assert.rejects(() =>
      moto.aws("s3api", "get-object", "--bucket", "acme-bundles", "--key", "none", "/dev/null"),
    );
  });
});
