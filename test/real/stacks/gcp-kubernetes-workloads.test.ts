import assert from "node:assert/strict";
import { liveObjects } from "../../support/cluster";
import { startGke, type GkePlane } from "../../support/gke";
import type { TestCluster } from "../../support/kubernetes";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack } from "./sample";

const cluster = "gcp:container/cluster:Cluster";
const nodePool = "gcp:container/nodePool:NodePool";
const address = "gcp:compute/globalAddress:GlobalAddress";
const server = "gcp:sql/databaseInstance:DatabaseInstance";
const member = "gcp:storage/bucketIAMMember:BucketIAMMember";
const user = "gcp:sql/user:User";

describe("a cluster on GKE with Sourcegraph on it, on the real engine with a stand-in cloud and a real API server", function () {
  this.timeout(600_000);
  this.bail(true); // one test goes on where the one before it ended
  let plane: GkePlane;
  let kubernetes: TestCluster;
  let stack: SampleStack;
  const settings = { version: "1.33" };

  before(async function () {
    const bin = requireToolchain(this);
    plane = await startGke(this, ["general", "search", "stores"]);
    kubernetes = plane.cluster;
    stack = await SampleStack.start(
      bin,
      "gcp",
      {
        shape: "kubernetes",
        usage: undefined,
        size: "XS",
        databases: "managed",
        objectStorage: "managed",
        cluster: settings,
      },
      { env: { SGBOX_STANDIN_GKE: "1", KUBECONFIG: kubernetes.kubeconfig }, timeoutMs: 280_000 },
    );
  });
  after(() => {
    stack?.stop();
    plane?.stop();
  });

  it("comes up by the kubeconfig of the cluster it makes, and a second preview changes nothing", async () => {
    await stack.changes("up");
    assert.deepEqual(await stack.changes("preview"), []);
    const { url, next } = await stack.engine.outputs();
    assert.deepEqual([url, next], ["https://sourcegraph.example.com", ""]);
  });

  it("tells pods where Google's services are, and lets the accounts of those that keep uploads into the bucket", async () => {
    const secrets = await liveObjects(kubernetes, "secrets", "sourcegraph");
    const values = secrets.flatMap(({ data }) =>
      Object.values(data ?? {}).map((text) => Buffer.from(text, "base64").toString()),
    );
    const cloud = stack.engine.cloud();
    for (const { outputs } of cloud.all(server)) assert.ok(values.includes(String(outputs["privateIpAddress"])));
    const passwords = cloud.all(user).map(({ inputs }) => String(inputs["password"]));
    for (const password of passwords) assert.ok(values.includes(password));
    const accounts = (await liveObjects(kubernetes, "serviceaccounts", "sourcegraph")).map(
      ({ metadata }) => metadata.name,
    );
    const members = cloud.all(member).map(({ inputs }) => String(inputs["member"]));
    assert.notEqual(members.length, 0);
    for (const each of members) {
      const [, namespace, account = ""] = /\/subject\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(each) ?? [];
      assert.ok(namespace === "sourcegraph" && accounts.includes(account), each);
    }
  });

  it("names in its Ingress the address that the stack has made", async () => {
    const [ingress] = await liveObjects(kubernetes, "ingresses", "sourcegraph");
    const names = stack.engine
      .cloud()
      .all(address)
      .map(({ outputs }) => outputs["name"]);
    assert.ok(names.includes(ingress?.metadata.annotations?.["kubernetes.io/ingress.global-static-ip-name"]));
  });

  it("takes a new version of Kubernetes to control plane and nodes, and leaves Sourcegraph alone", async () => {
    const before = await liveObjects(kubernetes, "deployments,statefulsets,persistentvolumeclaims", "sourcegraph");
    stack.set({ cluster: { version: "1.34" } });
    const changes = await stack.changes("up");
    assert.ok(changes.includes(`update ${cluster} sourcegraph-cluster`), changes.join("\n"));
    assert.deepEqual(
      changes.filter((change) => !change.includes(cluster) && !change.includes(nodePool)),
      [],
    );
    const after = await liveObjects(kubernetes, "deployments,statefulsets,persistentvolumeclaims", "sourcegraph");
    const specs = (objects: typeof before) => objects.map(({ metadata }) => [metadata.uid, metadata.generation]);
    assert.deepEqual(specs(after), specs(before));
  });

  it("goes down with Sourcegraph first and the network last, which the databases hold, and leaves all data", async () => {
    stack.set({ deletionProtection: false });
    await stack.changes("up");
    const claims = await liveObjects(kubernetes, "persistentvolumeclaims", "sourcegraph");
    await stack.engine.unprotect();
    const steps = await stack.steps(async () => {
      const refused = await stack.run("destroy");
      assert.equal(refused.code, 1);
      assert.match(refused.stdout, /resourceInUseByAnotherResource/);
    });
    const of = (pattern: RegExp) => steps.filter((step) => pattern.test(step)).map((step) => steps.indexOf(step));
    const places = [
      of(/^delete kubernetes:(apps|networking\.k8s\.io)\/v1:(Deployment|StatefulSet|Ingress) /),
      of(/^delete gcp:container\/nodePool:NodePool /),
      of(/^delete gcp:container\/cluster:Cluster /),
      of(/^delete gcp:compute\/subnetwork:Subnetwork /),
    ];
    assert.ok(!places.some(({ length }) => length === 0), steps.join("\n"));
    for (const [index, later] of places.slice(1).entries())
      assert.ok(Math.max(...(places[index] ?? [])) < Math.min(...later), steps.join("\n"));
    const uids = (objects: typeof claims) => objects.map(({ metadata }) => metadata.uid);
    const kept = claims.filter(({ metadata }) => !/searcher|cache/.test(metadata.name));
    const left = uids(await liveObjects(kubernetes, "persistentvolumeclaims", "sourcegraph"));
    assert.deepEqual(
      uids(kept).filter((uid) => !left.includes(uid)),
      [],
    );
    const cloud = stack.engine.cloud();
    assert.deepEqual(
      [cluster, server, "gcp:storage/bucket:Bucket"].map((type) => cloud.all(type).length),
      [0, 3, 1],
    );
    // Once somebody has deleted the databases by hand, nothing is left in the way.
    stack.engine.editCloud(({ objects }) => {
      for (const [key, { type }] of Object.entries(objects)) if (type.startsWith("gcp:sql/")) delete objects[key];
    });
    await stack.changes("destroy");
    assert.deepEqual(
      stack.left().filter((type) => type.startsWith("gcp:compute/")),
      [],
    );
  });
});
