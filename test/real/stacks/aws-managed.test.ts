import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack } from "./sample";

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";
const bucket = "aws:s3/bucket:Bucket";
const parameters = "aws:rds/parameterGroup:ParameterGroup";
const databaseSnapshot = "aws:rds/snapshot:Snapshot";
const cacheSnapshot = "aws:elasticache/snapshot:Snapshot";
const object = "aws:s3/bucketObjectv2:BucketObjectv2";
const secretVersion = "aws:secretsmanager/secretVersion:SecretVersion";
const alarm = "aws:cloudwatch/metricAlarm:MetricAlarm";

const servers = ["sourcegraph-codeinsights-db", "sourcegraph-codeintel-db", "sourcegraph-pgsql"];

describe("managed services of the AWS sample stack on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws", {
      databases: { managed: { version: "16.8" } },
      cache: "managed",
      objectStorage: "managed",
    });
  });
  after(() => stack?.stop());

  const all = (type: string) => stack.engine.cloud().all(type);
  const ids = () => [database, cache, bucket].flatMap((type) => all(type).map(({ id }) => id)).sort();
  const pointers = () => all(object).filter(({ id }) => id.endsWith("/pointer.json"));
  const server = (name: string) => {
    const found = all(database).find(({ outputs }) => String(outputs["identifier"]).startsWith(name));
    assert.ok(found, name);
    return found.outputs;
  };
  const managed = (settings: Readonly<Record<string, string | number>>) => ({ databases: { managed: settings } });

  it("comes up after a server could not be made, with nothing told to the machine before; a second preview and a refresh change nothing", async () => {
    const error = "api error InsufficientDBInstanceCapacity: no capacity in us-east-1a";
    const failed = await stack.run("up", {
      faults: [{ op: "create", type: database, name: "sourcegraph-pgsql", error }],
    });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /InsufficientDBInstanceCapacity/);
    assert.deepEqual(pointers(), []);
    const made = ids();
    await stack.changes("up");
    assert.equal(pointers().length, 1);
    assert.equal(all(database).length, 3);
    assert.deepEqual(
      made.filter((id) => !ids().includes(id)),
      [],
    );
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("takes a minor version in place, and nothing else changes", async () => {
    const kept = ids();
    stack.set(managed({ version: "16.10" }));
    assert.deepEqual(
      await stack.changes("up"),
      servers.map((name) => `update ${database} ${name}`),
    );
    assert.deepEqual(ids(), kept);
    assert.equal(server("sourcegraph-pgsql")["engineVersionActual"], "16.10");
  });

  it("refuses a major version by accident and one back before anything is registered", async () => {
    const step = await stack.refusal(managed({ version: "17" }));
    assert.match(
      step,
      /'databases\.managed\.version' would take sourcegraph-pgsql from PostgreSQL 16 to 17, a planned step with Sourcegraph stopped; follow "A new major version" in docs\/managed-services\.md, then add "postgresql-17" to 'acknowledge'/,
    );
  });

  it("takes a major version as an acknowledged step: the new settings first, then the servers, then the old settings go", async () => {
    const kept = ids();
    stack.set({ ...managed({ version: "17.6" }), acknowledge: ["postgresql-17"] });
    const steps = await stack.steps(() => stack.changes("up"));
    for (const name of servers) {
      const own = steps.filter((step) => step.includes(name) && !step.includes(alarm));
      assert.deepEqual(own, [
        `create ${parameters} ${name}-postgres17`,
        `update ${database} ${name}`,
        `delete ${parameters} ${name}-postgres16`,
      ]);
    }
    assert.equal(steps.length, 9, steps.join("\n"));
    assert.deepEqual(ids(), kept);
    assert.equal(server("sourcegraph-pgsql")["engineVersionActual"], "17.6");
    assert.deepEqual(await stack.changes("preview"), []);
    assert.match(
      await stack.refusal(managed({ version: "16" })),
      /'databases\.managed\.version' cannot go back from PostgreSQL 17\.6 to 16 \(sourcegraph-pgsql\)/,
    );
  });

  it("changes class, disk, backups and Redis nodes in place", async () => {
    const kept = ids();
    stack.set({
      ...managed({ version: "17.6", machineType: "db.m7g.2xlarge", sizeGb: 900, backupDays: 30 }),
      cache: { managed: { machineType: "cache.m7g.large" } },
    });
    assert.deepEqual(
      await stack.changes("up"),
      [
        ...servers.map((name) => `update ${database} ${name}`),
        ...servers.map((name) => `update ${alarm} ${name}-alarm-storage`),
        `update ${cache} sourcegraph-cache`,
        `update ${cache} sourcegraph-store`,
      ].sort(),
    );
    assert.deepEqual(ids(), kept);
    assert.deepEqual(
      [server("sourcegraph-pgsql")["instanceClass"], server("sourcegraph-pgsql")["allocatedStorage"]],
      ["db.m7g.2xlarge", 900],
    );
  });

  it("leaves a disk alone that has grown by itself, refreshed or not, and refuses a smaller one", async () => {
    stack.engine.editCloud((cloud) => {
      for (const { type, outputs } of Object.values(cloud.objects))
        if (type === database) outputs["allocatedStorage"] = 1100;
    });
    assert.deepEqual(await stack.changes("preview"), []);
    await stack.changes("refresh");
    assert.deepEqual(await stack.changes("preview"), []);
    const settings = { version: "17.6", machineType: "db.m7g.2xlarge", backupDays: 30 };
    assert.equal(
      await stack.refusal(managed({ ...settings, sizeGb: 500 })),
      [
        "refused, because data would be lost:",
        ...["pgsql", "codeintel-db", "codeinsights-db"].map(
          (name) =>
            `  - 'sourcegraph-${name}' would shrink from 900 GB to 500 GB, and a disk only grows; keep it as it is, or add "sourcegraph-${name}" to 'allowDataLoss' if its data may be lost`,
        ),
      ].join("\n"),
    );
    stack.set(managed({ ...settings, sizeGb: 1500 }));
    await stack.changes("up");
    assert.equal(server("sourcegraph-pgsql")["allocatedStorage"], 1500);
  });

  it("refuses bundled stores again before anything is registered, and says where the steps are", async () => {
    const refused = await stack.refusal({ databases: "bundled", cache: "bundled", objectStorage: "bundled" });
    for (const key of [
      "databases.frontend",
      "databases.codeIntel",
      "databases.codeInsights",
      "cache.store",
      "objectStorage",
    ])
      assert.ok(
        refused.includes(
          `'${key}' cannot change from managed to bundled: the data would stay behind; move it by the steps that sgbox move prints ("Moving data" in docs/managed-services.md), with Sourcegraph stopped, then add "${key}" to 'allowDataLoss' for one update`,
        ),
        refused,
      );
  });

  it("keeps secrets in the stand-in cloud's secret store and where AWS takes them, encrypted in the state file, and nowhere else", async () => {
    const secrets = all(secretVersion)
      .map(({ inputs }) => String(inputs["secretString"]))
      .filter((text) => !/amazonaws\.com$|^sourcegraph-uploads/.test(text));
    assert.equal(secrets.length, 6); // three passwords, two addresses of Redis, and the mail server's password
    const state = stack.engine.exportState();
    const outputs = JSON.stringify(await stack.engine.outputs());
    const holders = new Set<string>();
    for (const secret of secrets) {
      assert.ok(!state.includes(secret), "the state file holds a secret in the open");
      assert.ok(!outputs.includes(secret));
      for (const { type, inputs } of Object.values(stack.engine.cloud().objects))
        if (JSON.stringify(inputs).includes(secret)) holders.add(type);
    }
    assert.deepEqual([...holders].sort(), [database, secretVersion].sort());
  });

  it("goes down and leaves servers, bucket and what they stand on, and comes up with the same again", async () => {
    const kept = ids().filter((id) => !/sourcegraph-(cache|bundles)/.test(id));
    await stack.changes("destroy", { args: ["--exclude-protected"] });
    assert.deepEqual(ids(), kept);
    for (const type of ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "aws:s3/bucketPolicy:BucketPolicy"])
      assert.deepEqual(
        all(type)
          .map(({ inputs }) => /^sourcegraph-(backups|uploads)/.exec(String(inputs["bucket"]))?.[0])
          .sort(),
        ["sourcegraph-backups", "sourcegraph-uploads"],
        type,
      );
    assert.deepEqual(all("aws:ec2/instance:Instance"), []);
    assert.equal(all("aws:rds/subnetGroup:SubnetGroup").length, 1);
    await stack.changes("up");
    assert.deepEqual(
      kept.filter((id) => !ids().includes(id)),
      [],
    );
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("is not destroyed while protected, by the engine nor by AWS", async () => {
    const refused = await stack.run("destroy");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout + refused.stderr, /protected/);
    assert.equal(all(database).length, 3);
  });

  it("goes as a planned step in the right order, and leaves last snapshots, the bucket and the key", async () => {
    stack.set({ deletionProtection: false });
    await stack.changes("up");
    await stack.engine.unprotect();
    const steps = await stack.steps(() => stack.changes("destroy"));
    const at = (step: string) => {
      const found = steps.indexOf(step);
      assert.notEqual(found, -1, `${step} is not among\n${steps.join("\n")}`);
      return found;
    };
    for (const name of servers) {
      assert.ok(at(`delete ${database} ${name}`) < at("delete aws:rds/subnetGroup:SubnetGroup sourcegraph-databases"));
      assert.ok(at(`delete ${database} ${name}`) < at(`delete ${parameters} ${name}-postgres17`));
    }
    assert.ok(
      at(`delete ${cache} sourcegraph-store`) < at("delete aws:elasticache/subnetGroup:SubnetGroup sourcegraph-caches"),
    );
    assert.ok(
      at("delete aws:rds/subnetGroup:SubnetGroup sourcegraph-databases") <
        at("delete aws:ec2/subnet:Subnet sourcegraph-databases-a"),
    );
    assert.ok(at("delete aws:ec2/instance:Instance sourcegraph-machine") >= 0);
    assert.equal(all(databaseSnapshot).length, 3);
    assert.equal(all(cacheSnapshot).length, 1);
    for (const { id } of all(databaseSnapshot)) assert.match(id, /^sourcegraph-[a-z-]+-final-[a-z0-9]{8}$/);
    const left = new Set(stack.left());
    for (const type of [bucket, "aws:ebs/volume:Volume", "aws:kms/key:Key", secretVersion])
      assert.ok(left.has(type), type);
    for (const type of ["aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", database, cache]) assert.ok(!left.has(type), type);
  });
});
