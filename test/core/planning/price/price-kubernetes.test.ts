import assert from "node:assert/strict";
import facts from "../../../../components/core/product/data/prices.json";
import type { PlannedDatabase, PlannedManagedServices } from "../../../../components/core/planning/managed/managed";
import { priceOf } from "../../../../components/core/planning/price/price";
import {
  kubernetesThings,
  type KubernetesPriceOptions,
} from "../../../../components/core/planning/price/price-kubernetes";
import { simulate } from "../../../../bench/scale";
import { defaultUsage } from "../../../../components/core/planning/sizing/sizes";

function databases(machineType: string): PlannedManagedServices {
  const database = (name: PlannedDatabase["name"]): PlannedDatabase =>
    ({ name, machineType, vcpu: 2, memoryGib: 8, sizeGb: 200, highlyAvailable: true }) as PlannedDatabase;
  return { databases: [database("frontend"), database("codeIntel"), database("codeInsights")], caches: [] };
}

/** The vendor's volumes without the three databases, on three nodes. */
const onAws: KubernetesPriceOptions = {
  cloud: "aws",
  region: "us-east-1",
  cluster: true,
  nodes: [{ machineType: "m6a.4xlarge", count: 3, diskGb: 100 }],
  autoMode: false,
  claimsGb: 928,
  snapshotGb: 0,
  loadBalancer: { publicZones: 2 },
  natGateways: 1,
  managed: databases("db.m7g.large"),
  kmsKeys: 1,
  secrets: 3,
};
const onGcp: KubernetesPriceOptions = {
  ...onAws,
  cloud: "gcp",
  region: "us-central1",
  nodes: [{ machineType: "n2-standard-16", count: 3, diskGb: 100 }],
  managed: databases("db-custom-2-8192"),
};

describe("monthly price of a cluster", () => {
  for (const [name, options] of [
    ["aws-eks-3-nodes-3-rds", onAws],
    ["gcp-gke-3-nodes-3-cloudsql", onGcp],
  ] as const)
    it(`counts what the worked example ${name} counts, to the cent`, () => {
      const example = facts.examples.find((each) => each.name === name);
      const { monthly, unpriced, lines } = priceOf(options.cloud, options.region, kubernetesThings(options));
      assert.deepEqual(
        lines.map(({ key, quantity }) => [key, quantity]),
        example?.lines.map(({ key, quantity }) => [key, quantity]),
      );
      assert.deepEqual([monthly, unpriced], [example?.total, []]);
    });

  it("adds the share of Auto Mode to the price of its nodes", () => {
    const share = kubernetesThings({ ...onAws, autoMode: true }).find(({ key }) => key.startsWith("eks.autoMode"));
    assert.deepEqual(share, {
      item: "EKS Auto Mode, share of the price of its nodes",
      key: "eks.autoMode.ratio",
      quantity: 0.6912 * 3 * 730,
    });
    const nodes = [{ machineType: "m99.large", count: 3, diskGb: 100 }];
    assert.deepEqual(priceOf("aws", "us-east-1", kubernetesThings({ ...onAws, nodes, autoMode: true })).unpriced, [
      "m99.large, 3 nodes",
      "EKS Auto Mode, share of the price of its nodes",
    ]);
  });

  it("pays Cloud NAT by the gateway from 33 nodes on", () => {
    const keys = (count: number): string[] =>
      kubernetesThings({ ...onGcp, nodes: [{ machineType: "n2-standard-16", count, diskGb: 100 }] })
        .map(({ key }) => key)
        .filter((key) => key.startsWith("nat."));
    assert.deepEqual(
      [keys(32), keys(33)],
      [
        ["nat.vmHour", "nat.gb"],
        ["nat.gatewayCap", "nat.gb"],
      ],
    );
  });

  it("of a plan counts nodes, disks, all claims and their snapshots, and a NAT gateway and a public address in every zone", () => {
    const { monthly, unpriced, things, claimsTib } = simulate("aws", defaultUsage("XL"));
    const quantity = (item: string): number | undefined => things.find((each) => each.item.startsWith(item))?.quantity;
    assert.equal(quantity("m6a.8xlarge"), 1 * 730);
    assert.equal(quantity("claims"), claimsTib * 1024);
    assert.equal(quantity("snapshots"), claimsTib * 1024);
    assert.equal(quantity("NAT gateways"), 3 * 730);
    assert.equal(quantity("public IPv4"), 6 * 730);
    assert.deepEqual(unpriced, []);
    assert.ok(monthly > 5_000);
  });

  it("says that the backups of GKE have no listed price", () =>
    assert.deepEqual(simulate("gcp", defaultUsage("XS")).unpriced, ["Backup for GKE, 1550 GiB stored"]));
});
