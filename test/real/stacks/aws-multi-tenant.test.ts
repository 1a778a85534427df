import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import type { MultiTenantSection } from "../../../components/core/planning/config/schema-multi-tenant";
import { builtProject } from "../../support/built";
import { playController } from "../../support/cluster";
import { Engine, type ConfigValue, type RunOptions, type RunResult } from "../../support/engine";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { judged, words, writeBeside } from "../../support/policy-pack";
import { repository, requireToolchain } from "../../support/toolchain";

const cluster = "aws:eks/cluster:Cluster";
const database = "aws:rds/instance:Instance";
const key = "aws:kms/key:Key";
const bucket = "aws:s3/bucket:Bucket";
const vault = "aws:backup/vault:Vault";
const table = "aws:dynamodb/table:Table";
const route = "aws:cloudfront/keyvaluestoreKey:KeyvaluestoreKey mt-edge-route-acme.workspaces.example.com";
const marker = "MARKER-of-a-secret-of-the-config-";

/** What lists cells: all of the environment that a new one changes. */
const lists = [
  "update aws:cloudfront/distribution:Distribution mt-edge",
  "update aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy mt-logs",
  "update aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate mt-images",
];
/** What is only stated to the rules. */
const isStated = (change: string) => change.startsWith("update sourcegraph:");

/** A volume as somebody makes it by hand, without any word on what it is for. */
const byHand = `new (require("@pulumi/aws/ebs").Volume)("by-hand", { availabilityZone: "us-east-1a", size: 10 });`;

/** What is told to whoever places tenants. */
interface Told {
  readonly published: { readonly cells: Readonly<Record<string, { readonly capacity: { readonly state: string } }>> };
}

