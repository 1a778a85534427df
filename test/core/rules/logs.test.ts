import assert from "node:assert/strict";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { l01 } from "../../../components/core/rules/logs/l01";
import { l02 } from "../../../components/core/rules/logs/l02";
import { l03 } from "../../../components/core/rules/logs/l03";
import { l05 } from "../../../components/core/rules/logs/l05";
import type { Rule } from "../../../components/core/rules/rule";
import { keyTypes, volumeTypes } from "../../../components/core/rules/stores";
import { graphOf, said, type Given } from "../../support/graph";

const zone = (facts: BoundaryFacts = {}, name = "zone"): Given => ({
  type: "sourcegraph:boundaries:Zone",
  name,
  boundary: { facts: { zone: "admin", account: "admin-project", ...facts } },
});
const it_ = (type: string, inputs: Given["inputs"] = {}, more: Partial<Given> = {}): Given => ({
  type,
  name: "it",
  parent: "zone",
  inputs,
  ...more,
});
const says = (rule: Rule, given: Given, facts: BoundaryFacts = {}): string[] =>
  said(rule, graphOf([zone(facts), given]));

describe("B-L01", () => {
  const cell: BoundaryFacts = { zone: "multi-tenant", cellTerms: { offboardingDays: 37, graceDays: 7 } };

  it("wants logs to end: after 30 days in the admin zone, with the tenant in a cell", () =>
    assert.deepEqual(
      [
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 30 })),
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 30 }), cell),
        ...says(l01, it_("gcp:logging/projectBucketConfig")),
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 365 }), { zone: "single-tenant" }),
      ],
      [
        "it holds: retentionInDays is 30",
        "it holds: retentionInDays is 30",
        "it holds: retentionDays is not set, which means 30",
        "it holds: retentionInDays is 365",
      ],
    ));

  it("finds logs that never end, or stay too long", () =>
    assert.deepEqual(
      [
        ...says(l01, it_("aws:cloudwatch/logGroup")),
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 0 }), { zone: "single-tenant" }),
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 90 })),
        ...says(l01, it_("aws:cloudwatch/logGroup", { retentionInDays: 90 }), cell),
        ...says(l01, it_("gcp:logging/projectBucketConfig", { retentionDays: unknownValue })),
      ],
      [
        "it broken: retentionInDays is not set; set retentionInDays to 30 days or less",
        "it broken: retentionInDays is 0; set retentionInDays to a number of days",
        "it broken: retentionInDays is 90; set retentionInDays to 30 days or less",
        "it broken: retentionInDays is 90; set retentionInDays to 30 days or less",
        "it unproven: retentionDays is known only after the deployment; set retentionDays to 30 days or less",
      ],
    ));

  it("finds databases that log statements, values or who asks", () => {
    const rds = (...parameters: readonly object[]) =>
      says(l01, it_("aws:rds/parameterGroup", { family: "postgres16", parameters }));
    const zero = { name: "log_parameter_max_length", value: "0" };
    const sql = (settings: object) =>
      says(l01, it_("gcp:sql/databaseInstance", { databaseVersion: "POSTGRES_16", settings }));
    assert.deepEqual(
      [
        ...rds(zero),
        ...rds(zero, { name: "log_statement", value: "all" }),
        ...rds(),
        ...sql({ databaseFlags: [zero], insightsConfig: { queryInsightsEnabled: true } }),
        ...sql({ databaseFlags: [zero], insightsConfig: { recordClientAddress: true, recordApplicationTags: true } }),
        ...says(l01, it_("aws:rds/parameterGroup", { family: "mysql8.0" })),
      ],
      [
        "it holds: log_statement is not set and log_parameter_max_length is 0",
        "it broken: log_statement is all; set log_statement to none",
        "it broken: log_parameter_max_length is not set; set log_parameter_max_length to 0",
        "it holds: log_statement is not set and log_parameter_max_length is 0 and settings.insightsConfig.recordApplicationTags is not set, which means false and settings.insightsConfig.recordClientAddress is not set, which means false",
        "it broken: settings.insightsConfig.recordApplicationTags is true and settings.insightsConfig.recordClientAddress is true; set settings.insightsConfig.recordApplicationTags to false and set settings.insightsConfig.recordClientAddress to false",
      ],
    );
  });

  it("finds firewalls, gateways and meshes that log bodies", () =>
    assert.deepEqual(
      [
        ...says(l01, it_("gcp:compute/securityPolicy")),
        ...says(l01, it_("gcp:compute/securityPolicy", { advancedOptionsConfig: { logLevel: "VERBOSE" } })),
        ...says(l01, it_("aws:apigateway/methodSettings", { settings: { dataTraceEnabled: true } })),
        ...says(
          l01,
          it_("kubernetes:networking.istio.io/v1alpha3/EnvoyFilter", { spec: { format: "%REQUEST_BODY%" } }),
        ),
      ],
      [
        "it holds: advancedOptionsConfig.logLevel is not set, which means NORMAL",
        "it broken: advancedOptionsConfig.logLevel is VERBOSE; set advancedOptionsConfig.logLevel to NORMAL",
        "it broken: settings.dataTraceEnabled is true; set settings.dataTraceEnabled to false",
        "it broken: it logs REQUEST_BODY; remove the body from what it logs",
      ],
    ));
});

