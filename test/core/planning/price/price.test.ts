import assert from "node:assert/strict";
import fc from "fast-check";
import facts from "../../../../components/core/product/data/prices.json";
import {
  priceOf,
  vmPriceThings,
  type PricedCloud,
  type VmPriceOptions,
} from "../../../../components/core/planning/price/price";

function example(name: string): (typeof facts.examples)[number] {
  const found = facts.examples.find((each) => each.name === name);
  assert.ok(found, name);
  return found;
}

function cloudOf(name: string): PricedCloud {
  return name.startsWith("aws") ? "aws" : "gcp";
}

const awsSmall: VmPriceOptions = {
  cloud: "aws",
  machineType: "m6a.4xlarge",
  rootDiskGb: 50,
  dataDisk: { sizeGb: 250, type: "gp3" },
  loadBalancer: true,
  publicAddress: true,
  snapshotGb: 250,
};
const gcpSmall: VmPriceOptions = {
  ...awsSmall,
  cloud: "gcp",
  machineType: "n2-standard-16",
  dataDisk: { sizeGb: 250, type: "pd-ssd" },
};

describe("monthly price", () => {
  for (const { name, region, lines, total } of facts.examples) {
    it(`reproduces the worked example ${name} line by line and to the cent`, () => {
      const estimated = priceOf(cloudOf(name), region, lines);
      assert.deepEqual(
        estimated.lines.map(({ item, key, quantity, price, amount }) => ({
          item,
          key,
          quantity,
          price,
          amount: Number(amount?.toFixed(4)),
        })),
        lines,
      );
      assert.equal(estimated.monthly, total);
      assert.deepEqual(estimated.unpriced, []);
    });
  }

  it("gives Google's total after the automatic discount beside the list price, and none on AWS", () => {
    const gcp = priceOf("gcp", "us-central1", example("gcp-compose-s").lines);
    assert.equal(gcp.withSustainedUse, 540.05);
    assert.deepEqual(gcp.notes, [
      "an estimate of public on-demand list prices, not an offer",
      "the oldest figure used is of 2026-07-30",
      "Google lowers machines that run the whole month by itself; the total then is 540.05 USD",
    ]);
    const aws = priceOf("aws", "us-east-1", example("aws-compose-s").lines);
    assert.equal("withSustainedUse" in aws, false);
  });

  it("gives no discount to a machine that does not run whole months", () => {
    const things = [{ item: "part of a month", key: "gce.n2-standard-8", quantity: 400 }];
    assert.equal("withSustainedUse" in priceOf("gcp", "us-central1", things), false);
  });

  it("lists a thing without a price as unpriced, never as 0", () => {
    const estimated = priceOf("aws", "us-east-1", [
      { item: "a machine nobody sells", key: "ec2.none", quantity: 730 },
      { item: "an inherited property", key: "constructor", quantity: 1 },
      { item: "root volume", key: "ebs.gp3.storage", quantity: 50 },
    ]);
    assert.deepEqual(estimated.lines[0], {
      item: "a machine nobody sells",
      key: "ec2.none",
      quantity: 730,
      unit: "",
      price: null,
      amount: null,
      asOf: null,
      source: null,
    });
    assert.deepEqual(estimated.unpriced, ["a machine nobody sells", "an inherited property"]);
    assert.equal(estimated.monthly, 4);
  });

  it("rounds once, half up, also where a binary fraction lies just below the half", () => {
    const things = [{ item: "secrets", key: "secretsmanager.secret", quantity: 0.0125 }];
    assert.equal(priceOf("aws", "us-east-1", things).monthly, 0.01);
    const half = [{ item: "addresses", key: "ipv4.public", quantity: 201 }];
    assert.equal(priceOf("aws", "us-east-1", half).monthly, 1.01);
    const parts = Array.from({ length: 3 }, () => ({ item: "address", key: "ipv4.public", quantity: 1 }));
    assert.equal(priceOf("aws", "us-east-1", parts).monthly, 0.02);
    const noisy = Array.from({ length: 11 }, () => ({ item: "address", key: "ipv4.public", quantity: 1 }));
    assert.equal(priceOf("aws", "us-east-1", noisy).monthly, 0.06);
  });

  const regions: [cloud: PricedCloud, region: string, priced: string][] = [
    ["aws", "us-east-1", "us-east-1"],
    ["aws", "eu-west-1", "eu-west-1"],
    ["aws", "us-west-2", "us-east-1"],
    ["aws", "ca-central-1", "us-east-1"],
    ["aws", "sa-east-1", "us-east-1"],
    ["aws", "eu-central-1", "eu-west-1"],
    ["aws", "me-south-1", "eu-west-1"],
    ["aws", "af-south-1", "eu-west-1"],
    ["aws", "ap-south-1", "eu-west-1"],
    ["aws", "ap-southeast-2", "us-east-1"],
    ["aws", "xx-new-1", "us-east-1"],
    ["gcp", "us-central1", "us-central1"],
    ["gcp", "northamerica-northeast1", "us-central1"],
    ["gcp", "europe-west4", "europe-west1"],
    ["gcp", "asia-northeast1", "europe-west1"],
    ["gcp", "australia-southeast1", "us-central1"],
  ];
  for (const [cloud, region, priced] of regions) {
    it(`prices ${cloud} ${region} as ${priced}${region === priced ? "" : " and says so"}`, () => {
      const estimated = priceOf(cloud, region, []);
      assert.equal(estimated.region, priced);
      assert.equal(estimated.requestedRegion, region);
      assert.equal(
        estimated.regionNote,
        region === priced
          ? undefined
          : `no prices are listed for ${region}; these are those of ${priced}, the nearest listed region`,
      );
    });
  }

  it("carries the unit, date and source of every figure, the date of the list and what is left out", () => {
    const estimated = priceOf("aws", "us-east-1", [{ item: "ALB", key: "alb.lcu", quantity: 730 }]);
    assert.deepEqual(estimated.lines[0], {
      item: "ALB",
      key: "alb.lcu",
      quantity: 730,
      unit: "LCU-hour",
      price: 0.008,
      amount: 5.84,
      asOf: "2026-09-20",
      source:
        "api-evangelist/amazon-elastic-load-balancing plans/amazon-elastic-load-balancing-plans-pricing.yml (pricing page read 2026-09-20)",
    });
    assert.equal(estimated.asOf, "2026-10-04");
    assert.equal(estimated.currency, "USD");
    assert.ok(estimated.excluded.includes("taxes") && estimated.excluded.includes("the Sourcegraph licence"));
  });

  it("says which figures have no verified source", () => {
    const { notes } = priceOf("aws", "eu-west-1", [{ item: "ALB capacity", key: "alb.lcu", quantity: 730 }]);
    assert.ok(notes.includes("without a verified source: ALB capacity"));
  });

  it("is the sum of its lines to half a cent, and more of a thing never costs less", () => {
    const keys = Object.keys(facts.aws["us-east-1"]);
    const things = fc.array(
      fc.record({ item: fc.constant("thing"), key: fc.constantFrom(...keys), quantity: fc.nat(100_000) }),
    );
    fc.assert(
      fc.property(things, fc.nat(1_000), (some, more) => {
        const { lines, monthly } = priceOf("aws", "us-east-1", some);
        const sum = lines.reduce((total, { amount }) => total + (amount ?? 0), 0);
        assert.ok(Math.abs(sum - monthly) < 0.005001);
        const larger = some.map((thing) => ({ ...thing, quantity: thing.quantity + more }));
        assert.ok(priceOf("aws", "us-east-1", larger).monthly >= monthly);
      }),
    );
  });
});

