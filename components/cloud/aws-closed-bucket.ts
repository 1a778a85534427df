import * as s3 from "@pulumi/aws/s3";
import type * as inputs from "@pulumi/aws/types/input";
import * as pulumi from "@pulumi/pulumi";

/**
 * Closes a bucket: nothing public, encrypted with a key, TLS only, versions kept or no more kept, and old ones deleted by
 * age.
 *
 * @returns what has to be there before the first object
 */
export function closeBucket(
  name: string,
  bucket: s3.Bucket,
  o: {
    readonly keyArn: pulumi.Input<string>;
    readonly versioning: boolean;
    readonly rules: inputs.s3.BucketLifecycleConfigurationRule[];
    /** Options of what closes the bucket: those of the bucket, since without it the bucket would be open again. */
    readonly options: pulumi.CustomResourceOptions;
  },
): pulumi.Resource[] {
  const closed = new s3.BucketPublicAccessBlock(
    name,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    o.options,
  );
  const versioning = new s3.BucketVersioning(
    name,
    { bucket: bucket.id, versioningConfiguration: { status: o.versioning ? "Enabled" : "Suspended" } },
    o.options,
  );
  const encryption = new s3.BucketServerSideEncryptionConfiguration(
    name,
    {
      bucket: bucket.id,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: o.keyArn },
          bucketKeyEnabled: true,
        },
      ],
    },
    o.options,
  );
  new s3.BucketLifecycleConfiguration(
    name,
    { bucket: bucket.id, rules: o.rules },
    { ...o.options, dependsOn: [versioning] },
  );
  const tlsOnly = new s3.BucketPolicy(
    name,
    {
      bucket: bucket.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "TlsOnly",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      }),
    },
    { ...o.options, dependsOn: [closed] },
  );
  return [closed, versioning, encryption, tlsOnly];
}
