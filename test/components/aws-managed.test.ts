import assert from "node:assert/strict";
import { ManagedServices, type AwsManagedServicesArgs } from "../../components/aws";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { planManagedServices } from "../../components/core/planning/managed/plan-managed";
import { defaultUsage } from "../../components/core/planning/sizing/sizes";
import { allManaged as all, managedOutputs as outputs } from "../support/aws-managed";
import { awsAnswers, inputsByName, secretMarker } from "../support/aws-vm";
import { goodConfigs } from "../support/configs";
import { allOf, only, record, valueOf, type Recording } from "../support/recorder";

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";
const bucket = "aws:s3/bucket:Bucket";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const keyArn = "arn:aws:kms:us-east-1:123456789012:key/key-1";

function services(config: object, more: Partial<AwsManagedServicesArgs> = {}): Promise<Recording<ManagedServices>> {
  const specification = parseSpecification({ ...goodConfigs.aws, ...config });
  return record(
    (opts) =>
      new ManagedServices(
        "sourcegraph",
        {
          services: planManagedServices(specification, "S", defaultUsage("S")),
          region: "us-east-1",
          vpcId: "vpc-1",
          subnetIds: ["subnet-1", "subnet-2"],
          clients: { pods: "sg-pods", nodes: "sg-nodes" },
          keyArn,
          ...more,
        },
        opts,
      ),
    { ...awsAnswers, outputs },
  );
}

