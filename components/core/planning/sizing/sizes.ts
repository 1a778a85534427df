import { machineFor } from "../vm/machine";
import { estimate } from "./sizing";
import type { Correction } from "./corrections";
import { sizingData } from "./data";
import { fitsOneMachine, oneMachineSize, type SizeLabel, type SizeName, type Usage } from "./usage";

export { sizeForUsage, sizeLabels, sizeNames, type SizeLabel, type SizeName, type Usage } from "./usage";

/** Limits of one service on one machine. Changing them later recreates its containers; data stays. */
export interface ServiceResources {
  /** Containers of the service. */
  readonly replicas: number;
  /** CPU limit of one container, in cores. */
  readonly cpus: number;
  /** Memory limit of one container, in GB as compose counts its `g`; below 1 in thousandths, compose's `m`. */
  readonly memoryGb: number;
}

/** Resources of every service by its name in the catalogue. */
export type ComposeResources = Record<string, ServiceResources>;

/** Catalogue names of the services the per-size tables list under the names of the Helm chart. */
const catalogueNames: Readonly<Record<string, string>> = {
  frontend: "sourcegraph-frontend",
  gitserver: "gitserver",
  indexedSearch: "zoekt-webserver",
  indexedSearchIndexer: "zoekt-indexserver",
  searcher: "searcher",
  preciseCodeIntel: "precise-code-intel-worker",
  worker: "worker",
  syntectServer: "syntect-server",
  pgsql: "pgsql",
  codeIntelDB: "codeintel-db",
  codeInsightsDB: "codeinsights-db",
  redisStore: "redis-store",
  redisCache: "redis-cache",
  prometheus: "prometheus",
  grafana: "grafana",
  blobstore: "blobstore",
  openTelemetry: "otel-collector",
  jaeger: "jaeger",
  symbols: "symbols",
  repoUpdater: "repo-updater",
};

/** Reads compose's memory notation: `8g`, or `500m` for thousandths. */
function memoryGbOf(text: string): number {
  const amount = Number.parseFloat(text);
  return text.endsWith("g") ? amount : amount / 1000;
}

/** The limits of the vendor's own compose file, by catalogue name, one container each. */
function vendorDefaults(): ComposeResources {
  return Object.fromEntries(
    Object.entries(sizingData.composeDefaults.services).map(([name, { cpus, mem }]) => [
      name.replace(/-0$/, ""),
      { replicas: 1, cpus, memoryGb: memoryGbOf(mem) },
    ]),
  );
}

function namedSizeLimits(size: SizeName): ComposeResources {
  return Object.fromEntries(
    Object.entries(sizingData.sizes[size].limits).flatMap(([key, { replicas, cpu, memGB }]) => {
      const name = catalogueNames[key];
      return name === undefined ? [] : [[name, { replicas, cpus: cpu, memoryGb: memGB }]];
    }),
  );
}

/** The internal frontend is a frontend: it takes one of the replicas and the same limits. */
function withInternalFrontend(resources: ComposeResources): ComposeResources {
  const frontend = resources["sourcegraph-frontend"];
  if (frontend === undefined) {
    return resources;
  }
  return {
    ...resources,
    "sourcegraph-frontend": { ...frontend, replicas: Math.max(1, frontend.replicas - 1) },
    "sourcegraph-frontend-internal": { ...frontend, replicas: 1 },
  };
}

/** XS lists two zoekt pairs with 50 GB each for a machine of 32 GB; one pair is what the vendor's own overlay runs. */
function withOneZoektPair(resources: ComposeResources): ComposeResources {
  const single = (name: string): ComposeResources => {
    const service = resources[name];
    return service === undefined ? {} : { [name]: { ...service, replicas: 1 } };
  };
  return { ...resources, ...single("zoekt-webserver"), ...single("zoekt-indexserver") };
}

/** Caps every container at the machine: Docker refuses more CPUs than the host has. */
function cappedAtMachine(resources: ComposeResources, size: SizeName): ComposeResources {
  const { vcpu, memoryGib } = machineFor(size, "aws");
  return Object.fromEntries(
    Object.entries(resources).map(([name, service]) => [
      name,
      {
        ...service,
        cpus: Math.min(service.cpus, vcpu),
        memoryGb: Math.min(service.memoryGb, memoryGib),
      },
    ]),
  );
}

