import type * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Bounded } from "../boundary";
import type { KubernetesSpecification } from "../core/planning/config/specified";
import type { SourcegraphVmArgs } from "../vm/args";

/**
 * Arguments of `SourcegraphKubernetes`: the keys of the config, and what only a program can give. Keys are documented in
 * docs/configuration.md. They are plain values, because they decide which resources exist.
 */
export interface SourcegraphKubernetesArgs extends SourcegraphVmArgs, Bounded {
  /** Cloud the cluster is in; `existing`: nothing but the cluster is known. A change is refused. Default `existing`. */
  readonly cloud?: "aws" | "gcp" | "existing";
  /**
   * Kubeconfig of the cluster, as text. Kept as a secret. Default the kubeconfig of whoever runs the program. In place: it is
   * another way to the same cluster.
   */
  readonly kubeconfig?: pulumi.Input<string>;
  /**
   * Provider of every child, in place of one made from `kubeconfig`. It has to have `enableServerSideApply`,
   * `enableConfigMapMutable`, `enableSecretMutable`, `enablePatchForce`, `upsertExistingObjects` and `deleteUnreachable`.
   * Default none.
   */
  readonly provider?: kubernetes.Provider;
  /** Values of the cloud's own services by the name of their secret, as `ManagedServices` gives them. Default none. */
  readonly managedValues?: Readonly<Record<string, pulumi.Output<string>>>;
  /**
   * Annotations of service accounts, by the account's name, such as the identity of the cloud they stand for. In place.
   * Default none.
   *
   * @example { "sourcegraph-frontend": { "iam.gke.io/gcp-service-account": account.email } }
   */
  readonly accountAnnotations?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;
  /**
   * Parameters of the storage class that is made, beside the config's: such as the key of its disks, which is known only when it
   * is made. A change replaces the class, and leaves disks as they are. Default none.
   *
   * @example { kmsKeyId: key.arn }
   */
  readonly storageClassParameters?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Service account of the migrator, which then runs as a Job alone: frontends start without it, and so without its login of the
   * databases. Native objects only. Default none: the Job has the frontends' account, and they start with the migrator. Restart of
   * the frontends.
   */
  readonly migratorAccount?: string;
  /** What follows from a config, where it is decided elsewhere: the config's keys are then not read. Default: from the keys. */
  readonly specification?: KubernetesSpecification;
}
