// The few requests to a Kubernetes API server that the stand-in provider makes.
"use strict";
const { readFileSync } = require("node:fs");
const https = require("node:https");
const { parse } = require("yaml");

/** No answer for so long means that the cluster is not there. */
const answerTimeoutMs = 10_000;

/** There is no API server at the address. */
class Unreachable extends Error {}

/** The context of a kubeconfig, given as text or as a path, with its cluster and user. */
function contextOf(kubeconfig, contextName) {
  const config = parse(/[\n{]/.test(kubeconfig) ? kubeconfig : readFileSync(kubeconfig, "utf8"));
  const pick = (list, name) => {
    const found = list.find((entry) => entry.name === name);
    if (!found) throw new Error(`the kubeconfig has no '${name}'`);
    return found;
  };
  const { context } = pick(config.contexts, contextName || config["current-context"]);
  return { context, ...pick(config.clusters, context.cluster), ...pick(config.users, context.user) };
}

/** The contexts of the control planes of a test: KUBECONFIG names one file for each, separated by colons. */
const files = () => (process.env.KUBECONFIG ?? "").split(":").filter(Boolean);
const planes = () => files().map((file) => contextOf(file));

/**
 * The control plane that stands behind a new cluster of a cloud: the first that stands behind none of those that are there,
 * which are told by their addresses. Where there is but one, it stands behind every cluster.
 */
function planeFor(addresses) {
  const all = planes().map(({ cluster }) => cluster);
  const free = all.find(({ server }) => !addresses.some((address) => server.endsWith(address)));
  if (!free && all.length !== 1)
    throw new Error(`KUBECONFIG names ${all.length} control planes; each stands behind a cluster already`);
  return free ?? all[0];
}

/**
 * Takes a kubeconfig as text or as a path, and the name of a context. `exec` credentials are not run: whoever would sign in by
 * them does so as the user whom KUBECONFIG has for the same server.
 */
function connect(kubeconfig, contextName) {
  const known = planes();
  const { context, cluster, user: given } = contextOf(kubeconfig || files()[0], contextName);
  const own = known.find((plane) => plane.cluster.server === cluster.server) ?? known[0];
  const user = given.exec && own ? own.user : given;
  const pem = (of, key) =>
    of[`${key}-data`] ? Buffer.from(of[`${key}-data`], "base64") : of[key] && readFileSync(of[key]);
  const tls = () => ({
    ca: pem(cluster, "certificate-authority"),
    cert: pem(user, "client-certificate"),
    key: pem(user, "client-key"),
  });

  /** Resolves to the status and the answer; throws only when there is no answer. */
  function send(method, path, body, type) {
    const payload = body && JSON.stringify(body);
    const headers = { accept: "application/json" };
    // The server refuses a content type on a GET, and a DELETE must tell the length of its body.
    if (payload) Object.assign(headers, { "content-type": type, "content-length": Buffer.byteLength(payload) });
    if (user.token) headers.authorization = `Bearer ${user.token}`;
    return new Promise((resolve, reject) => {
      const lost = (error) =>
        reject(new Unreachable(`the cluster at ${cluster.server} is unreachable: ${error.message}`));
      const options = { ...tls(), method, headers, timeout: answerTimeoutMs };
      const request = https.request(new URL(path, cluster.server), options, async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        const isJson = response.headers["content-type"]?.includes("json");
        resolve({ status: response.statusCode, answer: isJson ? JSON.parse(text) : { message: text } });
      });
      request.on("timeout", () => request.destroy(new Error(`no answer within ${answerTimeoutMs / 1000} s`)));
      request.on("error", lost).end(payload);
    });
  }
  async function accepted(sent) {
    const { status, answer } = await sent;
    if (status >= 400) throw Object.assign(new Error(answer.message), { status });
    return answer;
  }
  const unlessMissing = (promise) =>
    promise.catch((e) => {
      if (e.status === 404) return undefined;
      throw e;
    });

  const kinds = new Map();
  async function kind({ apiVersion, kind: name }) {
    const key = `${apiVersion} ${name}`;
    if (!kinds.has(key)) {
      const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      const served = await unlessMissing(accepted(send("GET", base)));
      const found = served?.resources.find((r) => r.kind === name && !r.name.includes("/"));
      if (!found) throw new Error(`no matches for kind "${name}" in version "${apiVersion}"`);
      kinds.set(key, {
        namespaced: found.namespaced,
        collection: (ns) => `${base}${ns ? `/namespaces/${ns}` : ""}/${found.name}`,
      });
    }
    return kinds.get(key);
  }
  async function path(object) {
    const { namespaced, collection } = await kind(object);
    return `${collection(namespaced && object.metadata.namespace)}/${object.metadata.name}`;
  }
  return {
    namespace: context.namespace ?? "default",
    isNamespaced: async (object) => (await kind(object)).namespaced,
    get: async (object) => unlessMissing(accepted(send("GET", await path(object)))),
    /** All objects of a kind in a namespace. */
    list: async (of, namespace) => (await accepted(send("GET", (await kind(of)).collection(namespace)))).items,
    delete: async (object, propagationPolicy) =>
      unlessMissing(accepted(send("DELETE", await path(object), { propagationPolicy }, "application/json"))),
    /** Server-side apply; with `dryRun`, the server checks and completes the object but does not keep it. */
    apply: async (object, { manager, force, dryRun }) => {
      const query = `?fieldManager=${manager}&force=${force}${dryRun ? "&dryRun=All" : ""}`;
      return accepted(send("PATCH", (await path(object)) + query, object, "application/apply-patch+yaml"));
    },
  };
}

module.exports = { connect, planeFor, Unreachable };
