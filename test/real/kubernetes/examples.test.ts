import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import YAML from "yaml";
import { byName, liveObjects } from "../../support/cluster";
import { Engine } from "../../support/engine";
import { exampleProject, type ExampleProject } from "../../support/example-project";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { requireToolchain } from "../../support/toolchain";

const storageClass = "standard";

describe("the examples for a cluster that is there, on the real engine and a real API server", function () {
  this.timeout(300_000);
  let cluster: TestCluster;
  let bin: string;
  let example: ExampleProject | undefined;
  let engine: Engine | undefined;

  before(function () {
    bin = requireToolchain(this);
    cluster = startKubernetes(this);
  });
  afterEach(() => {
    engine?.stop();
    example?.stop();
    engine = example = undefined;
  });
  after(() => cluster?.stop());

  /** The example with its config, as its README sets it up. */
  async function start(name: string, kubeconfig: string, config: Readonly<Record<string, string>>) {
    example = exampleProject(name);
    const keys = Object.entries(config).map(([key, value]) => [`sourcegraph-${name}:${key}`, value]);
    engine = await Engine.start({
      bin,
      project: example.folder,
      stack: "dev",
      config: Object.fromEntries(keys) as Record<string, string>,
      env: { KUBECONFIG: kubeconfig },
      timeoutMs: 280_000,
    });
    return engine;
  }

  async function up(on: Engine): Promise<readonly string[]> {
    const { code, stdout, stderr, changes } = await on.up();
    assert.equal(code, 0, stdout + stderr);
    return changes;
  }

  async function assertSettled(on: Engine): Promise<void> {
    const { code, changes, stdout } = await on.preview();
    assert.deepEqual([code, changes], [0, []], stdout);
  }

  /** A kubeconfig with the token of an account. */
  async function kubeconfigOf(account: string, namespace: string): Promise<string> {
    const { stdout } = await cluster.kubectl(["create", "token", account, `--namespace=${namespace}`]);
    const config = YAML.parse(readFileSync(cluster.kubeconfig, "utf8")) as { users: { user: object }[] };
    config.users = config.users.map((user) => ({ ...user, user: { token: stdout.trim() } }));
    const file = path.join(path.dirname(cluster.kubeconfig), `${account}.kubeconfig`);
    writeFileSync(file, YAML.stringify(config));
    return file;
  }

  it("restricted-kubernetes needs no right but those of its admin.yaml, in a namespace that enforces 'restricted'", async () => {
    const admin = readFileSync("examples/restricted-kubernetes/admin.yaml", "utf8");
    await cluster.kubectl(["apply", "--server-side", "-f", "-"], admin);
    const kinds = ["clusterroles,clusterrolebindings,namespaces,storageclasses,priorityclasses,ingressclasses"];
    const wide = async () => (await cluster.kubectl(["get", ...kinds, "--output=name"])).stdout;
    const before = await wide();
    const engine = await start("restricted-kubernetes", await kubeconfigOf("deployer", "team-search"), {
      namespace: "team-search",
      serviceAccount: "sourcegraph",
      domain: "sourcegraph.example.com",
      ingressClass: "openshift-default",
      tlsSecret: "sourcegraph-tls",
      storageClass,
      codeHostCidr: "10.20.0.0/16",
      registry: "registry.example.com/sourcegraph",
    });
    await engine.configSet("registryLogin", "someone:not-a-real-password", { secret: true });
    await up(engine);
    await assertSettled(engine);
    const outputs = await engine.outputs();
    assert.deepEqual([outputs["url"], outputs["next"]], ["https://sourcegraph.example.com", ""]);

    assert.equal(await wide(), before);
    const pods = await liveObjects(cluster, "pods", "team-search");
    const specs = pods.map(({ spec }) => spec as { serviceAccountName: string; containers: { image: string }[] });
    assert.ok(specs.length > 15);
    assert.deepEqual([...new Set(specs.map(({ serviceAccountName }) => serviceAccountName))], ["sourcegraph"]);
    for (const { containers } of specs)
      for (const { image } of containers) assert.match(image, /^registry\.example\.com\/sourcegraph\//);
    assert.doesNotMatch(JSON.stringify(specs), /"runAsUser"|"runAsGroup"|"fsGroup"/);
    const events = await liveObjects(cluster, "events", "team-search");
    assert.doesNotMatch(JSON.stringify(events), /violates PodSecurity/);

    const claims = byName(await liveObjects(cluster, "persistentvolumeclaims", "team-search"), (o) => o.metadata.uid);
    const { code, stdout } = await engine.destroy({ args: ["--exclude-protected"] });
    assert.equal(code, 0, stdout);
    const left = byName(await liveObjects(cluster, "all,persistentvolumeclaims", "team-search"), (o) => o.metadata.uid);
    const caches = ["PersistentVolumeClaim cache-searcher-0", "PersistentVolumeClaim redis-cache"];
    assert.deepEqual(
      Object.keys(left),
      Object.keys(claims).filter((name) => !caches.includes(name)),
    );
    assert.deepEqual(left, Object.fromEntries(Object.entries(claims).filter(([name]) => !caches.includes(name))));
  });
});
