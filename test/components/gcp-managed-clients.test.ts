import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { build, everything, planned } from "../support/gcp-managed";
import { secretMarker } from "../support/gcp-vm";
import { allOf, only, valueOf } from "../support/recorder";

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const redis = "gcp:redis/instance:Instance";
const bucket = "gcp:storage/bucket:Bucket";
const policy = "gcp:monitoring/alertPolicy:AlertPolicy";
const network = "projects/example/global/networks/corp";

describe("what ManagedServices on Google Cloud tells clients, watchers and programs", () => {
  it("tells clients, under the names of the plan, where everything is; passwords are secrets", async () => {
    const { result } = await build();
    const values = Object.fromEntries(
      await Promise.all(
        Object.entries(result!.values).map(async ([key, value]) => [key, await valueOf(value)] as const),
      ),
    );
    const endpoint = (address: string) => `redis://:${encodeURIComponent(`${secretMarker}/redis`)}@${address}:6379`;
    assert.deepEqual(values, {
      frontendDatabaseHost: "10.40.224.8",
      frontendDatabasePassword: secretMarker,
      codeIntelDatabaseHost: "10.40.224.15",
      codeIntelDatabasePassword: secretMarker,
      codeInsightsDatabaseHost: "10.40.224.18",
      codeInsightsDatabasePassword: secretMarker,
      redisCacheEndpoint: endpoint("10.40.225.8"),
      redisStoreEndpoint: endpoint("10.40.225.8"),
      uploadsBucket: "sg-uploads-1a2b3c4",
    });
    const secret = await Promise.all(
      Object.entries(result!.values).map(async ([key, value]) => ((await pulumi.isSecret(value)) ? [key] : [])),
    );
    assert.deepEqual(secret.flat(), [
      "frontendDatabasePassword",
      "codeIntelDatabasePassword",
      "codeInsightsDatabasePassword",
      "redisCacheEndpoint",
      "redisStoreEndpoint",
    ]);
  });

  it("previews without knowing any of it", async () => {
    const { result, error } = await build({}, { dryRun: true });
    assert.equal(error, undefined);
    const known = await Promise.all(Object.values(result!.values).map(valueOf));
    assert.deepEqual(new Set(known), new Set([undefined]));
  });

  it("watches disks, processors, connections and memory, of each server in one alarm, and tells the channels", async () => {
    const { resources } = await build();
    const [first] = planned(everything).databases;
    const thresholds = allOf(resources, policy).map(({ name, inputs }) => {
      const conditions = inputs["conditions"] as { conditionThreshold: { thresholdValue: number } }[];
      return [name, conditions.length, conditions[0]?.conditionThreshold.thresholdValue];
    });
    assert.deepEqual(thresholds.sort(), [
      ["sg-alarm-database-connections", 3, 0.8 * Number(first!.parameters["max_connections"])],
      ["sg-alarm-database-cpu", 3, 0.9],
      ["sg-alarm-database-disk", 3, 0.8 * first!.maximumSizeGb * 2 ** 30],
      ["sg-alarm-database-memory", 3, 0.9],
      ["sg-alarm-redis", 2, 0.8],
    ]);
    const { inputs } = only(resources, policy, "sg-alarm-database-connections");
    assert.deepEqual(inputs["notificationChannels"], ["channel"]);
    assert.deepEqual((inputs["conditions"] as unknown[])[0], {
      displayName: "sg-pgsql",
      conditionThreshold: {
        filter:
          'metric.type="cloudsql.googleapis.com/database/postgresql/num_backends" AND resource.type="cloudsql_database" AND resource.labels.database_id="example:sg-pgsql-1a2b3c4"',
        aggregations: [
          {
            alignmentPeriod: "60s",
            perSeriesAligner: "ALIGN_MEAN",
            crossSeriesReducer: "REDUCE_SUM",
            groupByFields: ["resource.label.database_id"],
          },
        ],
        comparison: "COMPARISON_GT",
        thresholdValue: 0.8 * Number(first!.parameters["max_connections"]),
        duration: "300s",
      },
    });
  });

  it("lets a program change single children, but nothing that keeps data safe", async () => {
    const careless = {
      insightsConfig: { queryInsightsEnabled: false },
      deletionProtectionEnabled: false,
      diskSize: 1,
      ipConfiguration: { ipv4Enabled: true },
    };
    const { resources } = await build({
      transform: {
        databaseSettings: careless,
        cache: (planned) => ({ ...planned, displayName: "ours", authEnabled: false }),
        bucket: { cors: [{ origins: ["https://example.com"] }], ...{ forceDestroy: true, location: "EU" } },
        alarm: { enabled: false },
      },
    });
    const settings = only(resources, server, "sg-pgsql").inputs["settings"] as Record<string, unknown>;
    const { insightsConfig, deletionProtectionEnabled, diskSize, ipConfiguration } = settings;
    assert.deepEqual(
      [insightsConfig, deletionProtectionEnabled, ipConfiguration],
      [
        { queryInsightsEnabled: false },
        true,
        { ipv4Enabled: false, privateNetwork: network, sslMode: "ENCRYPTED_ONLY" },
      ],
    );
    assert.equal(diskSize, planned(everything).databases[0]?.sizeGb);
    const { displayName, authEnabled } = only(resources, redis, "sg-store").inputs;
    assert.deepEqual([displayName, authEnabled], ["ours", true]);
    const { cors, forceDestroy, location } = only(resources, bucket).inputs;
    assert.deepEqual([cors, forceDestroy, location], [[{ origins: ["https://example.com"] }], false, "US-CENTRAL1"]);
    assert.equal(only(resources, policy, "sg-alarm-redis").inputs["enabled"], false);
  });
});
