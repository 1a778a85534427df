import assert from "node:assert/strict";
import fc from "fast-check";
import { InputError } from "../../../../components/core/errors";
import { overlaps } from "../../../../components/core/planning/addresses";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { planCluster, type PlannedCluster } from "../../../../components/core/planning/kubernetes/cluster";
import { clusterAddresses } from "../../../../components/core/planning/kubernetes/cluster-network";
import {
  clusterUpgradeSteps,
  clusterVersionProblems,
  clusterVersions,
} from "../../../../components/core/planning/kubernetes/cluster-versions";
import { kubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import { newestClusterVersion } from "../../../../components/core/planning/kubernetes/defaults";
import { planKubernetes } from "../../../../components/core/planning/kubernetes/plan";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { zonesOf } from "../../../../components/core/planning/kubernetes/zones";
import { goodConfigs } from "../../../support/configs";

function planned(cloud: "aws" | "gcp", config: object = {}): PlannedCluster {
  const context = kubernetesContext(
    requireKubernetes(parseSpecification({ ...goodConfigs[cloud], shape: "kubernetes", ...config })),
  );
  return planCluster(context, planWorkloads(context));
}

describe("a cluster that is made", () => {
  it("has what the config says of it, and the newest version both clouds have", () => {
    const { network, nodeGroups, ...cluster } = planned("aws", {
      cluster: { admins: ["arn:aws:iam::123456789012:role/Admin"], endpoint: { public: false } },
    });
    assert.ok(network !== undefined && nodeGroups.length === 3);
    assert.deepEqual(cluster, {
      cloud: "aws",
      version: newestClusterVersion,
      endpoint: { public: false, allowedCidrs: ["10.0.0.0/8"] },
      admins: ["arn:aws:iam::123456789012:role/Admin"],
      autoMode: false,
      releaseChannel: "STABLE",
      maintenance: { day: "SU", hourUtc: 4 },
      zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
      nodeConstraints: [],
    });
  });

  it("has the same nodes where another stack deploys on it", () => {
    const plan = (workloads: boolean) =>
      planKubernetes(
        parseSpecification({ ...goodConfigs.aws, shape: "kubernetes", size: "XL", cluster: { workloads } }),
      );
    const [alone, both] = [plan(false), plan(true)];
    assert.deepEqual(alone.cluster, both.cluster);
    assert.deepEqual([alone.workloads.length, alone.cluster?.nodeGroups.length], [0, 3]);
  });

  it("stands in three zones, by the letters the region has, and in two where there are no more", () =>
    assert.deepEqual(
      [
        zonesOf("aws", "eu-west-1"),
        zonesOf("aws", "ap-northeast-1"),
        zonesOf("aws", "us-west-1"),
        zonesOf("gcp", "us-central1"),
        zonesOf("gcp", "europe-west1"),
      ],
      [
        ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
        ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"],
        ["us-west-1a", "us-west-1c"],
        ["us-central1-a", "us-central1-b", "us-central1-c"],
        ["europe-west1-b", "europe-west1-c", "europe-west1-d"],
      ],
    ));

  it("cuts its network on AWS into public, private and database subnets of every zone", () =>
    assert.deepEqual(
      planned("aws").network?.subnets.map(({ name, cidr, zone, public: reached }) => [name, cidr, zone, reached]),
      [
        ["public-a", "10.40.0.0/21", "us-east-1a", true],
        ["public-b", "10.40.8.0/21", "us-east-1b", true],
        ["public-c", "10.40.16.0/21", "us-east-1c", true],
        ["private-a", "10.40.64.0/18", "us-east-1a", false],
        ["private-b", "10.40.128.0/18", "us-east-1b", false],
        ["private-c", "10.40.192.0/18", "us-east-1c", false],
        ["databases-a", "10.40.32.0/21", "us-east-1a", false],
        ["databases-b", "10.40.40.0/21", "us-east-1b", false],
        ["databases-c", "10.40.48.0/21", "us-east-1c", false],
      ],
    ));

  it("gives pods and services of GKE blocks of their own beside the network and what is reserved", () => {
    const { network, podCidr, serviceCidr } = planned("gcp", {
      network: { cidr: "10.4.0.0/16", reservedCidrs: ["10.8.0.0/16"] },
    });
    assert.deepEqual(
      [network?.subnets, podCidr, serviceCidr],
      [[{ name: "nodes", cidr: "10.4.0.0/18", public: false }], "10.12.0.0/14", "10.16.0.0/20"],
    );
  });

  it("never lets two blocks overlap, whatever the network", () =>
    fc.assert(
      fc.property(
        fc.constantFrom("aws" as const, "gcp" as const),
        fc.integer({ min: 16, max: 20 }),
        fc.nat(255),
        fc.array(fc.nat(255), { maxLength: 10 }),
        (cloud, prefix, second, reserved) => {
          const cidr = `10.${second}.0.0/${prefix}`;
          const reservedCidrs = reserved.filter((each) => each !== second).map((each) => `10.${each}.0.0/16`);
          const { planned: addresses, problems } = clusterAddresses(
            "aws" === cloud ? "aws" : "gcp",
            "us-east-1",
            { cidr, reservedCidrs },
            [],
          );
          assert.deepEqual(problems, []);
          const { network, podCidr, serviceCidr } = addresses;
          const subnets = network?.subnets.map((subnet) => subnet.cidr) ?? [];
          assert.ok(subnets.every((subnet) => overlaps(subnet, cidr)));
          const own = [...subnets, ...[podCidr, serviceCidr].filter((block) => block !== undefined)];
          own.forEach((block, index) => assert.ok(own.slice(index + 1).every((other) => !overlaps(block, other))));
          for (const block of [podCidr, serviceCidr])
            for (const taken of [cidr, ...reservedCidrs]) assert.ok(block === undefined || !overlaps(block, taken));
        },
      ),
    ));

  it("leaves a network that is there as it is", () => {
    const { network, podCidr } = planned("gcp", {
      network: {
        existing: { network: "projects/p/global/networks/n", subnetId: "projects/p/regions/r/subnetworks/s" },
      },
    });
    assert.deepEqual([network, podCidr], [undefined, undefined]);
  });

  it("is refused in a network too small for a cluster, or for its nodes", () => {
    assert.throws(
      () => planned("aws", { network: { cidr: "10.40.0.0/22" } }),
      new InputError([
        { path: "network.cidr", message: 'must be between /16 and /20 for a cluster, got "10.40.0.0/22"' },
      ]),
    );
    assert.throws(
      () =>
        planned("aws", {
          size: "3XL",
          network: { cidr: "10.40.0.0/20" },
          cluster: { nodes: { search: { maximum: 60 } } },
        }),
      new InputError([
        {
          path: "network.cidr",
          message:
            'leaves 1019 addresses for nodes and pods in each zone, 2240 are needed at most, got "10.40.0.0/20"; use a larger block, up to /16',
        },
      ]),
    );
  });

  it("is refused where reserved blocks leave nothing for the pods of GKE", () =>
    assert.deepEqual(
      clusterAddresses(
        "gcp",
        "us-central1",
        { cidr: "10.40.0.0/16", reservedCidrs: ["10.0.0.0/8", "172.16.0.0/12", "100.64.0.0/14"] },
        [],
      ).problems,
      [
        {
          path: "network.reservedCidrs",
          message: "leave no block for pods and services, which need two /14 of private addresses; reserve less",
        },
      ],
    ));
});

describe("version of a cluster", () => {
  it("may stay, or go up by one minor version", () => {
    assert.deepEqual(clusterVersionProblems(undefined, "1.35"), []);
    assert.deepEqual(clusterVersionProblems("1.35", "1.35"), []);
    assert.deepEqual(clusterVersionProblems("1.34", "1.35"), []);
    assert.deepEqual(clusterVersionProblems("1.31", "1.31"), [], "what is deployed stays deployable");
    assert.equal(
      planned("aws", { cluster: { version: "1.31" } }).version,
      "1.31",
      "it may be that of a cluster that is there",
    );
    assert.ok((clusterVersions as readonly string[]).includes(newestClusterVersion));
  });

  it("may not go down, skip one, or be unknown", () => {
    const refusal = (previous: string | undefined, version: string): string[] =>
      clusterVersionProblems(previous, version).map(({ path, message }) => `${path}: ${message}`);
    assert.deepEqual([refusal("1.35", "1.34"), refusal("1.33", "1.35"), refusal(undefined, "1.60")].flat(), [
      'cluster.version: must not go down: the cluster runs 1.35, got "1.34"; keep 1.35',
      'cluster.version: must go up one minor version at a time: the cluster runs 1.33, got "1.35"; set 1.34 first and deploy',
      'cluster.version: must be one of 1.32, 1.33, 1.34, 1.35, 1.36, got "1.60"',
    ]);
  });

  it("is raised in steps: control plane, add-ons, nodes", () => {
    assert.deepEqual(
      clusterUpgradeSteps("1.34", "1.35").map(({ part, from, to }) => [part, from, to]),
      [
        ["control-plane", "1.34", "1.35"],
        ["add-ons", "1.34", "1.35"],
        ["nodes", "1.34", "1.35"],
      ],
    );
    assert.deepEqual(clusterUpgradeSteps("1.35", "1.35"), []);
  });
});
