import type { ObjectStorageFamily, Service } from "../product/service";
import { holdsIn } from "../product/services";
import type { ServiceEnvironment } from "./database-environment";
import { managedBucket, managedEndpoint } from "./managed/values";
import type { SecretPart } from "./secrets";
import type { ExternalObjectStorage, Specification } from "./config/specified";

const familyPrefixes: Readonly<Record<ObjectStorageFamily, string>> = {
  sourcegraph: "SOURCEGRAPH_UPLOAD",
  codeIntel: "PRECISE_CODE_INTEL_UPLOAD",
  searchJobs: "SEARCH_JOBS_UPLOAD",
};

function bucketOf(family: ObjectStorageFamily, storage: ExternalObjectStorage): string | undefined {
  if (family === "sourcegraph") return storage.bucket;
  return family === "codeIntel" ? storage.codeIntelBucket : storage.searchJobsBucket;
}

/** The variables of a bucket of the cloud the instance is in, opened by the identity of machine or pod. */
function byIdentity(prefix: string, { cloud, region, gcp }: Specification): Record<string, string> {
  if (cloud === "gcp") return { [`${prefix}_BACKEND`]: "GCS", [`${prefix}_GCP_PROJECT_ID`]: gcp?.project ?? "" };
  return {
    [`${prefix}_BACKEND`]: "S3",
    [`${prefix}_AWS_REGION`]: region,
    [`${prefix}_AWS_ENDPOINT`]: `https://s3.${region}.amazonaws.com`,
    [`${prefix}_AWS_USE_EC2_ROLE_CREDENTIALS`]: "true",
  };
}

/** The object storage variables of a service. */
export function objectStorageEnvironment(service: Service, specification: Specification): ServiceEnvironment {
  const environment: Record<string, string> = {};
  const secretEnvironment: Record<string, readonly SecretPart[]> = {};
  const storage = specification.objectStorage;
  for (const family of service.objectStorage ?? []) {
    const prefix = familyPrefixes[family];
    if (storage === "bundled") {
      if (family !== "codeIntel") continue;
      environment[`${prefix}_BACKEND`] = "blobstore";
      environment[`${prefix}_AWS_ENDPOINT`] = "http://blobstore:9000";
      continue;
    }
    if (storage === "managed") {
      // One bucket for every family; releases before 7.2 do not know the general one.
      if (family === "sourcegraph" && !holdsIn({ since: "7.2.0" }, specification.release)) continue;
      secretEnvironment[`${prefix}_BUCKET`] = [{ secret: managedBucket, as: "env" }];
      Object.assign(environment, byIdentity(prefix, specification));
      continue;
    }
    const bucket = bucketOf(family, storage);
    if (bucket === undefined || (family === "sourcegraph" && !holdsIn({ since: "7.2.0" }, specification.release)))
      continue;
    environment[`${prefix}_BACKEND`] = storage.backend;
    environment[`${prefix}_BUCKET`] = bucket;
    if (storage.backend === "GCS") {
      if (storage.project !== undefined) environment[`${prefix}_GCP_PROJECT_ID`] = storage.project;
      continue;
    }
    environment[`${prefix}_AWS_REGION`] = storage.region ?? "";
    environment[`${prefix}_AWS_ENDPOINT`] = storage.endpoint ?? `https://s3.${storage.region ?? ""}.amazonaws.com`;
    if (storage.pathStyle) environment[`${prefix}_AWS_USE_PATH_STYLE`] = "true";
    if (storage.accessKeyIdSecret !== undefined && storage.secretAccessKeySecret !== undefined) {
      secretEnvironment[`${prefix}_AWS_ACCESS_KEY_ID`] = [{ secret: storage.accessKeyIdSecret, as: "env" }];
      secretEnvironment[`${prefix}_AWS_SECRET_ACCESS_KEY`] = [{ secret: storage.secretAccessKeySecret, as: "env" }];
    } else environment[`${prefix}_AWS_USE_EC2_ROLE_CREDENTIALS`] = "true";
  }
  return { environment, secretEnvironment };
}

/** Where Redis is, for the services that have to be told when it is not the bundled one. */
export function redisEnvironment(
  service: Service,
  specification: Specification,
): ServiceEnvironment["secretEnvironment"] {
  if (service.redis !== true) return {};
  const { cache, store } = specification.cache;
  const endpoint = (which: "cache" | "store", { secret }: { readonly secret: string }) => ({
    [`REDIS_${which.toUpperCase()}_ENDPOINT`]: [{ secret, as: "env" as const }],
  });
  return {
    ...(cache === "bundled"
      ? {}
      : endpoint("cache", cache === "managed" ? { secret: managedEndpoint("cache") } : cache)),
    ...(store === "bundled"
      ? {}
      : endpoint("store", store === "managed" ? { secret: managedEndpoint("store") } : store)),
  };
}
