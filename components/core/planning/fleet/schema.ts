import { z } from "zod";
import { flag, keys, text } from "../config/schema-values";
import { opaqueName } from "../environment/names";
import { elsewhereKeys } from "./elsewhere";
import { notifySchema } from "./notify";

/** What an instance is for; decides its defaults and its place in the waves. */
export const instanceTypes = ["internal", "trial", "production", "replica"] as const;

/** What an instance is for. */
export type InstanceType = (typeof instanceTypes)[number];

/** Days of the week a maintenance window may name. */
export const weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"] as const;

const day = (description: string): z.ZodString =>
  z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}$/, { error: "must be a day such as 2026-12-31" })
    .meta({ description, examples: ["2026-12-31"] });

const maintenance = keys("MaintenanceConfig", {
  days: z.array(z.enum(weekdays)).min(1).describe("days on which it may begin, UTC"),
  fromHourUtc: z.number().int().min(0).max(23).describe("hour from which it may begin, UTC"),
  hours: z.number().int().min(1).max(24).describe("how long it may begin from then on, hours"),
}).describe("when an upgrade of this instance may begin; default any time. In place");

const pulumiSettings = keys("PulumiSettingsConfig", {
  secretsprovider: text("what encrypts the secrets of the stack", "awskms://alias/fleet").optional(),
  encryptedkey: text("key of the stack, encrypted by that").optional(),
  encryptionsalt: text("salt of a stack that is encrypted by a passphrase").optional(),
}).describe("how the stack's secrets are encrypted, as in a stack file; needed where config has any. Never changed");

/** One instance of the fleet: a file of its own. */
export const instanceSchema = keys("InstanceConfig", {
  id: z
    .string()
    .regex(opaqueName, {
      error: "must be src- and 8 to 20 hexadecimal digits, so that no name of a customer gets into names of resources",
    })
    .meta({
      description: "opaque name of the instance, in names of resources and of its stack. Never changed",
      examples: ["src-3f9c1a20b7"],
    }),
  slug: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/, {
      error: "must be lower-case letters, digits and dashes, at most 30, and begin with a letter",
    })
    .refine((slug) => !opaqueName.test(slug), {
      error: "has the form of an id, by which another instance may be meant; give a name that people call it by",
    })
    .meta({ description: "short name people call it by, in its label and its address. Never changed" }),
  type: z.enum(instanceTypes).describe("what it is for; decides the defaults below and the wave. In place"),
  channel: z
    .enum(["stable", "insiders", "pause"])
    .optional()
    .describe(
      "`stable` follows the rollouts; `insiders` goes before all others; `pause` is left out. Default stable. In place",
    ),
  release: text(
    "release it runs; a rollout writes it. Changing it by hand is an upgrade outside of rollouts",
    "7.5.4453",
  ),
  state: z
    .enum(["extracted", "leaving"])
    .optional()
    .describe(
      "written by `sgbox fleet extract` and `delete`: `extracted` is in the hands of a person, `leaving` is being deleted; rollouts leave both out, and an instance whose `config.suspended` is true. Default neither",
    ),
  reason: text("why it is extracted, leaving or suspended, written by these verbs", "unpaid since October").optional(),
  expires: day(
    "last day of the instance; needed by trials and replicas, after which fleet reap removes it. In place",
  ).optional(),
  maintenance: maintenance.optional(),
  pause: flag(
    "whether a rollout waits for a person before the wave that holds it; default true for production, else false. In place",
  ),
  labels: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, { error: "is not a label; use lower-case letters, digits and _" }),
      z.string(),
    )
    .optional()
    .describe("what selectors can ask besides; default none. In place"),
  features: z.array(z.string().min(1)).optional().describe("names of features that are on; default none. In place"),
  email: text(
    "address of its first administrator, of the account on AWS; each once in a fleet. Never changed",
    "it+acme@example.com",
  ).optional(),
  pulumi: pulumiSettings.optional(),
  config: z
    .record(z.string(), z.unknown())
    .describe(
      "the keys of docs/configuration.md without name, release and expires, such as shape, cloud, region, usage",
    ),
}).describe("one instance of a fleet");

/** An instance as its file has it. */
export type InstanceConfig = z.infer<typeof instanceSchema>;

const members = keys("WaveMembersConfig", {
  select: text("which instances, as an expression", 'instance.type == "trial"'),
  percent: z
    .number()
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe("how many of them are through after this wave, percent, those of earlier waves counted; default 100"),
}).describe("a share of the instances");

const wave = keys("WaveConfig", {
  name: text("name of the wave", "early"),
  members: z.array(members).describe("who belongs to it; nobody for a wave of verification by people"),
  soakHours: z
    .number()
    .min(0)
    .max(720)
    .optional()
    .describe("how long it is watched before the next wave, hours; default 24"),
  pause: flag("whether a person has to let it begin; default false"),
  parallel: z
    .number()
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe("instances of it upgraded at a time; at most that of the fleet, which is the default"),
}).describe("instances that are upgraded together");

const gate = keys("GateConfig", {
  failures: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .optional()
    .describe("failed instances a wave may have before the rollout stops; default 0"),
  errorPercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe(
      "share of failed requests from which on an instance counts as sick, percent, from the metrics given; default 1",
    ),
  healthyMinutes: z
    .number()
    .min(0)
    .max(1440)
    .optional()
    .describe("how long an instance has to be healthy after its upgrade, minutes; default 5"),
}).describe("what has to hold of an instance, and of a wave, for the rollout to go on");

/** Settings of the whole fleet. */
export const fleetSchema = keys("FleetConfig", {
  name: text("name of the fleet", "managed"),
  waves: z
    .union([z.enum(["quarterly", "monthly"]), z.array(wave).min(1)])
    .optional()
    .describe(
      "who is upgraded when: `quarterly` and `monthly` as the vendor does it, or waves of one's own; default monthly",
    ),
  parallel: z.number().int().min(1).max(50).optional().describe("instances upgraded at a time; default 5"),
  gate: gate.optional(),
  program: text(
    "Pulumi program that each instance's config is for, a file or folder relative to the fleet's; default that of this library",
    "./program",
  ).optional(),
  backend: text("address of the Pulumi backend; default the one that is signed in to", "s3://states").optional(),
  expiryDays: keys("ExpiryDaysConfig", {
    trial: z.number().int().min(1).max(365).optional().describe("longest life of a trial, days; default 30"),
    replica: z.number().int().min(1).max(365).optional().describe("longest life of a replica, days; default 30"),
  }).optional(),
  notify: notifySchema.optional(),
  ...elsewhereKeys,
}).describe("settings of a fleet");

/** Settings of a fleet as its file has them. */
export type FleetConfig = z.infer<typeof fleetSchema>;
