import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GcpSourcegraphVmArgs, Manifest } from "../../components/gcp";
import { configMarker, fullArgs, gcpAnswers, inputsOf, leastArgs, recordVm, secretMarker } from "../support/gcp-vm";
import { allOf, identitiesOf, only, valueOf, type Recorded } from "../support/recorder";
import { factLabels } from "../support/fact-labels";

const key = "sourcegraph-keys-id/cryptoKeys/sourcegraph-key-1a2b3c4";
const labels = { "sourcegraph-name": "sourcegraph", team: "search" };
const dataLabels = (dataClass: string) => ({ ...labels, "sourcegraph-data-class": dataClass });

/** Types of which every resource holds data, or opens it. */
const dataTypes = [
  "gcp:compute/disk:Disk",
  "gcp:kms/cryptoKey:CryptoKey",
  "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
  "gcp:kms/keyRing:KeyRing",
  "random:index/randomPassword:RandomPassword",
];
/** Made at random like what opens data, but it opens none: the machine's pointer is signed with it. */
const pointerKey = "sourcegraph-pointer-key";
/** What the data disk holds. */
const everything = "user-data_identity_secret_operational";
const passwords = [
  "sourcegraph-codeinsightsDbPassword",
  "sourcegraph-codeintelDbPassword",
  "sourcegraph-pgsqlPassword",
];

const guarded = ({ protect, retainOnDelete, ignoreChanges }: Recorded) =>
  protect && retainOnDelete && ignoreChanges.includes("snapshot");

/** What was declared, unless it was refused. */
function declared({ resources, error }: { resources: readonly Recorded[]; error: unknown }): readonly Recorded[] {
  assert.equal(error, undefined);
  return resources;
}

/** What a person has to acknowledge from 7.4.0 to 7.5.4453. */
const acknowledge = ["backup-first", "oob-complete", "same-minor-executors"];

/** The manifest a deployment leaves, with what is given in place of what it says. */
async function manifestAfter(args: GcpSourcegraphVmArgs, change: Partial<Manifest> = {}): Promise<Manifest> {
  const { result, error } = await recordVm(args);
  assert.equal(error, undefined);
  return { ...(await valueOf(result!.manifest))!, ...change };
}

