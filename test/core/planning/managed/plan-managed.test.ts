import assert from "node:assert/strict";
import fc from "fast-check";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { connectionsTo } from "../../../../components/core/planning/managed/connections";
import { managedNotices } from "../../../../components/core/planning/managed/notices";
import { managedDataResources, planManagedServices } from "../../../../components/core/planning/managed/plan-managed";
import { priceOf } from "../../../../components/core/planning/price/price";
import { managedPriceThings } from "../../../../components/core/planning/price/price-managed";
import { defaultUsage, sizeLabels, type SizeLabel } from "../../../../components/core/planning/sizing/sizes";
import { estimate } from "../../../../components/core/planning/sizing/sizing";
import { planVm } from "../../../../components/core/planning/vm/plan";
import { goodConfigs as good, problemLines } from "../../../support/configs";
import { checkTransition, manifestOf } from "../../../../components/core/planning/manifest";

const all = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;

function planned(config: object, size: SizeLabel = "S") {
  return planManagedServices(parseSpecification(config), size, defaultUsage(size));
}

describe("the services of a cloud", () => {
  it("are planned on AWS with class, disk, parameters and extensions of each", () => {
    const { databases, caches, bucket } = planned({ ...good.aws, ...all });
    assert.deepEqual(databases[0], {
      name: "frontend",
      resource: "sourcegraph-pgsql",
      version: "16",
      majorVersion: "16",
      majorUpgrade: false,
      machineType: "db.m7g.xlarge",
      vcpu: 4,
      memoryGib: 16,
      sizeGb: 200,
      maximumSizeGb: 1000,
      highlyAvailable: true,
      login: "password",
      backupDays: 14,
      parameters: {
        log_parameter_max_length: "0",
        max_connections: "1000",
        max_wal_size: "8192",
        random_page_cost: "1.1",
        temp_file_limit: "20971520",
        "rds.force_ssl": "1",
        shared_preload_libraries: "pg_stat_statements",
      },
      restartParameters: ["max_connections", "shared_preload_libraries"],
      extensions: ["citext", "hstore", "intarray", "pg_stat_statements", "pg_trgm", "pgcrypto"],
    });
    assert.deepEqual(
      databases.map(({ resource, machineType, extensions }) => [resource, machineType, extensions.length]),
      [
        ["sourcegraph-pgsql", "db.m7g.xlarge", 6],
        ["sourcegraph-codeintel-db", "db.m7g.xlarge", 3],
        ["sourcegraph-codeinsights-db", "db.m7g.large", 2],
      ],
    );
    assert.deepEqual(caches, [
      {
        name: "cache",
        resource: "sourcegraph-cache",
        version: "7.1",
        machineType: "cache.t4g.medium",
        sizeGb: 3.09,
        highlyAvailable: false,
        tls: true,
        evicts: true,
        backupDays: 0,
      },
      {
        name: "store",
        resource: "sourcegraph-store",
        version: "7.1",
        machineType: "cache.t4g.medium",
        sizeGb: 3.09,
        highlyAvailable: true,
        tls: true,
        evicts: false,
        backupDays: 7,
      },
    ]);
    assert.deepEqual(bucket, { resource: "sourcegraph-uploads", versioning: true, keepDays: 14, expectedGb: 1 });
  });

  it("are planned on Google Cloud in its own terms", () => {
    const { databases, caches } = planned({ ...good.gcp, ...all });
    assert.deepEqual(
      databases.map(({ machineType, parameters }) => [machineType, parameters["cloudsql.iam_authentication"]]),
      [
        ["db-custom-4-16384", "off"],
        ["db-custom-4-16384", "off"],
        ["db-custom-2-8192", "off"],
      ],
    );
    assert.deepEqual(
      caches.map(({ version, machineType, sizeGb, tls }) => [version, machineType, sizeGb, tls]),
      [
        ["REDIS_7_2", "BASIC", 2, false],
        ["REDIS_7_2", "STANDARD_HA", 2, false],
      ],
    );
  });

  it("are what the config says where it says something", () => {
    const { databases, caches, bucket } = planned({
      ...good.aws,
      databases: {
        managed: { only: ["codeIntel"], version: "17.4", machineType: "db.r6g.large", sizeGb: 400, backupDays: 30 },
      },
      cache: { managed: { only: ["store"], machineType: "cache.r7g.large", highlyAvailable: false } },
      objectStorage: { managed: { versioning: false } },
      backup: { keepDays: 3 },
      acknowledge: ["postgresql-17"],
    });
    assert.deepEqual(
      databases.map((d) => [
        d.name,
        d.version,
        d.majorVersion,
        d.majorUpgrade,
        d.vcpu,
        d.memoryGib,
        d.sizeGb,
        d.maximumSizeGb,
        d.backupDays,
      ]),
      [["codeIntel", "17.4", "17", true, 2, 16, 400, 1200, 30]],
    );
    assert.deepEqual(
      caches.map((c) => [c.name, c.machineType, c.sizeGb, c.highlyAvailable]),
      [["store", "cache.r7g.large", 13.07, false]],
    );
    assert.deepEqual([bucket?.versioning, bucket?.keepDays], [false, 3]);
  });

  it("are none where everything is bundled", () => {
    assert.deepEqual(planned(good.aws), { databases: [], caches: [] });
    assert.equal(planVm(parseSpecification(good.aws)).managed, undefined);
  });

  it("have names that a cloud takes, however long the instance's name is", () => {
    const { databases, caches, bucket } = planned({ ...good.aws, ...all, name: "a".repeat(24) });
    // Suffixes of the provider: 7 characters for RDS, 8 for the others.
    for (const { resource } of databases) assert.ok(resource.length + 7 <= 63, resource);
    for (const { resource } of caches) assert.ok(resource.length + 8 <= 40, resource);
    assert.ok((bucket?.resource.length ?? 99) + 8 <= 63);
  });

  it("take every connection the services may open, and have the memory for it, at every size and beyond", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...sizeLabels),
        fc.constantFrom(good.aws, good.gcp),
        fc.integer({ min: 1, max: 5 }),
        (size, config, replicas) => {
          const specification = parseSpecification({
            ...config,
            ...all,
            overrides: {
              gitserver: { replicas },
              "sourcegraph-frontend": { replicas },
            },
          });
          const usage = defaultUsage(size);
          const { services } = estimate(usage, { target: "kubernetes" });
          for (const database of planManagedServices(specification, size, usage).databases) {
            const most = Number(database.parameters["max_connections"]);
            assert.ok(most >= connectionsTo(database.name, specification, services));
            assert.ok(most * 9_531_392 <= database.memoryGib * 2 ** 30, `${most} in ${database.memoryGib}`);
            assert.ok(database.maximumSizeGb >= database.sizeGb * 1.1);
          }
        },
      ),
      { numRuns: 60 },
    ));

  it("cost what the price list says, line by line", () => {
    const planned3 = planned({ ...good.aws, databases: { managed: { machineType: "db.m7g.large" } } });
    const price = priceOf("aws", "us-east-1", managedPriceThings("aws", planned3));
    assert.deepEqual(
      price.lines.map(({ item, amount }) => [item, amount]),
      [
        ["RDS db.m7g.large Multi-AZ, 3 together", 738.03],
        ["RDS storage, gp3 Multi-AZ, 3 together", 138],
      ],
    );
    const google = priceOf(
      "gcp",
      "us-central1",
      managedPriceThings("gcp", planned({ ...good.gcp, databases: { managed: { machineType: "db-custom-2-8192" } } })),
    );
    assert.deepEqual(
      google.lines.map(({ amount }) => amount),
      [361.788, 245.28, 204],
    );
    const rest = { cache: "managed", objectStorage: "managed" };
    const amounts = (cloud: "aws" | "gcp", region: string) =>
      priceOf(cloud, region, managedPriceThings(cloud, planned({ ...good[cloud], ...rest }))).lines.map(
        ({ item, amount }) => [item, amount],
      );
    assert.deepEqual(amounts("aws", "us-east-1"), [
      ["ElastiCache cache.t4g.medium, 2 together", 142.35],
      ["uploads, 1 GB", 0.023],
    ]);
    assert.deepEqual(amounts("gcp", "us-central1"), [
      ["Memorystore basic, GB", 71.54],
      ["Memorystore standard, GB", 93.44],
      ["uploads, 1 GB", 0.02],
    ]);
  });

  it("are unpriced where the edition has no listed price, never free", () => {
    const things = managedPriceThings(
      "gcp",
      planned({ ...good.gcp, databases: { managed: { only: ["frontend"], machineType: "db-perf-optimized-N-8" } } }),
    );
    assert.deepEqual(priceOf("gcp", "us-central1", things).unpriced, [
      "Cloud SQL vCPUs, two zones",
      "Cloud SQL memory, two zones",
    ]);
  });

  it("hold data but for the Redis cache", () =>
    assert.deepEqual(managedDataResources(planned({ ...good.aws, ...all }), "us-east-1"), [
      { name: "sourcegraph-pgsql", kind: "database", place: "us-east-1", sizeGb: 200, type: "16" },
      { name: "sourcegraph-codeintel-db", kind: "database", place: "us-east-1", sizeGb: 200, type: "16" },
      { name: "sourcegraph-codeinsights-db", kind: "database", place: "us-east-1", sizeGb: 200, type: "16" },
      { name: "sourcegraph-store", kind: "cache", place: "us-east-1" },
      { name: "sourcegraph-uploads", kind: "bucket", place: "us-east-1" },
    ]));

  it("come with what a person should know", () => {
    const notices = (config: object) => managedNotices(parseSpecification(config), planned(config));
    assert.deepEqual(notices(good.aws), []);
    assert.deepEqual(
      notices({
        ...good.aws,
        databases: { managed: { highlyAvailable: false, login: "iam" } },
        cache: { managed: { tls: false, backupDays: 0 } },
        objectStorage: { managed: { versioning: false } },
      }),
      [
        "managed databases are backed up by the cloud, 14 days back to the minute; they are not in snapshots of disks or claims, so restore both to the same time",
        "managed databases have no standby ('databases.managed.highlyAvailable' is false)",
        'login by identity is experimental, and each database has to be told once: follow "Login by identity" in docs/managed-services.md, with login password first',
        "Redis connections are not encrypted and ask for no password ('cache.managed.tls' is false): they stay in the private network",
        "nothing of Redis is kept ('cache.managed.backupDays' is 0): when its servers are lost, so are sessions and queues, and everybody signs in again",
        "deleted uploads are gone at once ('objectStorage.managed.versioning' is false)",
      ],
    );
    assert.deepEqual(notices({ ...good.gcp, cache: "managed" }), [
      "Redis connections are not encrypted: they stay in the private network and ask for a password",
    ]);
  });
});

