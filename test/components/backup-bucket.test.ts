import assert from "node:assert/strict";
import { parseMachinePlace } from "../../components/core/planning/vm/machine-place";
import { fullArgs as awsArgs, recordVm as recordOnAws } from "../support/aws-vm";
import { factLabels } from "../support/fact-labels";
import { fullArgs as gcpArgs, recordVm as recordOnGcp } from "../support/gcp-vm";
import { only, valueOf, type Recorded } from "../support/recorder";

const name = "sourcegraph-backups";
/** What the databases hold, and so the dumps. */
const dumped = factLabels("user-data");

describe("the bucket of backups", () => {
  describe("on AWS", () => {
    const bucket = "sourcegraph-backups-0a1b2c3";
    const settings = (resources: readonly Recorded[], type: string) => only(resources, `aws:s3/${type}`, name).inputs;

    it("is closed, versioned and encrypted with the instance's key, and backups go by age, deleted ones a week later", async () => {
      const { resources } = await recordOnAws({ ...awsArgs, backup: { keepDays: 30 } });
      const { inputs } = only(resources, "aws:s3/bucket:Bucket", name);
      assert.deepEqual(inputs, {
        forceDestroy: false,
        tags: {
          Name: name,
          "sourcegraph:data-class": "customer",
          "sourcegraph:name": "sourcegraph",
          team: "search",
          ...dumped,
        },
      });
      assert.deepEqual(settings(resources, "bucketLifecycleConfiguration:BucketLifecycleConfiguration"), {
        bucket,
        rules: [
          {
            id: "old-backups",
            status: "Enabled",
            filter: { prefix: "backups/" },
            expiration: { days: 30 },
            noncurrentVersionExpiration: { noncurrentDays: 7 },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      });
      assert.deepEqual(settings(resources, "bucketVersioning:BucketVersioning"), {
        bucket,
        versioningConfiguration: { status: "Enabled" },
      });
      assert.equal(settings(resources, "bucketPublicAccessBlock:BucketPublicAccessBlock")["blockPublicPolicy"], true);
      const policy = settings(resources, "bucketPolicy:BucketPolicy")["policy"] as string;
      assert.match(policy, /"Sid":"TlsOnly","Effect":"Deny"/);
      const encryption = settings(
        resources,
        "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      );
      assert.match(JSON.stringify(encryption), /"kmsMasterKeyId":"arn:aws:kms:us-east-1:123456789012:key\/key-1"/);
    });

    it("takes tags of a transform, and nothing that could empty it", async () => {
      const backupBucket = { tags: { cost: "42" }, forceDestroy: true };
      const { resources } = await recordOnAws({ ...awsArgs, transform: { backupBucket } });
      assert.deepEqual(only(resources, "aws:s3/bucket:Bucket", name).inputs, {
        forceDestroy: false,
        tags: { cost: "42", ...dumped },
      });
    });

    it("is told by the component, with machine, disk and bundles", async () => {
      const { result } = await recordOnAws(awsArgs);
      const place = await valueOf(result!.machine);
      assert.deepEqual(place, {
        cloud: "aws",
        region: "us-east-1",
        zone: "us-east-1a",
        machine: "i-0123456789abcdef0",
        dataDisk: "vol-0123456789abcdef0",
        bundleBucket: "sourcegraph-bundles-0a1b2c3",
        backupBucket: bucket,
      });
      assert.deepEqual(parseMachinePlace(place), place);
    });
  });

  describe("on Google Cloud", () => {
    it("is closed, versioned and encrypted with the instance's key, and backups go by age, deleted ones a week later", async () => {
      const { resources } = await recordOnGcp({ ...gcpArgs, backup: { keepDays: 30 } });
      const { inputs, dependsOn } = only(resources, "gcp:storage/bucket:Bucket", name);
      const { encryption, labels, ...rest } = inputs;
      assert.deepEqual(rest, {
        project: "example",
        location: "US-CENTRAL1",
        forceDestroy: false,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: "enforced",
        versioning: { enabled: true },
        lifecycleRules: [
          { action: { type: "AbortIncompleteMultipartUpload" }, condition: { age: 1 } },
          {
            action: { type: "Delete" },
            condition: { age: 30, withState: "LIVE", matchesPrefixes: ["backups/"] },
          },
          { action: { type: "Delete" }, condition: { daysSinceNoncurrentTime: 7 } },
        ],
      });
      assert.deepEqual(labels, { "sourcegraph-name": "sourcegraph", team: "search", ...dumped });
      assert.match((encryption as { defaultKmsKeyName: string }).defaultKmsKeyName, /sourcegraph-key-1a2b3c4$/);
      assert.deepEqual(dependsOn, ["sourcegraph-key-storage"]);
    });

    it("takes no transform that could empty it", async () => {
      const backupBucket = { storageClass: "NEARLINE", forceDestroy: true, versioning: { enabled: false } };
      const { resources } = await recordOnGcp({ ...gcpArgs, transform: { backupBucket } });
      const { storageClass, forceDestroy, versioning } = only(resources, "gcp:storage/bucket:Bucket", name).inputs;
      assert.deepEqual([storageClass, forceDestroy, versioning], ["NEARLINE", false, { enabled: true }]);
    });

    it("is told by the component, with machine, disk and bundles", async () => {
      const { result } = await recordOnGcp(gcpArgs);
      const place = await valueOf(result!.machine);
      assert.deepEqual(place, {
        cloud: "gcp",
        project: "example",
        region: "us-central1",
        zone: "us-central1-a",
        machine: "sourcegraph-machine-1a2b3c4",
        dataDisk: "sourcegraph-data-1a2b3c4",
        bundleBucket: "sourcegraph-bundles-1a2b3c4",
        backupBucket: "sourcegraph-backups-1a2b3c4",
      });
      assert.deepEqual(parseMachinePlace(place), place);
    });
  });
});
