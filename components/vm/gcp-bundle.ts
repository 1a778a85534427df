import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import type { BundlePointer } from "../core/rendering/bundle";
import { partlyTransformed } from "./gcp-args";
import { dataLabels, type GcpContext } from "./gcp-context";
import type { GcpKeys } from "./gcp-keys";
import type { GcpSecrets } from "./gcp-secrets";

/** What the transform of the bucket can change. */
const openArgs = ["labels", "lifecycleRules", "logging", "softDeletePolicy", "storageClass"] as const;

/**
 * The bucket the machine reads its bundles from and writes its status to. It holds configuration, no secrets and no
 * user data. It stays when the instance is destroyed, with what was deployed, because the data disk stays too.
 */
export function makeBucket(context: GcpContext, keys: GcpKeys, account: serviceaccount.Account): storage.Bucket {
  const { name, names, parent, project, region, transform } = context;
  const bucket = new storage.Bucket(
    names.bucket,
    partlyTransformed<storage.BucketArgs, (typeof openArgs)[number]>(
      {
        project,
        location: region.toUpperCase(),
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        encryption: { defaultKmsKeyName: keys.key },
        // Only what was overwritten goes: earlier pointers and statuses. Earlier bundles are objects of their own.
        lifecycleRules: [{ action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 90 } }],
        labels: dataLabels(context, "configuration"),
      },
      transform.bucket,
      openArgs,
    ),
    { parent, retainOnDelete: true, dependsOn: [keys.forStorage] },
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
 * @param before what has to be there before the machine is told of the bundle
 */
export function makeBundle(
  context: GcpContext,
  bucket: storage.Bucket,
  secrets: GcpSecrets,
  before: readonly pulumi.Resource[],
): storage.BucketObject {
  const { name, names, parent, bundleText, digest, plan } = context;
  const bundle = new storage.BucketObject(
    names.bundle,
    { bucket: bucket.name, name: `bundles/${digest}.json`, content: bundleText, contentType: "application/json" },
    // A name that is given in full would have the provider delete first.
    { parent, retainOnDelete: true, deleteBeforeReplace: false },
  );
  const content = pulumi.all(secrets.addresses).apply((addresses) => {
    const pointer: BundlePointer = { schema: 1, release: plan.release, digest, secrets: addresses };
    return `${JSON.stringify(pointer, null, 1)}\n`;
  });
  return new storage.BucketObject(
    names.pointer,
    { bucket: bucket.name, name: "pointer.json", content, contentType: "application/json", cacheControl: "no-store" },
    { parent, retainOnDelete: true, dependsOn: [bundle, ...secrets.ready, ...before] },
  );
}
