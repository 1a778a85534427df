import assert from "node:assert/strict";
import { InputError, RefusedError } from "../../components/core/errors";
import { userDataLimitBytes } from "../../components/core/rendering/bootstrap";
import type { AwsSourcegraphVmArgs } from "../../components/aws";
import { fullArgs, inputsByName, leastArgs, manifestAfter, recorded, recordVm, upgradeArgs } from "../support/aws-vm";
import { allOf, identitiesOf, only, valueOf } from "../support/recorder";

const tags = (name: string, more: object = {}) => ({ Name: name, "sourcegraph:name": "sourcegraph", ...more });

describe("SourcegraphVm on AWS: the machine", () => {
  it("looks up the pinned image by its exact name and owner", async () => {
    const { calls } = await recorded("least");
    const images = calls.filter(({ token }) => token.startsWith("aws:ec2/"));
    assert.deepEqual(images, [
      {
        token: "aws:ec2/getAmi:getAmi",
        inputs: {
          owners: ["136693071363"],
          filters: [{ name: "name", values: ["debian-13-amd64-20251117-2299"] }],
          includeDeprecated: true,
        },
      },
    ]);
  });

  it("has IMDSv2 with two hops, an encrypted root disk and no open port of its own", async () => {
    const { resources } = await recorded("least");
    const instance = only(resources, "aws:ec2/instance:Instance");
    const { userData, ...inputs } = instance.inputs;
    assert.equal(typeof userData, "string");
    assert.deepEqual(inputs, {
      ami: "ami-0123456789abcdef0",
      instanceType: "m6a.4xlarge",
      subnetId: "sourcegraph-machine-id",
      vpcSecurityGroupIds: ["sourcegraph-machine-id"],
      associatePublicIpAddress: true,
      iamInstanceProfile: "sourcegraph-machine-0a1b2c3",
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 2 },
      rootBlockDevice: {
        volumeType: "gp3",
        volumeSize: 50,
        encrypted: true,
        kmsKeyId: "arn:aws:kms:us-east-1:123456789012:key/key-1",
        deleteOnTermination: true,
        tags: tags("sourcegraph-machine-root"),
      },
      userDataReplaceOnChange: false,
      disableApiTermination: true,
      forceDestroy: true,
      tags: tags("sourcegraph-machine", { "sourcegraph:zone": "us-east-1a" }),
    });
    assert.equal(instance.deleteBeforeReplace, true);
    assert.deepEqual(instance.ignoreChanges, []);
    assert.deepEqual(instance.dependsOn, ["sourcegraph", "sourcegraph-machine"]);
  });

  it("attaches the data volume and the fixed address by resources of their own", async () => {
    const { resources } = await recorded("least");
    const attachment = only(resources, "aws:ec2/volumeAttachment:VolumeAttachment");
    assert.deepEqual(attachment.inputs, {
      deviceName: "/dev/sdf",
      instanceId: "i-0123456789abcdef0",
      volumeId: "vol-0123456789abcdef0",
      stopInstanceBeforeDetaching: true,
    });
    assert.equal(attachment.deleteBeforeReplace, true);
    assert.deepEqual(only(resources, "aws:ec2/eipAssociation:EipAssociation").inputs, {
      allocationId: "sourcegraph-address-id",
      instanceId: "i-0123456789abcdef0",
    });
  });

  it("gives the machine whole user data that names its bucket, its disk and its admins, and nothing of the release", async () => {
    const sshKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample ada@example.com"];
    const at = async (args: AwsSourcegraphVmArgs) =>
      only((await recordVm(args)).resources, "aws:ec2/instance:Instance").inputs["userData"] as string;
    const access = { ...leastArgs.access!, sshKeys };
    const text = await at({ ...leastArgs, access });
    assert.ok(text.startsWith("#cloud-config\n"));
    assert.ok(Buffer.byteLength(text) <= userDataLimitBytes);
    for (const part of [
      "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0",
      "https://sourcegraph-bundles-0a1b2c3.s3.us-east-1.amazonaws.com",
      sshKeys[0]!,
    ])
      assert.ok(text.includes(part), part);
    assert.equal(await at({ ...leastArgs, access, release: "7.4.0", size: "L" }), text);
    assert.ok(
      (await at({ ...leastArgs, proxy: { http: "http://proxy.example.com:3128" } })).includes("proxy.example.com"),
    );
  });

  it("opens port 80 to the allowed blocks, 443 too where the machine ends TLS, and 22 to the Instance Connect endpoint alone", async () => {
    const { resources } = await recordVm({
      ...leastArgs,
      access: { allowedCidrs: ["10.0.0.0/8", "2001:db8::/32", "10.0.0.0/8"] },
    });
    const rule = (name: string, port: number, source: object, group = "sourcegraph-machine-id") => ({
      securityGroupId: group,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      ...source,
      tags: tags(name),
    });
    const block = (name: string, port: number, source: object) => ({ [name]: rule(name, port, source) });
    assert.deepEqual(inputsByName(resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), {
      ...block("sourcegraph-from-10.0.0.0-8-port-80", 80, { cidrIpv4: "10.0.0.0/8" }),
      ...block("sourcegraph-from-2001_db8__-32-port-80", 80, { cidrIpv6: "2001:db8::/32" }),
      ...block("sourcegraph-machine-from-connect", 22, { referencedSecurityGroupId: "sourcegraph-connect-id" }),
    });
    assert.deepEqual(inputsByName(resources, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), {
      "sourcegraph-connect-to-machine": rule(
        "sourcegraph-connect-to-machine",
        22,
        { referencedSecurityGroupId: "sourcegraph-machine-id" },
        "sourcegraph-connect-id",
      ),
      "sourcegraph-machine-to-anywhere": {
        securityGroupId: "sourcegraph-machine-id",
        ipProtocol: "-1",
        cidrIpv4: "0.0.0.0/0",
        tags: tags("sourcegraph-machine-to-anywhere"),
      },
    });
    for (const group of allOf(resources, "aws:ec2/securityGroup:SecurityGroup"))
      assert.deepEqual([group.inputs["ingress"], group.inputs["egress"]], [undefined, undefined]);
    assert.deepEqual(only(resources, "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint").inputs, {
      subnetId: "sourcegraph-machine-id",
      securityGroupIds: ["sourcegraph-connect-id"],
      preserveClientIp: false,
      tags: tags("sourcegraph-connect"),
    });
    const acme = await recordVm({
      ...leastArgs,
      domain: "sourcegraph.example.com",
      tls: { mode: "acme", email: "ops@example.com" },
      access: { allowedCidrs: ["0.0.0.0/0"] },
    });
    assert.deepEqual(
      Object.keys(inputsByName(acme.resources, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")).sort(),
      ["sourcegraph-from-0.0.0.0-0-port-443", "sourcegraph-from-0.0.0.0-0-port-80", "sourcegraph-machine-from-connect"],
    );
  });

  it("raises five alarms, one of which acts, and tells somebody only where there is an address", async () => {
    const alarms = async (args: AwsSourcegraphVmArgs) => {
      const { resources } = await recordVm(args);
      const rows = Object.entries(inputsByName(resources, "aws:cloudwatch/metricAlarm:MetricAlarm")).map(
        ([name, i]) => [name, i["namespace"], i["metricName"], i["dimensions"], i["alarmActions"]] as const,
      );
      return { resources, rows: rows.sort(([a], [b]) => (a < b ? -1 : 1)) };
    };
    const recover = "arn:aws:automate:us-east-1:ec2:recover";
    const quiet = await alarms(leastArgs);
    const machine = { InstanceId: "i-0123456789abcdef0" };
    assert.deepEqual(quiet.rows, [
      [
        "sourcegraph-alarm-backup-missing",
        "AWS/EBS",
        "SnapshotsCreateCompleted",
        { DLMPolicyId: "sourcegraph-backup-id" },
        [],
      ],
      ["sourcegraph-alarm-disk-full", "Sourcegraph", "DataDiskUsedPercent", { Name: "sourcegraph" }, []],
      ["sourcegraph-alarm-disk-stalled", "AWS/EBS", "VolumeStalledIOCheck", { VolumeId: "vol-0123456789abcdef0" }, []],
      ["sourcegraph-alarm-hardware", "AWS/EC2", "StatusCheckFailed_System", machine, [recover]],
      ["sourcegraph-alarm-system", "AWS/EC2", "StatusCheckFailed_Instance", machine, []],
    ]);
    assert.deepEqual(allOf(quiet.resources, "aws:sns/topic:Topic"), []);
    const told = await alarms({ ...leastArgs, alarms: { email: "ops@example.com" } });
    const topic = "arn:aws:sns/topic:Topic:sourcegraph-alarms";
    assert.deepEqual(
      told.rows.map((row) => row[4]),
      [[topic], [topic], [topic], [recover, topic], [topic]],
    );
    assert.deepEqual(only(told.resources, "aws:sns/topicSubscription:TopicSubscription").inputs, {
      topic,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    const full = only(told.resources, "aws:cloudwatch/metricAlarm:MetricAlarm", "sourcegraph-alarm-disk-full").inputs;
    assert.deepEqual([full["threshold"], full["treatMissingData"]], [80, "breaching"]);
    const missing = only(told.resources, "aws:cloudwatch/metricAlarm:MetricAlarm", "sourcegraph-alarm-backup-missing");
    const { period, evaluationPeriods, treatMissingData, threshold, comparisonOperator } = missing.inputs;
    assert.deepEqual(
      [period, evaluationPeriods, treatMissingData, threshold, comparisonOperator],
      [3600, 26, "breaching", 1, "LessThanThreshold"],
    );
  });

  it("gives out address, way in, release and manifest, the last two only when the pointer is there", async () => {
    const { result, resources } = await recorded("least");
    assert.equal(await valueOf(result!.url), "http://203.0.113.10");
    assert.equal(await valueOf(result!.address), "203.0.113.10");
    assert.equal(await valueOf(result!.release), "7.5.4453");
    assert.equal(await valueOf(result!.instanceId), "i-0123456789abcdef0");
    assert.equal(await valueOf(result!.dataVolumeId), "vol-0123456789abcdef0");
    const shell =
      "ssh -o ProxyCommand='aws ec2-instance-connect open-tunnel --region us-east-1 --instance-id %h' admin@i-0123456789abcdef0";
    assert.deepEqual(await valueOf(result!.connect), {
      shell,
      logs: `${shell} sudo journalctl --follow --unit 'sourcegraph*'`,
    });
    const manifest = await valueOf(result!.manifest);
    const bundle = only(resources, "aws:s3/bucketObjectv2:BucketObjectv2", "sourcegraph-bundle");
    assert.equal(bundle.inputs["key"], `bundles/${manifest!.planDigest}.json`);
    assert.equal(manifest!.release, "7.5.4453");
    const dry = await recorded("least", true);
    assert.equal(await valueOf(dry.result!.manifest), undefined);
  });

  for (const which of ["least", "full"] as const)
    it(`declares the same children while no id is known yet, so none is made inside apply: ${which}`, async () => {
      const [real, dry] = [await recorded(which), await recorded(which, true)];
      assert.equal(real.error, undefined);
      assert.deepEqual(identitiesOf(dry.resources), identitiesOf(real.resources));
    });

  it("applies a transform of every child last", async () => {
    const mark = { tags: { mark: "transformed" } };
    const transform = {
      key: mark,
      role: { permissionsBoundary: "arn:aws:iam::123456789012:policy/boundary" },
      securityGroup: mark,
      instance: mark,
      dataVolume: mark,
      address: mark,
      connectEndpoint: mark,
      bucket: mark,
      secret: mark,
      backupPolicy: mark,
      snapshot: mark,
      loadBalancer: mark,
      targetGroup: mark,
      httpsListener: mark,
      certificate: mark,
      record: { ttl: 60 },
      topic: mark,
      alarm: mark,
      vpc: mark,
    };
    const manifest = await manifestAfter({ ...leastArgs, release: "7.4.0" });
    const plain = await recordVm({ ...leastArgs, ...upgradeArgs, previous: manifest, transform });
    const full = await recordVm({ ...fullArgs, transform });
    const changed = [...plain.resources, ...full.resources].filter(
      ({ inputs }) => (inputs["tags"] as { mark?: string } | undefined)?.mark === "transformed",
    );
    assert.deepEqual([...new Set(changed.map(({ type }) => type.split(":")[2]))].sort(), [
      "Bucket",
      "Certificate",
      "Eip",
      "Instance",
      "InstanceConnectEndpoint",
      "Key",
      "LifecyclePolicy",
      "Listener",
      "LoadBalancer",
      "MetricAlarm",
      "Secret",
      "SecurityGroup",
      "Snapshot",
      "TargetGroup",
      "Topic",
      "Volume",
      "Vpc",
    ]);
    assert.equal(
      only(full.resources, "aws:iam/role:Role", "sourcegraph-machine").inputs["permissionsBoundary"],
      "arn:aws:iam::123456789012:policy/boundary",
    );
    assert.equal(only(full.resources, "aws:route53/record:Record", "sourcegraph-record").inputs["ttl"], 60);
  });
});

describe("SourcegraphVm on AWS: refusals, before anything is registered", () => {
  const refused = async (
    args: AwsSourcegraphVmArgs,
    kind: typeof InputError | typeof RefusedError,
    message: string,
  ) => {
    const { error, resources, calls } = await recordVm(args);
    assert.ok(error instanceof kind, String(error));
    assert.equal(error.message, message);
    assert.deepEqual([resources, calls], [[], []]);
  };

  it("refuses bad input", () =>
    refused(
      { ...leastArgs, access: { allowedCidrs: [] }, region: "us-central1" },
      InputError,
      [
        "the configuration is not valid:",
        "  - 'region' must be a region of aws such as us-east-1, got \"us-central1\"",
        "  - 'access.allowedCidrs' is empty, so nobody could reach the instance; list the blocks that may, such as 10.0.0.0/8, or 0.0.0.0/0 for everybody",
      ].join("\n"),
    ));

  it("refuses a downgrade", async () => {
    const previous = await manifestAfter(leastArgs);
    const { error, resources } = await recordVm({ ...leastArgs, release: "7.4.0", previous });
    assert.ok(error instanceof RefusedError, String(error));
    assert.match(error.message, /7\.5\.4453.*7\.4\.0|7\.4\.0.*7\.5\.4453/s);
    assert.deepEqual(resources, []);
  });

  it("refuses to shrink the data volume", async () => {
    const previous = await manifestAfter({ ...leastArgs, dataDisk: { sizeGb: 900 } });
    const { error, resources } = await recordVm({ ...leastArgs, dataDisk: { sizeGb: 800 }, previous });
    assert.ok(error instanceof RefusedError, String(error));
    assert.match(
      error.message,
      /^refused, because data would be lost.*:\n {2}- 'sourcegraph-data' would shrink from 900 GB to 800 GB, /,
    );
    assert.deepEqual(resources, []);
  });

  it("refuses two networks at once", () =>
    refused(
      { ...leastArgs, network: { cidr: "10.40.0.0/16" }, existingNetwork: { vpcId: "vpc-1", subnetId: "subnet-1" } },
      InputError,
      [
        "the configuration is not valid:",
        "  - 'existingNetwork' and 'network' exclude each other; keep 'existingNetwork' for ids of resources, 'network' for plain ones",
      ].join("\n"),
    ));

  it("refuses user data that AWS would not take", async () => {
    const key = `ssh-rsa ${"A".repeat(700)} admin@example.com`;
    const sshKeys = Array.from({ length: 20 }, () => key);
    const { error, resources } = await recordVm({ ...leastArgs, access: { ...leastArgs.access!, sshKeys } });
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, /user data would be \d+ bytes, and the cloud takes 16384/);
    assert.deepEqual(resources, []);
  });
});
