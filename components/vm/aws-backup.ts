import type * as dlm from "@pulumi/aws/dlm";
import * as ebs from "@pulumi/aws/ebs";
import type * as pulumi from "@pulumi/pulumi";
import type { LastHop } from "../core/planning/manifest";
import { transformed } from "./args";
import { backupTag, declareDailySnapshots } from "./aws-daily-snapshots";
import { tagsOf, type AwsScope } from "./aws-scope";

/**
 * Declares the daily snapshots of the data volume. The volume is found by a tag whose value is the instance's key; only
 * snapshots that carry it too, which are those made here, are ever deleted.
 */
export function declareBackup(scope: AwsScope, volume: ebs.Volume, keyId: pulumi.Input<string>): dlm.LifecyclePolicy {
  const { parent, names, transform, plan } = scope;
  const name = names.backup;
  return declareDailySnapshots(parent, name, {
    description: `Daily snapshots of Sourcegraph ${plan.name}`,
    region: plan.region,
    volumes: volume.arn,
    tag: { key: backupTag, value: keyId },
    backup: plan.backup,
    tags: tagsOf(scope, name),
    transform: transform.backupPolicy,
  });
}

/**
 * Declares the snapshot of the data volume before an upgrade, named after the release that was to come. The program goes on
 * declaring the one of the last upgrade, so that the next update changes nothing; with the next upgrade it leaves the program
 * and stays in the account, until somebody deletes it. Its description never changes, because a changed one takes a new
 * snapshot. It is taken from the running machine, as after a power cut: databases recover from it by their logs.
 *
 * A `destroy --exclude-protected` forgets it, and the next update would take another by the same name, of data from after the
 * upgrade; what something protected depends on is not forgotten, so the passwords of the databases depend on it.
 */
export function declareSnapshotBefore(scope: AwsScope, volume: ebs.Volume, hop: LastHop): ebs.Snapshot {
  const { parent, names, transform, plan } = scope;
  const name = names.snapshotBefore(hop.to);
  return new ebs.Snapshot(
    name,
    transformed(
      {
        volumeId: volume.id,
        description: `Sourcegraph ${plan.name} before the upgrade from ${hop.from} to ${hop.to}`,
        tags: tagsOf(scope, name, { "sourcegraph:data-class": "customer", "sourcegraph:before-release": hop.to }),
      },
      transform.snapshot,
    ),
    // Kept, but not protected: it has to leave the program at the next upgrade.
    { parent, retainOnDelete: true },
  );
}
