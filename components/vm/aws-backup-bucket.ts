import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { s3BucketUrl } from "../core/rendering/bucket-url";
import { backupPrefix, type BackupStore } from "../core/rendering/bundle";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { dataOptions } from "../cloud/data-options";
import type { Statement } from "../managed-services/aws-access";
import { transformed } from "./args";
import { tagsOf, type AwsScope } from "./aws-scope";

/** Days that a backup which was deleted or overwritten can still be brought back. */
const graceDays = 7;

/** The bucket of backups, and what the machine needs for it. */
export interface AwsBackupBucket {
  readonly bucket: s3.Bucket;
  /** What the pointer tells the machine; known once the bucket is closed and encrypts. */
  readonly store: pulumi.Output<BackupStore>;
  readonly statements: readonly Statement[];
}

/**
 * Declares the bucket that dumps of the databases are copied to: data like the disk, in the region of the machine but not on
 * it. A backup goes by age after the planned days. The machine adds and reads, and deletes nothing: what it overwrites can be
 * brought back for a week.
 */
export function declareBackupBucket(scope: AwsScope, keyArn: pulumi.Input<string>): AwsBackupBucket {
  const { parent, names, transform, plan } = scope;
  if (plan.backupStore === undefined) throw new Error("a plan for AWS has a bucket of backups");
  const name = names.backups;
  const bucket = new s3.Bucket(
    name,
    {
      tags: transformed({ tags: tagsOf(scope, name, { "sourcegraph:data-class": "customer" }) }, transform.backupBucket)
        .tags,
      forceDestroy: false,
    },
    dataOptions(parent),
  );
  const settings = closeBucket(name, bucket, {
    options: dataOptions(parent),
    keyArn,
    versioning: true,
    rules: [
      {
        id: "old-backups",
        status: "Enabled",
        filter: { prefix: `${backupPrefix}/` },
        expiration: { days: plan.backupStore.keepDays },
        noncurrentVersionExpiration: { noncurrentDays: graceDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  const ready = pulumi.all(settings.map((setting) => setting.urn));
  const store = pulumi.all([bucket.bucket, ready]).apply(([made]): BackupStore => ({
    kind: "s3",
    bucket: made,
    url: s3BucketUrl(made, plan.region),
    prefix: backupPrefix,
  }));
  return {
    bucket,
    store,
    statements: [
      {
        Sid: "Backups",
        Effect: "Allow",
        Action: ["s3:GetObject", "s3:PutObject"],
        Resource: pulumi.interpolate`${bucket.arn}/${backupPrefix}/*`,
      },
    ],
  };
}
