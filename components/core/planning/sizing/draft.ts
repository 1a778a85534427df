import type { DeploymentTarget } from "./curves";
import type { SizeLabel, Usage } from "./usage";

/** Request and limit of one figure; the limit is never below the request. */
export interface RequestAndLimit {
  /** What is set aside. */
  request: number;
  /** What may be used. */
  limit: number;
}

/** What one service needs. */
export interface ServiceEstimate {
  /** Containers or pods of the service. */
  replicas: number;
  /** Cores of one replica. */
  cpus: RequestAndLimit;
  /** Memory of one replica, in GB. */
  memoryGb: RequestAndLimit;
  /** Persistent disk of one replica, in GB; absent when it has none. zoekt's two containers share the web server's. */
  diskGb?: number;
  /** Persistent disk of all replicas together before it is split, in GB. */
  diskTotalGb?: number;
  /** Scratch space of one replica, in GB: enough to work, and the most that still makes it faster. */
  cacheGb?: RequestAndLimit;
}

/** Ids of the corrections; those the vendor's defects have in the sizing facts keep their id. */
export type CorrectionId =
  | "label-ignores-users"
  | "zoekt-keys-swapped"
  | "replicas-of-singletons"
  | "syntactic-factor"
  | "symbols-limit-below-request"
  | "searcher-cache-oversized"
  | "retired-services"
  | "gitserver-memory-uncapped"
  | "code-databases-ignore-inputs"
  | "gitserver-disk-per-replica"
  | "internal-frontend-counts"
  | "zoekt-figures-of-all"
  | "claim-above-volume"
  | "exceeds-machine"
  | "xs-zoekt-pair";

/** A difference from the published numbers. */
export interface Correction {
  /** Name of the correction. */
  readonly id: CorrectionId;
  /** What changed, with the figures before and after. */
  readonly what: string;
  /** The defect it corrects. */
  readonly why: string;
}

/** An estimate while corrections work on it. */
export interface Draft {
  readonly usage: Usage;
  readonly target: DeploymentTarget;
  /** Whether the release still has the services `symbols` and `repo-updater`. */
  readonly beforeSymbolsLeft: boolean;
  size: SizeLabel;
  totals: { cpus: number; memoryGb: number; diskGb: number };
  services: Map<string, ServiceEstimate>;
  contactVendor: string[];
}

/** One correction: changes the draft and says what it changed, or nothing when it does not apply. */
export interface CorrectionRule {
  readonly id: CorrectionId;
  readonly why: string;
  apply(draft: Draft): string | undefined;
}

/** A range as it is written in what a correction says. */
export function pair(range: RequestAndLimit): string {
  return `${range.request}/${range.limit}`;
}
