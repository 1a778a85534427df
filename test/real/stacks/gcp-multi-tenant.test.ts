import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import type { MultiTenantSection } from "../../../components/core/planning/config/schema-multi-tenant";
import { builtProject } from "../../support/built";
import { liveObjects } from "../../support/cluster";
import { Engine, type ConfigValue, type RunResult } from "../../support/engine";
import { startGke, type GkePlane } from "../../support/gke";
import { judged, words, writeBeside } from "../../support/policy-pack";
import { repository, requireToolchain } from "../../support/toolchain";

const cluster = "gcp:container/cluster:Cluster";
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const user = "gcp:sql/user:User";
const network = "gcp:compute/network:Network";
const key = "gcp:kms/cryptoKey:CryptoKey";
const member = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember";
const bucket = "gcp:storage/bucket:Bucket";
const marker = "not a real secret: ";

/** A bucket as somebody writes it by hand, without any word on what it is for. */
const byHand = `new (require("@pulumi/gcp/storage").Bucket)("by-hand", { location: "US" });`;

/** What is told to other stacks. */
interface Told {
  readonly published: { readonly cells: Readonly<Record<string, { readonly capacity: object }>> };
  readonly manifest: { readonly cells: object; readonly tenants: Readonly<Record<string, { readonly state: string }>> };
}

