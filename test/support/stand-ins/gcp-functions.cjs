// The data sources of Google Cloud. A test may put its own answers into the cloud's `lookups`.
"use strict";
const { createHash } = require("node:crypto");
const { look, all } = require("./cloud.cjs");
const { numberOf } = require("./shapes.cjs");
const machine = require("./machine-status.cjs");

const BASE = "https://www.googleapis.com/compute/v1/";
/** Image names and families that exist, by project. Everything else is not found. */
const images = [
  {
    project: "debian-cloud",
    name: /^debian-1[1-3]-[a-z]+(-arm64)?-v\d{8}$/,
    family: /^debian-1[1-3](-arm64)?$/,
    newest: (f) => f.replace(/^(debian-13)/, "$1-trixie") + "-v20260609",
  },
  {
    project: "ubuntu-os-cloud",
    name: /^ubuntu-2404-noble-(amd64|arm64)-v\d{8}$/,
    family: /^ubuntu-2404-lts-(amd64|arm64)$/,
    newest: () => "ubuntu-2404-noble-amd64-v20260609",
  },
];
const notFound = (resource) => new Error(`googleapi: Error 404: The resource '${resource}' was not found, notFound`);

function getImage({ args, settings }) {
  const project = args.project ?? settings.project;
  const known = images.find((i) => i.project === project);
  const found = args.name
    ? known?.name.test(args.name) && args.name
    : args.family && known?.family.test(args.family) && known.newest(args.family);
  if (!found) throw notFound(`projects/${project}/global/images/${args.name ?? `family/${args.family}`}`);
  const id = `projects/${project}/global/images/${found}`;
  return {
    ...args,
    id,
    name: found,
    project,
    family: args.family ?? found.replace(/-v\d+$/, "").replace(/^(debian-\d+)-[a-z]+/, "$1"),
    selfLink: BASE + id,
    imageId: String(parseInt(createHash("sha256").update(found).digest("hex").slice(0, 12), 16)),
    architecture: /arm64/.test(found) ? "ARM64" : "X86_64",
    diskSizeGb: 10,
    status: "READY",
    creationTimestamp: "2026-06-09T00:00:00.000-07:00",
    labels: {},
    licenses: [],
  };
}

/** An object of the cloud by name; else one that was there before, unless its name says "missing". */
function existing(type, name, resource, made) {
  const found = look((cloud) => all(cloud, type).find((o) => o.outputs.name === name)?.outputs);
  if (found) return found;
  if (!name || /missing/.test(name)) throw notFound(resource);
  return made;
}

/** The text of the pointer in a bucket. */
const pointerIn = (bucket) =>
  look((cloud) =>
    all(cloud, "gcp:storage/bucketObject:BucketObject").find(
      ({ inputs }) => inputs.bucket === bucket && inputs.name === "pointer.json",
    ),
  )?.inputs.content;

exports.functions = {
  "gcp:storage/getBucketObjects:getBucketObjects": ({ args }) => ({
    ...args,
    id: args.bucket,
    bucketObjects: machine.names(args.prefix, pointerIn(args.bucket)).map((name) => ({ name })),
  }),
  "gcp:storage/getBucketObjectContent:getBucketObjectContent": ({ args }) => ({
    ...args,
    id: `${args.bucket}-${args.name}`,
    content: machine.text(args.name, pointerIn(args.bucket)),
  }),
  "gcp:compute/getImage:getImage": getImage,
  "gcp:compute/getZones:getZones": ({ args, settings }) => {
    const region = args.region ?? settings.region;
    return {
      ...args,
      id: region,
      project: args.project ?? settings.project,
      names: ["a", "b", "c"].map((z) => `${region}-${z}`),
    };
  },
  "gcp:organizations/getProject:getProject": ({ args, settings }) => {
    const projectId = args.projectId ?? settings.project;
    if (!projectId)
      throw new Error(
        "no project value set. `project_id` must be set at the resource level, or a default `project` value must be specified on the provider",
      );
    return {
      ...args,
      id: `projects/${projectId}`,
      projectId,
      number: numberOf(projectId),
      name: projectId,
      labels: {},
      orgId: "1234567890",
    };
  },
  "gcp:organizations/getClientConfig:getClientConfig": ({ settings }) => ({
    id: "client",
    project: settings.project,
    region: settings.region,
    zone: settings.zone ?? "",
    accessToken: "stand-in",
  }),
  "gcp:dns/getManagedZone:getManagedZone": ({ args, settings }) => {
    const project = args.project ?? settings.project;
    const id = `projects/${project}/managedZones/${args.name}`;
    const made = {
      id,
      name: args.name,
      dnsName: `${args.name.replaceAll("-", ".")}.`,
      description: "",
      managedZoneId: 1,
      nameServers: ["ns-cloud-a1.googledomains.com."],
      visibility: "public",
      project,
    };
    return { ...args, ...existing("gcp:dns/managedZone:ManagedZone", args.name, id, made) };
  },
  "gcp:compute/getNetwork:getNetwork": ({ args, settings }) => {
    const id = `projects/${args.project ?? settings.project}/global/networks/${args.name}`;
    const made = {
      id,
      name: args.name,
      selfLink: BASE + id,
      subnetworksSelfLinks: [],
      description: "",
      gatewayIpv4: "",
    };
    return { ...args, ...existing("gcp:compute/network:Network", args.name, id, made) };
  },
  "gcp:compute/getSubnetwork:getSubnetwork": ({ args, settings }) => {
    const [, project = args.project ?? settings.project, region = args.region ?? settings.region, name = args.name] =
      /projects\/([^/]+)\/regions\/([^/]+)\/subnetworks\/([^/]+)$/.exec(args.selfLink ?? "") ?? [];
    const id = `projects/${project}/regions/${region}/subnetworks/${name}`;
    const made = {
      id,
      name,
      project,
      region,
      selfLink: BASE + id,
      network: `${BASE}projects/${project}/global/networks/existing`,
      ipCidrRange: "10.10.0.0/20",
      gatewayAddress: "10.10.0.1",
      privateIpGoogleAccess: true,
      secondaryIpRanges: [],
    };
    return { ...args, ...existing("gcp:compute/subnetwork:Subnetwork", name, id, made) };
  },
  "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": ({ args, settings }) => {
    const emailAddress = `service-${numberOf(args.project ?? settings.project)}@gs-project-accounts.iam.gserviceaccount.com`;
    return {
      ...args,
      id: emailAddress,
      project: args.project ?? settings.project,
      emailAddress,
      member: `serviceAccount:${emailAddress}`,
    };
  },
  "gcp:bigquery/getDefaultServiceAccount:getDefaultServiceAccount": ({ args, settings }) => {
    const email = `bq-${numberOf(args.project ?? settings.project)}@bigquery-encryption.iam.gserviceaccount.com`;
    return {
      ...args,
      id: email,
      project: args.project ?? settings.project,
      email,
      member: `serviceAccount:${email}`,
    };
  },
  "gcp:compute/getDefaultServiceAccount:getDefaultServiceAccount": ({ args, settings }) => {
    const number = numberOf(args.project ?? settings.project);
    const email = `${number}-compute@developer.gserviceaccount.com`;
    return {
      ...args,
      id: email,
      project: args.project ?? settings.project,
      email,
      member: `serviceAccount:${email}`,
      displayName: "Compute Engine default service account",
      name: email,
      uniqueId: number,
    };
  },
};
