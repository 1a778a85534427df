/** The bundled databases, by service. */
export type PostgresService = "pgsql" | "codeintel-db" | "codeinsights-db";

/** What a database container has. A change rewrites the file and restarts the database; data stays. */
export interface PostgresOptions {
  /** Memory limit of the container, in MiB. */
  readonly memoryMib: number;
  /** CPU limit of the container, in cores; default the vendor's 4. */
  readonly cpus?: number;
  /**
   * Whether the instance is of size XL; default false. The primary database then takes 500 connections and 10 MB for each
   * sort, as the vendor's own machine image of that size does; the other two are as on every size.
   */
  readonly xl?: boolean;
}

const mib = 1024;
const gib = 1024 * mib;

/** Memory of a database as the vendor set it: MiB of the container, and KiB of each setting. */
interface VendorMemory {
  readonly memoryMib: number;
  readonly sharedBuffers: number;
  readonly effectiveCache: number;
  readonly maintenance: number;
}

const vendorMemory: Readonly<Record<PostgresService, VendorMemory>> = {
  pgsql: { memoryMib: 4096, sharedBuffers: gib, effectiveCache: 3 * gib, maintenance: 250 * mib },
  "codeintel-db": { memoryMib: 4096, sharedBuffers: gib, effectiveCache: 3 * gib, maintenance: 250 * mib },
  "codeinsights-db": { memoryMib: 2048, sharedBuffers: 509_546, effectiveCache: 1492 * mib, maintenance: 254_773 },
};

/** PostgreSQL's notation of an amount of memory given in KiB, in the largest unit that is exact. */
function memory(kib: number): string {
  if (kib % gib === 0) return `${kib / gib}GB`;
  return kib % mib === 0 ? `${kib / mib}MB` : `${kib}kB`;
}

/** The memory settings: the vendor's at the vendor's size, by the product's own formulas elsewhere, growing with memory. */
function memorySettings(database: PostgresService, memoryMib: number): Record<string, string> {
  const vendor = vendorMemory[database];
  const scaled = (vendorKib: number, formulaMib: number): string => {
    if (memoryMib === vendor.memoryMib) return memory(vendorKib);
    const formulaKib = Math.floor(formulaMib) * mib;
    return memory(memoryMib > vendor.memoryMib ? Math.max(vendorKib, formulaKib) : Math.min(vendorKib, formulaKib));
  };
  return {
    shared_buffers: scaled(vendor.sharedBuffers, memoryMib / 4),
    effective_cache_size: scaled(vendor.effectiveCache, (memoryMib / 4) * 3),
    maintenance_work_mem: scaled(vendor.maintenance, Math.min(memoryMib / 16, 2048)),
  };
}

function workerSettings(database: PostgresService, cpus: number): Record<string, string> {
  if (database === "codeinsights-db") {
    const parallel = Math.max(8, cpus);
    return {
      max_worker_processes: String(parallel + 11),
      max_parallel_workers: String(parallel),
      max_parallel_workers_per_gather: String(Math.floor(parallel / 2)),
    };
  }
  return {
    max_worker_processes: String(cpus),
    max_parallel_workers: String(cpus),
    max_parallel_workers_per_gather: String(Math.max(1, Math.floor(cpus / 2))),
    max_parallel_maintenance_workers: String(cpus),
  };
}

function fixedSettings(database: PostgresService): Record<string, string> {
  if (database === "codeinsights-db")
    return {
      wal_buffers: "15285kB",
      min_wal_size: "512MB",
      max_wal_size: "1GB",
      checkpoint_completion_target: "0.9",
      default_statistics_target: "500",
      autovacuum_max_workers: "10",
      autovacuum_naptime: "10",
      max_locks_per_transaction: "64",
      shared_preload_libraries: "''",
    };
  return {
    temp_file_limit: "20GB",
    bgwriter_delay: "50ms",
    bgwriter_lru_maxpages: "200",
    wal_buffers: "16MB",
    min_wal_size: "2GB",
    max_wal_size: "8GB",
  };
}

/**
 * The `postgresql.conf` of a bundled database, whole: the image puts it in place of the one in the data directory at
 * every start.
 *
 * At the vendor's sizes (4 GB and 4 CPUs; 2 GB for code insights) every value is the vendor's. With more or less memory
 * `shared_buffers` is a quarter of it, `effective_cache_size` three quarters and `maintenance_work_mem` a sixteenth, at most
 * 2 GB, but never less than the vendor's with more memory nor more with less. Workers follow the CPUs, rounded down.
 *
 * Source: deploy-sourcegraph-docker `{pgsql,codeintel-db,codeinsights-db}/conf/postgresql.conf` @ v7.5.4453; XL:
 * sourcegraph/deploy `install/override.XL.yaml` @ main 2026-02-19.
 *
 * @param database the service the file is for
 * @param options what its container has
 * @example renderPostgresConf("pgsql", { memoryMib: 4096, cpus: 4 })
 */
export function renderPostgresConf(database: PostgresService, options: PostgresOptions): string {
  const xl = options.xl === true && database === "pgsql";
  const cpus = Math.max(1, Math.floor(options.cpus ?? 4));
  const settings: Record<string, string> = {
    listen_addresses: "'*'",
    max_connections: xl ? "500" : "100",
    dynamic_shared_memory_type: "posix",
    ...memorySettings(database, options.memoryMib),
    work_mem: database === "codeinsights-db" ? "3184kB" : xl ? "10MB" : "5MB",
    ...workerSettings(database, cpus),
    effective_io_concurrency: "200",
    random_page_cost: "1.1",
    ...fixedSettings(database),
    log_timezone: "'UTC'",
    timezone: "'UTC'",
    datestyle: "'iso, mdy'",
    lc_messages: "'en_US.utf8'",
    lc_monetary: "'en_US.utf8'",
    lc_numeric: "'en_US.utf8'",
    lc_time: "'en_US.utf8'",
    default_text_search_config: "'pg_catalog.english'",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}
