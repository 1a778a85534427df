// What Google Cloud does beyond the behaviour data: values it fills in, what is in use, what stays for ever.
"use strict";
const { createHash } = require("node:crypto");
const ipaddr = require("ipaddr.js");
const { all, keyOf, serial } = require("./cloud.cjs");
const { UNKNOWN } = require("./compare.cjs");
const { hex, lastSegment, numberOf } = require("./shapes.cjs");
const clusters = require("./gcp-clusters.cjs");
const services = require("./gcp-services.cjs");

function configure(config) {
  const labels = config.defaultLabels ? JSON.parse(config.defaultLabels) : {};
  const project = config.project ?? process.env.GOOGLE_PROJECT;
  return {
    project,
    region:
      config.region ??
      process.env.GOOGLE_REGION ??
      (config.zone && config.zone.replace(/-[a-z]$/, "")) ??
      "us-central1",
    zone: config.zone ?? process.env.GOOGLE_ZONE,
    account: numberOf(project),
    labels,
    marks: String(config.addPulumiAttributionLabel ?? "true") !== "false",
  };
}

const { specOf } = require("./rules.cjs");

/** Project, region and zone of the provider, where the type has them. */
function known(settings, type, inputs) {
  const spec = specOf(type);
  const has = (p) => spec.filledWhenOmitted?.includes(p);
  const missing = (p) => inputs[p] === undefined && has(p);
  if (missing("project") && !settings.project) throw new Error("project: required field is not set");
  if (missing("zone") && !settings.zone)
    throw new Error("Cannot determine zone: set in this resource, or set provider-level zone.");
  const values = {
    project: settings.project,
    region: settings.region,
    zone: settings.zone,
    location: settings.region,
    deletionPolicy: "DELETE",
  };
  const filled = Object.fromEntries(Object.entries(values).filter(([p]) => has(p)));
  // Placeholders of ids need a project even where the type has no such input.
  return inputs.project === undefined &&
    filled.project === undefined &&
    settings.project &&
    /<project>/.test(JSON.stringify(spec.computed))
    ? { ...filled, project: settings.project }
    : filled;
}

function labels({ labels: defaults, marks }, type, o) {
  const { computed } = specOf(type);
  if (!computed.effectiveLabels) return {};
  if (typeof o.labels === "string") return { pulumiLabels: UNKNOWN, effectiveLabels: UNKNOWN };
  const own = { ...defaults, ...o.labels };
  return { pulumiLabels: own, effectiveLabels: { ...own, ...(marks && { "goog-pulumi-provisioned": "true" }) } };
}

const INSTANCE = "gcp:compute/instance:Instance";
const DISK = "gcp:compute/disk:Disk";
const ATTACHED = "gcp:compute/attachedDisk:AttachedDisk";
const BASE = "https://www.googleapis.com/compute/v1/";
const find = (cloud, type, id) => cloud.objects[keyOf(type, String(id).replace(BASE, ""))]?.outputs;
/** By id, self link, or bare name. */
const seek = (cloud, type, reference) =>
  find(cloud, type, reference) ?? all(cloud, type).find((o) => o.outputs.name === lastSegment(reference))?.outputs;
const base64 = (hash, text) => createHash(hash).update(String(text)).digest("base64");
const conflict = (id) => `googleapi: Error 409: The resource '${id}' already exists, alreadyExists`;
const inUse = (what, by) =>
  `googleapi: Error 400: The resource '${what}' is already being used by '${by}', resourceInUseByAnotherResource`;

/** A read-write disk can be attached to one machine only. */
function refuseAttached(cloud, disk, instance) {
  const name = lastSegment(disk);
  const users = [
    ...all(cloud, ATTACHED).map(({ outputs: o }) => ({ disk: o.disk, instance: o.instance, mode: o.mode })),
    ...all(cloud, INSTANCE).flatMap(({ outputs: o }) =>
      (o.attachedDisks ?? []).map((d) => ({ disk: d.source, instance: o.name, mode: d.mode })),
    ),
  ];
  const user = users.find(
    (u) => lastSegment(u.disk) === name && u.mode !== "READ_ONLY" && lastSegment(u.instance) !== lastSegment(instance),
  );
  if (user)
    throw new Error(
      `googleapi: Error 400: The disk resource '${disk}' is already being used by '${user.instance}', RESOURCE_IN_USE_BY_ANOTHER_RESOURCE`,
    );
}

const size = { "pd-standard": 500, "pd-ssd": 100, "pd-balanced": 100 };

