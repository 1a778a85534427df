import { counted } from "../../product/counted";
import type { Problem } from "../../errors";
import { machineOfType, machineTypeProblem } from "../vm/machine-type";
import type { Machine } from "../vm/machine";
import type { KubernetesContext } from "./context";
import { cloudLimits, nodeRoom, scratchRoom, type NodeRoom } from "./limits";
import { nodeGroupNames, type NodeGroupName, type PlannedNodeConstraint, type PlannedNodeGroup } from "./node-group";
import { inEachZone, nodesFor, place, type Load } from "./packing";
import { podsOf, requestOf, type PodRequest } from "./requests";
import type { PlannedWorkload } from "./workload";
import { zonesOf } from "./zones";

/** Machine types nodes are chosen from: x86-64 and with a known price. */
const candidates: Readonly<Record<"aws" | "gcp", readonly string[]>> = {
  aws: ["m6a", "r6i"].flatMap((family) =>
    ["xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge"].map((size) => `${family}.${size}`),
  ),
  gcp: ["n2-highmem-4", ...[8, 16, 32, 48, 64, 96].map((vcpu) => `n2-standard-${vcpu}`)],
};

/** Pods of the cloud and of the cluster's controllers, which go to any node: names, load balancers, volumes, metrics. */
const clusterPods: readonly PodRequest[] = Array.from({ length: 10 }, () => ({
  workload: "cluster's own",
  cpus: 0.15,
  memoryGib: 0.25,
  scratchGib: 0,
  volumes: 0,
  spread: false,
}));

/** GB of a boot disk for the operating system and images. */
const imagesGb = 40;
/** Smallest boot disk, GB; that of the vendor's guides. */
const smallestBootDiskGb = 100;
/** Memory maps of a node at least, as the vendor's machine images set them. */
const memoryMaps = 300_000;
/** Memory maps that nodes of Auto Mode allow, as their system Bottlerocket sets them since February 2026. */
const autoModeMemoryMaps = 1_048_576;
/** Share of the memory maps that repositories may take. Source: sizing.md 10. */
const memoryMapsShare = 0.6;

/** What a node costs against others, without prices, so that a new price list changes no node: a GiB as a sixth of a vCPU. */
function weight({ vcpu, memoryGib }: Machine): number {
  return vcpu + memoryGib / 6;
}

/** A group of workloads that are to be given nodes. */
interface Group {
  readonly name: NodeGroupName;
  readonly members: readonly PlannedWorkload[];
  readonly zones: readonly string[];
  readonly load: Load;
  /** What the DaemonSets of the instance take of every node. */
  readonly agents: readonly PodRequest[];
}

function surgeOf(members: readonly PlannedWorkload[]): readonly PodRequest[] {
  const rolling = members.filter(({ kind, strategy }) => kind === "Deployment" && strategy?.type !== "Recreate");
  const largest = rolling.map(requestOf).sort((a, b) => b.cpus - a.cpus || b.memoryGib - a.memoryGib)[0];
  return largest === undefined ? [] : [{ ...largest, spread: false }];
}

function groupsOf(
  cloud: "aws" | "gcp",
  { specification }: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): Group[] {
  const all = zonesOf(cloud, specification.region);
  const agents = workloads.filter(({ kind }) => kind === "DaemonSet").map(requestOf);
  const pods = workloads.filter(({ kind, nodeSelector }) => kind !== "DaemonSet" && nodeSelector === undefined);
  return nodeGroupNames.flatMap((name) => {
    const members = pods.filter(({ nodeGroup = "general" }) => nodeGroup === name);
    if (members.length === 0 && name !== "general") return [];
    const general = name === "general";
    const zones = general ? all : all.slice(0, Math.max(1, ...members.map(podsOf)));
    const load: Load = {
      pods: [...clusterPods, ...members.flatMap((each) => Array.from({ length: podsOf(each) }, () => requestOf(each)))],
      surge: surgeOf(members),
      spareNode: general,
    };
    return [{ name, members, zones, load, agents }];
  });
}

/** What is left of a node for the pods of its group. */
function roomOn(machine: Machine, cloud: "aws" | "gcp", agents: readonly PodRequest[]): NodeRoom {
  const room = nodeRoom(machine, cloud);
  return {
    cpus: room.cpus - agents.reduce((sum, { cpus }) => sum + cpus, 0),
    memoryGib: room.memoryGib - agents.reduce((sum, { memoryGib }) => sum + memoryGib, 0),
    volumes: room.volumes,
    pods: room.pods - agents.length,
  };
}

/** The largest pod that does not fit an empty node. */
function tooLarge(load: Load, room: NodeRoom): PodRequest | undefined {
  const share = ({ cpus, memoryGib }: PodRequest): number => Math.max(cpus / room.cpus, memoryGib / room.memoryGib);
  return load.pods
    .filter(({ cpus, memoryGib, volumes }) => cpus > room.cpus || memoryGib > room.memoryGib || volumes > room.volumes)
    .reduce<PodRequest | undefined>(
      (largest, pod) => (largest === undefined || share(pod) > share(largest) ? pod : largest),
      undefined,
    );
}

