import assert from "node:assert/strict";
import facts from "../../../../components/core/product/data/sizing.json";
import { InputError } from "../../../../components/core/errors";
import {
  estimate,
  estimateAsPublished,
  type CorrectionId,
  type DeploymentTarget,
  type Estimate,
} from "../../../../components/core/planning/sizing/sizing";
import type { Usage } from "../../../../components/core/planning/sizing/sizes";

function example(name: string): { usage: Usage; target: DeploymentTarget; output: unknown } {
  const found = facts.examples.find((each) => each.name === name);
  assert.ok(found, name);
  const { input, output } = found;
  return {
    usage: {
      users: input.users,
      repositories: input.repositories,
      totalSizeGb: input.totalRepoSizeGB,
      largestRepositoryGb: input.largestRepoGB,
      largestIndexGb: input.largestIndexGB,
      codeInsights: input.codeInsights,
    },
    target: input.deploymentType as DeploymentTarget,
    output,
  };
}

function beforeAndAfter(
  id: CorrectionId,
  usage: Usage,
  target: DeploymentTarget,
  release?: string,
): { before: Estimate; after: Estimate; what: string } {
  const before = estimate(usage, { target, release, asPublished: true });
  const after = estimate(usage, { target, release });
  const correction = after.corrections.find((each) => each.id === id);
  assert.ok(correction, `${id} is among ${after.corrections.map((each) => each.id).join(", ")}`);
  assert.notEqual(correction.why, "");
  return { before, after, what: correction.what };
}

describe("estimator as published", () => {
  for (const { name } of facts.examples) {
    it(`reproduces the worked example ${name} in every figure and in the order of its keys`, () => {
      const { usage, target, output } = example(name);
      const estimated = estimateAsPublished(usage, target);
      assert.deepEqual(estimated, output);
      assert.equal(JSON.stringify(estimated), JSON.stringify(output));
    });
  }

  it("leaves out a disk of 0 when code insights and precise navigation are off", () => {
    const { usage } = example("ui-default-compose");
    const { services, totalStorageGB } = estimateAsPublished(
      { ...usage, codeInsights: false, largestIndexGb: 0 },
      "docker-compose",
    );
    assert.deepEqual(services["codeinsights-db"], { replicas: 1, cpu: [2, 4], memGB: [2, 4] });
    assert.deepEqual(services["codeintel-db"], { replicas: 1, cpu: [4, 4], memGB: [4, 4] });
    assert.deepEqual(services["blobstore"], { replicas: 1, cpu: [1, 1], memGB: [0.5, 0.5] });
    assert.equal(totalStorageGB, 1449 - 200 - 200 - 1);
  });

  it("gives the same numbers under the names of the catalogue with no correction", () => {
    const { usage, target } = example("one-huge-monorepo");
    const { size, totals, corrections, contactVendor, services } = estimate(usage, { target, asPublished: true });
    assert.equal(size, "XS");
    assert.deepEqual(totals, { cpus: 32, memoryGb: 32, diskGb: 1822 });
    assert.deepEqual(corrections, []);
    assert.deepEqual(contactVendor, ["syntacticCodeIntel/largestRepoGB"]);
    assert.deepEqual(services["syntactic-code-intel-worker"], {
      replicas: 4,
      cpus: { request: 150, limit: 160 },
      memoryGb: { request: 112, limit: 120 },
    });
  });
});

