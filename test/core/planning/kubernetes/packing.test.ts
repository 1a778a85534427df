import assert from "node:assert/strict";
import fc from "fast-check";
import { simulate, simulatedClouds, simulatedUsages, type Simulated } from "../../../../bench/scale";
import type { PlannedNodeGroup } from "../../../../components/core/planning/kubernetes/cluster";
import { inEachZone, nodesFor, place } from "../../../../components/core/planning/kubernetes/packing";
import { podsOf, requestOf, type PodRequest } from "../../../../components/core/planning/kubernetes/requests";
import type { PlannedPodContainer, PlannedWorkload } from "../../../../components/core/planning/kubernetes/workload";
import type { Usage } from "../../../../components/core/planning/sizing/usage";

// A second opinion on every plan: what pods ask for is read here anew, and packed by another method.

/** Thousandths of a core. */
function millicores(quantity: string): number {
  return quantity.endsWith("m") ? Number.parseInt(quantity) : Number(quantity) * 1000;
}

/** Bytes. */
function bytes(quantity: string): number {
  const units: Record<string, number> = { Mi: 1024 ** 2, Gi: 1024 ** 3, M: 1000 ** 2, G: 1000 ** 3 };
  const unit = quantity.replace(/[\d.]/g, "");
  return Number.parseFloat(quantity) * (units[unit] ?? assert.fail(`unit ${unit}`));
}

interface Ask {
  readonly of: string;
  readonly cpu: number;
  readonly memory: number;
  readonly disks: number;
}

function asked(workload: PlannedWorkload): Ask {
  const total = (containers: readonly PlannedPodContainer[]): [number, number] => [
    containers.reduce((sum, { resources }) => sum + millicores(resources.requests.cpu), 0),
    containers.reduce((sum, { resources }) => sum + bytes(resources.requests.memory), 0),
  ];
  const [cpu, memory] = total(workload.containers);
  const starts = workload.initContainers.map((each) => total([each]));
  return {
    of: workload.name,
    cpu: Math.max(cpu, ...starts.map(([each]) => each)),
    memory: Math.max(memory, ...starts.map(([, each]) => each)),
    disks: workload.claims.length,
  };
}

interface Node {
  cpu: number;
  memory: number;
  disks: number;
  pods: number;
}

/** Ways to choose among nodes with room: the least CPU left over, the least memory, or the most. */
const ways: readonly ((a: Node, b: Node) => number)[] = [
  (a, b) => a.cpu - b.cpu,
  (a, b) => a.memory - b.memory,
  (a, b) => b.memory - a.memory,
];

/** Packs a group, the largest pods first, in the way that leaves the fewest. Returns the pods that found no place. */
function leftOver(group: PlannedNodeGroup, workloads: readonly PlannedWorkload[], without = 0): string[] {
  const { allocatable, nodes: number, podsPerNode } = group;
  const whole: Node = {
    cpu: allocatable.cpus * 1000,
    memory: allocatable.memoryGib * 1024 ** 3,
    disks: 127,
    pods: podsPerNode,
  };
  const size = ({ cpu, memory }: Ask): number => Math.max(cpu / whole.cpu, memory / whole.memory);
  const pods = workloads
    .flatMap((each) => Array.from({ length: each.autoscaling?.maximum ?? each.replicas ?? 0 }, () => asked(each)))
    .sort((a, b) => size(b) - size(a));
  const results = ways.map((way) => {
    const nodes = Array.from({ length: number.initial - without }, () => ({ ...whole }));
    return pods.flatMap(({ of, cpu, memory, disks }) => {
      const [best] = nodes
        .filter((node) => node.cpu + 1e-3 >= cpu && node.memory + 1 >= memory && node.disks >= disks && node.pods > 0)
        .sort(way);
      if (best === undefined) return [of];
      best.cpu -= cpu;
      best.memory -= memory;
      best.disks -= disks;
      best.pods -= 1;
      return [];
    });
  });
  return results.reduce((fewest, each) => (each.length < fewest.length ? each : fewest));
}

/** Everything a plan must hold to. */
function checkPlan({ cluster, workloads, usage }: Simulated): void {
  const text = `${cluster.cloud} ${JSON.stringify(usage)}`;
  const placed = cluster.nodeGroups.flatMap((group) => group.workloads);
  const needed = workloads.filter(({ kind }) => kind !== "DaemonSet").map(({ name }) => name);
  assert.deepEqual([...placed].sort(), [...needed].sort(), "every workload has a group");
  const agents = workloads.filter(({ kind }) => kind === "DaemonSet").map(asked);
  for (const group of cluster.nodeGroups) {
    const { nodes, zones, vcpu, memoryGib, allocatable } = group;
    const members = workloads.filter(({ name }) => group.workloads.includes(name));
    assert.deepEqual(leftOver(group, members), [], `${text} ${group.name}`);
    assert.equal(nodes.initial % zones.length, 0);
    assert.ok(nodes.minimum <= nodes.initial && nodes.initial + zones.length <= nodes.maximum);
    // What nodes are said to have is less than their machines have beside the agents of the instance.
    const [cpu, memory] = [
      agents.reduce((sum, each) => sum + each.cpu, 0),
      agents.reduce((sum, each) => sum + each.memory, 0),
    ];
    assert.ok(
      allocatable.cpus * 1000 + cpu < vcpu * 1000 && allocatable.memoryGib * 1024 ** 3 + memory < memoryGib * 1024 ** 3,
    );
    if (group.name === "general") assert.deepEqual(leftOver(group, members, 1), [], `${text}: one node lost`);
  }
  const search = workloads.find(({ name }) => name === "indexed-search");
  const maps = Number(cluster.nodeGroups.find(({ name }) => name === "search")?.sysctls["vm.max_map_count"]);
  assert.ok((search?.replicas ?? 0) >= usage.repositories / (0.6 * maps), `${text}: memory maps of zoekt`);
  for (const { claims } of workloads) for (const { sizeGib } of claims) assert.ok(sizeGib <= 65_536, text);
}

