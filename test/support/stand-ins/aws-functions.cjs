// The data sources of AWS. A test may put its own answers into the cloud's `lookups`.
"use strict";
const { createHash } = require("node:crypto");
const { look, all, keyOf } = require("./cloud.cjs");
const machine = require("./machine-status.cjs");

const sha = (text) => createHash("sha256").update(text).digest("hex");

/** Image names that exist, by owner. Everything else is not found. */
const images = [
  {
    owner: "136693071363",
    name: /^debian-1[1-3](-backports)?-(amd64|arm64)-\d{8}-\d{3,4}$/,
    newest: "debian-13-amd64-20260601-2500",
  },
  {
    owner: "amazon",
    name: /^al2023-ami-20[\d.]+-kernel-[\d.]+-(x86_64|arm64)$/,
    newest: "al2023-ami-2023.7.20260601.0-kernel-6.1-x86_64",
  },
  {
    owner: "099720109477",
    name: /^ubuntu\/images\/hvm-ssd-gp3\/ubuntu-noble-24\.04-(amd64|arm64)-server-\d{8}$/,
    newest: "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260601",
  },
];
const wildcard = (pattern) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );

/** The text of the pointer in a bucket. */
const pointerIn = (bucket) =>
  look(
    (cloud) => cloud.objects[keyOf("aws:s3/bucketObjectv2:BucketObjectv2", `${bucket}/pointer.json`)]?.inputs.content,
  );

function getAmi({ args, settings }) {
  const none = () => new Error("Your query returned no results. Please change your search criteria and try again.");
  const wanted = (args.filters ?? []).find((f) => f.name === "name")?.values ?? [];
  const id = (args.filters ?? []).find((f) => f.name === "image-id")?.values?.[0];
  const owners = args.owners ?? [];
  const known = images.filter((i) => owners.length === 0 || owners.includes(i.owner));
  const hits = known.flatMap((image) =>
    wanted.flatMap((pattern) => {
      if (!/[*?]/.test(pattern)) return image.name.test(pattern) ? [{ ...image, exact: pattern }] : [];
      return wildcard(pattern).test(image.newest) ? [{ ...image, exact: image.newest, many: true }] : [];
    }),
  );
  if (id && wanted.length === 0) hits.push({ owner: owners[0] ?? "self", exact: id, id });
  if (hits.length === 0) throw none();
  if ((hits.length > 1 || hits[0].many) && !args.mostRecent) {
    throw new Error(
      "Your query returned more than one result. Please try a more specific search criteria, or set `most_recent` attribute to true.",
    );
  }
  const [{ owner, exact, id: given }] = hits;
  const imageId = given ?? `ami-${sha(`${settings.region}/${owner}/${exact}`).slice(0, 17)}`;
  const day = /(\d{4})(\d{2})(\d{2})/.exec(exact)?.slice(1).join("-") ?? "2026-06-01";
  return {
    ...args,
    id: imageId,
    imageId,
    name: exact,
    ownerId: owner,
    arn: `arn:aws:ec2:${settings.region}::image/${imageId}`,
    architecture: /arm64/.test(exact) ? "arm64" : "x86_64",
    creationDate: `${day}T00:00:00.000Z`,
    rootDeviceName: "/dev/xvda",
    rootDeviceType: "ebs",
    virtualizationType: "hvm",
    state: "available",
    region: settings.region,
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volume_size: "8", encrypted: "false" }, noDevice: "", virtualName: "" },
    ],
    productCodes: [],
    public: true,
    tags: {},
  };
}

const oneOrMany = (list) => (list.length === 1 ? list[0] : [...list].sort().reverse());

