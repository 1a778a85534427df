import type * as dlm from "@pulumi/aws/dlm";
import type * as pulumi from "@pulumi/pulumi";
import { backupTag, declareDailySnapshots } from "../vm/aws-daily-snapshots";
import { partitionOf } from "../vm/aws-scope";
import { clusterTags, type EksScope } from "./aws-scope";

/** Tag that Auto Mode gives to every volume it makes; its value is the name of the cluster. */
const autoModeTag = "eks:eks-cluster-name";

/** The tag of the claims' volumes: the storage driver sets it, or Auto Mode its own. A customer may give one key to several clusters. */
export function claimTag(
  { cluster, specification: { customerKey, name } }: Pick<EksScope, "cluster" | "specification">,
  keyId: pulumi.Input<string>,
): { readonly key: string; readonly value: pulumi.Input<string> } {
  if (cluster.autoMode) return { key: autoModeTag, value: name };
  return { key: backupTag, value: customerKey === undefined ? keyId : name };
}

/**
 * Declares the daily snapshots of the claims' volumes. They are taken one by one, not at the same instant, each as after a
 * power cut: databases recover from it by their logs.
 */
export function declareClaimsBackup(scope: EksScope, keyId: pulumi.Input<string>): dlm.LifecyclePolicy {
  const { parent, names, transform, specification } = scope;
  const name = names.backup;
  return declareDailySnapshots(parent, name, {
    description: `Daily snapshots of the claims of Sourcegraph ${specification.name}`,
    region: specification.region,
    volumes: `arn:${partitionOf(specification.region)}:ec2:${specification.region}:*:volume/*`,
    tag: claimTag(scope, keyId),
    backup: specification.backup,
    tags: clusterTags(scope, name),
    transform: transform.backupPolicy,
  });
}
