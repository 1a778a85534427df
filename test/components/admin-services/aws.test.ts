import assert from "node:assert/strict";
import { AdminServices } from "../../../components/admin-services/aws";
import { statedContainer } from "../../../components/admin-services/aws-task";
import { adminBoundary } from "../../../components/core/planning/admin/boundary";
import { factTags, shortType } from "../../../components/core/rules/graph";
import { storeKinds } from "../../../components/core/rules/stores";
import { allOf, only, record, type Recorded } from "../../support/recorder";
import { adminConfig, answers, planned } from "./aws-samples";

type Section = Readonly<Record<string, unknown>>;

async function recorded(config: Section): Promise<readonly Recorded[]> {
  const plan = planned(config);
  const names = Object.keys(config["secrets"] as object);
  const secrets = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
  const { resources, error } = await record(
    (opts) => new AdminServices({ plan, boundary: adminBoundary(plan), secrets }, opts),
    answers,
  );
  assert.equal(error, undefined);
  return resources;
}

interface Definition {
  readonly name: string;
  readonly image: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly { readonly name: string; readonly valueFrom: string }[];
  readonly [setting: string]: unknown;
}

const definitionOf = (task: Recorded): Definition => {
  const [first] = JSON.parse(String(task.inputs["containerDefinitions"])) as Definition[];
  assert.ok(first);
  return first;
};

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
}

const statementsOf = (policy: unknown): readonly Statement[] =>
  (JSON.parse(String(policy)) as { readonly Statement: readonly Statement[] }).Statement;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

