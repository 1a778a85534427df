import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { acknowledgements, marker, older, release, SampleStack, timed } from "./sample";

const instance = "gcp:compute/instance:Instance";
const disk = "gcp:compute/disk:Disk";
const snapshot = "gcp:compute/snapshot:Snapshot";
const object = "gcp:storage/bucketObject:BucketObject";
const key = "gcp:kms/cryptoKey:CryptoKey";
const secret = "gcp:secretmanager/secret:Secret";
const secretVersion = "gcp:secretmanager/secretVersion:SecretVersion";
const check = "pulumi-nodejs:dynamic/sourcegraph:OutsideCheck";

const newBundle = [
  `create-replacement ${object} sourcegraph-bundle`,
  `delete-replaced ${object} sourcegraph-bundle`,
  `replace ${object} sourcegraph-bundle`,
  `update ${object} sourcegraph-pointer`,
  `update ${check} sourcegraph-outside-check`,
];

/** "Expected preview changes" of a new release, as the changelog lists them. */
const ofNewRelease = [`create ${snapshot} sourcegraph-before-${release.replaceAll(".", "-")}`, ...newBundle].sort();

describe("the GCP sample stack on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "gcp");
  });
  after(() => stack?.stop());

  const pointer = () => {
    const [found] = stack.engine
      .cloud()
      .all(object)
      .filter(({ inputs }) => inputs["name"] === "pointer.json");
    return JSON.parse(String(found?.inputs["content"])) as { release: string; digest: string };
  };
  const data = () => ({ disk: stack.one(disk).id, key: stack.one(key).id });
  const attached = () => {
    const [first] = stack.one(instance).outputs["attachedDisks"] as { source: string }[];
    return first?.source;
  };

  it("comes up after the stand-in cloud had no machine left; a second preview and a refresh change nothing", async () => {
    await timed(stack);
    const error = "googleapi: Error 503: ZONE_RESOURCE_POOL_EXHAUSTED";
    const failed = await stack.run("up", { faults: [{ op: "create", type: instance, error }] });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /ZONE_RESOURCE_POOL_EXHAUSTED/);
    const made = data();
    await stack.changes("up");
    assert.deepEqual(data(), made);
    assert.equal(pointer().release, older);
    assert.equal(attached(), stack.one(disk).outputs["selfLink"]);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    await timed(stack);
  });

  it("refuses in the stand-in cloud what would lose or move data, before anything is registered", async () => {
    const { size } = stack.one(disk).inputs;
    assert.equal(
      await stack.refusal({ dataDisk: { sizeGb: 100 } }),
      `refused, because data would be lost:\n  - 'sourcegraph-data' would shrink from ${String(size)} GB to 100 GB, and a disk only grows; keep it as it is, or add "sourcegraph-data" to 'allowDataLoss' if its data may be lost`,
    );
    assert.match(
      await stack.refusal({ dataDisk: { type: "pd-balanced" } }),
      /'sourcegraph-data' would change from type pd-ssd to pd-balanced, which replaces the disk on gcp/,
    );
    assert.match(
      await stack.refusal({ zone: "us-central1-b" }),
      /'sourcegraph-data' would move from us-central1-a to us-central1-b/,
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
    const failed = await stack.run("up", { faults: [{ ...bundle, error: "googleapi: Error 503: backendError" }] });
    assert.match(failed.stdout, /backendError/);
    const died = await stack.run("up", { faults: [{ ...bundle, kill: "provider" }] });
    assert.deepEqual([failed.code, died.code], [1, 1]);
    assert.equal(pointer().release, older);
    const { manifest } = await stack.engine.outputs();
    assert.equal((manifest as { release: string }).release, older);
  });

  it("finishes in the stand-in cloud an upgrade whose engine was killed before the pointer, and takes one snapshot", async () => {
    const { metadata } = stack.one(instance).inputs;
    const kept = data();
    const killed = await stack.run("up", { faults: [{ op: "update", name: "sourcegraph-pointer", kill: "engine" }] });
    assert.equal(killed.code, null);
    assert.equal(pointer().release, older);
    assert.equal(stack.one(snapshot).inputs["sourceDisk"], stack.one(disk).outputs["selfLink"]);
    await stack.engine.cancel();
    await stack.changes("up");
    assert.equal(pointer().release, release);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(data(), kept);
    assert.deepEqual(stack.one(instance).inputs["metadata"], metadata);
    assert.equal(
      stack.one(snapshot).inputs["description"],
      `data of Sourcegraph sourcegraph before the upgrade from ${older} to ${release}`,
    );
  });

  it("grows the data disk of the stand-in cloud in place, and never lets a smaller one replace it, allowed or not", async () => {
    const kept = data();
    stack.set({ dataDisk: { sizeGb: 900 } });
    assert.deepEqual(await stack.changes("up"), [`update ${disk} sourcegraph-data`]);
    stack.set({ dataDisk: { sizeGb: 850 }, allowDataLoss: ["sourcegraph-data"] });
    const shrunk = await stack.run("up");
    assert.equal(shrunk.code, 1);
    assert.match(shrunk.stdout, /unable to replace resource[^]*sourcegraph-data[^]*currently\s+marked for protection/);
    stack.set({ dataDisk: { sizeGb: 900 }, allowDataLoss: undefined });
    assert.deepEqual([data(), stack.one(disk).outputs["size"]], [kept, 900]);
  });

  it("stops and starts the machine of the stand-in cloud for another size, and rolls secret and firewall beside it", async () => {
    const before = stack.one(instance).id;
    stack.set({ usage: undefined, size: "M" });
    assert.deepEqual(await stack.changes("up"), [...newBundle, `update ${instance} sourcegraph-machine`].sort());
    assert.equal(stack.one(instance).id, before);
    await stack.engine.configSet("sourcegraph:secrets.smtpPassword", `${marker}-2`, { secret: true, path: true });
    stack.set({ access: { allowedCidrs: ["10.0.0.0/8", "192.0.2.0/24"] } });
    assert.deepEqual(await stack.changes("up"), [
      `create-replacement ${secretVersion} sourcegraph-smtpPassword`,
      `delete-replaced ${secretVersion} sourcegraph-smtpPassword`,
      `replace ${secretVersion} sourcegraph-smtpPassword`,
      "update gcp:compute/securityPolicy:SecurityPolicy sourcegraph-edge",
      `update ${object} sourcegraph-pointer`,
    ]);
  });

  it("replaces the machine of the stand-in cloud for another image once its protection is off, with the same disk", async () => {
    const kept = data();
    const before = stack.one(instance).id;
    const another = () =>
      stack.alter(
        "components/core/planning/vm/machine-images.js",
        /debian-13-trixie-v\d+/,
        "debian-13-trixie-v20270101",
      );
    const refusing = another();
    const refused = await stack.run("up").finally(refusing);
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /deletion_?protection/i);
    assert.equal(stack.one(instance).id, before);
    stack.set({ deletionProtection: false });
    assert.deepEqual(await stack.changes("up"), [`update ${instance} sourcegraph-machine`]);
    const restore = another();
    const steps = await stack.steps(() => stack.changes("up")).finally(restore);
    assert.deepEqual(data(), kept);
    assert.equal(attached(), stack.one(disk).outputs["selfLink"]);
    assert.deepEqual(steps.slice(0, 2), [
      `delete ${instance} sourcegraph-machine`,
      `create ${instance} sourcegraph-machine`,
    ]);
    assert.deepEqual(steps.slice(2).sort(), [
      "update gcp:compute/instanceGroup:InstanceGroup sourcegraph-edge",
      "update gcp:monitoring/alertPolicy:AlertPolicy sourcegraph-alarm-disk",
      "update gcp:monitoring/alertPolicy:AlertPolicy sourcegraph-alarm-status",
    ]);
  });

  it("refuses to remove the data disk from the stand-in cloud with a program that has another in its place", async () => {
    const restore = stack.alter(
      "components/vm/gcp-disk.js",
      "new compute.Disk(names.dataDisk",
      "new compute.Disk(`${names.dataDisk}-2`",
    );
    const refused = await stack.run("preview").finally(restore);
    assert.equal(refused.code, 1);
    assert.match(
      refused.stdout,
      /gcp:compute[/]disk:Disk::sourcegraph-data" cannot be deleted\s+because it is protected/,
    );
  });

  it("keeps secrets in the stand-in cloud's secret store, encrypted in the state file, and nowhere else", async () => {
    await stack.assertSecretsStayIn({ type: secretVersion, field: "secretData" }, 5);
  });

  it("goes down and leaves the data in the stand-in cloud, and comes up with it again", async () => {
    const kept = data();
    const taken = stack.one(snapshot).id;
    await stack.changes("destroy", { args: ["--exclude-protected"] });
    assert.deepEqual(stack.left(), [
      disk,
      snapshot,
      key,
      ...Array<string>(3).fill("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"),
      "gcp:kms/keyRing:KeyRing",
      "gcp:projects/serviceIdentity:ServiceIdentity",
      ...Array<string>(3).fill(secret),
      ...Array<string>(3).fill(secretVersion),
      "gcp:storage/bucket:Bucket",
    ]);
    await stack.changes("up");
    assert.deepEqual(data(), kept);
    assert.equal(stack.one(snapshot).id, taken, "another snapshot was taken, of data that is no longer from before");
    assert.equal(attached(), stack.one(disk).outputs["selfLink"]);
    assert.equal(pointer().release, release);
    assert.deepEqual(await stack.changes("preview"), []);
  });
});
