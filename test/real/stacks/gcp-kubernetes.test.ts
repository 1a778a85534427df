import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { SampleStack, timed } from "./sample";

const cluster = "gcp:container/cluster:Cluster";
const nodePool = "gcp:container/nodePool:NodePool";
const backupPlan = "gcp:gkebackup/backupPlan:BackupPlan";
const network = "gcp:compute/network:Network";
const subnetwork = "gcp:compute/subnetwork:Subnetwork";
const nat = "gcp:compute/routerNat:RouterNat";
const key = "gcp:kms/cryptoKey:CryptoKey";
const keyUser = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember";
const account = "gcp:serviceaccount/account:Account";

const pools = ["general", "search", "stores"];
const nodes = (op: string, which: readonly string[] = pools) =>
  which.map((pool) => `${op} ${nodePool} sourcegraph-${pool}`);
const control = (op: string) => `${op} ${cluster} sourcegraph-cluster`;

/** Asserts that all of `first` was done before any of `then`. */
function assertBefore(steps: readonly string[], first: readonly string[], then: readonly string[]): void {
  const at = (step: string) => {
    assert.ok(steps.includes(step), `${step} was not done`);
    return steps.indexOf(step);
  };
  const last = Math.max(...first.map(at));
  for (const step of then) assert.ok(at(step) > last, `${step} was done before ${steps[last]}`);
}

