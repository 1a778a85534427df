import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { BackupStore, BundlePointer } from "../core/rendering/bundle";
import { closedBucket } from "../cloud/gcp-closed-bucket";
import { partlyTransformed } from "./gcp-args";
import { dataLabels, type GcpScope } from "./gcp-scope";
import type { GcpKeys } from "./gcp-keys";
import type { GcpSecrets } from "./gcp-secrets";
import type { PointerKey } from "./pointer-key";

/** What the transform of the bucket can change. */
const openArgs = ["labels", "lifecycleRules", "logging", "softDeletePolicy", "storageClass"] as const;

/**
 * The bucket the machine reads its bundles from and writes its status to. It holds nothing that
 * cannot be made again and no secrets, so it goes with the stack, objects and all.
 */
export function declareBundleStore(scope: GcpScope, keys: GcpKeys, account: serviceaccount.Account): storage.Bucket {
  const { names, parent, project, region, transform } = scope;
  const bucket = new storage.Bucket(
    names.bucket,
    partlyTransformed<storage.BucketArgs, (typeof openArgs)[number]>(
      {
        ...closedBucket(project, region, keys.key),
        forceDestroy: true,
        versioning: { enabled: true },
        // Only what was overwritten goes: earlier pointers and statuses. Earlier bundles are objects of their own.
        lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }],
        labels: dataLabels(scope, "configuration"),
      },
      transform.bucket,
      openArgs,
    ),
    { parent, dependsOn: [...keys.forStorage] },
  );
  new storage.BucketIAMMember(
    names.bundleReader,
    { bucket: bucket.name, role: "roles/storage.objectViewer", member: account.member },
    { parent },
  );
  new storage.BucketIAMMember(
    names.statusWriter,
    {
      bucket: bucket.name,
      // To overwrite is to delete and to create.
      role: "roles/storage.objectUser",
      member: account.member,
      condition: {
        title: "status only",
        expression: pulumi.interpolate`resource.name == "projects/_/buckets/${bucket.name}/objects/status.json"`,
      },
    },
    { parent },
  );
  return bucket;
}

/**
 * The bundle under its digest, and then the pointer to it. A new bundle is written before anything else changes and the
 * one before it stays. The pointer comes last: after the secrets, and after the snapshot of an upgrade.
 *
 * @param backups where the machine's backups go
 * @param before what has to be there before the machine is told of the bundle
 */
export function declareBundle(
  scope: GcpScope,
  bucket: storage.Bucket,
  key: PointerKey,
  secrets: GcpSecrets,
  backups: pulumi.Input<BackupStore>,
  before: readonly pulumi.Resource[],
): storage.BucketObject {
  const { names, parent, bundleText, digest, plan } = scope;
  const bundle = new storage.BucketObject(
    names.bundle,
    { bucket: bucket.name, name: `bundles/${digest}.json`, content: bundleText, contentType: "application/json" },
    // The provider would delete first what has its name given in full.
    { parent, retainOnDelete: true, deleteBeforeReplace: false },
  );
  const pointer = pulumi.all([pulumi.all(secrets.addresses), backups]).apply(([addresses, store]): BundlePointer => ({
    schema: 1,
    release: plan.release,
    digest,
    secrets: addresses,
    backups: store,
  }));
  return new storage.BucketObject(
    names.pointer,
    {
      bucket: bucket.name,
      name: "pointer.json",
      content: key.signed(pointer),
      contentType: "application/json",
      cacheControl: "no-store",
    },
    { parent, dependsOn: [bundle, ...secrets.ready, ...before] },
  );
}
