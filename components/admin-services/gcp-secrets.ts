import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedAdminSecret } from "../core/planning/admin/admin-plan";
import { dataOptions } from "../cloud/data-options";
import { keyNamed, storeLabels, type GcpServiceScope } from "./gcp-scope";
import type { GcpAdminStore } from "./gcp-stores";

/** A secret of a service in Secret Manager. */
export interface GcpAdminSecret {
  readonly planned: PlannedAdminSecret;
  /** Full name. */
  readonly secret: pulumi.Output<string>;
  /** Version by its number; a changed value is a new one. */
  readonly version: pulumi.Output<string>;
  /** The value itself, for checks from outside only. */
  readonly value: pulumi.Output<string>;
  /** What has to be there before the service reads it. */
  readonly ready: readonly pulumi.Resource[];
}

/** Values that secrets are made from. */
export interface GcpSecretValues {
  /** Of the config, by name. */
  readonly given: Readonly<Record<string, pulumi.Input<string>>>;
  /** Addresses of stores with their login, by the store's name. */
  readonly addresses: ReadonlyMap<string, pulumi.Output<string>>;
}

function valueOf(
  { parent, service }: GcpServiceScope,
  planned: PlannedAdminSecret,
  { given, addresses }: GcpSecretValues,
): pulumi.Input<string> {
  const { origin, resource, length = 32, configName = planned.name, store = "" } = planned;
  if (origin === "generated") return new random.RandomPassword(resource, { length, special: false }, { parent }).result;
  const value = origin === "config" ? given[configName] : addresses.get(store);
  if (value === undefined) throw new Error(`the secret ${planned.name} of ${service.name} has no value`);
  return value;
}

/** Declares a secret in the region of the stack only, under the key of the service's secrets, that the service may read. */
function declareReadable(
  scope: GcpServiceScope,
  resource: string,
  value: pulumi.Input<string>,
): Pick<GcpAdminSecret, "secret" | "version" | "ready"> {
  const { parent, project, region, service, account } = scope;
  const { key, permitted } = keyNamed(scope, service.secretKey);
  const secret = new secretmanager.Secret(
    resource,
    {
      project,
      replication: {
        userManaged: { replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: key.id } }] },
      },
      labels: storeLabels(scope, { owner: service.name, dataClasses: ["secret"] }),
    },
    dataOptions(parent, { dependsOn: [...permitted] }),
  );
  const version = new secretmanager.SecretVersion(
    resource,
    // An earlier value can be brought back by an administrator, and read by nobody else.
    { secret: secret.id, secretData: value, deletionPolicy: "DISABLE" },
    { parent },
  );
  const reader = new secretmanager.SecretIamMember(
    resource,
    { project, secretId: secret.secretId, role: "roles/secretmanager.secretAccessor", member: account.member },
    { parent },
  );
  return { secret: secret.id, version: version.version, ready: [version, reader] };
}

/** Declares a planned secret. The service may read it, and nothing else that is made here. */
export function declareSecret(
  scope: GcpServiceScope,
  planned: PlannedAdminSecret,
  values: GcpSecretValues,
): GcpAdminSecret {
  const value = pulumi.secret(valueOf(scope, planned, values));
  return { planned, value, ...declareReadable(scope, planned.resource, value) };
}

/** A file that a service reads, kept as a secret because Cloud Run takes files from nowhere else. */
export type GcpAdminFile = Pick<GcpAdminSecret, "secret" | "version" | "ready"> & {
  /** Name of the file, without its folder. */
  readonly file: string;
};

/** Declares the certificates by which a service knows its stores, where these are Google's own. */
export function declareAuthorities(scope: GcpServiceScope, stores: readonly GcpAdminStore[]): GcpAdminFile[] {
  return stores.flatMap(({ planned: { name, resource }, authorities }) =>
    authorities === undefined
      ? []
      : [{ file: `${name}.pem`, ...declareReadable(scope, `${resource}-authority`, authorities) }],
  );
}
