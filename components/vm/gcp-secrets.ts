import * as secretmanager from "@pulumi/gcp/secretmanager";
import type * as serviceaccount from "@pulumi/gcp/serviceaccount";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedSecret } from "../core/planning/secrets";
import { dataOptions } from "../cloud/data-options";
import { partlyTransformed } from "./gcp-args";
import { dataLabels, type GcpScope } from "./gcp-scope";
import type { GcpKeys } from "./gcp-keys";

/** Where the machine reads its secrets. */
export interface GcpSecrets {
  /** Name within the plan to the exact version in Secret Manager; a changed value is a new version, hence a new pointer. */
  readonly addresses: Readonly<Record<string, pulumi.Output<string>>>;
  /** What has to be there before the machine is told of the addresses. */
  readonly ready: readonly pulumi.Resource[];
}

/** A secret that somebody else keeps, as `projects/PROJECT/secrets/NAME`, with or without `/versions/VERSION`. */
function keptElsewhere(storeName: string): { project: string; secretId: string; address: string } {
  const [, project = "", secretId = "", version = "latest"] =
    /^projects\/([^/]+)\/secrets\/([^/]+)(?:\/versions\/([^/]+))?$/.exec(storeName) ?? [];
  return { project, secretId, address: `projects/${project}/secrets/${secretId}/versions/${version}` };
}

/**
 * The secrets of a deployment in Secret Manager, in the region of the machine only, each readable by the machine and by
 * nothing else that is made here. Passwords that open data are made at random once and kept like data.
 *
 * @param given values of the secrets that come from the config, and from Google's own services
 * @param snapshot of the last upgrade; the passwords that open data hold on to it, see `declareDataDisk`
 */
export function declareSecrets(
  scope: GcpScope,
  keys: GcpKeys,
  account: serviceaccount.Account,
  given: Readonly<Record<string, pulumi.Input<string>>>,
  snapshot: readonly pulumi.Resource[],
): GcpSecrets {
  const made = scope.plan.secrets.map(
    (planned) => [planned.name, declareSecret(scope, keys, account, planned, given, snapshot)] as const,
  );
  return {
    addresses: Object.fromEntries(made.map(([name, { address }]) => [name, address])),
    ready: made.flatMap(([, { ready }]) => ready),
  };
}

function declareSecret(
  scope: GcpScope,
  keys: GcpKeys,
  account: serviceaccount.Account,
  planned: PlannedSecret,
  given: Readonly<Record<string, pulumi.Input<string>>>,
  snapshot: readonly pulumi.Resource[],
): { address: pulumi.Output<string>; ready: pulumi.Resource[] } {
  const { names, parent, project, region, transform } = scope;
  const child = names.secret(planned.name.replaceAll(/[^A-Za-z0-9_-]+/g, "-"));
  const readable = (secretId: pulumi.Input<string>, of: string) =>
    new secretmanager.SecretIamMember(
      child,
      { project: of, secretId, role: "roles/secretmanager.secretAccessor", member: account.member },
      { parent },
    );
  if (planned.origin === "store") {
    const elsewhere = keptElsewhere(planned.storeName ?? "");
    return { address: pulumi.output(elsewhere.address), ready: [readable(elsewhere.secretId, elsewhere.project)] };
  }
  const options = planned.guardsData
    ? (more: pulumi.CustomResourceOptions = {}) => dataOptions(parent, more)
    : (more: pulumi.CustomResourceOptions = {}) => ({ ...more, parent });
  const value =
    planned.origin === "generated"
      ? new random.RandomPassword(child, { length: 32, special: false }, options()).result
      : pulumi.secret(given[planned.name] ?? "");
  const secret = new secretmanager.Secret(
    child,
    partlyTransformed<secretmanager.SecretArgs, "annotations" | "labels">(
      {
        project,
        replication: {
          userManaged: { replicas: [{ location: region, customerManagedEncryption: { kmsKeyName: keys.key } }] },
        },
        labels: dataLabels(scope, "secret"),
      },
      transform.secret,
      ["annotations", "labels"],
    ),
    options({ dependsOn: [...keys.forSecrets] }),
  );
  const version = new secretmanager.SecretVersion(
    child,
    // An earlier value can be brought back by an administrator, and read by nobody else.
    { secret: secret.id, secretData: value, deletionPolicy: "DISABLE" },
    options(planned.guardsData ? { dependsOn: [...snapshot] } : {}),
  );
  return { address: version.name, ready: [version, readable(secret.secretId, project)] };
}
