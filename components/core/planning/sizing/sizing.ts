import semver from "semver";
import { InputError } from "../../errors";
import { correct, type Correction, type Draft, type RequestAndLimit, type ServiceEstimate } from "./corrections";
import { composeNameOf, estimateAsPublished, type DeploymentTarget, type PublishedService } from "./curves";
import { sizingData, type Pair } from "./data";
import { fitsOneMachine, oneMachineSize, type SizeLabel, type Usage } from "./usage";

export { estimateAsPublished, type DeploymentTarget, type PublishedEstimate, type PublishedService } from "./curves";
export type { Correction, CorrectionId, RequestAndLimit, ServiceEstimate } from "./draft";

/** What an estimate is for. */
export interface EstimateOptions {
  /** Where Sourcegraph is to be deployed. */
  readonly target: DeploymentTarget;
  /** Leaves every correction out: the published numbers under the names of the catalogue; default `false`. */
  readonly asPublished?: boolean;
  /** Exact release, e.g. `7.5.4453`; before 6.4.0 `symbols` and `repo-updater` are services of their own. Default: later. */
  readonly release?: string;
}

/** CPUs and memory. */
export interface Resources {
  /** CPUs. */
  readonly cpus: number;
  /** Memory, GB. */
  readonly memoryGb: number;
}

/** Space on disks. */
export interface DiskSpace {
  /** Size, GB. */
  readonly diskGb: number;
}

/** What a usage needs. */
export interface Estimate {
  /** What was asked. */
  readonly usage: Usage;
  /** What it is for. */
  readonly target: DeploymentTarget;
  /** The size. */
  readonly size: SizeLabel;
  /** Whether one machine can serve the usage; otherwise only the `kubernetes` shape can. */
  readonly oneMachine: boolean;
  /** The machine or machines of the size, and the disk of all services together in GB. CPUs and memory are not sums. */
  readonly totals: Resources & DiskSpace;
  /** Sum of what all replicas of all services request. */
  readonly requested: Resources;
  /** Services by their name in the catalogue, in alphabetical order. */
  readonly services: Readonly<Record<string, Readonly<ServiceEstimate>>>;
  /** Every difference from the published numbers that applies to this usage. */
  readonly corrections: readonly Correction[];
  /** Inputs above the last reference point, as `service/factor`: the vendor asks to be contacted. */
  readonly contactVendor: readonly string[];
}

/** First release in which searcher serves symbols and worker updates repositories. */
const symbolsLeftIn = "6.4.0";

/** Catalogue names of services whose name in the estimator differs. */
const fixedServiceNames: Readonly<Record<string, string>> = {
  "frontend-internal": "sourcegraph-frontend-internal",
  repoUpdater: "repo-updater",
};

/** Catalogue name of each key of the estimator; on Kubernetes as the chart reads the keys, which swaps zoekt's two. */
function catalogueNames(target: DeploymentTarget): Map<string, string> {
  const names = new Map(sizingData.curves.map((curve) => [curve.service, composeNameOf(curve)]));
  if (target === "kubernetes") {
    names.set("indexedSearch", "zoekt-webserver").set("indexedSearchIndexer", "zoekt-indexserver");
  }
  return names;
}

function range([request, limit]: Pair): RequestAndLimit {
  return { request, limit };
}

function disk(totalGb: number | undefined): Pick<ServiceEstimate, "diskGb" | "diskTotalGb"> {
  return totalGb === undefined ? {} : { diskGb: totalGb, diskTotalGb: totalGb };
}

function serviceEstimate(service: PublishedService): ServiceEstimate {
  return {
    replicas: service.replicas,
    cpus: range(service.cpu),
    memoryGb: range(service.memGB),
    ...disk(service.storageGB),
    ...(service.ephemeralGBPerReplica && { cacheGb: range(service.ephemeralGBPerReplica) }),
  };
}

