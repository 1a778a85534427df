import assert from "node:assert/strict";
import { stopApiServer } from "../../support/cluster";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { requireToolchain } from "../../support/toolchain";

const config = {
  release: "7.5.4453",
  size: "XS",
  kubernetes: { storageClass: { create: false }, ingress: { className: "nginx" } },
};
/** Claims of caches, which go with the program. */
const caches = ["PersistentVolumeClaim cache-searcher-0", "PersistentVolumeClaim redis-cache"];

describe("taking Sourcegraph off a cluster, on the real engine and a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let deployment: KubernetesDeployment;
  let claims: Record<string, string>;
  let secret: string | undefined;

  before(async function () {
    const bin = requireToolchain(this);
    cluster = startKubernetes(this);
    deployment = await KubernetesDeployment.start(bin, cluster, config);
  });
  // In a hook of its own: a control plane has less time to start than a deployment.
  before(async () => {
    await deployment.up();
    [claims, secret] = [await deployment.claims(), await password()];
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
  });

  const password = async () => {
    const secrets = await deployment.objects("secrets");
    return secrets.find(({ metadata }) => metadata.name === "pgsql-auth")?.data?.["password"];
  };

  /** Every claim is still the same, but for those of caches. */
  const assertOnlyCachesGone = async () => {
    const after = await deployment.claims();
    const changed = Object.keys(claims).filter((name) => after[name] !== claims[name]);
    assert.deepEqual(
      changed.filter((name) => !caches.includes(name)),
      [],
    );
  };

  it("stops at what holds data while that is protected, and leaves it alone", async () => {
    const refused = await deployment.engine.destroy();
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout, /cannot be deleted\s+because it is protected/);
    await assertOnlyCachesGone();
  });

  it("takes all else, and leaves the claims, the namespace and the passwords of the databases", async () => {
    const down = await deployment.engine.destroy({ args: ["--exclude-protected"] });
    assert.equal(down.code, 0, down.stdout + down.stderr);
    const left = Object.keys(await deployment.identities());
    assert.deepEqual(
      left.filter((name) => !name.startsWith("PersistentVolumeClaim ")),
      [],
    );
    await assertOnlyCachesGone();
    assert.equal(await password(), secret);
  });

  it("finds the claims and the passwords again when it comes back", async () => {
    await deployment.up();
    await assertOnlyCachesGone();
    assert.equal(await password(), secret);
  });

  it("ends clean, and soon, when the cluster is gone", async () => {
    await deployment.engine.unprotect();
    stopApiServer(cluster);
    const start = Date.now();
    const down = await deployment.engine.destroy();
    assert.equal(down.code, 0, down.stdout + down.stderr);
    assert.ok(Date.now() - start < 60_000, `took ${(Date.now() - start) / 1000} s`);
    const { deployment: state } = JSON.parse(deployment.engine.exportState()) as { deployment?: { resources?: [] } };
    assert.deepEqual(state?.resources ?? [], []);
  });
});
