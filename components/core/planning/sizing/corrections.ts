import { sizingData } from "./data";
import { claimAboveVolume, zoektFiguresOfAll } from "./corrections-scale";
import { roundResource } from "./curves";
import { pair, type Correction, type CorrectionRule, type Draft, type RequestAndLimit } from "./draft";
import { fitsOneMachine, sizeLabels, sizeForUsage, sizeTotals, type SizeLabel } from "./usage";

export type { Correction, CorrectionId, Draft, RequestAndLimit, ServiceEstimate } from "./draft";

const singletons = [
  "pgsql",
  "codeintel-db",
  "codeinsights-db",
  "redis-cache",
  "redis-store",
  "blobstore",
  "worker",
  "syntect-server",
  "prometheus",
  "grafana",
  "sourcegraph-frontend-internal",
];

/** GB of the searcher volume in the vendor's chart. */
const chartSearcherCacheGb = 26;
/** Repositories above this many GB are served by Rockskip in the vendor's machine images. */
const rockskipAboveGb = 1;

/** Memory the largest gitserver has in the named sizes up to this one, in GB. */
function gitserverMemoryCap(size: SizeLabel): number {
  const rank = sizeLabels.indexOf(size);
  const rows = Object.entries(sizingData.sizes).filter(
    ([name]) => sizeLabels.includes(name as SizeLabel) && sizeLabels.indexOf(name as SizeLabel) <= rank,
  );
  return Math.max(...rows.map(([, row]) => row.limits["gitserver"]?.memGB ?? 0));
}

const labelIgnoresUsers: CorrectionRule = {
  id: "label-ignores-users",
  why: "the published size and memory follow the repositories alone and the CPUs the users alone; the size chart takes the larger of both",
  apply(draft) {
    const before = `${draft.size} with ${draft.totals.cpus} CPUs and ${draft.totals.memoryGb} GB`;
    draft.size = sizeForUsage(draft.usage);
    draft.totals = { ...draft.totals, ...sizeTotals(draft.size) };
    const after = `${draft.size} with ${draft.totals.cpus} CPUs and ${draft.totals.memoryGb} GB`;
    return before === after ? undefined : `size ${before} becomes ${after}`;
  },
};

const zoektKeysSwapped: CorrectionRule = {
  id: "zoekt-keys-swapped",
  why: "the estimator's key 'indexedSearch' holds the index server's numbers, which the chart gives to the web server, and the other way round",
  apply(draft) {
    const web = draft.services.get("zoekt-webserver");
    const index = draft.services.get("zoekt-indexserver");
    if (draft.target !== "kubernetes" || web === undefined || index === undefined) {
      return undefined;
    }
    [web.cpus, index.cpus] = [index.cpus, web.cpus];
    [web.memoryGb, index.memoryGb] = [index.memoryGb, web.memoryGb];
    return (
      `zoekt-webserver from ${pair(index.cpus)} CPUs and ${pair(index.memoryGb)} GB to ${pair(web.cpus)} and ` +
      `${pair(web.memoryGb)}, zoekt-indexserver the other way round`
    );
  },
};

