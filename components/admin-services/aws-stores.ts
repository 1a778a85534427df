import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as elasticache from "@pulumi/aws/elasticache";
import * as rds from "@pulumi/aws/rds";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { PlannedAdminCache, PlannedAdminDatabase } from "../core/planning/admin/admin-plan";
import { backupWindow, maintenanceWindow, parameterFamily, redisFamily } from "../core/planning/managed/amazon";
import { databaseAccess, type Statement } from "../managed-services/aws-access";
import { dataOptions } from "../cloud/data-options";
import { adminStoreTags, adminTags, keyNamed, type AwsAdminGround, type AwsAdminScope } from "./aws-scope";

/** A store, what others are told of it, and what its service may do with it. */
export interface AwsAdminStore {
  /** By property, as the plan's variables ask for it. */
  readonly told: Readonly<Record<string, pulumi.Input<string>>>;
  /** The whole address with its login, where it has one; a secret. */
  readonly address?: pulumi.Output<string>;
  /** What its service may do with it. */
  readonly statements: readonly Statement[];
  /** What a reader may do with it; none where nobody else may. */
  readonly readerStatements: readonly Statement[];
}

const postgresPort = 5432;
const redisPort = 6379;

/** When AWS may restart servers: Sunday at 4, UTC; and the hour of the daily backup. */
const maintenance = { day: "SU", hourUtc: 4 } as const;
const backupHourUtc = 3;

/** A store in the network: a group of its own that lets in the service and nothing else, and subnets without a way out. */
export interface AwsAdminStoreGround extends Pick<AwsAdminGround, "vpcId" | "dataSubnetIds"> {
  /** Group of the service. */
  readonly client: ec2.SecurityGroup;
}

function declareGroup(
  scope: AwsAdminScope,
  ground: AwsAdminStoreGround,
  store: { readonly resource: string; readonly owner: string; readonly port: number },
): ec2.SecurityGroup {
  const { parent } = scope;
  const { resource, owner, port } = store;
  const tags = adminTags(scope, resource, owner);
  const group = new ec2.SecurityGroup(
    resource,
    { vpcId: ground.vpcId, description: `Reached by ${owner} only`, tags },
    { parent },
  );
  const tcp = { ipProtocol: "tcp", fromPort: port, toPort: port, tags };
  new vpc.SecurityGroupIngressRule(
    resource,
    { securityGroupId: group.id, referencedSecurityGroupId: ground.client.id, ...tcp },
    { parent },
  );
  new vpc.SecurityGroupEgressRule(
    resource,
    { securityGroupId: ground.client.id, referencedSecurityGroupId: group.id, ...tcp },
    { parent },
  );
  return group;
}

/**
 * Declares a PostgreSQL server: a private address, encrypted connections only, sign-in by identity for the service; the
 * password of its administrator is made and kept by AWS. Its log has a group of its own from the start, since one that RDS
 * makes has no key and never ends.
 */
