import { largestVolumeGb } from "../sizing/corrections-scale";
import type { Machine } from "../vm/machine";

// What a node of a cloud can hold, and where the clouds end. The formulas are those of the clouds' own node images.

/** What pods can have of one node. */
export interface NodeRoom {
  /** Cores. */
  readonly cpus: number;
  /** GiB. */
  readonly memoryGib: number;
  /** Persistent volumes. */
  readonly volumes: number;
  /** Pods. */
  readonly pods: number;
}

/** Limits of a cloud that planning keeps. */
export interface CloudLimits {
  /** Largest volume of the storage class that is made, GiB: gp3 and pd-ssd alike. */
  readonly volumeGib: number;
  /** Most nodes of a group in one zone. AWS: of a managed node group; Google Cloud: of a node pool. */
  readonly nodesPerZone: number;
}

/** Limits by cloud. Source: the quotas of EKS and GKE and the volume types' documentation. */
export const cloudLimits: Readonly<Record<"aws" | "gcp", CloudLimits>> = {
  aws: { volumeGib: largestVolumeGb, nodesPerZone: 450 },
  // The block of pod addresses has room for 1,024 nodes; three groups share it in three zones.
  gcp: { volumeGib: largestVolumeGb, nodesPerZone: 110 },
};

/** Network interfaces of an EC2 type by its vCPUs, and addresses of each: the same in all families of the list below. */
function interfacesOf(vcpu: number): { readonly count: number; readonly addresses: number } {
  if (vcpu <= 2) return { count: 3, addresses: 10 };
  if (vcpu <= 8) return { count: 4, addresses: 15 };
  if (vcpu <= 48) return { count: 8, addresses: 30 };
  return { count: 15, addresses: 50 };
}

/** Addresses a node of EKS takes from its subnet while few pods run: those of an interface in use and of one in reserve. */
export function addressesOfNode(vcpu: number): number {
  return 2 * interfacesOf(vcpu).addresses;
}

/** Most pods EKS lets a managed node take, whatever its addresses. */
const mostPods = { below30Cpus: 110, otherwise: 250 };
/** Pods of a GKE node: the default, a /24 of the pods' block each. */
const gkePods = 110;

/** Pods the addresses of an EC2 type are enough for. */
function podsByAddresses(vcpu: number): number {
  const { count, addresses } = interfacesOf(vcpu);
  return count * (addresses - 1) + 2;
}

/** Cores the kubelet keeps: 6 % of the first, 1 % of the second, half a per cent of two more, a quarter of the others. */
function keptCpus(vcpu: number): number {
  return (
    0.06 +
    0.01 * Math.min(1, Math.max(0, vcpu - 1)) +
    0.005 * Math.min(2, Math.max(0, vcpu - 2)) +
    0.0025 * Math.max(0, vcpu - 4)
  );
}

/** GKE's brackets: up to so many GiB, this share of it is kept. */
const gkeMemory: readonly (readonly [upTo: number, share: number])[] = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
];

function gkeKeptMemory(memoryGib: number): number {
  let from = 0;
  let kept = 0;
  for (const [upTo, share] of gkeMemory) {
    kept += Math.max(0, Math.min(memoryGib, upTo) - from) * share;
    from = upTo;
  }
  return kept;
}

/** Below this much free memory the kubelet evicts pods, GiB. */
const evictionGib = 100 / 1024;
/** Share of the memory that the hypervisor and the kernel take before the kubelet sees it. */
const unseenShare = { aws: 0.075, gcp: 0.03 };
/** What the cloud's own DaemonSets ask for: network, storage, identity, and on GKE logs and metrics. */
const cloudAgents = { aws: { cpus: 0.3, memoryGib: 0.3 }, gcp: { cpus: 0.5, memoryGib: 1 } };
/** Attachments of a Nitro instance that volumes and network interfaces share; the boot disk is one of them. */
const nitroAttachments = 28;
/** Disks of a Compute Engine machine besides its boot disk. */
const gceDisks = 127;
/** Pods of the cloud's DaemonSets on every node. */
const agentPods = 8;

/** What pods can have of a node of a machine type, but for the DaemonSets of the instance. */
export function nodeRoom(machine: Machine, cloud: "aws" | "gcp"): NodeRoom {
  const { vcpu, memoryGib } = machine;
  const agents = cloudAgents[cloud];
  const seen = memoryGib * (1 - unseenShare[cloud]);
  const pods =
    cloud === "gcp" ? gkePods : Math.min(podsByAddresses(vcpu), vcpu < 30 ? mostPods.below30Cpus : mostPods.otherwise);
  // nodeadm reckons with every address of the machine, EKS caps that number for its managed groups.
  const kept =
    cloud === "gcp"
      ? gkeKeptMemory(memoryGib)
      : (255 + 11 * Math.min(podsByAddresses(vcpu), mostPods.otherwise)) / 1024;
  return {
    cpus: vcpu - keptCpus(vcpu) - agents.cpus,
    memoryGib: seen - kept - evictionGib - agents.memoryGib,
    volumes: cloud === "gcp" ? gceDisks : nitroAttachments - 1 - interfacesOf(vcpu).count,
    pods: pods - agentPods,
  };
}

/** Share of a boot disk that the file system of the pods has. */
const fileSystemShare = 0.94;

/** GB of a boot disk that are left for scratch space of pods: the kubelet keeps a part, and evicts below a tenth free. */
export function scratchRoom(diskGb: number, cloud: "aws" | "gcp"): number {
  const kept = cloud === "aws" ? 1 : Math.min(diskGb * 0.5, 6 + diskGb * 0.35, 100);
  return diskGb * fileSystemShare * 0.9 - kept;
}
