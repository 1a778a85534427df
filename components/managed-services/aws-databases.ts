import type * as ec2 from "@pulumi/aws/ec2";
import * as rds from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { databaseService } from "../core/planning/database-environment";
import { backupWindow, maintenanceWindow, parameterFamily } from "../core/planning/managed/amazon";
import type { PlannedDatabase } from "../core/planning/managed/managed";
import { managedHost, managedLogin, managedPassword } from "../core/planning/managed/values";
import { transformed } from "../vm/args";
import { dataOptions } from "../cloud/data-options";
import { dataTags, serverOptions, serviceTags, type AwsServicesScope } from "./aws-scope";

/** A database server, and what clients are told of it. */
export interface AwsDatabase {
  readonly planned: PlannedDatabase;
  readonly instance: rds.Instance;
  /** By name of the planned secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What all databases stand on. */
export interface AwsDatabaseGround {
  readonly subnets: rds.SubnetGroup;
  readonly group: ec2.SecurityGroup;
}

/** The subnets databases may stand in, two zones at least. */
export function declareDatabaseSubnets(scope: AwsServicesScope): rds.SubnetGroup {
  const { parent, name, subnetIds } = scope;
  const resource = `${name}-databases`;
  return new rds.SubnetGroup(
    resource,
    { subnetIds, description: `Databases of Sourcegraph ${name}`, tags: serviceTags(scope, resource) },
    { parent },
  );
}

/**
 * One PostgreSQL server of RDS, with its database and its login, which owns it. It has a private address only, and takes
 * encrypted connections only.
 *
 * What the plan changes is done at once and not in the hours of maintenance, because an update that ends before its change
 * would tell the product of servers that are not there yet: a new class or version restarts it, with a standby for about a
 * minute. The disk grows by itself up to a limit; the provider disregards a size below what it has grown to. It grows by a
 * tenth at least, and then not again for six hours; both are AWS' rules.
 *
 * Where the clients' identity signs in, AWS makes the password of the owner and keeps it among the account's secrets, for the
 * one time it is needed.
 */
export function declareDatabase(
  scope: AwsServicesScope,
  planned: PlannedDatabase,
  ground: AwsDatabaseGround,
): AwsDatabase {
  const { parent, deletionProtection, backupHourUtc, maintenance, transform } = scope;
  const keyArn = scope.keys.db ?? scope.keyArn;
  const { resource, login } = planned;
  const byIdentity = login === "iam";
  const password = byIdentity
    ? undefined
    : new random.RandomPassword(resource, { length: 32, special: false }, dataOptions(parent)).result;
  // Names of snapshots are taken for ever, so that of the last one must not be that of an earlier instance.
  const { result: suffix } = new random.RandomString(resource, { length: 8, special: false, upper: false }, { parent });
  const parameters = declareParameters(scope, planned);
  const settings = {
    // A version without a minor leaves minors to AWS.
    autoMinorVersionUpgrade: !planned.version.includes("."),
    caCertIdentifier: "rds-ca-rsa2048-g1",
    maintenanceWindow: maintenanceWindow(maintenance),
    performanceInsightsEnabled: true,
    performanceInsightsRetentionPeriod: 7,
    tags: dataTags(scope, resource, databaseService(planned.name)),
  };
  const instance = new rds.Instance(
    resource,
    {
      ...transformed(settings, transform.database),
      engine: "postgres",
      engineVersion: planned.version,
      allowMajorVersionUpgrade: planned.majorUpgrade,
      applyImmediately: true,
      instanceClass: planned.machineType,
      allocatedStorage: planned.sizeGb,
      maxAllocatedStorage: planned.maximumSizeGb,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keyArn,
      performanceInsightsKmsKeyId: keyArn,
      dbName: managedLogin.database,
      username: managedLogin.user,
      ...(byIdentity
        ? { manageMasterUserPassword: true, masterUserSecretKmsKeyId: scope.keys.secret ?? keyArn }
        : { password }),
      iamDatabaseAuthenticationEnabled: byIdentity,
      port: managedLogin.port,
      publiclyAccessible: false,
      dbSubnetGroupName: ground.subnets.name,
      vpcSecurityGroupIds: [ground.group.id],
      parameterGroupName: parameters.name,
      multiAz: planned.highlyAvailable,
      backupRetentionPeriod: planned.backupDays,
      backupWindow: backupWindow(backupHourUtc, maintenance),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: pulumi.interpolate`${resource}-final-${suffix}`,
    },
    serverOptions(scope, ["snapshotIdentifier"]),
  );
  return {
    planned,
    instance,
    values: {
      [managedHost(planned.name)]: instance.address,
      ...(password === undefined ? {} : { [managedPassword(planned.name)]: password }),
    },
  };
}

/** A group for each family, so that a new major version gets one of its own before it comes, and the old one goes after. */
function declareParameters(scope: AwsServicesScope, planned: PlannedDatabase): rds.ParameterGroup {
  const family = parameterFamily(planned.majorVersion);
  const resource = `${planned.resource}-${family}`;
  return new rds.ParameterGroup(
    resource,
    {
      family,
      description: `Settings of ${planned.resource}`,
      parameters: Object.entries(planned.parameters)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({
          name,
          value,
          applyMethod: planned.restartParameters.includes(name) ? "pending-reboot" : "immediate",
        })),
      tags: serviceTags(scope, resource),
    },
    { parent: scope.parent },
  );
}