describe("data of SourcegraphVm on Google Cloud", () => {
  it("protects and keeps everything that holds data or opens it", async () => {
    const { resources } = await recordVm(fullArgs);
    const data = resources.filter(
      ({ type, name }) =>
        (dataTypes.includes(type) && name !== pointerKey) ||
        name === "sourcegraph-backups" ||
        (/:Secret(Version)?$/.test(type) && passwords.includes(name)),
    );
    assert.equal(data.length, 1 + 1 + 3 + 1 + 1 + 3 + 3 + 3);
    assert.deepEqual(
      data.filter((resource) => !guarded(resource)),
      [],
    );
    const others = resources.filter((resource) => !data.includes(resource));
    assert.deepEqual(
      others.filter(({ protect }) => protect),
      [],
    );
  });

  it("makes the data disk exactly as planned, blank, with the instance's key, and never inside the machine", async () => {
    const { resources } = await recordVm(fullArgs);
    const disk = only(resources, "gcp:compute/disk:Disk");
    assert.deepEqual(disk.inputs, {
      project: "example",
      zone: "us-central1-a",
      type: "pd-ssd",
      size: 500,
      diskEncryptionKey: { kmsKeySelfLink: key },
      labels: { ...dataLabels("user-data"), ...factLabels(everything) },
    });
    assert.deepEqual([disk.name, disk.dependsOn], ["sourcegraph-data", ["sourcegraph-key-compute"]]);
  });

  it("passes size, type and speed of the disk on, and boots from a disk the machine takes too", async () => {
    const dataDisk = { sizeGb: 900, type: "hyperdisk-balanced", iops: 6000, throughputMbps: 300 };
    const { resources } = await recordVm({ ...leastArgs, machine: { type: "c3-standard-22" }, dataDisk });
    const { type, size, provisionedIops, provisionedThroughput } = only(resources, "gcp:compute/disk:Disk").inputs;
    assert.deepEqual([type, size, provisionedIops, provisionedThroughput], ["hyperdisk-balanced", 900, 6000, 300]);
    const { bootDisk, machineType } = only(resources, "gcp:compute/instance:Instance").inputs;
    assert.equal(machineType, "c3-standard-22");
    assert.equal((bootDisk as { initializeParams: { type: string } }).initializeParams.type, "hyperdisk-balanced");
  });

  it("snapshots the disk daily and keeps the snapshots when the disk goes", async () => {
    const { resources } = await recordVm({ ...fullArgs, backup: { hourUtc: 22, keepDays: 30 } });
    assert.deepEqual(only(resources, "gcp:compute/resourcePolicy:ResourcePolicy").inputs, {
      project: "example",
      region: "us-central1",
      description: "daily snapshots of the data of Sourcegraph sourcegraph",
      snapshotSchedulePolicy: {
        schedule: { dailySchedule: { daysInCycle: 1, startTime: "22:00" } },
        retentionPolicy: { maxRetentionDays: 30, onSourceDiskDelete: "KEEP_AUTO_SNAPSHOTS" },
        snapshotProperties: { storageLocations: "us-central1", labels: dataLabels("user-data") },
      },
    });
    assert.deepEqual(only(resources, "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment").inputs, {
      project: "example",
      zone: "us-central1-a",
      disk: "sourcegraph-data-1a2b3c4",
      name: "sourcegraph-backup-1a2b3c4",
    });
  });

  it("has one key in the region, which only the three services that keep data may use", async () => {
    const { resources } = await recordVm(fullArgs);
    assert.deepEqual(only(resources, "gcp:kms/keyRing:KeyRing").inputs, {
      project: "example",
      location: "us-central1",
    });
    assert.deepEqual(only(resources, "gcp:kms/cryptoKey:CryptoKey").inputs, {
      keyRing: "sourcegraph-keys-id",
      purpose: "ENCRYPT_DECRYPT",
      rotationPeriod: "7776000s",
      destroyScheduledDuration: "2592000s",
      labels: dataLabels("secret"),
    });
    const may = (agent: string) => ({
      cryptoKeyId: key,
      role: "roles/cloudkms.cryptoKeyEncrypterDecrypter",
      member: `serviceAccount:service-123@${agent}.iam.gserviceaccount.com`,
    });
    assert.deepEqual(inputsOf(resources, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"), {
      "sourcegraph-key-compute": may("compute-system"),
      "sourcegraph-key-storage": may("gs-project-accounts"),
      "sourcegraph-key-secrets": may("gcp-sa-secretmanager"),
    });
  });

  it("keeps secrets in the region only, encrypted with the instance's key", async () => {
    const { resources } = await recordVm(fullArgs);
    const secret = only(resources, "gcp:secretmanager/secret:Secret", "sourcegraph-pgsqlPassword");
    assert.deepEqual(secret.inputs, {
      project: "example",
      replication: {
        userManaged: { replicas: [{ location: "us-central1", customerManagedEncryption: { kmsKeyName: key } }] },
      },
      labels: { ...dataLabels("secret"), ...factLabels("secret") },
    });
    assert.deepEqual(secret.dependsOn, ["sourcegraph-key-secrets"]);
    assert.deepEqual(inputsOf(resources, "random:index/randomPassword:RandomPassword")["sourcegraph-pgsqlPassword"], {
      length: 32,
      special: false,
    });
  });

  it("lets the values of secrets be seen nowhere but in their versions, where they are marked secret", async () => {
    const { resources, result } = await recordVm(fullArgs);
    const shows = (value: unknown) =>
      [secretMarker, configMarker].some((marker) => JSON.stringify(value).includes(marker));
    const showing = resources.filter(({ inputs }) => shows(inputs));
    assert.deepEqual([...new Set(showing.map(({ type }) => type))], ["gcp:secretmanager/secretVersion:SecretVersion"]);
    assert.equal(showing.length, 4);
    assert.deepEqual(
      showing.filter(({ secretInputs }) => !secretInputs.includes("secretData")),
      [],
    );
    const { url, release, connect, manifest, address } = result!;
    const outputs = await Promise.all(
      [url, release, connect, manifest, address].map((output) => valueOf<unknown>(output)),
    );
    assert.equal(shows(outputs), false);
  });

  describe("upgrades", () => {
    const before: GcpSourcegraphVmArgs = { ...fullArgs, release: "7.4.0" };

    it("take a snapshot of the disk, named after the target and kept, before the pointer changes", async () => {
      const previous = await manifestAfter(before);
      const { resources, result } = await recordVm({ ...fullArgs, acknowledge, previous });
      const snapshot = only(resources, "gcp:compute/snapshot:Snapshot");
      assert.equal(snapshot.name, "sourcegraph-before-7-5-4453");
      assert.deepEqual(snapshot.inputs, {
        project: "example",
        zone: "us-central1-a",
        sourceDisk: "link:Disk/sourcegraph-data",
        description: "data of Sourcegraph sourcegraph before the upgrade from 7.4.0 to 7.5.4453",
        storageLocations: ["us-central1"],
        snapshotEncryptionKey: { kmsKeySelfLink: key },
        labels: dataLabels("user-data"),
      });
      assert.deepEqual([snapshot.retainOnDelete, snapshot.protect], [true, false]);
      assert.ok(["sourceDisk", "description"].every((input) => snapshot.ignoreChanges.includes(input)));
      const pointer = only(resources, "gcp:storage/bucketObject:BucketObject", "sourcegraph-pointer");
      assert.ok(pointer.dependsOn.includes("sourcegraph-before-7-5-4453"));
      assert.deepEqual((await valueOf(result!.manifest))?.lastHop, { from: "7.4.0", to: "7.5.4453", kind: "standard" });
    });

    it("change the bundle, the pointer, the snapshot and what is waited for, and nothing else", async () => {
      const [old, now] = [
        await recordVm(before),
        await recordVm({ ...fullArgs, acknowledge, previous: await manifestAfter(before) }),
      ];
      const was = new Map(old.resources.map((resource) => [`${resource.type} ${resource.name}`, resource]));
      const changed = now.resources.filter(({ type, name, inputs }) => {
        const one = was.get(`${type} ${name}`);
        return one === undefined || JSON.stringify(one.inputs) !== JSON.stringify(inputs);
      });
      assert.deepEqual(changed.map(({ name }) => name).sort(), [
        "sourcegraph-before-7-5-4453",
        "sourcegraph-bundle",
        "sourcegraph-outside-check",
        "sourcegraph-pointer",
      ]);
      assert.equal(now.resources.length, old.resources.length + 1);
    });

    it("are followed by an update that declares the very same", async () => {
      const args = { ...fullArgs, acknowledge, previous: await manifestAfter(before) };
      const upgraded = await recordVm(args);
      const again = await recordVm({ ...fullArgs, previous: await manifestAfter(args) });
      assert.deepEqual(identitiesOf(again.resources), identitiesOf(upgraded.resources));
      const sorted = ({ resources }: typeof again) =>
        resources.map(({ type, name, inputs }) => [type, name, JSON.stringify(inputs)].join(" ")).sort();
      assert.deepEqual(sorted(again), sorted(upgraded));
    });
  });

  describe("transforms", () => {
    const transform = {
      network: { network: { mtu: 1500 } },
      key: { rotationPeriod: "2592000s", purpose: "MAC" },
      account: { displayName: "someone" },
      bucket: { storageClass: "NEARLINE", publicAccessPrevention: "inherited", forceDestroy: false },
      secret: { annotations: { owner: "search" }, secretId: "other" },
      dataDisk: { labels: { team: "other" }, size: 10, snapshot: "elsewhere", zone: "elsewhere" },
      backupPolicy: { description: "mine", snapshotSchedulePolicy: {} },
      machine: {
        minCpuPlatform: "Intel Ice Lake",
        metadata: { extra: "yes", "startup-script": "rm" },
        attachedDisks: [],
      },
      webFirewall: { priority: 900 },
      tunnelFirewall: { disabled: true },
      record: { ttl: 60 },
      loadBalancer: { backendService: { timeoutSec: 900 } },
      alarms: { diskUsage: { severity: "CRITICAL" } },
      // As a program without types could write it.
    } as unknown as GcpSourcegraphVmArgs["transform"];

    it("change what they may and nothing that keeps data safe", async () => {
      const { resources, error } = await recordVm({ ...fullArgs, transform });
      assert.equal(error, undefined);
      const plain = await recordVm(fullArgs);
      const was = (type: string, name?: string) => only(plain.resources, type, name).inputs;
      const now = (type: string, name?: string) => only(resources, type, name).inputs;
      const change = (more: object, type: string, name?: string) =>
        assert.deepEqual(now(type, name), { ...was(type, name), ...more });
      change({ mtu: 1500 }, "gcp:compute/network:Network");
      change({ rotationPeriod: "2592000s" }, "gcp:kms/cryptoKey:CryptoKey");
      change({ displayName: "someone" }, "gcp:serviceaccount/account:Account");
      change({ storageClass: "NEARLINE" }, "gcp:storage/bucket:Bucket", "sourcegraph-bundles");
      change({ annotations: { owner: "search" } }, "gcp:secretmanager/secret:Secret", "sourcegraph-pgsqlPassword");
      change({ labels: { team: "other", ...factLabels(everything) } }, "gcp:compute/disk:Disk");
      change({ description: "mine" }, "gcp:compute/resourcePolicy:ResourcePolicy");
      change({ priority: 900 }, "gcp:compute/firewall:Firewall", "sourcegraph-web");
      change({ disabled: true }, "gcp:compute/firewall:Firewall", "sourcegraph-tunnel");
      change({ ttl: 60 }, "gcp:dns/recordSet:RecordSet");
      change({ timeoutSec: 900 }, "gcp:compute/backendService:BackendService");
      change({ severity: "CRITICAL" }, "gcp:monitoring/alertPolicy:AlertPolicy", "sourcegraph-alarm-disk");
      const machine = "gcp:compute/instance:Instance";
      const metadata = { ...(was(machine)["metadata"] as Record<string, string>), extra: "yes" };
      change({ minCpuPlatform: "Intel Ice Lake", metadata }, machine);
      assert.deepEqual(
        resources
          .filter(({ type, name }) => dataTypes.includes(type) && name !== pointerKey)
          .filter((resource) => !guarded(resource)),
        [],
      );
    });

    it("may be functions of what was planned", async () => {
      const { resources } = await recordVm({
        ...leastArgs,
        transform: {
          dataDisk: (planned) => ({ labels: { ...(planned.labels as Record<string, string>), cost: "42" } }),
          machine: (planned) => ({ ...planned, canIpForward: true }),
          address: (planned) => ({ ...planned, networkTier: "STANDARD" }),
        },
      });
      const planned = { "sourcegraph-name": "sourcegraph", cost: "42", ...factLabels(everything) };
      assert.deepEqual(only(resources, "gcp:compute/disk:Disk").inputs["labels"], planned);
      assert.equal(only(resources, "gcp:compute/instance:Instance").inputs["canIpForward"], true);
      assert.equal(only(resources, "gcp:compute/address:Address").inputs["networkTier"], "STANDARD");
    });
  });

  it("labels everything that takes labels, and the release is no label", async () => {
    const { resources } = await recordVm(fullArgs);
    const labelled = resources.filter(({ inputs }) => (inputs["userLabels"] ?? inputs["labels"]) !== undefined);
    assert.equal(labelled.length, 17);
    const wrong = labelled.filter(({ inputs }) => {
      const {
        "sourcegraph-name": name,
        team,
        ...rest
      } = (inputs["userLabels"] ?? inputs["labels"]) as Record<string, string>;
      return (
        name !== "sourcegraph" || team !== "search" || Object.keys(rest).some((label) => !(label in factLabels("")))
      );
    });
    assert.deepEqual(wrong, []);
  });

  it("keeps the names of every release before: what is in test/identity/gcp-vm.json", async () => {
    const upgraded: GcpSourcegraphVmArgs = {
      ...fullArgs,
      acknowledge,
      previous: await manifestAfter({ ...fullArgs, release: "7.4.0" }),
    };
    const open: GcpSourcegraphVmArgs = { ...fullArgs, access: { allowedCidrs: ["0.0.0.0/0"] } };
    const identities: Record<string, string[]> = {};
    for (const [name, args] of Object.entries({ least: leastArgs, full: upgraded, open }))
      identities[name] = identitiesOf(declared(await recordVm(args)));
    const path = join(__dirname, "../identity/gcp-vm.json");
    if (process.env["SGBOX_WRITE_IDENTITY"] === "1") writeFileSync(path, `${JSON.stringify(identities, null, 2)}\n`);
    assert.deepEqual(identities, JSON.parse(readFileSync(path, "utf8")));
  });

  it("asks the project for nothing but its number, the agent of its buckets, and the machine for its status", async () => {
    const { calls } = await recordVm(fullArgs, gcpAnswers);
    assert.deepEqual(calls.map(({ token, inputs }) => [token, inputs]).sort(), [
      ["gcp:organizations/getProject:getProject", { projectId: "example" }],
      [
        "gcp:storage/getBucketObjectContent:getBucketObjectContent",
        { bucket: "sourcegraph-bundles-1a2b3c4", name: "status.json" },
      ],
      [
        "gcp:storage/getBucketObjects:getBucketObjects",
        { bucket: "sourcegraph-bundles-1a2b3c4", prefix: "status.json" },
      ],
      ["gcp:storage/getProjectServiceAccount:getProjectServiceAccount", { project: "example" }],
    ]);
    assert.equal(allOf((await recordVm(fullArgs)).resources, "gcp:projects/serviceIdentity:ServiceIdentity").length, 1);
  });
});
