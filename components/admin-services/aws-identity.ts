import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminService } from "../core/planning/admin/admin-plan";
import type { Statement } from "../managed-services/aws-access";
import { partitionOf } from "../vm/aws-scope";
import { adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";
import type { AwsAdminSecret } from "./aws-secrets";

/** A role that tasks of this account may take, and nobody else. */
export function declareTaskRole(scope: AwsAdminScope, name: string, owner: string): iam.Role {
  const { parent, account } = scope;
  const assumeRolePolicy = pulumi.output(account).apply((id) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: { StringEquals: { "aws:SourceAccount": id } },
        },
      ],
    }),
  );
  return new iam.Role(name, { name, assumeRolePolicy, tags: adminTags(scope, name, owner) }, { parent });
}

/** Gives a role rights; nothing where there are none to give. */
export function permitRole(
  scope: AwsAdminScope,
  name: string,
  role: iam.Role,
  statements: readonly Statement[],
): iam.RolePolicy[] {
  if (statements.length === 0) return [];
  const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
  return [new iam.RolePolicy(name, { role: role.name, policy }, { parent: scope.parent })];
}

/** Rights to fetch an image from a registry of AWS; none for another registry, which asks for no right of AWS. */
function pullStatements(image: string, region: string): Statement[] {
  const [, account, place = region, repository] =
    /^(\d{12})\.dkr\.ecr\.([^.]+)\.amazonaws\.com\/([^@:]+)/.exec(image) ?? [];
  if (account === undefined || repository === undefined) return [];
  return [
    { Sid: "SignIn", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
    {
      Sid: "Pull",
      Effect: "Allow",
      Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
      Resource: `arn:${partitionOf(place)}:ecr:${place}:${account}:repository/${repository}`,
    },
  ];
}

/**
 * Declares the role that starts the tasks of a service: it fetches the image, hands over the service's own secrets and opens
 * its log, and can do nothing else. The service itself cannot take it.
 */
export function declareExecutionRole(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  o: { readonly secrets: readonly AwsAdminSecret[]; readonly log: cloudwatch.LogGroup },
): { readonly role: iam.Role; readonly rights: readonly pulumi.Resource[] } {
  const name = service.executionIdentity;
  const role = declareTaskRole(scope, name, service.name);
  const rights = permitRole(scope, name, role, [
    ...pullStatements(service.container.image, scope.plan.region),
    {
      Sid: "Log",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: pulumi.interpolate`${o.log.arn}:*`,
    },
    ...(o.secrets.length === 0
      ? []
      : [
          {
            Sid: "Secrets",
            Effect: "Allow",
            Action: "secretsmanager:GetSecretValue",
            Resource: o.secrets.map(({ arn }) => arn),
          },
          {
            Sid: "SecretsKey",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: keyNamed(scope, service.secretKey).arn,
            Condition: {
              StringEquals: { "kms:ViaService": `secretsmanager.${scope.plan.region}.amazonaws.com` },
            },
          },
        ]),
  ]);
  return { role, rights };
}
