import type { ObjectStorageFamily, Service } from "../product/service";
import { holdsIn } from "../product/services";
import type { ServiceEnvironment } from "./database-environment";
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
  return {
    ...(cache === "bundled" ? {} : { REDIS_CACHE_ENDPOINT: [{ secret: cache.secret, as: "env" }] }),
    ...(store === "bundled" ? {} : { REDIS_STORE_ENDPOINT: [{ secret: store.secret, as: "env" }] }),
  };
}
