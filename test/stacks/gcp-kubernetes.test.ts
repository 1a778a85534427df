import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { declareKubernetes } from "../../stacks/gcp/kubernetes";
import type { StackArgs } from "../../stacks/program";
import { clusterAnswers, leastClusterArgs } from "../support/gcp-cluster";
import { runStack, type Seen } from "../support/stack-run";

type Properties = Record<string, unknown>;

/** What the stack of a cluster gives out. */
const facts = {
  clusterName: "shared",
  network: "https://www.googleapis.com/compute/v1/projects/example/global/networks/shared",
  key: "projects/example/locations/us-central1/keyRings/shared/cryptoKeys/shared",
};

const run = (args: StackArgs): Promise<Seen> =>
  runStack(declareKubernetes, args, {
    outputs: (asked) => clusterAnswers.outputs?.(asked) ?? {},
    calls: (asked) => clusterAnswers.calls?.(asked),
    otherStack: { cluster: facts, kubeconfig: "{}" },
  });

const components = (registered: readonly string[]) =>
  registered.filter((each) => each.startsWith("sourcegraph:")).sort();

/** Inputs of all resources of a type, by name. */
const inputsOf = ({ inputs }: Seen, type: string) =>
  Object.fromEntries(
    Object.entries(inputs)
      .filter(([key]) => key.startsWith(`${type} `))
      .map(([key, value]) => [key.slice(type.length + 1), value]),
  );

const server = "gcp:sql/databaseInstance:DatabaseInstance";
const member = "gcp:storage/bucketIAMMember:BucketIAMMember";
const withDomain = {
  domain: "sourcegraph.example.com",
  dnsZone: "example-zone",
  tls: { mode: "load-balancer" },
} as const;
const everything = { databases: "managed", cache: "managed", objectStorage: "managed" } as const;

const networkOf = (inputs: Properties | undefined) =>
  (inputs?.["settings"] as { ipConfiguration: { privateNetwork: string } }).ipConfiguration.privateNetwork;