/** A machine type with as many nodes as the group needs of it. */
interface Choice {
  readonly machine: Machine;
  readonly room: NodeRoom;
  readonly perZone: number;
}

function choose(group: Group, cloud: "aws" | "gcp", types: readonly string[]): Choice | undefined {
  let best: (Choice & { readonly cost: number }) | undefined;
  for (const type of types) {
    const machine = machineOfType(type, cloud);
    if (machine === undefined) continue;
    const room = roomOn(machine, cloud, group.agents);
    if (tooLarge(group.load, room) !== undefined) continue;
    const dearest = best === undefined ? Infinity : Math.floor(best.cost / weight(machine) / group.zones.length);
    const most = Math.min(cloudLimits[cloud].nodesPerZone, dearest);
    const perZone = nodesFor(group.load, group.zones.length, room, most);
    if (perZone === undefined) continue;
    // Every node more is one more that can fail.
    const cost = perZone * group.zones.length * (weight(machine) + 0.5);
    if (best === undefined || cost < best.cost) best = { machine, room, perZone, cost };
  }
  return best;
}

/** Most scratch space the pods of one node ask for, GB. */
function scratchOf({ load, zones }: Group, { room, perZone }: Choice): number {
  const pods = [...load.pods, ...load.surge].sort((a, b) => b.scratchGib - a.scratchGib);
  const placed = place(pods, inEachZone(perZone, zones.length), room) ?? [];
  const perNode = new Map<number, number>();
  placed.forEach((node, index) => perNode.set(node, (perNode.get(node) ?? 0) + (pods[index]?.scratchGib ?? 0)));
  return Math.max(0, ...perNode.values()) * 1.074;
}

function bootDiskFor(scratchGb: number, cloud: "aws" | "gcp"): number {
  let diskGb = smallestBootDiskGb;
  while (scratchRoom(diskGb, cloud) < scratchGb + imagesGb) diskGb += 10;
  return diskGb;
}

/** Every shard of zoekt is one memory map of its process, and a process has at most as many as its node allows. */
function memoryMapsOf(group: Group, repositories: number): number | undefined {
  const search = group.members.find(({ name }) => name === "indexed-search");
  if (search === undefined) return undefined;
  return Math.max(memoryMaps, Math.ceil(repositories / podsOf(search) / memoryMapsShare));
}

function sysctlsOf(group: Group, repositories: number): Readonly<Record<string, string>> {
  const maps = memoryMapsOf(group, repositories);
  return maps === undefined ? {} : { "vm.max_map_count": String(maps) };
}

/** Nodes of Auto Mode cannot be told how many memory maps they allow. */
function autoModeProblems(group: Group, repositories: number): Problem[] {
  const maps = memoryMapsOf(group, repositories);
  if (maps === undefined || maps <= autoModeMemoryMaps) return [];
  const pods = Math.ceil(repositories / (autoModeMemoryMaps * memoryMapsShare));
  return [
    {
      path: "cluster.autoMode",
      message: `has nodes that allow ${autoModeMemoryMaps} memory maps, ${maps} are needed for ${repositories} repositories; set 'overrides.zoekt-webserver.replicas' to at least ${pods}, or leave it out`,
    },
  ];
}

/** What is decided of the nodes, and what stands against it. */
export interface NodeDecision {
  readonly groups: readonly PlannedNodeGroup[];
  readonly constraints: readonly PlannedNodeConstraint[];
  readonly problems: readonly Problem[];
}

function rounded({ cpus, memoryGib }: { readonly cpus: number; readonly memoryGib: number }): string {
  return `${Number(cpus.toFixed(2))} CPUs and ${Number(memoryGib.toFixed(1))} GiB`;
}

/** Why no node of the type can hold the group; the type is given by the config, or the largest there is. */
function groupProblem(group: Group, cloud: "aws" | "gcp", given: string | undefined): Problem {
  const type = given ?? candidates[cloud].at(-1) ?? "";
  const machine = machineOfType(type, cloud) ?? { type, vcpu: 0, memoryGib: 0 };
  const room = roomOn(machine, cloud, group.agents);
  const pod = tooLarge(group.load, room);
  const path = given === undefined ? `cluster.nodes.${group.name}` : `cluster.nodes.${group.name}.machineType`;
  const most = cloudLimits[cloud].nodesPerZone;
  if (pod === undefined)
    return {
      path,
      message: `would need more than ${most} nodes of ${type} in a zone, the most a group of ${cloud} may have; give a larger machine type, or lower the replicas in 'overrides'`,
    };
  const enough = choose(group, cloud, candidates[cloud])?.machine.type;
  return {
    path,
    message:
      `${given === undefined ? "has no machine type that is large enough" : `is too small for the largest pod, got ${type}`}: ` +
      `${pod.workload} asks for ${rounded(pod)} and ${counted(pod.volumes, "volume")}, a node of ${type} has ${rounded(room)} and ${counted(room.volumes, "volume")} for pods; ` +
      (enough === undefined
        ? "lower what it asks for in 'overrides'"
        : `use ${enough}, or lower what it asks for in 'overrides'`),
  };
}

