import * as backup from "@pulumi/aws/backup";
import * as dynamodb from "@pulumi/aws/dynamodb";
import * as ecr from "@pulumi/aws/ecr";
import * as organizations from "@pulumi/aws/organizations";
import * as route53 from "@pulumi/aws/route53";
import * as pulumi from "@pulumi/pulumi";
import { InputError } from "../core/errors";
import { factTags } from "../core/rules/graph";
import { partitionOf } from "../vm/aws-scope";
import { dataOptions } from "../cloud/data-options";
import type { MultiTenantEnvironmentArgs } from "./args";
import { awsEnvironmentScope, declareEnvironmentKey, type AwsEnvironmentScope } from "./aws-accounts";
import { boundaryOfEnvironment, copiesOf } from "./decision";
import { declareLogTarget } from "./aws-log-target";
import type { EnvironmentServices } from "./environment-services";
import { declareOriginSecrets } from "./origin-secrets";

/**
 * What the cells of one stage have in common on AWS: the organizational unit and what nobody in it may do, the zone of names,
 * the store of placements, the registry of images, the vault of copies, and the account that logs go to. It holds no data of
 * tenants, and no cell can read another's by it.
 *
 * @example
 * const environment = new MultiTenantEnvironment("mt", { plan });
 */
export class MultiTenantEnvironment extends pulumi.ComponentResource {
  /** What cells use of it. */
  readonly services: EnvironmentServices;
  /** Secret: what the edge may show at the origin of each cell, by its name; the last is shown. */
  readonly originSecrets: Readonly<Record<string, pulumi.Output<string>[]>>;
  /** Zone of Route 53 that names are written into; undefined where they are at Cloudflare. */
  readonly namesZone: pulumi.Output<string> | undefined;
  /** Provider of the account of names and edge; undefined for the program's own. */
  readonly namesProvider: pulumi.ProviderResource | undefined;
  /** Name of the store of placements. */
  readonly placement: pulumi.Output<string>;
  /** Id of the organizational unit; undefined where it is left to somebody else. */
  readonly unitId: pulumi.Output<string> | undefined;

  /**
   * @param name name of the environment in the plan
   * @param args the plan
   * @param opts options of the component
   * @throws InputError for a plan of another cloud
   */
  constructor(name: string, args: MultiTenantEnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan } = args;
    if (plan.cloud !== "aws")
      throw new InputError([{ path: "plan.cloud", message: `is ${plan.cloud}; this component is of aws` }]);
    super(
      "sourcegraph:multi-tenant-backend:MultiTenantEnvironment",
      name,
      { boundary: args.boundary ?? boundaryOfEnvironment(plan) },
      opts,
    );
    const scope = awsEnvironmentScope(this, plan, args.tags ?? {});
    const { names } = plan.environment;
    this.unitId = declareUnit(scope);
    this.namesProvider = scope.within(names.account).provider;
    this.namesZone = declareZone(scope);
    this.placement = declarePlacement(scope);
    declareImages(scope);
    this.originSecrets = Object.fromEntries(plan.cells.map((cell) => [cell.name, declareOriginSecrets(this, cell)]));
    const copies = declareCopies(scope);
    this.services = {
      logs: declareLogTarget(scope),
      ...(copies === undefined ? {} : { backupCopies: copies }),
    };
    this.registerOutputs({ placement: this.placement, namesZone: this.namesZone, unitId: this.unitId });
  }
}

/** The unit of the stage, and what nobody in it may do, whatever rights they have. */
function declareUnit({ parent, plan, tags }: AwsEnvironmentScope): pulumi.Output<string> | undefined {
  const { containerName, parent: above, guardRails } = plan.environment;
  if (above === undefined) return undefined;
  const unit = new organizations.OrganizationalUnit(
    containerName,
    { name: containerName, parentId: above, tags: tags(containerName) },
    { parent },
  );
  const attached = guardRails.map(({ name, statement, statements = [] }) => {
    const own = `${containerName}-${name}`;
    const policy = new organizations.Policy(
      own,
      {
        name: own,
        type: "SERVICE_CONTROL_POLICY",
        description: statement,
        content: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
        tags: tags(own),
      },
      { parent },
    );
    return new organizations.PolicyAttachment(own, { policyId: policy.id, targetId: unit.id }, { parent });
  });
  return pulumi.all([unit.id, ...attached.map(({ id }) => id)]).apply(([id]) => id ?? "");
}

