import assert from "node:assert/strict";
import type { GcpSourcegraphVmArgs } from "../../components/gcp";
import { inputsOf, leastArgs, recordVm, secretMarker } from "../support/gcp-vm";
import { allOf, identitiesOf, only, unknownValue } from "../support/recorder";
import { factLabels } from "../support/fact-labels";

const managedArgs: GcpSourcegraphVmArgs = {
  ...leastArgs,
  databases: "managed",
  cache: "managed",
  objectStorage: "managed",
  alarms: { email: "ops@example.com" },
  tags: { team: "search" },
};

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const redis = "gcp:redis/instance:Instance";
const range = "gcp:compute/globalAddress:GlobalAddress";
const connection = "gcp:servicenetworking/connection:Connection";
const version = "gcp:secretmanager/secretVersion:SecretVersion";
const secret = "gcp:secretmanager/secret:Secret";

describe("managed services of SourcegraphVm on Google Cloud", () => {
  it("adds to a machine only what is in the component, in its network, and its secrets", async () => {
    const bundled = identitiesOf(
      (await recordVm({ ...managedArgs, ...{ databases: "bundled", cache: "bundled", objectStorage: "bundled" } }))
        .resources,
    );
    const managed = identitiesOf((await recordVm(managedArgs)).resources);
    const added = managed.filter((identity) => !bundled.includes(identity));
    const elsewhere = added.filter(
      (identity) =>
        !identity.endsWith(" < sourcegraph:gcp:ManagedServices sourcegraph") &&
        !/ gcp:secretmanager\/|^gcp:secretmanager\//.test(identity),
    );
    assert.deepEqual(elsewhere, [
      `${range} sourcegraph-services < sourcegraph:gcp:Network sourcegraph`,
      `${connection} sourcegraph-services < sourcegraph:gcp:Network sourcegraph`,
      "sourcegraph:gcp:ManagedServices sourcegraph < sourcegraph:gcp:SourcegraphVm sourcegraph",
    ]);
    const gone = bundled.filter((identity) => !managed.includes(identity));
    assert.deepEqual(
      gone.filter((identity) => !/ sourcegraph-\w+DbPassword | sourcegraph-pgsqlPassword /.test(identity)),
      [],
    );
  });

  it("gives them a block of the network that is made, and leaves the peering behind", async () => {
    const { resources } = await recordVm(managedArgs);
    assert.deepEqual(only(resources, range).inputs, {
      project: "example",
      purpose: "VPC_PEERING",
      addressType: "INTERNAL",
      address: "10.40.224.0",
      prefixLength: 19,
      network: "sourcegraph-vpc-id",
      labels: { team: "search", "sourcegraph-name": "sourcegraph" },
    });
    assert.deepEqual(only(resources, connection).inputs, {
      network: "sourcegraph-vpc-id",
      service: "servicenetworking.googleapis.com",
      reservedPeeringRanges: ["sourcegraph-services-1a2b3c4"],
      deletionPolicy: "ABANDON",
      updateOnCreationFail: true,
    });
    for (const made of [...allOf(resources, server), ...allOf(resources, redis)])
      assert.ok(made.dependsOn.includes("sourcegraph-services"), made.name);
  });

  it("uses the private services access that an existing network has", async () => {
    const network = { existing: { network: "corp", subnetId: "corp-a" } };
    const { resources } = await recordVm({ ...managedArgs, network });
    assert.deepEqual([...allOf(resources, range), ...allOf(resources, connection)], []);
    const { settings } = only(resources, server, "sourcegraph-pgsql").inputs;
    const { privateNetwork } = (settings as { ipConfiguration: { privateNetwork: string } }).ipConfiguration;
    assert.equal(privateNetwork, "projects/example/global/networks/corp");
  });

  it("makes no block for a bucket, which needs no private address", async () => {
    const { resources } = await recordVm({ ...leastArgs, objectStorage: "managed" });
    assert.deepEqual([...allOf(resources, range), ...allOf(resources, connection)], []);
    assert.equal(allOf(resources, "gcp:storage/bucket:Bucket").length, 3);
  });

  it("puts what services have once they are made into Secret Manager, passwords kept like data, and points to it", async () => {
    const { resources } = await recordVm(managedArgs);
    const data = Object.fromEntries(
      Object.entries(inputsOf(resources, version)).map(([name, { secretData }]) => [
        name.replace("sourcegraph-", ""),
        secretData,
      ]),
    );
    const endpoint = `redis://:${encodeURIComponent(`${secretMarker}/redis`)}@10.40.225.17:6379`;
    assert.deepEqual(data, {
      codeInsightsDatabaseHost: "10.40.224.27",
      codeInsightsDatabasePassword: secretMarker,
      codeIntelDatabaseHost: "10.40.224.24",
      codeIntelDatabasePassword: secretMarker,
      frontendDatabaseHost: "10.40.224.17",
      frontendDatabasePassword: secretMarker,
      redisCacheEndpoint: endpoint,
      redisStoreEndpoint: endpoint,
      uploadsBucket: "sourcegraph-uploads-1a2b3c4",
    });
    const kept = allOf(resources, secret).filter(({ protect, retainOnDelete }) => protect && retainOnDelete);
    assert.deepEqual(kept.map(({ name }) => name).sort(), [
      "sourcegraph-codeInsightsDatabasePassword",
      "sourcegraph-codeIntelDatabasePassword",
      "sourcegraph-frontendDatabasePassword",
    ]);
    const { content } = only(resources, "gcp:storage/bucketObject:BucketObject", "sourcegraph-pointer").inputs;
    const { secrets } = JSON.parse(String(content)) as { secrets: Record<string, string> };
    assert.deepEqual(Object.keys(secrets).sort(), Object.keys(data).sort());
  });

  it("opens the bucket to the machine's account, uses its key and zone, its labels, protection and channel", async () => {
    const { resources } = await recordVm(managedArgs);
    const account = only(resources, "gcp:serviceaccount/account:Account").inputs["accountId"];
    assert.deepEqual(
      only(resources, "gcp:storage/bucketIAMMember:BucketIAMMember", "sourcegraph-uploads-machine").inputs["member"],
      `serviceAccount:${String(account)}@example.iam.gserviceaccount.com`,
    );
    const key = "sourcegraph-keys-id/cryptoKeys/sourcegraph-key-1a2b3c4";
    const { encryptionKeyName, deletionProtection, settings } = only(resources, server, "sourcegraph-pgsql").inputs;
    assert.deepEqual([encryptionKeyName, deletionProtection], [key, true]);
    const { locationPreference, userLabels } = settings as Record<string, unknown>;
    assert.deepEqual(
      [locationPreference, userLabels],
      [{ zone: "us-central1-a" }, { team: "search", "sourcegraph-name": "sourcegraph", ...factLabels("user-data") }],
    );
    // Cloud Storage may use the key already, for the bundles.
    assert.deepEqual(only(resources, "gcp:storage/bucket:Bucket", "sourcegraph-uploads").dependsOn, [
      "sourcegraph-key-storage",
    ]);
    const { notificationChannels } = only(
      resources,
      "gcp:monitoring/alertPolicy:AlertPolicy",
      "sourcegraph-alarm-redis",
    ).inputs;
    assert.deepEqual(notificationChannels, ["sourcegraph-alarms-1a2b3c4"]);
  });

  it("previews before any of it is known", async () => {
    const { resources, error } = await recordVm(managedArgs, { dryRun: true });
    assert.equal(error, undefined);
    const { secretData } = only(resources, version, "sourcegraph-frontendDatabaseHost").inputs;
    assert.equal(secretData, unknownValue);
  });

  it("lets a program change children of the services and the block's labels", async () => {
    const { resources } = await recordVm({
      ...managedArgs,
      transform: {
        managedServices: { databaseSettings: { insightsConfig: { queryInsightsEnabled: false } } },
        network: { privateServices: { labels: { owner: "platform" } } },
      },
    });
    const { settings } = only(resources, server, "sourcegraph-pgsql").inputs;
    assert.deepEqual((settings as { insightsConfig: unknown }).insightsConfig, { queryInsightsEnabled: false });
    assert.deepEqual(only(resources, range).inputs["labels"], { owner: "platform" });
  });

  it("refuses a network too small for Cloud SQL before anything is registered", async () => {
    const { error, resources } = await recordVm({ ...managedArgs, network: { cidr: "10.9.0.0/24" } });
    assert.ok(error instanceof Error);
    assert.match(
      error.message,
      /'network\.cidr' must be between \/16 and \/20 where databases or Redis are managed on gcp, got "10\.9\.0\.0\/24"/,
    );
    assert.deepEqual(resources, []);
  });
});
