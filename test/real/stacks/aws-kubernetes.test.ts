import assert from "node:assert/strict";
import { requireToolchain } from "../../support/toolchain";
import { startKubernetes, type TestCluster } from "../../support/kubernetes";
import { liveObjects, playController } from "../../support/cluster";
import { SampleStack, release, timed } from "./sample";

const cluster = "aws:eks/cluster:Cluster";
const nodeGroup = "aws:eks/nodeGroup:NodeGroup";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const addOn = "aws:eks/addon:Addon";
const key = "aws:kms/key:Key";

const pools = ["general-a", "general-b", "general-c", "search-a", "stores-a"];
const nodes = (op: string, which: readonly string[] = pools) =>
  which.map((pool) => `${op} ${nodeGroup} sourcegraph-nodes-${pool}`);
const addOns = (op: string, which: readonly string[]) => which.map((name) => `${op} ${addOn} sourcegraph-${name}`);
const onNodes = ["eks-pod-identity-agent", "kube-proxy", "vpc-cni"];
const asPods = ["aws-ebs-csi-driver", "coredns", "metrics-server", "snapshot-controller"];

/** Asserts that all of `first` was done before any of `then`. */
function assertBefore(steps: readonly string[], first: readonly string[], then: readonly string[]): void {
  const at = (step: string) => {
    assert.ok(steps.includes(step), `${step} was not done`);
    return steps.indexOf(step);
  };
  const last = Math.max(...first.map(at));
  for (const step of then) assert.ok(at(step) > last, `${step} was done before ${steps[last]}`);
}

/** Has the control plane stand behind the cluster, and its administrator sign in to it. */
const environment = ({ kubeconfig }: TestCluster) => ({ SGBOX_STANDIN_EKS: "1", KUBECONFIG: kubeconfig });

