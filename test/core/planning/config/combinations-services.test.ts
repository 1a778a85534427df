import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { goodConfigs as good, wrong } from "../../../support/configs";

const external = (more: object) => ({ host: "pg.test", user: "sg", database: "sg", ...more });
const s3 = { backend: "S3", region: "eu-west-1", bucket: "uploads" };
const files = {
  "k.pem": "-----BEGIN PRIVATE KEY-----\nx",
  "s.json": '{ "password": "hunter2" }',
  "bad.json": "[1]",
  "p.json": '{ "a": "${secret:lost}" }',
};

describe("a config is refused for databases, caches and buckets", () => {
  it("refuses managed services where no cloud serves them", () =>
    wrong({ ...good.local, databases: "managed", cache: "managed", objectStorage: { managed: {} } }, [
      "'databases' managed needs a cloud that serves it, got cloud local; use bundled, or external with a service you run",
      "'cache' managed needs a cloud that serves it, got cloud local; use bundled, or external with a service you run",
      "'objectStorage' managed needs a cloud that serves it, got cloud local; use bundled, or external with a service you run",
    ]));

  it("refuses a managed database that its cloud cannot serve", () => {
    const managed = { version: "15", machineType: "m6a.large", sizeGb: 70_000 };
    wrong({ ...good.aws, databases: { managed } }, [
      `'databases.managed.version' must be PostgreSQL 16 or later, such as 16 or 16.9, got "15"`,
      "'databases.managed.sizeGb' must be at most 65536, the largest disk of a database, got 70000",
      `'databases.managed.machineType' must be a class of aws such as db.m7g.large, got "m6a.large"`,
    ]);
    for (const machineType of ["db-custom-3-11520", "db-custom-98-98304", "db-custom-4-16000", "db-custom-1-3584"])
      wrong({ ...good.gcp, databases: { managed: { machineType } } }, [
        `'databases.managed.machineType' must have 1 vCPU or an even number up to 96, and memory in steps of 256 MB, at least 3840 and from 922 to 6656 for each vCPU, got "${machineType}"; use db-custom-4-16384, or another of that kind`,
      ]);
    for (const machineType of ["db-custom-1-3840", "db-custom-4-16384", "db-custom-96-638976", "db-perf-optimized-N-4"])
      assert.ok(parseSpecification({ ...good.gcp, databases: { managed: { machineType } } }));
    wrong({ ...good.gcp, cache: { managed: { sizeGb: 301 } } }, [
      "'cache.managed.sizeGb' must be at most 300, the largest Redis of Memorystore, got 301",
    ]);
    wrong({ ...good.gcp, databases: { managed: { version: "16.9", login: "iam", machineType: "db.m7g.large" } } }, [
      `'databases.managed.version' must be a major version on gcp, such as 16, because Cloud SQL chooses the minor by itself, got "16.9"`,
      "'databases.managed.login' iam is not offered on gcp: the product knows no login by identity there; use password, over the private network",
      `'databases.managed.machineType' must be a class of gcp such as db-custom-4-16384, got "db.m7g.large"`,
    ]);
  });

  it("refuses external services that name none", () =>
    wrong({ ...good.local, databases: { external: {} }, cache: { external: {} } }, [
      "'databases.external' names no database; give frontend, codeIntel or codeInsights, or write bundled",
      "'cache.external' names neither cache nor store; give one of them, or write bundled",
    ]));

  it("refuses an external database without secret", () =>
    wrong({ ...good.local, databases: { external: { frontend: external({}) } } }, [
      "'databases.external.frontend.passwordSecret' is missing; an external database needs the secret with its password",
    ]));

  it("refuses two schemas in one database", () =>
    wrong(
      {
        ...good.local,
        secrets: { p: "" },
        databases: {
          external: {
            frontend: external({ passwordSecret: "p" }),
            codeIntel: external({ passwordSecret: "p", port: 5432 }),
          },
        },
      },
      [
        "'databases.external.codeIntel.database' must not be the database of 'frontend', got \"sg\" on pg.test twice; each schema needs a database of its own",
      ],
    ));

  it("names the bucket and its region as missing", () =>
    wrong({ ...good.aws, objectStorage: { external: { backend: "S3" } } }, [
      "'objectStorage.external.bucket' is missing; name the bucket, which releases from 7.2.0 on need",
      "'objectStorage.external.region' is missing; backend S3 needs the region of the bucket",
    ]));

  it("asks for both old buckets before 7.2.0", () =>
    wrong({ ...good.aws, release: "7.1.2426", objectStorage: { external: s3 } }, [
      "'objectStorage.external.codeIntelBucket' is missing; releases before 7.2.0 keep code graph uploads and search job results in buckets of their own, got release 7.1.2426",
      "'objectStorage.external.searchJobsBucket' is missing; releases before 7.2.0 keep code graph uploads and search job results in buckets of their own, got release 7.1.2426",
    ]));

  it("refuses a URL in the place of a bucket, and an endpoint that is none", () =>
    wrong({ ...good.aws, objectStorage: { external: { ...s3, bucket: "s3://Uploads", endpoint: "minio" } } }, [
      "'objectStorage.external.bucket' must be the name of a bucket alone, 3 to 63 lower-case letters, digits, dashes and dots, got \"s3://Uploads\"",
      "'objectStorage.external.endpoint' must be a URL such as https://minio.example.com, got \"minio\"",
    ]));

  it("refuses half a login", () =>
    wrong({ ...good.aws, secrets: { k: "" }, objectStorage: { external: { ...s3, accessKeyIdSecret: "k" } } }, [
      "'objectStorage.external' needs both of accessKeyIdSecret and secretAccessKeySecret, or neither of them",
    ]));

  it("asks for a login of S3 where the machine has no identity of AWS", () =>
    wrong({ ...good.gcp, objectStorage: { external: s3 } }, [
      "'objectStorage.external.accessKeyIdSecret' is missing; a machine on gcp has no identity of AWS",
    ]));

  it("refuses GCS where the machine has no identity of Google", () =>
    wrong({ ...good.aws, objectStorage: { external: { backend: "GCS", bucket: "uploads", region: "x" } } }, [
      "'objectStorage.external.project' is missing; backend GCS needs the project of the bucket",
      "'objectStorage.external.backend' GCS needs cloud gcp, because the machine's identity opens the bucket, got cloud aws; use bundled, or an S3-compatible store",
      "'objectStorage.external.region' has no meaning for backend GCS; remove it",
    ]));

  it("refuses a project with S3", () =>
    wrong({ ...good.aws, objectStorage: { external: { ...s3, project: "p" } } }, [
      "'objectStorage.external.project' has no meaning for backend S3; remove it",
    ]));
});

