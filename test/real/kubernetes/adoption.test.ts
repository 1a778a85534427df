import assert from "node:assert/strict";
import { planKubernetes } from "../../../components/core/planning/kubernetes/plan";
import { renderManifests } from "../../../components/core/rendering/manifests/manifests";
import { metadata } from "../../../components/core/rendering/manifests/labels";
import type { KubernetesObject } from "../../../components/core/rendering/manifests/object";
import { secretText } from "../../../components/core/rendering/secret-text";
import { byName, type LiveObject } from "../../support/cluster";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { KubernetesDeployment } from "../../support/kubernetes-deployment";
import { kubernetesSpecification } from "../../support/kubernetes-plans";
import { requireToolchain } from "../../support/toolchain";

const kubernetes = { storageClass: { create: false, name: "standard" }, ingress: { className: "nginx" } };
const config = { release: "7.5.4453", size: "XS", kubernetes };
const passwords = {
  pgsqlPassword: "first-9d2",
  codeintelDbPassword: "second-9d2",
  codeinsightsDbPassword: "third-9d2",
};
/** Everything the chart has a template for, and what comes of it. */
const kinds =
  "configmaps,deployments,daemonsets,ingresses,persistentvolumeclaims,secrets,serviceaccounts,services,statefulsets";

/** What the chart lays down, as far as it is known here: the objects under its names, with the labels and marks of Helm. */
function laidDown(): KubernetesObject[] {
  const specification = kubernetesSpecification({ ...config, kubernetes: { ...kubernetes, handOver: true } });
  const plan = planKubernetes(specification);
  const secrets = plan.secretObjects.map(({ name, component, data }): KubernetesObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(plan, { name, component }),
    stringData: Object.fromEntries(
      Object.entries(data).map(([key, parts]) => [key, secretText(parts, passwords, false)]),
    ),
  }));
  const record = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "sh.helm.release.v1.sourcegraph.v1", namespace: plan.namespace.name, labels: { owner: "helm" } },
    type: "helm.sh/release.v1",
    stringData: { release: "a record" },
  };
  const objects = renderManifests(plan).filter(({ kind }) => kind !== "NetworkPolicy");
  return [...objects, ...secrets, record];
}

describe("taking over what Helm laid down, and handing it back, on a real API server", function () {
  this.timeout(600_000);
  let cluster: TestCluster;
  let deployment: KubernetesDeployment;
  let found: Record<string, string>;

  const uids = async () => byName(await deployment.objects(kinds), ({ metadata }) => metadata.uid);
  /** All that was laid down is the same, but for the set that a test makes anew. */
  const assertKept = async () => {
    const now = await uids();
    assert.deepEqual(
      Object.keys(found).filter((name) => now[name] !== found[name]),
      ["StatefulSet grafana"],
    );
  };
  const templates = async () =>
    byName(await deployment.objects("deployments,statefulsets,daemonsets"), ({ spec }) => spec?.["template"]);
  const named = async (name: string) => {
    const all = await deployment.objects("deployments,secrets");
    return all.find(({ metadata }) => metadata.name === name);
  };
  const managedBy = ({ metadata }: LiveObject) => metadata.labels?.["app.kubernetes.io/managed-by"];
  const releaseOf = ({ metadata }: LiveObject) => metadata.annotations?.["meta.helm.sh/release-name"];

  before(async function () {
    const bin = requireToolchain(this);
    cluster = startKubernetes(this);
    deployment = await KubernetesDeployment.start(bin, cluster, config);
    for (const [name, value] of Object.entries(passwords))
      await deployment.engine.configSet(`sourcegraph:secrets.${name}`, value, { secret: true, path: true });
  });
  before("what Helm laid down", async () => {
    // Helm 3 creates on the client's side, Helm 4 applies on the server's: half and half.
    const objects = laidDown();
    const [first, ...others] = objects;
    const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await cluster.kubectl(["create", "--field-manager=helm", "-f", "-"], list([first]));
    await cluster.kubectl(["create", "--field-manager=helm", "-f", "-"], list(others.filter((_, at) => at % 2 === 0)));
    await cluster.apply(
      others.filter((_, at) => at % 2 === 1),
      "--field-manager=helm",
    );
    await cluster.kubectl(["rollout", "status", "statefulset/gitserver", "--namespace=sourcegraph", "--timeout=60s"]);
    found = await uids();
  });
  after(() => {
    deployment?.stop();
    cluster?.stop();
  });

  it("is refused by the API server for a set whose claims have another template, and goes on with the set alone made anew", async () => {
    deployment.set({ overrides: { grafana: { storageGb: 5 } } });
    const refused = await deployment.engine.up();
    assert.notEqual(refused.code, 0);
    assert.match(
      refused.stdout,
      /StatefulSet\.apps "grafana" is invalid: spec: Forbidden: updates to statefulset spec/,
    );
    await cluster.kubectl(["delete", "statefulset", "grafana", "--cascade=orphan", "--namespace=sourcegraph"]);
  });

  it("takes every object over, deletes none and makes none anew", async () => {
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => /^(delete|replace) /.test(change)),
      [],
    );
    await assertKept();
    const frontend = await named("sourcegraph-frontend");
    assert.equal(frontend && managedBy(frontend), "Pulumi");
    const login = await named("pgsql-auth");
    assert.equal(Buffer.from(login?.data?.["password"] ?? "", "base64").toString(), passwords.pgsqlPassword);
    await deployment.assertSettled();
  });

  it("lets what was taken over grow in place, although the template of the claim keeps its size", async () => {
    deployment.set({ overrides: { grafana: { storageGb: 5 }, gitserver: { storageGb: 900 } } });
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => /Claim|replace|delete/.test(change)),
      ["update kubernetes:core/v1:PersistentVolumeClaim sourcegraph-claim-repos-gitserver-0"],
    );
    await assertKept();
  });

  it("hands every object back to Helm, by marks alone: no pod restarts", async () => {
    const before = await templates();
    deployment.set({ kubernetes: { ...kubernetes, handOver: true } });
    const up = await deployment.up();
    assert.deepEqual(
      up.changes.filter((change) => !change.startsWith("update ")),
      [],
    );
    const objects = await deployment.objects(
      "configmaps,deployments,daemonsets,ingresses,serviceaccounts,services,statefulsets",
    );
    assert.deepEqual(await templates(), before);
    // What the cluster itself makes in every namespace is nobody's.
    const ours = objects.filter(({ metadata }) => metadata.labels?.["deploy"] === "sourcegraph");
    assert.ok(ours.length > 50, String(ours.length));
    assert.deepEqual(
      ours.filter((object) => managedBy(object) !== "Helm" || releaseOf(object) !== "sourcegraph"),
      [],
    );
  });

  it("leaves every object in the cluster when the program ends, but for the mark and the Job", async () => {
    const before = await uids();
    const down = await deployment.engine.destroy();
    assert.equal(down.code, 0, down.stdout + down.stderr);
    const after = await uids();
    assert.deepEqual(
      Object.keys(before).filter((name) => after[name] !== before[name]),
      ["ConfigMap sourcegraph-instance"],
    );
    assert.deepEqual(await deployment.objects("jobs"), []);
    assert.equal((await deployment.engine.preview()).code, 0);
  });
});
