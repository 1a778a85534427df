import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlannedCluster } from "../../../../components/core/planning/kubernetes/cluster";
import { eksPools, planEks, principalName } from "../../../../components/core/planning/kubernetes/eks";
import type { PlannedNodeGroup } from "../../../../components/core/planning/kubernetes/node-group";
import { nodeUserData } from "../../../../components/core/rendering/node-user-data";

const cluster: PlannedCluster = {
  cloud: "aws",
  version: "1.34",
  endpoint: { public: true, allowedCidrs: ["198.51.100.0/24"] },
  admins: [],
  autoMode: false,
  releaseChannel: "STABLE",
  maintenance: { day: "SU", hourUtc: 4 },
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  nodeGroups: [],
  nodeConstraints: [],
};

const group: PlannedNodeGroup = {
  name: "search",
  machineType: "m6a.4xlarge",
  vcpu: 16,
  memoryGib: 64,
  allocatable: { cpus: 15, memoryGib: 56 },
  podsPerNode: 110,
  nodes: { initial: 6, minimum: 3, maximum: 9 },
  zones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  diskGb: 100,
  sysctls: {},
  workloads: ["gitserver"],
};

const names = (addOns: readonly { name: string }[]) => addOns.map(({ name }) => name);

describe("planEks", () => {
  it("opens the public endpoint to blocks that can come over it, and closes it where none can", () => {
    const cidrsOf = (allowedCidrs: string[], open = true) =>
      planEks({ ...cluster, endpoint: { public: open, allowedCidrs } }).publicCidrs;
    assert.deepEqual(cidrsOf(["10.0.0.0/8", "198.51.100.0/24", "2001:db8::/32", "203.0.113.7/32"]), [
      "198.51.100.0/24",
      "203.0.113.7/32",
    ]);
    assert.deepEqual(cidrsOf(["0.0.0.0/0"]), ["0.0.0.0/0"]);
    assert.deepEqual(cidrsOf(["10.0.0.0/8", "172.16.0.0/12", "192.168.1.0/24", "100.64.0.0/10", "127.0.0.1/32"]), []);
    assert.deepEqual(cidrsOf(["8.8.8.0/24"], false), []);
  });

  it("has the add-ons every node runs before the nodes, and leaves to Auto Mode what that brings", () => {
    const planned = planEks(cluster);
    assert.deepEqual(names(planned.nodeAddOns), ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"]);
    assert.deepEqual(planned.nodeAddOns[0]?.configuration, { enableNetworkPolicy: "true" });
    assert.deepEqual(names(planned.podAddOns), [
      "coredns",
      "aws-ebs-csi-driver",
      "snapshot-controller",
      "metrics-server",
    ]);
    const auto = planEks({ ...cluster, autoMode: true });
    assert.deepEqual([names(auto.nodeAddOns), names(auto.podAddOns)], [[], ["snapshot-controller", "metrics-server"]]);
  });

  it("refuses admins that are no roles or users of IAM, and admins given twice, all in one message", () => {
    const admin = "arn:aws:iam::123456789012:role/Admin";
    assert.throws(() => planEks({ ...cluster, admins: [admin, "group:admins@example.com", admin] }), {
      name: "InputError",
      message:
        "the configuration is not valid:\n" +
        "  - 'cluster.admins.1' must be the ARN of an IAM role or user, such as arn:aws:iam::123456789012:role/Admin, got \"group:admins@example.com\"\n" +
        "  - 'cluster.admins.2' is given twice, got \"arn:aws:iam::123456789012:role/Admin\"; keep one",
    });
  });

  it("tells admins of other accounts, kinds and paths apart by name", () => {
    const arn = fc
      .tuple(
        fc.stringMatching(/^\d{12}$/),
        fc.constantFrom("role", "user"),
        fc.stringMatching(/^[a-b]{1,2}([/-][a-b]{1,2}){0,2}$/),
      )
      .map(([account, kind, path]) => `arn:aws:iam::${account}:${kind}/${path}`);
    fc.assert(fc.property(arn, arn, (one, other) => (one === other) === (principalName(one) === principalName(other))));
    assert.equal(principalName("arn:aws:iam::123456789012:role/platform/Admin"), "123456789012-role/platform/Admin");
  });
});

describe("eksPools", () => {
  it("makes a pool in each zone, all alike", () => {
    const nodes = { initial: 2, minimum: 1, maximum: 3 };
    assert.deepEqual(eksPools(group, "us-east-1"), [
      { name: "search-a", zone: "us-east-1a", nodes },
      { name: "search-b", zone: "us-east-1b", nodes },
      { name: "search-c", zone: "us-east-1c", nodes },
    ]);
  });

  it("never has fewer nodes over all zones than the group", () => {
    const numbers = fc.record({ initial: fc.nat(50), minimum: fc.nat(50), maximum: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 1, max: 3 }), (nodes, zones) => {
        const pools = eksPools({ ...group, nodes, zones: group.zones.slice(0, zones) }, "us-east-1");
        for (const key of ["initial", "minimum", "maximum"] as const) {
          const sum = pools.reduce((total, pool) => total + pool.nodes[key], 0);
          assert.ok(sum >= nodes[key] && sum < nodes[key] + zones);
        }
      }),
    );
  });
});

describe("nodeUserData", () => {
  it("sets kernel settings before the node joins, and is not there without any", () => {
    assert.equal(nodeUserData({}), undefined);
    assert.equal(
      nodeUserData({ "vm.max_map_count": "300000", "fs.inotify.max_user_watches": "128000" }),
      `MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="sourcegraph"

--sourcegraph
Content-Type: text/x-shellscript; charset="us-ascii"

#!/bin/sh
set -eu
cat > /etc/sysctl.d/99-sourcegraph.conf <<'END'
fs.inotify.max_user_watches = 128000
vm.max_map_count = 300000
END
sysctl --quiet --load /etc/sysctl.d/99-sourcegraph.conf

--sourcegraph--
`,
    );
  });
});
