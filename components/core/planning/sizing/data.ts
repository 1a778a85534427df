import data from "../../product/data/sizing.json";

/** A pair of figures as the sizing facts write it: request first, limit second. */
export type Pair = readonly [request: number, limit: number];

/** One reference point of a curve: what a service needs when the factor has the value `at`. */
export interface CurvePoint {
  readonly at: number;
  readonly replicas?: number;
  readonly cpu?: Pair;
  readonly memGB?: Pair;
  readonly ephemeralGB?: Pair;
  readonly storageGB?: number;
}

/** What a curve is indexed by. */
export type CurveFactor =
  "users" | "repositories" | "totalRepoSizeGB" | "largestRepoGB" | "largestIndexGB" | "usersPlusReposThousands";

/** A row of reference points for one service; a service can have several, which are merged in order. */
export interface Curve {
  readonly service: string;
  readonly composeService: string;
  readonly factor: CurveFactor;
  readonly points: readonly CurvePoint[];
}

/** Size labels from small to large; the last two need more than one machine. */
export type LadderLabel = "XS" | "S" | "M" | "L" | "XL" | "2XL" | "3XL";

/** One step of a ladder: up to `max` (null is without end) the total is `total`, and the size is called `label`. */
export type LadderStep = readonly [max: number | null, total: number, label: LadderLabel];

/** What a service takes that the estimator does not estimate, per deployment target. */
export interface FixedService {
  readonly replicas: number;
  readonly cpu: Pair;
  readonly memGB: Pair;
  readonly storageGB?: number;
}

/** Limits of one service in the per-size tables of the vendor's machine image. */
export interface NamedSizeLimit {
  readonly replicas: number;
  readonly cpu: number;
  readonly memGB: number;
}

/** One row of the public size chart, with the limits of its services keyed by the names of the Helm chart. */
export interface NamedSize {
  readonly maxUsers: number;
  readonly maxRepositories: number;
  readonly vcpu: number;
  readonly memoryGB: number;
  readonly aws: string;
  readonly gcp: string;
  readonly largestRepoGB: number;
  readonly limits: Readonly<Record<string, NamedSizeLimit>>;
}

interface SizingData {
  readonly ladders: {
    readonly totalCPUByUsers: readonly LadderStep[];
    readonly totalMemoryGBByRepositories: readonly LadderStep[];
  };
  readonly curves: readonly Curve[];
  readonly notEstimatedDefaults: Readonly<
    Record<string, Readonly<Partial<Record<"docker-compose" | "kubernetes", FixedService>>>>
  >;
  readonly sizes: Readonly<Record<"XS" | "S" | "M" | "L" | "XL", NamedSize>>;
  readonly composeDefaults: { readonly services: Readonly<Record<string, { cpus: number; mem: string }>> };
}

/** The sizing facts the planner computes with; figures only, taken over unchanged from the vendor's published sources. */
export const sizingData = data as unknown as SizingData;
