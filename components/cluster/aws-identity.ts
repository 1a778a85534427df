import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import { transformed, type Transform } from "../vm/args";
import { clusterTrust } from "./aws-roles";

/** A statement of a policy document. */
export type AwsStatement = Readonly<Record<string, unknown>>;

/** Arguments of `WorkloadIdentity`. */
export interface WorkloadIdentityArgs extends Bounded {
  /** Name of the cluster, which needs the add-on `eks-pod-identity-agent` or Auto Mode. A change replaces the links. */
  readonly clusterName: pulumi.Input<string>;
  /** Namespace of the accounts. A change replaces the links. */
  readonly namespace: string;
  /** Service accounts that take the role; they need not exist yet. In place. */
  readonly serviceAccounts: readonly string[];
  /** What the role may do. In place. */
  readonly statements: pulumi.Input<readonly AwsStatement[]>;
  /** What it is for, one line. In place. */
  readonly description: string;
  /** Tags of role and links. Default none. In place. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A change to the role, applied last, e.g. a permissions boundary. Default none. */
  readonly role?: Transform<iam.RoleArgs>;
}

/**
 * Rights on AWS for service accounts of a cluster, by EKS Pod Identity: no key is kept anywhere, and no account is annotated.
 * A pod gets them at its next start.
 *
 * Cost: none.
 *
 * @example
 * new WorkloadIdentity("sourcegraph-pods", {
 *   clusterName: cluster.clusterName,
 *   namespace: "sourcegraph",
 *   serviceAccounts: ["sourcegraph-frontend"],
 *   statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::uploads/*" }],
 *   description: "Pods of Sourcegraph",
 * });
 */
export class WorkloadIdentity extends pulumi.ComponentResource {
  /** ARN of the role, known once the accounts have it. */
  readonly roleArn: pulumi.Output<string>;

  /**
   * @param name name of the role, and stem of the links' names
   * @param args accounts and rights
   * @param opts options of the component; the provider given here is used for every child
   */
  constructor(name: string, args: WorkloadIdentityArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sourcegraph:aws:WorkloadIdentity", name, { boundary: args.boundary }, opts);
    const { clusterName, namespace, serviceAccounts, statements, description, tags } = args;
    const tagged = { Name: name, ...tags };
    const role = new iam.Role(
      name,
      transformed({ description, assumeRolePolicy: clusterTrust("pods.eks.amazonaws.com"), tags: tagged }, args.role),
      { parent: this },
    );
    const rights = new iam.RolePolicy(
      name,
      { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
      { parent: this },
    );
    const links = serviceAccounts.map(
      (serviceAccount) =>
        new eks.PodIdentityAssociation(
          `${name}-${serviceAccount}`,
          { clusterName, namespace, serviceAccount, roleArn: role.arn, tags: tagged },
          // An account has one link at a time.
          { parent: this, deleteBeforeReplace: true, dependsOn: [rights] },
        ),
    );
    this.roleArn = pulumi.all([role.arn, ...links.map((link) => link.associationArn)]).apply(([arn]) => arn ?? "");
    this.registerOutputs({ roleArn: this.roleArn });
  }
}
