import * as kms from "@pulumi/aws/kms";
import * as aws from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { MultiTenantPlan, PlannedAccount } from "../core/planning/multi-tenant/multi-tenant-plan";
import type { StoredClass } from "../core/rules/facts";
import { partitionOf } from "../vm/aws-scope";
import { dataOptions } from "../cloud/data-options";
import { environmentTags } from "./tags";

/** What every part of an environment on AWS is declared from. */
export interface AwsEnvironmentScope {
  readonly parent: pulumi.Resource;
  readonly plan: MultiTenantPlan;
  /** Options of a child in an account; where it has no role, the program's own provider makes it. */
  readonly within: (account: PlannedAccount) => { readonly parent: pulumi.Resource; readonly provider?: aws.Provider };
  readonly tags: (resource: string, classes?: readonly StoredClass[]) => Record<string, string>;
}

/** Declares a provider for each account with a role, once. */
export function awsEnvironmentScope(
  parent: pulumi.Resource,
  plan: MultiTenantPlan,
  tags: Readonly<Record<string, string>>,
): AwsEnvironmentScope {
  const providers = new Map<string, aws.Provider>();
  return {
    parent,
    plan,
    within: ({ id, role }) => {
      if (role === undefined) return { parent };
      const known = providers.get(id);
      const provider =
        known ??
        new aws.Provider(
          `${plan.name}-${id}`,
          {
            region: plan.region as aws.ProviderArgs["region"],
            allowedAccountIds: [id],
            assumeRoles: [{ roleArn: role, sessionName: plan.name }],
          },
          { parent },
        );
      providers.set(id, provider);
      return { parent, provider };
    },
    tags: (resource, classes) => environmentTags(plan, { ...tags, Name: resource }, classes),
  };
}

/** A key of the environment, kept like what it encrypts. */
export function declareEnvironmentKey(
  scope: AwsEnvironmentScope,
  o: {
    readonly name: string;
    readonly account: PlannedAccount;
    readonly what: string;
    readonly classes: readonly StoredClass[];
    readonly statements?: readonly Readonly<Record<string, unknown>>[];
  },
): pulumi.Output<string> {
  const { parent, plan, within, tags } = scope;
  const { name, account, what, classes, statements = [] } = o;
  const key = new kms.Key(
    `${name}-key`,
    {
      description: `${plan.name}: ${what}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "Account",
            Effect: "Allow",
            Principal: { AWS: `arn:${partitionOf(plan.region)}:iam::${account.id}:root` },
            Action: "kms:*",
            Resource: "*",
          },
          ...statements,
        ],
      }),
      tags: tags(`${name}-key`, classes),
    },
    { ...dataOptions(parent), ...within(account) },
  );
  return key.arn;
}
