import { isAtLeast, parseRelease } from "../../product/releases";
import { isMailAddress } from "./combinations-edge";
import { checkManaged } from "./combinations-managed";
import { show, type Problems } from "./problems";
import type { Config } from "./config";

type Databases = NonNullable<Extract<Config["databases"], object>["external"]>;
type Buckets = NonNullable<Extract<Config["objectStorage"], object>["external"]>;

function checkDatabases(external: Databases, problems: Problems): void {
  const names = (["frontend", "codeIntel", "codeInsights"] as const).filter((name) => external[name] !== undefined);
  if (names.length === 0)
    problems.add("databases.external", "names no database; give frontend, codeIntel or codeInsights, or write bundled");
  const places = new Map<string, string>();
  for (const name of names) {
    const database = external[name];
    if (database === undefined) continue;
    if (database.passwordSecret === undefined)
      problems.add(
        `databases.external.${name}.passwordSecret`,
        "is missing; an external database needs the secret with its password",
      );
    const place = `${database.host}:${database.port ?? 5432}/${database.database}`;
    const other = places.get(place);
    if (other !== undefined)
      problems.add(
        `databases.external.${name}.database`,
        `must not be the database of '${other}', got ${show(database.database)} on ${database.host} twice; each schema needs a database of its own`,
      );
    places.set(place, name);
  }
}

const bucketKeys = ["bucket", "codeIntelBucket", "searchJobsBucket"] as const;

function checkBucketNames(storage: Buckets, release: string | undefined, problems: Problems): void {
  const path = "objectStorage.external";
  const known = release !== undefined && parseRelease(release) !== undefined;
  if (known && !isAtLeast(release, "7.2.0")) {
    for (const key of ["codeIntelBucket", "searchJobsBucket"] as const)
      if (storage[key] === undefined)
        problems.add(
          `${path}.${key}`,
          `is missing; releases before 7.2.0 keep code graph uploads and search job results in buckets of their own, got release ${release}`,
        );
  } else if (storage.bucket === undefined)
    problems.add(`${path}.bucket`, "is missing; name the bucket, which releases from 7.2.0 on need", "release");
  for (const key of bucketKeys) {
    const name = storage[key];
    if (name !== undefined && !/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/.test(name))
      problems.add(
        `${path}.${key}`,
        `must be the name of a bucket alone, 3 to 63 lower-case letters, digits, dashes and dots, got ${show(name)}`,
      );
  }
}

function checkBuckets(config: Partial<Config>, storage: Buckets, problems: Problems): void {
  const path = "objectStorage.external";
  const { cloud } = config;
  const { backend, accessKeyIdSecret, secretAccessKeySecret } = storage;
  checkBucketNames(storage, config.release, problems);
  if (backend === "S3" && storage.region === undefined)
    problems.add(`${path}.region`, "is missing; backend S3 needs the region of the bucket");
  if (backend === "GCS" && storage.project === undefined)
    problems.add(`${path}.project`, "is missing; backend GCS needs the project of the bucket");
  if (storage.endpoint !== undefined && !/^https?:\/\/[^\s@]+$/.test(storage.endpoint))
    problems.add(`${path}.endpoint`, `must be a URL such as https://minio.example.com, got ${show(storage.endpoint)}`);
  if ((accessKeyIdSecret === undefined) !== (secretAccessKeySecret === undefined))
    problems.add(path, "needs both of accessKeyIdSecret and secretAccessKeySecret, or neither of them");
  if (cloud === undefined) return;
  if (backend === "S3" && cloud !== "aws" && accessKeyIdSecret === undefined && secretAccessKeySecret === undefined)
    problems.add(`${path}.accessKeyIdSecret`, `is missing; a machine on ${cloud} has no identity of AWS`);
  if (backend === "GCS" && cloud !== "gcp")
    problems.add(
      `${path}.backend`,
      `GCS needs cloud gcp, because the machine's identity opens the bucket, got cloud ${cloud}; use bundled, or an S3-compatible store`,
    );
  for (const key of ["region", "endpoint", "pathStyle", "accessKeyIdSecret", "secretAccessKeySecret"] as const)
    if (backend === "GCS" && storage[key] !== undefined)
      problems.add(`${path}.${key}`, "has no meaning for backend GCS; remove it");
  if (backend === "S3" && storage.project !== undefined)
    problems.add(`${path}.project`, "has no meaning for backend S3; remove it");
}

function checkProxy({ proxy }: Partial<Config>, problems: Problems): void {
  if (proxy === undefined) return;
  if (proxy.http === undefined && proxy.https === undefined)
    problems.add("proxy", "names no proxy; give http, https or both");
  for (const key of ["http", "https"] as const) {
    const url = proxy[key];
    if (url === undefined) continue;
    if (/@/.test(url))
      problems.add(
        `proxy.${key}`,
        "must not hold a login, because the variables of containers can be read by everybody on the machine; let the proxy know the machine by its address",
      );
    else if (!/^https?:\/\/[^\s/]+\/?$/.test(url))
      problems.add(`proxy.${key}`, `must be a URL such as http://proxy.example.com:3128, got ${show(url)}`);
  }
}

function checkMail({ smtp, alarms }: Partial<Config>, problems: Problems): void {
  if (smtp !== undefined && smtp.authentication !== "none")
    for (const key of ["username", "passwordSecret"] as const)
      if (smtp[key] === undefined)
        problems.add(`smtp.${key}`, `is missing; authentication ${smtp.authentication} needs it`);
  if (smtp !== undefined && !isMailAddress(smtp.from))
    problems.add("smtp.from", `must be an address such as sourcegraph@example.com, got ${show(smtp.from)}`);
  if (alarms !== undefined && !isMailAddress(alarms.email))
    problems.add("alarms.email", `must be an address such as admin@example.com, got ${show(alarms.email)}`);
}

/** What stands in for bundled services, and what the services use outside. */
export function checkServices(config: Partial<Config>, problems: Problems): void {
  const { databases, cache, objectStorage, registry } = config;
  checkManaged(config, problems);
  if (typeof databases === "object" && databases.external !== undefined) checkDatabases(databases.external, problems);
  if (typeof cache === "object" && cache.external !== undefined && Object.keys(cache.external).length === 0)
    problems.add("cache.external", "names neither cache nor store; give one of them, or write bundled");
  if (typeof objectStorage === "object" && objectStorage.external !== undefined)
    checkBuckets(config, objectStorage.external, problems);
  if (registry !== undefined && !/^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/.test(registry.host))
    problems.add(
      "registry.host",
      `must be a host and path without a scheme, such as mirror.example.com/sourcegraph, got ${show(registry.host)}`,
    );
  checkProxy(config, problems);
  checkMail(config, problems);
}
