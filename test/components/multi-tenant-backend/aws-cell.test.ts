import assert from "node:assert/strict";
import { Cell } from "../../../components/multi-tenant-backend/aws-cell";
import { InputError } from "../../../components/core/errors";
import { sharedBetween } from "../../../components/core/rules/shared-between";
import { judgeGraph, problemOf } from "../../../components/core/rules/engine";
import { factTags, valueAt, type Graph } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { storeKindOf } from "../../../components/core/rules/stores";
import { clusterAnswers } from "../../support/aws-cluster";
import { managedOutputs } from "../../support/aws-managed";
import { inputsByName } from "../../support/aws-vm";
import { account, cell, cellsPlan, clientSecrets } from "../../support/cells";
import { graphBy } from "../../support/program-graph";
import { allOf, only, record, valueOf, type Recorded, type Recording } from "../../support/recorder";

const plan = cellsPlan("aws");
const password = "pw of cell-1-origin";

const recordCell = (name = "cell-1", of = plan): Promise<Recording<Cell>> =>
  record(
    (opts) =>
      new Cell(
        name,
        {
          plan: of,
          secrets: clientSecrets,
          namesZone: "ZNAMES",
          environment: { logs: "arn:destination", backupCopies: { "cell-1": "arn:copies" } },
        },
        opts,
      ),
    {
      calls: clusterAnswers.calls ?? (() => ({})),
      outputs: (resource) => ({
        ...managedOutputs(resource),
        ...clusterAnswers.outputs?.(resource),
        ...(resource.type === "aws:kms/key:Key" ? { arn: `arn:key:${resource.name}`, keyId: resource.name } : {}),
        ...(resource.type === "random:index/randomPassword:RandomPassword" ? { result: `pw of ${resource.name}` } : {}),
        ...(resource.type === "aws:backup/vault:Vault" ? { name: resource.name } : {}),
        ...(resource.type === "aws:networkfirewall/firewall:Firewall" ? { firewallStatuses: [] } : {}),
        ...(resource.type.startsWith("kubernetes:networking.k8s.io/v1:Ingress")
          ? { status: { loadBalancer: { ingress: [{ hostname: "alb.test" }] } } }
          : {}),
      }),
    },
  );

/** The value at a path of every resource of a type, each once. */
const all = (resources: readonly Recorded[], type: string, path: string): unknown[] => [
  ...new Set(allOf(resources, type).map(({ inputs }) => valueAt(inputs, path))),
];