describe("ManagedServices on AWS", () => {
  it("declares a database server that is private, encrypted, in two zones, backed up and hard to lose", async () => {
    const { resources } = await services({ databases: { managed: { only: ["frontend"] } } });
    const { inputs, protect, retainOnDelete, ignoreChanges } = only(resources, database);
    assert.deepEqual([protect, retainOnDelete], [true, true]);
    assert.deepEqual(ignoreChanges, ["snapshotIdentifier", "snapshotId", "snapshot"]);
    assert.deepEqual(inputs, {
      engine: "postgres",
      engineVersion: "16",
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      applyImmediately: true,
      instanceClass: "db.m7g.xlarge",
      allocatedStorage: 200,
      maxAllocatedStorage: 1000,
      storageType: "gp3",
      storageEncrypted: true,
      kmsKeyId: keyArn,
      performanceInsightsEnabled: true,
      performanceInsightsRetentionPeriod: 7,
      performanceInsightsKmsKeyId: keyArn,
      caCertIdentifier: "rds-ca-rsa2048-g1",
      dbName: "sourcegraph",
      username: "sourcegraph",
      password: secretMarker,
      iamDatabaseAuthenticationEnabled: false,
      port: 5432,
      publiclyAccessible: false,
      dbSubnetGroupName: "name-of-sourcegraph-databases",
      vpcSecurityGroupIds: ["id-of-sourcegraph-databases"],
      parameterGroupName: "name-of-sourcegraph-pgsql-postgres16",
      multiAz: true,
      backupRetentionPeriod: 14,
      backupWindow: "03:00-04:00",
      maintenanceWindow: "sun:04:00-sun:08:00",
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "sourcegraph-pgsql-final-a1b2c3d4",
      tags: { Name: "sourcegraph-pgsql", "sourcegraph:data-class": "user-data" },
    });
    assert.deepEqual(only(resources, "aws:rds/parameterGroup:ParameterGroup").inputs, {
      family: "postgres16",
      description: "Settings of sourcegraph-pgsql",
      parameters: [
        { name: "log_parameter_max_length", value: "0", applyMethod: "immediate" },
        { name: "max_connections", value: "1000", applyMethod: "pending-reboot" },
        { name: "max_wal_size", value: "8192", applyMethod: "immediate" },
        { name: "random_page_cost", value: "1.1", applyMethod: "immediate" },
        { name: "rds.force_ssl", value: "1", applyMethod: "immediate" },
        { name: "shared_preload_libraries", value: "pg_stat_statements", applyMethod: "pending-reboot" },
        { name: "temp_file_limit", value: "20971520", applyMethod: "immediate" },
      ],
      tags: { Name: "sourcegraph-pgsql-postgres16" },
    });
  });

  it("gives a new major version its own parameter group and the flag, when the step is acknowledged", async () => {
    const { resources } = await services({
      databases: { managed: { only: ["frontend"], version: "17.4" } },
      acknowledge: ["postgresql-17"],
    });
    const { inputs } = only(resources, database);
    assert.deepEqual(
      [inputs["engineVersion"], inputs["allowMajorVersionUpgrade"], inputs["autoMinorVersionUpgrade"]],
      ["17.4", true, false],
    );
    assert.equal(only(resources, "aws:rds/parameterGroup:ParameterGroup").name, "sourcegraph-pgsql-postgres17");
  });

  it("declares Redis without cluster mode: the store with standby and backups, the cache to be lost", async () => {
    const { resources, result } = await services({ cache: "managed" });
    const common = {
      engine: "redis",
      engineVersion: "7.1",
      autoMinorVersionUpgrade: true,
      applyImmediately: true,
      nodeType: "cache.t4g.medium",
      port: 6379,
      subnetGroupName: "name-of-sourcegraph-caches",
      securityGroupIds: ["id-of-sourcegraph-caches"],
      atRestEncryptionEnabled: true,
      kmsKeyId: keyArn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      authToken: secretMarker,
      maintenanceWindow: "sun:04:00-sun:08:00",
    };
    assert.deepEqual(inputsByName(resources, cache), {
      "sourcegraph-cache": {
        ...common,
        description: "Redis cache of Sourcegraph sourcegraph",
        numCacheClusters: 1,
        automaticFailoverEnabled: false,
        multiAzEnabled: false,
        parameterGroupName: "name-of-sourcegraph-cache-redis7",
        snapshotRetentionLimit: 0,
        tags: { Name: "sourcegraph-cache", "sourcegraph:data-class": "user-data" },
      },
      "sourcegraph-store": {
        ...common,
        description: "Redis store of Sourcegraph sourcegraph",
        numCacheClusters: 2,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        parameterGroupName: "name-of-sourcegraph-store-redis7",
        snapshotRetentionLimit: 7,
        snapshotWindow: "03:00-04:00",
        finalSnapshotIdentifier: "sourcegraph-store-final-a1b2c3d4",
        tags: { Name: "sourcegraph-store", "sourcegraph:data-class": "identity" },
      },
    });
    const policies = Object.values(inputsByName(resources, "aws:elasticache/parameterGroup:ParameterGroup"));
    assert.deepEqual(
      policies.map(({ parameters }) => parameters),
      [[{ name: "maxmemory-policy", value: "allkeys-lru" }], [{ name: "maxmemory-policy", value: "noeviction" }]],
    );
    const kept = allOf(resources, cache).filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
    assert.deepEqual(
      kept.map(({ name }) => name),
      ["sourcegraph-store"],
    );
    const { redisStoreEndpoint } = result?.values ?? {};
    assert.ok(redisStoreEndpoint);
    assert.equal(await valueOf(redisStoreEndpoint), `rediss://:${secretMarker}@sourcegraph-store.cache.test:6379`);
  });

  it("tells clients of Redis without TLS an address without a password, which ElastiCache does not offer then", async () => {
    const { resources, result } = await services({ cache: { managed: { only: ["store"], tls: false } } });
    const { inputs } = only(resources, cache);
    assert.deepEqual([inputs["transitEncryptionEnabled"], inputs["authToken"]], [false, undefined]);
    const { redisStoreEndpoint } = result?.values ?? {};
    assert.ok(redisStoreEndpoint);
    assert.equal(await valueOf(redisStoreEndpoint), "redis://sourcegraph-store.cache.test:6379");
  });

  it("declares a bucket that is closed, encrypted, versioned and never emptied, for identities with a right to it", async () => {
    const { resources, result } = await services({ objectStorage: "managed" });
    assert.deepEqual(only(resources, bucket).inputs, {
      forceDestroy: false,
      tags: { Name: "sourcegraph-uploads", "sourcegraph:data-class": "user-data" },
    });
    const parts = resources.filter(({ type }) => type.startsWith("aws:s3/"));
    assert.equal(parts.length, 6);
    for (const { type, protect, retainOnDelete } of parts)
      assert.deepEqual([protect, retainOnDelete], [true, true], type);
    assert.deepEqual(only(resources, "aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"], {
      status: "Enabled",
    });
    assert.deepEqual(
      only(resources, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"],
      [
        {
          id: "old-versions",
          status: "Enabled",
          filter: {},
          noncurrentVersionExpiration: { noncurrentDays: 14 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    );
    const { uploadsBucket } = result?.values ?? {};
    assert.ok(uploadsBucket);
    assert.equal(await valueOf(uploadsBucket), "sourcegraph-uploads-0a1b2c3");
    assert.deepEqual(
      result?.clientPolicyStatements.map(({ Sid }) => Sid),
      ["UploadsBuckets", "UploadsObjects", "UploadsKey"],
    );
    const suspended = await services({ objectStorage: { managed: { versioning: false } } });
    assert.deepEqual(
      only(suspended.resources, "aws:s3/bucketVersioning:BucketVersioning").inputs["versioningConfiguration"],
      { status: "Suspended" },
    );
  });

  it("lets the clients' groups in at one port each, and nothing out", async () => {
    const { resources } = await services(all);
    assert.deepEqual(
      Object.entries(inputsByName(resources, ingress)).map(([name, rule]) => [
        name,
        rule["securityGroupId"],
        rule["referencedSecurityGroupId"],
        rule["fromPort"],
        rule["toPort"],
      ]),
      [
        ["sourcegraph-databases-from-pods", "id-of-sourcegraph-databases", "sg-pods", 5432, 5432],
        ["sourcegraph-databases-from-nodes", "id-of-sourcegraph-databases", "sg-nodes", 5432, 5432],
        ["sourcegraph-caches-from-pods", "id-of-sourcegraph-caches", "sg-pods", 6379, 6379],
        ["sourcegraph-caches-from-nodes", "id-of-sourcegraph-caches", "sg-nodes", 6379, 6379],
      ],
    );
    assert.deepEqual(allOf(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), []);
  });

  it("leaves the owner's password with AWS where identities sign in, and says what they have to be allowed", async () => {
    const { resources, result } = await services({ databases: { managed: { only: ["frontend"], login: "iam" } } });
    const { inputs } = only(resources, database);
    assert.deepEqual(
      [inputs["iamDatabaseAuthenticationEnabled"], inputs["manageMasterUserPassword"], inputs["password"]],
      [true, true, undefined],
    );
    assert.deepEqual(allOf(resources, "random:index/randomPassword:RandomPassword"), []);
    assert.deepEqual(Object.keys(result?.values ?? {}), ["frontendDatabaseHost"]);
    const [statement] = result?.clientPolicyStatements ?? [];
    const [arn] = statement?.["Resource"] as [Parameters<typeof valueOf<string>>[0]];
    assert.equal(await valueOf(arn), "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-SOURCEGRAPH-PGSQL/sourcegraph");
  });

  it("watches disks, processors, connections, memory and the standby, and tells the topic", async () => {
    const { resources } = await services(all, { topicArns: ["arn:topic"] });
    const alarms = inputsByName(resources, "aws:cloudwatch/metricAlarm:MetricAlarm");
    assert.deepEqual(
      Object.entries(alarms)
        .map(([name, inputs]) => `${name}: ${String(inputs["metricName"])} ${String(inputs["threshold"])}`)
        .sort(),
      [
        ...["pgsql", "codeintel-db", "codeinsights-db"].flatMap((name, index) => [
          `sourcegraph-${name}-alarm-storage: FreeStorageSpace 10737418240`,
          `sourcegraph-${name}-alarm-cpu: CPUUtilization 90`,
          `sourcegraph-${name}-alarm-connections: DatabaseConnections ${[800, 400, 400][index]}`,
        ]),
        "sourcegraph-cache-alarm-memory-1: DatabaseMemoryUsagePercentage 100",
        "sourcegraph-store-alarm-memory-1: DatabaseMemoryUsagePercentage 80",
        "sourcegraph-store-alarm-memory-2: DatabaseMemoryUsagePercentage 80",
        "sourcegraph-store-alarm-lag: ReplicationLag 30",
      ].sort(),
    );
    assert.deepEqual(alarms["sourcegraph-store-alarm-memory-2"]?.["dimensions"], {
      CacheClusterId: "sourcegraph-store-002",
    });
    for (const inputs of Object.values(alarms)) assert.deepEqual(inputs["alarmActions"], ["arn:topic"]);
  });

  it("takes changes to children, but none that could lose data", async () => {
    const loosened = {
      storageEncrypted: false,
      skipFinalSnapshot: true,
      deletionProtection: false,
      publiclyAccessible: true,
      snapshotIdentifier: "other",
      tags: { own: "tag" },
    };
    const { resources } = await services(
      { databases: { managed: { only: ["frontend"] } }, objectStorage: "managed" },
      { transform: { database: loosened, bucket: { tags: {}, forceDestroy: true } as object } },
    );
    const { inputs } = only(resources, database);
    assert.deepEqual(
      ["storageEncrypted", "skipFinalSnapshot", "deletionProtection", "publiclyAccessible"].map((key) => inputs[key]),
      [true, false, true, false],
    );
    assert.deepEqual(inputs["tags"], { own: "tag" });
    assert.equal(only(resources, bucket).inputs["forceDestroy"], false);
  });

  it("lets servers go once protection is lifted, but never the bucket", async () => {
    const { resources } = await services(all, { deletionProtection: false });
    const kept = resources.filter(({ protect }) => protect).filter(({ retainOnDelete }) => !retainOnDelete);
    assert.deepEqual(kept.map(({ name, type }) => `${type} ${name}`).sort(), [
      `${cache} sourcegraph-store`,
      `${database} sourcegraph-codeinsights-db`,
      `${database} sourcegraph-codeintel-db`,
      `${database} sourcegraph-pgsql`,
    ]);
    for (const { inputs } of allOf(resources, database)) assert.equal(inputs["deletionProtection"], false);
  });
});
