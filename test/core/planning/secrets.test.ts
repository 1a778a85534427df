import assert from "node:assert/strict";
import fc from "fast-check";
import { planVm } from "../../../components/core/planning/vm/plan";
import { secretNames, splitPlaceholders } from "../../../components/core/planning/secrets";
import { parseSpecification } from "../../../components/core/planning/config/specification";
import { anyConfig, anyFiles, goodConfigs as good } from "../../support/configs";

describe("placeholders of secrets", () => {
  it("split a text into literals and names", () => {
    assert.deepEqual(splitPlaceholders('{"a":"${secret:one}","b":"${secret:two}!"}', "json"), [
      '{"a":"',
      { secret: "one", as: "json" },
      '","b":"',
      { secret: "two", as: "json" },
      '!"}',
    ]);
    assert.deepEqual(splitPlaceholders("", "raw"), []);
    assert.deepEqual(splitPlaceholders("${secret:}${secret:a b}$", "raw"), ["${secret:}${secret:a b}$"]);
  });

  it("are found under the names of both clouds' secret stores", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf";
    const google = "projects/example-project/secrets/db";
    assert.deepEqual(secretNames(splitPlaceholders(`\${secret:${arn}} \${secret:${google}}`, "raw")), [arn, google]);
  });

  it("lose nothing of a text", () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constant("${secret:x}"))), (pieces) => {
        const text = pieces.join("");
        const parts = splitPlaceholders(text, "raw");
        assert.equal(
          parts.map((part) => (typeof part === "string" ? part : `\${secret:${part.secret}}`)).join(""),
          text,
        );
      }),
    ));
});

describe("the secrets of a plan", () => {
  it("are the passwords of what is bundled, and what the config refers to, sorted by name", () => {
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:code-AbCdEf";
    const { secrets } = planVm(
      parseSpecification({
        ...good.aws,
        databases: { external: { codeIntel: { host: "h", user: "u", database: "d", passwordSecret: arn } } },
        overrides: { worker: { env: { EXTRA_TOKEN: "${secret:extra}" } } },
        secrets: { extra: "", unused: "" },
      }),
    );
    assert.deepEqual(secrets, [
      {
        name: arn,
        purpose: "password of the external codeIntel database",
        origin: "store",
        storeName: arn,
        guardsData: false,
      },
      {
        name: "codeinsightsDbPassword",
        purpose: "password of the code insights database",
        origin: "generated",
        guardsData: true,
      },
      { name: "extra", purpose: "in EXTRA_TOKEN of worker", origin: "config", guardsData: false },
      { name: "pgsqlPassword", purpose: "password of the primary database", origin: "generated", guardsData: true },
    ]);
  });

  it("hold every secret a container needs, once", () =>
    fc.assert(
      fc.property(anyConfig, (config) => {
        const plan = planVm(parseSpecification(config, anyFiles));
        const names = plan.secrets.map(({ name }) => name);
        assert.equal(new Set(names).size, names.length);
        for (const container of plan.containers)
          for (const parts of Object.values(container.secretEnvironment))
            for (const name of secretNames(parts)) assert.ok(names.includes(name), name);
      }),
      { numRuns: 60 },
    ));
});