describe("things a machine deployment is charged for", () => {
  const inputs: [name: string, options: VmPriceOptions][] = [
    ["aws-compose-s", awsSmall],
    ["gcp-compose-s", gcpSmall],
    ["aws-compose-xs-minimal", { ...awsSmall, machineType: "m6a.2xlarge", loadBalancer: false, snapshotGb: 0 }],
  ];
  for (const [name, options] of inputs) {
    it(`are exactly those of the worked example ${name}`, () => {
      assert.deepEqual(
        vmPriceThings(options),
        example(name).lines.map(({ item, key, quantity }) => ({ item, key, quantity })),
      );
    });
  }

  it("on AWS contain gp3 performance above the baseline, NAT, keys, secrets and object storage", () => {
    const things = vmPriceThings({
      ...awsSmall,
      dataDisk: { sizeGb: 10_000, type: "gp3", iops: 6_000, throughputMbps: 250 },
      loadBalancer: false,
      publicAddress: false,
      snapshotGb: 0,
      natGateway: true,
      kmsKeys: 1,
      secrets: 3,
      bucketGb: 5,
    });
    assert.deepEqual(
      things.map(({ item, key, quantity }) => [item, key, quantity]),
      [
        ["m6a.4xlarge, 1 x 730 h", "ec2.m6a.4xlarge", 730],
        ["root volume, 50 GB gp3", "ebs.gp3.storage", 50],
        ["data volume, 10000 GB gp3", "ebs.gp3.storage", 10_000],
        ["data volume, 3000 IOPS above 3000", "ebs.gp3.iops", 3_000],
        ["data volume, 125 MiB/s above 125", "ebs.gp3.throughput", 125],
        ["public IPv4, 1", "ipv4.public", 730],
        ["NAT gateway, 1", "nat.hour", 730],
        ["NAT data, 100 GB", "nat.gb", 100],
        ["KMS keys, 1", "kms.key", 1],
        ["secrets, 3", "secretsmanager.secret", 3],
        ["object storage, 5 GB", "s3.standard.storage", 5],
      ],
    );
    assert.deepEqual(priceOf("aws", "us-east-1", things).unpriced, []);
  });

  it("on Google Cloud contain NAT, keys, secrets and object storage", () => {
    const things = vmPriceThings({
      ...gcpSmall,
      loadBalancer: false,
      publicAddress: false,
      snapshotGb: 0,
      natGateway: true,
      natGb: 20,
      kmsKeys: 1,
      secrets: 3,
      bucketGb: 5,
    });
    assert.deepEqual(
      things.slice(3).map(({ item, key, quantity }) => [item, key, quantity]),
      [
        ["Cloud NAT, 1 VM", "nat.vmHour", 730],
        ["Cloud NAT address, 1", "ip.nat", 730],
        ["Cloud NAT data, 20 GiB", "nat.gb", 20],
        ["KMS key versions, 1", "kms.keyVersion.software", 1],
        ["secret versions, 3", "secretmanager.version", 3],
        ["object storage, 5 GiB", "gcs.standard.storage", 5],
      ],
    );
    assert.deepEqual(priceOf("gcp", "us-central1", things).unpriced, []);
  });

  it("count a public address for the machine and for each zone of the load balancer", () => {
    const addresses = vmPriceThings({ ...awsSmall, natGateway: true, loadBalancerZones: 3 }).filter(
      ({ key }) => key === "ipv4.public",
    );
    assert.deepEqual(addresses, [
      { item: "public IPv4, 1 instance + 3 ALB + 1 NAT", key: "ipv4.public", quantity: 5 * 730 },
    ]);
  });
});