describe("a config is refused for what is used outside", () => {
  it("refuses a mirror with a scheme", () =>
    wrong({ ...good.aws, registry: { host: "https://mirror.example.com/" } }, [
      "'registry.host' must be a host and path without a scheme, such as mirror.example.com/sourcegraph, got \"https://mirror.example.com/\"",
    ]));

  it("refuses a proxy that names none", () =>
    wrong({ ...good.aws, proxy: {} }, ["'proxy' names no proxy; give http, https or both"]));

  it("refuses a login in a proxy's address, without showing it, and an address without scheme", () =>
    wrong({ ...good.aws, proxy: { http: "http://me:hunter2@proxy:3128", https: "proxy:3128" } }, [
      "'proxy.http' must not hold a login, because the variables of containers can be read by everybody on the machine; let the proxy know the machine by its address",
      "'proxy.https' must be a URL such as http://proxy.example.com:3128, got \"proxy:3128\"",
    ]));

  it("names what is missing for mail, and addresses that are none", () =>
    wrong(
      {
        ...good.aws,
        smtp: { host: "h", port: 25, from: "Sourcegraph", authentication: "PLAIN" },
        alarms: { email: "ops" },
      },
      [
        "'smtp.username' is missing; authentication PLAIN needs it",
        "'smtp.passwordSecret' is missing; authentication PLAIN needs it",
        "'smtp.from' must be an address such as sourcegraph@example.com, got \"Sourcegraph\"",
        "'alarms.email' must be an address such as admin@example.com, got \"ops\"",
      ],
    ));
});

