import * as pulumi from "@pulumi/pulumi";

/** A statement of an IAM policy. */
export type Statement = Record<string, unknown>;

/**
 * Rights to read and write the objects of buckets, for the identity of a client.
 *
 * @param arns ARNs of the buckets
 * @param prefix beginning of the statements' ids
 */
export function objectAccess(arns: readonly pulumi.Input<string>[], prefix: string): Statement[] {
  return [
    {
      Sid: `${prefix}Buckets`,
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
      Resource: arns,
    },
    {
      Sid: `${prefix}Objects`,
      Effect: "Allow",
      Action: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      Resource: arns.map((arn) => (typeof arn === "string" ? `${arn}/*` : pulumi.interpolate`${arn}/*`)),
    },
  ];
}

/** The right to use a key for the objects of S3, and for nothing else. */
export function keyAccess(keyArn: pulumi.Input<string>, region: string): Statement {
  return {
    Sid: "UploadsKey",
    Effect: "Allow",
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: keyArn,
    Condition: {
      StringEquals: { "kms:ViaService": `s3.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}` },
    },
  };
}

/**
 * The right to sign in to databases as a user of them.
 *
 * @param databases ARN and resource id of each, as RDS has them
 */
export function databaseAccess(
  databases: readonly { readonly arn: pulumi.Output<string>; readonly resourceId: pulumi.Output<string> }[],
  user: string,
): Statement {
  return {
    Sid: "Databases",
    Effect: "Allow",
    Action: "rds-db:connect",
    Resource: databases.map(({ arn, resourceId }) =>
      pulumi.all([arn, resourceId]).apply(([text, id]) => {
        const [, partition = "", , region = "", account = ""] = text.split(":");
        return `arn:${partition}:rds-db:${region}:${account}:dbuser:${id}/${user}`;
      }),
    ),
  };
}
