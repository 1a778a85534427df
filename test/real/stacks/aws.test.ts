import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { acknowledgements, marker, older, release, SampleStack, timed } from "./sample";

const instance = "aws:ec2/instance:Instance";
const volume = "aws:ebs/volume:Volume";
const attachment = "aws:ec2/volumeAttachment:VolumeAttachment";
const target = "aws:lb/targetGroupAttachment:TargetGroupAttachment";
const snapshot = "aws:ebs/snapshot:Snapshot";
const object = "aws:s3/bucketObjectv2:BucketObjectv2";
const secretVersion = "aws:secretsmanager/secretVersion:SecretVersion";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const check = "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck";

const newBundle = [
  `create-replacement ${object} sourcegraph-bundle`,
  `delete-replaced ${object} sourcegraph-bundle`,
  `replace ${object} sourcegraph-bundle`,
  `update ${object} sourcegraph-pointer`,
  `update ${check} sourcegraph-outside-check`,
];

/** A release that the newest follows by a multi-version upgrade only. */
const oldest = "7.2.1943";

/** "Expected preview changes" of a new release, as the changelog lists them. */
const ofNewRelease = [`create ${snapshot} sourcegraph-before-${release}`, ...newBundle].sort();

describe("the AWS sample stack on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws");
  });
  after(() => stack?.stop());

  const pointer = () => {
    const [found] = stack.engine
      .cloud()
      .all(object)
      .filter(({ id }) => id.endsWith("/pointer.json"));
    return JSON.parse(String(found?.inputs["content"])) as { release: string; digest: string };
  };
  const data = () => ({ volume: stack.one(volume).id, key: stack.one("aws:kms/key:Key").id });

  it("comes up in the stand-in cloud; a second preview, a refresh and a preview after it change nothing", async () => {
    await timed(stack);
    await stack.changes("up");
    assert.equal(pointer().release, older);
    assert.equal(stack.one(attachment).outputs["volumeId"], stack.one(volume).id);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    await timed(stack);
  });

  it("refuses in the stand-in cloud what would lose or move data, before anything is registered", async () => {
    assert.equal(
      await stack.refusal({ dataDisk: { sizeGb: 400 } }),
      `refused, because data would be lost:\n  - 'sourcegraph-data' would shrink from 500 GB to 400 GB, and a disk only grows; keep it as it is, or add "sourcegraph-data" to 'allowDataLoss' if its data may be lost`,
    );
    assert.match(
      await stack.refusal({ zone: "us-east-1b" }),
      /'sourcegraph-data' would move from us-east-1a to us-east-1b/,
    );
    assert.match(await stack.refusal({ name: "renamed" }), /'name' cannot change from sourcegraph to renamed in place/);
  });

  it("refuses in the stand-in cloud an upgrade without acknowledgement, and a downgrade", async () => {
    assert.match(await stack.refusal({ release }), /refused until its manual steps are acknowledged[^]*"backup-first"/);
    assert.match(await stack.refusal({ release: "7.3.0" }), /'release'/);
  });

  it("shows for a new release exactly what the changelog says, without touching the stand-in cloud", async () => {
    stack.set({ release, acknowledge: acknowledgements });
    assert.deepEqual(await stack.changes("preview"), ofNewRelease);
  });

  it("leaves the pointer in the stand-in cloud on the old bundle when the new one cannot be written or a provider dies", async () => {
    const bundle = { op: "create", name: "sourcegraph-bundle" } as const;
    const failed = await stack.run("up", {
      faults: [{ ...bundle, error: "api error SlowDown: reduce your request rate" }],
    });
    assert.match(failed.stdout, /SlowDown/);
    const died = await stack.run("up", { faults: [{ ...bundle, kill: "provider" }] });
    assert.deepEqual([failed.code, died.code], [1, 1]);
    assert.equal(pointer().release, older);
    const { manifest } = await stack.engine.outputs();
    assert.equal((manifest as { release: string }).release, older);
  });

  it("finishes in the stand-in cloud an upgrade whose engine was killed before the pointer, and takes one snapshot", async () => {
    const { userData } = stack.one(instance).inputs;
    const kept = data();
    const killed = await stack.run("up", {
      faults: [{ op: "update", name: "sourcegraph-pointer", kill: "engine" }],
    });
    assert.equal(killed.code, null);
    assert.deepEqual([pointer().release, stack.one(snapshot).inputs["volumeId"]], [older, kept.volume]);
    await stack.engine.cancel();
    await stack.changes("up");
    assert.equal(pointer().release, release);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(data(), kept);
    assert.equal(stack.one(instance).inputs["userData"], userData);
    assert.equal(
      stack.one(snapshot).inputs["description"],
      `Sourcegraph sourcegraph before the upgrade from ${older} to ${release}`,
    );
  });

  it("grows the data volume of the stand-in cloud in place, which never shrinks, allowed or not", async () => {
    const kept = data();
    stack.set({ dataDisk: { sizeGb: 600 } });
    assert.deepEqual(await stack.changes("up"), [`update ${volume} sourcegraph-data`]);
    stack.set({ dataDisk: { sizeGb: 550 }, allowDataLoss: ["sourcegraph-data"] });
    const shrunk = await stack.run("up");
    assert.equal(shrunk.code, 1);
    assert.match(shrunk.stdout, /New size cannot be smaller than existing size/);
    stack.set({ dataDisk: { sizeGb: 600 }, allowDataLoss: undefined });
    assert.deepEqual([data(), stack.one(volume).outputs["size"]], [kept, 600]);
  });

  it("stops and starts the machine of the stand-in cloud for another size, and rolls secret and firewall beside it", async () => {
    const before = stack.one(instance).id;
    stack.set({ size: "M" });
    assert.deepEqual(await stack.changes("up"), [...newBundle, `update ${instance} sourcegraph-machine`].sort());
    assert.equal(stack.one(instance).id, before);
    await stack.engine.configSet("sourcegraph:secrets.smtpPassword", `${marker}-2`, { secret: true, path: true });
    stack.set({ access: { allowedCidrs: ["10.0.0.0/8", "192.0.2.0/24"] } });
    assert.deepEqual(await stack.changes("up"), [
      `create ${ingress} sourcegraph-from-192.0.2.0-24-port-443`,
      `create ${ingress} sourcegraph-from-192.0.2.0-24-port-80`,
      `create-replacement ${secretVersion} sourcegraph-smtpPassword`,
      `delete-replaced ${secretVersion} sourcegraph-smtpPassword`,
      `replace ${secretVersion} sourcegraph-smtpPassword`,
      `update ${object} sourcegraph-pointer`,
    ]);
  });

  it("replaces the machine of the stand-in cloud for another image, and hands the same volume over", async () => {
    const kept = data();
    const before = stack.one(instance).id;
    const restore = stack.alter(
      "components/core/planning/vm/machine-images.js",
      /debian-13-amd64-\d+-\d+/,
      "debian-13-amd64-20270101-2500",
    );
    const steps = await stack.steps(() => stack.changes("up")).finally(restore);
    assert.deepEqual(data(), kept);
    assert.notEqual(stack.one(instance).id, before);
    assert.deepEqual(
      [stack.one(attachment).outputs["volumeId"], stack.one(attachment).outputs["instanceId"]],
      [kept.volume, stack.one(instance).id],
    );
    const order = [
      `delete ${attachment} sourcegraph-data`,
      `delete ${instance} sourcegraph-machine`,
      `create ${instance} sourcegraph-machine`,
      `create ${attachment} sourcegraph-data`,
    ];
    assert.deepEqual(
      steps.filter((step) => order.includes(step)),
      order,
    );
    assert.deepEqual(steps.filter((step) => !order.includes(step)).sort(), [
      `create ${target} sourcegraph`,
      `delete ${target} sourcegraph`,
      "update aws:cloudwatch/metricAlarm:MetricAlarm sourcegraph-alarm-hardware",
      "update aws:cloudwatch/metricAlarm:MetricAlarm sourcegraph-alarm-system",
    ]);
  });

  it("refuses to remove the data volume from the stand-in cloud with a program that has another in its place", async () => {
    const restore = stack.alter("components/vm/aws-machine.js", "new ebs.Volume(name", "new ebs.Volume(`${name}-2`");
    const refused = await stack.run("preview").finally(restore);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /aws:ebs[/]volume:Volume::sourcegraph-data" cannot be deleted\s+because it is protected/,
    );
  });

  it("keeps secrets in the stand-in cloud's secret store, encrypted in the state file, and nowhere else", async () => {
    await stack.assertSecretsStayIn({ type: secretVersion, field: "secretString" }, 5);
  });

  it("goes down and leaves the data in the stand-in cloud, and comes up with it again", async () => {
    const kept = data();
    const taken = stack.one(snapshot).id;
    await stack.changes("destroy", { args: ["--exclude-protected"] });
    assert.deepEqual(stack.left(), [
      snapshot,
      volume,
      "aws:kms/key:Key",
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "aws:s3/bucketPolicy:BucketPolicy",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketVersioning:BucketVersioning",
      ...Array<string>(3).fill("aws:secretsmanager/secret:Secret"),
      ...Array<string>(3).fill(secretVersion),
    ]);
    await stack.changes("up");
    assert.deepEqual(data(), kept);
    assert.equal(stack.one(snapshot).id, taken, "another snapshot was taken, of data that is no longer from before");
    assert.equal(stack.one(attachment).outputs["volumeId"], kept.volume);
    assert.equal(pointer().release, release);
    assert.deepEqual(await stack.changes("preview"), []);
  });
});

