import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedBucket } from "../core/planning/managed/managed";
import { managedBucket } from "../core/planning/managed/values";
import { transformed } from "../vm/args";
import { dataOptions } from "../cloud/data-options";
import { keyAccess, objectAccess, type Statement } from "./aws-access";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { dataTags, type AwsServicesScope } from "./aws-scope";

/** The bucket, and what clients need for it. */
export interface AwsUploads {
  /** By name of the planned secret; known once the bucket is closed and encrypts. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
  readonly statements: readonly Statement[];
}

/**
 * The bucket of uploads, open to identities with a right to it, without keys. Earlier versions of objects go after the
 * planned days. It is never emptied from here, and AWS deletes no bucket that holds something.
 */
export function declareUploads(scope: AwsServicesScope, planned: PlannedBucket): AwsUploads {
  const { parent, region, transform } = scope;
  const keyArn = scope.keys.object ?? scope.keyArn;
  const { resource, versioning, keepDays } = planned;
  const bucket = new s3.Bucket(
    resource,
    { ...transformed({ tags: dataTags(scope, resource, "blobstore") }, transform.bucket), forceDestroy: false },
    dataOptions(parent),
  );
  const settings = closeBucket(resource, bucket, {
    options: dataOptions(parent),
    keyArn,
    versioning,
    rules: [
      {
        id: "old-versions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: keepDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
      },
    ],
  });
  const ready = pulumi.all(settings.map((setting) => setting.urn));
  return {
    values: { [managedBucket]: pulumi.all([bucket.bucket, ready]).apply(([name]) => name) },
    statements: [...objectAccess([bucket.arn], "Uploads"), keyAccess(keyArn, region)],
  };
}