describe("support services on AWS", function () {
  this.timeout(60_000);
  let admin: readonly Recorded[];
  before(async () => {
    admin = await recorded(adminConfig());
  });

  it("are one component for the stack, and one for each service", () => {
    const parts = admin.filter(({ type }) => type.startsWith("sourcegraph:admin-services:"));
    assert.deepEqual(
      parts.map(({ type, name, parent }) => `${type} ${name} < ${parent}`).sort(),
      [
        "sourcegraph:admin-services:AdminServices admin < stack",
        ...["billing", "cody-gateway", "enterprise-portal", "pings", "telemetry-gateway"].map(
          (name) =>
            `sourcegraph:admin-services:AdminService admin-${name} < sourcegraph:admin-services:AdminServices admin`,
        ),
      ].sort(),
    );
  });

  describe("each service", () => {
    it("runs as a role of its own, started by another one", () => {
      const tasks = allOf(admin, "aws:ecs/taskDefinition:TaskDefinition");
      assert.equal(tasks.length, 5);
      const roles = tasks.flatMap(({ inputs }) => [inputs["taskRoleArn"], inputs["executionRoleArn"]]);
      assert.equal(new Set(roles).size, 10);
      for (const { inputs } of allOf(admin, "aws:iam/role:Role").filter(({ name }) => /-start$|-pings$/.test(name)))
        assert.deepEqual(JSON.parse(String(inputs["assumeRolePolicy"])), {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "ecs-tasks.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": "111122223333" } },
            },
          ],
        });
    });

    it("has rights to named resources only", () => {
      // AWS takes no narrower resource for these.
      const wide = [
        "cloudwatch:PutMetricData",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ecr:GetAuthorizationToken",
      ];
      const statements = allOf(admin, "aws:iam/rolePolicy:RolePolicy").flatMap(({ inputs }) =>
        statementsOf(inputs["policy"]),
      );
      assert.ok(statements.length > 20);
      for (const { Action, Resource } of statements) {
        assert.ok(!listOf(Action).some((action) => String(action).includes("*")), JSON.stringify(Action));
        if (Resource === "*")
          assert.deepEqual(
            listOf(Action).filter((action) => !wide.includes(String(action))),
            [],
          );
      }
    });

    it("reads its own secrets only, by a pinned version", () => {
      for (const { inputs, name } of allOf(admin, "aws:iam/rolePolicy:RolePolicy")) {
        const [secrets] = statementsOf(inputs["policy"]).filter(({ Sid }) => Sid === "Secrets");
        if (secrets === undefined) continue;
        const stem = name.replace(/-start$/, "");
        for (const arn of listOf(secrets.Resource)) assert.match(String(arn), new RegExp(`:${stem}-`));
      }
      for (const task of allOf(admin, "aws:ecs/taskDefinition:TaskDefinition"))
        for (const { valueFrom } of definitionOf(task).secrets)
          assert.match(valueFrom, /^arn:aws:secretsmanager\/secret:Secret:admin-[a-z-]+:::version-of-admin-[a-z-]+$/);
    });

    it("has a container that cannot write, gain rights or log elsewhere", () => {
      const definition = definitionOf(only(admin, "aws:ecs/taskDefinition:TaskDefinition", "admin-cody-gateway"));
      const { readonlyRootFilesystem, privileged, linuxParameters, logConfiguration, image } = definition;
      assert.deepEqual(
        { readonlyRootFilesystem, privileged, linuxParameters, logConfiguration },
        {
          readonlyRootFilesystem: true,
          privileged: false,
          linuxParameters: { capabilities: { drop: ["ALL"] }, initProcessEnabled: true },
          logConfiguration: {
            logDriver: "awslogs",
            options: {
              "awslogs-group": "admin-cody-gateway-log",
              "awslogs-region": "us-east-1",
              "awslogs-stream-prefix": "cody-gateway",
            },
          },
        },
      );
      assert.match(image, /@sha256:[0-9a-f]{64}$/);
    });

    it("states of its container what the text of its task says", () => {
      for (const service of planned(adminConfig()).services) {
        const definition = definitionOf(only(admin, "aws:ecs/taskDefinition:TaskDefinition", service.resource));
        const stated = statedContainer(service);
        assert.equal(stated.image, definition.image);
        assert.deepEqual(
          Object.entries(stated.variables)
            .map(([name, given]) => [name, "secret" in given])
            .sort(),
          [
            ...definition.environment.map(({ name }) => [name, false]),
            ...definition.secrets.map(({ name }) => [name, true]),
          ].sort(),
        );
        for (const { name, value } of definition.environment) {
          const given = stated.variables[name];
          assert.ok(given !== undefined && "value" in given);
          if (given.value !== "(of the store)") assert.equal(given.value, value, name);
        }
      }
    });

    it("has no public address, and takes a deployment back that does not come up", () => {
      for (const { inputs } of allOf(admin, "aws:ecs/service:Service")) {
        assert.equal((inputs["networkConfiguration"] as Section)["assignPublicIp"], false);
        assert.deepEqual(inputs["deploymentCircuitBreaker"], { enable: true, rollback: true });
        assert.equal(inputs["enableExecuteCommand"], false);
      }
    });
  });

  describe("what is kept", () => {
    const kinds = new Set(storeKinds.map(({ type }) => type));

    it("says its zone, owner and classes in tags", () => {
      const stores = admin.filter(({ type }) => kinds.has(shortType(type)));
      assert.ok(stores.length > 30);
      for (const { name, inputs } of stores) {
        const tags = inputs["tags"] as Section;
        assert.equal(tags[factTags.zone], "admin", name);
        assert.ok(tags[factTags.owner], name);
        assert.match(String(tags[factTags.dataClasses]), /^(configuration|operational|identity|secret)(_|$)/, name);
      }
    });

    it("is protected, and kept when it leaves the program", () => {
      const guarded = [
        ...allOf(admin, "aws:kms/key:Key"),
        ...allOf(admin, "aws:rds/instance:Instance"),
        ...allOf(admin, "aws:s3/bucket:Bucket").filter(({ name }) => name !== "admin-checks"),
        ...allOf(admin, "aws:secretsmanager/secret:Secret").filter(({ name }) => !name.endsWith("-address")),
      ];
      assert.deepEqual(
        guarded.filter((each) => !each.protect || !each.retainOnDelete).map(({ name }) => name),
        [],
      );
    });

    it("is in databases without a public address, entered by identity, that log no values", () => {
      const { inputs } = only(admin, "aws:rds/instance:Instance", "admin-enterprise-portal-main");
      const { publiclyAccessible, storageEncrypted, iamDatabaseAuthenticationEnabled, deletionProtection, kmsKeyId } =
        inputs;
      assert.deepEqual(
        { publiclyAccessible, storageEncrypted, iamDatabaseAuthenticationEnabled, deletionProtection, kmsKeyId },
        {
          publiclyAccessible: false,
          storageEncrypted: true,
          iamDatabaseAuthenticationEnabled: true,
          deletionProtection: true,
          kmsKeyId: "arn:aws:kms/key:Key:admin-enterprise-portal-data-key",
        },
      );
      const parameters = only(
        admin,
        "aws:rds/parameterGroup:ParameterGroup",
        "admin-enterprise-portal-main-postgres16",
      );
      assert.deepEqual(
        (parameters.inputs["parameters"] as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
        [
          ["log_parameter_max_length", "0"],
          ["log_statement", "none"],
          ["rds.force_ssl", "1"],
        ],
      );
      const log = only(admin, "aws:cloudwatch/logGroup:LogGroup", "admin-enterprise-portal-main-log");
      assert.equal(log.inputs["name"], "/aws/rds/instance/admin-enterprise-portal-main/postgresql");
    });

    it("is in caches that write nothing to a disk", () => {
      const caches = allOf(admin, "aws:elasticache/replicationGroup:ReplicationGroup");
      assert.equal(caches.length, 3);
      for (const { inputs } of caches) {
        assert.equal(inputs["snapshotRetentionLimit"], 0);
        assert.equal(inputs["finalSnapshotIdentifier"], undefined);
        assert.equal(inputs["transitEncryptionEnabled"], true);
        assert.ok(inputs["authToken"]);
      }
    });

    it("passes a filter before it is kept, and is gone after its days", () => {
      const stream = only(
        admin,
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "admin-telemetry-gateway-stream",
      );
      const { processingConfiguration, bucketArn } = stream.inputs["extendedS3Configuration"] as Section;
      assert.equal((processingConfiguration as Section)["enabled"], true);
      assert.equal(bucketArn, "arn:aws:s3/bucket:Bucket:admin-telemetry-gateway-events");
      assert.deepEqual(stream.inputs["serverSideEncryption"], {
        enabled: true,
        keyType: "CUSTOMER_MANAGED_CMK",
        keyArn: "arn:aws:kms/key:Key:admin-telemetry-gateway-data-key",
      });
      const rules = only(
        admin,
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "admin-telemetry-gateway-events",
      ).inputs["rules"] as readonly Section[];
      assert.deepEqual(
        rules.map(({ id, expiration }) => [id, expiration]),
        [
          ["retention", { days: 400 }],
          ["refused", { days: 1 }],
        ],
      );
    });

    it("is in logs under a key that end within 30 days", () => {
      const logs = allOf(admin, "aws:cloudwatch/logGroup:LogGroup");
      assert.ok(logs.length > 10);
      for (const { inputs } of logs)
        assert.deepEqual([inputs["retentionInDays"], inputs["kmsKeyId"]], [30, "arn:aws:kms/key:Key:admin-log-key"]);
    });
  });

  describe("the key that signs licences", () => {
    it("never leaves, and signs for the portal alone: not for administrators", () => {
      const [signing] = allOf(admin, "aws:kms/key:Key").filter(({ inputs }) => inputs["keyUsage"] === "SIGN_VERIFY");
      assert.ok(signing);
      assert.equal(signing.name, "admin-enterprise-portal-signing-key");
      const [administrators, portal] = statementsOf(signing.inputs["policy"]);
      assert.ok(administrators !== undefined && portal !== undefined);
      assert.deepEqual(administrators.Principal, { AWS: "arn:aws:iam::111122223333:root" });
      assert.deepEqual(
        listOf(administrators.Action).filter((action) => /Sign|\*/.test(String(action))),
        [],
      );
      assert.deepEqual(portal, {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111122223333:role/admin-enterprise-portal" },
        Action: ["kms:GetPublicKey", "kms:Sign"],
        Resource: "*",
      });
    });
  });

  describe("keys", () => {
    it("are one for each service and class that has to be apart, and change by themselves", () => {
      const keys = allOf(admin, "aws:kms/key:Key");
      assert.deepEqual(
        keys.map(({ name }) => name).sort(),
        planned(adminConfig())
          .keys.map(({ name }) => name)
          .sort(),
      );
      for (const { name, inputs } of keys) {
        assert.equal(inputs["deletionWindowInDays"], 30, name);
        if (inputs["keyUsage"] !== "SIGN_VERIFY") assert.equal(inputs["enableKeyRotation"], true, name);
      }
    });
  });
});