const create = {
  "gcp:compute/subnetwork:Subnetwork": ({ inputs }) => {
    const [network] = inputs.ipCidrRange ? ipaddr.IPv4.parseCIDR(inputs.ipCidrRange) : [];
    const bytes = network?.toByteArray();
    return bytes ? { gatewayAddress: [...bytes.slice(0, 3), bytes[3] + 1].join(".") } : {};
  },
  "gcp:compute/address:Address": ({ inputs: i, fill }) => ({
    address: fill(i.addressType === "INTERNAL" ? "10.0.0.10" : "203.0.113.10"),
  }),
  "gcp:compute/globalAddress:GlobalAddress": ({ fill }) => ({ address: fill("203.0.113.20") }),
  [DISK]: ({ cloud, inputs: i }) => {
    const from = i.snapshot && seek(cloud, "gcp:compute/snapshot:Snapshot", i.snapshot);
    return { size: i.size ?? from?.diskSizeGb ?? (i.image ? 10 : (size[i.type] ?? 10)), physicalBlockSizeBytes: 4096 };
  },
  [ATTACHED]: ({ cloud, inputs: i, fields }) => {
    const instance = seek(cloud, INSTANCE, i.instance);
    if (!instance) throw new Error(`googleapi: Error 404: The resource '${i.instance}' was not found, notFound`);
    if (!seek(cloud, DISK, i.disk))
      throw new Error(`googleapi: Error 404: The resource '${i.disk}' was not found, notFound`);
    refuseAttached(cloud, i.disk, i.instance);
    const { project, zone } = instance;
    fields.project = project;
    return {
      project,
      zone,
      id: `projects/${project}/zones/${zone}/instances/${instance.name}/${lastSegment(i.disk)}`,
      deviceName: lastSegment(i.disk),
    };
  },
  [INSTANCE]: ({ cloud, inputs }) => {
    for (const d of inputs.attachedDisks ?? [])
      if (d.mode !== "READ_ONLY") refuseAttached(cloud, d.source, inputs.name);
    return {};
  },
  "gcp:compute/snapshot:Snapshot": ({ cloud, inputs: i }) => {
    const disk = seek(cloud, DISK, i.sourceDisk);
    if (!disk) throw new Error(`googleapi: Error 404: The resource '${i.sourceDisk}' was not found, notFound`);
    return { diskSizeGb: disk.size };
  },
  "gcp:compute/globalForwardingRule:GlobalForwardingRule": ({ inputs, fill }) => ({
    ipAddress: inputs.ipAddress ?? fill("203.0.113.20"),
  }),
  "gcp:compute/managedSslCertificate:ManagedSslCertificate": ({ inputs }) => ({
    subjectAlternativeNames: inputs.managed?.domains ?? [],
  }),
  "gcp:secretmanager/secretVersion:SecretVersion": ({ cloud, inputs: i }) => {
    const [, project, secret] = /projects\/([^/]+)\/secrets\/([^/]+)/.exec(i.secret) ?? [];
    if (!project)
      throw new Error(`secret: expected format: projects/{{project}}/secrets/{{secret_id}}, got ${i.secret}`);
    const parent = `projects/${numberOf(project)}/secrets/${secret}`;
    const version = String(serial(cloud, parent));
    return { id: `${parent}/versions/${version}`, name: `${parent}/versions/${version}`, version };
  },
  "gcp:storage/bucketObject:BucketObject": ({ inputs }) => ({
    ...stored(inputs),
    contentType: "text/plain; charset=utf-8",
    storageClass: "STANDARD",
  }),
  "gcp:projects/serviceIdentity:ServiceIdentity": ({ inputs: i, fields }) => {
    const domain = services.agents[i.service] ?? `gcp-sa-${i.service.split(".")[0]}`;
    const email = `service-${numberOf(fields.project)}@${domain}.iam.gserviceaccount.com`;
    return { email, member: `serviceAccount:${email}` };
  },
  ...services.create,
  ...clusters.create,
};

function stored(inputs) {
  const content = inputs.content ?? JSON.stringify(inputs.source ?? "");
  const md5 = createHash("md5").update(content).digest();
  return {
    md5hash: md5.toString("base64"),
    md5hexhash: md5.toString("hex"),
    crc32c: base64("sha1", content).slice(0, 8),
    generation: Date.now(),
  };
}

