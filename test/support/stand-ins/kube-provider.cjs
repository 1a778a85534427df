// A provider that does what pulumi-kubernetes does, as far as the behaviour data and its settings tell: server-side apply,
// dry runs in previews, the fields that replace, waiting, and clusters that are gone. All else is the API server's word.
//
// Settings it obeys: kubeconfig, context, namespace, enableConfigMapMutable, enableSecretMutable, enablePatchForce,
// upsertExistingObjects, deleteUnreachable. It has no Patch kinds; Helm is in kube-helm.cjs.
// SGBOX_STANDIN_KUBE_SECONDS bounds every wait in place of the resource's own time limit.
"use strict";
const { randomBytes } = require("node:crypto");
const { changesOf, touches, hasUnknown, isBlank, isObject, UNKNOWN } = require("./compare.cjs");
const { connect, Unreachable } = require("./kube-api.cjs");
const { waitsFor } = require("./kube-await.cjs");
const { NotReady } = require("./standin.cjs");
const behaviour = require("./kube-behaviour.json");

const autonamed = "pulumi.com/autonamed";
const everyObject = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];
const pollMs = 200;

let settings = {};
let cluster;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const idOf = ({ metadata: { namespace, name } }) => (namespace ? `${namespace}/${name}` : name);
const annotation = ({ metadata }, name) => metadata?.annotations?.[`pulumi.com/${name}`];
const isOn = (value) => value === true || value === "true";

function secondsFor(timeout, usual) {
  return Number(process.env.SGBOX_STANDIN_KUBE_SECONDS) || timeout || usual;
}

/** Who owns the fields: one name for each resource, kept in its state. */
const managerOf = (state) => state?.__fieldManager ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;

function forced(inputs) {
  const own = annotation(inputs, "patchForce");
  return own === undefined ? isOn(settings.enablePatchForce) : isOn(own);
}

async function applied(inputs, manager, dryRun) {
  try {
    return await cluster.apply(inputs, { manager, force: forced(inputs), dryRun });
  } catch (e) {
    if (e.status === 409 && /conflict/.test(e.message))
      e.message = `${e.message}\nServer-Side Apply field conflict detected; see pulumi.com/patchForce`;
    throw e;
  }
}

/** Objects that this operation deletes before it makes them anew, as `Kind id`. */
const leaving = new Set();
const keyOf = (inputs) => `${inputs.kind} ${idOf(inputs)}`;

/** A dry run. What is on its way out is still there in a preview: its owner and its fields that never change do not count. */
async function dry(inputs, manager) {
  if (hasUnknown(inputs)) return inputs;
  const live = await applied(inputs, manager, true).catch((e) => {
    const inTheWay = e.status === 409 || /immutable|updates to statefulset spec/.test(e.message);
    if (inTheWay && leaving.has(keyOf(inputs))) return undefined;
    // Its namespace, or its kind, may yet be made.
    if (e.status === 404 || e instanceof Unreachable || /^no matches for kind/.test(e.message)) return undefined;
    throw e;
  });
  if (live === undefined) return inputs;
  return { ...live, metadata: { ...live.metadata, uid: UNKNOWN, resourceVersion: UNKNOWN }, status: UNKNOWN };
}

/** What the state keeps of an object. */
function kept(live, manager) {
  const metadata = Object.fromEntries(Object.entries(live.metadata).filter(([key]) => key !== "managedFields"));
  return { ...live, metadata, __fieldManager: manager };
}

async function apply(inputs, manager, timeout) {
  let live = await applied(inputs, manager, false);
  const end = Date.now() + secondsFor(timeout, 600) * 1000;
  for (;;) {
    const waiting = await waitsFor(live, cluster);
    if (waiting === undefined) return kept(live, manager);
    if (waiting.fatal || Date.now() > end)
      throw new NotReady(idOf(live), kept(live, manager), inputs, [
        `the Kubernetes API server reported that "${idOf(live)}" failed to fully initialize or become live: ${waiting.reason}`,
      ]);
    await sleep(pollMs);
    live = (await cluster.get(inputs)) ?? live;
  }
}

/** The live values of just the fields that the program has set. The server leaves out what is empty. */
function project(inputs, live) {
  if (Array.isArray(inputs) && Array.isArray(live))
    return live.map((v, i) => (i in inputs ? project(inputs[i], v) : v));
  if (!isObject(inputs) || !isObject(live)) return live;
  const isEmpty = (v) => isBlank(v) || (typeof v === "object" && Object.keys(v).length === 0);
  const kept = Object.keys(inputs).filter((k) => k in live || isEmpty(inputs[k]));
  return Object.fromEntries(kept.map((k) => [k, k in live ? project(inputs[k], live[k]) : inputs[k]]));
}

