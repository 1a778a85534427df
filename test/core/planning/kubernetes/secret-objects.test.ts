import assert from "node:assert/strict";
import type { FileTexts } from "../../../../components/core/planning/config/specification";
import { planSecretObjects } from "../../../../components/core/planning/kubernetes/secret-objects";
import type { PlannedSecretObject } from "../../../../components/core/planning/kubernetes/workload";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import type { SecretPart } from "../../../../components/core/planning/secrets";
import { contextOf } from "../../../support/kubernetes-plans";

type Vary = Readonly<Record<string, unknown>>;

function secretsOf(vary: Vary = {}, files: FileTexts = {}): Readonly<Record<string, PlannedSecretObject>> {
  const context = contextOf(vary, files);
  return Object.fromEntries(planSecretObjects(context, planWorkloads(context)).map((object) => [object.name, object]));
}

const raw = (secret: string): readonly SecretPart[] => [{ secret, as: "raw" }];

const aws = { cloud: "aws", region: "us-east-1", access: { allowedCidrs: ["10.0.0.0/8"] } };

describe("the Secrets", () => {
  it("of a bundled deployment are the vendor's for databases and Redis", () => {
    const secrets = secretsOf();
    assert.deepEqual(Object.keys(secrets), [
      "pgsql-auth",
      "codeintel-db-auth",
      "codeinsights-db-auth",
      "redis-cache",
      "redis-store",
    ]);
    assert.deepEqual(secrets["pgsql-auth"]?.data, {
      database: ["sg"],
      host: ["pgsql"],
      password: raw("pgsqlPassword"),
      port: ["5432"],
      user: ["sg"],
      sslmode: ["disable"],
    });
    assert.deepEqual(secrets["redis-store"]?.data, { endpoint: ["redis-store:6379"] });
  });

  it("have the same keys for external and managed stores, and no password where the identity signs in", () => {
    const external = { host: "db.test", user: "app", database: "main", sslmode: "require", passwordSecret: "db" };
    const outside = secretsOf({
      databases: { external: { frontend: external } },
      cache: { external: { cache: "cacheUrl" } },
      secrets: { db: "", cacheUrl: "" },
    });
    assert.deepEqual(outside["pgsql-auth"]?.data, {
      database: ["main"],
      host: ["db.test"],
      password: raw("db"),
      port: ["5432"],
      user: ["app"],
      sslmode: ["require"],
    });
    assert.deepEqual(outside["redis-cache"]?.data, { endpoint: raw("cacheUrl") });
    const managed = secretsOf({ ...aws, databases: "managed", cache: "managed" });
    assert.deepEqual(managed["codeintel-db-auth"]?.data["host"], raw("codeIntelDatabaseHost"));
    assert.deepEqual(managed["codeintel-db-auth"]?.data["password"], raw("codeIntelDatabasePassword"));
    assert.deepEqual(managed["redis-store"]?.data, { endpoint: raw("redisStoreEndpoint") });
    const signed = secretsOf({ ...aws, databases: { managed: { login: "iam" } } });
    assert.deepEqual(Object.keys(signed["pgsql-auth"]?.data ?? {}), [
      "database",
      "host",
      "password",
      "port",
      "user",
      "sslmode",
    ]);
    assert.deepEqual(signed["pgsql-auth"]?.data["password"], [""]);
  });

  it("keep variables with secrets by service, with the managed bucket among them", () => {
    const secrets = secretsOf({
      ...aws,
      objectStorage: "managed",
      overrides: { worker: { env: { TOKEN: "Bearer ${secret:token}" } } },
      secrets: { token: "" },
    });
    assert.deepEqual(secrets["worker-environment"]?.data["TOKEN"], ["Bearer ", { secret: "token", as: "raw" }]);
    for (const service of ["sourcegraph-frontend", "worker", "gitserver", "searcher", "precise-code-intel-worker"])
      assert.deepEqual(
        secrets[`${service}-environment`]?.data["SOURCEGRAPH_UPLOAD_BUCKET"],
        raw("uploadsBucket"),
        service,
      );
    assert.equal(secrets["migrator-environment"], undefined);
  });

  it("hold the configuration files when one of them has a secret, and the login at the registry in its form", () => {
    const secrets = secretsOf(
      {
        siteConfig: { siteFile: "site.json" },
        registry: { host: "registry.test/mirror", credentialsSecret: "login" },
        secrets: { key: "", login: "" },
      },
      { "site.json": '{ "licenseKey": "${secret:key}" }' },
    );
    assert.ok(
      secrets["sourcegraph-configuration"]?.data["site-config.json"]?.some(
        (part) => typeof part === "object" && part.secret === "key" && part.as === "json",
      ),
    );
    assert.deepEqual(secrets["sourcegraph-registry"], {
      name: "sourcegraph-registry",
      component: "registry",
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": ['{"auths":{"registry.test":{"auth":"', { secret: "login", as: "base64" }, '"}}}'] },
    });
  });

  it("are all that the pods of the plan read", () => {
    for (const vary of [{}, { ...aws, objectStorage: "managed", databases: "managed", cache: "managed" }]) {
      const context = contextOf(vary);
      const workloads = planWorkloads(context);
      const names = planSecretObjects(context, workloads).map(({ name }) => name);
      for (const { reads, name } of workloads)
        for (const secret of reads.secrets) assert.ok(names.includes(secret), `${name} ${secret}`);
    }
  });
});
