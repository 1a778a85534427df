import { declareAuditTrail } from "../cloud/aws-trail";
import { adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";

/** Declares the trail of the zone's account. */
export function declareTrail(scope: AwsAdminScope, bucket: string): void {
  const { parent, plan } = scope;
  const name = `${plan.name}-audit`;
  const kmsKeyId = keyNamed(scope, plan.logs.key).arn;
  declareAuditTrail(name, bucket, { kmsKeyId, tags: adminTags(scope, name) }, { parent });
}
