import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedSecret } from "../core/planning/secrets";
import { transformed } from "./args";
import { tagsOf, type AwsScope } from "./aws-scope";
import { dataOptions } from "../cloud/data-options";

/** Where the machine finds its secrets, and what it may read for it. */
export interface AwsSecrets {
  /** Name of a secret to its address for the pointer: `ARN#VERSION`, so that a new value is a new pointer. */
  readonly addresses: Readonly<Record<string, pulumi.Input<string>>>;
  /** ARNs the machine may read. */
  readonly readable: readonly pulumi.Input<string>[];
}

/**
 * Declares the secrets of a plan. Passwords that open data are made at random once, protected and kept like the data;
 * values from the config follow the config. A secret that is in the store already is only pointed to: it has to be
 * encrypted with the account's own key of Secrets Manager, or the machine's role needs a right on its key.
 *
 * @param snapshot of the last upgrade; the passwords that open data hold on to it, see `declareSnapshotBefore`
 */
export function declareSecrets(
  scope: AwsScope,
  keyArn: pulumi.Input<string>,
  given: Readonly<Record<string, pulumi.Input<string>>>,
  snapshot: readonly pulumi.Resource[],
): AwsSecrets {
  const addresses: Record<string, pulumi.Input<string>> = {};
  const readable: pulumi.Input<string>[] = [];
  for (const planned of scope.plan.secrets) {
    if (planned.origin === "store") {
      // Its ARN; the config accepts nothing else.
      const arn = planned.storeName ?? planned.name;
      addresses[planned.name] = arn;
      readable.push(arn);
      continue;
    }
    const { secret, version } = keep(scope, planned, keyArn, given, snapshot);
    addresses[planned.name] = pulumi.interpolate`${secret.arn}#${version.versionId}`;
    readable.push(secret.arn);
  }
  return { addresses, readable };
}

function keep(
  scope: AwsScope,
  planned: PlannedSecret,
  keyArn: pulumi.Input<string>,
  given: Readonly<Record<string, pulumi.Input<string>>>,
  snapshot: readonly pulumi.Resource[],
): { secret: secretsmanager.Secret; version: secretsmanager.SecretVersion } {
  const { parent, names, transform } = scope;
  const name = names.secret(planned.name);
  const guarded = planned.guardsData;
  const options = guarded ? dataOptions(parent) : { parent };
  const value =
    planned.origin === "generated"
      ? new random.RandomPassword(name, { length: 32, special: false }, options).result
      : pulumi.secret(given[planned.name] ?? "");
  const secret = new secretsmanager.Secret(
    name,
    transformed(
      {
        description: planned.purpose,
        kmsKeyId: keyArn,
        recoveryWindowInDays: planned.guardsData ? 30 : 7,
        tags: tagsOf(scope, name, { "sourcegraph:data-class": "secret" }),
      },
      transform.secret,
    ),
    options,
  );
  const version = new secretsmanager.SecretVersion(
    name,
    { secretId: secret.id, secretString: value },
    guarded ? dataOptions(parent, { dependsOn: [...snapshot] }) : options,
  );
  return { secret, version };
}
