import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedCell, PlannedCellKey, CellKeyUse } from "../core/planning/multi-tenant/multi-tenant-plan";
import { partitionOf } from "../vm/aws-scope";
import { dataOptions } from "../cloud/data-options";
import type { CellKeys } from "./args";
import type { AwsCellScope } from "./aws-scope";

type KeyStatement = Readonly<Record<string, unknown>>;

/** The account itself: without it nobody could ever change the key again. Rights of its identities are given to each by name. */
function ofAccount(partition: string, { account }: PlannedCell): KeyStatement {
  return {
    Sid: "Account",
    Effect: "Allow",
    Principal: { AWS: `arn:${partition}:iam::${account.id}:root` },
    Action: "kms:*",
    Resource: "*",
  };
}

/** Services of AWS that use a key in the account's name, beside those that pass on the rights of who calls them. */
function ofServices(partition: string, use: CellKeyUse, { account, region }: PlannedCell): KeyStatement[] {
  switch (use) {
    case "log":
      return [
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: "*",
          Condition: {
            ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account.id}:*` },
          },
        },
      ];
    case "disk":
      return [
        {
          Sid: "Nodes",
          Effect: "Allow",
          Principal: {
            AWS: `arn:${partition}:iam::${account.id}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
          },
          Action: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext"],
          Resource: "*",
        },
      ];
    default:
      return [];
  }
}

/** A key of the cell: one that is there, of a customer, or one that is made, kept like what it encrypts. */
function declareKey(scope: AwsCellScope, planned: PlannedCellKey): pulumi.Output<string> {
  const { parent, cell, child } = scope;
  const { name, existing, use, waitDays, rotationDays, dataClasses } = planned;
  if (existing !== undefined) return pulumi.output(existing);
  const partition = partitionOf(cell.region);
  const key = new kms.Key(
    name,
    {
      description: `Cell ${cell.name}: ${use}`,
      enableKeyRotation: true,
      ...(rotationDays === undefined ? {} : { rotationPeriodInDays: rotationDays }),
      deletionWindowInDays: waitDays,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [ofAccount(partition, cell), ...ofServices(partition, use, cell)],
      }),
      tags: scope.tags(name, dataClasses),
    },
    { ...dataOptions(parent), ...child },
  );
  new kms.Alias(name, { name: `alias/${name}`, targetKeyId: key.keyId }, child);
  return key.arn;
}

/** The keys of a cell, one for each use: what opens one kind of store opens no other. */
export function declareCellKeys(scope: AwsCellScope): CellKeys {
  return Object.fromEntries(scope.cell.keys.map((planned) => [planned.use, declareKey(scope, planned)])) as CellKeys;
}
