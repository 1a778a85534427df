import assert from "node:assert/strict";
import { EksCluster, ManagedServices, parseSpecification } from "../../components/aws";
import { GkeCluster } from "../../components/gcp";
import { SourcegraphKubernetes } from "../../components/kubernetes";
import { planManagedServices } from "../../components/core/planning/managed/plan-managed";
import { defaultUsage } from "../../components/core/planning/sizing/sizes";
import { clusterAnswers as awsClusterAnswers, leastCluster } from "../support/aws-cluster";
import { allManaged, managedOutputs } from "../support/aws-managed";
import { awsAnswers, inputsByName } from "../support/aws-vm";
import { goodConfigs } from "../support/configs";
import { clusterAnswers as gcpClusterAnswers, leastClusterArgs } from "../support/gcp-cluster";
import { build as gcpServices } from "../support/gcp-managed";
import { allOf, only, record, type Recorded } from "../support/recorder";
import { valueAt } from "../../components/core/rules/graph";

const keys = Object.fromEntries(
  ["db", "disk", "object", "cache", "secret", "backup", "log"].map((use) => [use, `arn:aws:kms:r:1:key/${use}`]),
);

/** The value at a path of every resource of a type, each once. */
const all = (resources: readonly Recorded[], type: string, path: string): unknown[] => [
  ...new Set(allOf(resources, type).map(({ inputs }) => valueAt(inputs, path))),
];

