import * as kms from "@pulumi/gcp/kms";
import * as secretmanager from "@pulumi/gcp/secretmanager";
import * as storage from "@pulumi/gcp/storage";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { tenantBoundary } from "../core/planning/multi-tenant/boundary";
import type { MultiTenantPlan, PlannedCell, PlannedIsolation } from "../core/planning/multi-tenant/multi-tenant-plan";
import { factTags } from "../core/rules/graph";
import { dataOptions } from "../cloud/data-options";
import { closedBucket } from "../cloud/gcp-closed-bucket";
import { permitKey } from "../cloud/gcp-key";
import type { CellLogins, TenantArgs } from "./args";
import { decideTenant } from "./decision";
import { declareTenantDatabase } from "./set-up";
import { cellTags } from "./tags";

const daySeconds = 86_400;

/** Days that Cloud Storage keeps what was deleted: none, or from a week on. */
const shortestSoftDelete = 7;

/**
 * A tenant of the multi-tenant backend that is a resource, on Google Cloud. One of tier `dedicated` or `byok` has a whole cell,
 * which holds all it has; one of tier `isolated`, which is experimental, has a key, a bucket, a database and a login of its own in
 * a cell of many. Pooled tenants are never resources.
 *
 * @example
 * new Tenant("acme", { plan, provider: cell.provider });
 */
export class Tenant extends pulumi.ComponentResource {
  /** Name of its bucket; undefined where the cell is its own. */
  readonly bucket: pulumi.Output<string> | undefined;
  /** Full name of its key; undefined where the cell is its own. */
  readonly key: pulumi.Output<string> | undefined;

  /**
   * @param name name of the tenant in the plan
   * @param args the plan, and the project of its cell
   * @param opts options of the component
   * @throws InputError where the plan has no tenant of that name
   */
  constructor(name: string, args: TenantArgs, opts?: pulumi.ComponentResourceOptions) {
    const { tenant, cell } = decideTenant(name, args.plan);
    super(
      "sourcegraph:multi-tenant-backend:Tenant",
      name,
      { boundary: args.boundary ?? tenantBoundary(args.plan, tenant) },
      opts,
    );
    const labels = (classes: readonly ("user-data" | "secret")[]) => ({
      ...cellTags(args.plan, cell, args.tags, classes),
      [factTags.tenant]: name,
    });
    const { isolated } = tenant;
    const made = isolated === undefined ? undefined : this.isolate(isolated, cell, args.provider, labels);
    this.key = made?.key;
    this.bucket = made?.bucket;
    const { logins } = args;
    if (isolated !== undefined && made !== undefined && logins !== undefined)
      declareTenantDatabase(this, { name, cell, isolated, logins, password: made.password });
    this.registerOutputs({ key: this.key, bucket: this.bucket });
  }

  private isolate(
    planned: PlannedIsolation,
    cell: PlannedCell,
    provider: pulumi.ProviderResource,
    labels: (classes: readonly ("user-data" | "secret")[]) => Record<string, string>,
  ): {
    readonly key: pulumi.Output<string>;
    readonly bucket: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
  } {
    const kept = { ...dataOptions(this), provider };
    const project = cell.account.id;
    const ring = new kms.KeyRing(planned.keyName, { project, location: cell.region }, kept);
    const key = new kms.CryptoKey(
      planned.keyName,
      {
        keyRing: ring.id,
        purpose: "ENCRYPT_DECRYPT",
        rotationPeriod: `${90 * daySeconds}s`,
        destroyScheduledDuration: `${planned.keyWaitDays * daySeconds}s`,
        labels: labels(["user-data"]),
      },
      kept,
    );
    const { emailAddress } = storage.getProjectServiceAccountOutput({ project }, { parent: this, provider });
    const permitted = permitKey(
      this,
      `${planned.keyName}-objects`,
      { key: key.id, member: pulumi.interpolate`serviceAccount:${emailAddress}` },
      provider,
    );
    const bucket = new storage.Bucket(
      planned.bucket,
      {
        ...closedBucket(project, cell.region, key.id),
        forceDestroy: false,
        softDeletePolicy: {
          retentionDurationSeconds:
            planned.softDeleteDays < shortestSoftDelete ? 0 : planned.softDeleteDays * daySeconds,
        },
        labels: labels(["user-data"]),
      },
      { ...kept, dependsOn: [permitted] },
    );
    const secret = new secretmanager.Secret(
      planned.secret,
      {
        project,
        secretId: planned.secret,
        replication: {
          userManaged: {
            replicas: [{ location: cell.region, customerManagedEncryption: { kmsKeyName: key.id } }],
          },
        },
        labels: labels(["secret"]),
      },
      { ...kept, dependsOn: [permitted] },
    );
    const { result } = new random.RandomPassword(planned.secret, { length: 32, special: false }, dataOptions(this));
    new secretmanager.SecretVersion(
      planned.secret,
      {
        secret: secret.id,
        secretData: pulumi.jsonStringify({
          database: planned.database,
          username: planned.login,
          password: result,
        }),
      },
      kept,
    );
    return { key: key.id, bucket: bucket.name, password: result };
  }
}

/** Declares every tenant of a plan that is a resource. */
export function declareTenants(
  plan: MultiTenantPlan,
  cells: Readonly<Record<string, { readonly provider: pulumi.ProviderResource; readonly logins: CellLogins }>>,
  tags: Readonly<Record<string, string>>,
): Tenant[] {
  return plan.tenants.flatMap(({ name, cell }) => {
    const made = cells[cell];
    return made === undefined ? [] : [new Tenant(name, { plan, provider: made.provider, logins: made.logins, tags })];
  });
}
