// What an object still waits for, in the provider's eyes: a reason, or nothing when it is ready.
"use strict";

const condition = (status, type) => status.conditions?.find((c) => c.type === type)?.status === "True";

/** By kind; kinds without an entry are ready at once. Each takes the live object and the cluster. */
const kinds = {
  Deployment({ metadata, spec, status }) {
    const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
    const wanted = spec.replicas;
    const settled = observedGeneration >= metadata.generation && replicas === updatedReplicas;
    if (settled && updatedReplicas >= wanted && availableReplicas >= wanted) return undefined;
    return `${updatedReplicas} of ${wanted} replicas are updated, ${availableReplicas} available`;
  },
  StatefulSet({ metadata, spec, status }) {
    const { observedGeneration = 0, replicas = 0, readyReplicas = 0, updateRevision, currentRevision } = status;
    const settled = observedGeneration >= metadata.generation && updateRevision === currentRevision;
    if (settled && replicas === spec.replicas && readyReplicas === spec.replicas) return undefined;
    return `${readyReplicas} of ${spec.replicas} replicas are ready`;
  },
  DaemonSet({ metadata, status }) {
    const { observedGeneration = 0, desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberReady = 0 } = status;
    const settled = observedGeneration >= metadata.generation && updatedNumberScheduled === desiredNumberScheduled;
    if (settled && numberReady === desiredNumberScheduled) return undefined;
    return `${numberReady} of ${desiredNumberScheduled} pods are ready`;
  },
  Job({ status }) {
    const failed = status.conditions?.find((c) => c.type === "Failed" && c.status === "True");
    if (failed) return { fatal: `it failed: ${failed.message}` };
    return condition(status, "Complete") ? undefined : "it is not complete";
  },
  async PersistentVolumeClaim({ spec, status }, cluster) {
    if (status.phase === "Bound") return undefined;
    const classes = await cluster.list({ apiVersion: "storage.k8s.io/v1", kind: "StorageClass" });
    const isDefault = ({ metadata }) =>
      metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";
    const name = spec.storageClassName;
    const own = classes.find((c) => (name === undefined ? isDefault(c) : c.metadata.name === name));
    return own?.volumeBindingMode === "WaitForFirstConsumer" ? undefined : `it is ${status.phase}`;
  },
  async Service({ metadata, spec, status }, cluster) {
    if (spec.type === "LoadBalancer")
      return status.loadBalancer?.ingress?.length ? undefined : "it has no load balancer address";
    if (spec.clusterIP === "None" || !spec.selector || spec.type === "ExternalName") return undefined;
    const slices = await cluster.list({ apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" }, metadata.namespace);
    const own = slices.filter((s) => s.metadata.labels?.["kubernetes.io/service-name"] === metadata.name);
    const ready = own.some((s) => s.endpoints?.some((e) => e.conditions?.ready === true));
    return ready ? undefined : "it has no ready endpoint";
  },
  Ingress: ({ status }) => (status.loadBalancer?.ingress?.length ? undefined : "it has no address"),
};

/** `jsonpath={.a.b}`, or `jsonpath={.a.b}=value`: the field is there, or has the value. */
function waitFor(expression, live) {
  const [, path, wanted] = /^jsonpath=\{\.([\w.]+)\}(?:=(.*))?$/.exec(expression) ?? [];
  if (path === undefined) throw new Error(`the stand-in does not understand pulumi.com/waitFor: ${expression}`);
  const value = path.split(".").reduce((at, key) => at?.[key], live);
  const met = wanted === undefined ? value !== undefined : String(value) === wanted;
  return met ? undefined : `.${path} is ${JSON.stringify(value)}`;
}

/** What the object waits for: `{ reason, fatal? }`, or undefined when it is ready. */
exports.waitsFor = async function waitsFor(live, cluster) {
  const annotations = live.metadata.annotations ?? {};
  if (annotations["pulumi.com/skipAwait"] === "true") return undefined;
  const own = annotations["pulumi.com/waitFor"];
  const found =
    own === undefined ? await kinds[live.kind]?.({ ...live, status: live.status ?? {} }, cluster) : waitFor(own, live);
  if (found === undefined) return undefined;
  return typeof found === "string" ? { reason: found } : { reason: found.fatal, fatal: true };
};
