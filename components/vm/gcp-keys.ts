import * as organizations from "@pulumi/gcp/organizations";
import * as projects from "@pulumi/gcp/projects";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { declareKey, permitKey, serviceAgent } from "../cloud/gcp-key";
import { dataLabels, type GcpScope } from "./gcp-scope";

/** The key of an instance, and the permissions made here that must be there before something is encrypted with it. */
export interface GcpKeys {
  /** Full name of the key. */
  readonly key: pulumi.Input<string>;
  /** Compute Engine may use the key: needed by disks and snapshots. */
  readonly forCompute: readonly pulumi.Resource[];
  /** Cloud Storage may use the key: needed by the bucket. */
  readonly forStorage: readonly pulumi.Resource[];
  /** Secret Manager may use the key: needed by secrets. */
  readonly forSecrets: readonly pulumi.Resource[];
}

/**
 * One key for disk, snapshots, bucket and secrets, in the region of the machine, rotated every 90 days. It is used by
 * the service agents of the project, never by the machine. Key, ring and the agents' permissions are kept like data:
 * without them the disk cannot be read.
 *
 * A key of the customer's stands in for it where there is one: nothing of it is made here, and the customer permits the
 * service agents.
 */
export function declareKeys(scope: GcpScope): GcpKeys {
  const { names, parent, project, region, specification, transform } = scope;
  if (specification.customerKey !== undefined)
    return { key: specification.customerKey, forCompute: [], forStorage: [], forSecrets: [] };
  const labels = dataLabels(scope, "secret");
  const key = declareKey(parent, { names, project, region, labels, transform: transform.key });
  const permit = (
    service: "compute" | "storage" | "secrets",
    member: pulumi.Input<string>,
    dependsOn: pulumi.Resource[] = [],
  ) => permitKey(parent, names.keyUser(service), { key: key.id, member, dependsOn });
  const { number } = organizations.getProjectOutput({ projectId: project }, { parent });
  const agent = (domain: string) => serviceAgent(number, domain);
  // Asking for the agent of Cloud Storage makes it; that of Secret Manager is made on demand; Compute Engine's is there.
  const storageAgent = storage.getProjectServiceAccountOutput({ project }, { parent }).emailAddress;
  const secretsAgent = new projects.ServiceIdentity(
    names.secretsAgent,
    { project, service: "secretmanager.googleapis.com" },
    { parent },
  );
  return {
    key: key.id,
    forCompute: [permit("compute", agent("compute-system"))],
    forStorage: [permit("storage", pulumi.interpolate`serviceAccount:${storageAgent}`)],
    forSecrets: [permit("secrets", agent("gcp-sa-secretmanager"), [secretsAgent])],
  };
}
