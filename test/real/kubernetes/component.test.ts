import assert from "node:assert/strict";
import { byName } from "../../support/cluster";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { requireToolchain } from "../../support/toolchain";

const marker = "marker-of-a-secret-9c1d";
const kubernetes = { storageClass: { create: false }, ingress: { className: "nginx" } };
const config = {
  release: "7.5.4453",
  size: "XS",
  kubernetes,
  overrides: { worker: { env: { TOKEN: "${secret:token}" } } },
};

describe("Sourcegraph on a cluster, on the real engine and a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let bin: string;
  let deployment: KubernetesDeployment;

  before(async function () {
    bin = requireToolchain(this);
    cluster = startKubernetes(this);
    deployment = await KubernetesDeployment.start(bin, cluster, config);
    await deployment.engine.configSet("sourcegraph:secrets.token", marker, { secret: true, path: true });
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
  });

  it("comes up in the order of a roll-out, and a second preview changes nothing", async () => {
    const up = await deployment.up();
    const order = up.changes
      .filter((change) => /:(Deployment|StatefulSet|Job|ConfigMap) /.test(change))
      .map((change) => change.split(" ").at(-1) ?? "");
    const at = (name: string) => order.indexOf(`sourcegraph-${name}`);
    const places = [
      "instance",
      "config-map-pgsql-conf",
      "stateful-set-pgsql",
      "job-migrator",
      "deployment-sourcegraph-frontend",
      "stateful-set-gitserver",
      "deployment-worker",
      "stateful-set-grafana",
    ].map(at);
    assert.ok(!places.includes(-1), order.join("\n"));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    await deployment.assertSettled();
    const { url, release, namespace, manifest, next } = await deployment.engine.outputs();
    assert.deepEqual([url, release, next], ["http://(address of the load balancer)", "7.5.4453", ""]);
    assert.equal(namespace, undefined);
    assert.equal((manifest as { namespace: string }).namespace, "sourcegraph");
  });

  it("hands secrets to the pods and keeps them out of state, outputs and every other object", async () => {
    const secrets = await deployment.objects("secrets");
    assert.ok(secrets.some(({ data }) => Object.values(data ?? {}).includes(Buffer.from(marker).toString("base64"))));
    const others = JSON.stringify(
      await deployment.objects("configmaps,deployments,statefulsets,daemonsets,jobs,services,replicasets"),
    );
    const outputs = JSON.stringify(await deployment.engine.outputs());
    for (const text of [others, outputs, deployment.engine.exportState()]) assert.ok(!text.includes(marker));
  });

  it("rolls only the pods that read a setting that changes", async () => {
    const before = await deployment.generations();
    deployment.set({ overrides: { ...config.overrides, "precise-code-intel-worker": { env: { EXTRA: "1" } } } });
    await deployment.up();
    const after = await deployment.generations();
    assert.deepEqual(
      Object.keys(after).filter((name) => after[name] !== before[name]),
      ["Deployment precise-code-intel-worker"],
    );
  });

  it("rolls only the pods that read a secret that changes", async () => {
    const before = await deployment.generations();
    await deployment.engine.configSet("sourcegraph:secrets.token", `${marker}-2`, { secret: true, path: true });
    await deployment.up();
    const after = await deployment.generations();
    assert.deepEqual(
      Object.keys(after).filter((name) => after[name] !== before[name]),
      ["Deployment worker"],
    );
  });

  it("grows claims in place: of one workload's own and of a template, and neither set is made anew", async () => {
    const [claims, identities] = [await deployment.claims(), await deployment.identities()];
    deployment.set({
      overrides: { ...config.overrides, gitserver: { storageGb: 900 }, pgsql: { storageGb: 700 } },
    });
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => /Claim|replace|delete/.test(change)).sort(),
      [
        "update kubernetes:core/v1:PersistentVolumeClaim sourcegraph-claim-pgsql",
        "update kubernetes:core/v1:PersistentVolumeClaim sourcegraph-claim-repos-gitserver-0",
      ],
      up.stdout,
    );
    assert.deepEqual([await deployment.claims(), await deployment.identities()], [claims, identities]);
    const sizes = byName(
      await deployment.objects("persistentvolumeclaims"),
      ({ spec }) => (spec as { resources: { requests: { storage: string } } }).resources.requests.storage,
    );
    assert.deepEqual(
      [sizes["PersistentVolumeClaim pgsql"], sizes["PersistentVolumeClaim repos-gitserver-0"]],
      ["700Gi", "900Gi"],
    );
    await deployment.assertSettled();
  });

  it("refuses a claim that shrinks, before anything is registered", async () => {
    deployment.set({
      overrides: { ...config.overrides, gitserver: { storageGb: 800 }, pgsql: { storageGb: 700 } },
    });
    const refused = await deployment.engine.preview();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stdout,
      /'repos-gitserver-0' would shrink from 900 GiB to 800 GiB, and a disk only grows; keep it as it is, or deploy a second instance and move the data by backup and restore/,
    );
    assert.deepEqual(refused.changes, []);
    deployment.set({
      overrides: { ...config.overrides, gitserver: { storageGb: 900 }, pgsql: { storageGb: 700 } },
    });
  });

  it("makes claims ahead of new replicas, and lists the replicas to those that ask them", async () => {
    deployment.set({
      overrides: { ...config.overrides, gitserver: { storageGb: 900, replicas: 2 }, pgsql: { storageGb: 700 } },
    });
    const up = await deployment.up();
    assert.ok(
      up.changes.includes("create kubernetes:core/v1:PersistentVolumeClaim sourcegraph-claim-repos-gitserver-1"),
      up.changes.join("\n"),
    );
    const [frontend] = (await deployment.objects("deployments")).filter(
      ({ metadata }) => metadata.name === "sourcegraph-frontend",
    );
    assert.match(JSON.stringify(frontend?.spec), /gitserver-0\.gitserver:3178 gitserver-1\.gitserver:3178/);
    await deployment.assertSettled();
  });

  it("is refused a namespace that another instance has, before anything is changed there", async () => {
    const other = await KubernetesDeployment.start(bin, cluster, { ...config, name: "second", overrides: {} });
    try {
      const versions = async () => byName(await deployment.objects("configmaps,secrets,services"), (o) => o.metadata);
      const before = await versions();
      for (const refused of [await other.engine.preview(), await other.engine.up()]) {
        assert.notEqual(refused.code, 0);
        assert.match(refused.stdout, /conflict with "pulumi-kubernetes-[0-9a-f]{8}".*: \.data\.owner/);
      }
      assert.deepEqual(await versions(), before);
    } finally {
      other.stop();
    }
  });
});
