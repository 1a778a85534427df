/** APIs that support services need in their project. */
export const adminApis: readonly string[] = [
  "bigquery.googleapis.com",
  "binaryauthorization.googleapis.com",
  "certificatemanager.googleapis.com",
  "cloudkms.googleapis.com",
  "cloudresourcemanager.googleapis.com",
  "compute.googleapis.com",
  "dns.googleapis.com",
  "iam.googleapis.com",
  "iap.googleapis.com",
  "logging.googleapis.com",
  "monitoring.googleapis.com",
  "pubsub.googleapis.com",
  "redis.googleapis.com",
  "run.googleapis.com",
  "secretmanager.googleapis.com",
  "servicenetworking.googleapis.com",
  "serviceusage.googleapis.com",
  "sqladmin.googleapis.com",
];

/** Of these, the ones that a perimeter closes: those in which something is kept, or may be read. */
export const guardedApis: readonly string[] = adminApis.filter((api) =>
  /^(bigquery|cloudkms|logging|pubsub|redis|run|secretmanager|sqladmin)\./.test(api),
);