export function declareAdminDatabase(
  scope: AwsAdminScope,
  planned: PlannedAdminDatabase,
  o: { readonly ground: AwsAdminStoreGround; readonly secretKey: pulumi.Input<string> },
): AwsAdminStore {
  const { parent, plan } = scope;
  const { resource, owner, dataClasses } = planned;
  const keyArn = keyNamed(scope, planned.key).arn;
  const tags = adminTags(scope, resource, owner);
  const group = declareGroup(scope, o.ground, { resource, owner, port: postgresPort });
  const subnets = new rds.SubnetGroup(
    resource,
    { subnetIds: [...o.ground.dataSubnetIds], description: `Database ${planned.name} of ${owner}`, tags },
    { parent },
  );
  const family = parameterFamily(planned.version.split(".")[0] ?? planned.version);
  const parameters = new rds.ParameterGroup(
    `${resource}-${family}`,
    {
      family,
      description: `Settings of ${resource}`,
      parameters: Object.entries(planned.parameters)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => ({ name, value, applyMethod: "pending-reboot" })),
      tags,
    },
    { parent },
  );
  const log = new cloudwatch.LogGroup(
    `${resource}-log`,
    {
      name: `/aws/rds/instance/${resource}/postgresql`,
      retentionInDays: plan.logs.retentionDays,
      kmsKeyId: keyNamed(scope, plan.logs.key).arn,
      tags: adminStoreTags(scope, `${resource}-log`, owner, ["operational"]),
    },
    { parent },
  );
  // Names of snapshots are taken for ever, so that of the last one must not be that of an earlier server.
  const { result: suffix } = new random.RandomString(resource, { length: 8, special: false, upper: false }, { parent });
  const instance = new rds.Instance(
    resource,
    {
      identifier: resource,
      engine: "postgres",
      engineVersion: planned.version,
      autoMinorVersionUpgrade: !planned.version.includes("."),
      applyImmediately: true,
      instanceClass: planned.machineType,
      allocatedStorage: planned.sizeGb,
      maxAllocatedStorage: planned.maximumSizeGb,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keyArn,
      dbName: planned.databases[0]?.replaceAll("-", "_"),
      username: planned.logins.owner,
      manageMasterUserPassword: true,
      masterUserSecretKmsKeyId: o.secretKey,
      iamDatabaseAuthenticationEnabled: true,
      port: postgresPort,
      publiclyAccessible: false,
      caCertIdentifier: "rds-ca-rsa2048-g1",
      dbSubnetGroupName: subnets.name,
      vpcSecurityGroupIds: [group.id],
      parameterGroupName: parameters.name,
      multiAz: planned.highlyAvailable,
      backupRetentionPeriod: planned.backupDays,
      backupWindow: backupWindow(backupHourUtc, maintenance),
      maintenanceWindow: maintenanceWindow(maintenance),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      enabledCloudwatchLogsExports: ["postgresql"],
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      performanceInsightsKmsKeyId: keyArn,
      deletionProtection: plan.deletionProtection,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: pulumi.interpolate`${resource}-final-${suffix}`,
      tags: adminStoreTags(scope, resource, owner, dataClasses),
    },
    {
      ...dataOptions(parent, { ignoreChanges: ["snapshotIdentifier"], dependsOn: [log] }),
      retainOnDelete: plan.deletionProtection,
    },
  );
  return {
    told: {
      host: instance.address,
      port: String(postgresPort),
      user: planned.logins.application,
      database: planned.databases[0]?.replaceAll("-", "_") ?? "",
      instance: instance.identifier,
    },
    statements: [databaseAccess([instance], planned.logins.application)],
    readerStatements: [],
  };
}

/** Declares a Redis server: encrypted connections, a password, nothing ever written to a disk. */
export function declareAdminCache(
  scope: AwsAdminScope,
  planned: PlannedAdminCache,
  ground: AwsAdminStoreGround,
): AwsAdminStore {
  const { parent } = scope;
  const { resource, owner, dataClasses, highlyAvailable } = planned;
  const tags = adminTags(scope, resource, owner);
  const group = declareGroup(scope, ground, { resource, owner, port: redisPort });
  const subnets = new elasticache.SubnetGroup(
    resource,
    { subnetIds: [...ground.dataSubnetIds], description: `Redis ${planned.name} of ${owner}`, tags },
    { parent },
  );
  const family = redisFamily(planned.version);
  const parameters = new elasticache.ParameterGroup(
    `${resource}-${family}`,
    { family, description: `Settings of ${resource}`, tags },
    { parent },
  );
  const password = new random.RandomPassword(resource, { length: 64, special: false }, { parent }).result;
  const server = new elasticache.ReplicationGroup(
    resource,
    {
      replicationGroupId: resource,
      description: `Redis ${planned.name} of ${owner}`,
      engine: "redis",
      engineVersion: planned.version,
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      nodeType: planned.machineType,
      numCacheClusters: highlyAvailable ? 2 : 1,
      automaticFailoverEnabled: highlyAvailable,
      multiAzEnabled: highlyAvailable,
      parameterGroupName: parameters.name,
      port: redisPort,
      subnetGroupName: subnets.name,
      securityGroupIds: [group.id],
      atRestEncryptionEnabled: true,
      kmsKeyId: keyNamed(scope, planned.key).arn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      authToken: password,
      maintenanceWindow: maintenanceWindow(maintenance),
      snapshotRetentionLimit: planned.snapshotDays,
      tags: adminStoreTags(scope, resource, owner, dataClasses),
    },
    { parent, deleteBeforeReplace: true },
  );
  const host = server.primaryEndpointAddress;
  return {
    told: { host, port: String(redisPort) },
    address: pulumi.secret(
      pulumi.all([password, host]).apply(([token, at]) => `rediss://:${encodeURIComponent(token)}@${at}:${redisPort}`),
    ),
    statements: [],
    readerStatements: [],
  };
}
