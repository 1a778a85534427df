import assert from "node:assert/strict";
import { SourcegraphKubernetes, type SourcegraphKubernetesArgs } from "../../components/kubernetes";
import type { Manifest } from "../../components/core/planning/manifest";
import { allOf, only, record, unknownValue, valueOf, type Recorded } from "../support/recorder";

const base: SourcegraphKubernetesArgs = {
  release: "7.5.4453",
  size: "XS",
  kubeconfig: "kubeconfig of the cluster",
  kubernetes: { via: "helm", storageClass: { create: false }, ingress: { className: "nginx" } },
};
const release = "kubernetes:helm.sh/v3:Release";
const acknowledge = ["backup-first", "oob-complete"];
const marker = "MARKER-of-a-password";

type Values = Record<string, Record<string, unknown> | undefined>;
const valuesOf = (resource: Recorded) => resource.inputs["values"] as Values;

const recordHelm = (args: Partial<SourcegraphKubernetesArgs> = {}, dryRun = false) =>
  record((opts) => new SourcegraphKubernetes("sourcegraph", { ...base, ...args }, opts), {
    dryRun,
    outputs: ({ type }) => (type.startsWith("random:") ? { result: marker } : {}),
  });

async function manifestOf(args: Partial<SourcegraphKubernetesArgs>): Promise<Manifest> {
  const { result, error } = await recordHelm(args);
  assert.equal(error, undefined);
  const manifest = result && (await valueOf(result.manifest));
  assert.ok(manifest);
  return manifest;
}

