import * as budgets from "@pulumi/aws/budgets";
import * as organizations from "@pulumi/aws/organizations";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { declareAuditTrail } from "../cloud/aws-trail";
import { dataOptions } from "../cloud/data-options";
import { InputError } from "../core/errors";
import { factTags } from "../core/rules/graph";
import { partitionOf } from "../vm/aws-scope";
import type { CustomerEnvironmentArgs } from "./args";
import { declarePermissionSets, declareSharedRole, portalLinks } from "./aws-people";
import type { AwsEnvironmentParts } from "./aws-scope";

/** Links for people. */
export interface EnvironmentLinks {
  /** Switches to the shared role, or to that of the organization where there is none. */
  readonly switchRole: pulumi.Output<string>;
  /** Signs in with a set of permissions, by its name; none without a portal. */
  readonly signOn: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * The place of one customer on AWS: a member account with guard rails, a watched budget, an audit trail into the account of
 * logs, the rights of people who sign in as themselves, and a provider for all that is made in it. It is made by whoever runs
 * the organization. The account is protected, and stays when it leaves the program, until the plan says that it closes.
 *
 * @example
 * const environment = new CustomerEnvironment("src-3f9c1a20b7", { plan });
 * new SourcegraphVm("src-3f9c1a20b7", args, { providers: [environment.provider] });
 */
export class CustomerEnvironment extends pulumi.ComponentResource {
  /** Id of the account, known once its guard rails are there. */
  readonly accountId: pulumi.Output<string>;
  /** Provider of the account. */
  readonly provider: aws.Provider;
  /** Links for people. */
  readonly links: EnvironmentLinks;

  /**
   * @param name name of the environment in the plan
   * @param args the plan
   * @param opts options of the component; its provider is that of the organization
   * @throws InputError for a plan of another cloud
   */
  constructor(name: string, args: CustomerEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, boundary, tags = {} } = args;
    if (plan.cloud !== "aws")
      throw new InputError([{ path: "plan.cloud", message: `is ${plan.cloud}; this component is of aws` }]);
    super("sourcegraph:customer-environment:CustomerEnvironment", name, { boundary }, opts);
    const { zone, owner } = boundary?.facts ?? {};
    const facts = {
      ...(zone === undefined ? {} : { [factTags.zone]: zone }),
      ...(owner === undefined ? {} : { [factTags.owner]: owner }),
    };
    const parts: AwsEnvironmentParts = {
      parent: this,
      plan,
      tags: { ...tags, ...facts, "sourcegraph:name": plan.name },
      partition: partitionOf(plan.region),
    };
    this.accountId = declareAccount(parts);
    this.provider = new aws.Provider(
      `${plan.name}-account`,
      {
        region: plan.region as aws.ProviderArgs["region"],
        allowedAccountIds: [this.accountId],
        assumeRoles: [
          {
            roleArn: pulumi.interpolate`arn:${parts.partition}:iam::${this.accountId}:role/${plan.role}`,
            sessionName: plan.name,
          },
        ],
      },
      { parent: this },
    );
    declareBudget(parts, this.accountId);
    declareTrail(parts, this.provider);
    declarePermissionSets(parts, this.accountId);
    const role = declareSharedRole(parts, this.provider) ?? plan.role;
    this.links = {
      switchRole: pulumi.interpolate`https://signin.aws.amazon.com/switchrole?account=${this.accountId}&roleName=${role}&displayName=${plan.name}`,
      signOn: portalLinks(plan, this.accountId),
    };
    this.registerOutputs({ accountId: this.accountId, links: this.links });
  }
}

/** The account, and what nobody in it may do. */
function declareAccount({ parent, plan, tags }: AwsEnvironmentParts): pulumi.Output<string> {
  const { name, guardRail, closing, labels } = plan;
  const account = new organizations.Account(
    name,
    {
      name,
      email: plan.email,
      parentId: plan.parent,
      roleName: plan.role,
      closeOnDeletion: closing,
      tags: { ...tags, ...labels },
    },
    closing ? { parent } : dataOptions(parent),
  );
  const policy = new organizations.Policy(
    guardRail.name,
    {
      name: guardRail.name,
      type: "SERVICE_CONTROL_POLICY",
      description: guardRail.statement,
      content: guardRail.content,
      tags,
    },
    { parent },
  );
  const attached = new organizations.PolicyAttachment(
    guardRail.name,
    { policyId: policy.id, targetId: account.id },
    { parent },
  );
  return pulumi.all([account.id, attached.id]).apply(([id]) => id);
}

/** The budget is the organization's, so that nobody in the account changes it. */
function declareBudget({ parent, plan, tags }: AwsEnvironmentParts, accountId: pulumi.Output<string>): void {
  const { name, monthlyUsd, emails, thresholds } = plan.budget;
  new budgets.Budget(
    name,
    {
      name,
      budgetType: "COST",
      timeUnit: "MONTHLY",
      limitAmount: String(monthlyUsd),
      limitUnit: "USD",
      costFilters: [{ name: "LinkedAccount", values: [accountId] }],
      notifications: thresholds.map(({ percent, of }) => ({
        comparisonOperator: "GREATER_THAN",
        notificationType: of === "actual" ? "ACTUAL" : "FORECASTED",
        threshold: percent,
        thresholdType: "PERCENTAGE",
        subscriberEmailAddresses: [...emails],
      })),
      tags,
    },
    { parent },
  );
}

/** Tells who did what in every region, into a bucket of another account. */
function declareTrail({ parent, plan, tags, partition }: AwsEnvironmentParts, provider: aws.Provider): void {
  const { name, bucket, keyArn } = plan.trail;
  const eventSelectors = [
    {
      readWriteType: "All",
      includeManagementEvents: true,
      dataResources: [{ type: "AWS::S3::Object", values: [`arn:${partition}:s3`] }],
    },
  ];
  declareAuditTrail(name, bucket, { kmsKeyId: keyArn, eventSelectors, tags }, { parent, provider });
}
