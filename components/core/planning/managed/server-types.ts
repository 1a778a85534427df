import data from "../../product/data/prices.json";

/** vCPUs and GiB of memory of a server. */
export interface ServerShape {
  readonly vcpu: number;
  readonly memoryGib: number;
}

/** A class of server of a cloud. */
export interface ServerType extends ServerShape {
  readonly type: string;
}

/** A node type of ElastiCache. */
export interface CacheType {
  readonly type: string;
  /** Memory the engine can use, GB. */
  readonly memoryGb: number;
}

type Shapes = Readonly<Record<string, { readonly vcpu: number; readonly memoryGiB: number }>>;

const shapes: { readonly rds: Shapes; readonly elasticache: Shapes } = data.shapes;

/** Servers from small to large, 4 GiB of memory for each vCPU as both clouds offer them. */
const ladder: readonly ServerShape[] = [2, 4, 8, 16, 32].map((vcpu) => ({ vcpu, memoryGib: 4 * vcpu }));

/** Arm is fine here: nothing but the cloud's own PostgreSQL runs on it. */
function typeOf({ vcpu, memoryGib }: ServerShape, cloud: "aws" | "gcp"): string {
  if (cloud === "gcp") return `db-custom-${vcpu}-${memoryGib * 1024}`;
  return vcpu === 2 ? "db.m7g.large" : `db.m7g.${vcpu === 4 ? "" : vcpu / 4}xlarge`;
}

/** The smallest class that has what is needed, or the largest there is. */
export function serverFor(needed: ServerShape, cloud: "aws" | "gcp"): ServerType {
  const largest = { vcpu: 32, memoryGib: 128 };
  const shape = ladder.find(({ vcpu, memoryGib }) => vcpu >= needed.vcpu && memoryGib >= needed.memoryGib) ?? largest;
  return { type: typeOf(shape, cloud), ...shape };
}

const memoryPerCpu: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, r: 8, x: 16 };
const smallSizes: Readonly<Record<string, ServerShape>> = {
  micro: { vcpu: 2, memoryGib: 1 },
  small: { vcpu: 2, memoryGib: 2 },
  medium: { vcpu: 2, memoryGib: 4 },
};

/** What a class of a cloud has, from the list or else from its name; undefined when neither tells. */
export function serverOfType(type: string, cloud: "aws" | "gcp"): ServerType | undefined {
  if (cloud === "gcp") {
    const [, custom, mebibytes] = /^db-custom-(\d+)-(\d+)$/.exec(type) ?? [];
    if (custom !== undefined) return { type, vcpu: Number(custom), memoryGib: Number(mebibytes) / 1024 };
    const [, optimized] = /^db-perf-optimized-N-(\d+)$/.exec(type) ?? [];
    return optimized === undefined ? undefined : { type, vcpu: Number(optimized), memoryGib: 8 * Number(optimized) };
  }
  const listed = Object.hasOwn(shapes.rds, type) ? shapes.rds[type] : undefined;
  if (listed !== undefined) return { type, vcpu: listed.vcpu, memoryGib: listed.memoryGiB };
  const [, family = "", size = ""] = /^db\.([a-z])\w*\.(\w+)$/.exec(type) ?? [];
  const small = smallSizes[size];
  if (small !== undefined) return { type, ...small };
  const perCpu = memoryPerCpu[family];
  const [, count] = /^(\d*)xlarge$/.exec(size) ?? [];
  const vcpu = size === "large" ? 2 : count === undefined ? undefined : 4 * Number(count === "" ? "1" : count);
  return perCpu === undefined || vcpu === undefined ? undefined : { type, vcpu, memoryGib: vcpu * perCpu };
}

/** Part of a node's memory that ElastiCache keeps for itself: snapshots and failover need it. */
const usablePart = 0.75;

const cacheLadder: readonly CacheType[] = [
  "cache.t4g.medium",
  "cache.m7g.large",
  "cache.m7g.xlarge",
  "cache.m7g.2xlarge",
  "cache.m7g.4xlarge",
  "cache.r7g.4xlarge",
].map((type) => ({ type, memoryGb: shapes.elasticache[type]?.memoryGiB ?? 0 }));

/** The smallest node type of ElastiCache for so much data, GB; burstable ones only where they may be. */
export function cacheNodeFor(neededGb: number, burstable: boolean): CacheType {
  const allowed = burstable ? cacheLadder : cacheLadder.slice(1);
  const found = allowed.find(({ memoryGb }) => memoryGb * usablePart >= neededGb) ?? allowed.at(-1);
  if (found === undefined) throw new Error("there are node types");
  return found;
}

/** A node type of ElastiCache by its name; its memory is 0 where it is not listed. */
export function cacheNodeOfType(type: string): CacheType {
  return { type, memoryGb: Object.hasOwn(shapes.elasticache, type) ? (shapes.elasticache[type]?.memoryGiB ?? 0) : 0 };
}

/** Memory of a Memorystore instance for so much data, GB: what it keeps for itself comes on top. */
export function memorystoreGb(neededGb: number): number {
  return Math.max(2, Math.ceil(neededGb / usablePart));
}
