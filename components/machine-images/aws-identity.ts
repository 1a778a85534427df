import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../managed-services/aws-access";
import { transformed } from "../vm/args";
import { trustOf } from "../vm/aws-identity";
import { partitionOf } from "../vm/aws-scope";
import type { AwsImagesScope } from "./aws-scope";

/** What an agent of Systems Manager needs to be given commands; none of it is about a resource that could be named. */
const agent = [
  "ssm:UpdateInstanceInformation",
  "ssmmessages:CreateControlChannel",
  "ssmmessages:CreateDataChannel",
  "ssmmessages:OpenControlChannel",
  "ssmmessages:OpenDataChannel",
  "ec2messages:AcknowledgeMessage",
  "ec2messages:DeleteMessage",
  "ec2messages:FailMessage",
  "ec2messages:GetEndpoint",
  "ec2messages:GetMessages",
  "ec2messages:SendReply",
];

function statementsOf({ plan, region }: AwsImagesScope): Statement[] {
  const partition = partitionOf(region);
  return [
    { Sid: "Agent", Effect: "Allow", Action: agent, Resource: "*" },
    {
      Sid: "Components",
      Effect: "Allow",
      Action: "imagebuilder:GetComponent",
      Resource: `arn:${partition}:imagebuilder:${region}:*:component/${plan.name}-*`,
    },
    {
      Sid: "Runner",
      Effect: "Allow",
      Action: "s3:GetObject",
      Resource: `arn:${partition}:s3:::ec2imagebuilder*`,
    },
    {
      Sid: "EncryptedComponents",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: "*",
      Condition: {
        "ForAnyValue:StringEquals": {
          "kms:EncryptionContextKeys": "aws:imagebuilder:arn",
          "aws:CalledVia": "imagebuilder.amazonaws.com",
        },
      },
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `arn:${partition}:logs:${region}:*:log-group:/aws/imagebuilder/${plan.name}-*`,
    },
  ];
}

/** Declares the identity of the machine that is prepared: it may be told what to do, and write a log. */
export function declareBuilder(scope: AwsImagesScope): { profile: iam.InstanceProfile; policy: iam.RolePolicy } {
  const { parent, names, transform, tags, plan } = scope;
  const name = names.builder;
  const role = new iam.Role(
    name,
    transformed<iam.RoleArgs>(
      {
        description: `Machine that images of ${plan.name} are taken from`,
        assumeRolePolicy: trustOf("ec2.amazonaws.com"),
        tags: tags(name),
      },
      transform.role,
    ),
    { parent },
  );
  const policy = new iam.RolePolicy(
    name,
    { role: role.id, policy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: statementsOf(scope) }) },
    { parent },
  );
  return { profile: new iam.InstanceProfile(name, { role: role.name, tags: tags(name) }, { parent }), policy };
}

/** The identity of the clean-up. */
export interface AwsCleaner {
  readonly role: iam.Role;
  readonly rights: iam.RolePolicyAttachment;
}

/** Declares the identity of the clean-up, with the rights AWS has put together for it: over what Image Builder has made. */
export function declareCleaner(scope: AwsImagesScope): AwsCleaner {
  const { parent, names, transform, tags, plan, region } = scope;
  const name = names.lifecycle;
  const role = new iam.Role(
    name,
    transformed<iam.RoleArgs>(
      {
        description: `Deletes images of ${plan.name} that are kept no longer`,
        assumeRolePolicy: trustOf("imagebuilder.amazonaws.com"),
        tags: tags(name),
      },
      transform.role,
    ),
    { parent },
  );
  const rights = new iam.RolePolicyAttachment(
    name,
    {
      role: role.name,
      policyArn: `arn:${partitionOf(region)}:iam::aws:policy/service-role/EC2ImageBuilderLifecycleExecutionPolicy`,
    },
    { parent },
  );
  return { role, rights };
}
