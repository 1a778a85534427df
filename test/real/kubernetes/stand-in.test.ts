import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { liveObjects, stopApiServer } from "../../support/cluster";
import { Engine } from "../../support/engine";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { requireToolchain } from "../../support/toolchain";

/** A program with objects of the kinds that matter, by the settings a test changes. */
const program = `
const fs = require("node:fs");
const core = require("@pulumi/kubernetes/core/v1");
const apps = require("@pulumi/kubernetes/apps/v1");
const batch = require("@pulumi/kubernetes/batch/v1");
const { Provider } = require("@pulumi/kubernetes/provider");
const settings = JSON.parse(fs.readFileSync(process.env.SETTINGS, "utf8"));
const provider = new Provider("cluster", { kubeconfig: fs.readFileSync(process.env.CLUSTER, "utf8"), deleteUnreachable: true, ...settings.provider });
const opts = { provider };
const namespace = new core.Namespace("demo", { metadata: { name: "demo" } }, opts);
const inside = { provider, dependsOn: namespace };
new core.ConfigMap("settings", { metadata: { name: "settings", namespace: "demo", annotations: settings.annotations }, data: { value: settings.value } }, inside);
const labels = { app: "store" };
new apps.StatefulSet("store", {
  metadata: { name: "store", namespace: "demo" },
  spec: {
    serviceName: "store",
    replicas: 1,
    selector: { matchLabels: labels },
    template: { metadata: { labels, annotations: settings.pods }, spec: { containers: [{ name: "store", image: "store:" + settings.image }] } },
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: settings.storage } } } }],
  },
}, inside);
new batch.Job("job", {
  metadata: { name: "job", namespace: "demo" },
  spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "job", image: "job:" + settings.image }] } } },
}, inside);
`;

const usual = { value: "a", image: "1", storage: "1Gi", provider: {}, annotations: {}, pods: {} };

describe("the stand-in of the kubernetes provider, against a real API server", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let engine: Engine;
  let bin: string;
  const set = (settings: object) => {
    writeFileSync(`${engine.folder}/settings.json`, JSON.stringify({ ...usual, ...settings }));
  };

  before(async function () {
    bin = requireToolchain(this);
    cluster = startKubernetes(this);
    engine = await Engine.start({ bin, program, env: { CLUSTER: cluster.kubeconfig } });
  });
  after(() => {
    engine?.stop();
    cluster?.stop();
  });
  const run = { env: {} as Record<string, string> };
  beforeEach(() => {
    run.env = { SETTINGS: `${engine.folder}/settings.json` };
    set({});
  });

  it("makes objects, waits for pods, and changes nothing a second time", async () => {
    const up = await engine.up(run);
    assert.equal(up.code, 0, up.stdout + up.stderr);
    const [set] = await liveObjects(cluster, "statefulsets", "demo");
    assert.equal((set?.["status"] as { readyReplicas: number }).readyReplicas, 1);
    assert.deepEqual((await engine.preview(run)).changes, []);
    assert.deepEqual((await engine.refresh(run)).code, 0);
    assert.deepEqual((await engine.preview(run)).changes, []);
  });

  it("replaces what the behaviour data says, deleting first where the name stays", async () => {
    set({ value: "b", storage: "2Gi", image: "2" });
    const { changes, stdout } = await engine.preview(run);
    assert.deepEqual(
      changes.filter((change) => change.startsWith("replace ")).sort(),
      [
        "replace kubernetes:apps/v1:StatefulSet store",
        "replace kubernetes:batch/v1:Job job",
        "replace kubernetes:core/v1:ConfigMap settings",
      ],
      stdout,
    );
  });

  it("changes a ConfigMap in place where the provider is told so", async () => {
    set({ value: "b", provider: { enableConfigMapMutable: true } });
    const { changes } = await engine.preview(run);
    assert.deepEqual(changes, ["update kubernetes:core/v1:ConfigMap settings"]);
  });

  it("shows the API server's refusals in previews", async () => {
    set({ image: "Not An Image", pods: { "bad key!": "x" } });
    const preview = await engine.preview(run);
    assert.notEqual(preview.code, 0);
    assert.match(preview.stdout, /spec\.template\.annotations: Invalid value: "bad key!"/);
  });

  it("refuses to make what is there, unless told to take over, and fields of others, unless forced", async () => {
    await cluster.kubectl(["create", "namespace", "other"]);
    await cluster.kubectl(
      ["apply", "--server-side", "--field-manager=helm", "-f", "-"],
      JSON.stringify({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "settings", namespace: "other" },
        data: { value: "theirs" },
      }),
    );
    const other = await Engine.start({
      bin,
      program: program.replaceAll('"demo"', '"other"'),
      env: { CLUSTER: cluster.kubeconfig },
    });
    try {
      const first = await other.up(run);
      assert.match(first.stdout, /resource "other" was not successfully created .* Namespace "other" already exists/);
      set({ provider: { upsertExistingObjects: true } });
      const second = await other.up(run);
      assert.match(second.stdout, /conflict with "helm": \.data\.value/);
      set({
        provider: { upsertExistingObjects: true, enablePatchForce: true },
        annotations: { "pulumi.com/patchForce": "false" },
      });
      const third = await other.up(run);
      assert.match(third.stdout, /conflict with "helm": \.data\.value/);
      set({ provider: { upsertExistingObjects: true, enablePatchForce: true } });
      assert.equal((await other.up(run)).code, 0);
      const [taken] = (await liveObjects(cluster, "configmaps", "other")).filter((o) => o.metadata.name === "settings");
      assert.deepEqual(taken?.data, { value: "a" });
    } finally {
      other.stop();
    }
  });

  it("records what did not become ready, with the reason, and fails", async () => {
    set({ pods: { "fake.test/hold": "true" } });
    const up = await engine.up({ env: { ...run.env, SGBOX_STANDIN_KUBE_SECONDS: "3" } });
    assert.notEqual(up.code, 0);
    assert.match(up.stdout, /"demo\/store" failed to fully initialize or become live: 0 of 1 replicas are ready/);
  });

  it("forgets what a cluster held that is gone", async () => {
    stopApiServer(cluster);
    const down = await engine.destroy(run);
    assert.equal(down.code, 0, down.stdout + down.stderr);
  });
});