/** Addresses inside the blocks of an instance. */
const interfaces = (made) => (o) =>
  o.networkInterfaces?.map?.((nic, n) => ({
    ...nic,
    name: nic.name ?? (made ? `nic${n}` : UNKNOWN),
    networkIp: nic.networkIp ?? (made ? made("10.0.0.10", n) : UNKNOWN),
    ...(Array.isArray(nic.accessConfigs) && {
      accessConfigs: nic.accessConfigs.map((a) => ({
        ...a,
        natIp: a.natIp ?? (made ? made("203.0.113.30", n) : UNKNOWN),
        networkTier: a.networkTier ?? "PREMIUM",
      })),
    }),
  }));
const nested = {
  [INSTANCE]: ({ inputs, fill }) => ({ networkInterfaces: interfaces(fill)(inputs) }),
  ...services.nested,
};
const previewNested = {
  [INSTANCE]: (o) => (Array.isArray(o.networkInterfaces) ? { networkInterfaces: interfaces()(o) } : {}),
};

const update = {
  [INSTANCE]: ({ cloud, inputs }) => {
    for (const d of inputs.attachedDisks ?? [])
      if (d.mode !== "READ_ONLY") refuseAttached(cloud, d.source, inputs.name);
    return { metadataFingerprint: hex(12) };
  },
  "gcp:storage/bucketObject:BucketObject": ({ inputs, changed }) =>
    changed("content", "source") ? stored(inputs) : {},
  ...services.update,
  ...clusters.update,
};
const unsettled = {
  "gcp:storage/bucketObject:BucketObject": ({ changed }) =>
    changed("content", "source") ? ["md5hash", "md5hexhash", "crc32c", "generation"] : [],
  [INSTANCE]: ({ changed }) => (changed("metadata") ? ["metadataFingerprint"] : []),
};

const drop = (cloud, type, matches) => {
  for (const o of all(cloud, type)) if (matches(o.outputs)) delete cloud.objects[keyOf(type, o.id)];
};
const staysForEver = ({ object }) => {
  object.outputs.destroyed = true;
  return { stays: true };
};
const remove = {
  [INSTANCE]: ({ cloud, state }) => drop(cloud, ATTACHED, (o) => lastSegment(o.instance) === state.name),
  // The provider first detaches the disk from the machines that use it.
  [DISK]: ({ cloud, state }) => {
    if (state.createSnapshotBeforeDestroy === true) {
      const name = `${state.createSnapshotBeforeDestroyPrefix ?? state.name}-${hex(8)}`;
      const id = `projects/${state.project}/global/snapshots/${name}`;
      const outputs = { id, name, sourceDisk: state.selfLink, diskSizeGb: state.size, project: state.project };
      cloud.objects[keyOf("gcp:compute/snapshot:Snapshot", id)] = {
        type: "gcp:compute/snapshot:Snapshot",
        id,
        inputs: {},
        outputs,
      };
    }
    drop(cloud, ATTACHED, (o) => lastSegment(o.disk) === state.name);
  },
  "gcp:kms/keyRing:KeyRing": staysForEver,
  "gcp:kms/cryptoKey:CryptoKey": staysForEver,
  "gcp:storage/bucket:Bucket": ({ cloud, id }) =>
    drop(cloud, "gcp:storage/bucketObject:BucketObject", (o) => o.bucket === id),
  ...services.remove,
  ...clusters.remove,
};

const check = {
  "gcp:compute/firewall:Firewall": ({ inputs: i }) =>
    (i.direction ?? "INGRESS") === "INGRESS" && !i.sourceRanges && !i.sourceTags && !i.sourceServiceAccounts
      ? [
          {
            property: "sourceRanges",
            reason: "one of source_tags, source_ranges, or source_service_accounts must be defined",
          },
        ]
      : [],
};

