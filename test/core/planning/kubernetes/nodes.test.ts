import assert from "node:assert/strict";
import { InputError } from "../../../../components/core/errors";
import type { Config } from "../../../../components/core/planning/config/config";
import { parseSpecification, requireKubernetes } from "../../../../components/core/planning/config/specification";
import { planCluster, type PlannedNodeGroup } from "../../../../components/core/planning/kubernetes/cluster";
import { kubernetesContext } from "../../../../components/core/planning/kubernetes/context";
import { planNodeGroups } from "../../../../components/core/planning/kubernetes/nodes";
import { planWorkloads } from "../../../../components/core/planning/kubernetes/workloads";
import { sizeLabels } from "../../../../components/core/planning/sizing/sizes";
import { goodConfigs } from "../../../support/configs";

function planned(cloud: "aws" | "gcp", config: Partial<Config>): readonly PlannedNodeGroup[] {
  const context = kubernetesContext(
    requireKubernetes(parseSpecification({ ...goodConfigs[cloud], shape: "kubernetes", ...config })),
  );
  return planNodeGroups(context, planWorkloads(context));
}

function refused(cloud: "aws" | "gcp", config: Partial<Config>): InputError["problems"] {
  const context = kubernetesContext(
    requireKubernetes(parseSpecification({ ...goodConfigs[cloud], shape: "kubernetes", ...config })),
  );
  const workloads = planWorkloads(context);
  try {
    planCluster(context, workloads);
  } catch (error) {
    assert.ok(error instanceof InputError);
    return error.problems;
  }
  assert.fail("was not refused");
}

const short = ({ name, nodes, machineType, zones }: PlannedNodeGroup): string =>
  `${name}: ${nodes.initial} x ${machineType} in ${zones.length}`;

describe("node groups", () => {
  it("are those of the size on AWS: stores in one zone, search in as many as it has replicas, the rest in all", () =>
    assert.deepEqual(Object.fromEntries(sizeLabels.map((size) => [size, planned("aws", { size }).map(short)])), {
      XS: ["stores: 1 x m6a.4xlarge in 1", "search: 1 x m6a.4xlarge in 1", "general: 3 x m6a.2xlarge in 3"],
      S: ["stores: 1 x m6a.4xlarge in 1", "search: 1 x m6a.4xlarge in 1", "general: 3 x m6a.2xlarge in 3"],
      M: ["stores: 1 x m6a.4xlarge in 1", "search: 3 x m6a.2xlarge in 1", "general: 3 x m6a.2xlarge in 3"],
      L: ["stores: 1 x m6a.8xlarge in 1", "search: 2 x m6a.8xlarge in 2", "general: 3 x m6a.2xlarge in 3"],
      XL: ["stores: 1 x m6a.8xlarge in 1", "search: 3 x m6a.8xlarge in 3", "general: 3 x m6a.4xlarge in 3"],
      "2XL": ["stores: 1 x m6a.8xlarge in 1", "search: 3 x m6a.16xlarge in 3", "general: 3 x m6a.8xlarge in 3"],
      "3XL": ["stores: 1 x m6a.8xlarge in 1", "search: 6 x m6a.16xlarge in 3", "general: 3 x r6i.8xlarge in 3"],
    }));

  it("are of machine types with a price on Google Cloud", () =>
    assert.deepEqual(planned("gcp", { size: "XL" }).map(short), [
      "stores: 1 x n2-standard-32 in 1",
      "search: 3 x n2-standard-32 in 3",
      "general: 3 x n2-standard-16 in 3",
    ]));

  it("have room for one node more in every zone, for roll-overs and failures", () =>
    assert.deepEqual(
      planned("aws", { size: "XL" }).map(({ nodes }) => nodes),
      [
        { initial: 1, minimum: 1, maximum: 2 },
        { initial: 3, minimum: 3, maximum: 6 },
        { initial: 3, minimum: 3, maximum: 6 },
      ],
    ));

  it("allow the memory maps of the vendor's machine images where zoekt runs, and more where a pod has more repositories", () => {
    const maps = (config: Partial<Config>): unknown[] => planned("aws", config).map(({ sysctls }) => sysctls);
    assert.deepEqual(maps({ size: "M" }), [{}, { "vm.max_map_count": "300000" }, {}]);
    assert.deepEqual(maps({ size: "2XL", overrides: { "zoekt-webserver": { replicas: 1 } } }), [
      {},
      { "vm.max_map_count": "833334" },
      {},
    ]);
  });

  it("hold every pod that autoscaling may add", () => {
    const few = planned("aws", { size: "XL" }).at(-1);
    const many = planned("aws", {
      size: "XL",
      kubernetes: { autoscaling: { "sourcegraph-frontend": { minimum: 2, maximum: 20 } } },
    }).at(-1);
    const cpus = (group?: PlannedNodeGroup): number => (group?.nodes.initial ?? 0) * (group?.allocatable.cpus ?? 0);
    assert.ok(cpus(many) >= 20 * 7 && cpus(few) < 20 * 7);
  });

  it("take what the config says, in whole zones", () => {
    const [, search, general] = planned("aws", {
      size: "XL",
      cluster: {
        nodes: {
          search: { machineType: "r6a.8xlarge", diskGb: 250 },
          general: { minimum: 4, maximum: 10 },
        },
      },
    });
    assert.deepEqual([search?.machineType, search?.memoryGib, search?.diskGb], ["r6a.8xlarge", 256, 250]);
    assert.deepEqual(general?.nodes, { initial: 6, minimum: 6, maximum: 12 });
  });

  it("are none with Auto Mode, which is told what its nodes must be", () => {
    const context = kubernetesContext(
      requireKubernetes(
        parseSpecification({ ...goodConfigs.aws, shape: "kubernetes", size: "XL", cluster: { autoMode: true } }),
      ),
    );
    const { nodeGroups, nodeConstraints } = planCluster(context, planWorkloads(context));
    assert.deepEqual(nodeGroups, []);
    assert.deepEqual(
      nodeConstraints.map(({ name, minimumVcpu, minimumMemoryGib, zones }) => ({
        name,
        minimumVcpu,
        minimumMemoryGib,
        zones: zones.length,
      })),
      [{ name: "general", minimumVcpu: 16, minimumMemoryGib: 64, zones: 3 }],
    );
  });
});