describe("a cluster on EKS alone, on the real engine with a stand-in cloud", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  let control: TestCluster;
  let stack: SampleStack;
  const settings = { workloads: false, version: "1.33" };

  before(async function () {
    const bin = requireToolchain(this);
    control = startKubernetes(this);
    stack = await SampleStack.start(
      bin,
      "aws",
      { shape: "kubernetes", zone: undefined, cluster: settings, access: { allowedCidrs: ["198.51.100.0/24"] } },
      { env: environment(control) },
    );
  });
  after(() => {
    stack?.stop();
    control?.stop();
  });

  const groups = () =>
    Object.fromEntries(
      stack.engine
        .cloud()
        .all(nodeGroup)
        .map(({ id, inputs }) => [id, inputs]),
    );

  it("comes up in the stand-in cloud, nodes after their network, and a second preview and a refresh change nothing", async () => {
    await timed(stack);
    const steps = await stack.steps(() => stack.changes("up"));
    assertBefore(steps, [`create ${cluster} sourcegraph-cluster`], addOns("create", onNodes));
    assertBefore(steps, addOns("create", onNodes), nodes("create"));
    assertBefore(steps, nodes("create"), addOns("create", asPods));
    assert.deepEqual(await stack.changes("preview"), []);
    assert.deepEqual(await stack.changes("refresh"), []);
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("gives out a kubeconfig that signs in by the command line, and what it was made with", async () => {
    const outputs = await stack.engine.outputs();
    const kubeconfig = JSON.parse(String(outputs["kubeconfig"])) as { users: { user: { exec: { args: string[] } } }[] };
    assert.deepEqual(kubeconfig.users[0]?.user.exec.args.slice(0, 6), [
      "--region",
      "us-east-1",
      "eks",
      "get-token",
      "--cluster-name",
      "sourcegraph",
    ]);
    assert.equal((outputs["manifest"] as Record<string, unknown>)["clusterVersion"], "1.33");
    const made = stack.one(cluster).outputs["vpcConfig"] as Record<string, unknown>;
    const facts = outputs["cluster"] as Record<string, unknown>;
    const secrets = stack.engine
      .cloud()
      .all(key)
      .find(({ urn }) => urn?.endsWith("::sourcegraph-cluster-key"));
    assert.deepEqual(
      [facts["clusterName"], facts["securityGroupId"], facts["keyArn"]],
      ["sourcegraph", made["clusterSecurityGroupId"], secrets?.outputs["arn"]],
    );
  });

  it("goes to the next version of Kubernetes in place: control plane, what runs on every node, nodes, the rest", async () => {
    const before = [stack.one(cluster).id, Object.keys(groups())];
    stack.set({ cluster: { ...settings, version: "1.34" } });
    const expected = [
      `update ${cluster} sourcegraph-cluster`,
      ...addOns("update", [...onNodes, ...asPods]),
      ...nodes("update"),
    ].sort();
    assert.deepEqual(await stack.changes("preview"), expected);
    const steps = await stack.steps(async () => assert.deepEqual(await stack.changes("up"), expected));
    assertBefore(steps, [`update ${cluster} sourcegraph-cluster`], addOns("update", onNodes));
    assertBefore(steps, addOns("update", onNodes), nodes("update"));
    assertBefore(steps, nodes("update"), addOns("update", asPods));
    assert.deepEqual([stack.one(cluster).id, Object.keys(groups())], before);
    assert.equal(stack.one(cluster).outputs["version"], "1.34");
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("refuses two versions up and one down before anything is registered", async () => {
    assert.equal(
      await stack.refusal({ cluster: { ...settings, version: "1.36" } }),
      "the configuration is not valid:\n  - 'cluster.version' must go up one minor version at a time: the cluster runs 1.34, got \"1.36\"; set 1.35 first and deploy",
    );
    assert.match(
      await stack.refusal({ cluster: settings }),
      /'cluster\.version' must not go down: the cluster runs 1\.34/,
    );
  });

  it("goes on with an upgrade that was interrupted between control plane and nodes", async () => {
    stack.set({ cluster: { ...settings, version: "1.35" } });
    const error = "operation error EKS: ServerException: we had a bad day";
    const failed = await stack.run("up", { faults: [{ op: "update", type: nodeGroup, error, times: 5 }] });
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /we had a bad day/);
    assert.equal(stack.one(cluster).outputs["version"], "1.35");
    assert.deepEqual(await stack.changes("up"), [...addOns("update", asPods), ...nodes("update")].sort());
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("grows a node group and exchanges its machines in place, without another group being made", async () => {
    const before = Object.keys(groups());
    const larger = { ...settings, version: "1.35", nodes: { general: { minimum: 6, maximum: 12 } } };
    stack.set({ cluster: larger });
    assert.deepEqual(await stack.changes("up"), nodes("update", ["general-a", "general-b", "general-c"]));
    assert.deepEqual(
      Object.values(groups())
        .map(({ scalingConfig }) => scalingConfig)
        .filter((scaling) => JSON.stringify(scaling).includes('"maxSize":4')),
      Array(3).fill({ desiredSize: 2, minSize: 2, maxSize: 4 }),
    );
    stack.set({ cluster: { ...larger, nodes: { general: { ...larger.nodes.general, machineType: "m6a.4xlarge" } } } });
    assert.deepEqual(await stack.changes("up"), [
      `update ${template} sourcegraph-nodes-general`,
      ...nodes("update", ["general-a", "general-b", "general-c"]),
    ]);
    assert.deepEqual(Object.keys(groups()), before);
  });

  it("does not follow the add-ons' versions of EKS on its own", async () => {
    const restore = stack.alter(
      "components/cluster/aws-add-ons.js",
      "kubernetesVersion: cluster.version",
      'kubernetesVersion: "1.39"',
    );
    assert.deepEqual(await stack.changes("preview").finally(restore), []);
  });

  it("refuses to go while it is protected, and then goes down from the nodes to the network, but for the keys", async () => {
    const refused = await stack.run("destroy", { args: ["--skip-preview=false"] });
    assert.equal(refused.code, 1);
    assert.match(refused.stdout, /sourcegraph-cluster" cannot be deleted\s+because it is protected/);
    assert.equal(stack.engine.cloud().all(nodeGroup).length, 5);
    stack.set({ deletionProtection: false });
    assert.deepEqual(await stack.changes("up"), [`update ${cluster} sourcegraph-cluster`]);
    const steps = await stack.steps(() => stack.changes("destroy", { args: ["--exclude-protected"] }));
    const gone = [`delete ${cluster} sourcegraph-cluster`];
    assertBefore(steps, addOns("delete", asPods), nodes("delete"));
    assertBefore(steps, nodes("delete"), addOns("delete", onNodes));
    assertBefore(steps, nodes("delete"), gone);
    assertBefore(steps, gone, [
      "delete aws:iam/rolePolicyAttachment:RolePolicyAttachment sourcegraph-cluster-AmazonEKSClusterPolicy",
      "delete aws:ec2/subnet:Subnet sourcegraph-private-a",
      "delete aws:ec2/natGateway:NatGateway sourcegraph-nat-a",
      "delete aws:cloudwatch/logGroup:LogGroup sourcegraph-cluster-logs",
      "delete aws:ec2/vpc:Vpc sourcegraph-vpc",
    ]);
    assert.deepEqual(stack.left(), [key, key]);
  });
});

describe("the whole stack on EKS, on the real engine with a stand-in cloud and a real API server", function () {
  this.timeout(300_000);
  this.bail(true); // one test goes on where the one before it ended
  const hostname = "k8s-sourcegraph-1.us-east-1.elb.amazonaws.com";
  const controller = "kubernetes:helm.sh/v3:Release sourcegraph-load-balancer-controller";
  const ingress = "kubernetes:networking.k8s.io/v1:Ingress sourcegraph-ingress-sourcegraph-frontend";
  const frontend = "kubernetes:apps/v1:Deployment sourcegraph-deployment-sourcegraph-frontend";
  const database = "aws:rds/instance:Instance sourcegraph-pgsql";
  const certificate = "aws:acm/certificateValidation:CertificateValidation sourcegraph-certificate";
  const record = "aws:route53/record:Record sourcegraph-record";
  let control: TestCluster;
  let stack: SampleStack;
  let stopPlaying: (() => void) | undefined;

  before(async function () {
    const bin = requireToolchain(this);
    control = startKubernetes(this);
    for (const [node, group] of Object.entries({ "node-a": "search", "node-b": "general" }))
      await control.kubectl(["label", "node", node, `sourcegraph.com/node-group=${group}`]);
    stopPlaying = playController(control, hostname);
    stack = await SampleStack.start(
      bin,
      "aws",
      {
        shape: "kubernetes",
        zone: undefined,
        release,
        size: "XS",
        cluster: { version: "1.33" },
        databases: "managed",
        cache: "managed",
        objectStorage: "managed",
        kubernetes: { storageClass: { name: "standard", create: false } },
      },
      { env: environment(control), timeoutMs: 280_000 },
    );
  });
  after(() => {
    stopPlaying?.();
    stack?.stop();
    control?.stop();
  });

  it("comes up from the network to the DNS record, and a second preview changes nothing", async () => {
    const { code, changes, stdout } = await stack.run("up");
    assert.equal(code, 0, stdout);
    assertBefore(changes, nodes("create", ["general-a", "search-a"]), [`create ${controller}`]);
    assertBefore(
      changes,
      [`create ${controller}`, `create ${database}`, `create ${certificate}`],
      [`create ${frontend}`],
    );
    assertBefore(changes, [`create ${frontend}`], [`create ${ingress}`]);
    assertBefore(changes, [`create ${ingress}`], [`create ${record}`]);
    assert.deepEqual(await stack.changes("preview"), []);
    const { url, next } = await stack.engine.outputs();
    assert.deepEqual([url, next], ["https://sourcegraph.example.com", ""]);
  });

  it("tells the pods where the databases of AWS are, and the domain where the load balancer is", async () => {
    const secrets = await liveObjects(control, "secrets", "sourcegraph");
    const host = secrets.find(({ metadata }) => metadata.name === "pgsql-auth")?.data?.["host"] ?? "";
    const servers = stack.engine.cloud().all("aws:rds/instance:Instance");
    const server = servers.find(({ outputs }) => String(outputs["identifier"]).startsWith("sourcegraph-pgsql"));
    assert.equal(Buffer.from(host, "base64").toString(), server?.outputs["address"]);
    const [alias] = stack.engine
      .cloud()
      .all("aws:route53/record:Record")
      .flatMap(({ inputs }) => (inputs["aliases"] as { name: string }[] | undefined) ?? []);
    assert.equal(alias?.name, hostname);
  });

  it("goes to the next version of Kubernetes and leaves all that runs on it alone", async () => {
    stack.set({ cluster: { version: "1.34" } });
    assert.deepEqual(
      await stack.changes("up"),
      [
        `update ${cluster} sourcegraph-cluster`,
        ...addOns("update", [...onNodes, ...asPods]),
        ...nodes("update", ["general-a", "general-b", "general-c", "search-a"]),
      ].sort(),
    );
    assert.deepEqual(await stack.changes("preview"), []);
  });

  it("goes down from the Ingress over its controller, nodes and databases to the network, and leaves the claims", async () => {
    stack.set({ deletionProtection: false });
    await stack.changes("up");
    await stack.engine.unprotect();
    const { code, changes, stdout } = await stack.run("destroy");
    assert.equal(code, 0, stdout);
    assertBefore(changes, [`delete ${record}`], [`delete ${ingress}`]);
    assertBefore(changes, [`delete ${ingress}`], [`delete ${controller}`, `delete ${certificate}`]);
    assertBefore(changes, [`delete ${frontend}`], [`delete ${database}`]);
    assertBefore(changes, [`delete ${controller}`], nodes("delete", ["general-a", "search-a"]));
    assertBefore(changes, nodes("delete", ["general-a", "search-a"]), [`delete ${cluster} sourcegraph-cluster`]);
    assertBefore(
      changes,
      [`delete ${cluster} sourcegraph-cluster`, `delete ${database}`],
      ["delete aws:ec2/vpc:Vpc sourcegraph-vpc"],
    );
    const left = await liveObjects(control, "deployments,statefulsets,persistentvolumeclaims", "sourcegraph");
    assert.deepEqual(left.map(({ metadata }) => metadata.name).sort(), [
      "data-indexed-search-0",
      "grafana-data-grafana-0",
      "prometheus",
      "repos-gitserver-0",
    ]);
  });
});
