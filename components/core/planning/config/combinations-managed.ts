import { isAtLeast, parseRelease } from "../../product/releases";
import { show, type Problems } from "./problems";
import type { Config } from "./config";

/** First release in which signing in by identity works. Source: external-services.md, IAM authentication. */
const identityLogin = "6.10.3349";

/** Most memory of one server of Memorystore for Redis, GB. Source: its page of quotas and limits. */
const largestMemorystoreGb = 300;

/** Whether a store is served by the cloud. */
export function asksForManaged(value: Config["databases"] | Config["cache"] | Config["objectStorage"]): boolean {
  return value === "managed" || (typeof value === "object" && value.managed !== undefined);
}

function checkOverlap(key: "databases" | "cache", config: Partial<Config>, problems: Problems): void {
  const value = config[key];
  if (typeof value !== "object" || value.managed?.only === undefined || value.external === undefined) return;
  const external = Object.keys(value.external);
  for (const name of value.managed.only)
    if (external.includes(name))
      problems.add(`${key}.managed.only`, `must not name ${name}, which 'external' names too; keep one of them`);
}

/** Whether Cloud SQL makes such a custom class; classes that are not custom are not looked at. */
function isCustomClass(machineType: string): boolean {
  const [, cpus, megabytes] = /^db-custom-(\d+)-(\d+)$/.exec(machineType)?.map(Number) ?? [];
  if (cpus === undefined || megabytes === undefined) return true;
  const even = cpus === 1 || (cpus > 0 && cpus <= 96 && cpus % 2 === 0);
  const memory = megabytes % 256 === 0 && megabytes >= 3840;
  return even && memory && megabytes >= 0.9 * 1024 * cpus && megabytes <= 6.5 * 1024 * cpus;
}

function checkManagedDatabases(config: Partial<Config>, problems: Problems): void {
  const { databases, cloud, release } = config;
  const managed = typeof databases === "object" ? databases.managed : undefined;
  if (managed === undefined) return;
  const path = "databases.managed";
  if (managed.version !== undefined && !/^(1[6-9]|[2-9]\d)(\.\d+)?$/.test(managed.version))
    problems.add(`${path}.version`, `must be PostgreSQL 16 or later, such as 16 or 16.9, got ${show(managed.version)}`);
  else if (cloud === "gcp" && managed.version?.includes("."))
    problems.add(
      `${path}.version`,
      `must be a major version on gcp, such as 16, because Cloud SQL chooses the minor by itself, got ${show(managed.version)}`,
    );
  if (managed.sizeGb !== undefined && managed.sizeGb > 65_536)
    problems.add(`${path}.sizeGb`, `must be at most 65536, the largest disk of a database, got ${managed.sizeGb}`);
  if (managed.login === "iam" && cloud === "gcp")
    problems.add(
      `${path}.login`,
      "iam is not offered on gcp: the product knows no login by identity there; use password, over the private network",
    );
  if (
    managed.login === "iam" &&
    release !== undefined &&
    parseRelease(release) !== undefined &&
    !isAtLeast(release, identityLogin)
  )
    problems.add(
      `${path}.login`,
      `iam works from release ${identityLogin} on, got ${release}; use password`,
      "release",
    );
  const example = cloud === "gcp" ? "db-custom-4-16384" : "db.m7g.large";
  const shape = cloud === "gcp" ? /^db-(custom-\d+-\d+|perf-optimized-N-\d+)$/ : /^db\.[a-z]\w*\.\w+$/;
  if (managed.machineType !== undefined && (cloud === "aws" || cloud === "gcp") && !shape.test(managed.machineType))
    problems.add(
      `${path}.machineType`,
      `must be a class of ${cloud} such as ${example}, got ${show(managed.machineType)}`,
    );
  else if (managed.machineType !== undefined && cloud === "gcp" && !isCustomClass(managed.machineType))
    problems.add(
      `${path}.machineType`,
      `must have 1 vCPU or an even number up to 96, and memory in steps of 256 MB, at least 3840 and from 922 to 6656 for each vCPU, got ${show(managed.machineType)}; use ${example}, or another of that kind`,
    );
}

function checkManagedCache({ cache, cloud }: Partial<Config>, problems: Problems): void {
  const managed = typeof cache === "object" ? cache.managed : undefined;
  if (managed === undefined) return;
  const path = "cache.managed";
  if (cloud === "gcp" && managed.tls === true)
    problems.add(
      `${path}.tls`,
      "is not offered on gcp: Memorystore's certificate is signed by an authority of its own, which the product's images do not trust; remove it, the connection stays in the private network and asks for a password",
    );
  if (cloud === "gcp" && managed.machineType !== undefined)
    problems.add(`${path}.machineType`, "has no meaning for cloud gcp; give 'sizeGb'");
  if (cloud === "gcp" && managed.sizeGb !== undefined && managed.sizeGb > largestMemorystoreGb)
    problems.add(
      `${path}.sizeGb`,
      `must be at most ${largestMemorystoreGb}, the largest Redis of Memorystore, got ${managed.sizeGb}`,
    );
  if (cloud === "aws" && managed.sizeGb !== undefined)
    problems.add(`${path}.sizeGb`, "has no meaning for cloud aws; give 'machineType', such as cache.m7g.large");
  if (cloud === "aws" && managed.machineType !== undefined && !/^cache\.[a-z]\w*\.\w+$/.test(managed.machineType))
    problems.add(
      `${path}.machineType`,
      `must be a node type such as cache.m7g.large, got ${show(managed.machineType)}`,
    );
}

/** An existing network has to say where databases and Redis may stand. */
function checkSubnets(config: Partial<Config>, problems: Problems): void {
  const { network, cloud } = config;
  if (cloud !== "aws" || network === undefined || !("existing" in network)) return;
  if (!asksForManaged(config.databases) && !asksForManaged(config.cache)) return;
  const { databaseSubnetIds } = network.existing;
  if (new Set(databaseSubnetIds ?? []).size < 2)
    problems.add(
      "network.existing.databaseSubnetIds",
      `needs at least two private subnets in different zones for managed databases and Redis, got ${show(databaseSubnetIds)}`,
    );
}

/** What the cloud's own services can be asked for. */
export function checkManaged(config: Partial<Config>, problems: Problems): void {
  const { cloud } = config;
  for (const key of ["databases", "cache", "objectStorage"] as const)
    if (asksForManaged(config[key]) && (cloud === "local" || cloud === "existing"))
      problems.add(
        key,
        `managed needs a cloud that serves it, got cloud ${cloud}; use bundled, or external with a service you run`,
        "cloud",
      );
  const storage = config.objectStorage;
  if (typeof storage === "object") {
    const given = [storage.managed, storage.external].filter((value) => value !== undefined).length;
    if (given !== 1)
      problems.add("objectStorage", "takes either managed or external; give one of them, or write bundled");
  }
  for (const key of ["databases", "cache"] as const) {
    const value = config[key];
    if (typeof value === "object" && value.managed === undefined && value.external === undefined)
      problems.add(key, "names nothing; give managed or external, or write bundled");
    checkOverlap(key, config, problems);
  }
  checkManagedDatabases(config, problems);
  checkManagedCache(config, problems);
  checkSubnets(config, problems);
}
