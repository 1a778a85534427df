import * as cloudtrail from "@pulumi/aws/cloudtrail";
import { adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";

/** Declares who tells who did what: of every region, into a bucket of another account, whose files show when one is changed. */
export function declareTrail(scope: AwsAdminScope, bucket: string): void {
  const { parent, plan } = scope;
  const name = `${plan.name}-audit`;
  new cloudtrail.Trail(
    name,
    {
      name,
      s3BucketName: bucket,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      kmsKeyId: keyNamed(scope, plan.logs.key).arn,
      tags: adminTags(scope, name),
    },
    { parent },
  );
}