describe("Cell on AWS", () => {
  let recording: Recording<Cell>;
  before(async function () {
    this.timeout(120_000);
    recording = await recordCell();
    assert.equal(recording.error, undefined);
  });

  it("acts in its own account by its role, and in no other account", () => {
    const provider = only(recording.resources, "pulumi:providers:aws");
    const { id, role } = account("aws", "1");
    assert.deepEqual(
      [provider.inputs["allowedAccountIds"], provider.inputs["assumeRoles"]],
      [JSON.stringify([id]), JSON.stringify([{ roleArn: role, sessionName: "cell-1" }])],
    );
  });

  it("has eight keys, kept and rotated, and each kind of store is under the one that is for it", () => {
    const { resources } = recording;
    const keys = allOf(resources, "aws:kms/key:Key");
    assert.deepEqual(
      keys.map(({ name }) => name).sort(),
      ["backup", "cache", "column", "db", "disk", "log", "object", "secret"].map((use) => `cell-1-${use}`),
    );
    for (const { inputs, protect, retainOnDelete } of keys)
      assert.deepEqual(
        [
          protect,
          retainOnDelete,
          inputs["enableKeyRotation"],
          inputs["rotationPeriodInDays"],
          inputs["deletionWindowInDays"],
        ],
        [true, true, true, 90, 30],
      );
    assert.deepEqual(
      {
        db: all(resources, "aws:rds/instance:Instance", "kmsKeyId"),
        cache: all(resources, "aws:elasticache/replicationGroup:ReplicationGroup", "kmsKeyId"),
        object: all(
          resources,
          "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
          "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
        ),
        secret: all(resources, "aws:eks/cluster:Cluster", "encryptionConfig.provider.keyArn"),
        nodes: all(resources, "aws:ec2/launchTemplate:LaunchTemplate", "blockDeviceMappings.0.ebs.kmsKeyId"),
        claims: all(resources, "kubernetes:storage.k8s.io/v1:StorageClass", "parameters.kmsKeyId"),
        log: all(resources, "aws:cloudwatch/logGroup:LogGroup", "kmsKeyId"),
        backup: all(resources, "aws:backup/vault:Vault", "kmsKeyArn"),
      },
      {
        db: ["arn:key:cell-1-db"],
        cache: ["arn:key:cell-1-cache"],
        object: ["arn:key:cell-1-object"],
        secret: ["arn:key:cell-1-secret"],
        nodes: ["arn:key:cell-1-disk"],
        claims: ["arn:key:cell-1-disk"],
        log: ["arn:key:cell-1-log"],
        backup: ["arn:key:cell-1-backup"],
      },
    );
  });

  it("keeps no snapshot of what is in its caches, not even a last one", () => {
    assert.deepEqual(
      allOf(recording.resources, "aws:elasticache/replicationGroup:ReplicationGroup").map(({ name, inputs }) => [
        name,
        inputs["snapshotRetentionLimit"],
        inputs["snapshotWindow"],
        inputs["finalSnapshotIdentifier"],
      ]),
      [
        ["cell-1-cache", 0, undefined, undefined],
        ["cell-1-store", 0, undefined, undefined],
      ],
    );
  });

  it("lets out to the planned hosts only, and reaches AWS by endpoints that admit its own account", () => {
    const { resources } = recording;
    const group = only(resources, "aws:networkfirewall/ruleGroup:RuleGroup");
    assert.deepEqual(valueAt(group.inputs, "ruleGroup.rulesSource.rulesSourceList.targets"), [
      "github.com",
      "api.github.com",
      "gitlab.com",
      "bitbucket.org",
      "api.bitbucket.org",
      "workspaces-api.example.com",
      "accounts.example.com",
    ]);
    const interfaces = allOf(resources, "aws:ec2/vpcEndpoint:VpcEndpoint").filter(
      ({ inputs }) => inputs["vpcEndpointType"] === "Interface",
    );
    assert.equal(interfaces.length, 12);
    for (const { inputs } of interfaces)
      assert.match(String(inputs["policy"]), new RegExp(`"aws:PrincipalAccount":"${account("aws", "1").id}"`));
  });

  it("runs the product by a login that owns nothing; the administrator's password stays in a namespace apart", () => {
    const { resources } = recording;
    const secrets = allOf(resources, "kubernetes:core/v1:Secret");
    const administrators = ["cell-1-pgsql", "cell-1-codeintel-db", "cell-1-codeinsights-db"].map((of) => `pw of ${of}`);
    const holding = (passwords: readonly string[]) =>
      secrets
        .filter(({ inputs }) => passwords.some((each) => JSON.stringify(inputs["stringData"]).includes(`"${each}"`)))
        .map(
          ({ inputs }) =>
            `${String(valueAt(inputs, "metadata.namespace"))}/${String(valueAt(inputs, "metadata.name"))}`,
        )
        .sort();
    assert.deepEqual(holding(administrators), ["sourcegraph-set-up/database-administrator"]);
    assert.deepEqual(holding(["pw of cell-1-ownerDatabasePassword"]), [
      "sourcegraph-set-up/database-administrator",
      "sourcegraph/migrator-environment",
    ]);
    const frontend = only(resources, "kubernetes:apps/v1:Deployment", "cell-1-deployment-sourcegraph-frontend");
    assert.doesNotMatch(JSON.stringify(valueAt(frontend.inputs, "spec.template.spec")), /migrator/);
    const job = only(resources, "kubernetes:batch/v1:Job", "cell-1-job-migrator");
    assert.deepEqual(
      [
        valueAt(job.inputs, "spec.template.spec.serviceAccountName"),
        valueAt(job.inputs, "spec.template.spec.automountServiceAccountToken"),
      ],
      ["migrator", false],
    );
  });

  it("gives a role to the services with rights, each its own", () => {
    const links = allOf(recording.resources, "aws:eks/podIdentityAssociation:PodIdentityAssociation");
    const own = links
      .filter(({ inputs }) => inputs["namespace"] === "sourcegraph")
      .map(({ inputs }) => [inputs["serviceAccount"], inputs["roleArn"]]);
    assert.deepEqual(
      own.sort(),
      ["cell-agent", "sourcegraph-frontend", "worker"].map((of) => [
        of,
        `arn:aws:iam/role:Role:cell-1-${of.replace("sourcegraph-", "")}`,
      ]),
    );
    const policies = inputsByName(recording.resources, "aws:iam/rolePolicy:RolePolicy");
    assert.match(String(policies["cell-1-worker"]?.["policy"]), /"Resource":"arn:key:cell-1-column"/);
    assert.doesNotMatch(
      String(policies["cell-1-cell-agent"]?.["policy"]),
      /kms:Decrypt"\],"Resource":"arn:key:cell-1-(?!object)/,
    );
  });

  it("is called by whoever shows the edge's header, which is a secret, and refuses everybody else", () => {
    const wall = only(recording.resources, "aws:wafv2/webAcl:WebAcl");
    assert.deepEqual(wall.inputs["defaultAction"], { block: {} });
    assert.deepEqual(valueAt(wall.inputs, "rules.0.statement.byteMatchStatement"), {
      fieldToMatch: { singleHeader: { name: "x-sourcegraph-origin" } },
      positionalConstraint: "EXACTLY",
      searchString: password,
      textTransformations: [{ priority: 0, type: "NONE" }],
    });
    assert.deepEqual(wall.secretInputs, ["rules"]);
    only(recording.resources, "aws:wafv2/webAclAssociation:WebAclAssociation");
  });

  it("keeps backups as long as planned, copies them, and tells before it is full", () => {
    const { resources } = recording;
    assert.deepEqual(valueAt(only(resources, "aws:backup/plan:Plan").inputs, "rules.0"), {
      ruleName: "daily",
      targetVaultName: "cell-1-backups",
      schedule: "cron(0 3 * * ? *)",
      lifecycle: { deleteAfter: 30 },
      copyActions: [{ destinationVaultArn: "arn:copies", lifecycle: { deleteAfter: 30 } }],
    });
    const alarms = inputsByName(resources, "aws:cloudwatch/metricAlarm:MetricAlarm");
    const fullness = ["cell-1-tenants", "cell-1-disk"].map((name) => alarms[name]);
    assert.deepEqual(
      fullness.map((alarm) => [alarm?.["metricName"], alarm?.["threshold"], alarm?.["treatMissingData"]]),
      [
        ["TenantsPercent", 85, "breaching"],
        ["FullestDiskPercent", 70, "breaching"],
      ],
    );
  });

  it("says its room, and keeps what the edge shows a secret", async () => {
    const made = recording.result;
    assert.deepEqual(made?.capacity, {
      state: "open",
      targetMaxTenants: 500,
      pressureTenants: 425,
      pressureDisk: 0.7,
      closedDisk: 0.85,
    });
    assert.equal(made && (await valueOf(made.originSecret)), password);
    assert.equal((made && (await valueOf(made.manifest)))?.name, "cell-1");
  });

  it("refuses a name that the plan does not have, and a plan of another cloud", async () => {
    const refused = async (name: string, of: typeof plan) => {
      const { error, resources } = await recordCell(name, of);
      assert.ok(error instanceof InputError);
      assert.deepEqual(resources, []);
      return error.problems;
    };
    assert.deepEqual(await refused("cell-9", plan), [
      { path: "plan.cells", message: "has no cell cell-9, but cell-1, cell-2; name the component like its cell" },
    ]);
    assert.deepEqual(await refused("cell-1", cellsPlan("gcp")), [
      { path: "plan.cloud", message: "is gcp; this component is of aws" },
    ]);
  });
});

