import assert from "node:assert/strict";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { requireToolchain } from "../../support/toolchain";

const config = {
  release: "7.2.1943",
  size: "XS",
  kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" } },
};
const databases = ["codeinsights-db", "codeintel-db", "pgsql"];
const acknowledge = ["backup-first", "oob-complete"];
const frontend = "sourcegraph-deployment-sourcegraph-frontend";

describe("upgrades on Kubernetes, on the real engine and a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let deployment: KubernetesDeployment;
  let data: Record<string, string>;
  let objects: Record<string, string>;

  before(async function () {
    const bin = requireToolchain(this);
    cluster = startKubernetes(this);
    deployment = await KubernetesDeployment.start(bin, cluster, config);
  });
  // In a hook of its own: a control plane has less time to start than a deployment.
  before(async () => {
    await deployment.up();
    data = await deployment.claims();
    objects = await deployment.identities();
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
  });
  afterEach("nothing that holds data, and no set, service or deployment, was made anew", async () => {
    assert.deepEqual([await deployment.claims(), await deployment.identities()], [data, objects]);
  });

  /** Pods that each workload asks for, of those that ask for any. */
  async function asked(): Promise<string[]> {
    const all = await deployment.objects("deployments,statefulsets");
    return all
      .filter(({ spec }) => spec?.["replicas"] !== 0)
      .map(({ metadata }) => metadata.name)
      .sort();
  }
  /** Tags of the images of a workload's containers, each once. */
  async function tags(name: string): Promise<string[]> {
    const all = await deployment.objects("deployments,statefulsets");
    const object = all.find(({ metadata }) => metadata.name === name);
    const found = [...JSON.stringify(object?.spec).matchAll(/"image":"[^":]+:([^"@]+)/g)];
    return [...new Set(found.map(([, tag]) => tag ?? ""))];
  }
  async function jobs(): Promise<string[]> {
    return (await deployment.objects("jobs")).map(({ metadata }) => metadata.name.replace(/-[0-9a-f]{8}$/, ""));
  }

  it("refuses an upgrade whose manual steps nobody has acknowledged, before anything is registered", async () => {
    deployment.set({ release: "7.4.0" });
    const refused = await deployment.engine.preview();
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, /backup-first/);
    assert.deepEqual(refused.changes, []);
  });

  it("stops everything but the databases and brings the schemas, in the first update of a multi-version upgrade", async () => {
    deployment.set({ acknowledge });
    const up = await deployment.up();
    assert.deepEqual(await asked(), databases);
    assert.deepEqual(await jobs(), ["migrator-7-5-4453"]);
    const [job] = await deployment.objects("jobs");
    const [container] = (job?.spec as { template: { spec: { containers: { image: string; args: string[] }[] } } })
      .template.spec.containers;
    assert.deepEqual(container?.args, ["upgrade", "--from", "v7.2", "--to", "v7.4", "--disable-animation"]);
    assert.equal(
      container?.image,
      "index.docker.io/sourcegraph/migrator:7.5.4453@sha256:8a0c3a3cb5f3b7a0e56a171b6ce05b7a149b8b91286394dc8cd4727a0da3999e",
    );
    assert.deepEqual(await tags("pgsql"), ["7.2.1943"], up.stdout);
    const { release, next, manifest } = await deployment.engine.outputs();
    assert.equal(release, "7.2.1943");
    assert.match(String(next), /run the same update once more, which starts 7\.4\.0$/);
    assert.deepEqual((manifest as { pending: unknown }).pending, { from: "7.2.1943", to: "7.4.0", phase: "migrated" });
  });

  it("refuses to go back, or elsewhere, between the two updates", async () => {
    deployment.set({ release: "7.2.1943" });
    const refused = await deployment.engine.preview();
    assert.match(
      refused.stdout,
      /'release' is 7\.2\.1943, but the schemas were brought from 7\.2\.1943 to 7\.4\.0 and the services stand still; set it to 7\.4\.0 and finish the upgrade; the way back to 7\.2\.1943 is the backup/,
    );
    deployment.set({ release: "7.4.0" });
  });

  it("starts the wanted release in the second update, and then has nothing to change", async () => {
    await deployment.up();
    assert.ok((await asked()).includes("sourcegraph-frontend"));
    assert.deepEqual(await tags("gitserver"), ["7.4.0"]);
    assert.deepEqual(await jobs(), ["migrator-7-4-0"]);
    const { release, manifest } = await deployment.engine.outputs();
    assert.equal(release, "7.4.0");
    assert.equal((manifest as { pending?: unknown }).pending, undefined);
    await deployment.assertSettled();
  });

  it("recovers a standard upgrade whose engine was killed between the migrator and the roll-out", async () => {
    deployment.set({ release: "7.5.4453" });
    const killed = await deployment.engine.up({ faults: [{ op: "update", name: frontend, kill: "engine" }] });
    assert.equal(killed.code, null);
    // The Job before goes last.
    assert.deepEqual(await jobs(), ["migrator-7-4-0", "migrator-7-5-4453"]);
    assert.deepEqual(await tags("gitserver"), ["7.4.0"]);
    await deployment.engine.cancel();
    assert.equal(((await deployment.engine.outputs())["manifest"] as { release: string }).release, "7.4.0");
    await deployment.up();
    assert.deepEqual(await jobs(), ["migrator-7-5-4453"]);
    assert.deepEqual(await tags("gitserver"), ["7.5.4453"]);
    await deployment.assertSettled();
  });

  it("goes back to the release before when that is acknowledged, and runs no migrator", async () => {
    deployment.set({ release: "7.4.0" });
    const refused = await deployment.engine.preview();
    assert.match(refused.stdout, /add "rollback" to 'acknowledge' for it/);
    assert.deepEqual(refused.changes, []);
    deployment.set({ acknowledge: [...acknowledge, "rollback"] });
    await deployment.up();
    assert.deepEqual(await tags("gitserver"), ["7.4.0"]);
    assert.deepEqual(await jobs(), []);
    const { release, next, manifest } = await deployment.engine.outputs();
    assert.equal(release, "7.4.0");
    assert.match(String(next), /^7\.4\.0 runs again on the schemas of 7\.5\.4453/);
    assert.deepEqual((manifest as { lastHop: unknown }).lastHop, {
      from: "7.5.4453",
      to: "7.4.0",
      kind: "rollback",
    });
    deployment.set({ acknowledge });
    await deployment.assertSettled();
  });

  it("recovers an upgrade whose frontends did not become ready, and repeats the migrator's run", async () => {
    deployment.set({
      release: "7.5.4453",
      overrides: { "sourcegraph-frontend": { podAnnotations: { "fake.test/hold": "true" } } },
    });
    const failed = await deployment.engine.up({ env: { SGBOX_STANDIN_KUBE_SECONDS: "30" } });
    assert.notEqual(failed.code, 0);
    assert.match(failed.stdout, /"sourcegraph\/sourcegraph-frontend" failed to fully initialize or become live/);
    assert.deepEqual(await tags("gitserver"), ["7.4.0"]);
    deployment.set({ overrides: {} });
    await deployment.up();
    assert.deepEqual(await tags("gitserver"), ["7.5.4453"]);
    await deployment.assertSettled();
  });
});