describe("SourcegraphKubernetes by the vendor's chart", () => {
  it("declares one release of the very chart, and gives no argument by accident", async () => {
    const { resources } = await recordHelm();
    const { inputs, parent, dependsOn, ...options } = only(resources, release, "sourcegraph-helm-release");
    const { values, ...rest } = inputs;
    assert.deepEqual(rest, {
      chart: "sourcegraph",
      repositoryOpts: { repo: "https://helm.sourcegraph.com/release" },
      version: "7.5.4453",
      name: "sourcegraph",
      namespace: "sourcegraph",
      createNamespace: false,
      resetValues: true,
      reuseValues: false,
      skipAwait: false,
      timeout: 3600,
      atomic: false,
      cleanupOnFail: false,
      forceUpdate: false,
      takeOwnership: false,
      maxHistory: 10,
      compat: "true",
    });
    assert.equal(parent, "sourcegraph:kubernetes:SourcegraphKubernetes sourcegraph");
    assert.ok(dependsOn.includes("sourcegraph-secret-pgsql-auth"), dependsOn.join());
    assert.deepEqual(options.ignoreChanges, [
      "values.gitserver.storageSize",
      "values.searcher.storageSize",
      "values.indexedSearch.storageSize",
      "values.grafana.storageSize",
    ]);
    assert.deepEqual([options.protect, options.retainOnDelete, options.secretInputs], [false, false, []]);
    const text = JSON.stringify(values);
    assert.ok(!text.includes(marker));
    assert.doesNotMatch(text, /null/);
  });

  it("gives the chart the Secrets and ConfigMaps that are declared, and leaves it no class and no Ingress to make", async () => {
    const { resources } = await recordHelm();
    const values = valuesOf(only(resources, release));
    const names = (type: string) => allOf(resources, type).map((each) => each.inputs["metadata"] as { name: string });
    const secrets = names("kubernetes:core/v1:Secret").map(({ name }) => name);
    const configMaps = names("kubernetes:core/v1:ConfigMap").map(({ name }) => name);
    for (const [key, secret, config] of [
      ["pgsql", "pgsql-auth", "pgsql-conf"],
      ["codeIntelDB", "codeintel-db-auth", "codeintel-db-conf"],
      ["codeInsightsDB", "codeinsights-db-auth", "codeinsights-db-conf"],
    ] as const) {
      assert.deepEqual(values[key]?.["auth"], { existingSecret: secret });
      assert.equal(values[key]?.["existingConfig"], config);
      assert.ok(secrets.includes(secret) && configMaps.includes(config));
    }
    for (const key of ["redisCache", "redisStore"])
      assert.ok(secrets.includes((values[key]?.["connection"] as { existingSecret: string }).existingSecret));
    assert.deepEqual(values["storageClass"], { create: false, name: "" });
    assert.deepEqual(values["frontend"]?.["ingress"], { enabled: false });
    assert.deepEqual([values["extraResources"], values["priorityClasses"]], [undefined, undefined]);
    assert.equal(only(resources, "kubernetes:networking.k8s.io/v1:Ingress").inputs["metadata"] !== undefined, true);
    assert.equal(configMaps.includes("otel-agent"), false);
  });

  it("declares nothing that the chart makes", async () => {
    const { resources } = await recordHelm();
    const kinds = [...new Set(resources.map(({ type }) => type))].sort();
    assert.deepEqual(kinds, [
      "kubernetes:core/v1:ConfigMap",
      "kubernetes:core/v1:Namespace",
      "kubernetes:core/v1:PersistentVolumeClaim",
      "kubernetes:core/v1:Secret",
      release,
      "kubernetes:networking.k8s.io/v1:Ingress",
      "kubernetes:networking.k8s.io/v1:NetworkPolicy",
      "pulumi:providers:kubernetes",
      "random:index/randomPassword:RandomPassword",
      "sourcegraph:kubernetes:SourcegraphKubernetes",
    ]);
    assert.deepEqual(
      allOf(resources, "kubernetes:core/v1:PersistentVolumeClaim").map(({ name, protect, retainOnDelete }) => [
        name.replace("sourcegraph-claim-", ""),
        protect,
        retainOnDelete,
      ]),
      [
        ["repos-gitserver-0", true, true],
        ["cache-searcher-0", false, false],
        ["data-indexed-search-0", true, true],
        ["grafana-data-grafana-0", true, true],
      ],
      "the claims of StatefulSets, which Helm does not make; the others are the chart's",
    );
  });

  it("rolls the pods that read a secret when it changes, and says nothing about it", async () => {
    const annotation = async (token: string, key: string) => {
      const { resources } = await recordHelm({
        secrets: { token },
        overrides: { worker: { env: { TOKEN: "${secret:token}" } } },
      });
      const annotations = valuesOf(only(resources, release))[key]?.["podAnnotations"];
      return (annotations as Record<string, string> | undefined)?.["checksum/given-secrets"];
    };
    const [first, second] = [await annotation("a", "worker"), await annotation("b", "worker")];
    assert.match(String(first), /^[0-9a-f]{64}$/);
    assert.notEqual(first, second);
    assert.equal(await annotation("a", "pgsql"), await annotation("b", "pgsql"));
  });

  it("gives accounts the annotations that only a program knows", async () => {
    const annotations = { "iam.gke.io/gcp-service-account": "search@example" };
    const { resources } = await recordHelm({ accountAnnotations: { "sourcegraph-frontend": annotations } });
    assert.deepEqual(valuesOf(only(resources, release))["frontend"]?.["serviceAccount"], {
      create: true,
      name: "sourcegraph-frontend",
      annotations,
    });
  });

  it("knows all values but the checksums in the first preview", async () => {
    const { resources } = await recordHelm({}, true);
    const values = valuesOf(only(resources, release));
    assert.equal(
      (values["pgsql"]?.["podAnnotations"] as Record<string, string>)["checksum/given-secrets"],
      unknownValue,
    );
    assert.equal(values["gitserver"]?.["replicaCount"], 1);
  });

  it("never lets Helm uninstall a chart that would take its claims with it", async () => {
    const { resources } = await recordHelm({ release: "7.2.1943" });
    const old = only(resources, release);
    assert.equal(old.retainOnDelete, true);
    assert.equal(valuesOf(old)["pgsql"]?.["storageAnnotations"], undefined);
    const { resources: later } = await recordHelm({ release: "7.3.2527" });
    assert.equal(only(later, release).retainOnDelete, false);
    assert.deepEqual(valuesOf(only(later, release))["pgsql"]?.["storageAnnotations"], {
      "helm.sh/resource-policy": "keep",
    });
  });

  it("takes a standard upgrade in one update without a Job: the chart's frontends start with the migrator", async () => {
    const previous = await manifestOf({ release: "7.4.2513" });
    const { resources, error } = await recordHelm({ previous, acknowledge });
    assert.equal(error, undefined);
    assert.equal(only(resources, release).inputs["version"], "7.5.4453");
    assert.deepEqual(allOf(resources, "kubernetes:batch/v1:Job"), []);
    assert.equal(previous.via, "helm");
  });

  it("takes snapshots of all claims with data before the release, the chart's own too", async () => {
    const kubernetes = { ...base.kubernetes, snapshotClass: "snapshots" };
    const previous = await manifestOf({ release: "7.4.2513", kubernetes });
    const { resources } = await recordHelm({ previous, kubernetes, acknowledge });
    const snapshots = allOf(resources, "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshot").map(({ name }) => name);
    assert.ok(snapshots.includes("sourcegraph-before-7.5.4453-pgsql"), snapshots.join());
    for (const name of snapshots) assert.ok(only(resources, release).dependsOn.includes(name));
  });

  it("stops what knows the databases and runs the migrator, then starts the target, in a multi-version upgrade", async () => {
    const before = await manifestOf({ release: "7.2.1943" });
    const first = await recordHelm({ previous: before, acknowledge });
    assert.equal(first.error, undefined);
    const standing = only(first.resources, release);
    assert.equal(standing.inputs["version"], "7.2.1943");
    const counts = Object.entries(valuesOf(standing)).flatMap(([key, value]) =>
      value?.["replicaCount"] === undefined ? [] : [`${key} ${JSON.stringify(value["replicaCount"])}`],
    );
    assert.deepEqual(counts.sort(), [
      "frontend 0",
      "gitserver 0",
      "indexedSearch 0",
      "preciseCodeIntel 0",
      "searcher 0",
      "syntacticCodeIntel 0",
      "syntectServer 0",
      "worker 0",
    ]);
    const job = only(first.resources, "kubernetes:batch/v1:Job", "sourcegraph-job-upgrade-7.5.4453");
    assert.ok(job.dependsOn.length > 0);
    const { template } = job.inputs["spec"] as {
      template: { spec: { serviceAccountName: string; containers: { args: string[]; env: { name: string }[] }[] } };
    };
    assert.equal(template.spec.serviceAccountName, "sourcegraph-frontend", "the account the chart makes");
    assert.deepEqual(template.spec.containers[0]?.args.slice(0, 5), ["upgrade", "--from", "v7.2", "--to", "v7.5"]);

    const between = first.result && (await valueOf(first.result.manifest));
    assert.deepEqual(between?.pending, { from: "7.2.1943", to: "7.5.4453", phase: "migrated" });
    const second = await recordHelm({ previous: between, acknowledge });
    assert.equal(second.error, undefined);
    assert.equal(only(second.resources, release).inputs["version"], "7.5.4453");
    assert.equal(valuesOf(only(second.resources, release))["frontend"]?.["replicaCount"], 1);
    assert.deepEqual(allOf(second.resources, "kubernetes:batch/v1:Job"), []);
  });

  it("reads the chart where the config says, and refuses an address that tells a login or has no meaning", async () => {
    const problemOf = async (args: Partial<SourcegraphKubernetesArgs>) =>
      ((await recordHelm(args)).error as Error).message;
    const { resources } = await recordHelm({
      kubernetes: { ...base.kubernetes, chartRepository: "https://charts.example.com/sourcegraph" },
    });
    assert.deepEqual(only(resources, release).inputs["repositoryOpts"], {
      repo: "https://charts.example.com/sourcegraph",
    });
    for (const chartRepository of ["https://me:secret@charts.example.com", "charts.example.com"])
      assert.equal(
        await problemOf({ kubernetes: { ...base.kubernetes, chartRepository } }),
        "the configuration is not valid:\n  - 'kubernetes.chartRepository' must be an address such as https://charts.example.com/sourcegraph, without a login",
      );
    assert.equal(
      await problemOf({
        kubernetes: { ...base.kubernetes, via: "native", chartRepository: "https://charts.example.com" },
      }),
      "the configuration is not valid:\n  - 'kubernetes.chartRepository' has a meaning with 'kubernetes.via' helm only; remove it",
    );
  });

  it("refuses to change between native objects and the chart in place", async () => {
    const previous = await manifestOf({ kubernetes: { ...base.kubernetes, via: "native" } });
    const { error, resources } = await recordHelm({ previous });
    assert.match(
      (error as Error).message,
      /'kubernetes\.via' cannot change from native to helm while the objects belong to the program: they would be deleted; first run one update with 'kubernetes\.handOver' true/,
    );
    assert.deepEqual(resources, []);
  });

  it("leaves everything but the mark of the program in the cluster when it is handed over", async () => {
    const { resources } = await recordHelm({ kubernetes: { ...base.kubernetes, handOver: true } });
    const cluster = resources.filter(
      ({ type, name, custom }) => custom && /^kubernetes:/.test(type) && name !== "sourcegraph-instance",
    );
    assert.ok(cluster.some(({ type }) => type === release));
    assert.deepEqual(
      cluster.filter(({ retainOnDelete, protect }) => !retainOnDelete || protect).map(({ name }) => name),
      [],
    );
  });
});
