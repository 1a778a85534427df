// A stand-in for Helm in the provider: what `kubernetes:helm.sh/v3:Release` is given is kept as Helm keeps a revision, in a
// Secret; and in place of the vendor's chart, which is not here, a few of its objects are laid down from the values, so that
// replicas, versions, claims and what can never change are a real API server's. It renders no chart and reads no repository.
//
// As the provider does: a change of name or namespace replaces, all else is one `helm upgrade`; an update that does not
// become ready is recorded as failed; uninstalling leaves what carries Helm's policy to keep it, and the StatefulSets' claims.
"use strict";
const { changesOf } = require("./compare.cjs");
const { waitsFor } = require("./kube-await.cjs");
const { NotReady } = require("./standin.cjs");

const type = "kubernetes:helm.sh/v3:Release";
const manager = { manager: "helm", force: true };
const pollMs = 200;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const idOf = ({ namespace, name }) => `${namespace}/${name}`;

/** Inputs the provider has; the rest is dropped, as Go drops what it does not know. */
const known = [
  ..."atomic chart cleanupOnFail createNamespace forceUpdate maxHistory name namespace repositoryOpts resetValues".split(
    " ",
  ),
  ..."reuseValues skipAwait takeOwnership timeout values version waitForJobs".split(" "),
];

function metadata({ name: release, namespace, version }, name, annotations) {
  return {
    name,
    namespace,
    labels: {
      "app.kubernetes.io/managed-by": "Helm",
      "app.kubernetes.io/instance": release,
      "helm.sh/chart": `sourcegraph-${version}`,
    },
    annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace, ...annotations },
  };
}

/** The labels the chart selects pods by, which can never change. */
const selector = ({ name }, app) => ({
  "app.kubernetes.io/name": "sourcegraph",
  "app.kubernetes.io/instance": name,
  app,
});

function pods(inputs, app, key, claimName) {
  const { podAnnotations, image } = inputs.values[key] ?? {};
  const container = { name: key.toLowerCase(), image: `${app}:${image?.tag ?? inputs.version}` };
  const volumes = claimName && [{ name: "disk", persistentVolumeClaim: { claimName } }];
  const labels = { ...selector(inputs, app), deploy: "sourcegraph" };
  return { metadata: { labels, annotations: podAnnotations }, spec: { containers: [container], volumes } };
}

const claimSpec = ({ values }, key) => ({
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: values[key].storageSize } },
  storageClassName: values.storageClass?.name || undefined,
});

function workload(inputs, kind, app, key, replicas, { claim, ...more } = {}) {
  const matchLabels = selector(inputs, app);
  const spec = { replicas, selector: { matchLabels }, template: pods(inputs, app, key, claim), ...more };
  return { apiVersion: "apps/v1", kind, metadata: metadata(inputs, app), spec };
}

/** A few of the vendor's chart's objects: a database with its claim, a set with a template of claims, and the frontends. */
function objectsOf(inputs) {
  const { chart, values } = inputs;
  if (chart !== "sourcegraph") return [];
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(inputs, "sourcegraph-frontend") };
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: metadata(inputs, "pgsql", values.pgsql.storageAnnotations),
    spec: claimSpec(inputs, "pgsql"),
  };
  const volumeClaimTemplates = [{ metadata: { name: "repos" }, spec: claimSpec(inputs, "gitserver") }];
  return [
    account,
    claim,
    workload(inputs, "StatefulSet", "pgsql", "pgsql", 1, { serviceName: "pgsql", claim: "pgsql" }),
    workload(inputs, "StatefulSet", "gitserver", "gitserver", values.gitserver.replicaCount, {
      serviceName: "gitserver",
      volumeClaimTemplates,
    }),
    workload(inputs, "Deployment", "sourcegraph-frontend", "frontend", values.frontend.replicaCount),
  ];
}

/** Helm's record of a revision. */
function record(inputs, revision, status) {
  const { namespace, name } = inputs;
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: { name: `sh.helm.release.v1.${name}.v${revision}`, namespace, labels: { owner: "helm", name, status } },
    stringData: { release: JSON.stringify(inputs) },
  };
}

