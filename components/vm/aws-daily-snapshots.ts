import * as dlm from "@pulumi/aws/dlm";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { BackupConfig } from "../core/planning/config/config";
import { transformed, type Transform } from "./args";
import { trustOf } from "./aws-identity";
import { partitionOf } from "./aws-scope";

/** Tag by which the daily snapshots find the volume, and know their own: its value is the key, which no other instance has. */
export const backupTag = "sourcegraph:backup";

/**
 * Declares daily snapshots of all volumes that carry a tag. Only snapshots that carry it too, which are those made here, are
 * ever deleted.
 */
export function declareDailySnapshots(
  parent: pulumi.Resource,
  name: string,
  o: {
    readonly description: string;
    readonly region: string;
    /** ARN of the volumes that may be taken, or a pattern of it. */
    readonly volumes: pulumi.Input<string>;
    readonly tag: { readonly key: string; readonly value: pulumi.Input<string> };
    readonly backup: Readonly<Required<BackupConfig>>;
    readonly tags: Record<string, pulumi.Input<string>>;
    readonly transform: Transform<dlm.LifecyclePolicyArgs> | undefined;
  },
): dlm.LifecyclePolicy {
  const { tag, tags } = o;
  const snapshots = `arn:${partitionOf(o.region)}:ec2:${o.region}::snapshot/*`;
  const role = new iam.Role(
    name,
    { description: o.description, assumeRolePolicy: trustOf("dlm.amazonaws.com"), tags },
    { parent },
  );
  const rights = new iam.RolePolicy(
    name,
    {
      role: role.id,
      policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Find",
            Effect: "Allow",
            Action: ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"],
            Resource: "*",
          },
          { Sid: "Take", Effect: "Allow", Action: "ec2:CreateSnapshot", Resource: [o.volumes, snapshots] },
          { Sid: "Mark", Effect: "Allow", Action: "ec2:CreateTags", Resource: snapshots },
          {
            Sid: "Expire",
            Effect: "Allow",
            Action: "ec2:DeleteSnapshot",
            Resource: snapshots,
            Condition: { StringEquals: { [`aws:ResourceTag/${tag.key}`]: tag.value } },
          },
        ],
      }),
    },
    { parent },
  );
  return new dlm.LifecyclePolicy(
    name,
    transformed(
      {
        description: o.description,
        executionRoleArn: role.arn,
        policyDetails: {
          resourceTypes: ["VOLUME"],
          targetTags: { [tag.key]: tag.value },
          schedules: [
            {
              name: "daily",
              createRule: {
                interval: 24,
                intervalUnit: "HOURS",
                times: `${String(o.backup.hourUtc).padStart(2, "0")}:00`,
              },
              retainRule: { interval: o.backup.keepDays, intervalUnit: "DAYS" },
              copyTags: true,
            },
          ],
        },
        tags,
      },
      o.transform,
    ),
    { parent, dependsOn: [rights] },
  );
}
