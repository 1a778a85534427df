import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../../components/core/errors";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { configFromStackFile, readNamedFiles, readStackConfig } from "../../stacks/config";
import { valueOf } from "../support/recorder";

const marker = "marker-5f1c";

describe("a stack file", () => {
  it("is read as the engine would hand it over: scalars at the top as text, inside as they are", () =>
    assert.deepEqual(
      configFromStackFile(`
config:
  aws:region: us-east-1
  sourcegraph:release: 7.5
  sourcegraph:name: "123"
  sourcegraph:tracing: true
  sourcegraph:tags: { cost-center: "1234" }
  sourcegraph:usage: { users: 10, codeInsights: false }
  sourcegraph:acknowledge: '["backup-first"]'
  sourcegraph:domain: "[not json"
`),
      {
        release: "7.5",
        name: "123",
        tracing: true,
        tags: { "cost-center": "1234" },
        usage: { users: 10, codeInsights: false },
        acknowledge: ["backup-first"],
        domain: "[not json",
      },
    ));

  it("gives names of secrets, and refuses what is encrypted elsewhere, without ciphertext", () => {
    const config = configFromStackFile(`
config:
  sourcegraph:cloud: local
  sourcegraph:release: 7.5.4453
  sourcegraph:secrets: { smtp: { secure: ${marker} } }
  sourcegraph:domain: { secure: ${marker} }
  sourcegraph:smtp: { host: { secure: ${marker} }, port: 25, from: a@example.com, authentication: none }
`);
    assert.ok(!JSON.stringify(config).includes(marker));
    const message =
      "is encrypted, but only values below 'secrets' may be; write it in the open if it is no secret, otherwise set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME where its name belongs";
    assert.throws(
      () => parseSpecification(config),
      new InputError([
        { path: "domain", message },
        { path: "smtp.host", message },
      ]),
    );
  });

  it("that is none is refused with what is wrong", () => {
    const refused = (text: string, message: string) =>
      assert.throws(
        () => configFromStackFile(text),
        (error) => {
          assert.ok(error instanceof InputError);
          assert.equal(error.message, message);
          return true;
        },
      );
    refused(
      "a: [",
      "the stack file cannot be read:\n  - it is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] at line 1, column 5",
    );
    const missing =
      "the stack file cannot be read:\n  - 'config' is missing; a stack file holds keys such as sourcegraph:release below config";
    for (const text of ["", "x", "config:", "config: 5"]) refused(text, missing);
  });
});

describe("the running stack's config", () => {
  const read = (values: Record<string, string>, secretKeys: string[] = []) => {
    pulumi.runtime.setAllConfig(values, secretKeys);
    try {
      return readStackConfig();
    } finally {
      pulumi.runtime.setAllConfig({});
    }
  };

  it("is every key of the namespace, unknown ones too, and no other", () =>
    assert.deepEqual(
      read({
        "aws:region": "us-east-1",
        "sourcegraph:release": "7.5",
        "sourcegraph:tracing": "true",
        "sourcegraph:regoin": "x",
        "sourcegraph:tags": '{"n":"1"}',
      }).config,
      { release: "7.5", tracing: true, regoin: "x", tags: { n: "1" } },
    ));

  it("keeps the values of secrets apart, marked as secret", async () => {
    const { config, secrets } = read({ "sourcegraph:secrets": `{"smtp":"${marker}"}` }, ["sourcegraph:secrets"]);
    assert.deepEqual(config, { secrets: { smtp: "" } });
    const smtp = secrets["smtp"];
    assert.ok(smtp);
    assert.equal(await pulumi.isSecret(smtp), true);
    assert.equal(await valueOf(smtp), marker);
  });

  it("lets nothing that was decrypted elsewhere into the config", () => {
    const { config } = read(
      { "sourcegraph:domain": marker, "sourcegraph:secrets": marker, "sourcegraph:smtp": `{"host":"${marker}"}` },
      ["sourcegraph:domain", "sourcegraph:secrets", "sourcegraph:smtp"],
    );
    assert.deepEqual(config, { domain: "[encrypted]", secrets: "[encrypted]", smtp: "[encrypted]" });
    assert.throws(
      () => parseSpecification({ cloud: "local", release: "7.5.4453", ...config }),
      (error) => error instanceof InputError && !error.message.includes(marker) && error.problems.length === 3,
    );
  });
});

describe("the files a config names", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  after(() => rmSync(folder, { recursive: true }));

  it("are read relative to the folder; what cannot be read is left to the checks", () => {
    writeFileSync(join(folder, "site.json"), "{}");
    const config = { siteConfig: { siteFile: "site.json", codeHostsFile: "none.json" } };
    assert.deepEqual(readNamedFiles(config, folder), { "site.json": "{}" });
    assert.deepEqual(readNamedFiles({ siteConfig: "x" }, folder), {});
  });
});
