import { GkeCluster } from "../../components/cluster/gcp";
import type { GkeClusterArgs } from "../../components/cluster/gcp-args";
import { gcpAnswers, gcpOutputs } from "./gcp-vm";
import { record, type Answers, type Recording } from "./recorder";

/** The least a cluster on Google Cloud needs. */
export const leastClusterArgs: GkeClusterArgs = {
  region: "us-central1",
  release: "7.5.4453",
  size: "S",
  access: { allowedCidrs: ["198.51.100.0/24"] },
  gcp: { project: "example" },
};

/** Everything that adds a child: admins, alarms by mail, a mirror of Google's, databases with private addresses. */
export const fullClusterArgs: GkeClusterArgs = {
  ...leastClusterArgs,
  access: { allowedCidrs: ["198.51.100.0/24", "2001:db8::/32"] },
  alarms: { email: "ops@example.com" },
  tags: { team: "search" },
  backup: { keepDays: 30, hourUtc: 5 },
  databases: "managed",
  registry: { host: "us-central1-docker.pkg.dev/example/mirror" },
  cluster: {
    version: "1.34",
    admins: ["group:admins@example.com", "user:ada@example.com"],
    endpoint: { allowedCidrs: ["8.34.208.0/24", "2001:db8::/32"] },
    releaseChannel: "REGULAR",
    maintenance: { day: "SA", hourUtc: 16 },
  },
};

/** How Google Cloud answers while recording. */
export const clusterAnswers: Answers = {
  ...gcpAnswers,
  outputs: (resource) => ({
    ...gcpOutputs(resource),
    ...(resource.type === "gcp:container/cluster:Cluster"
      ? {
          id: `projects/example/locations/us-central1/clusters/${resource.name}-1a2b3c4`,
          endpoint: "203.0.113.40",
          masterVersion: `${String(resource.inputs["minMasterVersion"])}.5-gke.1000`,
          masterAuth: { clusterCaCertificate: "Y2VydGlmaWNhdGU=" },
        }
      : {}),
  }),
};

/** Records a cluster on Google Cloud. */
export function recordCluster(
  args: GkeClusterArgs,
  answers: Answers = {},
  name = "sourcegraph",
): Promise<Recording<GkeCluster>> {
  return record((opts) => new GkeCluster(name, args, opts), { ...clusterAnswers, ...answers });
}
