import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as kinesis from "@pulumi/aws/kinesis";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { dataOptions } from "../cloud/data-options";
import { declareEnvironmentKey, type AwsEnvironmentScope } from "./aws-accounts";

const trust = (service: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });

/** Where logs of cells go: a stream into a bucket of an account of logs. Cells write to it, and can neither read nor delete. */
export function declareLogTarget(scope: AwsEnvironmentScope): pulumi.Output<string> {
  const { parent, plan, within, tags } = scope;
  const { account, name, keyName, retentionDays } = plan.environment.logs;
  const child = within(account);
  const kept = { ...dataOptions(parent), ...child };
  const classes = ["operational"] as const;
  const keyArn = declareEnvironmentKey(scope, { name: keyName, account, what: "logs of cells", classes });
  const bucket = new s3.Bucket(name, { forceDestroy: false, tags: tags(name, classes) }, kept);
  closeBucket(name, bucket, {
    options: kept,
    keyArn,
    versioning: false,
    rules: [{ id: "old", status: "Enabled", filter: {}, expiration: { days: retentionDays } }],
  });
  const writer = new iam.Role(
    `${name}-writer`,
    {
      description: "Writes logs of cells into their bucket",
      assumeRolePolicy: trust("firehose.amazonaws.com"),
      tags: tags(`${name}-writer`),
    },
    child,
  );
  const mayWrite = new iam.RolePolicy(
    `${name}-writer`,
    {
      role: writer.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:PutObject"],
            Resource: [bucket.arn, pulumi.interpolate`${bucket.arn}/*`],
          },
          { Effect: "Allow", Action: ["kms:GenerateDataKey"], Resource: keyArn },
        ],
      }),
    },
    child,
  );
  const stream = new kinesis.FirehoseDeliveryStream(
    name,
    {
      destination: "extended_s3",
      serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn },
      extendedS3Configuration: { bucketArn: bucket.arn, roleArn: writer.arn, kmsKeyArn: keyArn },
      tags: tags(name, classes),
    },
    { ...child, dependsOn: [mayWrite] },
  );
  const sender = new iam.Role(
    `${name}-sender`,
    {
      description: "Sends logs of cells on",
      assumeRolePolicy: trust("logs.amazonaws.com"),
      tags: tags(`${name}-sender`),
    },
    child,
  );
  const maySend = new iam.RolePolicy(
    `${name}-sender`,
    {
      role: sender.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Action: ["firehose:PutRecord", "firehose:PutRecordBatch"], Resource: stream.arn },
        ],
      }),
    },
    child,
  );
  const target = new cloudwatch.LogDestination(
    name,
    { name, roleArn: sender.arn, targetArn: stream.arn, tags: tags(name) },
    { ...child, dependsOn: [maySend] },
  );
  const admitted = new cloudwatch.LogDestinationPolicy(
    name,
    {
      destinationName: target.name,
      accessPolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "CellsWrite",
            Effect: "Allow",
            Principal: { AWS: plan.cells.map((cell) => cell.account.id) },
            Action: "logs:PutSubscriptionFilter",
            Resource: target.arn,
          },
        ],
      }),
    },
    child,
  );
  return pulumi.all([target.arn, admitted.id]).apply(([arn]) => arn);
}