describe("corrections of the estimator", () => {
  it("label-ignores-users: the size is the larger of both ladders", () => {
    const { usage } = example("one-huge-monorepo");
    const { before, after, what } = beforeAndAfter("label-ignores-users", usage, "kubernetes");
    assert.deepEqual([before.size, before.totals.cpus, before.totals.memoryGb], ["XS", 32, 32]);
    assert.deepEqual([after.size, after.totals.cpus, after.totals.memoryGb], ["M", 32, 128]);
    assert.equal(what, "size XS with 32 CPUs and 32 GB becomes M with 32 CPUs and 128 GB");
  });

  it("zoekt-keys-swapped: on Kubernetes each container of zoekt gets its own numbers", () => {
    const { usage } = example("xl-kubernetes");
    const { before, after, what } = beforeAndAfter("zoekt-keys-swapped", usage, "kubernetes");
    const web = { cpus: { request: 8, limit: 16 }, memoryGb: { request: 16, limit: 32 } };
    const index = { cpus: { request: 4, limit: 10 }, memoryGb: { request: 8, limit: 10 } };
    assert.deepEqual(before.services["zoekt-webserver"], { replicas: 3, ...index, diskGb: 7200, diskTotalGb: 7200 });
    assert.deepEqual(before.services["zoekt-indexserver"], { replicas: 3, ...web });
    assert.deepEqual(after.services["zoekt-webserver"], { replicas: 3, ...web, diskGb: 2400, diskTotalGb: 7200 });
    assert.deepEqual(after.services["zoekt-indexserver"], { replicas: 3, ...index });
    assert.equal(
      what,
      "zoekt-webserver from 4/10 CPUs and 8/10 GB to 8/16 and 16/32, zoekt-indexserver the other way round",
    );
  });

  it("zoekt-keys-swapped: compose needs no swap, because the compose export uses the right names", () => {
    const { usage } = example("xl-kubernetes");
    const before = estimate(usage, { target: "docker-compose", asPublished: true });
    const after = estimate(usage, { target: "docker-compose" });
    for (const name of ["zoekt-webserver", "zoekt-indexserver"]) {
      assert.deepEqual(after.services[name]?.cpus, before.services[name]?.cpus);
      assert.deepEqual(after.services[name]?.memoryGb, before.services[name]?.memoryGb);
    }
    assert.ok(!after.corrections.some(({ id }) => id === "zoekt-keys-swapped"));
  });

  it("replicas-of-singletons: Redis stays one at any scale", () => {
    const usage = { ...example("half-million-repos").usage, repositories: 5_000_000 };
    const { before, after, what } = beforeAndAfter("replicas-of-singletons", usage, "kubernetes");
    assert.equal(before.services["redis-cache"]?.replicas, 4);
    assert.equal(after.services["redis-cache"]?.replicas, 1);
    assert.equal(what, "redis-cache from 4 replicas to 1");
  });

  it("syntactic-factor: cores follow megabytes per second, capped at a quarter of the machine", () => {
    const { usage } = example("medium-kubernetes");
    const { before, after, what } = beforeAndAfter(
      "syntactic-factor",
      { ...usage, largestRepositoryGb: 4 },
      "kubernetes",
    );
    assert.equal(before.services["syntactic-code-intel-worker"]?.cpus.limit, 8);
    assert.deepEqual(after.services["syntactic-code-intel-worker"], {
      replicas: 1,
      cpus: { request: 0.5, limit: 7 },
      memoryGb: { request: 6, limit: 6 },
    });
    assert.equal(what, "syntactic-code-intel-worker from 2 x 6/8 CPUs and 4/6 GB to 1 x 0.5/7 CPUs and 6/6 GB");
    const huge = estimate(example("one-huge-monorepo").usage, { target: "kubernetes" });
    assert.equal(huge.services["syntactic-code-intel-worker"]?.cpus.limit, 8);
    assert.deepEqual(huge.contactVendor, []);
  });

  it("symbols-limit-below-request: a limit is raised to the request", () => {
    const { usage } = example("medium-kubernetes");
    const { before, after, what } = beforeAndAfter("symbols-limit-below-request", usage, "kubernetes", "6.3.0");
    assert.deepEqual(before.services["symbols"]?.memoryGb, { request: 8, limit: 6 });
    assert.deepEqual(after.services["symbols"]?.memoryGb, { request: 8, limit: 8 });
    assert.equal(what, "symbols from 8/6 GB to 8/8");
  });

  it("searcher-cache-oversized: scratch space holds the largest repository and 20 percent", () => {
    const { usage } = example("half-million-repos");
    const { before, after, what } = beforeAndAfter("searcher-cache-oversized", usage, "kubernetes", "6.3.0");
    assert.deepEqual(before.services["searcher"]?.cacheGb, { request: 7500, limit: 10000 });
    assert.deepEqual(after.services["searcher"]?.cacheGb, { request: 60, limit: 10000 });
    assert.equal(what, "scratch space of searcher from 7500/10000 GB to 60/10000");
  });

  it("retired-services: from 6.4.0 symbols is part of searcher and the disk of repo-updater is gone", () => {
    const { usage } = example("ui-default-compose");
    const { before, after, what } = beforeAndAfter("retired-services", usage, "docker-compose", "6.4.0");
    assert.deepEqual(before.services["symbols"]?.memoryGb, { request: 2, limit: 4 });
    assert.equal(before.services["repo-updater"]?.diskTotalGb, 128);
    assert.deepEqual(before.services["searcher"]?.cpus, { request: 2, limit: 4 });
    assert.deepEqual(after.services["searcher"]?.cpus, { request: 4, limit: 6 });
    assert.deepEqual(after.services["searcher"]?.memoryGb, { request: 6, limit: 8 });
    assert.deepEqual(
      ["github-proxy", "repo-updater", "symbols"].filter((name) => name in after.services),
      [],
    );
    assert.equal(
      what,
      "github-proxy dropped, repo-updater and its 128 GB of disk dropped, " +
        "searcher from 2/4 CPUs and 4/4 GB to 4/6 and 6/8 with symbols on top",
    );
  });

  it("retired-services: before 6.4.0 symbols and repo-updater stay services of their own", () => {
    const { usage } = example("ui-default-compose");
    const { after } = beforeAndAfter("retired-services", usage, "docker-compose", "6.3.4167");
    assert.deepEqual(after.services["searcher"]?.cpus, { request: 2, limit: 4 });
    assert.deepEqual(
      ["github-proxy", "repo-updater", "symbols"].filter((name) => name in after.services),
      ["repo-updater", "symbols"],
    );
  });

  it("retired-services: the load of symbols is shared out when there are more of them than of searcher", () => {
    const { usage } = example("over-the-top");
    const { before, after } = beforeAndAfter("retired-services", usage, "kubernetes");
    assert.equal(before.services["symbols"]?.replicas, 2);
    assert.equal(before.services["searcher"]?.replicas, 1);
    assert.equal(after.services["searcher"]?.cpus.request, 6 + 2 * 4);
  });

  it("gitserver-memory-uncapped: memory stays within what the named sizes give", () => {
    const { usage } = example("half-million-repos");
    const { before, after, what } = beforeAndAfter("gitserver-memory-uncapped", usage, "kubernetes");
    assert.deepEqual(before.services["gitserver"]?.memoryGb, { request: 1250, limit: 1250 });
    assert.deepEqual(after.services["gitserver"]?.memoryGb, { request: 26, limit: 26 });
    assert.equal(what, "gitserver memory from 1250/1250 GB to 26/26");
  });

  it("gitserver-memory-uncapped: the cap of XS is 8 GB", () => {
    const usage = { ...example("ui-default-compose").usage, totalSizeGb: 1_000 };
    const { after } = beforeAndAfter("gitserver-memory-uncapped", usage, "docker-compose");
    assert.deepEqual(after.services["gitserver"]?.memoryGb, { request: 8, limit: 8 });
  });

  it("code-databases-ignore-inputs: the disk of codeintel-db follows the largest repository", () => {
    const { usage } = example("one-huge-monorepo");
    const { before, after, what } = beforeAndAfter("code-databases-ignore-inputs", usage, "kubernetes");
    assert.equal(before.services["codeintel-db"]?.diskGb, 200);
    assert.equal(after.services["codeintel-db"]?.diskGb, 1200);
    assert.equal(what, "disk of codeintel-db from 200 GB to 1200");
  });

  it("gitserver-disk-per-replica: each replica gets its share of the disk", () => {
    const { usage } = example("over-the-top");
    const { before, after, what } = beforeAndAfter("gitserver-disk-per-replica", usage, "kubernetes");
    assert.deepEqual([before.services["gitserver"]?.replicas, before.services["gitserver"]?.diskGb], [3, 39_000]);
    assert.deepEqual([after.services["gitserver"]?.replicas, after.services["gitserver"]?.diskGb], [3, 13_000]);
    assert.equal(what, "gitserver from 3 x 39000 GB to 3 x 13000, zoekt-webserver from 6 x 18000 GB to 6 x 3000");
  });

  const millions: Usage = {
    users: 40_000,
    repositories: 5_000_000,
    totalSizeGb: 1_024_000,
    largestRepositoryGb: 50,
    largestIndexGb: 32,
  };

  it("zoekt-figures-of-all: beyond half a million repositories every replica has the figures of half a million", () => {
    const { after, what } = beforeAndAfter("zoekt-figures-of-all", millions, "kubernetes");
    assert.equal(what, "zoekt-webserver from 8/384 CPUs and 2160/4320 GB to 18/36 and 24/48");
    const half = estimate({ ...millions, repositories: 500_000, totalSizeGb: 25_000 }, { target: "kubernetes" });
    const [at, beyond] = [half, after].map(({ services }) => services["zoekt-webserver"]);
    assert.deepEqual([beyond?.cpus, beyond?.memoryGb], [at?.cpus, at?.memoryGb]);
    assert.deepEqual([at?.replicas, beyond?.replicas], [5, 50]);
    assert.ok(!half.corrections.some(({ id }) => id === "zoekt-figures-of-all"));
  });

  it("claim-above-volume: code that volumes cannot hold is spread over more replicas, which share the CPUs", () => {
    const { after, what } = beforeAndAfter("claim-above-volume", millions, "kubernetes");
    assert.equal(what, "gitserver from 10 replicas to 21");
    assert.deepEqual(after.services["gitserver"], {
      replicas: 21,
      cpus: { request: 14, limit: 14 },
      memoryGb: { request: 26, limit: 26 },
      diskGb: 63_391,
      diskTotalGb: 1_331_200,
    });
  });

  it("claim-above-volume: both containers of zoekt get the same number of replicas", () => {
    const { after } = beforeAndAfter("claim-above-volume", { ...millions, totalSizeGb: 6_000_000 }, "kubernetes");
    const [web, index] = ["zoekt-webserver", "zoekt-indexserver"].map((name) => after.services[name]);
    assert.deepEqual([web?.replicas, index?.replicas, web?.diskGb], [55, 55, 65_455]);
  });

  it("internal-frontend-counts: compose has one frontend less, and the internal one is its equal", () => {
    const usage = { ...example("xl-kubernetes").usage };
    const { before, after, what } = beforeAndAfter("internal-frontend-counts", usage, "docker-compose");
    assert.equal(before.services["sourcegraph-frontend"]?.replicas, 2);
    assert.equal(after.services["sourcegraph-frontend"]?.replicas, 1);
    assert.deepEqual(after.services["sourcegraph-frontend-internal"]?.cpus, { request: 7, limit: 7 });
    assert.deepEqual(after.services["sourcegraph-frontend-internal"]?.memoryGb, { request: 17, limit: 18 });
    assert.equal(
      what,
      "sourcegraph-frontend from 2 x 7/7 CPUs and an internal one of 0/4 to 1 x 7/7 and an internal one of the same",
    );
  });

  it("exceeds-machine: no container of compose has more than its machine", () => {
    const usage = { ...example("ui-default-compose").usage, largestIndexGb: 60 };
    const { before, after, what } = beforeAndAfter("exceeds-machine", usage, "docker-compose");
    assert.deepEqual(before.services["precise-code-intel-worker"]?.memoryGb, { request: 30, limit: 60 });
    assert.deepEqual(after.services["precise-code-intel-worker"]?.memoryGb, { request: 30, limit: 32 });
    assert.equal(what, "precise-code-intel-worker from 2/4 CPUs and 30/60 GB to 2/4 CPUs and 30/32 GB");
  });

  it("names no correction that changed nothing", () => {
    const { corrections } = estimate(
      { users: 1, repositories: 1, totalSizeGb: 1, largestRepositoryGb: 0, largestIndexGb: 1 },
      { target: "docker-compose" },
    );
    assert.deepEqual(
      corrections.map(({ id }) => id),
      ["searcher-cache-oversized", "retired-services", "internal-frontend-counts"],
    );
  });
});

