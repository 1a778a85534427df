import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import { gcsBucketUrl } from "../core/rendering/bucket-url";
import { backupPrefix, type BackupStore } from "../core/rendering/bundle";
import { dataOptions } from "../cloud/data-options";
import { closedBucket } from "../cloud/gcp-closed-bucket";
import { partlyTransformed } from "./gcp-args";
import type { GcpKeys } from "./gcp-keys";
import { dataLabels, type GcpScope } from "./gcp-scope";

/** What the transform of the bucket can change. */
const openArgs = ["labels", "logging", "storageClass"] as const;

/** Days that a backup which was deleted or overwritten can still be brought back; those of Cloud Storage itself come on top. */
const graceDays = 7;

/** The bucket of backups. */
export interface GcpBackupBucket {
  readonly bucket: storage.Bucket;
  /** What the pointer tells the machine; known once it has its rights. */
  readonly store: pulumi.Output<BackupStore>;
}

/**
 * Declares the bucket that dumps of the databases are copied to: data like the disk, in the region of the machine but not on
 * it. A backup goes by age after the planned days. The machine adds and reads, but neither overwrites nor deletes.
 */
export function declareBackupBucket(scope: GcpScope, keys: GcpKeys, account: serviceaccount.Account): GcpBackupBucket {
  const { names, parent, project, region, plan, transform } = scope;
  if (plan.backupStore === undefined) throw new Error("a plan for gcp has a bucket of backups");
  const bucket = new storage.Bucket(
    names.backups,
    partlyTransformed<storage.BucketArgs, (typeof openArgs)[number]>(
      {
        ...closedBucket(project, region, keys.key),
        forceDestroy: false,
        versioning: { enabled: true },
        lifecycleRules: [
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
          {
            action: { type: "Delete" },
            condition: {
              age: plan.backupStore.keepDays,
              withState: "LIVE",
              matchesPrefixes: [`${backupPrefix}/`],
            },
          },
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: graceDays } },
        ],
        labels: dataLabels(scope, "user-data"),
      },
      transform.backupBucket,
      openArgs,
    ),
    dataOptions(parent, { dependsOn: [...keys.forStorage] }),
  );
  const right = (name: string, role: string) =>
    new storage.BucketIAMMember(
      name,
      {
        bucket: bucket.name,
        role,
        member: account.member,
        condition: {
          title: "backups only",
          expression: pulumi.interpolate`resource.name.startsWith("projects/_/buckets/${bucket.name}/objects/${backupPrefix}/")`,
        },
      },
      { parent },
    ).id;
  const rights = pulumi.all([
    right(names.backupReader, "roles/storage.objectViewer"),
    right(names.backupWriter, "roles/storage.objectCreator"),
  ]);
  const store = pulumi.all([bucket.name, rights]).apply(([made]): BackupStore => ({
    kind: "gcs",
    bucket: made,
    url: gcsBucketUrl(made),
    prefix: backupPrefix,
  }));
  return { bucket, store };
}
