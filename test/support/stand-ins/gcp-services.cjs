// What Cloud SQL, Memorystore and private services access do beyond the behaviour data.
//
// Texts of errors are from memory where the behaviour data has none.
"use strict";
const { all, keyOf } = require("./cloud.cjs");
const { lastSegment, numberOf } = require("./shapes.cjs");

const SERVER = "gcp:sql/databaseInstance:DatabaseInstance";
const DATABASE = "gcp:sql/database:Database";
const USER = "gcp:sql/user:User";
const REDIS = "gcp:redis/instance:Instance";
const CONNECTION = "gcp:servicenetworking/connection:Connection";
const NETWORK = "gcp:compute/network:Network";
const RANGE = "gcp:compute/globalAddress:GlobalAddress";
const LOGS = "gcp:logging/projectBucketConfig:ProjectBucketConfig";
const PLACEMENTS = "gcp:firestore/database:Database";
const IMAGES = "gcp:artifactregistry/repository:Repository";

/** Networks that the test did not make have private services access, unless their name says "closed". */
function refuseUnpeered(cloud, network) {
  const made = all(cloud, NETWORK).some((o) => o.outputs.name === lastSegment(network));
  const peered = all(cloud, CONNECTION).some((o) => lastSegment(o.outputs.network) === lastSegment(network));
  if (made ? !peered : /closed/.test(network))
    throw new Error(
      `googleapi: Error 400: Invalid request: Incorrect Service Networking config for instance: the network '${network}' doesn't have at least 1 private services connection., invalid`,
    );
}

/** A key is used by the service's agent of the project that the resource is in, and by no other project's. */
function refuseWithoutKey({ cloud, settings, fields }, key, agent) {
  const members = all(cloud, "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember");
  const own = `service-${numberOf(fields.project ?? settings.project)}@`;
  const may = ({ cryptoKeyId, member }) => cryptoKeyId === key && member.includes(own) && member.includes(agent);
  if (key && !members.some(({ outputs }) => may(outputs)))
    throw new Error(`googleapi: Error 400: the service agent of ${agent} may not use the key ${key}, invalid`);
}

function refuseSettings({ settings: s = {}, databaseVersion }) {
  // From PostgreSQL 16 on the dearer edition is the usual one.
  const edition = s.edition ?? (Number(String(databaseVersion).split("_")[1]) >= 16 ? "ENTERPRISE_PLUS" : "ENTERPRISE");
  if (/^db-(custom|f1|g1)/.test(s.tier) !== (edition === "ENTERPRISE"))
    throw new Error(
      `googleapi: Error 400: Invalid request: Invalid Tier (${s.tier}) for (${edition}) Edition, invalid`,
    );
  const backup = s.backupConfiguration ?? {};
  if (backup.transactionLogRetentionDays > (edition === "ENTERPRISE" ? 7 : 35))
    throw new Error("googleapi: Error 400: Invalid request: transaction log retention days out of range, invalid");
  if (s.availabilityType === "REGIONAL" && !(backup.enabled && backup.pointInTimeRecoveryEnabled))
    throw new Error(
      "googleapi: Error 400: Invalid request: high availability needs backups and point-in-time recovery, invalid",
    );
}

/** The disk as it is: the provider leaves a size out that is below what the disk has grown to. */
function grown(next, state) {
  const [now, before] = [next.settings ?? {}, state.settings ?? {}];
  if (now.diskAutoresize === false || !(now.diskSize < before.diskSize)) return {};
  return { settings: { ...now, diskSize: before.diskSize } };
}

const server = (cloud, name) => all(cloud, SERVER).find((o) => o.outputs.name === name);
function refuseWithoutServer({ cloud, inputs: i }) {
  if (!server(cloud, i.instance))
    throw new Error(`googleapi: Error 404: The Cloud SQL instance ${i.instance} does not exist., notFound`);
  return {};
}

const create = {
  [SERVER]: (context) => {
    const { cloud, inputs: i, fill } = context;
    const ip = i.settings?.ipConfiguration ?? {};
    refuseSettings(i);
    if (ip.privateNetwork) refuseUnpeered(cloud, ip.privateNetwork);
    refuseWithoutKey(context, i.encryptionKeyName, "gcp-sa-cloud-sql");
    const address = fill("10.1.0.3");
    return ip.ipv4Enabled === false
      ? {
          privateIpAddress: address,
          firstIpAddress: address,
          ipAddresses: [{ ipAddress: address, type: "PRIVATE", timeToRetire: "" }],
        }
      : {};
  },
  [DATABASE]: refuseWithoutServer,
  [USER]: refuseWithoutServer,
  [REDIS]: (context) => {
    const { cloud, inputs: i } = context;
    if (!/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/.test(i.name))
      throw new Error(
        `googleapi: Error 400: instance id '${i.name}' must be 1 to 40 lower-case letters, digits and dashes, invalid`,
      );
    if (i.connectMode === "PRIVATE_SERVICE_ACCESS") refuseUnpeered(cloud, i.authorizedNetwork);
    refuseWithoutKey(context, i.customerManagedKey, "cloud-redis");
    return {};
  },
  // A peering that is there keeps its ranges, unless the provider is told to go on with an update.
  [CONNECTION]: ({ cloud, inputs: i }) => {
    const there = all(cloud, CONNECTION).find(({ outputs: o }) => lastSegment(o.network) === lastSegment(i.network));
    const same = String(there?.outputs.reservedPeeringRanges) === String(i.reservedPeeringRanges);
    if (there && !same && !i.updateOnCreationFail)
      throw new Error(
        "Error waiting for Create Service Networking Connection: Error code 9, message: Cannot modify allocated ranges in CreateConnection. Please use UpdateConnection.",
      );
    return {};
  },
  [LOGS]: (context) => {
    refuseWithoutKey(context, context.inputs.cmekSettings?.kmsKeyName, "gcp-sa-logging");
    return {};
  },
  [PLACEMENTS]: (context) => {
    refuseWithoutKey(context, context.inputs.cmekConfig?.kmsKeyName, "gcp-sa-firestore");
    return {};
  },
  [IMAGES]: (context) => {
    refuseWithoutKey(context, context.inputs.kmsKeyName, "gcp-sa-artifactregistry");
    return {};
  },
};