describe("every plan fits its nodes", () => {
  for (const cloud of simulatedClouds)
    it(`from one repository to five million, few users or many, small repositories or large, on ${cloud}`, () => {
      const usages = simulatedUsages();
      assert.ok(usages.length > 100);
      assert.deepEqual([usages[0]?.usage.repositories, usages.at(-1)?.usage.repositories], [1, 5_000_000]);
      for (const { usage } of usages) checkPlan(simulate(cloud, usage));
    }).timeout(60_000);

  it("for any usage in between", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...simulatedClouds),
        fc.record<Usage>({
          users: fc.integer({ min: 1, max: 50_000 }),
          repositories: fc
            .double({ min: 0, max: Math.log10(5_000_000), noNaN: true })
            .map((power) => Math.floor(10 ** power)),
          totalSizeGb: fc.integer({ min: 1_000, max: 500_000 }),
          largestRepositoryGb: fc.integer({ min: 0, max: 1_000 }),
          largestIndexGb: fc.integer({ min: 0, max: 500 }),
        }),
        (cloud, usage) => checkPlan(simulate(cloud, usage)),
      ),
      { numRuns: 60 },
    )).timeout(60_000);

  it("in whatever order the scheduler meets the pods", () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...simulatedClouds),
        fc.constantFrom(...simulatedUsages().filter((_, index) => index % 7 === 0)),
        fc.nat(),
        (cloud, { usage }, seed) => {
          const { cluster, workloads } = simulate(cloud, usage);
          for (const group of cluster.nodeGroups) {
            const pods = workloads
              .filter(({ name }) => group.workloads.includes(name))
              .flatMap((each) => Array.from({ length: podsOf(each) }, () => requestOf(each)))
              .map((pod, index) => ({ pod, rank: Math.sin(seed + index * 12.9898) }))
              .sort((a, b) => a.rank - b.rank)
              .map(({ pod }) => pod);
            const room = { ...group.allocatable, volumes: 12, pods: group.podsPerNode };
            const zones = inEachZone(group.nodes.initial / group.zones.length, group.zones.length);
            assert.ok(place(pods, zones, room) !== undefined, `${cloud} ${group.name} ${JSON.stringify(usage)}`);
          }
        },
      ),
      { numRuns: 50 },
    )).timeout(60_000);
});

describe("placing pods", () => {
  const pod = (workload: string, cpus: number, spread = false): PodRequest => ({
    workload,
    cpus,
    memoryGib: 1,
    scratchGib: 0,
    volumes: 1,
    spread,
  });
  const room = { cpus: 4, memoryGib: 16, volumes: 3, pods: 10 };

  it("takes the emptiest node, and spreads a workload over the zones", () =>
    assert.deepEqual(
      place([pod("a", 2), pod("b", 1, true), pod("b", 1, true), pod("b", 1, true)], [0, 1, 2], room),
      [0, 1, 2, 0],
    ));

  it("finds no place where CPUs, volumes or pods are used up, or a zone is full", () => {
    assert.equal(place([pod("a", 3), pod("b", 3)], [0], room), undefined);
    assert.equal(
      place(
        Array.from({ length: 4 }, () => pod("a", 0.1)),
        [0],
        room,
      ),
      undefined,
    );
    assert.equal(place([pod("a", 1), pod("b", 1)], [0], { ...room, pods: 1 }), undefined);
    assert.equal(place([pod("a", 4), pod("b", 3, true), pod("b", 3, true)], [0, 1], room), undefined);
  });

  it("counts nodes so that a roll-out has room, and one node may be lost where that is asked for", () => {
    const pods = [pod("a", 3), pod("b", 3)];
    const load = { pods, surge: [], spareNode: false };
    assert.equal(nodesFor(load, 1, room, 10), 2);
    assert.equal(nodesFor({ ...load, surge: [pod("a", 3)] }, 1, room, 10), 3);
    assert.equal(nodesFor({ ...load, spareNode: true }, 1, room, 10), 3);
    assert.equal(nodesFor(load, 1, room, 1), undefined);
  });
});