describe("totals of the corrected estimator", () => {
  it("contain every volume and the scratch space of searcher, once for each replica", () => {
    const { services, totals } = estimate(example("medium-kubernetes").usage, { target: "kubernetes" });
    assert.equal(services["searcher"]?.cacheGb?.request, 51);
    assert.equal(totals.diskGb, 4810 + 51);
    const million = { ...example("half-million-repos").usage, repositories: 1_000_000 };
    const { services: many } = estimate(million, { target: "kubernetes" });
    const volumes = Object.values(many).reduce((sum, { diskTotalGb = 0 }) => sum + diskTotalGb, 0);
    assert.deepEqual([many["searcher"]?.replicas, many["searcher"]?.cacheGb?.request], [2, 90]);
    assert.equal(estimate(million, { target: "kubernetes" }).totals.diskGb, volumes + 2 * 90);
  });

  it("requests of all replicas come close to the machines of the size, where the published ones exceed them", () => {
    const { usage, target } = example("xl-kubernetes");
    assert.deepEqual(estimate(usage, { target, asPublished: true }).requested, { cpus: 167.85, memoryGb: 1465.462 });
    assert.deepEqual(estimate(usage, { target }).requested, { cpus: 95.25, memoryGb: 280.712 });
  });
});

describe("refusals of the estimator", () => {
  it("names the Kubernetes shape when compose is asked for more than one machine", () => {
    const { usage } = example("over-the-top");
    assert.throws(
      () => estimate(usage, { target: "docker-compose" }),
      new InputError(
        [
          {
            path: "usage.users",
            message:
              "is 60000, which makes size 3XL; one machine serves at most 20000 users; use the 'kubernetes' shape",
          },
          {
            path: "usage.repositories",
            message:
              "is 600000, which makes size 3XL; one machine serves at most 250000 repositories; use the 'kubernetes' shape",
          },
        ],
        "the usage is more than one machine can serve",
      ),
    );
  });

  it("refuses nothing for being large when the published numbers are asked for", () => {
    const { usage } = example("over-the-top");
    assert.equal(estimate(usage, { target: "docker-compose", asPublished: true }).size, "3XL");
  });

  it("lists every property that is not a number in range", () => {
    const usage = { users: 0, repositories: 1.5, totalSizeGb: -1, largestRepositoryGb: NaN, largestIndexGb: Infinity };
    assert.throws(
      () => estimateAsPublished(usage, "kubernetes"),
      new InputError(
        [
          { path: "usage.users", message: "is 0; give a whole number of at least 1" },
          { path: "usage.repositories", message: "is 1.5; give a whole number of at least 1" },
          { path: "usage.totalSizeGb", message: "is -1; give a number of GB of at least 0" },
          { path: "usage.largestRepositoryGb", message: "is NaN; give a number of GB of at least 0" },
          { path: "usage.largestIndexGb", message: "is Infinity; give a number of GB of at least 0" },
        ],
        "the usage is not valid",
      ),
    );
  });

  it("refuses a release that is not a version", () => {
    assert.throws(
      () => estimate(example("ui-default-compose").usage, { target: "kubernetes", release: "newest" }),
      new InputError(
        [{ path: "release", message: 'is "newest"; give an exact release such as 7.5.4453' }],
        "the release is not valid",
      ),
    );
  });
});