describe("an AWS stack in a network that exists, on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "aws", {
      release: oldest,
      network: { existing: { vpcId: "vpc-0123456789abcdef0", subnetId: "subnet-0123456789abcdef0" } },
      tls: { mode: "acme", email: "ops@example.com" },
      access: { allowedCidrs: ["0.0.0.0/0"] },
    });
  });
  after(() => stack?.stop());

  it("comes up without load balancer after the stand-in cloud had no machine left the first time", async () => {
    const error = "api error InsufficientInstanceCapacity: We currently do not have sufficient capacity";
    const failed = await stack.run("up", { faults: [{ op: "create", type: instance, error }] });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /InsufficientInstanceCapacity/);
    const kept = stack.one(volume).id;
    await stack.changes("up");
    assert.equal(stack.one(attachment).outputs["volumeId"], kept);
    assert.deepEqual(await stack.changes("preview"), []);
    for (const type of ["aws:lb/loadBalancer:LoadBalancer", "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"])
      assert.deepEqual(stack.engine.cloud().all(type), []);
    const record = stack.one("aws:route53/record:Record").inputs;
    assert.deepEqual(record["records"], [stack.one("aws:ec2/eip:Eip").outputs["publicIp"]]);
  });

  it("goes over several minor releases in one update, with a new machine that takes the volume over first", async () => {
    const kept = stack.one(volume).id;
    const before = stack.one(instance).id;
    stack.set({ release, acknowledge: acknowledgements, upgrade: "replace" });
    const steps = await stack.steps(() => stack.changes("up"));
    const order = [
      `create ${snapshot} sourcegraph-before-${release}`,
      `delete ${attachment} sourcegraph-data`,
      `delete ${instance} sourcegraph-machine`,
      `create ${instance} sourcegraph-machine`,
      `create ${attachment} sourcegraph-data`,
      `update ${object} sourcegraph-pointer`,
    ];
    assert.deepEqual(
      steps.filter((step) => order.includes(step) && !step.includes(snapshot)),
      order.slice(1),
    );
    assert.ok(steps.indexOf(order[0] ?? "") >= 0 && steps.indexOf(order[0] ?? "") < steps.indexOf(order[5] ?? ""));
    assert.notEqual(stack.one(instance).id, before);
    assert.equal(stack.one(attachment).outputs["volumeId"], kept);
    const { manifest } = await stack.engine.outputs();
    const { lastHop, replacedFor } = manifest as { lastHop: object; replacedFor: string };
    assert.deepEqual(lastHop, { from: oldest, to: release, kind: "multi-version" });
    assert.equal(replacedFor, release);
    // Neither the strategy by itself nor going back to the other replaces a machine.
    assert.deepEqual(await stack.changes("preview"), []);
    stack.set({ upgrade: undefined });
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("keeps its data in the stand-in cloud when a program that has dropped it is applied without a preview", async () => {
    const restore = stack.alter("stacks/index.js", /[^]*/, "module.exports = async () => ({});");
    const refused = await stack.run("up").finally(restore);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /cannot be deleted/);
    const left = stack.left();
    for (const type of [volume, "aws:kms/key:Key"]) assert.equal(left.filter((other) => other === type).length, 1);
    assert.equal(left.filter((type) => type === secretVersion).length, 3);
  });
});
