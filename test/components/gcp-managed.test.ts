import assert from "node:assert/strict";
import { build, everything, planned } from "../support/gcp-managed";
import { inputsOf, secretMarker } from "../support/gcp-vm";
import { identitiesOf, only } from "../support/recorder";

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const redis = "gcp:redis/instance:Instance";
const bucket = "gcp:storage/bucket:Bucket";
const policy = "gcp:monitoring/alertPolicy:AlertPolicy";
const keyMember = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember";
const network = "projects/example/global/networks/corp";
const labels = (dataClass: string) => ({ team: "search", "sourcegraph-data-class": dataClass });

describe("ManagedServices on Google Cloud", () => {
  it("declares each service with what opens it and what watches it, by the names of the plan", async () => {
    const { resources } = await build();
    const child = " < sourcegraph:gcp:ManagedServices sg";
    assert.deepEqual(identitiesOf(resources), [
      `gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember sg-key-databases${child}`,
      `gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember sg-key-redis${child}`,
      `gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember sg-key-uploads${child}`,
      ...["cpu", "connections", "disk", "memory"]
        .sort()
        .map((what) => `gcp:monitoring/alertPolicy:AlertPolicy sg-alarm-database-${what}${child}`),
      `gcp:monitoring/alertPolicy:AlertPolicy sg-alarm-redis${child}`,
      `gcp:projects/serviceIdentity:ServiceIdentity sg-databases-agent${child}`,
      `gcp:projects/serviceIdentity:ServiceIdentity sg-redis-agent${child}`,
      `gcp:redis/instance:Instance sg-cache${child}`,
      `gcp:redis/instance:Instance sg-store${child}`,
      ...["database:Database", "databaseInstance:DatabaseInstance", "user:User"].flatMap((type) =>
        ["codeinsights-db", "codeintel-db", "pgsql"].map((name) => `gcp:sql/${type} sg-${name}${child}`),
      ),
      `gcp:storage/bucket:Bucket sg-uploads${child}`,
      `gcp:storage/bucketIAMMember:BucketIAMMember sg-uploads-machine${child}`,
      ...["codeinsights-db", "codeintel-db", "pgsql"].map(
        (name) => `random:index/randomPassword:RandomPassword sg-${name}${child}`,
      ),
      "sourcegraph:gcp:ManagedServices sg < stack",
    ]);
  });

  it("declares nothing for what is not planned", async () => {
    const { resources, result } = await build({ services: planned({ objectStorage: "managed" }) });
    assert.deepEqual(
      resources.map(({ type }) => type),
      ["sourcegraph:gcp:ManagedServices", keyMember, bucket, "gcp:storage/bucketIAMMember:BucketIAMMember"],
    );
    assert.deepEqual(Object.keys(result!.values), ["uploadsBucket"]);
    const none = await build({ services: planned({}) });
    assert.equal(none.resources.length, 1);
  });

  it("makes a server exactly as planned: private, encrypted, guarded, backed up, growing to a limit", async () => {
    const { resources } = await build({ services: planned({ databases: { managed: { only: ["frontend"] } } }) });
    const { inputs, name, dependsOn } = only(resources, server);
    const [{ parameters, sizeGb, maximumSizeGb, machineType }] = planned(everything).databases as [
      ReturnType<typeof planned>["databases"][number],
    ];
    assert.deepEqual([name, dependsOn], ["sg-pgsql", ["sg-key-databases"]]);
    assert.deepEqual(inputs, {
      project: "example",
      region: "us-central1",
      databaseVersion: "POSTGRES_16",
      encryptionKeyName: "ring/cryptoKeys/key",
      deletionProtection: true,
      settings: {
        edition: "ENTERPRISE",
        tier: machineType,
        availabilityType: "REGIONAL",
        diskType: "PD_SSD",
        diskSize: sizeGb,
        diskAutoresize: true,
        diskAutoresizeLimit: maximumSizeGb,
        deletionProtectionEnabled: true,
        retainBackupsOnDelete: true,
        backupConfiguration: {
          enabled: true,
          startTime: "03:00",
          location: "us-central1",
          pointInTimeRecoveryEnabled: true,
          transactionLogRetentionDays: 7,
          backupRetentionSettings: { retentionUnit: "COUNT", retainedBackups: 14 },
        },
        ipConfiguration: { ipv4Enabled: false, privateNetwork: network, sslMode: "ENCRYPTED_ONLY" },
        locationPreference: { zone: "us-central1-a" },
        databaseFlags: Object.keys(parameters)
          .sort()
          .map((flag) => ({ name: flag, value: parameters[flag] })),
        maintenanceWindow: { day: 7, hour: 4, updateTrack: "stable" },
        insightsConfig: { queryInsightsEnabled: true },
        userLabels: labels("user-data"),
      },
    });
    assert.equal(parameters["cloudsql.iam_authentication"], "off");
  });

  it("makes a smaller server as it is told: no standby, another class, version and window, no protection", async () => {
    const databases = {
      managed: {
        highlyAvailable: false,
        machineType: "db-perf-optimized-N-8",
        version: "17",
        backupDays: 30,
        sizeGb: 50,
      },
    };
    const { resources } = await build({
      services: planned({ databases }),
      deletionProtection: false,
      backupHourUtc: 22,
      maintenance: { day: "MO", hourUtc: 1 },
    });
    const { inputs } = only(resources, server, "sg-codeintel-db");
    const settings = inputs["settings"] as Record<string, unknown>;
    assert.deepEqual([inputs["databaseVersion"], inputs["deletionProtection"]], ["POSTGRES_17", false]);
    assert.deepEqual(
      ["edition", "tier", "availabilityType", "diskSize", "deletionProtectionEnabled"].map((key) => settings[key]),
      ["ENTERPRISE_PLUS", "db-perf-optimized-N-8", "ZONAL", 50, false],
    );
    assert.deepEqual(settings["maintenanceWindow"], { day: 1, hour: 1, updateTrack: "stable" });
    const { startTime, transactionLogRetentionDays, backupRetentionSettings } = settings[
      "backupConfiguration"
    ] as Record<string, unknown>;
    assert.deepEqual(
      [startTime, transactionLogRetentionDays, backupRetentionSettings],
      ["22:00", 30, { retentionUnit: "COUNT", retainedBackups: 30 }],
    );
  });

  it("keeps the major version of a server until the step is acknowledged", async () => {
    const version = (acknowledge: string[]) =>
      build({ services: planned({ databases: { managed: { version: "17" } }, acknowledge }) });
    const kept = await version([]);
    const taken = await version(["postgresql-17"]);
    const ignores = ({ resources }: typeof kept) =>
      only(resources, server, "sg-pgsql").ignoreChanges.includes("databaseVersion");
    assert.deepEqual([ignores(kept), ignores(taken)], [true, false]);
  });

  it("makes database and login of the names clients use, with a password made at random, and drops neither", async () => {
    const { resources } = await build();
    assert.deepEqual(only(resources, "gcp:sql/database:Database", "sg-pgsql").inputs, {
      project: "example",
      instance: "sg-pgsql-1a2b3c4",
      name: "sourcegraph",
      charset: "UTF8",
      collation: "en_US.UTF8",
      deletionPolicy: "ABANDON",
    });
    const user = only(resources, "gcp:sql/user:User", "sg-pgsql");
    assert.deepEqual(user.inputs, {
      project: "example",
      instance: "sg-pgsql-1a2b3c4",
      name: "sourcegraph",
      password: secretMarker,
      deletionPolicy: "ABANDON",
    });
    assert.deepEqual(user.secretInputs, ["password"]);
    const { length, special } = only(resources, "random:index/randomPassword:RandomPassword", "sg-pgsql").inputs;
    assert.deepEqual([length, special], [32, false]);
  });

  it("makes the Redis store to last, and the cache to be dropped", async () => {
    const { resources } = await build();
    const common = {
      project: "example",
      region: "us-central1",
      locationId: "us-central1-a",
      redisVersion: "REDIS_7_2",
      authEnabled: true,
      transitEncryptionMode: "DISABLED",
      connectMode: "PRIVATE_SERVICE_ACCESS",
      authorizedNetwork: network,
      customerManagedKey: "ring/cryptoKeys/key",
      maintenancePolicy: { weeklyMaintenanceWindows: [{ day: "SUNDAY", startTime: { hours: 4 } }] },
    };
    const [cache, store] = planned(everything).caches;
    assert.deepEqual(inputsOf(resources, redis), {
      "sg-cache": {
        ...common,
        displayName: "sg-cache",
        tier: "BASIC",
        memorySizeGb: cache?.sizeGb,
        redisConfigs: { "maxmemory-policy": "allkeys-lru" },
        persistenceConfig: { persistenceMode: "DISABLED" },
        deletionProtection: false,
        labels: labels("user-data"),
      },
      "sg-store": {
        ...common,
        displayName: "sg-store",
        tier: "STANDARD_HA",
        memorySizeGb: store?.sizeGb,
        redisConfigs: { "maxmemory-policy": "noeviction" },
        persistenceConfig: { persistenceMode: "RDB", rdbSnapshotPeriod: "ONE_HOUR" },
        deletionProtection: true,
        labels: labels("identity"),
      },
    });
    assert.deepEqual(only(resources, redis, "sg-store").dependsOn, ["sg-key-redis"]);
  });

  it("makes a closed bucket that keeps what is overwritten, for the accounts given", async () => {
    const { resources } = await build();
    assert.deepEqual(only(resources, bucket).inputs, {
      project: "example",
      location: "US-CENTRAL1",
      forceDestroy: false,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: "enforced",
      encryption: { defaultKmsKeyName: "ring/cryptoKeys/key" },
      versioning: { enabled: true },
      softDeletePolicy: { retentionDurationSeconds: 604800 },
      lifecycleRules: [
        { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 7 } },
        { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: planned(everything).bucket?.keepDays } },
      ],
      labels: labels("user-data"),
    });
    assert.deepEqual(only(resources, "gcp:storage/bucketIAMMember:BucketIAMMember").inputs, {
      bucket: "sg-uploads-1a2b3c4",
      role: "roles/storage.objectUser",
      member: "serviceAccount:machine@example",
    });
    const plain = await build({ services: planned({ objectStorage: { managed: { versioning: false } } }) });
    const { versioning, softDeletePolicy } = only(plain.resources, bucket).inputs;
    assert.deepEqual([versioning, softDeletePolicy], [{ enabled: false }, { retentionDurationSeconds: 0 }]);
  });

  it("lets the agents of its services use the key, before anything is encrypted with it", async () => {
    const { resources } = await build();
    const member = (email: string) => ({
      cryptoKeyId: "ring/cryptoKeys/key",
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: `serviceAccount:${email}`,
    });
    assert.deepEqual(inputsOf(resources, keyMember), {
      "sg-key-databases": member("service-123@gcp-sa-cloud-sql.iam.gserviceaccount.com"),
      "sg-key-redis": member("service-123@cloud-redis.iam.gserviceaccount.com"),
      "sg-key-uploads": member("service-123@gs-project-accounts.iam.gserviceaccount.com"),
    });
    assert.deepEqual(only(resources, keyMember, "sg-key-databases").dependsOn, ["sg-databases-agent"]);
    assert.deepEqual(only(resources, bucket).dependsOn, ["sg-key-uploads"]);
  });

  it("protects and keeps what holds data or opens it; the cache, alarms and agents may go", async () => {
    const { resources } = await build();
    const guarded = resources.filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
    assert.deepEqual(
      resources
        .filter((resource) => !guarded.includes(resource))
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
      [
        ...["connections", "cpu", "disk", "memory"].map((what) => `${policy} sg-alarm-database-${what}`),
        `${policy} sg-alarm-redis`,
        "gcp:projects/serviceIdentity:ServiceIdentity sg-databases-agent",
        "gcp:projects/serviceIdentity:ServiceIdentity sg-redis-agent",
        `${redis} sg-cache`,
        "gcp:storage/bucketIAMMember:BucketIAMMember sg-uploads-machine",
        "sourcegraph:gcp:ManagedServices sg",
      ],
    );
  });
});
