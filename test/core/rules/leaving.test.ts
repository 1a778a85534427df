import assert from "node:assert/strict";
import type { BoundaryFacts, CellTerms } from "../../../components/core/rules/facts";
import { unknownValue } from "../../../components/core/rules/graph";
import { t10 } from "../../../components/core/rules/tenancy/t10";
import { t11 } from "../../../components/core/rules/tenancy/t11";
import { t12 } from "../../../components/core/rules/tenancy/t12";
import { part } from "../../support/boundary";
import { graphOf, said, type Given } from "../../support/graph";

const facts = (cell: string, more: BoundaryFacts = {}): BoundaryFacts => ({
  zone: "multi-tenant",
  cell,
  account: `acme-${cell}`,
  ...more,
});
const one = part("one", facts("one"));
const terms = (cellTerms: CellTerms) => part("one", facts("one", { cellTerms }));
const inOne = (type: string, inputs: Given["inputs"] = {}, name = "it", refers: Given["refers"] = {}): Given => ({
  type,
  name,
  parent: "one",
  inputs,
  refers,
});

describe("B-T10", () => {
  const purges = ["relational", "object", "cache", "block", "logs", "backup"];
  const stores: readonly (readonly [string, string, Given["inputs"]])[] = [
    ["aws:rds/instance", "relational", {}],
    ["aws:s3/bucket", "object", {}],
    ["gcp:redis/instance", "cache", {}],
    ["kubernetes:apps/v1/StatefulSet", "block", { spec: { volumeClaimTemplates: [{}] } }],
    ["kubernetes:core/v1/PersistentVolumeClaim", "block", {}],
    ["aws:cloudwatch/logGroup", "logs", {}],
    ["aws:backup/vault", "backup", {}],
    ["gcp:gkebackup/backupPlan", "backup", {}],
  ];
  for (const [type, kind, inputs] of stores)
    it(`wants what purges ${type}`, () => {
      assert.deepEqual(said(t10, graphOf([terms({ purges }), inOne(type, inputs)])), [
        `it holds: what purges ${kind} is stated`,
      ]);
      assert.deepEqual(
        said(t10, graphOf([terms({ purges: purges.filter((each) => each !== kind) }), inOne(type, inputs)])),
        [
          `it broken: nothing purges ${kind} of a tenant who leaves; write what purges ${kind}, and state it in cellTerms.purges`,
        ],
      );
    });

  it("says nothing of what holds nothing of tenants", () => {
    const tags = { "sourcegraph-data-class": "configuration" };
    assert.deepEqual(
      said(t10, graphOf([terms({}), inOne("aws:s3/bucket", { tags }), inOne("aws:eks/cluster", {}, "cluster")])),
      [],
    );
  });
});