describe("two cells on AWS", () => {
  let graph: Graph;
  before(async function () {
    this.timeout(120_000);
    graph = await graphBy(() => {
      for (const name of ["cell-1", "cell-2"]) new Cell(name, { plan, secrets: clientSecrets, namesZone: "ZNAMES" });
    });
  });

  it("share nothing: no key, identity, network, secret or store, computed from what is declared", () => {
    assert.deepEqual(sharedBetween(graph, "cell-1", "cell-2"), []);
    const own = (of: string) => graph.resources.filter((resource) => graph.factsOf(resource).cell === of);
    assert.ok(own("cell-1").length > 250);
    assert.equal(own("cell-1").length, own("cell-2").length);
  });

  it("are found where one takes a key of the other", async function () {
    this.timeout(120_000);
    const mixed = await graphBy(() => {
      const first = new Cell("cell-1", { plan, secrets: clientSecrets });
      const of = cellsPlan("aws", { cells: { "cell-1": cell("aws", "1"), "cell-2": cell("aws", "2") } });
      new Cell("cell-2", {
        plan: of,
        secrets: clientSecrets,
        environment: { backupCopies: { "cell-2": first.keys.backup } },
      });
    });
    assert.notDeepEqual(sharedBetween(mixed, "cell-1", "cell-2"), []);
  });

  it("break no rule but what is known: callers are not known by a mesh, and parameters of queries are logged on error", function () {
    this.timeout(60_000);
    const { findings } = judgeGraph(graph, rules, [], "2026-11-21");
    const broken = findings.filter(({ verdict }) => verdict === "broken");
    const known = /^B-L01 cell-\d-.*-postgres16$/;
    const names = [...new Set(broken.map((finding) => `${finding.rule} ${problemOf(finding).path}`))];
    assert.deepEqual(
      names.filter((each) => !known.test(each)).sort(),
      ["1", "2"].flatMap((digit) => [
        `B-T06 cell-${digit}-namespace-sourcegraph`,
        `B-T06 cell-${digit}-set-up-namespace`,
      ]),
    );
    assert.deepEqual(
      findings.filter(({ verdict, severity }) => verdict === "unproven" && severity === "critical"),
      [],
    );
  });

  it("protect every store and key that holds what cannot be made again", () => {
    const open = graph.resources
      .filter((resource) => ["relational", "object", "secret", "backup"].includes(storeKindOf(resource)?.what ?? ""))
      .concat(graph.ofType("aws:kms/key"))
      .filter((resource) => !resource.protected);
    assert.deepEqual(
      open.map(({ name }) => name),
      [],
    );
  });

  it("mark every store with zone, owner and cell, for an audit of the cloud", () => {
    const stores = graph.resources.filter(
      (resource) => resource.type.startsWith("aws:") && storeKindOf(resource) !== undefined,
    );
    const missing = stores.flatMap(({ name, inputs }) => {
      const tags = (inputs["tags"] ?? {}) as Record<string, string>;
      return [factTags.zone, factTags.owner, factTags.cell]
        .filter((tag) => tags[tag] === undefined)
        .map((tag) => `${name} ${tag}`);
    });
    assert.deepEqual(missing, []);
  });
});
