import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { acknowledgements, older, release, SampleStack } from "./sample";

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const redis = "gcp:redis/instance:Instance";
const bucket = "gcp:storage/bucket:Bucket";
const network = "gcp:compute/network:Network";
const range = "gcp:compute/globalAddress:GlobalAddress";
const connection = "gcp:servicenetworking/connection:Connection";
const object = "gcp:storage/bucketObject:BucketObject";
const database = "gcp:sql/database:Database";
const user = "gcp:sql/user:User";
const secretVersion = "gcp:secretmanager/secretVersion:SecretVersion";

const caches = ["sourcegraph-cache", "sourcegraph-store"];
const servers = ["sourcegraph-codeinsights-db", "sourcegraph-codeintel-db", "sourcegraph-pgsql"];

describe("managed services of the GCP sample stack on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "gcp", {
      databases: "managed",
      cache: "managed",
      objectStorage: "managed",
    });
  });
  after(() => stack?.stop());

  const all = (type: string) => stack.engine.cloud().all(type);
  const ids = () => [server, redis, bucket].flatMap((type) => all(type).map(({ id }) => id)).sort();
  /** Without the cache and the bucket of bundles, which may go. */
  const lasting = () => ids().filter((id) => !/sourcegraph-(cache|bundles)/.test(id));
  const pointers = () => all(object).filter(({ inputs }) => inputs["name"] === "pointer.json");
  const settings = (name: string) => {
    const found = all(server).find(({ outputs }) => String(outputs["name"]).startsWith(`${name}-`));
    return found?.outputs["settings"] as { tier: string; diskSize: number };
  };

  it("comes up after a login could not be made, with nothing told to the machine before; a second preview and a refresh change nothing", async () => {
    const error = "googleapi: Error 503: backendError";
    const failed = await stack.run("up", { faults: [{ op: "create", type: user, error }] });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /backendError/);
    const made = ids();
    assert.deepEqual(pointers(), []);
    await stack.changes("up");
    assert.deepEqual(ids(), made);
    assert.equal(pointers().length, 1);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
  });

  it("makes the peering before servers and Redis", () => {
    const steps = stack.engine.cloud().log.map(({ op, type, name }) => `${op} ${type} ${name}`);
    const peered = steps.indexOf(`create ${connection} sourcegraph-services`);
    assert.ok(peered > 0);
    const later = [
      ...servers.map((name) => `create ${server} ${name}`),
      ...caches.map((name) => `create ${redis} ${name}`),
    ];
    assert.deepEqual(
      later.filter((step) => steps.indexOf(step) <= peered),
      [],
    );
  });

  it("gives servers addresses of the block of the network that nothing else has, and none to the outside", () => {
    const { outputs } = all(range).find(({ outputs }) => outputs["purpose"] === "VPC_PEERING")!;
    assert.deepEqual([outputs["address"], outputs["prefixLength"]], ["10.40.224.0", 19]);
    assert.deepEqual(
      all(server).map(({ outputs }) => outputs["publicIpAddress"]),
      ["", "", ""],
    );
  });

  it("shows for a new release nothing but snapshot and bundle, and leaves the servers alone", async () => {
    const kept = ids();
    stack.set({ release, acknowledge: acknowledgements });
    const changes = await stack.changes("up");
    assert.deepEqual(
      changes.filter((change) => / gcp:(sql|redis)\//.test(change)),
      [],
    );
    assert.deepEqual(ids(), kept);
    stack.set({ release: older });
    assert.match(await stack.refusal({ release: older }), /'release'/);
    stack.set({ release });
  });

  it("changes class, disk, Redis memory and backups in place", async () => {
    const kept = ids();
    stack.set({
      databases: { managed: { machineType: "db-custom-8-32768", sizeGb: 900, backupDays: 5 } },
      cache: { managed: { sizeGb: 12 } },
    });
    assert.deepEqual(
      await stack.changes("up"),
      [
        ...servers.map((name) => `update ${server} ${name}`),
        `update ${redis} sourcegraph-cache`,
        `update ${redis} sourcegraph-store`,
        "update gcp:monitoring/alertPolicy:AlertPolicy sourcegraph-alarm-database-disk",
      ].sort(),
    );
    assert.deepEqual(ids(), kept);
    const { tier, diskSize } = settings("sourcegraph-pgsql");
    assert.deepEqual([tier, diskSize], ["db-custom-8-32768", 900]);
  });

  it("leaves a disk alone that has grown by itself, refreshed or not, and grows it further in place", async () => {
    const kept = ids();
    stack.engine.editCloud((cloud) => {
      for (const { outputs } of Object.values(cloud.objects).filter(({ type }) => type === server))
        (outputs["settings"] as { diskSize: number }).diskSize = 1200;
    });
    assert.deepEqual(await stack.changes("preview"), []);
    await stack.changes("refresh");
    assert.deepEqual(await stack.changes("up"), []);
    const sized = (sizeGb: number) => ({
      databases: { managed: { machineType: "db-custom-8-32768", sizeGb, backupDays: 5 } },
    });
    stack.set(sized(950));
    await stack.changes("up");
    assert.equal(settings("sourcegraph-pgsql").diskSize, 1200);
    stack.set(sized(1500));
    await stack.changes("up");
    assert.equal(settings("sourcegraph-pgsql").diskSize, 1500);
    assert.deepEqual(ids(), kept);
  });

  it("refuses before anything is registered what would lose data: a smaller disk, bundled stores again, a major version by accident", async () => {
    assert.equal(
      await stack.refusal({ databases: { managed: { sizeGb: 100, only: ["frontend", "codeIntel", "codeInsights"] } } }),
      [
        "refused, because data would be lost:",
        ...["pgsql", "codeintel-db", "codeinsights-db"].map(
          (name) =>
            `  - 'sourcegraph-${name}' would shrink from 1500 GB to 100 GB, and a disk only grows; keep it as it is, or add "sourcegraph-${name}" to 'allowDataLoss' if its data may be lost`,
        ),
      ].join("\n"),
    );
    const bundled = await stack.refusal({ databases: "bundled", objectStorage: "bundled", cache: "bundled" });
    for (const key of [
      "databases.frontend",
      "databases.codeIntel",
      "databases.codeInsights",
      "objectStorage",
      "cache.store",
    ])
      assert.match(bundled, new RegExp(`'${key}' cannot change from managed to bundled: the data would stay behind`));
    assert.match(
      await stack.refusal({ databases: { managed: { sizeGb: 1500, version: "17" } } }),
      /would take sourcegraph-pgsql from PostgreSQL 16 to 17, a planned step with Sourcegraph stopped/,
    );
  });

  it("takes a major version in place once it is acknowledged", async () => {
    const kept = ids();
    stack.set({
      databases: { managed: { sizeGb: 1500, version: "17" } },
      acknowledge: [...acknowledgements, "postgresql-17"],
    });
    const changes = await stack.changes("up");
    assert.deepEqual(
      changes,
      servers.map((name) => `update ${server} ${name}`),
    );
    assert.deepEqual(
      all(server).map(({ outputs }) => outputs["databaseVersion"]),
      ["POSTGRES_17", "POSTGRES_17", "POSTGRES_17"],
    );
    assert.deepEqual(ids(), kept);
    assert.match(
      await stack.refusal({ databases: { managed: { sizeGb: 1500 } } }),
      /cannot go back from PostgreSQL 17 to 16/,
    );
  });

  it("makes the cache anew for a standby, and never the store", async () => {
    const kept = lasting();
    stack.set({ cache: { managed: { highlyAvailable: false, sizeGb: 12 } } });
    const refused = await stack.run("up");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /unable to replace resource[^]*sourcegraph-store[^]*currently\s+marked for protection/,
    );
    stack.set({ cache: { managed: { highlyAvailable: true, sizeGb: 12 } } });
    assert.deepEqual(await stack.changes("up"), [
      `create-replacement ${redis} sourcegraph-cache`,
      `create-replacement ${secretVersion} sourcegraph-redisCacheEndpoint`,
      `delete-replaced ${redis} sourcegraph-cache`,
      `delete-replaced ${secretVersion} sourcegraph-redisCacheEndpoint`,
      `replace ${redis} sourcegraph-cache`,
      `replace ${secretVersion} sourcegraph-redisCacheEndpoint`,
      "update gcp:monitoring/alertPolicy:AlertPolicy sourcegraph-alarm-redis",
      `update ${object} sourcegraph-pointer`,
    ]);
    assert.deepEqual(lasting(), kept);
  });

  it("keeps passwords in the services and the secret store, encrypted in the state file, and nowhere else", async () => {
    const passwords = all(user).map(({ inputs }) => String(inputs["password"]));
    const tokens = all(redis).map(({ outputs }) => String(outputs["authString"]));
    assert.equal(new Set([...passwords, ...tokens]).size, 5);
    const endpoints = all(secretVersion).filter(({ inputs }) => String(inputs["secretData"]).startsWith("redis://"));
    assert.equal(endpoints.length, 2);
    await stack.assertHidden(passwords, [user, secretVersion]);
    await stack.assertHidden(tokens, [redis, secretVersion]);
  });

  it("goes down and leaves the data and what it is reached by, and comes up with it again", async () => {
    stack.set({ deletionProtection: false });
    await stack.changes("up");
    const kept = lasting();
    await stack.changes("destroy", { args: ["--exclude-protected"] });
    const left = (type: string) => all(type).length;
    assert.deepEqual(ids(), kept);
    assert.deepEqual([database, user, network, connection].map(left), [3, 3, 1, 1]);
    await stack.changes("up");
    assert.deepEqual(lasting(), kept);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("never deletes a server: what is left of the network goes only after somebody has deleted them by hand", async () => {
    const restore = stack.alter("components/cloud/data-options.js", "protect: true", "protect: false");
    await stack.changes("up").finally(restore);
    const kept = lasting();
    const refused = await stack.run("destroy");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /resourceInUseByAnotherResource/);
    assert.deepEqual(ids(), kept);
    stack.engine.editCloud((cloud) => {
      for (const [key, { type }] of Object.entries(cloud.objects))
        if ([server, redis, user, database].includes(type)) delete cloud.objects[key];
    });
    await stack.changes("destroy");
    assert.deepEqual(
      [network, range, connection].map((type) => all(type).length),
      [0, 0, 0],
    );
  });
});