const nested = {
  [SERVER]: ({ inputs: i }) => (i.settings?.ipConfiguration?.ipv4Enabled === false ? { publicIpAddress: "" } : {}),
};

const update = {
  [SERVER]: ({ cloud, id, next, state }) => {
    refuseSettings(next);
    const [was, now] = [state.databaseVersion, next.databaseVersion].map((v) => Number(String(v).split("_")[1]));
    if (now < was)
      throw new Error("googleapi: Error 400: Invalid request: a database version cannot be downgraded, invalid");
    const kept = grown(next, state);
    const { settings } = cloud.objects[keyOf(SERVER, id)].outputs;
    if ((kept.settings ?? next.settings).diskSize < settings.diskSize)
      throw new Error(
        "googleapi: Error 400: Invalid request: Storage size cannot be decreased: refresh, and see how far it has grown., invalid",
      );
    return kept;
  },
};

/** What still uses the private services access of a network. */
const usersOf = (cloud, network) =>
  [
    ...all(cloud, SERVER).filter(
      (o) => lastSegment(o.outputs.settings?.ipConfiguration?.privateNetwork ?? "") === network,
    ),
    ...all(cloud, REDIS).filter((o) => lastSegment(o.outputs.authorizedNetwork ?? "") === network),
  ].map(({ id }) => id);

const remove = {
  [SERVER]: ({ cloud, object, id }) => {
    const { name, project, settings } = object.outputs;
    if (settings?.deletionProtectionEnabled)
      throw new Error(
        "googleapi: Error 400: The instance is protected. Please disable the deletion protection and try again., invalid",
      );
    for (const type of [DATABASE, USER])
      for (const o of all(cloud, type)) if (o.outputs.instance === name) delete cloud.objects[keyOf(type, o.id)];
    cloud.reserved[keyOf(SERVER, `${project}/${name}`)] =
      `Error, failed to create instance ${name}: googleapi: Error 409: The Cloud SQL instance already exists. When you delete an instance, you can't reuse the name of the deleted instance until one week from the deletion date., instanceAlreadyExists (${id})`;
  },
  [CONNECTION]: ({ cloud, state }) => {
    const servers = all(cloud, SERVER).length + all(cloud, REDIS).length;
    const lately = Object.keys(cloud.reserved).some((key) => key.startsWith(SERVER));
    if (servers > 0 || lately)
      throw new Error(
        `Unable to remove Service Networking Connection, err: Error waiting for Delete Service Networking Connection: Error code 9, message: Failed to delete connection; Producer services (e.g. CloudSQL, Cloud Memstore, etc.) are still using this connection. (${state.network})`,
      );
  },
  [RANGE]: ({ cloud, state }) => {
    const users = state.purpose === "VPC_PEERING" ? usersOf(cloud, lastSegment(state.network)) : [];
    if (users.length > 0)
      throw new Error(
        `googleapi: Error 400: The resource '${state.selfLink}' is already being used by '${users[0]}', resourceInUseByAnotherResource`,
      );
  },
  // An abandoned peering goes with its network.
  [NETWORK]: ({ cloud, state }) => {
    const [user] = usersOf(cloud, state.name);
    if (user)
      throw new Error(
        `googleapi: Error 400: The resource '${state.selfLink}' is already being used by '${user}', resourceInUseByAnotherResource`,
      );
    for (const o of all(cloud, CONNECTION))
      if (lastSegment(o.outputs.network) === state.name) delete cloud.objects[keyOf(CONNECTION, o.id)];
  },
};

const same = {
  [SERVER]: {
    of: (o) => `${o.project}/${o.name}`,
    error:
      "Error, failed to create instance <name>: googleapi: Error 409: The Cloud SQL instance already exists., instanceAlreadyExists",
  },
};

/** Domains of service agents that are not called like their service. */
const agents = { "sqladmin.googleapis.com": "gcp-sa-cloud-sql", "redis.googleapis.com": "cloud-redis" };

module.exports = { refuseWithoutKey, create, nested, update, remove, same, agents };
