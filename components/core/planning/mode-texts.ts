import type { Specification } from "./config/specified";

// What a person has to know, or to do, because of the modes of an instance and of its zone.

/** Endpoints of the cloud that a machine without a way out asks. */
const endpoints = {
  aws: "S3, Secrets Manager, KMS, STS and CloudWatch",
  gcp: "the restricted or private addresses of Google's own services",
} as const;

/** Things a person should know before going on. */
export function modeNotices({ boundaries: { zone }, cloud, modes, siteConfig }: Specification): string[] {
  return [
    ...(zone === "dev-monolith"
      ? [
          "everything is in one place, for development with made-up data; support services are stood in for: nothing of them runs here",
        ]
      : []),
    ...(zone === "dotcom"
      ? ["this is code search for the public: it holds code that is public, and administers nothing"]
      : []),
    ...(modes.includes("air-gapped") && (cloud === "aws" || cloud === "gcp")
      ? [
          `the network has no way out, so it needs private endpoints of ${endpoints[cloud]}, and names that resolve to them`,
        ]
      : []),
    ...(modes.includes("air-gapped")
      ? [
          "events stay in the database: without the licence's feature that switches off their export, the queue of events grows and warns of that",
        ]
      : []),
    ...(siteConfig !== undefined && (modes.includes("air-gapped") || modes.includes("own-model"))
      ? ["the mode owns the site configuration: what is edited in the UI is lost at the next restart"]
      : []),
    ...(modes.includes("byok")
      ? ["the customer's key has to let this account use it before anything is deployed, and stays the customer's"]
      : []),
  ];
}

const revocations = {
  aws: (key: string) =>
    `1. aws kms disable-key --key-id ${key} (in the customer's account). 2. Stop the machine: what is attached stays readable until then. 3. Check that it does not start again, and that no secret, snapshot or bundle can be read. Undone by aws kms enable-key; for good by aws kms schedule-key-deletion.`,
  gcp: (key: string) =>
    `1. gcloud kms keys versions disable VERSION --key ${key}, for every version (in the customer's project). 2. Stop the machine: what is attached stays readable until then. 3. Check that it does not start again, and that no secret, snapshot or bundle can be read. Undone by gcloud kms keys versions enable; for good by gcloud kms keys versions destroy.`,
} as const;

/** How the customer takes the key back, and what happens then. */
export function revocationText(key: string, cloud: "aws" | "gcp" | "local"): string {
  return cloud === "local" ? "" : revocations[cloud](key);
}