describe("the multi-tenant backend of the GCP sample on the real engine with a stand-in cloud and an API server for each cell", function () {
  this.timeout(1_800_000);
  this.bail(true); // one test goes on where the one before it ended
  let engine: Engine;
  const planes: GkePlane[] = [];
  const text = fs.readFileSync(path.join(repository, "Pulumi.gcp-multi-tenant-sample.yaml"), "utf8");
  const { config } = YAML.parse(text) as { config: Record<string, ConfigValue> };
  const sample = config["sourcegraph:multiTenant"] as unknown as MultiTenantSection;
  const { exceptions = [] } = config["sourcegraph:boundaries"] as { exceptions?: [] };

  /** Cells of the sample, each of which fits into the three nodes of a test cluster. */
  const cells = (more: MultiTenantSection["cells"] = {}, ...names: string[]): MultiTenantSection["cells"] =>
    Object.fromEntries(
      names.map((name) => {
        const cell = sample.cells[name];
        assert.ok(cell);
        return [name, { ...cell, size: "XS", ...more[name] }];
      }),
    );
  const set = (section: Omit<MultiTenantSection, "environment">, more: Readonly<Record<string, ConfigValue>> = {}) =>
    engine.writeConfig({
      "sourcegraph:multiTenant": { environment: sample.environment, ...section },
      ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`sourcegraph:${name}`, value])),
    });
  const draining = { "cell-1": { state: "draining" } } as unknown as MultiTenantSection["cells"];
  const tenant = (state: "active" | "suspended" | "deleted") => {
    const { acme } = sample.tenants ?? {};
    assert.ok(acme);
    return { acme: { ...acme, state } };
  };

  before(async function () {
    const bin = requireToolchain(this);
    for (const last of [21, 22]) planes.push(await startGke(this, ["general", "search"], `203.0.113.${last}`));
    this.timeout(1_800_000);
    const { "sourcegraph:secrets": _secrets, ...plain } = config;
    engine = await Engine.start({
      bin,
      project: builtProject(),
      config: plain,
      env: { SGBOX_STANDIN_GKE: "1", KUBECONFIG: planes.map((plane) => plane.cluster.kubeconfig).join(":") },
      timeoutMs: 900_000,
    });
    set({ cells: cells({}, "cell-1") });
    for (const name of ["cell1Client", "acmeClient"])
      await engine.configSet(`sourcegraph:secrets.${name}`, `${marker}${name}`, { secret: true, path: true });
  });
  after(() => {
    engine?.stop();
    for (const plane of planes) plane.stop();
  });

  /** What the procedure has a person delete: databases and Redis, which are kept when they leave the program and hold the network. */
  const deleteStores = (chosen: RegExp) =>
    engine.editCloud((cloud) => {
      for (const [id, { type, urn = "" }] of Object.entries(cloud.objects))
        if (chosen.test(urn) && /^gcp:(sql|redis)\//.test(type)) delete cloud.objects[id];
    });

  const succeeded = (result: RunResult): string[] => {
    assert.equal(result.code, 0, result.stdout + result.stderr);
    return [...result.changes].sort();
  };
  const nameOf = (change: string): string => change.split(" ").at(-1) ?? "";
  /** The control plane that stands behind a cell's cluster. */
  const planeOf = (cell: string) => {
    const made = engine
      .cloud()
      .all(cluster)
      .find(({ urn = "" }) => urn.endsWith(`::${cell}-cluster`));
    const found = planes.find((plane) =>
      fs.readFileSync(plane.cluster.kubeconfig, "utf8").includes(String(made?.outputs["endpoint"])),
    );
    assert.ok(found, cell);
    return found.cluster;
  };
  const secretsOf = async (cell: string): Promise<string[]> => {
    const secrets = await liveObjects(planeOf(cell), "secrets", "sourcegraph");
    return secrets.flatMap(({ data }) =>
      Object.values(data ?? {}).map((value) => Buffer.from(value, "base64").toString()),
    );
  };
  const told = async (): Promise<Told> => (await engine.outputs()) as unknown as Told;

  it("finishes a first update whose engine was killed at a cluster, and is not found fault with by the policy pack", async () => {
    const at = { op: "create", type: cluster, kill: "engine" } as const;
    const killed = await engine.up({ args: ["--parallel", "1"], faults: [at] });
    assert.equal(killed.code, null);
    await engine.cancel();
    const run = await engine.up({ ...judged(engine, { exceptions }), faults: [] });
    succeeded(run);
    assert.deepEqual(words(run), []);
    assert.equal(engine.cloud().all(cluster).length, 1);
    assert.equal(engine.cloud().all(server).length, 3);
    assert.equal(engine.cloud().all("gcp:orgpolicy/policy:Policy").length, 7);
  });

  it("changes nothing by a second preview and by a refresh", async () => {
    assert.deepEqual(succeeded(await engine.preview()), []);
    assert.deepEqual(succeeded(await engine.refresh()), []);
  });

  it("keeps secrets out of the state, the outputs and everything printed", async () => {
    const cloud = engine.cloud();
    const passwords = cloud.all(user).map(({ inputs }) => String(inputs["password"]));
    assert.equal(new Set(passwords).size, 3);
    const places = [engine.exportState(), JSON.stringify(cloud.log), fs.readFileSync(engine.configFile(), "utf8")];
    for (const value of [marker, ...passwords]) for (const place of places) assert.ok(!place.includes(value));
    const outputs = JSON.stringify(await engine.outputs());
    for (const value of [marker, ...passwords]) assert.ok(!outputs.includes(value));
  });

  it("is stopped by the policy pack at a bucket that somebody wrote beside it, before anything is made", async () => {
    writeBeside(engine, byHand);
    const run = await engine.preview(judged(engine, { exceptions }));
    writeBeside(engine, "");
    assert.notEqual(run.code, 0);
    assert.ok(words(run).length > 0, run.stdout);
    assert.deepEqual(
      words(run).filter((line) => !line.startsWith("'by-hand' breaks ")),
      [],
    );
    assert.deepEqual(
      engine
        .cloud()
        .all(bucket)
        .filter(({ urn = "" }) => urn.endsWith("::by-hand")),
      [],
    );
  });

  it("makes the cell of a tenant that has one alone, and touches nothing of another cell", async () => {
    const start = engine.cloud().log.length;
    set({ cells: cells({}, "cell-1", "acme"), tenants: tenant("active") });
    const changes = succeeded(await engine.up());
    // The edge leads a host name more.
    const edge = /^update (sourcegraph:|gcp:compute\/uRLMap:)/;
    assert.deepEqual(
      changes.filter((change) => !/^create /.test(change) && !edge.test(change)),
      [],
    );
    assert.deepEqual(
      changes.filter((change) => /^cell-/.test(nameOf(change))),
      [],
    );
    assert.deepEqual(
      engine
        .cloud()
        .log.slice(start)
        .filter(({ op, type }) => op !== "create" && type !== "gcp:compute/uRLMap:URLMap"),
      [],
    );
    assert.equal(engine.cloud().all(cluster).length, 2);
    assert.ok((await secretsOf("acme")).some((value) => value.includes(`${marker}acmeClient`)));
    assert.equal((await told()).manifest.tenants["acme"]?.state, "active");
  });

  it("has every cell in a project of its own with its own control plane, keys and secrets, and shares none", async () => {
    const cloud = engine.cloud();
    const of = (type: string, cell: string) => cloud.all(type).filter(({ urn = "" }) => urn.includes(`::${cell}-`));
    for (const [cell, other] of [
      ["cell-1", "acme"],
      ["acme", "cell-1"],
    ] as const) {
      const project = sample.cells[cell]?.account.id ?? "";
      for (const { id, outputs } of [...of(server, cell), ...of(key, cell), ...of(bucket, cell)])
        assert.ok(`${id} ${String(outputs["project"])}`.includes(project), id);
      // What a service of Google does with a key, it does as its agent in the cell's own project.
      const agents = new Set(
        of(member, cell).flatMap(({ outputs }) => /service-(\d+)@/.exec(String(outputs["member"]))?.[1] ?? []),
      );
      assert.equal(agents.size, 1);
      const secrets = await secretsOf(cell);
      const client = `${marker}${cell.replace("-", "")}Client`;
      assert.ok(secrets.some((value) => value.includes(client)));
      const others = new Set(await secretsOf(other));
      // Only passwords and the like are long and without blanks or lines.
      const shared = secrets.filter((value) => /^[A-Za-z0-9]{24,}$/.test(value) && others.has(value));
      assert.deepEqual(shared, []);
      assert.ok(![...others].some((value) => value.includes(client)));
    }
  });

  it("is told of a cell that drains by its state alone: no resource changes", async () => {
    const before = await told();
    set({ cells: cells(draining, "cell-1", "acme"), tenants: tenant("active") });
    assert.deepEqual(succeeded(await engine.up()), []);
    const after = await told();
    const { "cell-1": drained, ...others } = before.published.cells;
    assert.deepEqual(after.published, {
      ...before.published,
      cells: { ...others, "cell-1": { ...drained, capacity: { ...drained?.capacity, state: "draining" } } },
    });
    assert.deepEqual(after.manifest, before.manifest);
  });

  it("takes nobody away by a forgotten line: the tenant leaves by its state, and its cell by its procedure", async () => {
    set({ cells: cells(draining, "cell-1", "acme"), tenants: tenant("deleted") });
    assert.deepEqual(
      succeeded(await engine.up()).filter((change) => !/^(update|delete) (sourcegraph:|gcp:compute\/)/.test(change)),
      [],
    );
    set({ cells: cells(draining, "cell-1"), tenants: {} });
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

  it("takes the cell away once guards are lifted and its stores are deleted by hand, and touches no other cell", async () => {
    set({ cells: cells(draining, "cell-1", "acme"), tenants: tenant("deleted") }, { deletionProtection: false });
    succeeded(await engine.up());
    deleteStores(/::acme-/);
    await engine.unprotect((urn) => /::acme(-[^:]*)?$/.test(urn));
    set({ cells: cells(draining, "cell-1"), tenants: {} }, { acknowledge: ["purged:acme", "drained:acme"] });
    const changes = succeeded(await engine.up());
    assert.deepEqual(
      changes.filter((change) => /^cell-1/.test(nameOf(change)) && change.startsWith("delete ")),
      [],
    );
    const named = (type: string) =>
      engine
        .cloud()
        .all(type)
        .map(({ urn = "" }) => urn.split("::").at(-1) ?? "");
    assert.deepEqual(named(cluster), ["cell-1-cluster"]);
    assert.equal(named(key).filter((name) => name.startsWith("acme-")).length, 8);
    assert.equal(named(bucket).filter((name) => name.startsWith("acme-")).length, 1);
    assert.equal(named(server).length, 3);
  });

  it("is destroyed once protection is lifted, which lies on all that holds data, and leaves that", async () => {
    const state = JSON.parse(engine.exportState()) as {
      checkpoint: { latest: { resources: { type: string; urn: string; protect?: boolean }[] } };
    };
    const open = state.checkpoint.latest.resources.filter(
      ({ type, protect }) => [server, key, bucket].includes(type) && !protect,
    );
    assert.deepEqual(open, []);
    set({ cells: cells(draining, "cell-1"), tenants: {} }, { deletionProtection: false });
    succeeded(await engine.up());
    deleteStores(/::cell-1-/);
    await engine.unprotect();
    succeeded(await engine.destroy());
    const left = new Set(Object.values(engine.cloud().objects).map(({ type }) => type));
    for (const type of [key, bucket]) assert.ok(left.has(type), type);
    for (const type of [cluster, network]) assert.ok(!left.has(type), type);
  });
});
