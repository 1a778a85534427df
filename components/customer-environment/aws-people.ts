import * as iam from "@pulumi/aws/iam";
import * as ssoadmin from "@pulumi/aws/ssoadmin";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAwsEnvironment } from "../core/planning/environment/environment-plan";
import type { AwsEnvironmentParts } from "./aws-scope";

/** Declares what groups of people may do in the account, by sessions that end. */
export function declarePermissionSets(
  { parent, plan, tags, partition }: AwsEnvironmentParts,
  accountId: pulumi.Output<string>,
): void {
  const { signOn, permissionSets } = plan;
  if (signOn === undefined) return;
  const at = { instanceArn: signOn.instance, ...(signOn.region === undefined ? {} : { region: signOn.region }) };
  for (const { name, policy, session, groups } of permissionSets) {
    const set = new ssoadmin.PermissionSet(
      name,
      { ...at, name, description: `People in ${plan.name}`, sessionDuration: session, tags },
      { parent },
    );
    const rights = new ssoadmin.ManagedPolicyAttachment(
      name,
      { ...at, permissionSetArn: set.arn, managedPolicyArn: `arn:${partition}:iam::aws:policy/${policy}` },
      { parent },
    );
    for (const group of groups)
      new ssoadmin.AccountAssignment(
        `${name}-${group}`,
        {
          ...at,
          permissionSetArn: set.arn,
          principalId: group,
          principalType: "GROUP",
          targetId: accountId,
          targetType: "AWS_ACCOUNT",
        },
        // Rights that come after the assignment reach nobody until it is provisioned again.
        { parent, dependsOn: [rights] },
      );
  }
}

/**
 * Declares the historical role, to which users of another account switch. A session is named like its user, so that the
 * trail tells of people.
 *
 * @returns its name, once it is there
 */
export function declareSharedRole(
  { parent, plan, tags, partition }: AwsEnvironmentParts,
  provider: pulumi.ProviderResource,
): pulumi.Output<string> | undefined {
  const { sharedRole } = plan;
  if (sharedRole === undefined) return undefined;
  const { resource, role: name, account, policy } = sharedRole;
  const role = new iam.Role(
    resource,
    {
      name,
      description: `Historical name of the way into ${plan.name}`,
      maxSessionDuration: 3600,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { AWS: `arn:${partition}:iam::${account}:root` },
            Action: "sts:AssumeRole",
            Condition: {
              Bool: { "aws:MultiFactorAuthPresent": "true" },
              StringLike: { "sts:RoleSessionName": "${aws:username}" },
            },
          },
        ],
      }),
      tags,
    },
    { parent, provider },
  );
  new iam.RolePolicyAttachment(
    resource,
    { role: role.name, policyArn: `arn:${partition}:iam::aws:policy/${policy}` },
    { parent, provider },
  );
  return role.name;
}

/** Where people sign in with each set of permissions; nothing where no portal is known. */
export function portalLinks(
  { signOn, permissionSets }: PlannedAwsEnvironment,
  accountId: pulumi.Output<string>,
): pulumi.Output<Readonly<Record<string, string>>> {
  const portal = signOn?.portal?.replace(/[/#]+$/, "");
  return accountId.apply((id) =>
    portal === undefined
      ? {}
      : Object.fromEntries(
          permissionSets.map(({ name }) => [name, `${portal}/#/console?account_id=${id}&role_name=${name}`]),
        ),
  );
}