function sortedByName(resources: ComposeResources): ComposeResources {
  return Object.fromEntries(Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The limits of a named size on one machine.
 *
 * Limits are those of the vendor's machine image, completed by those of its compose file for services the table lacks,
 * with the corrections of `composeCorrections`. Limits of all services together exceed the machine on purpose. The
 * services `symbols` and `repo-updater` are included; they exist before release 6.4.0 only.
 */
export function composeResources(size: SizeName): ComposeResources {
  const listed = withInternalFrontend({ ...vendorDefaults(), ...namedSizeLimits(size) });
  return sortedByName(cappedAtMachine(size === "XS" ? withOneZoektPair(listed) : listed, size));
}

/** The corrections that `composeResources` makes to the published table of a size. */
export function composeCorrections(size: SizeName): Correction[] {
  const published = { ...vendorDefaults(), ...namedSizeLimits(size) };
  const machine = machineFor(size, "aws");
  const corrections: Correction[] = [
    {
      id: "internal-frontend-counts",
      what: "one of the frontends is the internal one, with the same limits as the others",
      why: "the table is of a machine image whose frontends also serve the internal interface; compose has a service of its own for it",
    },
  ];
  if (size === "XS") {
    corrections.push({
      id: "xs-zoekt-pair",
      what: "zoekt runs once instead of twice",
      why: "the table gives each of two zoekt web servers 50 GB on a machine of 32 GB; the vendor's own overlay for XS runs one",
    });
  }
  const above = Object.entries(published)
    .filter(([, { cpus, memoryGb }]) => cpus > machine.vcpu || memoryGb > machine.memoryGib)
    .map(([name]) => name);
  if (above.length > 0) {
    corrections.push({
      id: "exceeds-machine",
      what: `limits of ${above.join(", ")} are capped at ${machine.vcpu} CPUs and ${machine.memoryGib} GB`,
      why: "a container cannot have more than its machine, and Docker refuses to start one with more CPUs",
    });
  }
  return corrections;
}

/**
 * The limits for a usage on one machine: those of the corrected estimator, completed by those of the vendor's compose file.
 * @param release Release to be deployed, which decides whether `symbols` is a service or part of `searcher`; default the newest.
 * @throws InputError when the usage is not valid or is more than one machine can serve; the text names the Kubernetes shape.
 */
export function composeResourcesForUsage(usage: Usage, release?: string): ComposeResources {
  const size = oneMachineSize(usage);
  const estimated = Object.entries(estimate(usage, { target: "docker-compose", release }).services).map(
    ([name, { replicas, cpus, memoryGb }]) => [name, { replicas, cpus: cpus.limit, memoryGb: memoryGb.limit }] as const,
  );
  const retired = namedSizeLimits(size);
  const { symbols, "repo-updater": repoUpdater, jaeger } = retired;
  return sortedByName(
    cappedAtMachine(
      {
        ...vendorDefaults(),
        ...(symbols && { symbols }),
        ...(repoUpdater && { "repo-updater": repoUpdater }),
        ...(jaeger && { jaeger }),
        ...Object.fromEntries(estimated),
      },
      size,
    ),
  );
}

/**
 * What the sizes beyond one machine stand for. 2XL: the most the vendor's estimator gives it, half a million repositories; 3XL:
 * twice that. Source: sizing.md 4 (case 5) and 10.
 */
const beyondOneMachine: Readonly<Record<"2XL" | "3XL", Usage>> = {
  "2XL": {
    users: 40_000,
    repositories: 500_000,
    totalSizeGb: 25_000,
    largestRepositoryGb: 50,
    largestIndexGb: 32,
    codeInsights: true,
  },
  "3XL": {
    users: 80_000,
    repositories: 1_000_000,
    totalSizeGb: 50_000,
    largestRepositoryGb: 50,
    largestIndexGb: 32,
    codeInsights: true,
  },
};

/** Size of repositories for each repository, in GB: the estimator's own defaults, 100 GB for 3,000. */
const gbPerRepository = 100 / 3000;

/**
 * The usage a named size stands for, where only the size is known: what decides the data disk.
 *
 * The most users and repositories the size serves, with the estimator's default size per repository (XS 166 GB, S 333,
 * M 1,666, L 3,333, XL 8,333), the largest repository of the machine image's table, and a largest index of 1 GB, the
 * estimator's default. For XS this gives the data disk of the vendor's machine image, 500 GB. Give the usage itself
 * where it is known.
 */
export function defaultUsage(size: SizeLabel): Usage {
  if (!fitsOneMachine(size)) return beyondOneMachine[size];
  const row = sizingData.sizes[size];
  return {
    users: row.maxUsers,
    repositories: row.maxRepositories,
    totalSizeGb: Math.floor(row.maxRepositories * gbPerRepository),
    largestRepositoryGb: row.largestRepoGB,
    largestIndexGb: 1,
    codeInsights: true,
  };
}