describe("a multi-tenant backend of the AWS sample on the real engine with a stand-in cloud and an API server for each cell", function () {
  this.timeout(1_800_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;
  const planes: TestCluster[] = [];
  const stops: (() => void)[] = [];
  const text = fs.readFileSync(path.join(repository, "Pulumi.aws-multi-tenant-sample.yaml"), "utf8");
  const { config } = YAML.parse(text) as { config: Record<string, ConfigValue> };
  const sample = config["sourcegraph:multiTenant"] as unknown as MultiTenantSection;
  const { exceptions = [] } = config["sourcegraph:boundaries"] as { exceptions?: [] };

  /** A cell of the sample, small enough for the three nodes of a test cluster. */
  const cell = (name: string, more: object = {}): MultiTenantSection["cells"] => {
    const found = sample.cells[name];
    assert.ok(found);
    return { [name]: { ...found, size: "XS", ...more } };
  };
  const tenant = (state: "active" | "deleted"): Pick<MultiTenantSection, "tenants"> => {
    const { acme } = sample.tenants ?? {};
    assert.ok(acme);
    return { tenants: { acme: { ...acme, state } } };
  };
  const draining = cell("cell-1", { state: "draining" });
  const set = (section: Omit<MultiTenantSection, "environment">, more: Readonly<Record<string, ConfigValue>> = {}) =>
    engine.writeConfig({
      "sourcegraph:multiTenant": { environment: sample.environment, ...section },
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`sourcegraph:${name}`, value])),
    });
  const changesOf = (result: RunResult): string[] => {
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return [...result.changes].sort();
  };
  const up = async (options: RunOptions = {}): Promise<string[]> => changesOf(await engine.up(options));
  const nameOf = (change: string): string => change.split(" ").at(-1) ?? "";
  const of = (name: string) => (change: string) => nameOf(change) === name || nameOf(change).startsWith(`${name}-`);
  /** Names of the objects of a type that are in the stand-in cloud. */
  const names = (type: string): string[] =>
    engine
      .cloud()
      .all(type)
      .map(({ urn = "" }) => urn.split("::").at(-1) ?? "")
      .sort();

  before(async function () {
    const bin = requireToolchain(this);
    for (const name of ["one", "two"]) {
      const plane = startKubernetes(this);
      planes.push(plane);
      for (const [node, group] of Object.entries({ "node-a": "search", "node-b": "general" }))
        await plane.kubectl(["label", "node", node, `sourcegraph.com/node-group=${group}`]);
      stops.push(playController(plane, `internal-k8s-${name}.us-east-1.elb.amazonaws.com`));
    }
    this.timeout(1_800_000);
    const { "sourcegraph:secrets": _secrets, ...plain } = config;
    engine = await Engine.start({
      bin,
      project: builtProject(),
      config: plain,
      env: { SGBOX_STANDIN_EKS: "1", KUBECONFIG: planes.map(({ kubeconfig }) => kubeconfig).join(":") },
      timeoutMs: 900_000,
    });
    set({ cells: cell("cell-1") });
    for (const name of ["cell1Client", "cell2Client", "acmeClient"])
      await engine.configSet(`sourcegraph:secrets.${name}`, `${marker}${name}`, { secret: true, path: true });
  });
  after(() => {
    for (const stop of stops) stop();
    engine?.stop();
    for (const plane of planes) plane.stop();
  });

  it("finishes a first update whose engine was killed half way", async () => {
    // One thing at a time: what was being made beside it would be in the cloud, and in no state.
    const at = { op: "create", type: cluster, kill: "engine" } as const;
    const killed = await engine.up({ args: ["--parallel", "1"], faults: [at] });
    assert.equal(killed.code, null);
    const half = Object.keys(engine.cloud().objects).length;
    assert.ok(half > 50, `${half} objects`);
    await engine.cancel();
    await up({ faults: [] });
    assert.deepEqual(names(cluster), ["cell-1-cluster"]);
    assert.equal(names(database).length, 3);
    // Guard rails are made where the organization is run from.
    assert.equal(names("aws:organizations/policyAttachment:PolicyAttachment").length, 5);
  });

  it("changes nothing by a second preview, in which the policy pack finds no fault, and by a refresh", async () => {
    const preview = await engine.preview(judged(engine, { exceptions }));
    assert.deepEqual([changesOf(preview), words(preview)], [[], []]);
    assert.deepEqual(changesOf(await engine.refresh()), []);
  });

  it("has everything of a cell in the account of the cell, and copies, logs and images in accounts of theirs", () => {
    const accountOf = ({ outputs }: { outputs: Record<string, unknown> }) => String(outputs["arn"]).split(":")[4];
    const ofType = (type: string, name: RegExp) =>
      engine
        .cloud()
        .all(type)
        .filter(({ urn = "" }) => name.test(urn.split("::").at(-1) ?? ""));
    const accounts = (type: string, name: RegExp) => [...new Set(ofType(type, name).map(accountOf))];
    for (const type of [cluster, database, key, vault])
      assert.deepEqual(accounts(type, /^cell-1-/), [sample.cells["cell-1"]?.account.id], type);
    const { logs, images, backups, controlPlane } = sample.environment.accounts ?? {};
    assert.deepEqual(accounts(vault, /^mt-backup-copies-/), [backups?.id]);
    assert.deepEqual(accounts(key, /^mt-images-/), [images?.id]);
    assert.deepEqual(accounts("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", /^mt-/), [logs?.id]);
    assert.deepEqual(accounts(table, /^mt-/), [controlPlane?.id]);
  });

  it("keeps secrets out of the state, the outputs, the log of the cloud and the stack file", async () => {
    const cloud = engine.cloud();
    const passwords = cloud.all(database).map(({ inputs }) => String(inputs["password"]));
    assert.equal(new Set(passwords).size, 3);
    const places = {
      state: engine.exportState(),
      outputs: JSON.stringify(await engine.outputs()),
      log: JSON.stringify(cloud.log),
      file: fs.readFileSync(engine.configFile(), "utf8"),
    };
    for (const value of [marker, ...passwords])
      for (const [place, content] of Object.entries(places)) assert.ok(!content.includes(value), place);
  });

  it("is stopped by the policy pack at a volume that somebody wrote beside it, before anything is made", async () => {
    writeBeside(engine, byHand);
    const run = await engine.preview(judged(engine, { exceptions }));
    writeBeside(engine, "");
    assert.notEqual(run.code, 0);
    assert.deepEqual(words(run), [
      "'by-hand' breaks B-D02: nothing says its zone, owner, data class; make it by a component of the library, or tag it with sourcegraph-zone, sourcegraph-owner and sourcegraph-data-class",
      "'by-hand' breaks B-K01: kmsKeyId is not set, so the provider's own key is used; set kmsKeyId to a key of this zone",
      "'by-hand' breaks B-L03: it is not protected; set its option protect",
    ]);
    assert.deepEqual(names("aws:ebs/volume:Volume"), []);
  });

  it("lets a tenant with a cell of its own in by making things, and touches nothing of another cell", async () => {
    set({ cells: { ...cell("cell-1"), ...cell("acme") }, ...tenant("active") });
    const changes = await up();
    assert.deepEqual(
      changes.filter((change) => !change.startsWith("create ") && !isStated(change)),
      lists,
    );
    assert.deepEqual(changes.filter(of("cell-1")), []);
    assert.ok(changes.includes(`create ${route}`));
    const foreign = changes.filter((change) => change.startsWith("create ") && !of("acme")(change));
    assert.deepEqual(
      foreign.map(nameOf).filter((name) => !name.startsWith("mt-backup-copies-acme") && name !== nameOf(route)),
      [],
    );
    assert.equal(names(cluster).length, 2);
  });

  it("is told of a cell that drains by its state alone: no resource changes", async () => {
    set({ cells: { ...draining, ...cell("acme") }, ...tenant("active") });
    assert.deepEqual(await up(), []);
    const { published } = (await engine.outputs()) as unknown as Told;
    assert.deepEqual(
      Object.entries(published.cells).map(([name, { capacity }]) => [name, capacity.state]),
      [
        ["acme", "open"],
        ["cell-1", "draining"],
      ],
    );
  });

  it("takes the route of a tenant who leaves away first, and nothing else", async () => {
    set({ cells: { ...draining, ...cell("acme") }, ...tenant("deleted") });
    assert.deepEqual(await up(), [`delete ${route}`]);
  });

  it("refuses to take the cell away before its procedure is over, and before anything is registered", async () => {
    set({ cells: draining, tenants: {} });
    const refused = await engine.preview();
    assert.notEqual(refused.code, 0);
    const said = refused.diagnostics.map(({ message }) => message).join("\n");
    assert.match(said, /'multiTenant\.tenants\.acme' would be taken away before its stores are shown to be empty/);
    assert.match(said, /'multiTenant\.cells\.acme' would be taken away with everything in it/);
    assert.deepEqual(
      refused.steps.filter(({ type }) => type !== "pulumi:pulumi:StackReference"),
      [],
    );
  });

  it("takes the cell away once guards are lifted, and leaves what holds data and its keys, and every other cell", async () => {
    set({ cells: { ...draining, ...cell("acme") }, ...tenant("deleted") }, { deletionProtection: false });
    const lifted = await up();
    assert.deepEqual(
      lifted.filter((change) => !/^update aws:(eks|rds|networkfirewall)/.test(change) && !isStated(change)),
      [],
    );
    await engine.unprotect((urn) => /::acme(-[^:]*)?$|::mt-backup-copies-acme(-key)?$/.test(urn));
    set({ cells: draining, tenants: {} }, { acknowledge: ["purged:acme", "drained:acme"] });
    const changes = await up();
    assert.deepEqual(
      changes.filter((change) => !change.startsWith("delete ") && !isStated(change)),
      lists,
    );
    assert.deepEqual(changes.filter(of("cell-1")), []);
    assert.deepEqual(names(cluster), ["cell-1-cluster"]);
    assert.equal(names(key).filter((name) => name.startsWith("acme-")).length, 8);
    assert.equal(names(bucket).filter((name) => name.startsWith("acme-")).length, 1);
    assert.ok(names(vault).includes("mt-backup-copies-acme"));
  });

  it("is destroyed once protection is lifted, which lies on all that holds data, and leaves that", async () => {
    const kept = [key, bucket, vault, table];
    const state = JSON.parse(engine.exportState()) as {
      checkpoint: { latest: { resources: { type: string; urn: string; protect?: boolean }[] } };
    };
    const open = state.checkpoint.latest.resources.filter(({ type, protect }) => kept.includes(type) && !protect);
    assert.deepEqual(open, []);
    await engine.unprotect();
    changesOf(await engine.destroy());
    const left = new Set(Object.values(engine.cloud().objects).map(({ type }) => type));
    for (const type of [...kept, "aws:rds/snapshot:Snapshot"]) assert.ok(left.has(type), type);
    for (const type of [cluster, database, "aws:ec2/vpc:Vpc", "aws:cloudfront/distribution:Distribution"])
      assert.ok(!left.has(type), type);
  });
});