describe("B-L02", () => {
  const logs = zone({ zone: "admin", account: "log-project" }, "logs");
  const bucket = (parent: string, dataClass = "operational"): Given => ({
    type: "aws:s3/bucket",
    name: "records",
    parent,
    inputs: { tags: { "sourcegraph-data-class": dataClass } },
  });
  const trail = (inputs: object = {}): Given =>
    it_(
      "aws:cloudtrail/trail",
      { isMultiRegionTrail: true, enableLogFileValidation: true, kmsKeyId: unknownValue, ...inputs },
      { refers: { s3BucketName: "records" } },
    );
  const audit = (...kinds: readonly string[]): Given => ({
    ...it_("gcp:projects/iAMAuditConfig", {
      service: "allServices",
      auditLogConfigs: kinds.map((logType) => ({ logType })),
    }),
    name: "audit",
  });
  const both = audit("DATA_READ", "DATA_WRITE");
  const sink = (parent: string, locked: boolean): readonly Given[] => [
    { type: "gcp:logging/projectBucketConfig", name: "kept", parent, inputs: { locked } },
    it_("gcp:logging/projectSink", {}, { refers: { destination: "kept" } }),
  ];

  it("finds a cluster whose control plane writes no audit log", () => {
    const cluster = (enabledClusterLogTypes: unknown): string | undefined =>
      said(l02, graphOf([zone(), it_("aws:eks/cluster", { enabledClusterLogTypes })])).find((text) =>
        text.startsWith("it "),
      );
    assert.equal(cluster(["api", "audit"]), "it holds: its control plane writes an audit log");
    assert.equal(
      cluster(["api"]),
      "it broken: enabledClusterLogTypes has no audit; add audit to enabledClusterLogTypes",
    );
    assert.equal(cluster(unknownValue), "it unproven: enabledClusterLogTypes is hidden; write it in the open");
  });

  it("lets a trail lead to the account of logs", () =>
    assert.deepEqual(said(l02, graphOf([zone(), logs, bucket("logs"), trail()])), [
      "it holds: isMultiRegionTrail is true and enableLogFileValidation is true and enableLogging is not set, which means true and kmsKeyId is set and s3BucketName is records of admin (log-project)",
    ]));

  it("finds a trail that leads to its own account, or tells too little", () => {
    assert.deepEqual(said(l02, graphOf([zone(), bucket("zone"), trail()])), [
      "it broken: s3BucketName is records of its own admin (admin-project); send it to an account or project that is only for logs",
    ]);
    assert.deepEqual(
      said(
        l02,
        graphOf([
          zone(),
          logs,
          bucket("logs"),
          trail({ isMultiRegionTrail: false, enableLogFileValidation: undefined, kmsKeyId: undefined }),
        ]),
      ),
      [
        "it broken: isMultiRegionTrail is false and enableLogFileValidation is not set and kmsKeyId is not set; set isMultiRegionTrail to true and set enableLogFileValidation to true and set kmsKeyId to a key for logs",
      ],
    );
    const code: Given = { ...bucket("zone", "user-data"), name: "code" };
    assert.deepEqual(said(l02, graphOf([zone(), logs, code, bucket("logs"), trail()])), [
      "it broken: it does not tell of objects in code; add an event selector for objects",
    ]);
  });

  it("finds an identity of the zone that may delete what is told of it", () => {
    const policy = (actions: readonly string[]): Given => ({
      type: "aws:iam/rolePolicy",
      name: "policy",
      inputs: { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action: actions, Resource: "*" }] }) },
      refers: { role: "deploys", policy: "records" },
    });
    const role: Given = { type: "aws:iam/role", name: "deploys", parent: "zone" };
    const with_ = (...actions: readonly string[]) =>
      said(l02, graphOf([zone(), logs, bucket("logs"), trail(), role, policy(actions)]));
    assert.deepEqual(with_("s3:PutObject", "s3:DeleteObject"), [
      "it broken: policy gives deploys s3:DeleteObject there; let the zone write only",
    ]);
    assert.match(with_("s3:PutObject").join(), /^it holds: /);
  });

  it("lets a sink lead to another project that keeps what it has", () =>
    assert.deepEqual(said(l02, graphOf([zone(), logs, both, ...sink("logs", true)])), [
      "audit holds: service is allServices and reads and writes are told",
      "kept holds: locked is true",
      "it holds: disabled is not set, which means false and destination is kept of admin (log-project)",
    ]));

  it("finds a sink to its own project, a bucket that can be emptied, and reads nobody tells of", () => {
    assert.deepEqual(said(l02, graphOf([zone(), both, ...sink("zone", true)])), [
      "audit holds: service is allServices and reads and writes are told",
      "kept holds: locked is true",
      "it broken: destination is kept of its own admin (admin-project); send it to an account or project that is only for logs",
    ]);
    assert.deepEqual(said(l02, graphOf([zone(), logs, audit("DATA_WRITE"), ...sink("logs", false)])), [
      "audit broken: DATA_READ is not told; add DATA_READ",
      "kept broken: locked is false; set locked to true",
      "it holds: disabled is not set, which means false and destination is kept of admin (log-project)",
    ]);
  });

  it("cannot prove what a program does not make", () =>
    assert.deepEqual(
      said(
        l02,
        graphOf([
          zone(),
          { type: "gcp:pubsub/topic", name: "topic", parent: "zone" },
          { type: "aws:sqs/queue", name: "queue", parent: "zone" },
        ]),
      ),
      [
        "admin on AWS unproven: no aws:cloudtrail/trail is of this program; those of the organization cannot be seen; make aws:cloudtrail/trail, or show the organization's",
        "admin on Google unproven: no gcp:projects/iAMAuditConfig, gcp:logging/projectSink is of this program; those of the organization cannot be seen; make gcp:projects/iAMAuditConfig, gcp:logging/projectSink, or show the organization's",
      ],
    ));
});

