import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../../components/core/errors";
import { machineFor } from "../../../../components/core/planning/vm/machine";
import {
  composeCorrections,
  composeResources,
  composeResourcesForUsage,
  defaultUsage,
  sizeForUsage,
  sizeNames,
  type Usage,
} from "../../../../components/core/planning/sizing/sizes";
import { estimate } from "../../../../components/core/planning/sizing/sizing";

const small: Usage = {
  users: 300,
  repositories: 3_000,
  totalSizeGb: 100,
  largestRepositoryGb: 5,
  largestIndexGb: 1,
};

const catalogueServices = [
  "blobstore",
  "caddy",
  "cadvisor",
  "codeinsights-db",
  "codeinsights-db-exporter",
  "codeintel-db",
  "codeintel-db-exporter",
  "gitserver",
  "grafana",
  "jaeger",
  "migrator",
  "node-exporter",
  "otel-collector",
  "pgsql",
  "pgsql-exporter",
  "precise-code-intel-worker",
  "prometheus",
  "redis-cache",
  "redis-store",
  "repo-updater",
  "searcher",
  "sourcegraph-frontend",
  "sourcegraph-frontend-internal",
  "symbols",
  "syntactic-code-intel-worker",
  "syntect-server",
  "worker",
  "zoekt-indexserver",
  "zoekt-webserver",
];

describe("size of a usage", () => {
  const cases: [users: number, repositories: number, size: string][] = [
    [500, 5_000, "XS"],
    [501, 1, "S"],
    [1, 5_001, "S"],
    [1_000, 80_000, "L"],
    [20_000, 250_000, "XL"],
    [20_001, 1, "2XL"],
    [1, 250_001, "2XL"],
    [40_001, 1, "3XL"],
    [1, 500_001, "3XL"],
  ];
  for (const [users, repositories, size] of cases) {
    it(`${users} users with ${repositories} repositories make ${size}, the larger of both ladders`, () => {
      assert.equal(sizeForUsage({ ...small, users, repositories }), size);
    });
  }
});

describe("resources of a named size on one machine", () => {
  for (const size of sizeNames) {
    it(`${size} gives every service of the catalogue limits that its machine has`, () => {
      const resources = composeResources(size);
      const { vcpu, memoryGib } = machineFor(size, "aws");
      assert.deepEqual(Object.keys(resources), catalogueServices);
      for (const [name, { replicas, cpus, memoryGb }] of Object.entries(resources)) {
        assert.ok(replicas >= 1 && cpus > 0 && cpus <= vcpu && memoryGb > 0 && memoryGb <= memoryGib, name);
      }
      assert.equal(resources["zoekt-webserver"]?.replicas, resources["zoekt-indexserver"]?.replicas);
    });
  }

  it("XS runs zoekt once and within the machine, against two of 50 GB in the published table", () => {
    const resources = composeResources("XS");
    assert.deepEqual(resources["zoekt-webserver"], { replicas: 1, cpus: 8, memoryGb: 32 });
    assert.deepEqual(resources["zoekt-indexserver"], { replicas: 1, cpus: 4, memoryGb: 16 });
    assert.deepEqual(
      composeCorrections("XS").map(({ id, what }) => [id, what]),
      [
        ["internal-frontend-counts", "one of the frontends is the internal one, with the same limits as the others"],
        ["xs-zoekt-pair", "zoekt runs once instead of twice"],
        ["exceeds-machine", "limits of zoekt-webserver are capped at 8 CPUs and 32 GB"],
      ],
    );
  });

  it("sizes above XS keep the replicas of the published table", () => {
    const replicas = (name: string): (number | undefined)[] =>
      sizeNames.map((size) => composeResources(size)[name]?.replicas);
    assert.deepEqual(replicas("zoekt-webserver"), [1, 1, 1, 2, 3]);
    assert.deepEqual(replicas("gitserver"), [1, 1, 1, 1, 2]);
    assert.deepEqual(replicas("searcher"), [1, 1, 1, 1, 2]);
    assert.deepEqual(
      composeCorrections("L").map(({ id }) => id),
      ["internal-frontend-counts"],
    );
  });

  it("counts the internal frontend as one of the two and gives it the same limits", () => {
    const resources = composeResources("XL");
    assert.deepEqual(resources["sourcegraph-frontend"], { replicas: 1, cpus: 9, memoryGb: 24 });
    assert.deepEqual(resources["sourcegraph-frontend-internal"], { replicas: 1, cpus: 9, memoryGb: 24 });
  });

  it("takes services the table lacks from the vendor's compose file", () => {
    const resources = composeResources("M");
    assert.deepEqual(resources["caddy"], { replicas: 1, cpus: 4, memoryGb: 4 });
    assert.deepEqual(resources["migrator"], { replicas: 1, cpus: 0.5, memoryGb: 0.5 });
    assert.deepEqual(resources["pgsql-exporter"], { replicas: 1, cpus: 0.1, memoryGb: 0.05 });
    assert.deepEqual(resources["syntactic-code-intel-worker"], { replicas: 1, cpus: 2, memoryGb: 4 });
  });
});

