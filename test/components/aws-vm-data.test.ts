import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { signatureOf, verificationKey, withSignature } from "../../components/core/rendering/pointer";
import { decide } from "../../components/vm/decision";
import {
  awsOutputs,
  configMarker,
  fullArgs,
  inputsByName,
  leastArgs,
  manifestAfter,
  recorded,
  recordVm,
  registryLogin,
  secretMarker,
  statementsOf,
  upgradeArgs,
} from "../support/aws-vm";
import { allOf, identitiesOf, only, valueOf, type Recorded } from "../support/recorder";
import { factLabels } from "../support/fact-labels";

const object = "aws:s3/bucketObjectv2:BucketObjectv2";
const snapshot = "aws:ebs/snapshot:Snapshot";
const passwords = ["codeinsightsDbPassword", "codeintelDbPassword", "pgsqlPassword"].map(
  (name) => `sourcegraph-${name}`,
);
const secretArn = (name: string) => `arn:aws:secretsmanager:us-east-1:123456789012:secret:${name}-AbCdEf`;
const backupsArn = "arn:aws:s3:::sourcegraph-backups-0a1b2c3";
const bucketArn = "arn:aws:s3:::sourcegraph-bundles-0a1b2c3";
const keyArn = "arn:aws:kms:us-east-1:123456789012:key/key-1";

describe("SourcegraphVm on AWS: data", () => {
  it("protects and keeps the key, the data volume, the bucket of backups and the passwords that open data, and nothing else", async () => {
    const { resources } = await recorded("full");
    const guarded = resources.filter((resource) => resource.protect).map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(guarded.sort(), [
      "aws:ebs/volume:Volume sourcegraph-data",
      "aws:kms/key:Key sourcegraph-key",
      "aws:s3/bucket:Bucket sourcegraph-backups",
      "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration sourcegraph-backups",
      "aws:s3/bucketPolicy:BucketPolicy sourcegraph-backups",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock sourcegraph-backups",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration sourcegraph-backups",
      "aws:s3/bucketVersioning:BucketVersioning sourcegraph-backups",
      ...passwords.map((name) => `aws:secretsmanager/secret:Secret ${name}`),
      ...passwords.map((name) => `aws:secretsmanager/secretVersion:SecretVersion ${name}`),
      ...passwords.map((name) => `random:index/randomPassword:RandomPassword ${name}`),
    ]);
    const kept = resources.filter((resource) => resource.retainOnDelete).map(({ type, name }) => `${type} ${name}`);
    assert.deepEqual(kept.sort(), [...guarded, `${object} sourcegraph-bundle`].sort());
    for (const resource of resources.filter(({ protect }) => protect))
      assert.deepEqual(resource.ignoreChanges, ["snapshotId", "snapshot"], resource.name);
  });

  it("declares every data resource of the plan under the name the plan gives it", async () => {
    const { resources } = await recorded("least");
    const { plan } = decide("aws", "sourcegraph", leastArgs);
    const guarded = new Set(resources.filter((resource) => resource.protect).map(({ name }) => name));
    assert.ok(plan.dataResources.length === 5);
    for (const { name } of plan.dataResources) assert.ok(guarded.has(name), name);
  });

  it("encrypts the data volume, and no transform can change what keeps it", async () => {
    const planned = {
      availabilityZone: "us-east-1a",
      size: 500,
      encrypted: true,
      kmsKeyId: keyArn,
      finalSnapshot: true,
      type: "gp3",
      tags: {
        Name: "sourcegraph-data",
        "sourcegraph:name": "sourcegraph",
        "sourcegraph:data-class": "customer",
        "sourcegraph:zone": "us-east-1a",
        "sourcegraph:backup": "key-1",
        ...factLabels("user-data_identity_secret_operational"),
      },
    };
    const { resources } = await recorded("least");
    assert.deepEqual(only(resources, "aws:ebs/volume:Volume").inputs, planned);
    const loosened = {
      size: 1,
      encrypted: false,
      kmsKeyId: "other",
      availabilityZone: "us-east-1c",
      finalSnapshot: false,
      snapshotId: "snap-1",
      protect: false,
      retainOnDelete: false,
      iops: 4000,
    };
    const changed = await recordVm({ ...leastArgs, transform: { dataVolume: loosened as { iops: number } } });
    const volume = only(changed.resources, "aws:ebs/volume:Volume");
    assert.deepEqual(volume.inputs, { ...planned, iops: 4000 });
    assert.deepEqual([volume.protect, volume.retainOnDelete], [true, true]);
  });

  it("passes type and speed of the disk on", async () => {
    const { resources } = await recordVm({ ...leastArgs, size: "L" });
    const { type, iops, throughput } = only(resources, "aws:ebs/volume:Volume").inputs;
    assert.deepEqual([type, iops, throughput], ["gp3", 6000, 250]);
  });

  it("snapshots the volume daily, finding it by a tag that no other instance has, and deletes none but its own", async () => {
    const { resources } = await recordVm({ ...leastArgs, backup: { keepDays: 30, hourUtc: 4 } });
    assert.deepEqual(only(resources, "aws:dlm/lifecyclePolicy:LifecyclePolicy").inputs["policyDetails"], {
      resourceTypes: ["VOLUME"],
      targetTags: { "sourcegraph:backup": "key-1" },
      schedules: [
        {
          name: "daily",
          createRule: { interval: 24, intervalUnit: "HOURS", times: "04:00" },
          retainRule: { interval: 30, intervalUnit: "DAYS" },
          copyTags: true,
        },
      ],
    });
    const snapshots = "arn:aws:ec2:us-east-1::snapshot/*";
    assert.deepEqual(statementsOf(only(resources, "aws:iam/rolePolicy:RolePolicy", "sourcegraph-backup")), {
      Find: {
        Effect: "Allow",
        Action: ["ec2:DescribeInstances", "ec2:DescribeSnapshots", "ec2:DescribeVolumes"],
        Resource: "*",
      },
      Take: {
        Effect: "Allow",
        Action: "ec2:CreateSnapshot",
        Resource: ["arn:aws:ec2:us-east-1:123456789012:volume/vol-0123456789abcdef0", snapshots],
      },
      Mark: { Effect: "Allow", Action: "ec2:CreateTags", Resource: snapshots },
      Expire: {
        Effect: "Allow",
        Action: "ec2:DeleteSnapshot",
        Resource: snapshots,
        Condition: { StringEquals: { "aws:ResourceTag/sourcegraph:backup": "key-1" } },
      },
    });
  });
});

