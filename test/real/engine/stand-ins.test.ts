import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import { Engine, type RunResult } from "../../support/engine";
import { requireToolchain } from "../../support/toolchain";

const VOLUME = "aws:ebs/volume:Volume";
const INSTANCE = "aws:ec2/instance:Instance";
const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";
const DISK = "gcp:compute/disk:Disk";

/** What an AWS program of this suite looks like: a machine with a data volume and a few other things. */
interface Machine {
  readonly size: number;
  readonly ami: string;
  readonly userData: string;
  readonly volumeOptions: string;
  readonly without?: "volume" | "machine";
  readonly rolePath?: string;
}
const base: Machine = { size: 100, ami: "20260601", userData: "first", volumeOptions: "{}" };

const awsProgram = (change: Partial<Machine> = {}): string => {
  const m = { ...base, ...change };
  return `
const pulumi = require("@pulumi/pulumi");
const aws = { ec2: require("@pulumi/aws/ec2"), ebs: require("@pulumi/aws/ebs"), secretsmanager: require("@pulumi/aws/secretsmanager"), iam: require("@pulumi/aws/iam") };
const random = require("@pulumi/random");
const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
const subnet = new aws.ec2.Subnet("subnet", { vpcId: vpc.id, cidrBlock: "10.0.1.0/24", availabilityZone: "eu-west-1b" });
const group = new aws.ec2.SecurityGroup("group", { vpcId: vpc.id });
const ami = aws.ec2.getAmiOutput({ owners: ["136693071363"], filters: [{ name: "name", values: ["debian-13-amd64-${m.ami}-2500"] }] });
const policy = aws.iam.getPolicyDocumentOutput({ statements: [{ actions: ["sts:AssumeRole"], principals: [{ type: "Service", identifiers: ["ec2.amazonaws.com"] }] }] });
const role = new aws.iam.Role("role", { assumeRolePolicy: policy.json });
new aws.iam.Role("named", { name: "fixed", path: ${JSON.stringify(m.rolePath ?? "/")}, assumeRolePolicy: policy.json });
const password = new random.RandomPassword("password", { length: 24 });
const secret = new aws.secretsmanager.Secret("secret", { recoveryWindowInDays: 0 });
new aws.secretsmanager.SecretVersion("version", { secretId: secret.id, secretString: pulumi.interpolate\`MARKER-\${password.result}-\${new pulumi.Config().requireSecret("token")}\` });
${
  m.without === "machine"
    ? ""
    : `const machine = new aws.ec2.Instance("machine", { ami: ami.id, instanceType: "m6i.large", subnetId: subnet.id, vpcSecurityGroupIds: [group.id], userData: ${JSON.stringify(m.userData)}, tags: { Name: "machine" } });
exports.machine = machine.id; exports.privateIp = machine.privateIp;`
}
${
  m.without === "volume"
    ? ""
    : `const volume = new aws.ebs.Volume("data", { availabilityZone: "eu-west-1b", size: ${m.size}, type: "gp3", encrypted: true }, ${m.volumeOptions});
${m.without === "machine" ? "" : `new aws.ec2.VolumeAttachment("attachment", { deviceName: "/dev/sdf", instanceId: machine.id, volumeId: volume.id }, { deleteBeforeReplace: true });`}
exports.volume = volume.id;`
}
exports.password = password.result;
`;
};

const gcpProgram = (m: {
  size: number;
  protect?: boolean;
  retain?: boolean;
  machineType?: string;
  stopping?: boolean;
}): string => `
const gcp = { compute: require("@pulumi/gcp/compute"), storage: require("@pulumi/gcp/storage") };
const disk = new gcp.compute.Disk("data", { name: "data", size: ${m.size}, type: "pd-ssd", labels: { app: "sourcegraph" } }, { protect: ${m.protect === true}, retainOnDelete: ${m.retain === true} });
const image = gcp.compute.getImageOutput({ project: "debian-cloud", name: "debian-13-trixie-v20260609" });
const network = new gcp.compute.Network("network", { autoCreateSubnetworks: false });
const subnet = new gcp.compute.Subnetwork("subnet", { network: network.id, ipCidrRange: "10.10.0.0/24" });
const machine = new gcp.compute.Instance("machine", {
  machineType: ${JSON.stringify(m.machineType ?? "n2-standard-8")}, allowStoppingForUpdate: ${m.stopping === true},
  bootDisk: { initializeParams: { image: image.selfLink, size: 20 } },
  networkInterfaces: [{ subnetwork: subnet.id, accessConfigs: [{}] }],
  metadata: { "startup-script": "echo 1" },
});
new gcp.compute.AttachedDisk("attached", { disk: disk.id, instance: machine.id }, { deleteBeforeReplace: true });
exports.ip = machine.networkInterfaces[0].accessConfigs[0].natIp;
`;

