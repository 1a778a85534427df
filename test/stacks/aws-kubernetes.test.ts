import assert from "node:assert/strict";
import type { StackArgs } from "../../stacks/program";
import { declareKubernetes } from "../../stacks/aws/kubernetes";
import { clusterAnswers, leastCluster, manifestOf } from "../support/aws-cluster";
import { managedOutputs } from "../support/aws-managed";
import { runStack, type Seen } from "../support/stack-run";

const facts = {
  clusterName: "shared",
  vpcId: "vpc-shared",
  databaseSubnetIds: ["subnet-1", "subnet-2"],
  securityGroupId: "sg-shared",
  keyArn: "arn:aws:kms:us-east-1:123456789012:key/shared",
};

const run = (args: StackArgs): Promise<Seen> =>
  runStack(declareKubernetes, args, {
    outputs: (asked) => ({
      arn: `arn:aws:x:us-east-1:123456789012:${asked.name}`,
      ...managedOutputs(asked),
      ...clusterAnswers.outputs?.(asked),
    }),
    calls: (asked) => clusterAnswers.calls?.(asked),
    otherStack: { cluster: facts, kubeconfig: "{}" },
  });

const components = (registered: readonly string[]) => registered.filter((each) => each.startsWith("sourcegraph:"));
const withDomain = { domain: "sourcegraph.example.com", dnsZone: "Z1", tls: { mode: "load-balancer" } } as const;

describe("the AWS stack on Kubernetes", function () {
  this.timeout(20_000);

  it("declares the cluster, what it needs besides, services of AWS with the pods' rights, and Sourcegraph", async () => {
    const { registered, error, outputs, inputs } = await run({
      ...leastCluster,
      ...withDomain,
      databases: "managed",
      objectStorage: "managed",
    });
    assert.equal(error, undefined);
    assert.deepEqual(components(registered).sort(), [
      "sourcegraph:aws:ClusterNetwork sourcegraph",
      "sourcegraph:aws:EksCluster sourcegraph",
      "sourcegraph:aws:IngressCertificate sourcegraph",
      "sourcegraph:aws:IngressRecord sourcegraph",
      "sourcegraph:aws:ManagedServices sourcegraph",
      "sourcegraph:aws:WorkloadIdentity sourcegraph-load-balancer-controller",
      "sourcegraph:aws:WorkloadIdentity sourcegraph-pods",
      "sourcegraph:kubernetes:EksObjects sourcegraph",
      "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph",
    ]);
    assert.deepEqual(Object.keys(outputs ?? {}).sort(), [
      "cluster",
      "connect",
      "egressAddresses",
      "kubeconfig",
      "manifest",
      "next",
      "release",
      "url",
    ]);
    const policy = JSON.parse(String(inputs["aws:iam/rolePolicy:RolePolicy sourcegraph-pods"]?.["policy"])) as {
      Statement: { Sid: string }[];
    };
    assert.deepEqual(
      policy.Statement.map(({ Sid }) => Sid),
      ["UploadsBuckets", "UploadsObjects", "UploadsKey"],
    );
  });

  it("makes the cluster alone where nothing is to run on it, with what another stack's Ingress needs", async () => {
    const { registered, outputs } = await run({ ...leastCluster, cluster: { version: "1.35", workloads: false } });
    assert.deepEqual(components(registered).sort(), [
      "sourcegraph:aws:ClusterNetwork sourcegraph",
      "sourcegraph:aws:EksCluster sourcegraph",
      "sourcegraph:aws:WorkloadIdentity sourcegraph-load-balancer-controller",
      "sourcegraph:kubernetes:EksObjects sourcegraph",
    ]);
    assert.deepEqual(Object.keys(outputs ?? {}).sort(), ["cluster", "egressAddresses", "kubeconfig", "manifest"]);
  });

  it("makes the ingress class of Auto Mode once: with Sourcegraph, or with the cluster that is made alone", async () => {
    const classes = async (cluster: StackArgs["cluster"], kubernetes: StackArgs["kubernetes"] = {}) => {
      const { registered } = await run({ ...leastCluster, cluster: { autoMode: true, ...cluster }, kubernetes });
      return registered.filter((each) => each.includes(":IngressClass ")).map((each) => each.split(" ")[1]);
    };
    assert.deepEqual(await classes({}), ["sourcegraph-ingress-class-alb"]);
    assert.deepEqual(await classes({ workloads: false }), ["sourcegraph-ingress-class"]);
    assert.deepEqual(await classes({}, { profile: "restricted" }), ["sourcegraph-ingress-class"]);
  });

  it("deploys on the cluster of another stack, with services in that cluster's network", async () => {
    const existing = { stack: "organization/sourcegraph-in-a-box/cluster" };
    const { registered, error, inputs } = await run({ ...leastCluster, databases: "managed", cluster: { existing } });
    assert.equal(error, undefined);
    assert.deepEqual(components(registered).sort(), [
      "sourcegraph:aws:ManagedServices sourcegraph",
      "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph",
    ]);
    const groups = Object.entries(inputs).filter(([key]) => key.startsWith("aws:rds/subnetGroup:"));
    assert.deepEqual(
      groups.map(([, { subnetIds }]) => subnetIds),
      [facts.databaseSubnetIds],
    );
  });

  it("mails what alarms of services say on the cluster of another stack, whose topic is not known", async () => {
    const existing = { stack: "organization/sourcegraph-in-a-box/cluster" };
    const alarms = { email: "ops@example.com" };
    const { error, inputs } = await run({ ...leastCluster, alarms, databases: "managed", cluster: { existing } });
    assert.equal(error, undefined);
    const own = "sourcegraph-services-alarms";
    const arn = `arn:aws:x:us-east-1:123456789012:${own}`;
    assert.deepEqual(inputs[`aws:sns/topicSubscription:TopicSubscription ${own}`], {
      topic: arn,
      protocol: "email",
      endpoint: "ops@example.com",
    });
    const told = Object.entries(inputs).filter(([key]) => key.startsWith("aws:cloudwatch/metricAlarm:"));
    assert.equal(told.length, 9);
    for (const [key, { alarmActions }] of told) assert.deepEqual(alarmActions, [arn], key);
    const made = await run({ ...leastCluster, alarms, databases: "managed" });
    assert.deepEqual(
      made.registered.filter((each) => each.startsWith("aws:sns/topic:")),
      ["aws:sns/topic:Topic sourcegraph-cluster-alarms"],
    );
  });

  it("refuses services on a cluster whose network nobody names, and a wrong upgrade, before anything is registered", async () => {
    const refused = async (args: StackArgs) => {
      const { error, registered } = await run(args);
      assert.deepEqual(registered, []);
      return (error as Error).message;
    };
    assert.equal(
      await refused({ ...leastCluster, databases: "managed", cluster: { existing: {} } }),
      "the configuration is not valid:\n  - 'cluster.existing.stack' is missing; services of AWS and identities of pods need the cluster's network and name, which the stack that made it gives out",
    );
    assert.match(
      await refused({ ...leastCluster, previous: { ...manifestOf("1.35"), release: "6.0.0", planDigest: "x" } }),
      /^the upgrade from 6\.0\.0 to 7\.5\.4453 is refused until its manual steps are acknowledged/,
    );
  });
});
