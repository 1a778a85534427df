import { sizingData, type Curve, type CurveFactor, type CurvePoint, type LadderLabel, type Pair } from "./data";
import { ladderStep, requireUsage, type Usage } from "./usage";

/** Where an estimate is to be deployed. */
export type DeploymentTarget = "docker-compose" | "kubernetes";

/** What the vendor's estimator prints for one service; pairs are request and limit of one replica. */
export interface PublishedService {
  replicas: number;
  cpu: [request: number, limit: number];
  memGB: [request: number, limit: number];
  /** Scratch disk of all replicas together, in GB. */
  ephemeralGBTotal?: [request: number, limit: number];
  /** Scratch disk of one replica, in GB. */
  ephemeralGBPerReplica?: [request: number, limit: number];
  /** Disk of all replicas together, in GB; absent when none. */
  storageGB?: number;
}

/** The answer of the vendor's estimator, defects included, under the estimator's own names. */
export interface PublishedEstimate {
  /** The size the tool prints: by repositories alone. */
  labelShownByTool: LadderLabel;
  labelByUsers: LadderLabel;
  totalCPU: number;
  totalMemoryGB: number;
  totalStorageGB: number;
  recommended: string;
  /** Largest single CPU limit and memory limit, offered as the size of a small shared machine; null when not offered. */
  sharedOption: [cpu: number, memoryGB: number] | null;
  /** Whether an input lies above the last reference point of a curve. */
  contactSupport: boolean;
  /** Those curves, as `service/factor`. */
  contactSupportFrom: string[];
  /** Services by the estimator's names, in alphabetical order. */
  services: Record<string, PublishedService>;
}

/** Estimates below these numbers come with the offer of a shared machine. */
const sharedOptionBelow = { users: 325, repositories: 750 };

/** Rounds as the estimator does: above 1 to whole numbers, half up; otherwise to quarters. */
export function roundResource(value: number): number {
  return value > 1 ? Math.round(value) : Math.round(value * 4) / 4;
}

function factorValue(factor: CurveFactor, usage: Usage): number {
  switch (factor) {
    case "users":
      return usage.users;
    case "repositories":
      return usage.repositories;
    case "totalRepoSizeGB":
      return usage.totalSizeGb;
    case "largestRepoGB":
      return usage.largestRepositoryGb;
    case "largestIndexGB":
      return usage.largestIndexGb;
    case "usersPlusReposThousands":
      return Math.floor((usage.users + usage.repositories) / 1000);
  }
}

interface CurveReading {
  replicas: number;
  cpu: Pair;
  memGB: Pair;
  ephemeralGB: Pair;
  storageGB: number;
  aboveLastPoint: boolean;
}

const nothing: Pair = [0, 0];

/** Reads a curve at a value: linear between points, the last point above all of them; disk is not interpolated. */
function readCurve(points: readonly CurvePoint[], value: number): CurveReading {
  const index = points.findIndex((point) => point.at >= value);
  const last = points[points.length - 1] as CurvePoint;
  const b = index === -1 ? last : (points[index] as CurvePoint);
  const a = index === -1 ? last : (points[Math.max(index - 1, 0)] as CurvePoint);
  const fraction = index === -1 ? 0 : (value - a.at) / (b.at - a.at || 1);
  const between = (from: Pair = nothing, to: Pair = nothing): Pair => [
    from[0] + (to[0] - from[0]) * fraction,
    from[1] + (to[1] - from[1]) * fraction,
  ];
  return {
    replicas: (a.replicas ?? 0) + Math.round(((b.replicas ?? 0) - (a.replicas ?? 0)) * fraction),
    cpu: between(a.cpu, b.cpu),
    memGB: between(a.memGB, b.memGB),
    ephemeralGB: between(a.ephemeralGB, b.ephemeralGB),
    storageGB: a.storageGB ?? 0,
    aboveLastPoint: index === -1,
  };
}

/** Replaces the figures the estimator computes by formula instead of by curve. */
function overrideReading(service: string, reading: CurveReading, usage: Usage): CurveReading {
  const { totalSizeGb: total, largestRepositoryGb: largest, largestIndexGb: index } = usage;
  switch (service) {
    case "gitserver":
      return { ...reading, storageGB: Math.floor((total * 130) / 100) };
    case "indexedSearch":
      return { ...reading, storageGB: Math.floor(Math.floor((total * 120) / 100) / 2) };
    case "blobstore":
      return { ...reading, storageGB: index };
    case "codeinsights-db":
      return usage.codeInsights === false ? { ...reading, storageGB: 0 } : reading;
    case "codeintel-db":
      return index === 0 ? { ...reading, storageGB: 0 } : reading;
    case "searcher":
      return {
        ...reading,
        ephemeralGB: [Math.max(largest + total * 0.15, total * 0.3), Math.max(largest + total * 0.3, total * 0.4)],
      };
    default:
      return reading;
  }
}

