import assert from "node:assert/strict";
import fc from "fast-check";
import { overlaps, planSubnets } from "../../../../components/core/planning/addresses";
import {
  cloudSqlEdition,
  cloudSqlLogDays,
  maintenanceDay,
  needsPrivateServices,
  networkPath,
  planPrivateServices,
} from "../../../../components/core/planning/managed/google";
import { planManagedServices } from "../../../../components/core/planning/managed/plan-managed";
import { defaultUsage } from "../../../../components/core/planning/sizing/sizes";
import { parseSpecification, planVm } from "../../../../components";

const least = {
  cloud: "gcp" as const,
  region: "us-central1",
  release: "7.5.4453",
  access: { allowedCidrs: ["10.0.0.0/8"] },
  gcp: { project: "example" },
};

describe("what Google's own services call what is planned", () => {
  it("takes the dearer edition of Cloud SQL only for the classes that need it, and goes back as far as it does", () => {
    const plain = { machineType: "db-custom-4-16384", backupDays: 14 };
    const dear = { machineType: "db-perf-optimized-N-8", backupDays: 14 };
    assert.deepEqual([plain, dear].map(cloudSqlEdition), ["ENTERPRISE", "ENTERPRISE_PLUS"]);
    assert.deepEqual([plain, dear, { ...plain, backupDays: 3 }].map(cloudSqlLogDays), [7, 14, 3]);
  });

  it("counts days from Monday, and names them", () => {
    const days = (["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const).map(maintenanceDay);
    assert.deepEqual(
      days.map(({ number }) => number),
      [1, 2, 3, 4, 5, 6, 7],
    );
    assert.deepEqual([days[0]?.name, days[6]?.name], ["MONDAY", "SUNDAY"]);
  });

  it("names a network by its path, from a name, a path or a self link", () => {
    const path = "projects/example/global/networks/corp";
    const given = ["corp", path, `https://www.googleapis.com/compute/v1/${path}`];
    assert.deepEqual(
      given.map((network) => networkPath(network, "example")),
      [path, path, path],
    );
    assert.equal(
      networkPath("projects/host/global/networks/shared", "example"),
      "projects/host/global/networks/shared",
    );
  });

  it("asks for private services access for databases and Redis, not for a bucket", () => {
    const needs = (stores: object) => {
      const specification = parseSpecification({ ...least, size: "S", ...stores });
      return needsPrivateServices(planManagedServices(specification, "S", defaultUsage("S")));
    };
    assert.deepEqual(
      [{}, { objectStorage: "managed" }, { databases: "managed" }, { cache: { managed: { only: ["cache"] } } }].map(
        needs,
      ),
      [false, false, true, true],
    );
  });
});

describe("the block of a network for Google's services", () => {
  it("is in no subnet, for every network, and large enough for Cloud SQL", () => {
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 20 }), fc.integer({ min: 0, max: 255 }), (prefix, second) => {
        const block = planPrivateServices(`10.${second}.0.0/${prefix}`);
        assert.ok(Number(block.split("/")[1]) <= 23);
        assert.ok(overlaps(block, `10.${second}.0.0/${prefix}`));
        for (const { cidr } of planSubnets(`10.${second}.0.0/${prefix}`)) assert.ok(!overlaps(block, cidr));
      }),
    );
    assert.equal(planPrivateServices("10.40.0.0/16"), "10.40.224.0/19");
  });

  it("is planned where something needs it, on gcp, in a network that is made", () => {
    const servicesCidr = (more: object) =>
      planVm(parseSpecification({ ...least, size: "S", ...more })).network?.servicesCidr;
    assert.deepEqual(
      [
        servicesCidr({ databases: "managed" }),
        servicesCidr({ objectStorage: "managed" }),
        servicesCidr({ cache: "managed", network: { existing: { network: "corp", subnetId: "corp-a" } } }),
        servicesCidr({ cloud: "aws", region: "us-east-1", gcp: undefined, databases: "managed" }),
      ],
      ["10.40.224.0/19", undefined, undefined, undefined],
    );
  });

  it("is refused in a network too small for it", () => {
    const config = { ...least, size: "S" as const, databases: "managed" as const, network: { cidr: "10.9.0.0/21" } };
    assert.throws(() => planVm(parseSpecification(config)), {
      message:
        "the configuration is not valid:\n  - 'network.cidr' must be between /16 and /20 where databases or Redis are managed on gcp, got \"10.9.0.0/21\"; an eighth of it is for Google's services, and Cloud SQL alone takes a /24",
    });
  });

  it("has a notice that tells how far back is to the minute", () => {
    const { notices } = planVm(parseSpecification({ ...least, size: "S", databases: "managed" }));
    assert.ok(
      notices.includes(
        "managed databases are backed up by the cloud, 7 days back to the minute and 14 to a daily backup; they are not in snapshots of disks or claims, so restore both to the same time",
      ),
      notices.join("\n"),
    );
  });
});