/** The fields of a type whose change replaces the object. */
function replacing(type) {
  const fields = [...everyObject, ...(behaviour[type]?.replace ?? [])];
  if (type === "kubernetes:core/v1:ConfigMap" && !isOn(settings.enableConfigMapMutable))
    fields.push("data", "binaryData");
  if (type === "kubernetes:core/v1:Secret" && !isOn(settings.enableSecretMutable)) fields.push("data", "stringData");
  return fields;
}

const isUnready = (inputs, state) =>
  isOn(annotation(inputs, "replaceUnready")) &&
  !state.status?.conditions?.some((c) => c.type === "Complete" && c.status === "True");

exports.provider = {
  name: "kubernetes",
  version: "4.34.2",
  configure({ config }) {
    settings = config;
    cluster = connect(config.kubeconfig, config.context);
    if (config.namespace) cluster.namespace = config.namespace;
  },
  async check({ type, name, olds, news }) {
    if (/Patch$|:helm\.sh|:yaml/.test(type)) throw new Error(`the stand-in for kubernetes has no ${type}`);
    const metadata = { ...news.metadata };
    if (!metadata.name) {
      const old = olds.metadata?.annotations?.[autonamed] && olds.metadata.name;
      metadata.name = old || `${name}-${randomBytes(4).toString("hex")}`;
      metadata.annotations = { ...metadata.annotations, [autonamed]: "true" };
    }
    // The definition of a custom kind may be still to come, and the cluster may be gone: then the program names it.
    if (!metadata.namespace && (await cluster.isNamespaced(news).catch(() => false)))
      metadata.namespace = cluster.namespace;
    return { inputs: { ...news, metadata } };
  },
  diff({ type, olds, news, state }) {
    const { changes, counts } = changesOf({ olds, news });
    const fields = replacing(type);
    const marked = changes.map((c) => ({ ...c, replaces: fields.some((field) => touches(field, c, counts)) }));
    if (type === "kubernetes:batch/v1:Job" && isUnready(news, state))
      marked.push({ path: ["spec"], kind: "update", replaces: true });
    const same = idOf(olds) === idOf(news);
    const deleteBeforeReplace = same && !news.metadata.annotations?.[autonamed];
    if (deleteBeforeReplace && marked.some(({ replaces }) => replaces)) leaving.add(keyOf(news));
    return { changes: marked, deleteBeforeReplace };
  },
  async create({ inputs, preview, timeout }) {
    const id = hasUnknown(inputs.metadata?.name ?? "") ? "" : idOf(inputs);
    const manager = managerOf(undefined);
    if (!isOn(settings.upsertExistingObjects) && id !== "" && !preview && (await cluster.get(inputs)))
      throw new Error(
        `resource "${id}" was not successfully created by the Kubernetes API server: ${inputs.kind} "${inputs.metadata.name}" already exists`,
      );
    return { id, outputs: preview ? await dry(inputs, manager) : await apply(inputs, manager, timeout) };
  },
  async update({ inputs, state, preview, timeout }) {
    const manager = managerOf(state);
    return { outputs: preview ? await dry(inputs, manager) : await apply(inputs, manager, timeout) };
  },
  async read({ id, inputs, state }) {
    const [namespace, name] = id.includes("/") ? id.split("/") : [undefined, id];
    const identity = { metadata: { name, namespace }, apiVersion: state.apiVersion, kind: state.kind };
    const live = await cluster.get({ ...identity, ...inputs }).catch((e) => {
      if (e instanceof Unreachable && isOn(settings.deleteUnreachable)) return undefined;
      throw e;
    });
    if (!live) return undefined;
    // A Secret's stringData is written only: what came of it is in its data.
    const decoded = Object.entries(live.data ?? {}).map(([k, v]) => [k, Buffer.from(String(v), "base64").toString()]);
    const readable = inputs.stringData ? { ...live, stringData: Object.fromEntries(decoded) } : live;
    return { inputs: project(inputs, readable), outputs: kept(live, managerOf(state)) };
  },
  async delete({ inputs, timeout }) {
    const end = Date.now() + secondsFor(timeout, 600) * 1000;
    const policy = annotation(inputs, "deletionPropagationPolicy") ?? "foreground";
    try {
      await cluster.delete(inputs, policy[0].toUpperCase() + policy.slice(1));
      while (await cluster.get(inputs)) {
        if (Date.now() > end) throw new Error(`${inputs.kind} ${idOf(inputs)} is still being deleted`);
        await sleep(pollMs);
      }
    } catch (e) {
      if (!(e instanceof Unreachable) || !isOn(settings.deleteUnreachable)) throw e;
      return { note: { kept: true } };
    }
    return {};
  },
};

exports.provider = require("./kube-helm.cjs").withHelm(exports.provider, () => cluster);
