import assert from "node:assert/strict";
import {
  cacheNodeFor,
  cacheNodeOfType,
  memorystoreGb,
  serverFor,
  serverOfType,
} from "../../../../components/core/planning/managed/server-types";

describe("classes of managed servers", () => {
  it("are the smallest that have what is needed", () => {
    const type = (vcpu: number, memoryGib: number, cloud: "aws" | "gcp" = "aws") =>
      serverFor({ vcpu, memoryGib }, cloud).type;
    assert.deepEqual(
      [type(1, 1), type(2, 8), type(2, 9), type(5, 10), type(9, 33), type(32, 128), type(99, 999)],
      [
        "db.m7g.large",
        "db.m7g.large",
        "db.m7g.xlarge",
        "db.m7g.2xlarge",
        "db.m7g.4xlarge",
        "db.m7g.8xlarge",
        "db.m7g.8xlarge",
      ],
    );
    assert.equal(type(5, 10, "gcp"), "db-custom-8-32768");
  });

  it("tell vCPUs and memory by the list or by their names", () => {
    const shape = (type: string, cloud: "aws" | "gcp") => {
      const found = serverOfType(type, cloud);
      return found && [found.vcpu, found.memoryGib];
    };
    assert.deepEqual(shape("db.r6g.xlarge", "aws"), [4, 32]);
    assert.deepEqual(shape("db.r8g.2xlarge", "aws"), [8, 64]);
    assert.deepEqual(shape("db.t4g.medium", "aws"), [2, 4]);
    assert.deepEqual(shape("db.m6idn.large", "aws"), [2, 8]);
    assert.equal(shape("db.m7g.metal", "aws"), undefined);
    assert.equal(shape("db.z1d.large", "aws"), undefined);
    assert.deepEqual(shape("db-custom-4-26624", "gcp"), [4, 26]);
    assert.deepEqual(shape("db-perf-optimized-N-8", "gcp"), [8, 64]);
    assert.equal(shape("db-f1-micro", "gcp"), undefined);
  });

  it("leave Redis a quarter of its memory for snapshots and failover", () => {
    assert.equal(cacheNodeFor(2, true).type, "cache.t4g.medium");
    assert.equal(cacheNodeFor(2, false).type, "cache.m7g.large");
    assert.equal(cacheNodeFor(4.8, false).type, "cache.m7g.xlarge");
    assert.equal(cacheNodeFor(1000, false).type, "cache.r7g.4xlarge");
    assert.deepEqual(cacheNodeOfType("cache.r7g.large"), { type: "cache.r7g.large", memoryGb: 13.07 });
    assert.deepEqual(cacheNodeOfType("cache.x9.large"), { type: "cache.x9.large", memoryGb: 0 });
    assert.deepEqual([memorystoreGb(0.5), memorystoreGb(3), memorystoreGb(7)], [2, 4, 10]);
  });
});