describe("SourcegraphVm on AWS: bundle and pointer", () => {
  /** What the pointer says, beside its signature by the key that the machine knows. */
  const pointerOf = (resources: readonly Recorded[]) => {
    const content = only(resources, object, "sourcegraph-pointer").inputs["content"] as string;
    const { signature, ...said } = JSON.parse(content) as { signature: string; secrets: Record<string, string> };
    const text = JSON.stringify(said);
    assert.equal(signature, signatureOf(text, secretMarker));
    assert.equal(content, withSignature(text, signature));
    const { userData } = only(resources, "aws:ec2/instance:Instance").inputs;
    assert.ok((userData as string).includes(`signer='${verificationKey(secretMarker)}'`));
    return said;
  };

  it("tells what signs orders as a secret, which is what the machine's key is made of", async () => {
    const { result } = await recorded("least");
    assert.equal(await valueOf(result!.orderSecret), secretMarker);
    assert.equal(await pulumi.isSecret(result!.orderSecret), true);
  });

  it("puts the bundle under its digest, keeps the old one, and moves the pointer after it", async () => {
    const { resources } = await recorded("least");
    const { digest, bundleText } = decide("aws", "sourcegraph", leastArgs);
    const bundle = only(resources, object, "sourcegraph-bundle");
    assert.deepEqual(bundle.inputs, {
      bucket: "sourcegraph-bundles-0a1b2c3",
      key: `bundles/${digest}.json`,
      content: bundleText,
      contentType: "application/json",
    });
    assert.deepEqual([bundle.retainOnDelete, bundle.protect, bundle.deleteBeforeReplace], [true, false, false]);
    const pointer = only(resources, object, "sourcegraph-pointer");
    assert.equal(pointer.inputs["key"], "pointer.json");
    assert.deepEqual(pointerOf(resources), {
      schema: 1,
      release: "7.5.4453",
      digest,
      secrets: Object.fromEntries(
        passwords.map((name) => [name.replace("sourcegraph-", ""), `${secretArn(name)}#version-of-${name}`]),
      ),
      backups: {
        kind: "s3",
        bucket: "sourcegraph-backups-0a1b2c3",
        url: "https://sourcegraph-backups-0a1b2c3.s3.us-east-1.amazonaws.com",
        prefix: "backups",
      },
    });
    // The volume's attachment comes after the machine, so the pointer does too.
    assert.deepEqual(pointer.dependsOn, ["sourcegraph-bundle", "sourcegraph-data"]);
  });

  it("keeps bucket and objects from everybody but the machine", async () => {
    const { resources } = await recorded("least");
    const [name, bucket] = ["sourcegraph-bundles", "sourcegraph-bundles-0a1b2c3"];
    assert.deepEqual(only(resources, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name).inputs, {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    assert.deepEqual(
      only(resources, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration", name)
        .inputs,
      {
        bucket,
        rules: [
          {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: keyArn },
            bucketKeyEnabled: true,
          },
        ],
      },
    );
    assert.deepEqual(only(resources, "aws:s3/bucketVersioning:BucketVersioning", name).inputs, {
      bucket,
      versioningConfiguration: { status: "Enabled" },
    });
    assert.deepEqual(statementsOf(only(resources, "aws:s3/bucketPolicy:BucketPolicy", name)), {
      TlsOnly: {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    });
  });

  it("changes the pointer when a secret has another value", async () => {
    const outputs = (resource: { type: string; name: string }) =>
      resource.type.endsWith(":SecretVersion")
        ? { versionId: `second-version-of-${resource.name}` }
        : awsOutputs(resource);
    const { resources } = await recordVm(leastArgs, { outputs });
    assert.match(pointerOf(resources).secrets["pgsqlPassword"] ?? "", /#second-version-of-sourcegraph-pgsqlPassword$/);
  });
});

describe("SourcegraphVm on AWS: secrets and rights", () => {
  it("shows no secret anywhere but in secret inputs of the store", async () => {
    const { resources, result } = await recorded("full");
    for (const { type, name, inputs, secretInputs } of resources) {
      const open = Object.fromEntries(Object.entries(inputs).filter(([key]) => !secretInputs.includes(key)));
      const text = JSON.stringify(open);
      assert.ok(!text.includes(secretMarker) && !text.includes(configMarker), `${type} ${name}`);
    }
    const holding = resources.filter(({ inputs }) => JSON.stringify(inputs).includes("MARKER-"));
    assert.deepEqual(
      holding.map(({ type, name, secretInputs }) => [type.split(":")[2], name, secretInputs]).sort(),
      [...passwords, "sourcegraph-smtpPassword"].map((name) => ["SecretVersion", name, ["secretString"]]),
    );
    const { plan, bundleText } = decide("aws", "sourcegraph", fullArgs);
    const manifest = await valueOf(result!.manifest);
    assert.ok(!JSON.stringify([plan, bundleText, manifest]).includes("MARKER-"));
  });

  it("points to a secret in the store by its ARN, and makes the others", async () => {
    const { resources } = await recorded("full");
    assert.deepEqual(Object.keys(inputsByName(resources, "aws:secretsmanager/secret:Secret")).sort(), [
      ...passwords,
      "sourcegraph-smtpPassword",
    ]);
    const pointer = only(resources, object, "sourcegraph-pointer").inputs["content"] as string;
    const { secrets } = JSON.parse(pointer) as { secrets: Record<string, string> };
    assert.equal(secrets[registryLogin], registryLogin);
    assert.equal(
      secrets["smtpPassword"],
      `${secretArn("sourcegraph-smtpPassword")}#version-of-sourcegraph-smtpPassword`,
    );
    assert.deepEqual(only(resources, "aws:secretsmanager/secret:Secret", "sourcegraph-smtpPassword").inputs, {
      description: "password of the mail server",
      kmsKeyId: keyArn,
      recoveryWindowInDays: 7,
      tags: {
        Name: "sourcegraph-smtpPassword",
        "sourcegraph:name": "sourcegraph",
        "sourcegraph:data-class": "secret",
        team: "search",
        ...factLabels("secret"),
      },
    });
  });

  it("gives the machine the rights it needs and no others", async () => {
    const { resources } = await recorded("full");
    const role = only(resources, "aws:iam/rolePolicy:RolePolicy", "sourcegraph-machine");
    assert.deepEqual(statementsOf(role), {
      Bundles: {
        Effect: "Allow",
        Action: "s3:GetObject",
        Resource: [`${bucketArn}/pointer.json`, `${bucketArn}/order.json`, `${bucketArn}/bundles/*`],
      },
      Backups: { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: `${backupsArn}/backups/*` },
      Status: { Effect: "Allow", Action: "s3:PutObject", Resource: `${bucketArn}/status.json` },
      Secrets: {
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: [registryLogin, ...[...passwords, "sourcegraph-smtpPassword"].map(secretArn)],
      },
      Key: {
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: keyArn,
        Condition: {
          StringEquals: { "kms:ViaService": ["s3.us-east-1.amazonaws.com", "secretsmanager.us-east-1.amazonaws.com"] },
        },
      },
      Metrics: {
        Effect: "Allow",
        Action: "cloudwatch:PutMetricData",
        Resource: "*",
        Condition: { StringEquals: { "cloudwatch:namespace": "Sourcegraph" } },
      },
    });
  });

  it("adds rights on the user's own buckets only where the machine's identity opens them", async () => {
    const sids = async (storage: object) => {
      const external = { backend: "S3" as const, bucket: "uploads", region: "us-east-1", ...storage };
      const { resources, error } = await recordVm({
        ...leastArgs,
        objectStorage: { external },
      });
      assert.equal(error, undefined);
      return statementsOf(only(resources, "aws:iam/rolePolicy:RolePolicy", "sourcegraph-machine"));
    };
    const own = await sids({ codeIntelBucket: "old-uploads" });
    assert.deepEqual(own["OwnBuckets"]?.["Resource"], ["arn:aws:s3:::uploads", "arn:aws:s3:::old-uploads"]);
    assert.deepEqual(own["OwnObjects"]?.["Resource"], ["arn:aws:s3:::uploads/*", "arn:aws:s3:::old-uploads/*"]);
    const keys = { accessKeyIdSecret: registryLogin, secretAccessKeySecret: registryLogin };
    assert.equal((await sids(keys))["OwnObjects"], undefined);
  });
});

describe("SourcegraphVm on AWS: an upgrade", () => {
  it("takes a kept snapshot named after the target before it moves the pointer, and nothing changes afterwards", async () => {
    const previous = await manifestAfter({ ...leastArgs, release: "7.4.0" });
    const upgrade = await recordVm({ ...leastArgs, ...upgradeArgs, previous });
    assert.equal(upgrade.error, undefined);
    const taken = only(upgrade.resources, snapshot);
    assert.equal(taken.name, "sourcegraph-before-7.5.4453");
    assert.deepEqual(taken.inputs, {
      volumeId: "vol-0123456789abcdef0",
      description: "Sourcegraph sourcegraph before the upgrade from 7.4.0 to 7.5.4453",
      tags: {
        Name: "sourcegraph-before-7.5.4453",
        "sourcegraph:name": "sourcegraph",
        "sourcegraph:data-class": "customer",
        "sourcegraph:before-release": "7.5.4453",
      },
    });
    assert.deepEqual([taken.retainOnDelete, taken.protect], [true, false]);
    assert.deepEqual(only(upgrade.resources, object, "sourcegraph-pointer").dependsOn, [
      "sourcegraph-before-7.5.4453",
      "sourcegraph-bundle",
      "sourcegraph-data",
    ]);
    const manifest = await valueOf(upgrade.result!.manifest);
    const again = await recordVm({ ...leastArgs, ...upgradeArgs, previous: manifest });
    assert.deepEqual(identitiesOf(again.resources), identitiesOf(upgrade.resources));
    const inputs = (resources: readonly Recorded[]) => resources.map((r) => [r.type, r.name, r.inputs]).sort();
    assert.deepEqual(inputs(again.resources), inputs(upgrade.resources));
    assert.deepEqual(await valueOf(again.result!.manifest), manifest);
  });

  it("changes nothing but bundle, pointer, snapshot and what is waited for", async () => {
    const before = await recordVm({ ...leastArgs, release: "7.4.0" });
    const previous = await valueOf(before.result!.manifest);
    const after = await recordVm({ ...leastArgs, ...upgradeArgs, previous });
    const old = new Map(before.resources.map((r) => [`${r.type} ${r.name}`, JSON.stringify(r.inputs)]));
    const changed = after.resources.filter((r) => old.get(`${r.type} ${r.name}`) !== JSON.stringify(r.inputs));
    assert.deepEqual(changed.map(({ name }) => name).sort(), [
      "sourcegraph-before-7.5.4453",
      "sourcegraph-bundle",
      "sourcegraph-outside-check",
      "sourcegraph-pointer",
    ]);
    assert.deepEqual(allOf(before.resources, snapshot), []);
  });
});