describe("a config is refused for overrides", () => {
  it("refuses overrides of services the deployment has not", () =>
    wrong({ ...good.local, release: "7.5.4453", overrides: { symbols: { cpus: 1 }, jaeger: { cpus: 1 } } }, [
      "'overrides.symbols' has no effect: release 7.5.4453 has no such service; remove it",
      "'overrides.jaeger' has no effect: it runs only with 'tracing'; remove it",
    ]));

  it("refuses overrides of services whose work something outside does", () => {
    const stores = ["pgsql", "codeintel-db-exporter", "codeinsights-db", "redis-cache", "redis-store", "blobstore"];
    const overrides = Object.fromEntries(stores.map((service) => [service, { cpus: 1 }]));
    const refused = (service: string, key: string) =>
      `'overrides.${service}' has no effect: by '${key}' something outside does its work; remove it`;
    wrong({ ...good.aws, databases: "managed", cache: "managed", objectStorage: "managed", overrides }, [
      refused("pgsql", "databases"),
      refused("codeintel-db-exporter", "databases"),
      refused("codeinsights-db", "databases"),
      refused("redis-cache", "cache"),
      refused("redis-store", "cache"),
      refused("blobstore", "objectStorage"),
    ]);
    const external = { host: "pg.test", user: "sg", database: "sg", passwordSecret: "pg" };
    wrong(
      {
        ...good.aws,
        secrets: { pg: "x" },
        databases: { managed: { only: ["frontend"] }, external: { codeInsights: external } },
        cache: { managed: { only: ["store"] } },
        objectStorage: "bundled",
        overrides,
      },
      [refused("pgsql", "databases"), refused("codeinsights-db", "databases"), refused("redis-store", "cache")],
    );
  });

  it("refuses replicas of what cannot be scaled", () =>
    wrong({ ...good.local, overrides: { "zoekt-indexserver": { replicas: 2 }, pgsql: { replicas: 2 } } }, [
      "'overrides.zoekt-indexserver.replicas' cannot be set; only sourcegraph-frontend, gitserver, searcher, zoekt-webserver have replicas (zoekt-indexserver follows zoekt-webserver)",
      "'overrides.pgsql.replicas' cannot be set; only sourcegraph-frontend, gitserver, searcher, zoekt-webserver have replicas",
    ]));

  it("refuses more CPUs than the machine has", () =>
    wrong({ ...good.aws, size: "XS", overrides: { gitserver: { cpus: 16 } } }, [
      "'overrides.gitserver.cpus' must be at most 8, the vCPUs of the machine, because Docker refuses more, got 16",
    ]));

  it("refuses to take privileges from a service that has none", () =>
    wrong({ ...good.local, overrides: { gitserver: { privileged: false } } }, [
      "'overrides.gitserver.privileged' cannot be set; only cadvisor has privileges to take away",
    ]));

  it("refuses an image that is no reference", () =>
    wrong({ ...good.local, overrides: { gitserver: { image: "Not An Image" } } }, [
      "'overrides.gitserver.image' must be an image reference such as mirror.example.com/sourcegraph/gitserver:7.5.4453, got \"Not An Image\"",
    ]));

  it("refuses secrets in the open in variables, without showing them", () =>
    wrong(
      {
        ...good.local,
        overrides: { gitserver: { env: { API_TOKEN: "hunter2", DSN_OF: "postgres://sg:hunter2@db/sg", PLAIN: "x" } } },
      },
      [
        "'overrides.gitserver.env.API_TOKEN' holds a secret in the open; write ${secret:NAME} in its place and give the value by pulumi config set --secret --path 'sourcegraph:secrets.NAME'",
        "'overrides.gitserver.env.DSN_OF' holds a secret in the open; write ${secret:NAME} in its place and give the value by pulumi config set --secret --path 'sourcegraph:secrets.NAME'",
      ],
    ));
});

describe("a config is refused for configuration files", () => {
  it("refuses files that cannot be read, hold no object, or hold a secret", () =>
    wrong(
      { ...good.local, siteConfig: { siteFile: "none.json", codeHostsFile: "bad.json", globalSettingsFile: "s.json" } },
      [
        "'siteConfig.siteFile' names a file that cannot be read, got \"none.json\"",
        "'siteConfig.codeHostsFile' bad.json must hold one JSON object (comments are allowed)",
        "'siteConfig.globalSettingsFile' s.json holds a secret in the open at 'password'; write \"${secret:NAME}\" there and give the value by pulumi config set --secret --path 'sourcegraph:secrets.NAME'",
      ],
      files,
    ));
});

describe("a config is refused for secrets", () => {
  it("refuses references to secrets that are not given, without showing what may be one", () =>
    wrong(
      { ...good.local, siteConfig: { siteFile: "p.json" }, cache: { external: { cache: "hunter2" } } },
      [
        "'cache.external.cache' must be the name of a secret under 'secrets'; the value given is not one and not shown here; set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME here",
        "'siteConfig.siteFile' refers to the secret 'lost', which is not given; set it by pulumi config set --secret --path 'sourcegraph:secrets.lost'",
      ],
      files,
    ));

  it("names the secret that was meant on AWS", () =>
    wrong(
      {
        ...good.aws,
        secrets: { registryLogin: "" },
        registry: { host: "mirror.test", credentialsSecret: "registryLogn" },
      },
      [
        "'registry.credentialsSecret' must be the name of a secret under 'secrets', or the ARN of a secret in Secrets Manager; the value given is not one and not shown here; did you mean 'registryLogin'?",
      ],
    ));

  it("names both ways to give a secret on Google Cloud", () =>
    wrong({ ...good.gcp, registry: { host: "mirror.test", credentialsSecret: "hunter2" } }, [
      "'registry.credentialsSecret' must be the name of a secret under 'secrets', or projects/PROJECT/secrets/NAME in Secret Manager; the value given is not one and not shown here; set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME here",
    ]));

  it("refuses the name of a password that is generated", () =>
    wrong({ ...good.local, secrets: { pgsqlPassword: "" } }, [
      "'secrets.pgsqlPassword' is the name of a password that is made for a bundled database; choose another",
    ]));

  it("refuses encrypted values outside secrets", () =>
    wrong(
      {
        ...good.local,
        domain: "[encrypted]",
        smtp: { host: "[encrypted]", port: 25, from: "a@b.co", authentication: "none" },
      },
      [
        "'domain' is encrypted, but only values below 'secrets' may be; write it in the open if it is no secret, otherwise set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME where its name belongs",
        "'smtp.host' is encrypted, but only values below 'secrets' may be; write it in the open if it is no secret, otherwise set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME where its name belongs",
      ],
    ));
});