describe("a machine with services of the cloud", () => {
  it("has them in plan, price, secrets and data resources, and no container for them", () => {
    const plan = planVm(parseSpecification({ ...good.aws, ...all }));
    assert.equal(plan.managed?.databases.length, 3);
    assert.deepEqual(
      plan.secrets.map(({ name, origin, guardsData }) => [name, origin, guardsData]),
      [
        ["codeInsightsDatabaseHost", "managed", false],
        ["codeInsightsDatabasePassword", "managed", true],
        ["codeIntelDatabaseHost", "managed", false],
        ["codeIntelDatabasePassword", "managed", true],
        ["frontendDatabaseHost", "managed", false],
        ["frontendDatabasePassword", "managed", true],
        ["redisCacheEndpoint", "managed", false],
        ["redisStoreEndpoint", "managed", false],
        ["uploadsBucket", "managed", false],
      ],
    );
    assert.deepEqual(
      plan.dataResources.map(({ name }) => name),
      [
        "sourcegraph-data",
        "sourcegraph-codeInsightsDatabasePassword",
        "sourcegraph-codeIntelDatabasePassword",
        "sourcegraph-frontendDatabasePassword",
        "sourcegraph-backups",
        "sourcegraph-pgsql",
        "sourcegraph-codeintel-db",
        "sourcegraph-codeinsights-db",
        "sourcegraph-store",
        "sourcegraph-uploads",
      ],
    );
    assert.deepEqual(
      plan.containers.filter(({ service }) => /-db|pgsql|redis|blobstore/.test(service)),
      [],
    );
  });

  const refusal = (from: object, to: object): string[] => {
    const [before, after] = [from, to].map((config) => parseSpecification({ ...good.aws, ...config }));
    assert.ok(before && after);
    try {
      checkTransition(manifestOf(planVm(before), before, "digest"), planVm(after), after);
    } catch (error) {
      return problemLines(error);
    }
    return [];
  };

  it("is refused a move from bundled to managed as a plain change, with where the steps are", () =>
    assert.deepEqual(refusal({}, { objectStorage: "managed" }), [
      `'objectStorage' cannot change from bundled to managed: the data would stay behind; move it by the steps that sgbox move prints ("Moving data" in docs/managed-services.md), with Sourcegraph stopped, then add "objectStorage" to 'allowDataLoss' for one update`,
    ]));

  it("is refused to shrink or leave a managed service, and may grow it", () => {
    const sized = (sizeGb: number) => ({ databases: { managed: { only: ["frontend"], sizeGb } } });
    assert.deepEqual(refusal(sized(300), sized(400)), []);
    assert.deepEqual(refusal(sized(400), sized(300)), [
      `'sourcegraph-pgsql' would shrink from 400 GB to 300 GB, and a disk only grows; keep it as it is, or add "sourcegraph-pgsql" to 'allowDataLoss' if its data may be lost`,
    ]);
  });

  it("takes a minor version at once, a major one only as an acknowledged step, and none back", () => {
    const version = (text: string, acknowledge: string[] = []) => ({
      databases: { managed: { only: ["frontend"], version: text } },
      acknowledge,
    });
    assert.deepEqual(refusal(version("16.4"), version("16.9")), []);
    assert.deepEqual(refusal(version("16"), version("17")), [
      `'databases.managed.version' would take sourcegraph-pgsql from PostgreSQL 16 to 17, a planned step with Sourcegraph stopped; follow "A new major version" in docs/managed-services.md, then add "postgresql-17" to 'acknowledge'`,
    ]);
    assert.deepEqual(refusal(version("16"), version("17", ["postgresql-17"])), []);
    assert.deepEqual(refusal(version("17"), version("16")), [
      "'databases.managed.version' cannot go back from PostgreSQL 17 to 16 (sourcegraph-pgsql); keep 17, or restore a backup into a new instance",
    ]);
  });
});
