import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as s3 from "@pulumi/aws/s3";
import * as synthetics from "@pulumi/aws/synthetics";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminCheck, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { digestOf } from "../core/rendering/bundle";
import { outsideCheck } from "../core/rendering/outside-check";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { trustOf } from "../vm/aws-identity";
import { partitionOf } from "../vm/aws-scope";
import { healthRuleOf, isPublic } from "./aws-names";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";
import type { AwsAdminSecret } from "./aws-secrets";

/** Runtime without a browser. */
const runtime = "syn-nodejs-3.1";

/** Where checks keep their programs and what they found. */
export interface AwsCheckStore {
  readonly bucket: s3.Bucket;
  readonly keyArn: pulumi.Output<string>;
  readonly settings: readonly pulumi.Resource[];
}

/** Declares where checks keep what they found, as long as logs; nothing in it is of anybody. */
export function declareCheckStore(scope: AwsAdminScope): AwsCheckStore {
  const { parent, plan } = scope;
  const name = `${plan.name}-checks`;
  const keyArn = keyNamed(scope, plan.logs.key).arn;
  const bucket = new s3.Bucket(
    name,
    { forceDestroy: false, tags: adminStoreTags(scope, name, undefined, ["operational"]) },
    { parent, protect: true },
  );
  const settings = closeBucket(name, bucket, {
    options: { parent },
    keyArn,
    versioning: false,
    rules: [
      {
        id: "found",
        status: "Enabled",
        filter: { prefix: "found/" },
        expiration: { days: plan.logs.retentionDays },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  });
  return { bucket, keyArn, settings };
}

/** The role of a check: it writes what it found and a number, and reads the diagnostics secret where it shows it. */
function declareRole(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  check: PlannedAdminCheck,
  o: { readonly store: AwsCheckStore; readonly diagnostics: AwsAdminSecret | undefined; readonly inside: boolean },
): { readonly role: iam.Role; readonly rights: iam.RolePolicy } {
  const { parent, plan } = scope;
  const { resource } = check;
  const role = new iam.Role(
    resource,
    {
      name: resource,
      assumeRolePolicy: trustOf("lambda.amazonaws.com"),
      tags: adminTags(scope, resource, service.name),
    },
    { parent },
  );
  const statements = [
    {
      Sid: "Found",
      Effect: "Allow",
      Action: ["s3:GetBucketLocation", "s3:PutObject"],
      Resource: [o.store.bucket.arn, pulumi.interpolate`${o.store.bucket.arn}/found/${resource}/*`],
    },
    {
      Sid: "Keys",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: [o.store.keyArn, ...(o.diagnostics === undefined ? [] : [keyNamed(scope, service.secretKey).arn])],
    },
    {
      Sid: "Metric",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": "CloudWatchSynthetics" } },
    },
    {
      Sid: "Log",
      Effect: "Allow",
      // Not the group: one that Lambda makes has no key and never ends.
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`arn:${partitionOf(plan.region)}:logs:${plan.region}:${scope.account}:log-group:/aws/lambda/cwsyn-${resource}-*`,
    },
    ...(o.diagnostics === undefined
      ? []
      : [
          {
            Sid: "Diagnostics",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: o.diagnostics.arn,
          },
        ]),
    ...(o.inside
      ? [
          {
            Sid: "Network",
            Effect: "Allow",
            Action: ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"],
            Resource: "*",
          },
        ]
      : []),
  ];
  const rights = new iam.RolePolicy(
    resource,
    { role: role.name, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
  return { role, rights };
}

/**
 * The log of a check, with key and term. AWS makes up the name of the function, so it is declared when the function is there;
 * what a check writes before that is kept nowhere.
 */
function declareLog(scope: AwsAdminScope, owner: string, resource: string, canary: synthetics.Canary): void {
  const { parent, plan } = scope;
  const name = `${resource}-log`;
  new cloudwatch.LogGroup(
    name,
    {
      name: canary.engineArn.apply((arn) => `/aws/lambda/${arn.split(":")[6] ?? ""}`),
      retentionInDays: plan.logs.retentionDays,
      kmsKeyId: keyNamed(scope, plan.logs.key).arn,
      tags: adminStoreTags(scope, name, owner, ["operational"]),
    },
    { parent },
  );
}

/**
 * Declares the checks of a service: each asks one address every few minutes. Those of public listeners ask from outside;
 * those of what only employees reach ask from within the network, which is the farthest they can be away.
 *
 * Cost: about 10 USD a month each.
 */
export function declareChecks(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  o: {
    readonly store: AwsCheckStore;
    readonly secrets: readonly AwsAdminSecret[];
    readonly subnetIds: readonly pulumi.Output<string>[];
    readonly group: ec2.SecurityGroup;
    /** What has to answer before the first check. */
    readonly after: readonly pulumi.Resource[];
  },
): ReadonlyMap<string, synthetics.Canary> {
  const { parent } = scope;
  return new Map(
    service.checks.map((check): [string, synthetics.Canary] => {
      const { resource, everySeconds, shows, host, path, expects } = check;
      const diagnostics =
        shows === "none" ? undefined : o.secrets.find(({ planned }) => planned.variable.endsWith("DIAGNOSTICS_SECRET"));
      const inside = !isPublic(check);
      const { role, rights } = declareRole(scope, service, check, { store: o.store, diagnostics, inside });
      const text = outsideCheck({
        host,
        path,
        expects,
        shows: diagnostics !== undefined,
        ...(inside && diagnostics !== undefined
          ? { mark: healthRuleOf(service.listeners.find(({ plane }) => plane === check.plane) ?? check) }
          : {}),
      });
      const program = new s3.BucketObjectv2(
        resource,
        {
          bucket: o.store.bucket.bucket,
          key: `programs/${resource}-${digestOf(text).slice(0, 12)}.zip`,
          source: new pulumi.asset.AssetArchive({
            "nodejs/node_modules/check.js": new pulumi.asset.StringAsset(text),
          }),
        },
        { parent, dependsOn: [...o.store.settings] },
      );
      const canary = new synthetics.Canary(
        resource,
        {
          name: resource,
          runtimeVersion: runtime,
          handler: "check.handler",
          s3Bucket: program.bucket,
          s3Key: program.key,
          artifactS3Location: pulumi.interpolate`s3://${o.store.bucket.bucket}/found/${resource}/`,
          artifactConfig: { s3Encryption: { encryptionMode: "SSE_KMS", kmsKeyArn: o.store.keyArn } },
          executionRoleArn: role.arn,
          schedule: { expression: rate(everySeconds) },
          runConfig: {
            timeoutInSeconds: 30,
            ...(diagnostics === undefined ? {} : { environmentVariables: { SECRET_ARN: diagnostics.arn } }),
          },
          ...(inside ? { vpcConfig: { subnetIds: [...o.subnetIds], securityGroupIds: [o.group.id] } } : {}),
          successRetentionPeriod: scope.plan.logs.retentionDays,
          failureRetentionPeriod: scope.plan.logs.retentionDays,
          startCanary: true,
          deleteLambda: true,
          tags: adminTags(scope, resource, service.name),
        },
        { parent, dependsOn: [rights, ...o.after] },
      );
      declareLog(scope, service.name, resource, canary);
      return [resource, canary];
    }),
  );
}

function rate(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return `rate(${minutes} minute${minutes === 1 ? "" : "s"})`;
}