/** Renders a policy document as the provider does: lists of one become the value itself, the rest is sorted. */
function getPolicyDocument({ args }) {
  const principals = (list) => {
    if (!list?.length) return undefined;
    if (list.some((p) => p.type === "*")) return "*";
    const merged = {};
    for (const { type, identifiers } of list) merged[type] = [...(merged[type] ?? []), ...identifiers];
    return Object.fromEntries(Object.entries(merged).map(([k, v]) => [k, oneOrMany(v)]));
  };
  const conditions = (list) => {
    if (!list?.length) return undefined;
    const merged = {};
    for (const { test, variable, values } of list) (merged[test] ??= {})[variable] = oneOrMany(values);
    return merged;
  };
  const statement = (s) => ({
    Sid: s.sid || undefined,
    Effect: s.effect ?? "Allow",
    Principal: principals(s.principals),
    NotPrincipal: principals(s.notPrincipals),
    Action: s.actions && oneOrMany(s.actions),
    NotAction: s.notActions && oneOrMany(s.notActions),
    Resource: s.resources && oneOrMany(s.resources),
    NotResource: s.notResources && oneOrMany(s.notResources),
    Condition: conditions(s.conditions),
  });
  const parsed = (list) => (list ?? []).flatMap((text) => JSON.parse(text).Statement);
  const replace = (list, extra) => [...list.filter((s) => !s.Sid || !extra.some((e) => e.Sid === s.Sid)), ...extra];
  let statements = parsed(args.sourcePolicyDocuments);
  statements = replace(statements, (args.statements ?? []).map(statement));
  statements = replace(statements, parsed(args.overridePolicyDocuments));
  const document = { Version: args.version ?? "2012-10-17", Id: args.policyId, Statement: statements };
  const json = JSON.stringify(document, null, 2);
  return {
    ...args,
    id: String(parseInt(sha(json).slice(0, 8), 16)),
    json,
    minifiedJson: JSON.stringify(document),
    version: document.Version,
  };
}

/** An object of the cloud by id; else one that was there before, unless its id says "missing". */
function existing(type, id, prefix, what, made) {
  const found = look((cloud) => cloud.objects[keyOf(type, id)]?.outputs);
  if (found) return found;
  if (!String(id).startsWith(prefix) || /missing/.test(id)) throw new Error(`no matching ${what} found`);
  return made;
}

const arn = (settings, resource) => `arn:aws:ec2:${settings.region}:${settings.account}:${resource}`;

