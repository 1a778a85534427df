import type * as ec2 from "@pulumi/aws/ec2";
import type * as kms from "@pulumi/aws/kms";
import type * as pulumi from "@pulumi/pulumi";
import type { AdminPlan } from "../core/planning/admin/admin-plan";
import type { StoredClass } from "../core/rules/facts";
import { factTags } from "../core/rules/graph";

/** What every part of the support services on AWS is made from. */
export interface AwsAdminScope {
  /** The component; parent of every child. */
  readonly parent: pulumi.Resource;
  readonly plan: AdminPlan;
  /** Account that everything is in. */
  readonly account: pulumi.Input<string>;
  /** Every key, by its name in the plan. */
  readonly keys: ReadonlyMap<string, kms.Key>;
  /** ARNs of the topics that alarms are sent to. */
  readonly topicArns: readonly pulumi.Output<string>[];
}

/** What services and stores stand in. */
export interface AwsAdminGround {
  readonly vpcId: pulumi.Input<string>;
  /** Blocks of the subnets of services. */
  readonly privateBlocks: readonly string[];
  /** Subnets of load balancers that the internet reaches. */
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets of services. */
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  /** Subnets of stores, without a way out. */
  readonly dataSubnetIds: readonly pulumi.Output<string>[];
  /** Group of the endpoints of AWS' own services. */
  readonly endpoints: ec2.SecurityGroup;
  /** What has to be there before a service starts. */
  readonly ways: readonly pulumi.Resource[];
}

/** Tags of a resource that answers for itself; everything of a service is owned by that. */
export function adminTags(
  { plan }: Pick<AwsAdminScope, "plan">,
  resource: string,
  owner?: string,
): Record<string, string> {
  return {
    Name: resource,
    ...plan.tags,
    [factTags.zone]: plan.zone,
    [factTags.owner]: owner ?? plan.owner,
  };
}

/** Tags of what keeps data. */
export function adminStoreTags(
  scope: Pick<AwsAdminScope, "plan">,
  resource: string,
  owner: string | undefined,
  dataClasses: readonly StoredClass[],
): Record<string, string> {
  return { ...adminTags(scope, resource, owner), [factTags.dataClasses]: dataClasses.join("_") };
}

/** The key of this name in the plan. */
export function keyNamed({ keys }: Pick<AwsAdminScope, "keys">, name: string): kms.Key {
  const key = keys.get(name);
  if (key === undefined) throw new Error(`the plan has no key ${name}`);
  return key;
}