/** The zone of the tenants' names: one that is there, else one that is made; none at Cloudflare. */
function declareZone({ parent, plan, within, tags }: AwsEnvironmentScope): pulumi.Output<string> | undefined {
  const { names, edge } = plan.environment;
  if (names.zone !== undefined) return pulumi.output(names.zone);
  if (edge.kind === "cloudflare") return undefined;
  const name = `${plan.name}-zone`;
  return new route53.Zone(
    name,
    { name: names.domain, comment: `Tenants of ${plan.name}`, tags: tags(name, ["configuration"]) },
    { ...dataOptions(parent), ...within(names.account) },
  ).zoneId;
}

/** Which tenant is in which cell: hosts, numbers and cells, and nothing of people. */
function declarePlacement(scope: AwsEnvironmentScope): pulumi.Output<string> {
  const { parent, plan, within, tags } = scope;
  const { account, name, keyName, backupDays } = plan.environment.placement;
  const classes = ["configuration"] as const;
  const kmsKeyArn = declareEnvironmentKey(scope, { name: keyName, account, what: "placements", classes });
  return new dynamodb.Table(
    name,
    {
      billingMode: "PAY_PER_REQUEST",
      hashKey: "host",
      attributes: [{ name: "host", type: "S" }],
      serverSideEncryption: { enabled: true, kmsKeyArn },
      pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: backupDays },
      deletionProtectionEnabled: true,
      tags: tags(name, classes),
    },
    { ...dataOptions(parent), ...within(account) },
  ).name;
}

/** Where images come from: repositories are made when images are pushed, and cells may pull, and no more. */
function declareImages(scope: AwsEnvironmentScope): void {
  const { plan, within, tags } = scope;
  const { account, name, keyName, pullers } = plan.environment.images;
  const kmsKey = declareEnvironmentKey(scope, {
    name: keyName,
    account,
    what: "images",
    classes: ["configuration"],
  });
  new ecr.RepositoryCreationTemplate(
    name,
    {
      prefix: name,
      description: `Images of ${plan.name}`,
      appliedFors: ["PULL_THROUGH_CACHE", "REPLICATION"],
      imageTagMutability: "IMMUTABLE",
      encryptionConfigurations: [{ encryptionType: "KMS", kmsKey }],
      repositoryPolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "CellsPull",
            Effect: "Allow",
            Principal: { AWS: pullers.map((id) => `arn:${partitionOf(plan.region)}:iam::${id}:root`) },
            Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          },
        ],
      }),
      resourceTags: tags(name),
    },
    within(account),
  );
}

/** A vault for the copies of each cell, under a key of its own; the cell can add to it, and neither read nor end what is there. */
function declareCopies(scope: AwsEnvironmentScope): Readonly<Record<string, pulumi.Output<string>>> | undefined {
  const { parent, plan, within, tags } = scope;
  const { backupCopies } = plan.environment;
  if (backupCopies === undefined) return undefined;
  const { account } = backupCopies;
  const classes = ["user-data", "identity", "secret"] as const;
  const kept = { ...dataOptions(parent), ...within(account) };
  return Object.fromEntries(
    plan.cells.map((cell) => {
      const name = copiesOf(plan, cell);
      const kmsKeyArn = declareEnvironmentKey(scope, { name, account, what: `copies of ${cell.name}`, classes });
      const vault = new backup.Vault(
        name,
        { kmsKeyArn, forceDestroy: false, tags: { ...tags(name, classes), [factTags.cell]: cell.name } },
        kept,
      );
      new backup.VaultPolicy(
        name,
        {
          backupVaultName: vault.name,
          policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
              {
                Sid: "CellCopies",
                Effect: "Allow",
                Principal: { AWS: `arn:${partitionOf(plan.region)}:iam::${cell.account.id}:root` },
                Action: "backup:CopyIntoBackupVault",
                Resource: "*",
              },
            ],
          }),
        },
        kept,
      );
      return [cell.name, vault.arn];
    }),
  );
}