describe("B-L03", () => {
  const guarded = { protected: true };

  it("wants databases to be guarded by the cloud and by the engine", () =>
    assert.deepEqual(
      [
        ...says(l03, it_("aws:rds/instance", { deletionProtection: true }, guarded)),
        ...says(l03, it_("aws:rds/instance", { deletionProtection: true })),
        ...says(l03, it_("aws:rds/cluster", {}, guarded)),
        ...says(l03, it_("gcp:sql/databaseInstance", { settings: { deletionProtectionEnabled: true } }, guarded)),
        ...says(l03, it_("gcp:sql/databaseInstance", { deletionProtection: false }, guarded)),
      ],
      [
        "it holds: it is protected and deletionProtection is true",
        "it broken: it is not protected; set its option protect",
        "it broken: deletionProtection is not set; set deletionProtection to true",
        "it holds: it is protected and deletionProtection is not set, which means true and settings.deletionProtectionEnabled is true",
        "it broken: deletionProtection is false and settings.deletionProtectionEnabled is not set; set deletionProtection to true and set settings.deletionProtectionEnabled to true",
      ],
    ));

  it("wants tables and clusters of documents to be guarded like databases", () =>
    assert.deepEqual(
      [
        ...says(l03, it_("aws:dynamodb/table", { deletionProtectionEnabled: true }, guarded)),
        ...says(l03, it_("aws:dynamodb/table", { deletionProtectionEnabled: true })),
        ...says(l03, it_("aws:docdb/cluster", {}, guarded)),
        ...says(l03, it_("gcp:alloydb/cluster", {})),
      ],
      [
        "it holds: it is protected and deletionProtectionEnabled is true",
        "it broken: it is not protected; set its option protect",
        "it broken: deletionProtection is not set; set deletionProtection to true",
        "it broken: it is not protected; set its option protect",
      ],
    ));

  it("wants databases to be copied, and clusters to be guarded by the cloud", () =>
    assert.deepEqual(
      [
        ...says(l03, it_("aws:rds/instance", { deletionProtection: true, backupRetentionPeriod: 0 }, guarded)),
        ...says(
          l03,
          it_(
            "gcp:sql/databaseInstance",
            { settings: { deletionProtectionEnabled: true, backupConfiguration: { enabled: false } } },
            guarded,
          ),
        ),
        ...says(l03, it_("aws:eks/cluster", {}, guarded)),
        ...says(l03, it_("gcp:container/cluster", { deletionProtection: false }, guarded)),
      ],
      [
        "it broken: backupRetentionPeriod is 0, so that no copy is made; set backupRetentionPeriod to at least 1",
        "it broken: settings.backupConfiguration.enabled is false; set settings.backupConfiguration.enabled to true",
        "it broken: deletionProtection is not set; set deletionProtection to true",
        "it broken: deletionProtection is false; set deletionProtection to true",
      ],
    ));

  for (const type of [
    ...keyTypes,
    ...volumeTypes,
    "aws:s3/bucket",
    "gcp:storage/bucket",
    "aws:ebs/volume",
    "gcp:compute/disk",
    "aws:secretsmanager/secret",
    "gcp:secretmanager/secret",
    "aws:backup/vault",
    "gcp:bigquery/dataset",
  ])
    it(`finds ${type} that is not protected`, () => {
      assert.deepEqual(says(l03, it_(type)), ["it broken: it is not protected; set its option protect"]);
      assert.match(says(l03, it_(type, {}, guarded)).join(), /^it holds: it is protected/);
      assert.deepEqual(says(l03, it_(type), { stage: "staging" }), []);
    });

  it("finds a bucket that is emptied to be deleted", () =>
    assert.deepEqual(says(l03, it_("aws:s3/bucket", { forceDestroy: true }, guarded)), [
      "it broken: forceDestroy is true; remove forceDestroy",
    ]));
});

