import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as kinesis from "@pulumi/aws/kinesis";
import * as lambda from "@pulumi/aws/lambda";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminAnalytics, PlannedAdminStream } from "../core/planning/admin/admin-plan";
import { eventFilter } from "../core/rendering/event-filter";
import type { Statement } from "../managed-services/aws-access";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { trustOf } from "../vm/aws-identity";
import { dataOptions } from "../cloud/data-options";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";
import type { AwsAdminStore } from "./aws-stores";

/** A bucket of events, and what the ways into it need. */
export interface AwsAdminBucket extends AwsAdminStore {
  readonly planned: PlannedAdminAnalytics;
  readonly bucket: s3.Bucket;
  /** What has to be there before the first event. */
  readonly settings: readonly pulumi.Resource[];
}

const objects = (bucket: s3.Bucket, prefix = ""): pulumi.Output<string> => pulumi.interpolate`${bucket.arn}/${prefix}*`;

/** Declares a bucket of events, one folder for each table. An event is gone after the planned days. */
export function declareAdminAnalytics(scope: AwsAdminScope, planned: PlannedAdminAnalytics): AwsAdminBucket {
  const { parent } = scope;
  const { resource, owner, retentionDays } = planned;
  const keyArn = keyNamed(scope, planned.key).arn;
  const bucket = new s3.Bucket(
    resource,
    { forceDestroy: false, tags: adminStoreTags(scope, resource, owner, planned.dataClasses) },
    dataOptions(parent),
  );
  const settings = closeBucket(resource, bucket, {
    options: dataOptions(parent),
    keyArn,
    versioning: false,
    rules: [
      {
        id: "retention",
        status: "Enabled",
        filter: {},
        expiration: { days: retentionDays },
        noncurrentVersionExpiration: { noncurrentDays: 1 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
      // Where the filter itself cannot be run, AWS keeps events as they came.
      { id: "refused", status: "Enabled", filter: { prefix: "refused/" }, expiration: { days: 1 } },
    ],
  });
  const table = planned.tables[0]?.name ?? "";
  return {
    planned,
    bucket,
    settings,
    told: { dataset: bucket.bucket, table },
    statements: [
      { Sid: `Write${pascal(planned.name)}`, Effect: "Allow", Action: "s3:PutObject", Resource: objects(bucket) },
      { Sid: `Key${pascal(planned.name)}`, Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn },
    ],
    readerStatements: [
      { Sid: `List${pascal(planned.dataset)}`, Effect: "Allow", Action: "s3:ListBucket", Resource: bucket.arn },
      { Sid: `Read${pascal(planned.dataset)}`, Effect: "Allow", Action: "s3:GetObject", Resource: objects(bucket) },
      { Sid: `Open${pascal(planned.dataset)}`, Effect: "Allow", Action: "kms:Decrypt", Resource: keyArn },
    ],
  };
}

/** Ids of statements are letters and digits. */
function pascal(name: string): string {
  return name
    .split(/[^a-zA-Z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** Where the program that drops fields runs. */
export interface AwsFilterGround {
  readonly subnetIds: readonly pulumi.Output<string>[];
  /** Group that lets nothing in, and nothing out. */
  readonly group: ec2.SecurityGroup;
}

function declareLog(scope: AwsAdminScope, name: string, owner: string): cloudwatch.LogGroup {
  const { parent, plan } = scope;
  return new cloudwatch.LogGroup(
    name,
    {
      retentionInDays: plan.logs.retentionDays,
      kmsKeyId: keyNamed(scope, plan.logs.key).arn,
      tags: adminStoreTags(scope, name, owner, ["operational"]),
    },
    { parent },
  );
}

function declareRole(scope: AwsAdminScope, name: string, owner: string, service: string): iam.Role {
  const { parent } = scope;
  return new iam.Role(
    name,
    { name, assumeRolePolicy: trustOf(service), tags: adminTags(scope, name, owner) },
    { parent },
  );
}

function permit(scope: AwsAdminScope, name: string, role: iam.Role, statements: readonly Statement[]): iam.RolePolicy {
  return new iam.RolePolicy(
    name,
    { role: role.name, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent: scope.parent },
  );
}

/** What a function in the network does to be there; AWS takes no narrower resource. */
const inNetwork: Statement = {
  Sid: "Network",
  Effect: "Allow",
  Action: ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"],
  Resource: "*",
};

const writeLog = (log: cloudwatch.LogGroup): Statement => ({
  Sid: "Log",
  Effect: "Allow",
  Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
  Resource: pulumi.interpolate`${log.arn}:*`,
});

/** The program that drops what is not on the list, before anything is kept. */
function declareFilter(scope: AwsAdminScope, planned: PlannedAdminStream, ground: AwsFilterGround): lambda.Function {
  const { parent } = scope;
  const { owner } = planned;
  const name = `${planned.resource}-filter`;
  const log = declareLog(scope, name, owner);
  const role = declareRole(scope, name, owner, "lambda.amazonaws.com");
  const rights = permit(scope, name, role, [writeLog(log), inNetwork]);
  return new lambda.Function(
    name,
    {
      description: `Drops every field of ${planned.name} that may not be kept`,
      runtime: "nodejs22.x",
      architectures: ["arm64"],
      handler: "index.handler",
      code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(eventFilter(planned.fields)) }),
      role: role.arn,
      timeout: 60,
      memorySize: 256,
      loggingConfig: { logFormat: "JSON", logGroup: log.name },
      // It needs no network; without this one it would have the internet.
      vpcConfig: { subnetIds: [...ground.subnetIds], securityGroupIds: [ground.group.id] },
      tags: adminTags(scope, name, owner),
    },
    { parent, dependsOn: [rights] },
  );
}

/** Declares a stream that nothing here takes events from: others subscribe to it, and what nobody took is gone in days. */
export function declareAdminTopic(scope: AwsAdminScope, planned: PlannedAdminStream): AwsAdminStore {
  const { resource, owner } = planned;
  const keyArn = keyNamed(scope, planned.key).arn;
  const stream = new kinesis.Stream(
    resource,
    {
      name: resource,
      streamModeDetails: { streamMode: "ON_DEMAND" },
      retentionPeriod: 24 * planned.retentionDays,
      encryptionType: "KMS",
      kmsKeyId: keyArn,
      tags: adminStoreTags(scope, resource, owner, planned.dataClasses),
    },
    { parent: scope.parent },
  );
  return {
    told: { topic: stream.name },
    statements: [
      {
        Sid: `Publish${pascal(planned.name)}`,
        Effect: "Allow",
        Action: ["kinesis:PutRecord", "kinesis:PutRecords"],
        Resource: stream.arn,
      },
      { Sid: `Key${pascal(planned.name)}`, Effect: "Allow", Action: "kms:GenerateDataKey", Resource: keyArn },
    ],
    readerStatements: [],
  };
}

/**
 * Declares a stream: the service writes to Firehose, which encrypts what it holds with the key, has every event pass the
 * filter, and writes what is left into the bucket. There is no way into the bucket for an event that has not passed.
 */
export function declareAdminStream(
  scope: AwsAdminScope,
  planned: PlannedAdminStream,
  o: { readonly into: AwsAdminBucket; readonly table: string; readonly ground: AwsFilterGround },
): AwsAdminStore {
  const { parent } = scope;
  const { resource, owner } = planned;
  const { bucket, settings } = o.into;
  const keyArn = keyNamed(scope, planned.key).arn;
  const bucketKeyArn = keyNamed(scope, o.into.planned.key).arn;
  const filter = declareFilter(scope, planned, o.ground);
  const log = declareLog(scope, `${resource}-delivery`, owner);
  const errors = new cloudwatch.LogStream(
    `${resource}-delivery`,
    { logGroupName: log.name, name: "delivery" },
    { parent },
  );
  const role = declareRole(scope, resource, owner, "firehose.amazonaws.com");
  const rights = permit(scope, resource, role, [
    { Sid: "Filter", Effect: "Allow", Action: "lambda:InvokeFunction", Resource: pulumi.interpolate`${filter.arn}:*` },
    {
      Sid: "Bucket",
      Effect: "Allow",
      Action: ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:PutObject"],
      Resource: [bucket.arn, objects(bucket)],
    },
    { Sid: "Keys", Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [keyArn, bucketKeyArn] },
    writeLog(log),
  ]);
  const stream = new kinesis.FirehoseDeliveryStream(
    resource,
    {
      name: resource,
      destination: "extended_s3",
      serverSideEncryption: { enabled: true, keyType: "CUSTOMER_MANAGED_CMK", keyArn },
      extendedS3Configuration: {
        roleArn: role.arn,
        bucketArn: bucket.arn,
        kmsKeyArn: bucketKeyArn,
        prefix: `${o.table}/day=!{timestamp:yyyy-MM-dd}/`,
        errorOutputPrefix: `refused/!{firehose:error-output-type}/day=!{timestamp:yyyy-MM-dd}/`,
        bufferingInterval: 300,
        bufferingSize: 64,
        compressionFormat: "GZIP",
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: "Lambda",
              parameters: [
                { parameterName: "LambdaArn", parameterValue: pulumi.interpolate`${filter.arn}:$LATEST` },
                { parameterName: "BufferSizeInMBs", parameterValue: "1" },
                { parameterName: "BufferIntervalInSeconds", parameterValue: "60" },
              ],
            },
          ],
        },
        cloudwatchLoggingOptions: { enabled: true, logGroupName: log.name, logStreamName: errors.name },
      },
      tags: adminStoreTags(scope, resource, owner, planned.dataClasses),
    },
    { parent, dependsOn: [rights, ...settings] },
  );
  return {
    told: { topic: stream.name },
    statements: [
      {
        Sid: `Publish${pascal(planned.name)}`,
        Effect: "Allow",
        Action: ["firehose:PutRecord", "firehose:PutRecordBatch"],
        Resource: stream.arn,
      },
    ],
    readerStatements: [],
  };
}
