import assert from "node:assert/strict";
import fc from "fast-check";
import { estimate, type Estimate } from "../../../../components/core/planning/sizing/sizing";
import { sizeForUsage, sizeLabels, type Usage } from "../../../../components/core/planning/sizing/sizes";

const anyUsage: fc.Arbitrary<Usage> = fc.record({
  users: fc.integer({ min: 1, max: 60_000 }),
  repositories: fc.integer({ min: 1, max: 6_000_000 }),
  totalSizeGb: fc.integer({ min: 0, max: 60_000 }),
  largestRepositoryGb: fc.integer({ min: 0, max: 2_000 }),
  largestIndexGb: fc.integer({ min: 0, max: 1_200 }),
  codeInsights: fc.boolean(),
});

const oneMachineUsage: fc.Arbitrary<Usage> = anyUsage.map((usage) => ({
  ...usage,
  users: Math.min(usage.users, 20_000),
  repositories: Math.min(usage.repositories, 250_000),
}));

const anyEstimate: fc.Arbitrary<Estimate> = fc.oneof(
  anyUsage.map((usage) => estimate(usage, { target: "kubernetes" })),
  anyUsage.map((usage) => estimate(usage, { target: "kubernetes", release: "6.3.0" })),
  oneMachineUsage.map((usage) => estimate(usage, { target: "docker-compose" })),
  oneMachineUsage.map((usage) => estimate(usage, { target: "docker-compose", release: "6.3.0" })),
);

/** Both estimates of a usage and what the correction says, for a correction that must have applied. */
describe("properties of the estimator", () => {
  it("more users or repositories never give a smaller size, fewer CPUs or less memory", () => {
    fc.assert(
      fc.property(anyUsage, fc.nat(40_000), fc.nat(1_000_000), (usage, users, repositories) => {
        const more = { ...usage, users: usage.users + users, repositories: usage.repositories + repositories };
        assert.ok(sizeLabels.indexOf(sizeForUsage(more)) >= sizeLabels.indexOf(sizeForUsage(usage)));
        const [small, large] = [usage, more].map((each) => estimate(each, { target: "kubernetes" }).totals);
        assert.ok(small && large && large.cpus >= small.cpus && large.memoryGb >= small.memoryGb);
      }),
    );
  });

  it("equal usages give equal estimates", () => {
    fc.assert(
      fc.property(
        oneMachineUsage,
        fc.constantFrom("docker-compose" as const, "kubernetes" as const),
        (usage, target) => {
          assert.deepEqual(estimate({ ...usage }, { target }), estimate(usage, { target }));
        },
      ),
    );
  });

  it("a corrected limit is never below its request", () => {
    fc.assert(
      fc.property(anyEstimate, ({ services }) => {
        for (const [name, { cpus, memoryGb, cacheGb }] of Object.entries(services)) {
          for (const range of [cpus, memoryGb, cacheGb ?? { request: 0, limit: 0 }]) {
            assert.ok(range.limit >= range.request, name);
          }
        }
      }),
    );
  });

  it("services that cannot be replicated stay one", () => {
    const names = ["pgsql", "codeintel-db", "codeinsights-db", "redis-cache", "redis-store", "blobstore", "worker"];
    fc.assert(
      fc.property(anyEstimate, ({ services }) => {
        assert.deepEqual(
          names.map((name) => services[name]?.replicas),
          names.map(() => 1),
        );
      }),
    );
  });

  it("zoekt's two services always have the same number of replicas", () => {
    fc.assert(
      fc.property(anyEstimate, ({ services }) => {
        assert.equal(services["zoekt-webserver"]?.replicas, services["zoekt-indexserver"]?.replicas);
      }),
    );
  });

  it("the disks of all replicas together are the disk of the service, rounded up for each", () => {
    fc.assert(
      fc.property(anyEstimate, ({ services }) => {
        for (const [name, { replicas, diskGb = 0, diskTotalGb = 0 }] of Object.entries(services)) {
          assert.ok(diskGb * replicas >= diskTotalGb && diskGb * replicas < diskTotalGb + replicas, name);
        }
      }),
    );
  });

  it("no container of compose has more than the machine of its size", () => {
    fc.assert(
      fc.property(oneMachineUsage, (usage) => {
        const { services, totals } = estimate(usage, { target: "docker-compose" });
        for (const [name, { cpus, memoryGb }] of Object.entries(services)) {
          assert.ok(cpus.limit <= totals.cpus && memoryGb.limit <= totals.memoryGb, name);
        }
      }),
    );
  });

  it("gitserver never gets more memory than the largest named size", () => {
    fc.assert(
      fc.property(anyEstimate, ({ services }) => {
        assert.ok((services["gitserver"]?.memoryGb.limit ?? 0) <= 26);
      }),
    );
  });
});