describe("keys by use", () => {
  it("EksCluster takes those given for secrets, disks and logs, and makes none", async () => {
    const { resources, error } = await record(
      (opts) => new EksCluster("sourcegraph", { ...leastCluster, keys }, opts),
      awsClusterAnswers,
    );
    assert.equal(error, undefined);
    assert.deepEqual(allOf(resources, "aws:kms/key:Key"), []);
    assert.deepEqual(
      {
        secret: all(resources, "aws:eks/cluster:Cluster", "encryptionConfig.provider.keyArn"),
        disk: all(resources, "aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings.0.ebs.kmsKeyId"),
        log: all(resources, "aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"),
        // The tag by which snapshots find the claims' volumes is the key's id, of which nobody else has one.
        claims: all(resources, "aws:dlm/lifecyclePolicy:LifecyclePolicy", "policyDetails.targetTags"),
      },
      {
        secret: [keys["secret"]],
        disk: [keys["disk"]],
        log: [keys["log"]],
        claims: [{ "sourcegraph:backup": "secret" }],
      },
    );
  });

  it("EksCluster makes a key of logs where none is given, and lets CloudWatch Logs use it for groups of the very account and region only", async () => {
    const boundaries = { account: "111122223333" };
    const { resources } = await record(
      (opts) => new EksCluster("sourcegraph", { ...leastCluster, boundaries }, opts),
      awsClusterAnswers,
    );
    const { inputs } = only(resources, "aws:kms/key:Key", "sourcegraph-cluster-logs-key");
    const { Statement } = JSON.parse(String(inputs["policy"])) as { Statement: readonly object[] };
    assert.deepEqual(Statement, [
      {
        Sid: "Account",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "Logs",
        Effect: "Allow",
        Principal: { Service: "logs.us-east-1.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        Resource: "*",
        Condition: {
          ArnLike: { "kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:us-east-1:111122223333:log-group:*" },
        },
      },
    ]);
  });

  it("GkeCluster takes those given for secrets, disks and backups, and makes its one key only for what is left", async () => {
    const cluster = async (given: object) => {
      const { resources, error } = await record(
        (opts) => new GkeCluster("sourcegraph", { ...leastClusterArgs, keys: given }, opts),
        gcpClusterAnswers,
      );
      assert.equal(error, undefined);
      return {
        made: allOf(resources, "gcp:kms/cryptoKey:CryptoKey").map(({ name }) => name),
        secret: all(resources, "gcp:container/cluster:Cluster", "databaseEncryption.keyName"),
        disk: all(resources, "gcp:container/nodePool:NodePool", "nodeConfig.bootDiskKmsKey"),
        backup: all(resources, "gcp:gkebackup/backupPlan:BackupPlan", "backupConfig.encryptionKey.gcpKmsEncryptionKey"),
        may: Object.fromEntries(
          allOf(resources, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember").map(({ inputs }): [string, unknown] => [
            String(inputs["member"]).split("@")[1] ?? "",
            inputs["cryptoKeyId"],
          ]),
        ),
      };
    };
    assert.deepEqual(await cluster(keys), {
      made: [],
      secret: [keys["secret"]],
      disk: [keys["disk"]],
      backup: [keys["backup"]],
      may: {
        "container-engine-robot.iam.gserviceaccount.com": keys["secret"],
        "compute-system.iam.gserviceaccount.com": keys["disk"],
        "gcp-sa-gkebackup.iam.gserviceaccount.com": keys["backup"],
      },
    });
    const { made, secret, disk, backup } = await cluster({ disk: "the disks' key" });
    assert.deepEqual(made, ["sourcegraph-cluster-key"]);
    assert.deepEqual([disk, secret.length, backup], [["the disks' key"], 1, secret]);
    assert.notDeepEqual(secret, disk);
  });

  it("ManagedServices on AWS takes a key for databases, Redis, bucket and owners' passwords each", async () => {
    const specification = parseSpecification({
      ...goodConfigs.aws,
      ...allManaged,
      databases: { managed: { login: "iam" } },
    });
    const { resources, result } = await record(
      (opts) =>
        new ManagedServices(
          "sourcegraph",
          {
            services: planManagedServices(specification, "S", defaultUsage("S")),
            region: "us-east-1",
            vpcId: "vpc-1",
            subnetIds: ["subnet-1"],
            clients: {},
            keyArn: "the one key",
            keys,
          },
          opts,
        ),
      { ...awsAnswers, outputs: managedOutputs },
    );
    assert.deepEqual(
      {
        db: all(resources, "aws:rds/instance:Instance", "kmsKeyId"),
        insights: all(resources, "aws:rds/instance:Instance", "performanceInsightsKmsKeyId"),
        secret: all(resources, "aws:rds/instance:Instance", "masterUserSecretKmsKeyId"),
        cache: all(resources, "aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId"),
        object: all(
          resources,
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
          "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
        ),
        clients: result?.clientPolicyStatements
          .filter(({ Sid }) => Sid === "UploadsKey")
          .map(({ Resource }) => Resource),
      },
      {
        db: [keys["db"]],
        insights: [keys["db"]],
        secret: [keys["secret"]],
        cache: [keys["cache"]],
        object: [keys["object"]],
        clients: [keys["object"]],
      },
    );
    assert.doesNotMatch(JSON.stringify(resources), /the one key/);
  });

  it("ManagedServices on Google Cloud takes a key for databases, Redis and bucket each, and lets each service use its own", async () => {
    const { resources } = await gcpServices({ key: "the one key", keys });
    assert.deepEqual(
      {
        db: all(resources, "gcp:sql/databaseInstance:DatabaseInstance", "encryptionKeyName"),
        cache: all(resources, "gcp:redis/instance:Instance", "customerManagedKey"),
        object: all(resources, "gcp:storage/bucket:Bucket", "encryption.defaultKmsKeyName"),
        may: Object.entries(inputsByName(resources, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"))
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { cryptoKeyId }]) => [name, cryptoKeyId]),
      },
      {
        db: [keys["db"]],
        cache: [keys["cache"]],
        object: [keys["object"]],
        may: [
          ["sg-key-databases", keys["db"]],
          ["sg-key-redis", keys["cache"]],
          ["sg-key-uploads", keys["object"]],
        ],
      },
    );
    assert.doesNotMatch(JSON.stringify(resources), /the one key/);
  });

  it("SourcegraphKubernetes gives the storage class the key of disks beside the config's parameters", async () => {
    const { resources } = await record(
      (opts) =>
        new SourcegraphKubernetes(
          "sourcegraph",
          {
            release: "7.5.4453",
            size: "XS",
            kubeconfig: "kubeconfig",
            kubernetes: {
              storageClass: { provisioner: "ebs.csi.aws.com", parameters: { type: "gp3" } },
              ingress: { className: "nginx" },
            },
            storageClassParameters: { encrypted: "true", kmsKeyId: keys["disk"] ?? "" },
          },
          opts,
        ),
      { outputs: ({ type }) => (type.startsWith("random:") ? { result: "password" } : {}) },
    );
    assert.deepEqual(only(resources, "kubernetes:storage.k8s.io/v1:StorageClass").inputs["parameters"], {
      type: "gp3",
      encrypted: "true",
      kmsKeyId: keys["disk"],
    });
  });
});