function isZero(pair: Pair): boolean {
  return pair[0] === 0 && pair[1] === 0;
}

/** Adds one curve's reading to a service: fills only what is still zero, but always takes the disk. */
function mergeReading(service: PublishedService, reading: CurveReading): void {
  if (service.replicas === 0) {
    service.replicas = reading.replicas;
  }
  if (isZero(service.cpu)) {
    service.cpu = [roundResource(reading.cpu[0]), roundResource(reading.cpu[1])];
  }
  if (isZero(service.memGB)) {
    service.memGB = [roundResource(reading.memGB[0]), roundResource(reading.memGB[1])];
  }
  if (reading.ephemeralGB[1] > 0 && isZero(service.ephemeralGBTotal ?? nothing)) {
    const [request, limit] = [roundResource(reading.ephemeralGB[0]), roundResource(reading.ephemeralGB[1])];
    service.ephemeralGBTotal = [request, limit];
    service.ephemeralGBPerReplica = [
      roundResource(Math.floor(request / service.replicas)),
      roundResource(limit / service.replicas),
    ];
  }
  if (reading.storageGB > 0) {
    service.storageGB = roundResource(reading.storageGB);
  }
}

function readAllCurves(usage: Usage): { services: Map<string, PublishedService>; contactSupportFrom: string[] } {
  const services = new Map<string, PublishedService>();
  const contactSupportFrom = new Set<string>();
  for (const curve of sizingData.curves) {
    const reading = readCurve(curve.points, factorValue(curve.factor, usage));
    if (reading.aboveLastPoint) {
      contactSupportFrom.add(`${curve.service}/${curve.factor}`);
    }
    const service = services.get(curve.service) ?? { replicas: 0, cpu: [0, 0], memGB: [0, 0] };
    mergeReading(service, overrideReading(curve.service, reading, usage));
    services.set(curve.service, service);
  }
  return { services, contactSupportFrom: [...contactSupportFrom] };
}

/**
 * The vendor's resource estimator exactly as published, with its known defects; `estimate` corrects them.
 *
 * Source: the estimator's reference points and algorithm, checked against eight worked examples.
 * @throws InputError when the usage is not valid.
 */
export function estimateAsPublished(usage: Usage, target: DeploymentTarget): PublishedEstimate {
  requireUsage(usage);
  const { services, contactSupportFrom } = readAllCurves(usage);

  const zoekt = ["indexedSearch", "indexedSearchIndexer"].map((name) => services.get(name) as PublishedService);
  const zoektReplicas = Math.max(...zoekt.map((service) => service.replicas));
  for (const service of zoekt) {
    service.replicas = zoektReplicas;
  }

  const fixed = Object.values(sizingData.notEstimatedDefaults).flatMap((byTarget) => byTarget[target] ?? []);
  const all = [...services.values(), ...fixed];
  const [, totalCPU, labelByUsers] = ladderStep(sizingData.ladders.totalCPUByUsers, usage.users);
  const [, totalMemoryGB, label] = ladderStep(sizingData.ladders.totalMemoryGBByRepositories, usage.repositories);
  const beyondOneMachine = [labelByUsers, label].some((each) => each === "2XL" || each === "3XL");
  const offersShared = usage.users < sharedOptionBelow.users && usage.repositories < sharedOptionBelow.repositories;

  return {
    labelShownByTool: label,
    labelByUsers,
    totalCPU,
    totalMemoryGB,
    totalStorageGB: Math.ceil(all.reduce((sum, service) => sum + (service.storageGB ?? 0), 0)),
    recommended: beyondOneMachine ? "Kubernetes with auto-scaling enabled" : "Sourcegraph Machine Images",
    sharedOption: offersShared
      ? [
          Math.ceil(Math.max(...all.map((service) => service.cpu[1]))),
          Math.ceil(Math.max(...all.map((service) => service.memGB[1]))),
        ]
      : null,
    contactSupport: contactSupportFrom.length > 0,
    contactSupportFrom,
    services: Object.fromEntries([...services].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Name of each estimated service in the compose file, without the number of its container. */
export function composeNameOf(curve: Curve): string {
  return curve.composeService.replace(/-0$/, "");
}