describe("B-T11", () => {
  const term = terms({ offboardingDays: 37, graceDays: 7 });
  const kept: readonly (readonly [string, (days: number) => Given["inputs"], string])[] = [
    ["aws:rds/instance", (days) => ({ backupRetentionPeriod: days }), "backupRetentionPeriod"],
    ["aws:elasticache/replicationGroup", (days) => ({ snapshotRetentionLimit: days }), "snapshotRetentionLimit"],
    ["aws:backup/plan", (days) => ({ rules: [{ lifecycle: { deleteAfter: days } }] }), "rules.*.lifecycle.deleteAfter"],
    ["aws:backup/vaultLockConfiguration", (days) => ({ minRetentionDays: days }), "minRetentionDays"],
    ["aws:cloudwatch/logGroup", (days) => ({ retentionInDays: days }), "retentionInDays"],
    [
      "gcp:storage/bucket",
      (days) => ({ softDeletePolicy: { retentionDurationSeconds: days * 86400 } }),
      "softDeletePolicy.retentionDurationSeconds",
    ],
    [
      "gcp:gkebackup/backupPlan",
      (days) => ({ retentionPolicy: { backupRetainDays: days } }),
      "retentionPolicy.backupRetainDays",
    ],
    ["gcp:logging/projectBucketConfig", (days) => ({ retentionDays: days }), "retentionDays"],
    ["gcp:pubsub/topic", (days) => ({ messageRetentionDuration: `${days * 86400}s` }), "messageRetentionDuration"],
  ];
  for (const [type, inputs, input] of kept)
    it(`wants ${type} to keep nothing for longer than the term`, () => {
      assert.deepEqual(said(t11, graphOf([term, inOne(type, inputs(30))])), [
        `it holds: ${input} keeps it 30 days of 30`,
      ]);
      assert.deepEqual(said(t11, graphOf([term, inOne(type, inputs(31))])), [
        `it broken: ${input} keeps it 31 days, and the term leaves 30; keep it 30 days at most`,
      ]);
    });

  it("finds 90 daily copies with a promise of 37 days, logs that never end, and a cell without a term", () => {
    const backupConfiguration = { backupRetentionSettings: { retainedBackups: 90 }, transactionLogRetentionDays: 7 };
    assert.deepEqual(
      [
        ...said(t11, graphOf([term, inOne("gcp:sql/databaseInstance", { settings: { backupConfiguration } })])),
        ...said(t11, graphOf([term, inOne("aws:cloudwatch/logGroup")])),
        ...said(t11, graphOf([term, inOne("aws:cloudwatch/logGroup", { retentionInDays: 0 })])),
        ...said(t11, graphOf([one, inOne("aws:rds/instance", { backupRetentionPeriod: 7 })])),
        ...said(t11, graphOf([term, inOne("aws:rds/instance", { backupRetentionPeriod: unknownValue })])),
      ],
      [
        "it broken: settings.backupConfiguration.backupRetentionSettings.retainedBackups keeps it 90 days, and the term leaves 30; keep it 30 days at most",
        "it broken: retentionInDays is not set, which keeps it for ever, and the term leaves 30; keep it 30 days at most",
        "it broken: retentionInDays keeps it for ever, and the term leaves 30; keep it 30 days at most",
        "it broken: backupRetentionPeriod keeps it 7 days, and the cell states no term; state cellTerms.offboardingDays",
        "it unproven: backupRetentionPeriod is known only after the deployment; keep it 30 days at most",
      ],
    );
  });

  it("wants versions of objects to end", () => {
    const versioned = inOne("aws:s3/bucketVersioning", { versioningConfiguration: { status: "Enabled" } }, "versions", {
      bucket: "bucket",
    });
    const bucket = inOne("aws:s3/bucket", {}, "bucket");
    const rules = [{ noncurrentVersionExpiration: { noncurrentDays: 7 } }];
    const ends = inOne("aws:s3/bucketLifecycleConfiguration", { rules }, "ends", { bucket: "bucket" });
    assert.deepEqual(
      [...said(t11, graphOf([term, bucket, versioned, ends])), ...said(t11, graphOf([term, bucket, versioned]))],
      [
        "versions holds: noncurrentVersionExpiration.noncurrentDays keeps it 7 days of 30",
        "versions broken: noncurrentVersionExpiration.noncurrentDays is not set, which keeps it for ever, and the term leaves 30; keep it 30 days at most",
      ],
    );
  });
});

describe("B-T12", () => {
  const tenant: Given = { ...part("acme", { tenant: "acme", tenancy: "isolated" }), parent: "one" };
  const key = (type: string, inputs: Given["inputs"]) =>
    said(
      t12,
      graphOf([terms({ offboardingDays: 37, graceDays: 7 }), tenant, { type, name: "key", parent: "acme", inputs }]),
    );

  it("lets the wait be stated", () =>
    assert.deepEqual(
      [
        ...key("aws:kms/key", { deletionWindowInDays: 30 }),
        ...key("gcp:kms/cryptoKey", { destroyScheduledDuration: "2592000s" }),
      ],
      ["key holds: deletionWindowInDays is 30", "key holds: destroyScheduledDuration is 2592000s"],
    ));

  it("finds one that is not set, or longer than the term", () =>
    assert.deepEqual(
      [
        ...key("aws:kms/key", {}),
        ...key("gcp:kms/cryptoKey", {}),
        ...key("gcp:kms/cryptoKey", { destroyScheduledDuration: "5184000s" }),
        ...key("aws:kms/key", { deletionWindowInDays: unknownValue }),
      ],
      [
        "key broken: deletionWindowInDays is not set, which means 30 days that nobody chose; set deletionWindowInDays to 7 to 30",
        "key broken: destroyScheduledDuration is not set, which means 30 days that nobody chose; set destroyScheduledDuration, which cannot be changed later",
        "key broken: destroyScheduledDuration is 5184000s, and the term leaves 30 days; set destroyScheduledDuration, which cannot be changed later",
        "key unproven: deletionWindowInDays is known only after the deployment; set deletionWindowInDays to 7 to 30",
      ],
    ));
});
