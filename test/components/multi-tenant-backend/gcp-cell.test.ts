import assert from "node:assert/strict";
import { Cell } from "../../../components/multi-tenant-backend/gcp-cell";
import { judgeGraph, problemOf } from "../../../components/core/rules/engine";
import { valueAt, type Graph, type GraphResource } from "../../../components/core/rules/graph";
import { rules } from "../../../components/core/rules/rules";
import { sharedBetween } from "../../../components/core/rules/shared-between";
import { storeKindOf } from "../../../components/core/rules/stores";
import { account, cellsPlan, clientSecrets } from "../../support/cells";
import { graphBy } from "../../support/program-graph";

const logs = { bucket: "projects/example-mt-7/locations/us-central1/buckets/mt-logs", project: "example-mt-7" };

/** Rules that a cell on Google Cloud is known to break, and of which resource; the reasons are in the example's README. */
const known: readonly RegExp[] = [
  /^B-T06 cell-\d-(set-up-namespace|namespace-sourcegraph)$/,
  /^B-N10 cell-\d-(cache|store)$/,
  /^B-I03 cell-\d-nodes-image-reader$/,
  /^B-L01 cell-\d-(pgsql|codeintel-db|codeinsights-db)$/,
];

describe("cells on Google Cloud", () => {
  let graph: Graph;
  const of = (name: string): GraphResource[] =>
    graph.resources.filter((resource) => graph.factsOf(resource).cell === name);
  const keyNames = (resource: GraphResource, input: string) => graph.referred(resource, input).map(({ name }) => name);

  before(async function () {
    this.timeout(120_000);
    const plan = cellsPlan("gcp");
    graph = await graphBy(() => {
      for (const name of ["cell-1", "cell-2"])
        new Cell(name, { plan, secrets: clientSecrets, namesZone: "zone", logs });
    });
  });

  it("share nothing: no key, identity, network, secret or store, computed from what is declared", () => {
    assert.deepEqual(sharedBetween(graph, "cell-1", "cell-2"), []);
    assert.ok(of("cell-1").length > 150);
    assert.equal(of("cell-1").length, of("cell-2").length);
  });

  it("act in their own project as its own account", () => {
    const provider = graph.ofType("pulumi:providers/gcp").find(({ name }) => name === "cell-1");
    assert.deepEqual(
      [provider?.inputs["project"], provider?.inputs["impersonateServiceAccount"]],
      [account("gcp", "1").id, account("gcp", "1").role],
    );
  });

  it("have eight keys whose end is fixed, kept, and every kind of store is under the one that is for it", () => {
    const keys = graph.ofType("gcp:kms/cryptoKey").filter(({ name }) => name.startsWith("cell-1-"));
    assert.deepEqual(
      keys
        .map((key) => [key.name, key.inputs["destroyScheduledDuration"], key.inputs["rotationPeriod"], key.protected])
        .sort(),
      ["backup", "cache", "column", "db", "disk", "log", "object", "secret"].map((use) => [
        `cell-1-${use}`,
        "2592000s",
        "7776000s",
        true,
      ]),
    );
    const under = (type: string, input: string) => [
      ...new Set(
        graph
          .ofType(type)
          .filter((resource) => graph.factsOf(resource).cell === "cell-1")
          .flatMap((resource) => keyNames(resource, input)),
      ),
    ];
    assert.deepEqual(
      {
        db: under("gcp:sql/databaseInstance", "encryptionKeyName"),
        cache: under("gcp:redis/instance", "customerManagedKey"),
        object: under("gcp:storage/bucket", "encryption"),
        secret: under("gcp:container/cluster", "databaseEncryption"),
        nodes: under("gcp:container/nodePool", "nodeConfig").filter((name) => name.includes("-disk")),
        claims: under("kubernetes:storage.k8s.io/v1/StorageClass", "parameters"),
        backup: under("gcp:gkebackup/backupPlan", "backupConfig"),
        log: under("gcp:logging/projectBucketConfig", "cmekSettings"),
      },
      {
        db: ["cell-1-db"],
        cache: ["cell-1-cache"],
        object: ["cell-1-object"],
        secret: ["cell-1-secret"],
        nodes: ["cell-1-disk"],
        claims: ["cell-1-disk"],
        backup: ["cell-1-backup"],
        log: ["cell-1-log"],
      },
    );
  });

  it("keep nothing of their caches on a disk", () => {
    assert.deepEqual(
      graph
        .ofType("gcp:redis/instance")
        .filter((resource) => graph.factsOf(resource).cell === "cell-1")
        .map(({ name, inputs }) => [name, inputs["persistenceConfig"]])
        .sort(),
      ["cell-1-cache", "cell-1-store"].map((name) => [name, { persistenceMode: "DISABLED" }]),
    );
  });

  it("let out by name only, and ask what is allowed before what is refused", () => {
    const network = graph.ofType("gcp:compute/network").find(({ name }) => name === "cell-1-vpc");
    assert.equal(network?.inputs["networkFirewallPolicyEnforcementOrder"], "BEFORE_CLASSIC_FIREWALL");
    const hosts = graph
      .ofType("gcp:compute/networkFirewallPolicyRule")
      .filter(({ name }) => name === "cell-1-egress-hosts-1")
      .map(({ inputs }) => valueAt(inputs, "match.destFqdns"));
    assert.deepEqual(hosts, [
      [
        "github.com",
        "api.github.com",
        "gitlab.com",
        "bitbucket.org",
        "api.bitbucket.org",
        "workspaces-api.example.com",
        "accounts.example.com",
      ],
    ]);
  });

  it("write records where they can write and no more, and tell of every read of data", () => {
    const [audit] = of("cell-1").filter(({ type }) => type === "gcp:projects/iAMAuditConfig");
    assert.deepEqual(valueAt(audit?.inputs, "auditLogConfigs"), [
      { logType: "ADMIN_READ" },
      { logType: "DATA_READ" },
      { logType: "DATA_WRITE" },
    ]);
    const [writer] = of("cell-1").filter(({ name }) => name === "cell-1-logs-writer");
    assert.deepEqual(
      [writer?.inputs["project"], writer?.inputs["role"], valueAt(writer?.inputs, "condition.expression")],
      ["example-mt-7", "roles/logging.bucketWriter", 'resource.name.endsWith("/mt-logs")'],
    );
  });

  it("break no rule but what is known", () => {
    const { findings } = judgeGraph(graph, rules, [], "2026-11-21");
    const wrong = findings
      .filter(({ verdict, severity }) => verdict === "broken" || (verdict === "unproven" && severity === "critical"))
      .map((finding) => `${finding.rule} ${problemOf(finding).path}`);
    assert.deepEqual(
      [...new Set(wrong)].filter((each) => !known.some((pattern) => pattern.test(each))),
      [],
    );
  });

  it("protect every store and key that holds what cannot be made again", () => {
    const open = [
      ...graph.resources.filter((resource) =>
        ["relational", "object", "backup"].includes(storeKindOf(resource)?.what ?? ""),
      ),
      ...graph.ofType("gcp:kms/cryptoKey"),
    ].filter((resource) => !resource.protected);
    assert.deepEqual(
      open.map(({ name }) => name),
      [],
    );
  });
});
