// What EKS does beyond the behaviour data: versions move one minor up at a time, control plane first, nodes after it.
// Where SGBOX_STANDIN_EKS is set, a control plane of KUBECONFIG stands behind each cluster.
"use strict";
const { createHash } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { all, keyOf } = require("./cloud.cjs");
const { UNKNOWN, isObject } = require("./compare.cjs");
const { planeFor } = require("./kube-api.cjs");

const CLUSTER = "aws:eks/cluster:Cluster";
const NODES = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const ASSOCIATION = "aws:eks/podIdentityAssociation:PodIdentityAssociation";

const minor = (version) => Number(String(version).split(".")[1]);
const refuse = (text) => {
  throw new Error(`operation error EKS: InvalidParameterException: ${text}`);
};
const clusterOf = (cloud, name) => {
  const found = cloud.objects[keyOf(CLUSTER, name)]?.outputs;
  if (!found) throw new Error(`operation error EKS: ResourceNotFoundException: No cluster found for name: ${name}.`);
  return found;
};

function notNewer(cloud, { clusterName, version }) {
  const cluster = clusterOf(cloud, clusterName);
  if (minor(version) > minor(cluster.version))
    refuse(`Nodegroup Kubernetes version ${version} is above that of the cluster, ${cluster.version}`);
}

function controlPlane(cloud) {
  if (!process.env.SGBOX_STANDIN_EKS) return {};
  const cluster = planeFor(all(cloud, CLUSTER).map(({ outputs }) => outputs.endpoint));
  const data = readFileSync(cluster["certificate-authority"]).toString("base64");
  return { endpoint: cluster.server, certificateAuthority: { data } };
}

exports.create = {
  [CLUSTER]: ({ cloud, inputs: i, name }) => {
    const modes = [i.computeConfig, i.kubernetesNetworkConfig?.elasticLoadBalancing, i.storageConfig?.blockStorage];
    if (new Set(modes.map((mode) => mode?.enabled ?? false)).size > 1)
      refuse(
        "compute_config.enabled, kubernetes_network_config.elastic_load_balancing.enabled, and storage_config.block_storage.enabled must all be set to either true or false",
      );
    return { id: i.name ?? name, status: "ACTIVE", ...controlPlane(cloud) };
  },
  [NODES]: ({ cloud, inputs: i, fill }) => {
    notNewer(cloud, i);
    const { clusterName: cluster, nodeGroupName: group } = i;
    return {
      id: `${cluster}:${group}`,
      resources: [{ autoscalingGroups: [{ name: fill(`eks-${group}-<uuid>`) }], remoteAccessSecurityGroupId: "" }],
    };
  },
  [ADDON]: ({ cloud, inputs: i }) => {
    clusterOf(cloud, i.clusterName);
    return { id: `${i.clusterName}:${i.addonName}` };
  },
  // An account of a namespace has one association, whose id EKS makes up.
  [ASSOCIATION]: ({ cloud, inputs: i }) => {
    clusterOf(cloud, i.clusterName);
    const hash = createHash("md5").update([i.clusterName, i.namespace, i.serviceAccount].join("/")).digest("hex");
    return { id: `a-${hash.slice(0, 17)}` };
  },
};

exports.update = {
  [CLUSTER]: ({ state, next }) => {
    const steps = minor(next.version) - minor(state.version);
    if (steps < 0) refuse(`Unsupported Kubernetes minor version update from ${state.version} to ${next.version}`);
    if (steps > 1) refuse(`Unsupported Kubernetes minor version update from ${state.version} to ${next.version}`);
    return {};
  },
  [NODES]: ({ cloud, next }) => {
    notNewer(cloud, next);
    return {};
  },
};

const ofVpc = (vpcConfig, group, vpc) => ({ ...vpcConfig, clusterSecurityGroupId: group, vpcId: vpc });
exports.nested = {
  [CLUSTER]: ({ inputs, fill }) => ({
    vpcConfig: {
      ...ofVpc(inputs.vpcConfig, fill("sg-0a1b2c3d4e5f67890"), fill("vpc-0a1b2c3d4e5f67890")),
      ...(inputs.vpcConfig.clusterSecurityGroupId && inputs.vpcConfig),
    },
  }),
};
exports.previewNested = {
  [CLUSTER]: ({ vpcConfig }) => (isObject(vpcConfig) ? { vpcConfig: ofVpc(vpcConfig, UNKNOWN, UNKNOWN) } : {}),
};

exports.functions = {
  "aws:eks/getAddonVersion:getAddonVersion": ({ args }) => ({
    ...args,
    id: args.addonName,
    version: `v${args.kubernetesVersion}.0-eksbuild.1`,
  }),
  "aws:lb/getHostedZoneId:getHostedZoneId": ({ args, settings }) => ({
    ...args,
    id: "Z35SXDOTRQ7X7K",
    region: args.region ?? settings.region,
  }),
};
