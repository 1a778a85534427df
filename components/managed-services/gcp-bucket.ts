import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedBucket } from "../core/planning/managed/managed";
import { managedBucket } from "../core/planning/managed/values";
import { dataOptions } from "../cloud/data-options";
import { closedBucket } from "../cloud/gcp-closed-bucket";
import { partlyTransformed } from "../vm/gcp-args";
import { dataLabels, type GcpServicesScope } from "./gcp-scope";

/** What the transform of the bucket can change. */
const openArgs = ["cors", "labels", "logging", "softDeletePolicy"] as const;

/** Seconds that Cloud Storage keeps deleted objects, and the objects of a deleted bucket: its shortest time, a week. */
const softDeleteSeconds = 7 * 24 * 3600;

/**
 * The bucket of uploads, open to the accounts given and to nobody else, without keys. Earlier versions of objects go after
 * the planned days, and then stay another week with Cloud Storage itself. It is never emptied from here.
 *
 * @returns what clients are told, by name of the planned secret; known once they have their rights
 */
export function declareBucket(
  scope: GcpServicesScope,
  planned: PlannedBucket,
  forBucket: readonly pulumi.Resource[],
): Readonly<Record<string, pulumi.Output<string>>> {
  const { parent, project, region, keys, bucketUsers, transform } = scope;
  const bucket = new storage.Bucket(
    planned.resource,
    partlyTransformed<storage.BucketArgs, (typeof openArgs)[number]>(
      {
        ...closedBucket(project, region, keys.object ?? scope.key),
        forceDestroy: false,
        versioning: { enabled: planned.versioning },
        softDeletePolicy: { retentionDurationSeconds: planned.versioning ? softDeleteSeconds : 0 },
        lifecycleRules: [
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
          // Also after versioning was switched off: what it has kept until then must not stay for ever.
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: planned.keepDays } },
        ],
        labels: dataLabels(scope, "user-data"),
      },
      transform.bucket,
      openArgs,
    ),
    dataOptions(parent, { dependsOn: [...forBucket] }),
  );
  const rights = Object.entries(bucketUsers).map(
    ([user, member]) =>
      new storage.BucketIAMMember(
        `${planned.resource}-${user}`,
        { bucket: bucket.name, role: "roles/storage.objectUser", member },
        { parent },
      ).id,
  );
  return { [managedBucket]: pulumi.all([bucket.name, pulumi.all(rights)]).apply(([name]) => name) };
}