/** Moves the index disk to the web server, whose volume both zoekt containers use. */
function indexDiskOnWebServer(services: Map<string, ServiceEstimate>): void {
  const index = services.get("zoekt-indexserver");
  const web = services.get("zoekt-webserver");
  if (index?.diskTotalGb !== undefined && web !== undefined) {
    Object.assign(web, disk(index.diskTotalGb));
    delete index.diskGb;
    delete index.diskTotalGb;
  }
}

function publishedServices(usage: Usage, target: DeploymentTarget): Map<string, ServiceEstimate> {
  const names = catalogueNames(target);
  const services = new Map<string, ServiceEstimate>();
  for (const [key, service] of Object.entries(estimateAsPublished(usage, target).services)) {
    services.set(names.get(key) ?? key, serviceEstimate(service));
  }
  for (const [key, byTarget] of Object.entries(sizingData.notEstimatedDefaults)) {
    const fixed = byTarget[target];
    if (fixed !== undefined) {
      const { replicas, cpu, memGB, storageGB } = fixed;
      services.set(fixedServiceNames[key] ?? key, {
        replicas,
        cpus: range(cpu),
        memoryGb: range(memGB),
        ...disk(storageGB),
      });
    }
  }
  indexDiskOnWebServer(services);
  return services;
}

/** Whether a release is older than the move of symbols into searcher. */
function isBeforeSymbolsLeft(release: string | undefined): boolean {
  if (release === undefined) {
    return false;
  }
  const version = semver.coerce(release);
  if (version === null) {
    throw new InputError(
      [{ path: "release", message: `is ${JSON.stringify(release)}; give an exact release such as 7.5.4453` }],
      "the release is not valid",
    );
  }
  return semver.lt(version, symbolsLeftIn);
}

/** Disk of all services together: volumes, and the scratch space that has to be there. */
function totalDisk(services: Iterable<ServiceEstimate>): number {
  let sum = 0;
  for (const { replicas, diskTotalGb, cacheGb } of services) {
    sum += (diskTotalGb ?? 0) + (cacheGb?.request ?? 0) * replicas;
  }
  return Math.ceil(sum);
}

function requestedBy(services: Iterable<ServiceEstimate>): { cpus: number; memoryGb: number } {
  const requested = { cpus: 0, memoryGb: 0 };
  for (const { replicas, cpus, memoryGb } of services) {
    requested.cpus += cpus.request * replicas;
    requested.memoryGb += memoryGb.request * replicas;
  }
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return { cpus: rounded(requested.cpus), memoryGb: rounded(requested.memoryGb) };
}

/**
 * What a usage needs, by the vendor's estimator with its documented defects corrected; every correction is named.
 * @throws InputError when the usage or release is not valid, or when it is for compose and more than one machine can
 * serve; that text names the Kubernetes shape. With `asPublished` nothing is refused for being large.
 */
export function estimate(usage: Usage, options: EstimateOptions): Estimate {
  const { target, asPublished = false } = options;
  const published = estimateAsPublished(usage, target);
  const draft: Draft = {
    usage,
    target,
    beforeSymbolsLeft: isBeforeSymbolsLeft(options.release),
    size: published.labelShownByTool,
    totals: {
      cpus: published.totalCPU,
      memoryGb: published.totalMemoryGB,
      diskGb: published.totalStorageGB,
    },
    services: publishedServices(usage, target),
    contactVendor: published.contactSupportFrom,
  };
  if (!asPublished && target === "docker-compose") {
    oneMachineSize(usage);
  }
  const corrections = asPublished ? [] : correct(draft);
  if (!asPublished) {
    draft.totals.diskGb = totalDisk(draft.services.values());
  }
  return {
    usage,
    target,
    size: draft.size,
    oneMachine: fitsOneMachine(draft.size),
    totals: draft.totals,
    requested: requestedBy(draft.services.values()),
    services: Object.fromEntries([...draft.services].sort(([a], [b]) => (a < b ? -1 : 1))),
    corrections,
    contactVendor: draft.contactVendor,
  };
}
