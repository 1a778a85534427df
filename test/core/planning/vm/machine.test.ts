import assert from "node:assert/strict";
import fc from "fast-check";
import prices from "../../../../components/core/product/data/prices.json";
import { InputError } from "../../../../components/core/errors";
import { dataDiskFor, machineFor } from "../../../../components/core/planning/vm/machine";
import { defaultUsage, sizeNames, type Usage } from "../../../../components/core/planning/sizing/sizes";

const small: Usage = { users: 10, repositories: 10, totalSizeGb: 1, largestRepositoryGb: 1, largestIndexGb: 0 };

describe("machine of a size", () => {
  it("is the type of the public size chart", () => {
    assert.deepEqual(
      sizeNames.map((size) => [machineFor(size, "aws").type, machineFor(size, "gcp").type]),
      [
        ["m6a.2xlarge", "n2-standard-8"],
        ["m6a.4xlarge", "n2-standard-16"],
        ["m6a.8xlarge", "n2-standard-32"],
        ["m6a.12xlarge", "n2-standard-48"],
        ["m6a.24xlarge", "n2-standard-96"],
      ],
    );
  });

  it("has the CPUs and memory the cloud gives that type", () => {
    for (const cloud of ["aws", "gcp"] as const) {
      for (const size of sizeNames) {
        const { type, vcpu, memoryGib } = machineFor(size, cloud);
        const shapes: Record<string, { vcpu: number; memoryGiB: number }> = prices.shapes[cloud];
        assert.deepEqual([shapes[type]?.vcpu, shapes[type]?.memoryGiB], [vcpu, memoryGib], type);
      }
    }
  });
});

describe("data disk of a usage", () => {
  it("is 250 GB for little code and three times the repositories for more", () => {
    assert.deepEqual(dataDiskFor(small, "aws"), { sizeGb: 250, type: "gp3" });
    assert.deepEqual(dataDiskFor({ ...small, totalSizeGb: 100 }, "gcp"), { sizeGb: 300, type: "pd-ssd" });
    assert.deepEqual(dataDiskFor({ ...small, totalSizeGb: 101 }, "local"), { sizeGb: 310, type: "local" });
  });

  it("of XS is that of the vendor's machine image", () => {
    assert.equal(dataDiskFor(defaultUsage("XS"), "aws").sizeGb, 500);
  });

  it("has IOPS and throughput beyond the baseline of gp3 from L upwards, on AWS only", () => {
    const disks = sizeNames.map((size) => dataDiskFor(defaultUsage(size), "aws"));
    assert.deepEqual(
      disks.map(({ iops, throughputMbps }) => [iops, throughputMbps]),
      [
        [undefined, undefined],
        [undefined, undefined],
        [undefined, undefined],
        [6_000, 250],
        [12_000, 500],
      ],
    );
    assert.deepEqual(dataDiskFor(defaultUsage("XL"), "gcp"), { sizeGb: 25_000, type: "pd-ssd" });
  });

  it("never shrinks when the repositories grow", () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (totalSizeGb, growth) => {
        const [before, after] = [totalSizeGb, totalSizeGb + growth].map(
          (total) => dataDiskFor({ ...small, totalSizeGb: total }, "aws").sizeGb,
        );
        assert.ok(before !== undefined && after !== undefined && after >= before && before >= totalSizeGb * 3);
      }),
    );
  });

  it("is refused when it would be larger than a disk of the cloud can be", () => {
    assert.throws(
      () => dataDiskFor({ ...small, totalSizeGb: 22_000 }, "aws"),
      new InputError(
        [
          {
            path: "usage.totalSizeGb",
            message:
              "is 22000, which needs a data disk of 66000 GB; one disk holds at most 65536 GB, " +
              "enough for 21845 GB of repositories; use the 'kubernetes' shape",
          },
        ],
        "the usage is more than one machine can serve",
      ),
    );
  });

  it("is refused beyond one machine, naming the Kubernetes shape", () => {
    assert.throws(
      () => dataDiskFor({ ...small, users: 20_001 }, "local"),
      new InputError(
        [
          {
            path: "usage.users",
            message:
              "is 20001, which makes size 2XL; one machine serves at most 20000 users; use the 'kubernetes' shape",
          },
        ],
        "the usage is more than one machine can serve",
      ),
    );
  });
});