const blocked = (by) => ({ error: inUse("<id>", "<by>"), by });
const PROXIES = {
  "gcp:compute/targetHttpsProxy:TargetHttpsProxy": "urlMap",
  "gcp:compute/targetHttpProxy:TargetHttpProxy": "urlMap",
};
const FORWARDING = "gcp:compute/globalForwardingRule:GlobalForwardingRule";
const HTTPS_PROXY = "gcp:compute/targetHttpsProxy:TargetHttpsProxy";
const SERVICE = "gcp:compute/backendService:BackendService";
const blockers = {
  "gcp:compute/network:Network": blocked({
    "gcp:compute/subnetwork:Subnetwork": "network",
    "gcp:compute/firewall:Firewall": "network",
    "gcp:compute/router:Router": "network",
    [INSTANCE]: "networkInterfaces.network",
    ...clusters.inNetwork,
  }),
  "gcp:compute/subnetwork:Subnetwork": blocked({
    [INSTANCE]: "networkInterfaces.subnetwork",
    ...clusters.inSubnetwork,
  }),
  "gcp:compute/address:Address": {
    error: inUse("<address>", "<by>"),
    by: { [INSTANCE]: "networkInterfaces.accessConfigs.natIp" },
  },
  "gcp:compute/globalAddress:GlobalAddress": blocked({ [FORWARDING]: "ipAddress" }),
  "gcp:compute/healthCheck:HealthCheck": blocked({ [SERVICE]: "healthChecks" }),
  "gcp:compute/instanceGroup:InstanceGroup": blocked({ [SERVICE]: "backends.group" }),
  "gcp:compute/securityPolicy:SecurityPolicy": blocked({ [SERVICE]: "securityPolicy" }),
  [SERVICE]: blocked({ "gcp:compute/uRLMap:URLMap": ["defaultService", "pathMatchers.defaultService"] }),
  "gcp:compute/globalNetworkEndpointGroup:GlobalNetworkEndpointGroup": blocked({ [SERVICE]: "backends.group" }),
  "gcp:compute/uRLMap:URLMap": blocked(PROXIES),
  [HTTPS_PROXY]: blocked({ [FORWARDING]: "target" }),
  "gcp:compute/targetHttpProxy:TargetHttpProxy": blocked({ [FORWARDING]: "target" }),
  "gcp:compute/managedSslCertificate:ManagedSslCertificate": blocked({ [HTTPS_PROXY]: "sslCertificates" }),
  "gcp:compute/sSLCertificate:SSLCertificate": blocked({ [HTTPS_PROXY]: "sslCertificates" }),
  "gcp:compute/sSLPolicy:SSLPolicy": blocked({ [HTTPS_PROXY]: "sslPolicy" }),
  "gcp:compute/resourcePolicy:ResourcePolicy": blocked({
    "gcp:compute/diskResourcePolicyAttachment:DiskResourcePolicyAttachment": "name",
  }),
  "gcp:storage/bucket:Bucket": {
    error: "Error trying to delete bucket <name> without `force_destroy` set to true",
    by: { "gcp:storage/bucketObject:BucketObject": "bucket" },
    unless: "forceDestroy",
  },
  "gcp:dns/managedZone:ManagedZone": {
    error:
      "googleapi: Error 400: The resource named '<name>' cannot be deleted because it contains one or more 'resource records'., containerNotEmpty",
    by: { "gcp:dns/recordSet:RecordSet": "managedZone" },
    unless: "forceDestroy",
  },
  "gcp:monitoring/notificationChannel:NotificationChannel": {
    error: "googleapi: Error 400: channel is still referenced by alerting policies",
    by: { "gcp:monitoring/alertPolicy:AlertPolicy": "notificationChannels" },
    unless: "forceDelete",
  },
};

const members = [
  "serviceaccount/iAMMember:IAMMember",
  "serviceaccount/iAMBinding:IAMBinding",
  "projects/iAMMember:IAMMember",
  "storage/bucketIAMMember:BucketIAMMember",
  "kms/cryptoKeyIAMMember:CryptoKeyIAMMember",
  "secretmanager/secretIamMember:SecretIamMember",
  "cloudrunv2/serviceIamMember:ServiceIamMember",
  "iap/webBackendServiceIamMember:WebBackendServiceIamMember",
  "iap/tunnelInstanceIAMMember:TunnelInstanceIAMMember",
];
/** Granting a right, enabling an API, peering or writing an object succeeds a second time. */
const upserts = new Set(
  [
    ...members,
    "projects/service:Service",
    "projects/serviceIdentity:ServiceIdentity",
    "servicenetworking/connection:Connection",
    "storage/bucketObject:BucketObject",
  ].map((t) => `gcp:${t}`),
);

function refuseStop({ spec, inputs }) {
  if (!inputs.allowStoppingForUpdate && inputs.desiredStatus !== "TERMINATED")
    throw new Error(spec.stopError.replace("[#d]", "0"));
}

module.exports = {
  configure,
  known,
  labels,
  taken: (_type, id) => conflict(id),
  create,
  update,
  unsettled,
  nested,
  previewNested,
  delete: remove,
  check,
  same: services.same,
  blockers,
  upserts,
  refuseStop,
  functions: require("./gcp-functions.cjs").functions,
};
