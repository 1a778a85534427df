import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as iam from "@pulumi/aws/iam";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";
import { dataOptions } from "../cloud/data-options";
import { transformed } from "../vm/args";
import { partitionOf } from "../vm/aws-scope";
import { clusterTags, type EksScope } from "./aws-scope";

/** The key of a cluster's secrets. */
export interface EksKey {
  readonly arn: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;
}

/**
 * Declares the key of the cluster's secrets, where none is given. Without it the API can read none of them again, so it is kept
 * like data.
 */
export function declareClusterKey(scope: EksScope): EksKey {
  const { parent, names, transform, specification, keys } = scope;
  if (keys.secret !== undefined) {
    const arn = pulumi.output(keys.secret);
    return { arn, keyId: arn.apply((text) => text.split("/").at(-1) ?? "") };
  }
  const key = new kms.Key(
    names.key,
    transformed(
      {
        description: `Secrets of the cluster of Sourcegraph ${specification.name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: { ...clusterTags(scope, names.key), "sourcegraph:data-class": "key" },
      },
      transform.key,
    ),
    dataOptions(parent),
  );
  new kms.Alias(names.key, { targetKeyId: key.keyId }, { parent });
  return key;
}

/** What the service of logs does with the key of a group. */
const logActions = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

/** Declares the key of the control plane's logs, which CloudWatch Logs may use for the groups of this account alone. */
export function declareLogsKey(scope: EksScope): pulumi.Output<string> {
  const { parent, names, specification, transform } = scope;
  const { boundaries, name, region } = specification;
  const partition = partitionOf(region);
  const account = boundaries.account ?? getCallerIdentityOutput({}, { parent }).accountId;
  const policy = pulumi.output(account).apply((id) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:${partition}:iam::${id}:root` },
          Action: "kms:*",
          Resource: "*",
        },
        {
          Sid: "Logs",
          Effect: "Allow",
          Principal: { Service: `logs.${region}.amazonaws.com` },
          Action: logActions,
          Resource: "*",
          Condition: {
            ArnLike: { "kms:EncryptionContext:aws:logs:arn": `arn:${partition}:logs:${region}:${id}:log-group:*` },
          },
        },
      ],
    }),
  );
  const key = new kms.Key(
    names.logsKey,
    transformed(
      {
        description: `Logs of the cluster of Sourcegraph ${name}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        policy,
        tags: { ...clusterTags(scope, names.logsKey), "sourcegraph:data-class": "key" },
      },
      transform.logsKey,
    ),
    dataOptions(parent),
  );
  new kms.Alias(names.logsKey, { targetKeyId: key.keyId }, { parent });
  return key.arn;
}

/**
 * Lets whoever makes the disks of claims use the key that they are given: AWS' own policies for it know of no key. The service
 * passes the right on to the machine that a disk is attached to.
 */
export function permitDisks(scope: EksScope, role: iam.Role): pulumi.Resource[] {
  const { parent, names, keys } = scope;
  if (keys.disk === undefined) return [];
  const policy = pulumi.output(keys.disk).apply((key) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "Use",
          Effect: "Allow",
          Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
          Resource: key,
        },
        {
          Sid: "PassOn",
          Effect: "Allow",
          Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
          Resource: key,
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
      ],
    }),
  );
  return [new iam.RolePolicy(names.diskKey, { role: role.name, policy }, { parent })];
}