describe("a cluster on GKE alone, on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let stack: SampleStack;
  const settings = { workloads: false, version: "1.33", admins: ["group:admins@example.com"] };

  before(async function () {
    stack = await SampleStack.start(requireToolchain(this), "gcp", {
      shape: "kubernetes",
      cluster: settings,
      access: { allowedCidrs: ["8.34.208.0/24"] },
    });
  });
  after(() => stack?.stop());

  const made = (type: string) =>
    Object.fromEntries(
      stack.engine
        .cloud()
        .all(type)
        .map(({ id, outputs }) => [id, outputs]),
    );
  const versions = () => ({
    control: String(stack.one(cluster).outputs["masterVersion"]),
    nodes: [...new Set(Object.values(made(nodePool)).map(({ version }) => version))],
  });

  it("comes up after no node could be had, nodes after their control plane and a way out; a second preview and a refresh change nothing", async () => {
    await timed(stack);
    const error = "googleapi: Error 403: Insufficient regional quota to satisfy request: resource CPUS, quotaExceeded";
    const failed = await stack.run("up", {
      faults: [{ op: "create", type: nodePool, name: "sourcegraph-stores", error }],
    });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /Insufficient regional quota/);
    const { id } = stack.one(cluster);
    await stack.changes("up");
    assert.equal(stack.one(cluster).id, id);
    const steps = stack.engine.cloud().log.map(({ op, type, name }) => `${op} ${type} ${name}`);
    assertBefore(
      steps,
      [`create ${nat} sourcegraph-nat`, `create ${keyUser} sourcegraph-cluster-key-cluster`],
      [control("create")],
    );
    assertBefore(steps, [control("create"), `create ${keyUser} sourcegraph-cluster-key-disks`], nodes("create"));
    assertBefore(steps, [control("create")], [`create ${backupPlan} sourcegraph-cluster-backup`]);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("gives out a kubeconfig without a secret, and what other stacks need", async () => {
    const outputs = await stack.engine.outputs();
    const { outputs: control } = stack.one(cluster);
    const kubeconfig = JSON.parse(String(outputs["kubeconfig"])) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { exec: { command: string } } }[];
    };
    assert.equal(kubeconfig.clusters[0]?.cluster.server, `https://${String(control["endpoint"])}`);
    assert.equal(kubeconfig.users[0]?.user.exec.command, "gke-gcloud-auth-plugin");
    assert.equal((outputs["manifest"] as Record<string, unknown>)["clusterVersion"], "1.33");
    assert.deepEqual(outputs["cluster"], {
      clusterName: control["name"],
      network: stack.one(network).outputs["selfLink"],
      key: stack.one(key).id,
    });
    assert.equal(outputs["url"], undefined);
  });

  it("refuses two versions up and admins that are none, before anything is registered", async () => {
    assert.match(
      await stack.refusal({ cluster: { ...settings, version: "1.35" } }),
      /'cluster\.version' must go up one minor version at a time: the cluster runs 1\.33, got "1\.35"; set 1\.34 first and deploy/,
    );
    assert.match(
      await stack.refusal({ cluster: { ...settings, version: "1.32" } }),
      /'cluster\.version' must not go down: the cluster runs 1\.33, got "1\.32"; keep 1\.33/,
    );
    assert.match(
      await stack.refusal({ cluster: { ...settings, admins: ["admins"] } }),
      /'cluster\.admins\.0' must be an IAM member/,
    );
    assert.match(await stack.refusal({ name: "renamed" }), /'name' cannot change from sourcegraph to renamed in place/);
  });

  it("shows a new version as steps of control plane and nodes, and takes them in this order, in place", async () => {
    const before = [stack.one(cluster).id, ...Object.keys(made(nodePool))];
    stack.set({ cluster: { ...settings, version: "1.34" } });
    const expected = [control("update"), ...nodes("update")];
    assert.deepEqual(await stack.changes("preview"), expected);
    const steps = await stack.steps(() => stack.changes("up"));
    assertBefore(steps, [control("update")], nodes("update"));
    assert.deepEqual([...steps].sort(), expected);
    assert.deepEqual([stack.one(cluster).id, ...Object.keys(made(nodePool))], before);
    const { control: version, nodes: followed } = versions();
    assert.match(version, /^1\.34\.\d+-gke\.\d+$/);
    assert.deepEqual(followed, [version]);
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("goes on with the nodes when the engine was killed after the control plane", async () => {
    stack.set({ cluster: { ...settings, version: "1.35" } });
    const killed = await stack.run("up", { faults: [{ op: "update", type: nodePool, kill: "engine" }] });
    assert.equal(killed.code, null);
    assert.match(versions().control, /^1\.35\./);
    await stack.engine.cancel();
    await stack.changes("up");
    assert.deepEqual(versions().nodes, [versions().control]);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("leaves alone what GKE has patched, and brings nodes to it that are behind", async () => {
    const patched = "1.35.9-gke.2002000";
    stack.engine.editCloud((cloud) => {
      for (const object of cloud.all("gcp:container/cluster:Cluster")) object.outputs["masterVersion"] = patched;
      const [first] = cloud.all("gcp:container/nodePool:NodePool");
      if (first) first.outputs["version"] = patched;
    });
    await stack.run("refresh");
    const behind = await stack.changes("up");
    assert.ok(
      behind.every((change) => change.startsWith(`update ${nodePool}`)),
      behind.join(),
    );
    assert.deepEqual(versions(), { control: patched, nodes: [patched] });
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("grows a pool in place, and makes the next pool first where one has to be replaced", async () => {
    const version = "1.35";
    const before = Object.keys(made(nodePool));
    stack.set({ cluster: { ...settings, version, nodes: { search: { maximum: 12 } } } });
    assert.deepEqual(await stack.changes("up"), nodes("update", ["search"]));
    assert.deepEqual(Object.keys(made(nodePool)), before);
    const restore = stack.alter("components/cluster/gcp-nodes.js", 'mode: "GKE_METADATA"', 'mode: "GCE_METADATA"');
    const inPlace = await stack.changes("preview").finally(restore);
    assert.deepEqual(inPlace, nodes("update"));
    const undo = stack.alter(
      "components/cluster/gcp-nodes.js",
      '"disable-legacy-endpoints": "true"',
      '"disable-legacy-endpoints": "true", next: "1"',
    );
    const steps = await stack.steps(() => stack.changes("up")).finally(undo);
    assertBefore(steps, nodes("create"), nodes("delete"));
  });

  it("is refused another network by its protection", async () => {
    const { id } = stack.one(cluster);
    stack.set({ network: { cidr: "10.60.0.0/16" }, cluster: { ...settings, version: "1.35" } });
    const refused = await stack.run("preview");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /sourcegraph-cluster[^]*protect/);
    stack.set({ network: undefined });
    assert.equal(stack.one(cluster).id, id);
  });

  it("does not go down while it is protected, and goes down in order when it is not, but for key and backups", async () => {
    const refused = await stack.run("destroy");
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /cannot be deleted\s+because it is protected/);
    assert.equal(stack.engine.cloud().all(cluster).length, 1);
    stack.set({ deletionProtection: false });
    assert.deepEqual(
      (await stack.changes("up")).filter((change) => change.includes(cluster)),
      [control("update")],
    );
    const steps = await stack.steps(() => stack.changes("destroy", { args: ["--exclude-protected"] }));
    assertBefore(steps, nodes("delete"), [control("delete")]);
    assertBefore(
      steps,
      [control("delete")],
      [
        `delete ${nat} sourcegraph-nat`,
        `delete ${subnetwork} sourcegraph-nodes`,
        `delete ${account} sourcegraph-nodes`,
      ],
    );
    assertBefore(steps, [`delete ${subnetwork} sourcegraph-nodes`], [`delete ${network} sourcegraph-vpc`]);
    assert.deepEqual(
      stack.left().filter((type) => /kms|gkebackup|container|compute/.test(type)),
      [backupPlan, key, ...Array<string>(3).fill(keyUser), "gcp:kms/keyRing:KeyRing"].sort(),
    );
  });
});