const replicasOfSingletons: CorrectionRule = {
  id: "replicas-of-singletons",
  why: "databases, Redis, the object store and the worker keep state of their own and cannot be replicated",
  apply(draft) {
    const changed = singletons.flatMap((name) => {
      const service = draft.services.get(name);
      if (service === undefined || service.replicas === 1) {
        return [];
      }
      const before = service.replicas;
      service.replicas = 1;
      return [`${name} from ${before} replicas to 1`];
    });
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};

/** Megabytes of code one core indexes in a second, and the seconds after which a job is given up. */
const syntacticIndexing = { mbPerCoreSecond: 0.75, jobSeconds: 900, memoryGbPerCore: 0.75 };

const syntacticFactor: CorrectionRule = {
  id: "syntactic-factor",
  why:
    "the curve's last point is a number of cores but is read as GB; the rule meant is 0.75 MB a second and 0.75 GB of memory " +
    "for each core, with 15 minutes for a job, here capped at a quarter of the CPUs of the size",
  apply(draft) {
    const service = draft.services.get("syntactic-code-intel-worker");
    if (service === undefined) {
      return undefined;
    }
    const { mbPerCoreSecond, jobSeconds, memoryGbPerCore } = syntacticIndexing;
    const wanted = Math.ceil((draft.usage.largestRepositoryGb * 1024) / mbPerCoreSecond / jobSeconds);
    const cores = Math.min(wanted, Math.floor(draft.totals.cpus / 4));
    const memory = Math.ceil(cores * memoryGbPerCore);
    const before = `${service.replicas} x ${pair(service.cpus)} CPUs and ${pair(service.memoryGb)} GB`;
    service.replicas = 1;
    service.cpus = { request: 0.5, limit: Math.max(2, cores) };
    service.memoryGb = { request: Math.max(2, memory), limit: Math.max(4, memory) };
    draft.contactVendor = draft.contactVendor.filter((curve) => !curve.startsWith("syntacticCodeIntel/"));
    const after = `1 x ${pair(service.cpus)} CPUs and ${pair(service.memoryGb)} GB`;
    return before === after ? undefined : `syntactic-code-intel-worker from ${before} to ${after}`;
  },
};

const symbolsLimitBelowRequest: CorrectionRule = {
  id: "symbols-limit-below-request",
  why: "the published limits of symbols are below its requests for some inputs, which nothing accepts",
  apply(draft) {
    const symbols = draft.services.get("symbols");
    const ranges = symbols === undefined ? [] : [symbols.cpus, symbols.memoryGb, symbols.cacheGb];
    const changed = ranges.flatMap((range) => {
      if (range === undefined || range.limit >= range.request) {
        return [];
      }
      const before = pair(range);
      range.limit = range.request;
      return [`symbols from ${before} GB to ${pair(range)}`];
    });
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};

const searcherCacheOversized: CorrectionRule = {
  id: "searcher-cache-oversized",
  why:
    "the published scratch space is 30 to 40 percent of all code, a maximum for speed; what is needed is the largest repository " +
    "and 20 percent, at least the 26 GB of the chart",
  apply(draft) {
    const cache = draft.services.get("searcher")?.cacheGb;
    if (cache === undefined) {
      return undefined;
    }
    const before = pair(cache);
    cache.request = Math.max(chartSearcherCacheGb, Math.ceil(draft.usage.largestRepositoryGb * 1.2));
    cache.limit = Math.max(cache.request, cache.limit);
    return before === pair(cache) ? undefined : `scratch space of searcher from ${before} GB to ${pair(cache)}`;
  },
};

/** Adds a share of one range to another. */
function addShare(to: RequestAndLimit, from: RequestAndLimit, share: number): void {
  to.request = roundResource(to.request + from.request * share);
  to.limit = roundResource(to.limit + from.limit * share);
}

/** Gives searcher the load of symbols, which it has taken over. */
function foldSymbolsIntoSearcher(draft: Draft): string[] {
  const symbols = draft.services.get("symbols");
  const searcher = draft.services.get("searcher");
  draft.services.delete("symbols");
  if (symbols === undefined || searcher === undefined) {
    return [];
  }
  const before = `${pair(searcher.cpus)} CPUs and ${pair(searcher.memoryGb)} GB`;
  const share = symbols.replicas / searcher.replicas;
  addShare(searcher.cpus, symbols.cpus, share);
  addShare(searcher.memoryGb, symbols.memoryGb, share);
  if (searcher.cacheGb !== undefined && symbols.cacheGb !== undefined) {
    addShare(searcher.cacheGb, symbols.cacheGb, share);
  }
  return [`searcher from ${before} to ${pair(searcher.cpus)} and ${pair(searcher.memoryGb)} with symbols on top`];
}

const retiredServices: CorrectionRule = {
  id: "retired-services",
  why: "github-proxy is gone since 5.3, repo-updater and symbols since 6.4.0, where searcher serves symbols and worker updates repositories",
  apply(draft) {
    const changed: string[] = [];
    const drop = (name: string): void => {
      const disk = draft.services.get(name)?.diskTotalGb ?? 0;
      if (draft.services.delete(name)) {
        changed.push(disk > 0 ? `${name} and its ${disk} GB of disk dropped` : `${name} dropped`);
      }
    };
    drop("github-proxy");
    if (!draft.beforeSymbolsLeft) {
      drop("repo-updater");
      changed.push(...foldSymbolsIntoSearcher(draft));
    }
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};

const gitserverMemoryUncapped: CorrectionRule = {
  id: "gitserver-memory-uncapped",
  why: "the published memory is 5 percent of all code for each replica without end, more than the machine of the same estimate; the named sizes give 8 to 26 GB",
  apply(draft) {
    const gitserver = draft.services.get("gitserver");
    if (gitserver === undefined) {
      return undefined;
    }
    const cap = gitserverMemoryCap(draft.size);
    const before = pair(gitserver.memoryGb);
    gitserver.memoryGb.request = Math.min(gitserver.memoryGb.request, cap);
    gitserver.memoryGb.limit = Math.min(gitserver.memoryGb.limit, cap);
    return before === pair(gitserver.memoryGb)
      ? undefined
      : `gitserver memory from ${before} GB to ${pair(gitserver.memoryGb)}`;
  },
};

const codeDatabasesIgnoreInputs: CorrectionRule = {
  id: "code-databases-ignore-inputs",
  why: "the published disk of codeintel-db is constant; the documentation asks for 4 times the repositories that Rockskip serves, those above 1 GB",
  apply(draft) {
    const database = draft.services.get("codeintel-db");
    const largest = draft.usage.largestRepositoryGb;
    if (database === undefined || largest <= rockskipAboveGb) {
      return undefined;
    }
    const before = database.diskTotalGb ?? 0;
    const after = Math.max(before, Math.ceil(largest * 4));
    database.diskTotalGb = after;
    database.diskGb = after;
    return before === after ? undefined : `disk of codeintel-db from ${before} GB to ${after}`;
  },
};

const diskPerReplica: CorrectionRule = {
  id: "gitserver-disk-per-replica",
  why: "the published disk of gitserver and of zoekt is that of all replicas, but is written into the volume of each",
  apply(draft) {
    const changed = ["gitserver", "zoekt-webserver"].flatMap((name) => {
      const service = draft.services.get(name);
      if (service?.diskTotalGb === undefined || service.replicas === 1) {
        return [];
      }
      service.diskGb = Math.ceil(service.diskTotalGb / service.replicas);
      return [
        `${name} from ${service.replicas} x ${service.diskTotalGb} GB to ${service.replicas} x ${service.diskGb}`,
      ];
    });
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};

const internalFrontendCounts: CorrectionRule = {
  id: "internal-frontend-counts",
  why: "in compose the internal frontend is one of the frontends and serves the same program, so it takes one of the replicas and the same limits",
  apply(draft) {
    const frontend = draft.services.get("sourcegraph-frontend");
    const internal = draft.services.get("sourcegraph-frontend-internal");
    if (draft.target !== "docker-compose" || frontend === undefined || internal === undefined) {
      return undefined;
    }
    const before = `${frontend.replicas} x ${pair(frontend.cpus)} CPUs and an internal one of ${pair(internal.cpus)}`;
    frontend.replicas = Math.max(1, frontend.replicas - 1);
    internal.cpus = { ...frontend.cpus };
    internal.memoryGb = { ...frontend.memoryGb };
    return `sourcegraph-frontend from ${before} to ${frontend.replicas} x ${pair(frontend.cpus)} and an internal one of the same`;
  },
};

const exceedsMachine: CorrectionRule = {
  id: "exceeds-machine",
  why: "a container cannot have more than its machine, and Docker refuses to start one with more CPUs",
  apply(draft) {
    if (draft.target !== "docker-compose" || !fitsOneMachine(draft.size)) {
      return undefined;
    }
    const machine = draft.totals;
    const changed = [...draft.services].flatMap(([name, { cpus, memoryGb }]) => {
      const before = `${pair(cpus)} CPUs and ${pair(memoryGb)} GB`;
      for (const [range, most] of [
        [cpus, machine.cpus],
        [memoryGb, machine.memoryGb],
      ] as const) {
        range.request = Math.min(range.request, most);
        range.limit = Math.min(range.limit, most);
      }
      const after = `${pair(cpus)} CPUs and ${pair(memoryGb)} GB`;
      return before === after ? [] : [`${name} from ${before} to ${after}`];
    });
    return changed.length === 0 ? undefined : changed.join(", ");
  },
};

/** Every correction, in the order they build on each other. */
const rules: readonly CorrectionRule[] = [
  labelIgnoresUsers,
  zoektKeysSwapped,
  zoektFiguresOfAll,
  replicasOfSingletons,
  syntacticFactor,
  symbolsLimitBelowRequest,
  searcherCacheOversized,
  retiredServices,
  gitserverMemoryUncapped,
  codeDatabasesIgnoreInputs,
  claimAboveVolume,
  diskPerReplica,
  internalFrontendCounts,
  exceedsMachine,
];

/** Applies every correction to a draft, in place, and returns those that changed something. */
export function correct(draft: Draft): Correction[] {
  return rules.flatMap((rule) => {
    const what = rule.apply(draft);
    return what === undefined ? [] : [{ id: rule.id, what, why: rule.why }];
  });
}