describe("resources for a usage on one machine", () => {
  it("are the limits of the corrected estimator, completed for the whole catalogue", () => {
    const resources = composeResourcesForUsage(small);
    assert.deepEqual(Object.keys(resources), catalogueServices);
    for (const [name, { replicas, cpus, memoryGb }] of Object.entries(
      estimate(small, { target: "docker-compose" }).services,
    )) {
      assert.deepEqual(resources[name], { replicas, cpus: cpus.limit, memoryGb: memoryGb.limit }, name);
    }
    assert.deepEqual(resources["caddy"], { replicas: 1, cpus: 4, memoryGb: 4 });
  });

  it("leave symbols to a service of its own before 6.4.0", () => {
    assert.deepEqual(composeResourcesForUsage(small, "6.4.0")["searcher"], { replicas: 1, cpus: 6, memoryGb: 8 });
    assert.deepEqual(composeResourcesForUsage(small, "6.3.0")["searcher"], { replicas: 1, cpus: 4, memoryGb: 4 });
    assert.deepEqual(composeResourcesForUsage(small, "6.3.0")["symbols"], { replicas: 1, cpus: 2, memoryGb: 4 });
  });

  it("never exceed the machine of the size", () => {
    const usages = fc.record({
      users: fc.integer({ min: 1, max: 20_000 }),
      repositories: fc.integer({ min: 1, max: 250_000 }),
      totalSizeGb: fc.integer({ min: 1, max: 20_000 }),
      largestRepositoryGb: fc.integer({ min: 0, max: 1_000 }),
      largestIndexGb: fc.integer({ min: 0, max: 1_000 }),
    });
    fc.assert(
      fc.property(usages, (usage) => {
        const { cpus, memoryGb } = estimate(usage, { target: "docker-compose" }).totals;
        for (const [name, service] of Object.entries(composeResourcesForUsage(usage))) {
          assert.ok(service.cpus <= cpus && service.memoryGb <= memoryGb, name);
        }
      }),
    );
  });

  it("are refused beyond one machine, naming the Kubernetes shape", () => {
    assert.throws(
      () => composeResourcesForUsage({ ...small, repositories: 250_001 }),
      new InputError(
        [
          {
            path: "usage.repositories",
            message:
              "is 250001, which makes size 2XL; one machine serves at most 250000 repositories; use the 'kubernetes' shape",
          },
        ],
        "the usage is more than one machine can serve",
      ),
    );
  });
});

describe("usage a named size stands for", () => {
  it("is of the very size it is asked for, with the estimator's default size per repository", () => {
    assert.deepEqual(
      sizeNames.map((size) => sizeForUsage(defaultUsage(size))),
      sizeNames,
    );
    assert.deepEqual(
      sizeNames.map((size) => defaultUsage(size).totalSizeGb),
      [166, 333, 1666, 3333, 8333],
    );
  });
});