const errors = (run: RunResult): string =>
  run.diagnostics
    .filter((d) => d.severity === "error")
    .map((d) => d.message)
    .join("\n");
const succeeded = (run: RunResult): RunResult => {
  assert.equal(run.code, 0, run.stdout + run.stderr);
  return run;
};

describe("stand-in providers under the real engine", function () {
  let bin: string;
  let engine: Engine;
  before(function () {
    bin = requireToolchain(this);
  });
  const ids = (type: string): string[] =>
    engine
      .cloud()
      .all(type)
      .map((o) => o.id);

  describe("stand-in aws", () => {
    before(async () => {
      engine = await Engine.start({ bin, program: awsProgram(), config: { "aws:region": "eu-west-1" } });
      await engine.configSet("demo:token", "TOPSECRET", { secret: true });
    });
    after(() => engine?.stop());
    const moved = { size: 200, userData: "second", ami: "20260701" };
    const run = async (change: Partial<Machine>): Promise<RunResult> => {
      engine.writeProgram(awsProgram(change));
      return engine.up();
    };

    it("stand-in: an up creates what a preview announced, with values of the right shape", async () => {
      const planned = succeeded(await engine.preview());
      const done = succeeded(await engine.up());
      assert.deepEqual([...done.changes].sort(), [...planned.changes].sort());
      assert.equal(done.changes.length, 11);
      const outputs = await engine.outputs();
      assert.match(String(outputs.volume), /^vol-[0-9a-f]{17}$/);
      assert.match(String(outputs.machine), /^i-[0-9a-f]{17}$/);
      const [volume] = engine.cloud().all(VOLUME);
      assert.equal(volume?.outputs.arn, `arn:aws:ec2:eu-west-1:123456789012:volume/${volume?.id ?? ""}`);
      assert.match(String(outputs.privateIp), /^10\.0\.0\.\d+$/);
      const role = engine
        .cloud()
        .all("aws:iam/role:Role")
        .find((r) => r.id !== "fixed");
      assert.match(String(role?.outputs.arn), /^arn:aws:iam::123456789012:role\/role-[0-9a-f]{7}$/);
      assert.match(String(role?.inputs.assumeRolePolicy), /"Service": "ec2\.amazonaws\.com"/);
    });

    it("stand-in: a second preview is empty", async () => {
      assert.deepEqual(succeeded(await engine.preview()).changes, []);
    });

    it("stand-in: secret inputs are ciphertext in the state file", () => {
      const state = engine.exportState();
      assert.match(state, /"ciphertext"/);
      for (const marker of ["MARKER", "TOPSECRET"])
        assert.ok(!state.includes(marker), `${marker} is plain in the state`);
      assert.match(
        JSON.stringify(engine.cloud().all("aws:secretsmanager/secretVersion:SecretVersion")),
        /MARKER-.*TOPSECRET/,
      );
    });

    it("stand-in: a volume grows in place", async () => {
      const before = ids(VOLUME);
      const { changes, steps } = succeeded(await run({ size: 200 }));
      assert.deepEqual(changes, [`update ${VOLUME} data`]);
      assert.deepEqual(steps.find((s) => s.name === "data")?.diff, ["size"]);
      assert.deepEqual(ids(VOLUME), before);
      assert.equal(engine.cloud().all(VOLUME)[0]?.outputs.size, 200);
    });

    it("stand-in: a shrink of a volume is planned as an update and refused at apply", async () => {
      engine.writeProgram(awsProgram({ size: 50 }));
      assert.deepEqual(succeeded(await engine.preview()).changes, [`update ${VOLUME} data`]);
      const refused = await engine.up();
      assert.notEqual(refused.code, 0);
      assert.match(errors(refused), /InvalidParameterValue: New size cannot be smaller than existing size/);
      assert.equal(engine.cloud().all(VOLUME)[0]?.outputs.size, 200);
    });

    it("stand-in: new user data stops and starts the machine, in place", async () => {
      const { changes } = succeeded(await run({ size: 200, userData: "second" }));
      assert.deepEqual(changes, [`update ${INSTANCE} machine`]);
      assert.deepEqual(engine.cloud().log.at(-1)?.stopped, true);
    });

    it("stand-in: a new image replaces the machine, and the same volume moves over", async () => {
      const { changes } = succeeded(await run(moved));
      assert.deepEqual(
        changes.filter((c) => c.includes(VOLUME)),
        [],
      );
      assert.deepEqual(
        changes.filter((c) => c.endsWith(" machine")),
        [
          `create-replacement ${INSTANCE} machine`,
          `replace ${INSTANCE} machine`,
          `delete-replaced ${INSTANCE} machine`,
        ],
      );
      assert.deepEqual(
        engine
          .cloud()
          .log.slice(-4)
          .map((e) => `${e.op} ${e.name}`),
        ["create machine", "delete attachment", "create attachment", "delete machine"],
      );
      assert.equal(engine.cloud().all(ATTACHMENT)[0]?.outputs.instanceId, ids(INSTANCE)[0]);
    });

    it("stand-in: an explicit name and a replacement delete before they create", async () => {
      const { changes } = succeeded(await run({ ...moved, rolePath: "/two/" }));
      assert.deepEqual(
        changes,
        ["delete-replaced", "replace", "create-replacement"].map((op) => `${op} aws:iam/role:Role named`),
      );
      assert.deepEqual(
        engine
          .cloud()
          .log.slice(-2)
          .map((e) => e.op),
        ["delete", "create"],
      );
      assert.match(
        String(
          engine
            .cloud()
            .all("aws:iam/role:Role")
            .find((r) => r.id === "fixed")?.outputs.arn,
        ),
        /:role\/two\/fixed$/,
      );
    });

    it("stand-in: an attached volume cannot be deleted", async () => {
      // Something outside of the stack holds the volume.
      engine.editCloud((cloud) => {
        const [own] = cloud.all(ATTACHMENT);
        assert.ok(own);
        cloud.objects[`${ATTACHMENT}|vai-other`] = {
          type: ATTACHMENT,
          id: "vai-other",
          inputs: {},
          outputs: { ...own.outputs, id: "vai-other" },
        };
      });
      const refused = await run({ ...moved, rolePath: "/two/", without: "volume" });
      assert.notEqual(refused.code, 0);
      assert.match(errors(refused), /VolumeInUse: Volume vol-[0-9a-f]+ is currently attached to an instance/);
      assert.equal(ids(VOLUME).length, 1);
    });
  });

  describe("stand-in gcp", () => {
    before(async () => {
      const config = { "gcp:project": "a-project", "gcp:region": "europe-west1", "gcp:zone": "europe-west1-b" };
      engine = await Engine.start({ bin, program: gcpProgram({ size: 100 }), config });
    });
    after(() => engine?.stop());
    const run = async (change: Parameters<typeof gcpProgram>[0]): Promise<RunResult> => {
      engine.writeProgram(gcpProgram(change));
      return engine.up();
    };

    it("stand-in: nothing changes on a second preview, addresses inside of blocks included", async () => {
      succeeded(await engine.up());
      assert.match(String((await engine.outputs()).ip), /^203\.0\.113\.\d+$/);
      assert.deepEqual(ids(DISK), ["projects/a-project/zones/europe-west1-b/disks/data"]);
      assert.deepEqual(succeeded(await engine.preview()).changes, []);
    });

    it("stand-in: growth of a disk is in place, a shrink is a replacement that deletes first", async () => {
      assert.deepEqual(succeeded(await run({ size: 200 })).changes, [`update ${DISK} data`]);
      engine.writeProgram(gcpProgram({ size: 150 }));
      const { steps } = succeeded(await engine.preview());
      const disk = steps.filter((s) => s.type === DISK);
      assert.deepEqual(
        disk.map((s) => s.op),
        ["delete-replaced", "replace", "create-replacement"],
      );
      assert.deepEqual(disk[1]?.replaces, ["size"]);
    });

    it("stand-in: another machine type needs allowStoppingForUpdate", async () => {
      const refused = await run({ size: 200, machineType: "n2-standard-16" });
      assert.match(errors(refused), /please set allow_stopping_for_update = true in your config/);
      succeeded(await run({ size: 200, machineType: "n2-standard-16", stopping: true }));
    });

    it("stand-in: a protected disk is not deleted, and a retained one outlives the stack", async () => {
      const rest = { size: 200, machineType: "n2-standard-16", stopping: true };
      succeeded(await run({ ...rest, protect: true, retain: true }));
      const refused = await engine.destroy();
      assert.notEqual(refused.code, 0);
      assert.match(refused.stdout + refused.stderr, /protected/);
      assert.equal(ids(DISK).length, 1);
      succeeded(await run({ ...rest, retain: true }));
      succeeded(await engine.destroy());
      assert.deepEqual(
        engine.cloud().log.filter((e) => e.op === "delete" && e.name === "data"),
        [],
      );
      assert.deepEqual(
        Object.values(engine.cloud().objects).map((o) => o.type),
        [DISK],
      );
    });
  });

  describe("stand-in programs", () => {
    after(() => engine?.stop());
    const wide = (cloud: string): string =>
      readFileSync(path.join(__dirname, "../../support/stand-ins/programs", `${cloud}.cjs`), "utf8");

    it("stand-in: every type of an AWS machine comes up, stays unchanged, and goes; a key is only scheduled to", async () => {
      engine = await Engine.start({ bin, program: wide("aws"), config: { "aws:region": "eu-west-1" } });
      succeeded(await engine.up());
      assert.deepEqual(succeeded(await engine.refresh()).changes, []);
      assert.deepEqual(succeeded(await engine.preview()).changes, []);
      assert.ok(!engine.exportState().includes("MARKER"));
      succeeded(await engine.destroy());
      const left = Object.values(engine.cloud().objects).map((o) => [o.type, o.outputs.keyState]);
      assert.deepEqual(left, [["aws:kms/key:Key", "PendingDeletion"]]);
      engine.stop();
    });

    it("stand-in: every type of a Google Cloud machine comes up, stays unchanged, and goes; keys stay for ever", async () => {
      const config = { "gcp:project": "a-project", "gcp:region": "europe-west1", "gcp:zone": "europe-west1-b" };
      engine = await Engine.start({ bin, program: wide("gcp"), config });
      succeeded(await engine.up());
      assert.deepEqual(succeeded(await engine.refresh()).changes, []);
      assert.deepEqual(succeeded(await engine.preview()).changes, []);
      assert.ok(!engine.exportState().includes("MARKER"));
      succeeded(await engine.destroy());
      const left = Object.values(engine.cloud().objects).map((o) => o.type);
      assert.deepEqual(left.sort(), ["gcp:kms/cryptoKey:CryptoKey", "gcp:kms/keyRing:KeyRing"]);
    });
  });

  describe("stand-in faults", () => {
    before(async () => {
      engine = await Engine.start({ bin, program: awsProgram(), config: { "aws:region": "eu-west-1" } });
      await engine.configSet("demo:token", "TOPSECRET", { secret: true });
    });
    after(() => engine?.stop());

    it("stand-in: an update whose engine was killed is resumed", async () => {
      const killed = await engine.up({ faults: [{ op: "create", type: INSTANCE, kill: "engine" }] });
      assert.notEqual(killed.code, 0);
      assert.deepEqual(ids(INSTANCE), []);
      await engine.cancel();
      const resumed = succeeded(await engine.up());
      assert.ok(resumed.changes.includes(`create ${INSTANCE} machine`));
      for (const type of [VOLUME, INSTANCE, ATTACHMENT, "aws:ec2/vpc:Vpc"]) assert.equal(ids(type).length, 1, type);
      assert.deepEqual(succeeded(await engine.preview()).changes, []);
    });

    it("stand-in: a fault hits once, with its text, and the next update goes through", async () => {
      engine.writeProgram(awsProgram({ size: 300 }));
      const failed = await engine.up({
        faults: [{ op: "update", name: "data", error: "api error InternalError: try again" }],
      });
      assert.match(errors(failed), /api error InternalError: try again/);
      assert.deepEqual(
        failed.steps.filter((s) => s.status === "failed").map((s) => s.name),
        ["data"],
      );
      assert.deepEqual(succeeded(await engine.up()).changes, [`update ${VOLUME} data`]);
    });

    it("stand-in: a provider that dies fails the update, and the next one goes through", async () => {
      engine.writeProgram(awsProgram({ size: 400 }));
      assert.notEqual((await engine.up({ faults: [{ op: "update", name: "data", kill: "provider" }] })).code, 0);
      assert.deepEqual(succeeded(await engine.up()).changes, [`update ${VOLUME} data`]);
    });

    it("stand-in: drift is seen by a refresh and put right by an update", async () => {
      engine.editCloud((cloud) => {
        const [machine] = cloud.all(INSTANCE);
        if (machine) machine.outputs.tags = { Name: "somebody else" };
      });
      succeeded(await engine.refresh());
      assert.deepEqual(succeeded(await engine.up()).changes, [`update ${INSTANCE} machine`]);
    });

    it("stand-in: an unknown type or function is an error that names it", async () => {
      engine.writeProgram(`new (require("@pulumi/aws/sfn").Activity)("a", {});`);
      assert.match(errors(await engine.preview()), /the stand-ins do not know the type aws:sfn\/activity:Activity/);
      engine.writeProgram(`require("@pulumi/aws/sfn").getActivity({ name: "a" });`);
      assert.match(
        errors(await engine.preview()),
        /the stand-in for aws has no function aws:sfn\/getActivity:getActivity/,
      );
    });
  });
});
