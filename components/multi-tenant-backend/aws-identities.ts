import * as pulumi from "@pulumi/pulumi";
import { WorkloadIdentity } from "../cluster/aws-identity";
import type { PlannedCellIdentity } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { Statement } from "../managed-services/aws-access";
import type { CellKeys } from "./args";
import type { AwsCellScope } from "./aws-scope";

const keyActions = {
  use: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"],
  // Makes and ends keys of tenants, and never decrypts with one.
  administer: ["kms:DescribeKey", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion", "kms:TagResource"],
} as const;

function statementsOf(identity: PlannedCellIdentity, keys: CellKeys, uploads: readonly Statement[]): Statement[] {
  return [
    ...(identity.bucket === "none" ? [] : uploads),
    ...identity.keys.map(({ use, may }) => ({
      Sid: `Key${use.charAt(0).toUpperCase()}${use.slice(1)}`,
      Effect: "Allow",
      Action: keyActions[may],
      Resource: keys[use],
    })),
  ];
}

/**
 * Declares a role for each service of a cell that has rights in its account; the others have none to take.
 *
 * @returns what is known once pods get their identity
 */
export function declareIdentities(
  scope: AwsCellScope,
  o: {
    readonly clusterName: pulumi.Input<string>;
    readonly keys: CellKeys;
    /** Rights on the objects of the bucket. */
    readonly uploads: readonly Statement[];
  },
): pulumi.Output<string>[] {
  const { cell, child, tags } = scope;
  return cell.identities.flatMap((identity) => {
    const { serviceAccount, name } = identity;
    const statements = statementsOf(identity, o.keys, o.uploads);
    if (serviceAccount === undefined || statements.length === 0) return [];
    const { Name: _name, ...own } = tags(name);
    const made = new WorkloadIdentity(
      name,
      {
        clusterName: o.clusterName,
        namespace: cell.plan.namespace.name,
        serviceAccounts: [serviceAccount],
        statements: pulumi.output(statements),
        description: `Cell ${cell.name}: ${identity.service}`,
        tags: own,
      },
      child,
    );
    return [made.roleArn];
  });
}
