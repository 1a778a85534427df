import type * as storage from "@pulumi/gcp/storage";
import type * as pulumi from "@pulumi/pulumi";

/** What closes a bucket: nothing public, rights by identity alone, under a key, in one region. */
export function closedBucket(project: string, region: string, key: pulumi.Input<string>): storage.BucketArgs {
  return {
    project,
    location: region.toUpperCase(),
    uniformBucketLevelAccess: true,
    publicAccessPrevention: "enforced",
    encryption: { defaultKmsKeyName: key },
  };
}
