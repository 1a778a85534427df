import { z } from "zod";
import { codeHostKinds, ownParts } from "../replica/kinds";
import { count, flag, gigabytes, keys, text } from "./schema-values";

/** A set-up to be like. */
export const like = text(
  "shape file of a customer's set-up, from the folder of the stack file, or `preset:NAME`: it gives the keys that the stack does not, and makes the instance a replica; `sgbox replica presets` lists the presets, docs/replicas.md says what a shape is. Default none. As the keys it gives",
  "shape.yaml",
  "preset:restricted-kubernetes",
).optional();

/** The last day. */
export const expires = text(
  "last day of the instance, UTC: afterwards preview and up are refused, and it is to be removed; needed by a replica, default none. Only checked",
  "2027-01-31",
).optional();

/** A code host by kind and size. */
export const codeHost = keys("ReplicaCodeHostConfig", {
  kind: z
    .enum(codeHostKinds)
    .describe("kind of code host it stands for; it is plain Git over HTTP, whatever the kind. In place"),
  repositories: count(
    "number of repositories. More are made beside those that are there, those too many are removed",
    50_000,
  ).min(1),
  totalSizeGb: gigabytes("size of all of them together, GB. Makes those anew whose size changes"),
  largestRepositoryGb: gigabytes(
    "size of the largest, GB; the others are alike; default all are alike. Makes those anew whose size changes",
  ).optional(),
}).describe("a code host with made-up repositories, the same ones every time");

const quota = keys("ReplicaQuotaConfig", {
  cpus: z.number().positive().max(100_000).optional().describe("cores that all pods together may ask for. In place"),
  memoryGb: z
    .number()
    .positive()
    .max(1_000_000)
    .optional()
    .describe("memory that all pods together may ask for, GiB. In place"),
  storageGb: z
    .number()
    .positive()
    .max(10_000_000)
    .optional()
    .describe("storage that all claims together may ask for, GiB. In place"),
  pods: count("number of pods. In place", 100_000).min(1).optional(),
  claims: count("number of claims. In place", 100_000).min(1).optional(),
}).describe("what the namespace may have at most; what is planned has to fit");

/** What a cluster's admins do not allow. */
export const restrictions = keys("ReplicaClusterConfig", {
  podSecurity: z
    .enum(["privileged", "baseline", "restricted"])
    .optional()
    .describe(
      "pod security level that the namespace enforces, which every planned pod has to meet; default the strictest they meet. In place",
    ),
  readOnlyRoots: flag(
    "an admission policy refuses pods of the namespace whose containers may write to their root; default false. In place",
  ),
  clusterRoles: z
    .enum(["allowed", "denied"])
    .optional()
    .describe(
      "`denied`: an admission policy refuses to bind cluster roles to accounts of the namespace; needs profile restricted; default allowed. In place",
    ),
  quota: quota.optional(),
}).describe("what the customer's admins do not allow, made on the replica's cluster in their place");

/** What makes an instance a replica of a customer's. */
export const replica = keys("ReplicaConfig", {
  licence: z
    .enum(["development", "internal", "none"])
    .optional()
    .describe(
      "kind of the replica's own licence, never the customer's; default none. In place, by the site configuration",
    ),
  licenceSecret: text(
    "name of the secret with that licence key; needed unless licence is none. In place",
    "licence",
  ).optional(),
  without: z
    .array(z.enum(ownParts))
    .optional()
    .describe(
      "what the shape has and the replica does without, instead of one of its own; default nothing. Only checked",
    ),
  longestDays: count("how far away the last day may be, days; default 30. Only checked", 365).min(1).optional(),
  codeHosts: z
    .array(codeHost)
    .max(20)
    .optional()
    .describe("code hosts with made-up repositories, run beside Sourcegraph; default none. In place"),
  cluster: restrictions.optional(),
}).describe(
  "what makes the instance a replica of a customer's set-up: for development, with made-up data, a licence of its own and nothing sent to us; default no replica. Set by 'like'",
);