function constraintOf(group: Group, cloud: "aws" | "gcp", { machine, perZone }: Choice): PlannedNodeConstraint {
  const smallest = candidates[cloud]
    .flatMap((type) => machineOfType(type, cloud) ?? [])
    .sort((a, b) => weight(a) - weight(b))
    .find((each) => tooLarge(group.load, roomOn(each, cloud, group.agents)) === undefined);
  const { vcpu, memoryGib } = smallest ?? machine;
  return {
    name: group.name,
    minimumVcpu: vcpu,
    minimumMemoryGib: memoryGib,
    // Twice what is needed: nodes of a roll-over stand beside those they replace.
    vcpuLimit: 2 * perZone * group.zones.length * machine.vcpu,
    reckoned: { machineType: machine.type, count: perZone * group.zones.length, diskGb: smallestBootDiskGb },
    zones: group.zones,
    workloads: group.members.map(({ name }) => name),
  };
}

/** A number of nodes in whole zones. */
function inWholeZones(count: number, zones: number): number {
  return Math.ceil(count / zones) * zones;
}

function numberProblems(
  group: Group,
  needed: number,
  minimum: number | undefined,
  maximum: number | undefined,
  cloud: "aws" | "gcp",
): Problem[] {
  const path = `cluster.nodes.${group.name}`;
  const most = cloudLimits[cloud].nodesPerZone * group.zones.length;
  const problems: Problem[] = [];
  if (maximum !== undefined && maximum < needed)
    problems.push({
      path: `${path}.maximum`,
      message: `must be at least ${needed}, the nodes its pods need, got ${maximum}; raise it, or give a larger 'machineType'`,
    });
  for (const [key, value] of [
    ["minimum", minimum],
    ["maximum", maximum],
  ] as const)
    if (value !== undefined && value > most)
      problems.push({
        path: `${path}.${key}`,
        message: `must be at most ${most}, what a group of ${cloud} may have in ${group.zones.length} zones, got ${value}`,
      });
  return problems;
}

/** Decides node groups, or for Auto Mode what nodes must be, and lists what stands against it. */
export function decideNodes(context: KubernetesContext, workloads: readonly PlannedWorkload[]): NodeDecision {
  const { specification, usage } = context;
  const cloud = specification.cloud === "gcp" ? "gcp" : "aws";
  const groups: PlannedNodeGroup[] = [];
  const constraints: PlannedNodeConstraint[] = [];
  const problems: Problem[] = [];
  for (const group of groupsOf(cloud, context, workloads)) {
    const { machineType, minimum, maximum, diskGb } = specification.cluster.nodes[group.name] ?? {};
    const path = `cluster.nodes.${group.name}`;
    const wrongType = machineType === undefined ? undefined : machineTypeProblem(machineType, cloud);
    if (wrongType !== undefined) {
      problems.push({ path: `${path}.machineType`, message: wrongType });
      continue;
    }
    const choice = choose(group, cloud, machineType === undefined ? candidates[cloud] : [machineType]);
    if (choice === undefined) {
      problems.push(groupProblem(group, cloud, machineType));
      continue;
    }
    if (specification.cluster.autoMode) {
      constraints.push(constraintOf(group, cloud, choice));
      problems.push(...autoModeProblems(group, usage.repositories));
      continue;
    }
    const { machine, room, perZone } = choice;
    const count = group.zones.length;
    const needed = perZone * count;
    problems.push(...numberProblems(group, needed, minimum, maximum, cloud));
    const scratchGb = scratchOf(group, choice);
    const smallestDisk = bootDiskFor(scratchGb, cloud);
    if (diskGb !== undefined && diskGb < smallestDisk && scratchRoom(diskGb, cloud) < scratchGb)
      problems.push({
        path: `${path}.diskGb`,
        message: `must be at least ${smallestDisk}, because pods of one node ask for ${Math.ceil(scratchGb)} GB of scratch space, got ${diskGb}`,
      });
    const fewest = inWholeZones(Math.max(1, minimum ?? needed), count);
    const initial = Math.max(needed, fewest);
    groups.push({
      name: group.name,
      machineType: machine.type,
      vcpu: machine.vcpu,
      memoryGib: machine.memoryGib,
      allocatable: { cpus: room.cpus, memoryGib: room.memoryGib },
      podsPerNode: room.pods,
      nodes: { initial, minimum: fewest, maximum: Math.max(initial, inWholeZones(maximum ?? initial + count, count)) },
      zones: group.zones,
      diskGb: diskGb ?? smallestDisk,
      sysctls: sysctlsOf(group, usage.repositories),
      workloads: group.members.map(({ name }) => name),
    });
  }
  return { groups, constraints, problems };
}

/** The node groups of a cluster that is made; none with Auto Mode. Problems are those of `decideNodes`. */
export function planNodeGroups(
  context: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): readonly PlannedNodeGroup[] {
  return decideNodes(context, workloads).groups;
}
