import { strict as assert } from "node:assert";
import type { BoundaryFacts } from "../../../components/core/rules/facts";
import { sharedBetween } from "../../../components/core/rules/shared-between";
import { graphOf, type Given } from "../../support/graph";

const cell = (name: string, facts: BoundaryFacts = {}, ...clients: string[]): Given => ({
  type: "sourcegraph:multi-tenant-backend:Cell",
  name,
  boundary: {
    facts: { zone: "multi-tenant", cell: name, account: `account-of-${name}`, ...facts },
    edges: clients.map((client) => ({
      kind: "issues",
      from: "worker",
      to: "workspaces",
      scope: "workspaces::x::y",
      client,
    })),
  },
});

/** A key, a network, an identity, a secret and a bucket of a cell. */
const parts = (name: string): Given[] => [
  { type: "aws:kms/key:Key", name: `${name}-db`, parent: name },
  { type: "aws:ec2/vpc:Vpc", name: `${name}-network`, parent: name },
  { type: "aws:iam/role:Role", name: `${name}-worker`, parent: name },
  {
    type: "aws:secretsmanager/secret:Secret",
    name: `${name}-client`,
    parent: name,
    refers: { kmsKeyId: `${name}-db` },
  },
  { type: "aws:s3/bucket:Bucket", name: `${name}-uploads`, parent: name },
];

const texts = (given: readonly Given[]): string[] =>
  sharedBetween(graphOf(given), "one", "two").map(({ what, name, because }) => `${what} ${name}: ${because}`);

describe("what two cells share", () => {
  const apart = [cell("one", {}, "c1"), ...parts("one"), cell("two", {}, "c2"), ...parts("two")];

  it("is nothing where each has everything for itself", () => {
    assert.deepEqual(texts(apart), []);
  });

  it("is an account, and a client, that both name", () => {
    assert.deepEqual(texts([cell("one", { account: "1" }, "c"), cell("two", { account: "1" }, "c")]), [
      "account 1: both cells are in it",
      "client c: both cells show it",
    ]);
  });

  for (const [type, what] of [
    ["aws:kms/key:Key", "key"],
    ["gcp:kms/keyRing:KeyRing", "key"],
    ["aws:ec2/vpc:Vpc", "network"],
    ["gcp:serviceaccount/account:Account", "identity"],
    ["gcp:secretmanager/secret:Secret", "secret"],
    ["random:index/randomPassword:RandomPassword", "secret"],
    ["aws:s3/bucket:Bucket", "store"],
    ["aws:sns/topic:Topic", "other"],
  ] as const)
    it(`is a ${type.split(":")[2] ?? ""} outside of both that both are made from`, () => {
      const uses = (name: string): Given => ({
        type: "x:y:Z",
        name: `${name}-user`,
        parent: name,
        refers: { input: "common" },
      });
      assert.deepEqual(texts([...apart, { type, name: "common" }, uses("one"), uses("two")]), [
        `${what} common: one-user of cell one and two-user of cell two are made from it`,
      ]);
    });

  it("is what one cell uses of the other, through whatever is in between", () => {
    const between: Given = { type: "aws:kms/alias:Alias", name: "alias", refers: { target: "one-db" } };
    const user: Given = {
      type: "aws:rds/instance:Instance",
      name: "two-pgsql",
      parent: "two",
      refers: { kmsKeyId: "alias" },
    };
    assert.deepEqual(texts([...apart, between, user]), [
      "key one-db: one-db of cell one and alias of cell two are made from it",
    ]);
  });

  it("is what both name in the words of the cloud, though nothing of the program makes it", () => {
    const key = "arn:aws:kms:us-east-1:333333333333:key/1";
    const uses = (name: string): Given => ({
      type: "aws:rds/instance:Instance",
      name: `${name}-pgsql`,
      parent: name,
      inputs: { nested: [{ kmsKeyId: key }] },
    });
    assert.deepEqual(texts([...apart, uses("one"), uses("two")]), [
      `other ${key}: one-pgsql of cell one and two-pgsql of cell two name it`,
    ]);
  });

  it("is not the component that both stand in, nor a provider", () => {
    const environment: Given = { type: "sourcegraph:multi-tenant-backend:MultiTenantEnvironment", name: "mt" };
    const uses = (name: string): Given => ({
      type: "x:y:Z",
      name: `${name}-user`,
      parent: name,
      refers: { input: "mt" },
    });
    assert.deepEqual(texts([...apart, environment, uses("one"), uses("two")]), []);
  });

  it("is not where both add their records, unless a cell may read them there", () => {
    const environment: Given = {
      type: "sourcegraph:multi-tenant-backend:MultiTenantEnvironment",
      name: "mt",
      boundary: { facts: { zone: "multi-tenant" }, children: { "mt-logs": { dataClasses: ["operational"] } } },
    };
    const logs: Given = { type: "aws:s3/bucket:Bucket", name: "mt-logs", parent: "mt" };
    const uses = (name: string): Given => ({
      type: "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
      name: `${name}-logs`,
      parent: name,
      refers: { destinationArn: "mt-logs" },
    });
    const sink = [...apart, environment, logs, uses("one"), uses("two")];
    assert.deepEqual(texts(sink), []);
    const reader: Given = {
      type: "gcp:storage/bucketIAMMember:BucketIAMMember",
      name: "reads",
      parent: "one",
      inputs: { role: "roles/storage.objectViewer" },
      refers: { bucket: "mt-logs", member: "one-worker" },
    };
    assert.deepEqual(texts([...sink, reader]), [
      "store mt-logs: one-logs of cell one and two-logs of cell two are made from it",
    ]);
    const content = {
      ...environment,
      boundary: { facts: {}, children: { "mt-logs": { dataClasses: ["user-data"] as const } } },
    };
    assert.equal(texts([...apart, content, logs, uses("one"), uses("two")]).length, 1);
  });

  it("is not the account of copies of backups, which are of one cell each", () => {
    const account = { account: "666666666666" };
    const inCell = (name: string): Given[] => [
      {
        type: "sourcegraph:multi-tenant-backend:Cell",
        name,
        boundary: {
          facts: { zone: "multi-tenant", cell: name, account: `account-of-${name}` },
          children: { [`${name}-copies`]: account },
        },
      },
      { type: "aws:backup/vault:Vault", name: `${name}-copies`, parent: name },
    ];
    assert.deepEqual(texts([...inCell("one"), ...inCell("two")]), []);
  });
});
