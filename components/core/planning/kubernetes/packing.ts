import type { NodeRoom } from "./limits";
import type { PodRequest } from "./requests";

/** A node while pods are placed. */
interface Node {
  readonly zone: number;
  cpus: number;
  memoryGib: number;
  volumes: number;
  pods: number;
  readonly of: Map<string, number>;
}

/** Rounding of sums of decimals, far below what a pod asks for. */
const noise = 1e-6;

function hasRoom(node: Node, pod: PodRequest): boolean {
  return (
    node.cpus + noise >= pod.cpus &&
    node.memoryGib + noise >= pod.memoryGib &&
    node.volumes >= pod.volumes &&
    node.pods >= 1
  );
}

/** Share of a node that is taken, the larger of CPU and memory. */
function taken(node: Node, room: NodeRoom): number {
  return Math.max(1 - node.cpus / room.cpus, 1 - node.memoryGib / room.memoryGib);
}

/**
 * Places pods one after the other as the cluster's scheduler does: pods of a workload that is spread differ by at most one
 * between zones, and of the nodes that have room the one with the fewest of its kind, then the emptiest, is taken.
 *
 * @param zones zone of each node
 * @returns the node of each pod, or undefined when one finds no room
 */
export function place(
  pods: readonly PodRequest[],
  zones: readonly number[],
  room: NodeRoom,
): readonly number[] | undefined {
  const nodes = zones.map((zone): Node => ({ zone, ...room, of: new Map<string, number>() }));
  const inZones = new Map<string, number[]>();
  const zoneCount = Math.max(...zones) + 1;
  const placed: number[] = [];
  for (const pod of pods) {
    const counts = inZones.get(pod.workload) ?? new Array<number>(zoneCount).fill(0);
    inZones.set(pod.workload, counts);
    const fewest = Math.min(...counts);
    let best = -1;
    let score = Infinity;
    nodes.forEach((node, index) => {
      if (!hasRoom(node, pod)) return;
      if (pod.spread && (counts[node.zone] ?? 0) > fewest) return;
      const own = (node.of.get(pod.workload) ?? 0) + taken(node, room);
      if (own < score - noise) [best, score] = [index, own];
    });
    const node = nodes[best];
    if (node === undefined) return undefined;
    node.cpus -= pod.cpus;
    node.memoryGib -= pod.memoryGib;
    node.volumes -= pod.volumes;
    node.pods -= 1;
    node.of.set(pod.workload, (node.of.get(pod.workload) ?? 0) + 1);
    counts[node.zone] = (counts[node.zone] ?? 0) + 1;
    placed.push(best);
  }
  return placed;
}

/** Orders in which the scheduler may meet the pods: the largest first or last, and each workload last. */
function orders(pods: readonly PodRequest[], room: NodeRoom): readonly (readonly PodRequest[])[] {
  const weight = (pod: PodRequest): number => Math.max(pod.cpus / room.cpus, pod.memoryGib / room.memoryGib);
  const growing = [...pods].sort((a, b) => weight(a) - weight(b));
  const shrinking = [...growing].reverse();
  const workloads = [...new Set(growing.map(({ workload }) => workload))];
  const last = (order: readonly PodRequest[], name: string): PodRequest[] => [
    ...order.filter(({ workload }) => workload !== name),
    ...order.filter(({ workload }) => workload === name),
  ];
  return [growing, shrinking, ...workloads.flatMap((name) => [last(growing, name), last(shrinking, name)])];
}

/** Whether pods find room in each of these orders. */
export function fits(pods: readonly PodRequest[], zones: readonly number[], room: NodeRoom): boolean {
  return orders(pods, room).every((order) => place(order, zones, room) !== undefined);
}

/** Zones of so many nodes, as many in each. */
export function inEachZone(perZone: number, zones: number): number[] {
  return Array.from({ length: perZone * zones }, (_, index) => index % zones);
}

/** What has to fit a group. */
export interface Load {
  /** Pods that are always there. */
  readonly pods: readonly PodRequest[];
  /** Pods a roll-out adds. */
  readonly surge: readonly PodRequest[];
  /** Whether the pods also fit with one node less, because they are not bound to their nodes by volumes. */
  readonly spareNode: boolean;
}

/** Fewest nodes in each of so many zones that hold the load; undefined where `most` are not enough. */
export function nodesFor(load: Load, zones: number, room: NodeRoom, most: number): number | undefined {
  const { pods, surge, spareNode } = load;
  const sum = (key: "cpus" | "memoryGib" | "volumes"): number => pods.reduce((total, pod) => total + pod[key], 0);
  const bound = Math.max(
    sum("cpus") / room.cpus,
    sum("memoryGib") / room.memoryGib,
    sum("volumes") / Math.max(1, room.volumes),
    pods.length / room.pods,
  );
  for (let perZone = Math.max(1, Math.ceil(bound / zones - noise)); perZone <= most; perZone++) {
    const all = inEachZone(perZone, zones);
    if (!fits([...pods, ...surge], all, room)) continue;
    if (!spareNode || fits(pods, all.slice(0, -1), room)) return perZone;
  }
  return undefined;
}