describe("the Google Cloud stack on Kubernetes", function () {
  this.timeout(20_000);

  it("declares the cluster, services of Google's with the pods' rights, what the Ingress names, and Sourcegraph", async () => {
    const seen = await run({ ...leastClusterArgs, ...withDomain, ...everything, alarms: { email: "ops@example.com" } });
    assert.equal(seen.error, undefined);
    assert.deepEqual(components(seen.registered), [
      "sourcegraph:gcp:ClusterNetwork sourcegraph",
      "sourcegraph:gcp:GkeCluster sourcegraph",
      "sourcegraph:gcp:IngressEdge sourcegraph",
      "sourcegraph:gcp:IngressRecord sourcegraph",
      "sourcegraph:gcp:ManagedServices sourcegraph",
      "sourcegraph:gcp:WorkloadIdentity sourcegraph-pods",
      "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph",
    ]);
    assert.deepEqual(Object.keys(seen.outputs ?? {}).sort(), [
      "cluster",
      "connect",
      "egressAddresses",
      "kubeconfig",
      "manifest",
      "next",
      "release",
      "url",
    ]);
    // Everything is encrypted with the cluster's key, and told of by the cluster's mails.
    const [{ encryptionKeyName } = {}] = Object.values(inputsOf(seen, server));
    assert.equal(encryptionKeyName, "sourcegraph-cluster-keys-id/cryptoKeys/sourcegraph-cluster-key-1a2b3c4");
    const alarms = Object.values(inputsOf(seen, "gcp:monitoring/alertPolicy:AlertPolicy"));
    assert.deepEqual(
      [alarms.length, new Set(alarms.map(({ notificationChannels }) => String(notificationChannels))).size],
      [10, 1],
    );
  });

  it("lets the accounts of pods that keep uploads, and no other, into the bucket, without a key", async () => {
    const seen = await run({ ...leastClusterArgs, objectStorage: "managed" });
    assert.equal(seen.error, undefined);
    const users = inputsOf(seen, member);
    const pool =
      "principal://iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/example.svc.id.goog";
    assert.deepEqual(
      Object.values(users).map(({ role, member: of }) => [role, of]),
      Object.keys(users).map((name) => [
        "roles/storage.objectUser",
        `${pool}/subject/ns/sourcegraph/sa/${name.replace("sourcegraph-uploads-", "")}`,
      ]),
    );
    assert.ok(Object.keys(users).includes("sourcegraph-uploads-sourcegraph-frontend"), Object.keys(users).join());
    assert.ok(!seen.registered.some((each) => each.includes("serviceaccount/key:Key")));
  });

  it("lets pods into buckets of the user as well, each bucket once", async () => {
    const external = {
      backend: "GCS",
      project: "example",
      bucket: "example-uploads",
      codeIntelBucket: "example-graphs",
      searchJobsBucket: "example-uploads",
    } as const;
    const seen = await run({ ...leastClusterArgs, objectStorage: { external } });
    assert.equal(seen.error, undefined);
    const buckets = Object.values(inputsOf(seen, member)).map(({ bucket }) => bucket);
    assert.deepEqual([...new Set(buckets)], ["example-uploads", "example-graphs"]);
    assert.equal(components(seen.registered).filter((each) => each.includes("ManagedServices")).length, 0);
  });

  it("makes the cluster alone where nothing is to run on it, with private services access for what may come", async () => {
    const { registered, outputs } = await run({ ...leastClusterArgs, cluster: { workloads: false } });
    assert.deepEqual(components(registered), [
      "sourcegraph:gcp:ClusterNetwork sourcegraph",
      "sourcegraph:gcp:GkeCluster sourcegraph",
    ]);
    assert.ok(registered.includes("gcp:servicenetworking/connection:Connection sourcegraph-services"));
    assert.deepEqual(Object.keys(outputs ?? {}).sort(), ["cluster", "egressAddresses", "kubeconfig", "manifest"]);
  });

  it("deploys on the cluster of another stack, with services in that cluster's network and under its key", async () => {
    const existing = { stack: "organization/sourcegraph-in-a-box/cluster" };
    const seen = await run({ ...leastClusterArgs, databases: "managed", cluster: { existing } });
    assert.equal(seen.error, undefined);
    assert.deepEqual(components(seen.registered), [
      "sourcegraph:gcp:IngressEdge sourcegraph",
      "sourcegraph:gcp:ManagedServices sourcegraph",
      "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph",
    ]);
    const servers = Object.values(inputsOf(seen, server));
    assert.equal(servers.length, 3);
    for (const made of servers)
      assert.deepEqual(
        [networkOf(made), made["encryptionKeyName"]],
        ["projects/example/global/networks/shared", facts.key],
      );
  });

  it("mails what alarms of services say on the cluster of another stack, whose channel is not known", async () => {
    const existing = { stack: "organization/sourcegraph-in-a-box/cluster" };
    const alarms = { email: "ops@example.com" };
    const seen = await run({ ...leastClusterArgs, alarms, databases: "managed", cluster: { existing } });
    assert.equal(seen.error, undefined);
    const channels = inputsOf(seen, "gcp:monitoring/notificationChannel:NotificationChannel");
    assert.deepEqual(
      Object.values(channels).map(({ labels }) => labels),
      [{ email_address: "ops@example.com" }],
    );
    const policies = Object.values(inputsOf(seen, "gcp:monitoring/alertPolicy:AlertPolicy"));
    assert.equal(policies.length, 4);
    for (const { notificationChannels } of policies) assert.equal((notificationChannels as string[]).length, 1);
  });

  it("deploys on a cluster of which the network is named, with a key of its own, and takes a bucket without any", async () => {
    const network = { existing: { network: "corp", subnetId: "corp-a" } };
    const named = await run({ ...leastClusterArgs, network, databases: "managed", cluster: { existing: {} } });
    assert.equal(named.error, undefined);
    assert.ok(components(named.registered).includes("sourcegraph:gcp:DataKey sourcegraph"));
    const [made] = Object.values(inputsOf(named, server));
    assert.equal(networkOf(made), "projects/example/global/networks/corp");
    const bucket = await run({ ...leastClusterArgs, objectStorage: "managed", cluster: { existing: {} } });
    assert.equal(bucket.error, undefined);
    assert.equal(Object.keys(inputsOf(bucket, "gcp:storage/bucket:Bucket")).length, 1);
  });

  it("refuses services on a cluster whose network nobody names, and a wrong upgrade, before anything is registered", async () => {
    const refused = async (args: StackArgs) => {
      const { error, registered } = await run(args);
      assert.deepEqual(registered, []);
      return (error as Error).message;
    };
    assert.equal(
      await refused({ ...leastClusterArgs, databases: "managed", cluster: { existing: {} } }),
      "the configuration is not valid:\n  - 'cluster.existing.stack' is missing; databases and Redis that are managed stand in the network of the cluster, which the stack that made it gives out; where none did, name it in 'network.existing'",
    );
    const { outputs } = await run(leastClusterArgs);
    const manifest = await new Promise<object>((settle) =>
      (pulumi.output(outputs?.manifest) as pulumi.Output<object>).apply(settle),
    );
    const previous = { ...manifest, release: "6.0.0", planDigest: "x" } as StackArgs["previous"];
    assert.match(
      await refused({ ...leastClusterArgs, previous }),
      /^the upgrade from 6\.0\.0 to 7\.5\.4453 is refused until its manual steps are acknowledged/,
    );
  });
});
