import * as backup from "@pulumi/aws/backup";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "../vm/aws-scope";
import { dataOptions } from "../cloud/data-options";
import type { AwsCellScope } from "./aws-scope";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/**
 * Declares the daily backups of the databases and of the bucket in a vault of the cell, kept no longer than a tenant who left
 * may be kept, and their copies in a vault of another account where one is named. Disks have snapshots of their own.
 */
export function declareCellBackups(
  scope: AwsCellScope,
  o: {
    readonly keyArn: pulumi.Input<string>;
    /** ARN of the vault of copies; absent without. */
    readonly copies?: pulumi.Input<string>;
  },
): void {
  const { cell, child, parent, tags } = scope;
  const { backups, identities } = cell;
  const vault = new backup.Vault(
    backups.vault,
    { kmsKeyArn: o.keyArn, forceDestroy: false, tags: tags(backups.vault, ["user-data", "identity", "secret"]) },
    { ...dataOptions(parent), ...child },
  );
  const lifecycle = { deleteAfter: backups.keepDays };
  const plan = new backup.Plan(
    backups.vault,
    {
      rules: [
        {
          ruleName: "daily",
          targetVaultName: vault.name,
          schedule: `cron(0 ${cell.specification.backup.hourUtc} * * ? *)`,
          lifecycle,
          ...(o.copies === undefined ? {} : { copyActions: [{ destinationVaultArn: o.copies, lifecycle }] }),
        },
      ],
      tags: tags(backups.vault),
    },
    child,
  );
  const name = identities.find(({ service }) => service === "backup")?.name ?? `${cell.name}-backup`;
  const role = new iam.Role(
    name,
    { description: `Backups of cell ${cell.name}`, assumeRolePolicy: trust, tags: tags(name) },
    child,
  );
  const partition = partitionOf(cell.region);
  const rights = ["AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup"].map(
    (policy) =>
      new iam.RolePolicyAttachment(
        `${name}-${policy}`,
        {
          role: role.name,
          policyArn: `arn:${partition}:iam::aws:policy/${policy === "AWSBackupServiceRolePolicyForS3Backup" ? "" : "service-role/"}${policy}`,
        },
        child,
      ),
  );
  new backup.Selection(
    backups.vault,
    {
      planId: plan.id,
      iamRoleArn: role.arn,
      selectionTags: [{ type: "STRINGEQUALS", key: "sourcegraph:name", value: cell.name }],
    },
    { ...child, dependsOn: rights },
  );
}