async function deploy(cluster, inputs, revision) {
  const objects = objectsOf(inputs);
  for (const object of objects) {
    const live = await cluster.get(object);
    const owner = live?.metadata.annotations?.["meta.helm.sh/release-name"];
    if (live && owner !== inputs.name && !inputs.takeOwnership)
      throw new Error(
        `Unable to continue with install: ${object.kind} "${object.metadata.name}" in namespace "${inputs.namespace}" exists and cannot be imported into the current release: invalid ownership metadata`,
      );
    // What the server refuses, Helm records as a release that failed.
    const refused = await cluster.apply(object, manager).then(
      () => undefined,
      (e) => e.message,
    );
    if (refused !== undefined) return refused;
  }
  const seconds = Number(process.env.SGBOX_STANDIN_KUBE_SECONDS) || inputs.timeout || 300;
  const end = Date.now() + seconds * 1000;
  for (const object of inputs.skipAwait ? [] : objects) {
    for (;;) {
      const waiting = await waitsFor(await cluster.get(object), cluster);
      if (waiting === undefined) break;
      if (Date.now() > end) return `${object.kind} ${object.metadata.name}: ${waiting.reason}`;
      await sleep(pollMs);
    }
  }
  await cluster.apply(record(inputs, revision, "deployed"), manager);
  return undefined;
}

const outputsOf = (inputs, revision, status) => ({
  ...inputs,
  status: { name: inputs.name, namespace: inputs.namespace, version: inputs.version, revision, status },
});

async function release(cluster, inputs, revision) {
  const failed = await deploy(cluster, inputs, revision);
  if (failed === undefined) return outputsOf(inputs, revision, "deployed");
  const reason = `Helm release "${idOf(inputs)}" failed to initialize completely: ${failed}`;
  throw new NotReady(idOf(inputs), outputsOf(inputs, revision, "failed"), inputs, [reason]);
}

/** The release as a resource of the provider; `cluster()` is the API server. */
const helm = (cluster) => ({
  check({ news }) {
    const failures = [];
    if (!/^\d+\.\d+\.\d+$/.test(news.version ?? ""))
      failures.push({ property: "version", reason: "the stand-in takes an exact version only" });
    if (!news.repositoryOpts?.repo) failures.push({ property: "chart", reason: `chart "${news.chart}" not found` });
    return { inputs: Object.fromEntries(Object.entries(news).filter(([key]) => known.includes(key))), failures };
  },
  diff({ olds, news }) {
    const { changes } = changesOf({ olds, news });
    const replaces = ({ path }) => path[0] === "name" || path[0] === "namespace";
    return { changes: changes.map((change) => ({ ...change, replaces: replaces(change) })) };
  },
  async create({ inputs, preview }) {
    if (preview) return { id: "", outputs: inputs };
    return { id: idOf(inputs), outputs: await release(cluster(), inputs, 1) };
  },
  async update({ inputs, state, preview }) {
    if (preview) return { outputs: inputs };
    return { outputs: await release(cluster(), inputs, (state.status?.revision ?? 0) + 1) };
  },
  async read({ inputs, state }) {
    const found = await cluster().get(record(inputs, state.status.revision, ""));
    return found && { inputs, outputs: state };
  },
  async delete({ inputs, state }) {
    for (const object of objectsOf(inputs).reverse())
      if (object.metadata.annotations["helm.sh/resource-policy"] !== "keep")
        await cluster().delete(object, "Foreground");
    for (let revision = 1; revision <= (state.status?.revision ?? 0); revision++)
      await cluster().delete(record(inputs, revision, ""), "Background");
  },
});

/** A provider that has Helm too. */
exports.withHelm = function withHelm(provider, cluster) {
  const own = helm(cluster);
  const method = (name) => (call) => (call.type === type ? own[name](call) : provider[name](call));
  return { ...provider, ...Object.fromEntries(Object.keys(own).map((name) => [name, method(name)])) };
};
