// What AWS does beyond the behaviour data: values it fills in, what may exist once, what blocks a delete.
"use strict";
const { createHash } = require("node:crypto");
const { all, keyOf, serial } = require("./cloud.cjs");
const { UNKNOWN, isObject } = require("./compare.cjs");
const { digits, hex, shortRegion } = require("./shapes.cjs");
const backend = require("./aws-backend.cjs");
const eks = require("./aws-eks.cjs");
const firewall = require("./aws-firewall.cjs");
const organization = require("./aws-organization.cjs");
const stores = require("./aws-stores.cjs");

const ACCOUNT = "123456789012";
const parse = (v) => (typeof v === "string" && /^[[{]/.test(v) ? JSON.parse(v) : v);

function configure(config) {
  const region = config.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION;
  if (!region) throw new Error("invalid AWS Region: none is set. Set it with 'pulumi config set aws:region <region>'");
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw new Error(`invalid AWS Region: ${region}`);
  return { region, account: accountOf(config), tags: parse(config.defaultTags)?.tags ?? {} };
}

/** The account of the role that is taken, else that of whoever runs the program. */
function accountOf({ assumeRoles, allowedAccountIds }) {
  const [role] = parse(assumeRoles) ?? [];
  const account = role?.roleArn?.split(":")[4] ?? ACCOUNT;
  const allowed = parse(allowedAccountIds) ?? [account];
  if (!allowed.includes(account)) throw new Error(`AWS account ID not allowed: ${account}`);
  return account;
}

const find = (cloud, type, id) => cloud.objects[keyOf(type, id)]?.outputs;
const need = (cloud, type, id, code) => {
  const found = find(cloud, type, id);
  if (!found) throw new Error(`operation error EC2: api error ${code}: '${id}' does not exist`);
  return found;
};
const number = (text) => parseInt(createHash("sha256").update(text).digest("hex").slice(0, 8), 16);
const md5 = (v) => createHash("md5").update(String(v)).digest("hex");
const contentOf = (i) => i.content ?? i.contentBase64 ?? JSON.stringify(i.source ?? "");
const zoneOf = (cloud, subnetId, region) =>
  find(cloud, "aws:ec2/subnet:Subnet", subnetId)?.availabilityZone ?? `${region}a`;

const VOLUME = "aws:ebs/volume:Volume";
const INSTANCE = "aws:ec2/instance:Instance";
const ATTACHMENT = "aws:ec2/volumeAttachment:VolumeAttachment";

const create = {
  ...backend.create,
  ...eks.create,
  ...firewall.create,
  ...organization.create,
  ...stores.create,
  "aws:ec2/subnet:Subnet": ({ inputs, settings }) => {
    const zone = inputs.availabilityZone ?? `${settings.region}a`;
    return {
      availabilityZone: zone,
      availabilityZoneId: `${shortRegion(settings.region)}-az${zone.charCodeAt(zone.length - 1) - 96}`,
    };
  },
  "aws:ec2/route:Route": ({ inputs: i }) => ({
    id: `r-${i.routeTableId}${number(i.destinationCidrBlock ?? i.destinationIpv6CidrBlock ?? i.destinationPrefixListId)}`,
  }),
  [INSTANCE]: ({ cloud, inputs, settings, fill, fields }) => {
    const privateIp = inputs.privateIp ?? fill("10.0.0.10");
    const open =
      inputs.associatePublicIpAddress ?? find(cloud, "aws:ec2/subnet:Subnet", inputs.subnetId)?.mapPublicIpOnLaunch;
    const publicIp = open ? fill("203.0.113.10") : "";
    const region = fields.region;
    return {
      privateIp,
      publicIp,
      publicDns: publicIp && `ec2-${publicIp.replaceAll(".", "-")}.${region}.compute.amazonaws.com`,
      privateDns: `ip-${privateIp.replaceAll(".", "-")}.${region}.compute.internal`,
      availabilityZone: inputs.availabilityZone ?? zoneOf(cloud, inputs.subnetId, settings.region),
      tenancy: "default",
    };
  },
  [VOLUME]: ({ cloud, inputs: i }) => {
    const from = i.snapshotId && find(cloud, "aws:ebs/snapshot:Snapshot", i.snapshotId);
    const type = i.type ?? "gp2";
    const gp3 = type === "gp3" ? { iops: 3000, throughput: 125 } : {};
    const encrypted = i.encrypted ?? from?.encrypted ?? false;
    return { type, size: i.size ?? from?.volumeSize ?? 8, encrypted, ...gp3, createTime: new Date().toISOString() };
  },
  [ATTACHMENT]: ({ cloud, inputs: i }) => {
    const volume = need(cloud, VOLUME, i.volumeId, "InvalidVolume.NotFound");
    const instance = need(cloud, INSTANCE, i.instanceId, "InvalidInstanceID.NotFound");
    if (volume.availabilityZone !== instance.availabilityZone) {
      throw new Error(
        `attaching EBS Volume (${i.volumeId}) to EC2 Instance (${i.instanceId}): operation error EC2: AttachVolume, api error InvalidVolume.ZoneMismatch: The volume '${i.volumeId}' is not in the same availability zone as instance '${i.instanceId}'`,
      );
    }
    const id = `vai-${number(`${i.deviceName}-${i.instanceId}-${i.volumeId}`)}`;
    for (const { outputs: o } of all(cloud, ATTACHMENT)) {
      if (o.volumeId === i.volumeId && o.id !== id) {
        throw new Error(
          `attaching EBS Volume (${i.volumeId}) to EC2 Instance (${i.instanceId}): operation error EC2: AttachVolume, api error VolumeInUse: ${i.volumeId} is already attached to an instance`,
        );
      }
      if (o.instanceId === i.instanceId && o.deviceName === i.deviceName && o.id !== id) {
        throw new Error(
          `operation error EC2: AttachVolume, api error InvalidParameterValue: Invalid value '${i.deviceName}' for unixDevice. Attachment point ${i.deviceName} is already in use`,
        );
      }
    }
    return { id };
  },
  "aws:ebs/snapshot:Snapshot": ({ cloud, inputs }) => {
    const volume = need(cloud, VOLUME, inputs.volumeId, "InvalidVolume.NotFound");
    return {
      volumeSize: volume.size,
      encrypted: volume.encrypted,
      kmsKeyId: volume.kmsKeyId ?? "",
      storageTier: "standard",
    };
  },
  "aws:ec2/eipAssociation:EipAssociation": ({ cloud, inputs: i }) => {
    const eip = need(cloud, "aws:ec2/eip:Eip", i.allocationId, "InvalidAllocationID.NotFound");
    const instance = i.instanceId ? need(cloud, INSTANCE, i.instanceId, "InvalidInstanceID.NotFound") : undefined;
    return {
      publicIp: eip.publicIp,
      privateIpAddress: instance?.privateIp,
      networkInterfaceId: instance?.primaryNetworkInterfaceId,
    };
  },
  "aws:ec2transitgateway/instanceConnectEndpoint:InstanceConnectEndpoint": ({ cloud, inputs, settings }) => ({
    availabilityZone: zoneOf(cloud, inputs.subnetId, settings.region),
    vpcId: find(cloud, "aws:ec2/subnet:Subnet", inputs.subnetId)?.vpcId,
    preserveClientIp: true,
    ipAddressType: "ipv4",
  }),
  "aws:lb/loadBalancer:LoadBalancer": ({ cloud, inputs, fill }) => {
    const kind = inputs.loadBalancerType === "network" ? "net" : "app";
    const suffix = `${kind}/${inputs.name}/${fill("50dc6c495c0c9188")}`;
    return {
      id: fill(`arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/${suffix}`),
      arnSuffix: suffix,
      vpcId: find(cloud, "aws:ec2/subnet:Subnet", inputs.subnets?.[0])?.vpcId ?? "",
      internal: false,
    };
  },
  "aws:lb/listener:Listener": ({ inputs, fill }) => ({
    id: `${inputs.loadBalancerArn.replace(":loadbalancer/", ":listener/")}/${fill("f2f7dc8efc522ab2")}`,
  }),
  "aws:acm/certificate:Certificate": ({ inputs: i }) => {
    if (i.privateKey) return { status: "ISSUED", type: "IMPORTED", domainValidationOptions: [] };
    const names = [...new Set([i.domainName, ...(i.subjectAlternativeNames ?? [])])];
    return {
      subjectAlternativeNames: names,
      domainValidationOptions: names.map((name) => ({
        domainName: name,
        resourceRecordName: `_${md5(name)}.${name.replace(/^\*\./, "")}.`,
        resourceRecordType: "CNAME",
        resourceRecordValue: `_${md5(`v${name}`)}.acm-validations.aws.`,
      })),
    };
  },
  // Its id is the moment at which the certificate was issued, and no two are issued at once.
  "aws:acm/certificateValidation:CertificateValidation": () => ({
    id: `2024-01-01 00:00:00.${digits(9)} +0000 UTC`,
  }),
  // A new one is a revision beside the old. Its id is the family; here with the revision, by which the two are told apart.
  "aws:ecs/taskDefinition:TaskDefinition": ({ cloud, inputs, settings }) => {
    const arnWithoutRevision = `arn:aws:ecs:${settings.region}:${settings.account}:task-definition/${inputs.family}`;
    const revision = serial(cloud, `task-definition/${inputs.family}`);
    return {
      id: `${inputs.family}:${revision}`,
      arn: `${arnWithoutRevision}:${revision}`,
      arnWithoutRevision,
      revision,
    };
  },
  "aws:route53/record:Record": ({ cloud, inputs: i }) => {
    const zone = find(cloud, "aws:route53/zone:Zone", i.zoneId)?.name;
    const name = i.name.replace(/\.$/, "").toLowerCase();
    const id = [i.zoneId, name, i.type, ...(i.setIdentifier ? [i.setIdentifier] : [])].join("_");
    if (!i.allowOverwrite && find(cloud, "aws:route53/record:Record", id)) {
      throw new Error(
        `InvalidChangeBatch: Tried to create resource record set [name='${name}.', type='${i.type}'] but it already exists`,
      );
    }
    return { id, fqdn: zone && !name.endsWith(zone) ? `${name}.${zone}` : name };
  },
  "aws:s3/bucketObjectv2:BucketObjectv2": (c) => {
    const key = c.inputs.key ?? c.name;
    return { key, id: `${c.inputs.bucket}/${key}`, arn: `arn:aws:s3:::${c.inputs.bucket}/${key}`, ...put(c) };
  },
  "aws:kms/alias:Alias": ({ cloud, inputs, settings }) => {
    const id = inputs.targetKeyId.split("/").pop();
    return {
      targetKeyArn: `arn:aws:kms:${settings.region}:${settings.account}:key/${find(cloud, "aws:kms/key:Key", id)?.keyId ?? id}`,
    };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": ({ inputs }) => ({
    arn: inputs.secretId,
    secretArn: inputs.secretId,
  }),
  "aws:sns/topicSubscription:TopicSubscription": ({ inputs, fill }) => ({
    id: `${inputs.topic}:${fill("<uuid>")}`,
    pendingConfirmation: /^email/.test(inputs.protocol),
  }),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ({ inputs }) =>
    inputs.vpcEndpointType === "Gateway"
      ? { networkInterfaceIds: [], dnsEntries: [], cidrBlocks: ["3.5.80.0/21"] }
      : {},
};

/** The root disk, which the instance tells of also when the program does not. */
const rootDisk = {
  deviceName: "/dev/xvda",
  deleteOnTermination: true,
  encrypted: false,
  volumeSize: 8,
  volumeType: "gp3",
};
const nested = {
  ...eks.nested,
  [INSTANCE]: ({ inputs, fill }) => ({
    rootBlockDevice: { ...rootDisk, volumeId: fill("vol-0a1b2c3d4e5f67890"), ...inputs.rootBlockDevice },
  }),
};
const previewNested = {
  ...eks.previewNested,
  [INSTANCE]: ({ rootBlockDevice }) =>
    isObject(rootBlockDevice) ? { rootBlockDevice: { volumeId: UNKNOWN, ...rootBlockDevice } } : {},
};

/** A PUT of an object: a new etag, and a new version where the bucket keeps versions. */
function put({ cloud, inputs }) {
  const versioning = find(cloud, "aws:s3/bucketVersioning:BucketVersioning", inputs.bucket);
  const keepsVersions = versioning?.versioningConfiguration?.status === "Enabled";
  return { etag: md5(contentOf(inputs)), versionId: keepsVersions ? hex(32) : "", contentType: "binary/octet-stream" };
}
const contentFields = ["content", "contentBase64", "source", "sourceHash", "etag", "kmsKeyId", "metadata"];

const losesAddress = ({ changed, state }) =>
  changed("userData", "userDataBase64", "instanceType") && Boolean(state.publicIp);
const hasEip = (cloud, id) =>
  all(cloud, "aws:ec2/eipAssociation:EipAssociation").some((o) => o.outputs.instanceId === id);

const update = {
  ...eks.update,
  ...stores.update,
  "aws:s3/bucketObjectv2:BucketObjectv2": (c) =>
    c.changed(...contentFields) ? { ...put(c), contentType: c.next.contentType } : {},
  [INSTANCE]: (c) => {
    if (!losesAddress(c) || hasEip(c.cloud, c.id)) return {};
    const publicIp = c.fill("203.0.113.10");
    return { publicIp, publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${c.settings.region}.compute.amazonaws.com` };
  },
  "aws:ec2/launchTemplate:LaunchTemplate": ({ state }) => ({ latestVersion: (state.latestVersion ?? 1) + 1 }),
};

const unsettled = {
  ...stores.unsettled,
  "aws:s3/bucketObjectv2:BucketObjectv2": (c) => (c.changed(...contentFields) ? ["etag", "versionId"] : []),
  [INSTANCE]: (c) => (losesAddress(c) ? ["publicIp", "publicDns"] : []),
  "aws:ec2/launchTemplate:LaunchTemplate": () => ["latestVersion"],
};

const drop = (cloud, type, matches) => {
  for (const o of all(cloud, type)) if (matches(o.outputs)) delete cloud.objects[keyOf(type, o.id)];
};
function leaveSnapshot(cloud, volume) {
  const id = `snap-${hex(17)}`;
  const outputs = {
    id,
    volumeId: volume.id,
    volumeSize: volume.size,
    encrypted: volume.encrypted,
    description: "final snapshot",
  };
  cloud.objects[keyOf("aws:ebs/snapshot:Snapshot", id)] = {
    type: "aws:ebs/snapshot:Snapshot",
    id,
    inputs: {},
    outputs,
  };
}

const remove = {
  ...organization.delete,
  ...stores.delete,
  [INSTANCE]: ({ cloud, id }) => {
    drop(cloud, ATTACHMENT, (o) => o.instanceId === id);
    drop(cloud, "aws:ec2/eipAssociation:EipAssociation", (o) => o.instanceId === id);
  },
  [VOLUME]: ({ cloud, state }) => {
    if (state.finalSnapshot === true) leaveSnapshot(cloud, state);
  },
  // Deletion is scheduled: the key stays for 7 to 30 days and can be rescued.
  "aws:kms/key:Key": ({ object, state }) => {
    Object.assign(object.outputs, {
      isEnabled: false,
      keyState: "PendingDeletion",
      deletionWindowInDays: state.deletionWindowInDays ?? 30,
    });
    return { stays: true };
  },
  "aws:secretsmanager/secret:Secret": ({ cloud, state }) => {
    if (state.recoveryWindowInDays === 0) return;
    cloud.reserved[keyOf("aws:secretsmanager/secret:Secret", state.name)] =
      `creating Secrets Manager Secret (${state.name}): operation error Secrets Manager: CreateSecret, InvalidRequestException: You can't create this secret because a secret with this name is already scheduled for deletion.`;
  },
  "aws:s3/bucket:Bucket": ({ cloud, id }) =>
    drop(cloud, "aws:s3/bucketObjectv2:BucketObjectv2", (o) => o.bucket === id),
};

const check = {
  [VOLUME]: ({ inputs: i }) => {
    const failures = [];
    const fail = (property, reason) => failures.push({ property, reason });
    if (/^io[12]$/.test(i.type) && i.iops === undefined) fail("iops", `'iops' must be set when 'type' is '${i.type}'`);
    if (i.iops && i.type && !/^(io[12]|gp3)$/.test(i.type))
      fail("iops", `'iops' must not be set when 'type' is '${i.type}'`);
    if (i.throughput && i.type !== "gp3")
      fail("throughput", `'throughput' must not be set when 'type' is '${i.type ?? "gp2"}'`);
    return failures;
  },
};

module.exports = {
  configure,
  known: ({ region }) => ({ region }),
  labels: ({ tags }, _type, o) =>
    "tagsAll" in o || "tags" in o ? { tagsAll: typeof o.tags === "string" ? o.tags : { ...tags, ...o.tags } } : {},
  taken: (type, id) =>
    type === "aws:s3/bucket:Bucket"
      ? `creating S3 Bucket (${id}): operation error S3: CreateBucket, api error BucketAlreadyOwnedByYou: Your previous request to create the named bucket succeeded and you already own it.`
      : `creating ${type} (${id}): EntityAlreadyExists: ${id} already exists.`,
  create,
  update,
  unsettled,
  nested,
  previewNested,
  delete: remove,
  check,
  ...require("./aws-limits.cjs"),
  functions: require("./aws-functions.cjs").functions,
};
