import * as organizations from "@pulumi/gcp/organizations";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { workloadMember } from "../core/planning/kubernetes/gke";

/** Arguments of the Google Cloud `WorkloadIdentity`. */
export interface GkeWorkloadIdentityArgs extends Bounded {
  /** Project of the cluster. A change replaces the rights. */
  readonly project: string;
  /** Namespace of the accounts. A change replaces the rights. */
  readonly namespace: string;
  /** Service accounts; they need not exist yet. In place. */
  readonly serviceAccounts: readonly string[];
  /** Buckets that exist, with uniform access, which the accounts may read and write. Default none. In place. */
  readonly buckets?: readonly string[];
}

/**
 * Service accounts of a cluster as members of IAM, by Workload Identity Federation for GKE: no key is kept anywhere, and no
 * account is annotated. GKE vouches for namespace and name, so clusters of one project must not share both where they must not
 * share rights.
 *
 * Cost: none.
 *
 * @example
 * new WorkloadIdentity("sourcegraph-pods", {
 *   project: "example",
 *   namespace: "sourcegraph",
 *   serviceAccounts: ["sourcegraph-frontend"],
 *   buckets: ["example-uploads"],
 * });
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** Account to its name as a member of IAM. */
  readonly members: Readonly<Record<string, pulumi.Output<string>>>;
  /** Ids of the rights on `buckets`, known once they are given. */
  readonly rights: pulumi.Output<string[]>;

  /**
   * @param name stem of the rights' names
   * @param args accounts and buckets
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: GkeWorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:gcp:WorkloadIdentity", name, { boundary: args.boundary }, opts);
    const { project, namespace, serviceAccounts, buckets = [] } = args;
    const { number } = organizations.getProjectOutput({ projectId: project }, { parent: this });
    this.members = Object.fromEntries(
      serviceAccounts.map((account) => [
        account,
        number.apply((of) => workloadMember(project, of, namespace, account)),
      ]),
    );
    const rights = buckets.flatMap((bucket) =>
      Object.entries(this.members).map(
        ([account, member]) =>
          new storage.BucketIAMMember(
            `${name}-${bucket}-${account}`,
            { bucket, role: "roles/storage.objectUser", member },
            { parent: this },
          ),
      ),
    );
    this.rights = pulumi.all(rights.map(({ id }) => id));
    this.registerOutputs({ members: this.members, rights: this.rights });
  }
}