describe("nodes that cannot be", () => {
  it("are refused for a machine type too small for the largest pod", () =>
    assert.deepEqual(refused("aws", { size: "XL", cluster: { nodes: { search: { machineType: "m6a.2xlarge" } } } }), [
      {
        path: "cluster.nodes.search.machineType",
        message:
          "is too small for the largest pod, got m6a.2xlarge: indexed-search asks for 12 CPUs and 22.4 GiB and 1 volume, " +
          "a node of m6a.2xlarge has 7.16 CPUs and 27.9 GiB and 23 volumes for pods; use m6a.8xlarge, or lower what it asks for in 'overrides'",
      },
    ]));

  it("are refused for a pod larger than every machine type", () =>
    assert.deepEqual(
      refused("gcp", { size: "XL", overrides: { gitserver: { memoryGb: 900, memoryRequestGb: 900 } } }),
      [
        {
          path: "cluster.nodes.search",
          message:
            "has no machine type that is large enough: gitserver asks for 6 CPUs and 838.2 GiB and 1 volume, " +
            "a node of n2-standard-96 has 94.74 CPUs and 356.6 GiB and 127 volumes for pods; lower what it asks for in 'overrides'",
        },
      ],
    ));

  it("are refused for a type of another processor or an unknown name, together with everything else", () =>
    assert.deepEqual(
      refused("aws", {
        size: "XL",
        cluster: {
          version: "1.60",
          nodes: { search: { machineType: "m7g.8xlarge" }, stores: { machineType: "huge" }, general: { maximum: 2 } },
        },
      }),
      [
        { path: "cluster.version", message: 'must be one of 1.32, 1.33, 1.34, 1.35, 1.36, got "1.60"' },
        {
          path: "cluster.nodes.stores.machineType",
          message: 'must be a machine type of aws whose name tells its vCPUs, such as m6a.4xlarge, got "huge"',
        },
        {
          path: "cluster.nodes.search.machineType",
          message: 'must not be of an Arm family, because the images are for x86-64, got "m7g.8xlarge"',
        },
        {
          path: "cluster.nodes.general.maximum",
          message: "must be at least 3, the nodes its pods need, got 2; raise it, or give a larger 'machineType'",
        },
      ],
    ));

  it("are refused beyond what a group may have", () =>
    assert.deepEqual(refused("gcp", { size: "XS", cluster: { nodes: { stores: { minimum: 200, maximum: 300 } } } }), [
      {
        path: "cluster.nodes.stores.minimum",
        message: "must be at most 110, what a group of gcp may have in 1 zones, got 200",
      },
      {
        path: "cluster.nodes.stores.maximum",
        message: "must be at most 110, what a group of gcp may have in 1 zones, got 300",
      },
    ]));

  it("are refused for a boot disk without room for scratch space", () =>
    assert.deepEqual(
      refused("gcp", {
        size: "XS",
        overrides: { "sourcegraph-frontend": { replicas: 40, cpuRequest: 0.1, memoryRequestGb: 0.1 } },
        cluster: { nodes: { general: { machineType: "n2-standard-96", diskGb: 60 } } },
      }),
      [
        {
          path: "cluster.nodes.general.diskGb",
          message: "must be at least 220, because pods of one node ask for 61 GB of scratch space, got 60",
        },
      ],
    ));

  it("are refused for claims larger than a volume", () =>
    assert.deepEqual(refused("aws", { size: "XL", overrides: { gitserver: { storageGb: 70_000 } } }), [
      {
        path: "overrides.gitserver.storageGb",
        message:
          "makes claim repos of gitserver 70000 GiB, a volume of aws holds at most 65536; lower it, or raise the replicas",
      },
    ]));

  it("are refused with Auto Mode where a pod of zoekt needs more memory maps than its nodes allow", () =>
    assert.deepEqual(
      refused("aws", {
        usage: { users: 100, repositories: 2_000_000, totalSizeGb: 10_000, largestRepositoryGb: 5, largestIndexGb: 1 },
        size: undefined,
        overrides: { "zoekt-webserver": { replicas: 2 } },
        cluster: { autoMode: true },
      }),
      [
        {
          path: "cluster.autoMode",
          message:
            "has nodes that allow 1048576 memory maps, 1666667 are needed for 2000000 repositories; " +
            "set 'overrides.zoekt-webserver.replicas' to at least 4, or leave it out",
        },
      ],
    ));
});
