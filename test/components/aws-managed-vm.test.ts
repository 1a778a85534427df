import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allManaged as all, managedOutputs as outputs } from "../support/aws-managed";
import { inputsByName, leastArgs, recordVm, secretMarker, statementsOf } from "../support/aws-vm";
import { problemLines } from "../support/configs";
import { allOf, identitiesOf, only, valueOf } from "../support/recorder";

const database = "aws:rds/instance:Instance";
const cache = "aws:elasticache/replicationGroup:ReplicationGroup";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";

describe("SourcegraphVm on AWS with services of AWS", () => {
  const made = recordVm({ ...leastArgs, ...all }, { outputs });

  it("puts them into two private subnets, which the machine's group reaches", async () => {
    const { resources } = await made;
    const subnets = inputsByName(resources, "aws:ec2/subnet:Subnet");
    assert.deepEqual(
      Object.entries(subnets).map(([name, inputs]) => [name, inputs["cidrBlock"], inputs["availabilityZone"]]),
      [
        ["sourcegraph-machine", "10.40.0.0/19", "us-east-1a"],
        ["sourcegraph-edge-a", "10.40.32.0/19", "us-east-1a"],
        ["sourcegraph-edge-b", "10.40.64.0/19", "us-east-1b"],
        ["sourcegraph-databases-a", "10.40.96.0/19", "us-east-1a"],
        ["sourcegraph-databases-b", "10.40.128.0/19", "us-east-1b"],
      ],
    );
    const routed = allOf(resources, "aws:ec2/routeTableAssociation:RouteTableAssociation").map(({ name }) => name);
    assert.deepEqual(
      routed.filter((name) => name.includes("databases")),
      [],
    );
    const rules = inputsByName(resources, ingress);
    assert.equal(
      rules["sourcegraph-databases-from-machine"]?.["referencedSecurityGroupId"],
      "id-of-sourcegraph-machine",
    );
  });

  it("hands addresses and passwords to the machine through Secrets Manager alone", async () => {
    const { resources } = await made;
    const versions = inputsByName(resources, "aws:secretsmanager/secretVersion:SecretVersion");
    assert.deepEqual(
      Object.fromEntries(Object.entries(versions).map(([name, inputs]) => [name, inputs["secretString"]])),
      {
        "sourcegraph-codeInsightsDatabaseHost": "sourcegraph-codeinsights-db.rds.test",
        "sourcegraph-codeInsightsDatabasePassword": secretMarker,
        "sourcegraph-codeIntelDatabaseHost": "sourcegraph-codeintel-db.rds.test",
        "sourcegraph-codeIntelDatabasePassword": secretMarker,
        "sourcegraph-frontendDatabaseHost": "sourcegraph-pgsql.rds.test",
        "sourcegraph-frontendDatabasePassword": secretMarker,
        "sourcegraph-redisCacheEndpoint": `rediss://:${secretMarker}@sourcegraph-cache.cache.test:6379`,
        "sourcegraph-redisStoreEndpoint": `rediss://:${secretMarker}@sourcegraph-store.cache.test:6379`,
        "sourcegraph-uploadsBucket": "sourcegraph-uploads-0a1b2c3",
      },
    );
    const holders = new Set(
      resources.filter(({ inputs }) => JSON.stringify(inputs).includes(secretMarker)).map(({ type }) => type),
    );
    assert.deepEqual([...holders].sort(), [cache, database, "aws:secretsmanager/secretVersion:SecretVersion"]);
  });

  it("allows the machine the bucket by its identity", async () => {
    const { resources } = await made;
    const statements = statementsOf(only(resources, "aws:iam/rolePolicy:RolePolicy", "sourcegraph-machine"));
    assert.deepEqual(statements["UploadsObjects"], {
      Effect: "Allow",
      Action: [
        "s3:AbortMultipartUpload",
        "s3:DeleteObject",
        "s3:GetObject",
        "s3:ListMultipartUploadParts",
        "s3:PutObject",
      ],
      Resource: ["arn:aws:s3:::sourcegraph-uploads-0a1b2c3/*"],
    });
  });

  it("protects every data resource of the plan under the name the plan gives it", async () => {
    const { resources, result } = await made;
    const guarded = new Set(resources.filter(({ protect }) => protect).map(({ name }) => name));
    assert.ok(result);
    const { dataResources = [] } = (await valueOf(result.manifest)) ?? {};
    assert.equal(dataResources.length, 10);
    for (const { name } of dataResources) assert.ok(guarded.has(name), name);
  });

  it("takes subnets of an existing network, and refuses one without", async () => {
    const existing = { vpcId: "vpc-1", subnetId: "subnet-1" };
    const { error } = await recordVm({ ...leastArgs, ...all, network: { existing } }, { outputs });
    assert.deepEqual(problemLines(error), [
      "'network.existing.databaseSubnetIds' needs at least two private subnets in different zones for managed databases and Redis, got nothing",
    ]);
    const { resources } = await recordVm(
      { ...leastArgs, ...all, network: { existing: { ...existing, databaseSubnetIds: ["subnet-2", "subnet-3"] } } },
      { outputs },
    );
    assert.deepEqual(only(resources, "aws:rds/subnetGroup:SubnetGroup").inputs["subnetIds"], ["subnet-2", "subnet-3"]);
    const named = await recordVm(
      { ...leastArgs, ...all, existingNetwork: { ...existing, databaseSubnetIds: ["subnet-4", "subnet-5"] } },
      { outputs },
    );
    assert.deepEqual(only(named.resources, "aws:elasticache/subnetGroup:SubnetGroup").inputs["subnetIds"], [
      "subnet-4",
      "subnet-5",
    ]);
  });

  it("has the names of the last release", async () => {
    const fixture = join(__dirname, "..", "identity", "aws-managed.json");
    const declared = identitiesOf((await made).resources);
    if (process.env["UPDATE_IDENTITY"] === "1") writeFileSync(fixture, `${JSON.stringify(declared, null, 2)}\n`);
    assert.deepEqual(declared, JSON.parse(readFileSync(fixture, "utf8")));
  });
});
