import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { BackupStore, BundlePointer } from "../core/rendering/bundle";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { transformed } from "./args";
import type { PointerKey } from "./pointer-key";
import { tagsOf, type AwsScope } from "./aws-scope";
import type { Decision } from "./decision";

/** The private bucket the machine reads its bundles from, with its settings in place. */
export interface AwsBundleStore {
  readonly bucket: s3.Bucket;
  /** What has to be there before the first object. */
  readonly settings: readonly pulumi.Resource[];
}

/**
 * Declares the bucket: private, versioned, encrypted with the instance's key, TLS only. It holds nothing that cannot be made
 * again (bundles, the pointer, the machine's status), so it goes with the stack, objects and all.
 */
export function declareBundleStore(scope: AwsScope, keyArn: pulumi.Input<string>): AwsBundleStore {
  const { parent, names, transform } = scope;
  const name = names.bucket;
  const child = { parent };
  const bucket = new s3.Bucket(
    name,
    transformed(
      { forceDestroy: true, tags: tagsOf(scope, name, { "sourcegraph:data-class": "configuration" }) },
      transform.bucket,
    ),
    child,
  );
  const settings = closeBucket(name, bucket, {
    options: { parent },
    keyArn,
    versioning: true,
    // Only old versions of pointer and status go by age: the bundle in use may be older than any age.
    rules: [
      {
        id: "old-versions",
        status: "Enabled",
        filter: {},
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  return { bucket, settings };
}

/**
 * Puts the bundle into the bucket and points the machine to it. The pointer comes last: after the bundle, after the
 * secrets it names, and after everything in `before`.
 *
 * A bundle's key is its digest. A new one replaces the resource, the new object first; the old object is kept, because the
 * machine may still be on its way, and may go back to it.
 *
 * @param backups where the machine's backups go
 */
export function declareBundle(
  scope: AwsScope,
  store: AwsBundleStore,
  decision: Decision,
  key: PointerKey,
  secrets: Readonly<Record<string, pulumi.Input<string>>>,
  backups: pulumi.Input<BackupStore>,
  before: readonly pulumi.Resource[],
): s3.BucketObjectv2 {
  const { parent, names } = scope;
  const { bucket, settings } = store;
  const contentType = "application/json";
  const bundle = new s3.BucketObjectv2(
    names.bundle,
    { bucket: bucket.id, key: `bundles/${decision.digest}.json`, content: decision.bundleText, contentType },
    { parent, retainOnDelete: true, dependsOn: [...settings] },
  );
  const pointer = pulumi.all([pulumi.all(secrets), backups]).apply(([known, store]): BundlePointer => ({
    schema: 1,
    release: scope.plan.release,
    digest: decision.digest,
    secrets: known,
    backups: store,
  }));
  return new s3.BucketObjectv2(
    names.pointer,
    { bucket: bucket.id, key: "pointer.json", content: key.signed(pointer), contentType },
    { parent, dependsOn: [bundle, ...before] },
  );
}
