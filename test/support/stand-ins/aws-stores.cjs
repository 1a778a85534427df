// What RDS and ElastiCache do beyond the behaviour data. Texts of errors are from memory where the behaviour data has none.
"use strict";
const { all, keyOf } = require("./cloud.cjs");
const { hex } = require("./shapes.cjs");

const DATABASE = "aws:rds/instance:Instance";
const REDIS = "aws:elasticache/replicationGroup:ReplicationGroup";
const SUBNET = "aws:ec2/subnet:Subnet";

const rds = (code, text) => new Error(`operation error RDS: api error ${code}: ${text}`);
const majorOf = (version) => String(version).split(".")[0];
/** The newest minor AWS takes for a major version. */
const newestMinor = { 16: "16.10", 17: "17.6" };
const actual = (version) => (String(version).includes(".") ? version : (newestMinor[version] ?? `${version}.1`));

function groupNamed(cloud, type, name) {
  const found = all(cloud, type).find(({ outputs }) => outputs.name === name);
  if (!found) throw rds("NotFound", `${type} ${name} does not exist`);
  return found.outputs;
}

function refuseFamily(cloud, { parameterGroupName, engineVersion }) {
  const { family } = groupNamed(cloud, "aws:rds/parameterGroup:ParameterGroup", parameterGroupName);
  if (family !== `postgres${majorOf(engineVersion)}`)
    throw rds(
      "InvalidParameterCombination",
      `The Parameter Group ${parameterGroupName} with DBParameterGroupFamily ${family} cannot be used for this instance. Please use a Parameter Group with DBParameterGroupFamily postgres${majorOf(engineVersion)}`,
    );
}

/** Subnets the test did not make count as a zone each. */
function refuseOneZone(cloud, ids) {
  const zone = (id) => all(cloud, SUBNET).find((subnet) => subnet.id === id)?.outputs.availabilityZone ?? id;
  if (new Set(ids.map(zone)).size < 2)
    throw rds(
      "DBSubnetGroupDoesNotCoverEnoughAZs",
      "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs",
    );
}

function refuseWindows({ backupWindow, maintenanceWindow }) {
  const hours = (text) => [...text.matchAll(/(\d\d):\d\d/g)].map((match) => Number(match[1]));
  const [backup] = hours(backupWindow);
  const [from, to] = hours(maintenanceWindow);
  if ((backup - from + 24) % 24 < (to - from + 24) % 24)
    throw rds("InvalidParameterValue", "The backup window and maintenance window must not overlap.");
}

/** Its last snapshot; the name of one is taken for ever. */
function leaveSnapshot(cloud, type, id, outputs) {
  if (cloud.objects[keyOf(type, id)]) throw rds("DBSnapshotAlreadyExists", `Cannot create the snapshot ${id}`);
  cloud.objects[keyOf(type, id)] = { type, id, inputs: {}, outputs: { id, ...outputs } };
}

const create = {
  "aws:rds/subnetGroup:SubnetGroup": ({ cloud, inputs }) => {
    refuseOneZone(cloud, inputs.subnetIds);
    return {};
  },
  [DATABASE]: ({ cloud, inputs: i }) => {
    refuseFamily(cloud, i);
    refuseWindows(i);
    if (i.maxAllocatedStorage && i.maxAllocatedStorage < i.allocatedStorage * 1.1)
      throw rds("InvalidParameterCombination", "Max storage size must be greater than storage size");
    if (!i.password && !i.manageMasterUserPassword) throw rds("InvalidParameterValue", "Invalid master password");
    const id = `db-${hex(13).toUpperCase()}`;
    return { id, resourceId: id, engineVersionActual: actual(i.engineVersion), status: "available" };
  },
  [REDIS]: ({ inputs: i }) => {
    if (i.authToken && !i.transitEncryptionEnabled)
      throw new Error("api error InvalidParameterCombination: AUTH token needs encryption in transit");
    if (i.automaticFailoverEnabled && (i.numCacheClusters ?? 1) < 2)
      throw new Error('"num_cache_clusters": must be at least 2 if automatic_failover_enabled is true');
    return {};
  },
};

const update = {
  [DATABASE]: ({ cloud, inputs: i, state }) => {
    const [before, after] = [majorOf(state.engineVersion), majorOf(i.engineVersion)];
    if (Number(after) < Number(before))
      throw rds("InvalidParameterCombination", `Cannot upgrade postgres from ${before} to ${after}`);
    if (after !== before && i.allowMajorVersionUpgrade !== true)
      throw rds(
        "InvalidParameterCombination",
        "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version.",
      );
    refuseFamily(cloud, i);
    // What is not applied at once waits for the hours of maintenance.
    return i.applyImmediately === true ? { engineVersionActual: actual(i.engineVersion) } : {};
  },
};

const unsettled = {
  [DATABASE]: ({ changed }) => (changed("engineVersion") ? ["engineVersionActual"] : []),
};

const remove = {
  [DATABASE]: ({ cloud, state }) => {
    if (state.skipFinalSnapshot === true) return;
    leaveSnapshot(cloud, "aws:rds/snapshot:Snapshot", state.finalSnapshotIdentifier, {
      dbInstanceIdentifier: state.identifier,
      kmsKeyId: state.kmsKeyId,
    });
  },
  [REDIS]: ({ cloud, state }) => {
    if (!state.finalSnapshotIdentifier) return;
    leaveSnapshot(cloud, "aws:elasticache/snapshot:Snapshot", state.finalSnapshotIdentifier, {
      replicationGroupId: state.replicationGroupId,
    });
  },
};

/** A change the provider leaves out of its diff: to below what a disk has grown to by itself. */
const disregarded = {
  [DATABASE]: {
    allocatedStorage: ({ change, news }) =>
      Number(change.after) < Number(change.before) && Number(news.maxAllocatedStorage) > Number(change.after),
  },
};

const blockers = {
  [SUBNET]: { "aws:rds/subnetGroup:SubnetGroup": "subnetIds", "aws:elasticache/subnetGroup:SubnetGroup": "subnetIds" },
  "aws:ec2/securityGroup:SecurityGroup": { [DATABASE]: "vpcSecurityGroupIds", [REDIS]: "securityGroupIds" },
};
const inUse = {
  "aws:elasticache/subnetGroup:SubnetGroup": {
    error: "CacheSubnetGroupInUse: Cache subnet group <name> is currently in use by a cache cluster.",
    by: { [REDIS]: "subnetGroupName" },
  },
  "aws:rds/parameterGroup:ParameterGroup": {
    error:
      "InvalidDBParameterGroupState: One or more database instances are still members of this parameter group <name>, so the group cannot be deleted",
    by: { [DATABASE]: "parameterGroupName" },
  },
  "aws:elasticache/parameterGroup:ParameterGroup": {
    error: "InvalidCacheParameterGroupState: Cache parameter group <name> is in use.",
    by: { [REDIS]: "parameterGroupName" },
  },
};

module.exports = { create, update, unsettled, delete: remove, disregarded, blockers, inUse };