describe("B-L05", () => {
  const api = it_("gcp:compute/uRLMap", { hostRules: [{ hosts: ["api.example.com"] }] });
  const check = (name: string, ...statuses: readonly number[]): Given => ({
    type: "gcp:monitoring/uptimeCheckConfig",
    name,
    inputs: {
      monitoredResource: { labels: { host: "api.example.com" } },
      httpCheck: { acceptedResponseStatusCodes: statuses.map((statusValue) => ({ statusValue })) },
    },
  });
  const alarm = (name: string): Given => ({
    type: "gcp:monitoring/alertPolicy",
    name: `${name}-alarm`,
    refers: { conditions: name },
  });
  const tried = (...given: readonly Given[]) =>
    said(l05, graphOf([zone({ plane: "machine", service: "pings" }), api, ...given]));

  it("lets a listener be tried with credentials and without", () =>
    assert.deepEqual(tried(check("works", 200), check("refuses", 401, 403), alarm("works"), alarm("refuses")), [
      "it holds: works expects success with credentials and refuses expects 401 or 403 without credentials",
    ]));

  it("finds a listener without the negative check, without any, or without an alarm", () => {
    assert.deepEqual(tried(check("works", 200), alarm("works")), [
      "it broken: no health check from outside expects 401 or 403 without credentials; add one that expects 401 or 403 without credentials, and an alarm",
    ]);
    assert.deepEqual(tried(), [
      "it broken: no health check from outside expects success with credentials and no health check from outside expects 401 or 403 without credentials; add one that expects success with credentials, and an alarm and add one that expects 401 or 403 without credentials, and an alarm",
    ]);
    assert.deepEqual(tried(check("works", 200), check("refuses", 403), alarm("works")), [
      "it broken: no alarm watches refuses; add an alarm on refuses",
    ]);
  });

  it("takes checks of AWS by what they are declared to show", () => {
    const canary = (name: string, probe: BoundaryFacts["probe"]): readonly Given[] => [
      zone({ service: "pings", ...(probe && { probe }) }, `${name}-facts`),
      { type: "aws:synthetics/canary", name, parent: `${name}-facts` },
      { type: "aws:cloudwatch/metricAlarm", name: `${name}-alarm`, refers: { dimensions: name } },
    ];
    assert.deepEqual(tried(...canary("works", "with-credentials"), ...canary("refuses", "without-credentials")), [
      "it holds: works expects success with credentials and refuses expects 401 or 403 without credentials",
    ]);
    assert.deepEqual(tried(...canary("works", "with-credentials"), ...canary("also", "with-credentials")), [
      "it broken: no health check from outside expects 401 or 403 without credentials; add one that expects 401 or 403 without credentials, and an alarm",
    ]);
  });
});
