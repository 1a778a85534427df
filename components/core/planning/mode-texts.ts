import type { Specification } from "./config/specified";

// What a person has to know, or to do, because of the modes of an instance and of its zone.

/** Endpoints of the cloud that a machine without a way out asks. */
const endpoints = {
  aws: "S3, Secrets Manager, KMS, STS and CloudWatch",
  gcp: "the restricted or private addresses of Google's own services",
} as const;

/** Things a person should know before going on. */
export function modeNotices(specification: Specification): string[] {
  const {
    boundaries: { zone },
    cloud,
    modes,
    network,
    shape,
    siteConfig,
  } = specification;
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
          "existing" in network || shape === "kubernetes"
            ? `the network has no way out, so it needs private endpoints of ${endpoints[cloud]}, and names that resolve to them`
            : "the network that is made leads nowhere: connect it to yours by peering or VPN, so that registry, mirror, code hosts and people reach each other; the machine tries again until then",
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
      ? [
          `the customer's key has to let this account use it before anything is deployed, and stays the customer's: ${keyUsers(specification)}`,
        ]
      : []),
  ];
}

/** Services of Google that use a key, with what each is for. Source: customer-managed encryption keys of each. */
const agents = {
  storage: "service-NUMBER@gs-project-accounts.iam.gserviceaccount.com (buckets)",
  compute: "service-NUMBER@compute-system.iam.gserviceaccount.com (disks)",
  secretmanager: "service-NUMBER@gcp-sa-secretmanager.iam.gserviceaccount.com (secrets)",
  container: "service-NUMBER@container-engine-robot.iam.gserviceaccount.com (the cluster's secrets)",
  gkebackup: "service-NUMBER@gcp-sa-gkebackup.iam.gserviceaccount.com (backups)",
  sqladmin: "service-NUMBER@gcp-sa-cloud-sql.iam.gserviceaccount.com (databases)",
  redis: "service-NUMBER@cloud-redis.iam.gserviceaccount.com (Redis)",
} as const;

/** Whom the customer has to let use the key: nothing is written into an account of theirs from here. */
function keyUsers({ boundaries, cloud, databases, cache, gcp, objectStorage, region, shape }: Specification): string {
  const onCluster = shape === "kubernetes";
  if (cloud !== "gcp") {
    const users = [
      `account ${boundaries.account ?? ""}`,
      ...(onCluster ? [`logs.${region}.amazonaws.com`, "its role AWSServiceRoleForAutoScaling"] : []),
    ];
    return `its policy names ${users.join(", ")}`;
  }
  const asked: readonly (keyof typeof agents)[] = [
    "compute",
    ...(onCluster ? (["container", "gkebackup"] as const) : (["secretmanager"] as const)),
    ...(!onCluster || objectStorage === "managed" ? (["storage"] as const) : []),
    ...(Object.values(databases).includes("managed") ? (["sqladmin"] as const) : []),
    ...(Object.values(cache).includes("managed") ? (["redis"] as const) : []),
  ];
  const made = asked.filter((each) => each !== "compute" && each !== "storage").map((each) => `${each}.googleapis.com`);
  return `it gives roles/cloudkms.cryptoKeyEncrypterDecrypter to ${asked.map((each) => agents[each]).join(", ")}, with the number of project ${gcp?.project ?? ""}; 'gcloud beta services identity create' makes those of ${made.join(", ")}`;
}

/** What runs goes on reading what is open. */
const stops = {
  vm: "Stop the machine: what is attached stays readable until then. 3. Check that it does not start again, and that no secret, snapshot or bundle can be read",
  kubernetes:
    "Take every node group down to no node: what is attached stays readable until then. 3. Check that no pod with a claim starts again, and that no secret, snapshot or backup can be read; databases, Redis and the control plane stop by themselves within hours",
} as const;

const revocations = {
  aws: (key: string, stop: string) =>
    `1. aws kms disable-key --key-id ${key} (in the customer's account). 2. ${stop}. Undone by aws kms enable-key; for good by aws kms schedule-key-deletion.`,
  gcp: (key: string, stop: string) =>
    `1. gcloud kms keys versions disable VERSION --key ${key}, for every version (in the customer's project). 2. ${stop}. Undone by gcloud kms keys versions enable; for good by gcloud kms keys versions destroy.`,
} as const;

/** How the customer takes the key back, and what happens then. */
export function revocationText(key: string, cloud: "aws" | "gcp" | "local", shape: keyof typeof stops = "vm"): string {
  return cloud === "local" ? "" : revocations[cloud](key, stops[shape]);
}
