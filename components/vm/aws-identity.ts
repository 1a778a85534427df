import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Specification } from "../core/planning/config/specification";
import { objectAccess, type Statement } from "../managed-services/aws-access";
import { transformed } from "./args";
import { partitionOf, tagsOf, type AwsScope } from "./aws-scope";

/** The identity of the machine. */
export interface AwsIdentity {
  readonly profile: iam.InstanceProfile;
  /** Its rights: to be there before the machine starts. */
  readonly policy: iam.RolePolicy;
}

/** A trust policy for a service of AWS. */
export function trustOf(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

/** Rights on the user's own buckets, where the machine's identity opens them. */
function ownBuckets(objectStorage: Specification["objectStorage"], partition: string): Statement[] {
  if (typeof objectStorage === "string" || objectStorage.backend !== "S3") return [];
  if (objectStorage.accessKeyIdSecret !== undefined) return [];
  const { bucket, codeIntelBucket, searchJobsBucket } = objectStorage;
  const arns = [...new Set([bucket, codeIntelBucket, searchJobsBucket])]
    .filter((name) => name !== undefined)
    .map((name) => `arn:${partition}:s3:::${name}`);
  return objectAccess(arns, "Own");
}

/**
 * Declares the role of the machine, with rights to nothing but: its bundles, pointer and orders, its status, its backups, its secrets, the key of
 * these through the two services that hold them, metrics under one namespace, the user's own buckets if
 * there are any, and the services of AWS that are made for it.
 */
export function declareIdentity(
  scope: AwsScope,
  o: {
    readonly keyArn: pulumi.Input<string>;
    readonly bucketArn: pulumi.Input<string>;
    readonly secrets: readonly pulumi.Input<string>[];
    /** Rights on the bucket of backups and the cloud's own services that are made for the instance. */
    readonly managed: readonly Statement[];
  },
): AwsIdentity {
  const { parent, names, transform, plan, specification } = scope;
  const name = names.machine;
  const partition = partitionOf(plan.region);
  const service = (host: string) =>
    `${host}.${plan.region}.${partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"}`;
  const statements: Statement[] = [
    {
      Sid: "Bundles",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: ["pointer.json", "order.json", "bundles/*"].map((key) => pulumi.interpolate`${o.bucketArn}/${key}`),
    },
    {
      Sid: "Status",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${o.bucketArn}/status.json`,
    },
    ...(o.secrets.length === 0
      ? []
      : [{ Sid: "Secrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: o.secrets }]),
    {
      Sid: "Key",
      Effect: "Allow",
      Action: ["kms:Decrypt", "kms:GenerateDataKey"],
      Resource: o.keyArn,
      Condition: { StringEquals: { "kms:ViaService": [service("s3"), service("secretsmanager")] } },
    },
    {
      Sid: "Metrics",
      Effect: "Allow",
      Action: "cloudwatch:PutMetricData",
      Resource: "*",
      Condition: { StringEquals: { "cloudwatch:namespace": metricNamespace } },
    },
    ...ownBuckets(specification.objectStorage, partition),
    ...o.managed,
  ];
  const role = new iam.Role(
    name,
    transformed(
      {
        description: `Machine of Sourcegraph ${plan.name}`,
        assumeRolePolicy: trustOf("ec2.amazonaws.com"),
        tags: tagsOf(scope, name),
      },
      transform.role,
    ),
    { parent },
  );
  const policy = new iam.RolePolicy(
    name,
    { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
  const profile = new iam.InstanceProfile(name, { role: role.name, tags: tagsOf(scope, name) }, { parent });
  return { profile, policy };
}

/** The one namespace of metrics the machine may write to. */
export const metricNamespace = "Sourcegraph";
