import * as cloudtrail from "@pulumi/aws/cloudtrail";
import type * as pulumi from "@pulumi/pulumi";

/** What trails differ in. */
export type AuditTrailArgs = Pick<cloudtrail.TrailArgs, "kmsKeyId" | "eventSelectors" | "tags">;

/** Declares who tells who did what: of every region, into a bucket of another account, whose files show when one is changed. */
export function declareAuditTrail(
  name: string,
  bucket: pulumi.Input<string>,
  args: AuditTrailArgs,
  options: pulumi.CustomResourceOptions,
): void {
  new cloudtrail.Trail(
    name,
    {
      name,
      s3BucketName: bucket,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      ...args,
    },
    options,
  );
}
