import assert from "node:assert/strict";
import { byName } from "../../support/cluster";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { requireToolchain } from "../../support/toolchain";

// The release is played: the stand-in keeps what Helm is given and lays a few of the chart's objects down. What is proven is
// what the engine makes of the program, and that the objects beside the release are ones a real API server takes.

const config = {
  release: "7.2.1943",
  size: "XS",
  kubernetes: { via: "helm", storageClass: { create: false }, ingress: { className: "nginx" } },
};
const acknowledge = ["backup-first", "oob-complete"];
const release = "kubernetes:helm.sh/v3:Release sourcegraph-helm-release";

interface Arguments {
  readonly version: string;
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe("the vendor's chart, on the real engine and a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let deployment: KubernetesDeployment;
  let bin: string;

  before(async function () {
    bin = requireToolchain(this);
    cluster = startKubernetes(this);
    deployment = await KubernetesDeployment.start(bin, cluster, config);
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
  });

  /** What Helm was given for a revision. */
  async function revision(number: number): Promise<Arguments> {
    const name = `sh.helm.release.v1.sourcegraph.v${number}`;
    const [secret] = (await deployment.objects("secrets")).filter(({ metadata }) => metadata.name === name);
    assert.ok(secret, name);
    return JSON.parse(Buffer.from(secret.data?.["release"] ?? "", "base64").toString()) as Arguments;
  }
  const replicas = async () =>
    byName(await deployment.objects("deployments,statefulsets"), ({ spec }) => spec?.["replicas"]);
  const sizes = async () =>
    byName(
      await deployment.objects("persistentvolumeclaims"),
      ({ spec }) => (spec as { resources: { requests: { storage: string } } }).resources.requests.storage,
    );

  it("comes up with the release after all it refers to and before the Ingress, and a second preview changes nothing", async () => {
    const up = await deployment.up();
    const order = up.changes.map((change) => change.split(" ").at(-1) ?? "");
    const places = [
      "sourcegraph-namespace-sourcegraph",
      "sourcegraph-instance",
      "sourcegraph-secret-pgsql-auth",
      "sourcegraph-helm-release",
      "sourcegraph-ingress-sourcegraph-frontend",
    ].map((name) => order.indexOf(name));
    assert.ok(!places.includes(-1), order.join("\n"));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    await deployment.assertSettled();
    assert.equal((await revision(1)).version, "7.2.1943");
    const { release: running, manifest, next } = await deployment.engine.outputs();
    assert.deepEqual([running, next, (manifest as { via: string }).via], ["7.2.1943", "", "helm"]);
  });

  it("grows claims and leaves the templates of the chart's StatefulSets as they were deployed", async () => {
    const [claims, identities, before] = [await deployment.claims(), await deployment.identities(), await revision(1)];
    deployment.set({ overrides: { gitserver: { storageGb: 900 }, pgsql: { storageGb: 700 } } });
    const up = await deployment.up();
    assert.deepEqual(up.changes.filter((change) => /Claim|Release|replace|delete/.test(change)).sort(), [
      "update kubernetes:core/v1:PersistentVolumeClaim sourcegraph-claim-repos-gitserver-0",
      `update ${release}`,
    ]);
    const { values } = await revision(2);
    assert.equal(values["gitserver"]?.["storageSize"], before.values["gitserver"]?.["storageSize"]);
    const { "PersistentVolumeClaim pgsql": pgsql, "PersistentVolumeClaim repos-gitserver-0": repos } = await sizes();
    assert.deepEqual([pgsql, repos], ["700Gi", "900Gi"]);
    assert.deepEqual([await deployment.claims(), await deployment.identities()], [claims, identities]);
    await deployment.assertSettled();
  });

  it("takes a standard upgrade in one update and in place, without a Job", async () => {
    const identities = await deployment.identities();
    deployment.set({ release: "7.3.2527", acknowledge });
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => /Release|Job|replace|delete/.test(change)),
      [`update ${release}`],
    );
    const { version, values } = await revision(3);
    assert.equal(version, "7.3.2527");
    assert.match(JSON.stringify(values["frontend"]?.["image"]), /7\.3\.2527@sha256:/);
    assert.deepEqual(values["pgsql"]?.["storageAnnotations"], { "helm.sh/resource-policy": "keep" });
    assert.deepEqual(await deployment.identities(), identities);
    await deployment.assertSettled();
  });

  it("stops what knows the databases and then runs the migrator, in the first update of a multi-version upgrade", async () => {
    deployment.set({ release: "7.5.4453" });
    const up = await deployment.up();
    const [helm, job] = ["Release", "Job"].map((kind) =>
      up.changes.findIndex((change) => change.includes(`:${kind} `)),
    );
    assert.ok(helm !== undefined && job !== undefined && helm >= 0 && helm < job, up.changes.join("\n"));
    const { version, values } = await revision(4);
    assert.equal(version, "7.3.2527");
    assert.deepEqual([values["frontend"]?.["replicaCount"], values["worker"]?.["replicaCount"]], [0, 0]);
    const { "Deployment sourcegraph-frontend": frontends, "StatefulSet pgsql": databases } = await replicas();
    assert.deepEqual([frontends, databases], [0, 1]);
    const [made] = await deployment.objects("jobs");
    assert.match(JSON.stringify(made?.spec), /"args":\["upgrade","--from","v7\.3","--to","v7\.5"/);
    assert.equal(
      (made?.["status"] as { succeeded?: number }).succeeded,
      1,
      "it ran to its end, with the chart's account",
    );
    assert.match(String((await deployment.engine.outputs())["next"]), /run the same update once more/);
  });

  it("starts the target in the second update", async () => {
    await deployment.up();
    const { version, values } = await revision(5);
    assert.deepEqual([version, values["frontend"]?.["replicaCount"]], ["7.5.4453", 1]);
    const { "Deployment sourcegraph-frontend": frontends } = await replicas();
    assert.equal(frontends, 1);
    assert.deepEqual(await deployment.objects("jobs"), []);
    await deployment.assertSettled();
  });

  it("takes an upgrade up again that Helm could not finish", async () => {
    deployment.set({ overrides: { gitserver: { storageGb: 900 }, pgsql: { storageGb: 710 } } });
    const fault = { op: "update", type: "kubernetes:helm.sh/v3:Release", error: "timed out" } as const;
    const failed = await deployment.engine.up({ faults: [fault] });
    assert.notEqual(failed.code, 0);
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => change.includes("Release")),
      [`update ${release}`],
    );
    await deployment.assertSettled();
  });

  it("leaves every claim with data when it is destroyed", async () => {
    const claims = await deployment.claims();
    const destroyed = await deployment.engine.destroy({ args: ["--exclude-protected"] });
    assert.equal(destroyed.code, 0, destroyed.stdout + destroyed.stderr);
    assert.deepEqual(await replicas(), {});
    const left = await deployment.claims();
    const caches = ["PersistentVolumeClaim cache-searcher-0"];
    assert.deepEqual(left, Object.fromEntries(Object.entries(claims).filter(([name]) => !caches.includes(name))));
  });

  it("takes over what the program had as objects, and gives it back, each once everything is handed over", async () => {
    const native = { ...config.kubernetes, via: "native", namespace: "second" };
    const handedOver = { ...native, handOver: true };
    const second = await KubernetesDeployment.start(
      bin,
      cluster,
      { ...config, name: "second", kubernetes: handedOver },
      "second",
    );
    try {
      await second.up();
      const objects = await second.identities();
      second.set({ kubernetes: { ...native, via: "helm" } });
      const over = await second.up();
      assert.ok(over.changes.includes("create kubernetes:helm.sh/v3:Release second-helm-release"), over.stdout);
      assert.deepEqual(await second.identities(), objects);
      await second.assertSettled();

      second.set({ kubernetes: native });
      const refused = await second.engine.preview();
      assert.match(refused.stdout, /'kubernetes\.via' cannot change from helm to native while the objects belong/);
      second.set({ kubernetes: { ...native, via: "helm", handOver: true } });
      await second.up();
      second.set({ kubernetes: native });
      await second.up();
      assert.deepEqual(await second.identities(), objects);
      await second.assertSettled();
    } finally {
      second.stop();
    }
  });
});
