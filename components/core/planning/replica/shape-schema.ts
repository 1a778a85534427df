import { z } from "zod";
import { leavableWorkloads } from "../../product/kubernetes/leavable";
import { isServiceName, services } from "../../product/services";
import { codeHost, restrictions } from "../config/schema-replica";
import { keys, count, flag, gigabytes, text } from "../config/schema-values";
import { sizeLabels } from "../sizing/usage";

// A customer's set-up without data: nothing in it can hold a host, an address, a name, or a secret, but the few free texts,
// which are looked through.

const usage = keys("ShapeUsage", {
  users: count("people who use the instance", 50_000).min(1),
  repositories: count("number of repositories", 5_000_000).min(1),
  totalSizeGb: gigabytes("size of all repositories together, GB"),
  largestRepositoryGb: gigabytes("size of the largest repository, GB"),
  largestIndexGb: gigabytes("size of the largest code graph index, GB; 0 without precise code navigation"),
  codeInsights: flag("whether code insights are used; default true"),
}).describe("what the customer has; the size is computed from it");

const outside = {
  databases: keys("ShapeDatabases", {
    version: text("version of the server", "16").optional(),
    sizeGb: gigabytes("size of each database, GB").optional(),
    highlyAvailable: flag("whether there is a standby; default true"),
  }).describe("PostgreSQL is outside the deployment"),
  cache: keys("ShapeCache", {
    sizeGb: gigabytes("memory, GB").optional(),
  }).describe("Redis is outside the deployment"),
  objectStorage: keys("ShapeObjectStorage", {}).describe("uploads are in a bucket outside the deployment"),
};

const override = keys("ShapeOverride", {
  replicas: count("number of containers", 64).min(1).optional(),
  cpus: z.number().positive().max(512).optional().describe("CPU limit per container, cores"),
  memoryGb: z.number().positive().max(4096).optional().describe("memory limit per container, GB"),
  storageGb: gigabytes("Kubernetes: volume of each pod, GB").min(1).optional(),
}).describe("what the customer has changed of one service");

const kubernetes = keys("ShapeKubernetes", {
  version: text("version of the cluster, MAJOR.MINOR", "1.34").optional(),
  via: z.enum(["native", "helm"]).optional().describe("how it was installed; default native"),
  ...restrictions.shape,
  userIds: z.enum(["image", "assigned"]).optional().describe("whether the cluster chooses user ids; default image"),
  networkPolicies: flag("whether there are network policies; default true"),
  leaveOut: z.array(z.enum(leavableWorkloads)).optional().describe("services that are left out; default none"),
  expandableStorage: flag("whether volumes of the storage class grow; default true"),
}).describe("the cluster, and what its admins do not allow");

/** The schema of a shape file. */
export const shapeSchema = keys("ShapeConfig", {
  schema: z.literal(1).describe("version of this form"),
  release: text("exact release", "7.5.4453"),
  shape: z.enum(["vm", "kubernetes"]).describe("what is deployed: one machine, or on a cluster"),
  size: z.enum(sizeLabels).optional().describe("named size; either this or usage"),
  usage: usage.optional(),
  machineType: text("shape vm: machine type", "m6a.8xlarge").optional(),
  dataDiskGb: gigabytes("shape vm: data disk, GB").min(50).optional(),
  external: keys("ShapeExternal", {
    databases: outside.databases.optional(),
    cache: outside.cache.optional(),
    objectStorage: outside.objectStorage.optional(),
  })
    .optional()
    .describe("services outside the deployment, by kind, version and size; default none"),
  proxy: flag("whether there is an outgoing proxy; default false"),
  privateCa: flag("whether certificates are of an authority of the customer's; default false"),
  registryMirror: flag("whether images come from a mirror of the customer's; default false"),
  airGapped: flag("whether there is no way to the internet; default false"),
  ownModels: flag("whether models are the customer's; default false"),
  tracing: flag("whether traces are collected; default false"),
  kubernetes: kubernetes.optional(),
  codeHosts: z.array(codeHost).max(20).optional().describe("code hosts; default none"),
  overrides: z
    .record(z.string().refine(isServiceName, { params: { known: services.map(({ name }) => name) } }), override)
    .optional()
    .describe("what is different for single services; default none"),
}).describe("a customer's set-up without data");

/** A customer's set-up without data. */
export type ShapeConfig = z.infer<typeof shapeSchema>;

/** A code host of a shape. */
export type ShapeCodeHost = NonNullable<ShapeConfig["codeHosts"]>[number];
