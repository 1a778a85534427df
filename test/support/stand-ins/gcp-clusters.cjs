// What GKE does beyond the behaviour data: versions, what it refuses, and what goes with a cluster.
//
// Where SGBOX_STANDIN_GKE is set, a control plane of KUBECONFIG stands behind each cluster.
"use strict";
const { readFileSync } = require("node:fs");
const { all, keyOf } = require("./cloud.cjs");
const { planeFor } = require("./kube-api.cjs");
const { refuseWithoutKey } = require("./gcp-services.cjs");
const { lastSegment } = require("./shapes.cjs");

const CLUSTER = "gcp:container/cluster:Cluster";
const POOL = "gcp:container/nodePool:NodePool";
const PLAN = "gcp:gkebackup/backupPlan:BackupPlan";
const HOUR = 3_600_000;

const minor = (version) => Number(String(version).split(".")[1]);
/** A version as GKE runs it: a name without a patch stands for the newest patch. */
const exact = (version) => (/^\d+\.\d+$/.test(version) ? `${version}.3-gke.1001000` : version);
const refuse = (text) => {
  throw new Error(`googleapi: Error 400: ${text}, badRequest`);
};

const clusterOf = (cloud, reference) =>
  all(cloud, CLUSTER).find(({ id, outputs }) => id === reference || outputs.name === lastSegment(reference))?.outputs;

/** Hours of maintenance that a weekly window leaves in 32 days. */
function refuseWindow({ maintenancePolicy }) {
  const { startTime, endTime, recurrence } = maintenancePolicy?.recurringWindow ?? {};
  if (!/^FREQ=WEEKLY;BYDAY=\w\w$/.test(recurrence ?? "")) return;
  const hours = (Date.parse(endTime) - Date.parse(startTime)) / HOUR;
  if (hours < 4 || hours * 4 < 48)
    refuse(
      "maintenance policy would go longer than 32d without 48h maintenance availability of ≥4h contiguous duration",
    );
}

function refuseEndpoint({ privateClusterConfig: p, masterAuthorizedNetworksConfig: authorized }) {
  if (p?.enablePrivateEndpoint && !authorized)
    refuse("master_authorized_networks_config must be enabled if enable_private_endpoint is true");
}

/** Where the API is, and by what it is known. */
function control(cloud, inputs, fill) {
  if (process.env.SGBOX_STANDIN_GKE) {
    const others = all(cloud, CLUSTER).map(({ outputs }) => outputs.endpoint);
    const { server, "certificate-authority": authority } = planeFor(others);
    return { endpoint: new URL(server).host, masterAuth: { clusterCaCertificate: readFileSync(authority, "base64") } };
  }
  return {
    masterAuth: { clusterCaCertificate: Buffer.from("stand-in authority").toString("base64") },
    endpoint: fill(inputs.privateClusterConfig?.enablePrivateEndpoint ? "10.0.0.10" : "203.0.113.40"),
  };
}

const create = {
  [CLUSTER]: (context) => {
    const { cloud, inputs, fill } = context;
    refuseWindow(inputs);
    refuseEndpoint(inputs);
    refuseWithoutKey(context, inputs.databaseEncryption?.keyName, "container-engine-robot");
    refuseWithoutKey(context, inputs.nodeConfig?.bootDiskKmsKey, "compute-system");
    return { ...control(cloud, inputs, fill), masterVersion: exact(inputs.minMasterVersion ?? "1.34") };
  },
  [POOL]: (context) => {
    const { cloud, inputs } = context;
    refuseWithoutKey(context, inputs.nodeConfig?.bootDiskKmsKey, "compute-system");
    return { version: poolVersion(cloud, inputs) };
  },
  [PLAN]: (context) => {
    const { cloud, inputs } = context;
    refuseWithoutKey(context, inputs.backupConfig?.encryptionKey?.gcpKmsEncryptionKey, "gkebackup");
    if (!clusterOf(cloud, inputs.cluster)) refuse(`Cluster ${inputs.cluster} was not found`);
    return {};
  },
};

/** The version a pool gets: never above the control plane's, nor more than two minors below. */
function poolVersion(cloud, { cluster: reference, version }) {
  const cluster = clusterOf(cloud, reference);
  if (!cluster) refuse(`Cluster ${reference} was not found`);
  const wanted = exact(version ?? cluster.masterVersion);
  if (minor(wanted) > minor(cluster.masterVersion))
    refuse(`Node version "${wanted}" must not be newer than master version "${cluster.masterVersion}"`);
  return wanted;
}

const update = {
  [CLUSTER]: ({ cloud, inputs, state, changed }) => {
    refuseWindow(inputs);
    refuseEndpoint(inputs);
    if (!changed("minMasterVersion")) return {};
    const wanted = exact(inputs.minMasterVersion);
    if (minor(wanted) > minor(state.masterVersion) + 1)
      refuse(`Master cannot be upgraded to "${wanted}": cannot upgrade the master more than a minor version at a time`);
    for (const { outputs } of all(cloud, POOL))
      if (lastSegment(outputs.cluster) === state.name && minor(wanted) > minor(outputs.version) + 2)
        refuse(`Node pool "${outputs.name}" is too old for master version "${wanted}"`);
    // The endpoint stays; a lower minimum changes nothing.
    return minor(wanted) > minor(state.masterVersion) ? { masterVersion: wanted } : {};
  },
  [POOL]: ({ cloud, inputs }) => ({ version: poolVersion(cloud, inputs) }),
};

const remove = {
  // The pools go with it.
  [CLUSTER]: ({ cloud, state }) => {
    for (const o of all(cloud, POOL))
      if (lastSegment(o.outputs.cluster) === state.name) delete cloud.objects[keyOf(POOL, o.id)];
  },
};

module.exports = {
  create,
  update,
  remove,
  inNetwork: { [CLUSTER]: "network" },
  inSubnetwork: { [CLUSTER]: "subnetwork" },
};
