import * as compute from "@pulumi/gcp/compute";
import type * as pulumi from "@pulumi/pulumi";
import { dataOptions } from "../cloud/data-options";
import { partlyTransformed } from "./gcp-args";
import { dataLabels, type GcpScope } from "./gcp-scope";
import type { GcpKeys } from "./gcp-keys";

/** The data disk and what keeps copies of it. */
export interface GcpDataDisk {
  readonly disk: compute.Disk;
  /** The snapshot before the last upgrade; undefined before the first. */
  readonly snapshot: compute.Snapshot | undefined;
}

/**
 * The data disk, its daily snapshots, and the snapshot before an upgrade. The disk grows in place. On Google Cloud a
 * smaller size or another type would replace it, which planning refuses and the protection forbids. It is made blank:
 * the source of its content is no argument of it.
 */
export function declareDataDisk(scope: GcpScope, keys: GcpKeys): GcpDataDisk {
  const { names, parent, project, zone, dataDisk, transform } = scope;
  const disk = new compute.Disk(
    names.dataDisk,
    partlyTransformed<compute.DiskArgs, "labels">(
      {
        project,
        zone,
        type: dataDisk.type,
        size: dataDisk.sizeGb,
        provisionedIops: dataDisk.iops,
        provisionedThroughput: dataDisk.throughputMbps,
        diskEncryptionKey: { kmsKeySelfLink: keys.key },
        labels: dataLabels(scope, "user-data"),
      },
      transform.dataDisk,
      ["labels"],
    ),
    dataOptions(parent, { dependsOn: [...keys.forCompute] }),
  );
  const schedule = declareBackup(scope);
  new compute.DiskResourcePolicyAttachment(
    names.backup,
    { project, zone, disk: disk.name, name: schedule.name },
    { parent },
  );
  return { disk, snapshot: declareSnapshot(scope, disk, keys.key) };
}

function declareBackup(scope: GcpScope): compute.ResourcePolicy {
  const { name, names, parent, project, region, plan, transform } = scope;
  const { hourUtc, keepDays } = plan.backup;
  return new compute.ResourcePolicy(
    names.backup,
    partlyTransformed<compute.ResourcePolicyArgs, "description">(
      {
        project,
        region,
        description: `daily snapshots of the data of Sourcegraph ${name}`,
        snapshotSchedulePolicy: {
          schedule: { dailySchedule: { daysInCycle: 1, startTime: `${String(hourUtc).padStart(2, "0")}:00` } },
          // Snapshots outlive the disk they were made from.
          retentionPolicy: { maxRetentionDays: keepDays, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
          snapshotProperties: { storageLocations: region, labels: dataLabels(scope, "user-data") },
        },
      },
      transform.backupPolicy,
      ["description"],
    ),
    { parent },
  );
}

/**
 * The snapshot before the last upgrade, named after its target. It is declared as long as no other upgrade follows, and
 * is kept in the cloud after that. Whatever else changes, it is not taken again: `destroy --exclude-protected` would forget
 * it, and the next update take another by the same name, of data from after the upgrade, if the passwords of the databases,
 * which are protected, did not depend on it.
 */
function declareSnapshot(scope: GcpScope, disk: compute.Disk, key: pulumi.Input<string>): compute.Snapshot | undefined {
  const { name, names, parent, project, region, zone, lastHop, transform } = scope;
  if (lastHop === undefined) return undefined;
  return new compute.Snapshot(
    names.snapshotBefore(lastHop.to),
    partlyTransformed<compute.SnapshotArgs, "labels">(
      {
        project,
        zone,
        sourceDisk: disk.selfLink,
        description: `data of Sourcegraph ${name} before the upgrade from ${lastHop.from} to ${lastHop.to}`,
        storageLocations: [region],
        snapshotEncryptionKey: { kmsKeySelfLink: key },
        labels: dataLabels(scope, "user-data"),
      },
      transform.snapshot,
      ["labels"],
    ),
    {
      parent,
      retainOnDelete: true,
      ignoreChanges: ["sourceDisk", "description", "storageLocations", "snapshotEncryptionKey", "zone"],
    },
  );
}
