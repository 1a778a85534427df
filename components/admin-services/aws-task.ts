import type * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ecs from "@pulumi/aws/ecs";
import type * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedAdminService, PlannedAdminValue } from "../core/planning/admin/admin-plan";
import type { StatedContainer } from "../core/rules/facts";
import { adminTags, keyNamed, type AwsAdminScope } from "./aws-scope";
import type { AwsAdminSecret } from "./aws-secrets";
import type { AwsAdminStore } from "./aws-stores";

/** Stores of the whole stack, by `service/store`. */
export type AwsAdminStores = ReadonlyMap<string, AwsAdminStore>;

/** What stands in, where a component states its variables, for a value that is known only once its store is there. */
const later = "(of the store)";

function valueOf(scope: AwsAdminScope, stores: AwsAdminStores, value: PlannedAdminValue): pulumi.Input<string> {
  if (typeof value === "string") return value;
  if ("place" in value) return value.place === "region" ? scope.plan.region : scope.account;
  if ("key" in value) return keyNamed(scope, value.key).arn;
  const told = stores.get(`${value.service}/${value.store}`)?.told[value.what];
  if (told === undefined) throw new Error(`${value.service} has no ${value.what} of ${value.store} on AWS`);
  return told;
}

/** What a component states of its container: the same that the text of the task holds, without what is not known yet. */
export function statedContainer({ name, container, secrets }: PlannedAdminService): StatedContainer {
  return {
    name,
    image: container.image,
    variables: {
      ...Object.fromEntries(
        Object.entries(container.environment).map(([variable, value]) => [
          variable,
          { value: typeof value === "string" ? value : later },
        ]),
      ),
      ...Object.fromEntries(secrets.map(({ variable, resource }) => [variable, { secret: resource }])),
    },
  };
}

/**
 * Declares the task of a service: one container of an image by digest, with a file system that it cannot write to but for
 * one folder of its own, without rights of its host, and with secrets by reference.
 */
export function declareTask(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  o: {
    readonly role: iam.Role;
    readonly execution: iam.Role;
    readonly secrets: readonly AwsAdminSecret[];
    readonly stores: AwsAdminStores;
    readonly log: cloudwatch.LogGroup;
  },
): ecs.TaskDefinition {
  const { parent, plan } = scope;
  const { resource, container, name } = service;
  const environment = Object.entries(container.environment).map(([variable, value]) => ({
    name: variable,
    value: valueOf(scope, o.stores, value),
  }));
  const definition = {
    name,
    image: container.image,
    essential: true,
    readonlyRootFilesystem: true,
    privileged: false,
    linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
    portMappings: [{ containerPort: container.port, protocol: "tcp" }],
    mountPoints: [{ sourceVolume: "scratch", containerPath: "/tmp", readOnly: false }],
    environment,
    secrets: o.secrets.map(({ planned, reference }) => ({ name: planned.variable, valueFrom: reference })),
    logConfiguration: {
      logDriver: "awslogs",
      options: { "awslogs-group": o.log.name, "awslogs-region": plan.region, "awslogs-stream-prefix": name },
    },
    stopTimeout: 60,
  };
  return new ecs.TaskDefinition(
    resource,
    {
      family: resource,
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: String(container.cpus * 1024),
      memory: String(container.memoryGib * 1024),
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
      taskRoleArn: o.role.arn,
      executionRoleArn: o.execution.arn,
      volumes: [{ name: "scratch" }],
      containerDefinitions: pulumi.jsonStringify([definition]),
      tags: adminTags(scope, resource, name),
    },
    { parent },
  );
}
