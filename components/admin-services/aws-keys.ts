import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminKey } from "../core/planning/admin/admin-plan";
import { partitionOf } from "../vm/aws-scope";
import { dataOptions } from "../cloud/data-options";
import { adminTags, type AwsAdminScope } from "./aws-scope";

/** What administrators may do with a key that signs: everything but sign. */
const administers = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:GetKeyPolicy",
  "kms:GetPublicKey",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
];

type Statement = Readonly<Record<string, unknown>>;

/** Who may use the key of the logs: the services of AWS that write logs of this account, and whoever its policies let. */
function logStatements(region: string, partition: string, account: string): Statement[] {
  const use = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
  const services = [
    {
      service: `logs.${region}.amazonaws.com`,
      condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${account}:log-group:*` },
      },
    },
    {
      service: "cloudtrail.amazonaws.com",
      condition: {
        StringLike: {
          "kms:EncryptionContext:aws:cloudtrail:arn": `arn:${partition}:cloudtrail:*:${account}:trail/*`,
        },
      },
    },
  ];
  return [
    ...services.map(({ service, condition }) => ({
      Effect: "Allow",
      Principal: { Service: service },
      Action: use,
      Resource: "*",
      Condition: condition,
    })),
    // A look at the key has no context of what is encrypted.
    {
      Effect: "Allow",
      Principal: { Service: "cloudtrail.amazonaws.com" },
      Action: "kms:DescribeKey",
      Resource: "*",
      Condition: { StringEquals: { "aws:SourceAccount": account } },
    },
  ];
}

/**
 * The policy of a key; none where AWS' own, by which the policies of identities decide, is right. All of it is known before
 * anything is made, so that it can be judged.
 *
 * @param signer role that a key which signs is for
 */
function policyOf(
  { plan, account }: Pick<AwsAdminScope, "plan" | "account">,
  planned: PlannedAdminKey,
  signer: pulumi.Input<string> | undefined,
): pulumi.Output<string> | undefined {
  if (planned.purpose === "encrypt" && planned.use !== "log") return undefined;
  const partition = partitionOf(plan.region);
  return pulumi.all([account, signer ?? ""]).apply(([id, role]) => {
    const administrators = { Effect: "Allow", Principal: { AWS: `arn:${partition}:iam::${id}:root` }, Resource: "*" };
    const statements: Statement[] =
      planned.purpose === "encrypt"
        ? [{ ...administrators, Action: "kms:*" }, ...logStatements(plan.region, partition, id)]
        : [
            { ...administrators, Action: administers },
            ...(role === ""
              ? []
              : [
                  {
                    Effect: "Allow",
                    Principal: { AWS: `arn:${partition}:iam::${id}:role/${role}` },
                    Action: ["kms:GetPublicKey", "kms:Sign"],
                    Resource: "*",
                  },
                ]),
          ];
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
  });
}

/**
 * Declares a key. One that encrypts is made anew every year or sooner; one that signs is asymmetric, never leaves AWS, and
 * signs for one role alone: not even administrators of the account may, unless they change its policy first.
 *
 * @param signer name of the role that a key which signs is for
 */
export function declareAdminKey(
  scope: Pick<AwsAdminScope, "parent" | "plan" | "account">,
  planned: PlannedAdminKey,
  signer?: pulumi.Input<string>,
): kms.Key {
  const { parent, plan } = scope;
  const signs = planned.purpose === "sign";
  const key = new kms.Key(
    planned.name,
    {
      description: `${planned.use} of ${planned.service ?? plan.name} (${plan.zone})`,
      ...(signs
        ? { keyUsage: "SIGN_VERIFY", customerMasterKeySpec: "RSA_2048" }
        : { enableKeyRotation: true, rotationPeriodInDays: planned.rotationDays }),
      deletionWindowInDays: planned.destroyDays,
      policy: policyOf(scope, planned, signer),
      tags: adminTags(scope, planned.name, planned.service),
    },
    dataOptions(parent),
  );
  new kms.Alias(planned.name, { targetKeyId: key.keyId }, { parent });
  return key;
}
