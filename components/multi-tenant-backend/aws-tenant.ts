import * as kms from "@pulumi/aws/kms";
import * as s3 from "@pulumi/aws/s3";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { tenantBoundary } from "../core/planning/multi-tenant/boundary";
import type { MultiTenantPlan, PlannedIsolation } from "../core/planning/multi-tenant/multi-tenant-plan";
import { factTags } from "../core/rules/graph";
import { closeBucket } from "../cloud/aws-closed-bucket";
import { dataOptions } from "../cloud/data-options";
import type { CellLogins, TenantArgs } from "./args";
import { decideTenant } from "./decision";
import { declareTenantDatabase } from "./set-up";
import { cellTags } from "./tags";

/**
 * A tenant of the multi-tenant backend that is a resource, on AWS. One of tier `dedicated` or `byok` has a whole cell, which
 * holds all it has; one of tier `isolated`, which is experimental, has a key, a bucket, a database and a login of its own in a
 * cell of many. Pooled tenants are never resources.
 *
 * @example
 * new Tenant("acme", { plan, provider: cell.provider });
 */
export class Tenant extends pulumi.ComponentResource {
  /** Name of its bucket; undefined where the cell is its own. */
  readonly bucket: pulumi.Output<string> | undefined;
  /** ARN of its key; undefined where the cell is its own. */
  readonly keyArn: pulumi.Output<string> | undefined;

  /**
   * @param name name of the tenant in the plan
   * @param args the plan, and the account of its cell
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
    const { isolated } = tenant;
    const tags = (resource: string, classes: readonly ("user-data" | "secret")[]) => ({
      ...cellTags(args.plan, cell, { ...args.tags, Name: resource }, classes),
      [factTags.tenant]: name,
    });
    const made = isolated === undefined ? undefined : this.isolate(isolated, args.provider, tags);
    this.keyArn = made?.keyArn;
    this.bucket = made?.bucket;
    const { logins } = args;
    if (isolated !== undefined && made !== undefined && logins !== undefined)
      declareTenantDatabase(this, { name, cell, isolated, logins, password: made.password });
    this.registerOutputs({ keyArn: this.keyArn, bucket: this.bucket });
  }

  private isolate(
    planned: PlannedIsolation,
    provider: pulumi.ProviderResource,
    tags: (resource: string, classes: readonly ("user-data" | "secret")[]) => Record<string, string>,
  ): {
    readonly keyArn: pulumi.Output<string>;
    readonly bucket: pulumi.Output<string>;
    readonly password: pulumi.Output<string>;
  } {
    const kept = { ...dataOptions(this), provider };
    const key = new kms.Key(
      planned.keyName,
      {
        description: `Tenant ${planned.database}`,
        enableKeyRotation: true,
        deletionWindowInDays: planned.keyWaitDays,
        tags: tags(planned.keyName, ["user-data"]),
      },
      kept,
    );
    const bucket = new s3.Bucket(
      planned.bucket,
      { forceDestroy: false, tags: tags(planned.bucket, ["user-data"]) },
      kept,
    );
    closeBucket(planned.bucket, bucket, {
      options: kept,
      keyArn: key.arn,
      versioning: false,
      rules: [
        {
          id: "unfinished",
          status: "Enabled",
          filter: {},
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    });
    const secret = new secretsmanager.Secret(
      planned.secret,
      { kmsKeyId: key.arn, recoveryWindowInDays: 7, tags: tags(planned.secret, ["secret"]) },
      kept,
    );
    const { result } = new random.RandomPassword(planned.secret, { length: 32, special: false }, dataOptions(this));
    new secretsmanager.SecretVersion(
      planned.secret,
      {
        secretId: secret.id,
        secretString: pulumi.jsonStringify({
          database: planned.database,
          username: planned.login,
          password: result,
        }),
      },
      kept,
    );
    return { keyArn: key.arn, bucket: bucket.bucket, password: result };
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
