import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedAdminSecret, PlannedAdminService } from "../core/planning/admin/admin-plan";
import { dataOptions } from "../cloud/data-options";
import { adminStoreTags, keyNamed, type AwsAdminScope } from "./aws-scope";

/** A secret of a service, as its container is told of it. */
export interface AwsAdminSecret {
  readonly planned: PlannedAdminSecret;
  readonly arn: pulumi.Output<string>;
  /** ARN with the version: a new value is a new task. */
  readonly reference: pulumi.Output<string>;
}

/** Where values of secrets come from. */
export interface AwsAdminSecretValues {
  /** Values of the config, by name. */
  readonly given: Readonly<Record<string, pulumi.Input<string>>>;
  /** Addresses of the service's stores with their logins, by name of the store. */
  readonly addresses: Readonly<Record<string, pulumi.Output<string>>>;
}

function valueOf(
  parent: pulumi.Resource,
  planned: PlannedAdminSecret,
  { given, addresses }: AwsAdminSecretValues,
): pulumi.Input<string> {
  const { resource, origin, configName = "", store = "", length = 32 } = planned;
  if (origin === "generated")
    return new random.RandomPassword(resource, { length, special: false }, dataOptions(parent)).result;
  return pulumi.secret((origin === "config" ? given[configName] : addresses[store]) ?? "");
}

/** Declares the secrets of a service, under its key. They are read through their version, and by that service alone. */
export function declareAdminSecrets(
  scope: AwsAdminScope,
  service: PlannedAdminService,
  values: AwsAdminSecretValues,
): AwsAdminSecret[] {
  const { parent } = scope;
  return service.secrets.map((planned) => {
    const { resource, origin } = planned;
    // An address follows its store; a value that is made or given opens what nothing else opens.
    const options = origin === "store" ? { parent } : dataOptions(parent);
    const secret = new secretsmanager.Secret(
      resource,
      {
        description: planned.purpose,
        kmsKeyId: keyNamed(scope, service.secretKey).arn,
        recoveryWindowInDays: origin === "store" ? 7 : 30,
        tags: adminStoreTags(scope, resource, service.name, ["secret"]),
      },
      options,
    );
    const version = new secretsmanager.SecretVersion(
      resource,
      { secretId: secret.id, secretString: valueOf(parent, planned, values) },
      options,
    );
    return { planned, arn: secret.arn, reference: pulumi.interpolate`${secret.arn}:::${version.versionId}` };
  });
}