const getVpc = ({ args, settings }) => {
  if (args.default)
    return {
      id: "vpc-0default",
      cidrBlock: "172.31.0.0/16",
      default: true,
      arn: arn(settings, "vpc/vpc-0default"),
      ownerId: settings.account,
    };
  const id = args.id ?? args.filters?.find((f) => f.name === "vpc-id")?.values?.[0];
  const made = {
    id,
    arn: arn(settings, `vpc/${id}`),
    cidrBlock: "10.0.0.0/16",
    enableDnsSupport: true,
    enableDnsHostnames: true,
    ownerId: settings.account,
    state: "available",
    tags: {},
  };
  return { ...args, ...existing("aws:ec2/vpc:Vpc", id, "vpc-", "EC2 VPC", made) };
};
const getSubnet = ({ args, settings }) => {
  const { id } = args;
  const n = parseInt(sha(String(id)).slice(0, 4), 16);
  const made = {
    id,
    arn: arn(settings, `subnet/${id}`),
    vpcId: args.vpcId ?? "vpc-0existing",
    availabilityZone: `${settings.region}${"abc"[n % 3]}`,
    cidrBlock: `10.0.${n % 256}.0/24`,
    mapPublicIpOnLaunch: /public/.test(id),
    ownerId: settings.account,
    state: "available",
    tags: {},
  };
  return { ...args, ...existing("aws:ec2/subnet:Subnet", id, "subnet-", "EC2 Subnet", made) };
};
exports.functions = {
  ...require("./aws-eks.cjs").functions,
  ...require("./aws-backend.cjs").functions,
  "aws:ec2/getAmi:getAmi": getAmi,
  "aws:iam/getPolicyDocument:getPolicyDocument": getPolicyDocument,
  "aws:ec2/getVpc:getVpc": getVpc,
  "aws:ec2/getSubnet:getSubnet": getSubnet,
  "aws:ec2/getSubnets:getSubnets": ({ args }) => {
    const vpc = args.filters?.find((f) => f.name === "vpc-id")?.values ?? [];
    const subnets = look((cloud) => all(cloud, "aws:ec2/subnet:Subnet")).filter(
      (s) => vpc.length === 0 || vpc.includes(s.outputs.vpcId),
    );
    return {
      ...args,
      id: "subnets",
      ids: subnets.length ? subnets.map((s) => s.id) : ["subnet-0existing1", "subnet-0existing2"],
    };
  },
  "aws:index/getAvailabilityZones:getAvailabilityZones": ({ args, settings }) => ({
    ...args,
    id: settings.region,
    names: ["a", "b", "c"].map((z) => settings.region + z),
    zoneIds: [1, 2, 3].map((n) => `${settings.region.replace(/[^a-z0-9]/g, "")}-az${n}`),
    groupNames: [settings.region],
  }),
  "aws:index/getCallerIdentity:getCallerIdentity": ({ settings: { account } }) => ({
    id: account,
    accountId: account,
    arn: `arn:aws:iam::${account}:user/tester`,
    userId: "AIDASTANDIN",
  }),
  "aws:index/getRegion:getRegion": ({ settings }) => ({
    id: settings.region,
    name: settings.region,
    region: settings.region,
    description: settings.region,
    endpoint: `ec2.${settings.region}.amazonaws.com`,
  }),
  "aws:index/getPartition:getPartition": () => ({
    id: "aws",
    partition: "aws",
    dnsSuffix: "amazonaws.com",
    reverseDnsPrefix: "com.amazonaws",
  }),
  "aws:elb/getServiceAccount:getServiceAccount": ({ args }) => ({
    ...args,
    id: "797873946194",
    arn: "arn:aws:iam::797873946194:root",
  }),
  "aws:ec2/getManagedPrefixList:getManagedPrefixList": ({ args, settings }) => {
    const id = args.id ?? `pl-${sha(args.name).slice(0, 8)}`;
    return {
      ...args,
      id,
      name: args.name ?? id,
      arn: arn(settings, `prefix-list/${id}`),
      entries: [],
      ownerId: "AWS",
      version: 1,
      addressFamily: "IPv4",
      maxEntries: 10,
      tags: {},
    };
  },
  "aws:ec2/getPrefixList:getPrefixList": ({ args }) => ({
    ...args,
    id: `pl-${sha(args.name ?? "").slice(0, 8)}`,
    name: args.name,
    cidrBlocks: ["3.5.80.0/21"],
  }),
  "aws:ssm/getParameter:getParameter": ({ args }) => {
    const found = look((cloud) => cloud.objects[keyOf("aws:ssm/parameter:Parameter", args.name)]?.outputs);
    if (!found) throw new Error(`couldn't find resource: SSM Parameter (${args.name})`);
    return { ...args, ...found };
  },
  "aws:s3/getObjects:getObjects": ({ args }) => ({
    ...args,
    id: args.bucket,
    keys: machine.names(args.prefix, pointerIn(args.bucket)),
  }),
  "aws:s3/getObject:getObject": ({ args }) => ({
    ...args,
    id: `${args.bucket}/${args.key}`,
    body: machine.text(args.key, pointerIn(args.bucket)),
    contentType: "application/json",
  }),
  "aws:route53/getZone:getZone": ({ args }) => {
    const name = args.name?.replace(/\.$/, "");
    const zones = look((cloud) => all(cloud, "aws:route53/zone:Zone")).map((z) => z.outputs);
    const found = zones.find((z) => z.name === name || z.zoneId === args.zoneId);
    if (found) return { ...args, ...found };
    if (name && !/\.(com|net|org|dev|test|example)$/.test(name))
      throw new Error("no matching Route 53 Hosted Zone found");
    const zoneId = args.zoneId ?? `Z${sha(name).slice(0, 20).toUpperCase()}`;
    return {
      ...args,
      id: zoneId,
      zoneId,
      name: name ?? "example.com",
      arn: `arn:aws:route53:::hostedzone/${zoneId}`,
      nameServers: [1, 2, 3, 4].map((n) => `ns-${n}.awsdns-0${n}.org`),
      privateZone: false,
      comment: "",
      tags: {},
    };
  },
};
