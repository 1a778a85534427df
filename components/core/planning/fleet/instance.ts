import type { StackSpecification } from "../config/parse-stack";
import type { FileTexts } from "../config/specification";
import { elsewhereOf, type ElsewhereConfig } from "./elsewhere";
import { sinksOf, type NotifySink } from "./notify";
import type { FleetConfig, InstanceConfig, InstanceType } from "./schema";

/** When an upgrade may begin. */
export interface MaintenanceWindow {
  /** Days of the week, 0 is Sunday, UTC. */
  readonly days: readonly number[];
  /** Hour it opens, UTC. */
  readonly fromHourUtc: number;
  /** How long it is open, hours. */
  readonly hours: number;
}

/** What an instance's life is at: `suspended` stands still, `extracted` is in the hands of a person, `leaving` is being deleted. */
export type LifeState = "active" | "suspended" | "extracted" | "leaving";

/** One instance of the fleet, completed. */
export interface FleetInstance {
  /** File it is described in, relative to the fleet's folder. */
  readonly file: string;
  /** Opaque name. */
  readonly id: string;
  /** Short name for people. */
  readonly slug: string;
  /** What it is for. */
  readonly type: InstanceType;
  /** Which rollouts it follows. */
  readonly channel: "stable" | "insiders" | "pause";
  /** Release it is to run. */
  readonly release: string;
  /** What its life is at. */
  readonly state: LifeState;
  /** Why it is in that state, where it was written down. */
  readonly reason?: string;
  /** Last day, where it has one. */
  readonly expires?: string;
  /** When an upgrade may begin; absent for any time. */
  readonly maintenance?: MaintenanceWindow;
  /** Whether a rollout waits for a person before the wave that holds it. */
  readonly pause: boolean;
  /** Labels selectors can ask for. */
  readonly labels: Readonly<Record<string, string>>;
  /** Features that are on. */
  readonly features: readonly string[];
  /** Address of its first administrator. */
  readonly email?: string;
  /** What encrypts the secrets of its stack, where its file says so. */
  readonly secretsProvider?: string;
  /** Config of its stack, with name, release and the defaults of its type. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What that config says. */
  readonly specification: StackSpecification;
}

/** Settings of the fleet, completed. */
export interface FleetSettings {
  /** Name of the fleet. */
  readonly name: string;
  /** Instances upgraded at a time. */
  readonly parallel: number;
  /** What has to hold for a rollout to go on. */
  readonly gate: Gate;
  /** Who is upgraded when. */
  readonly waves: FleetConfig["waves"] & {};
  /** Pulumi program, where it is another than this library's; relative to the fleet's folder. */
  readonly program?: string;
  /** Address of the Pulumi backend, where one is named. */
  readonly backend?: string;
  /** Longest life of instances that expire, days. */
  readonly expiryDays: Readonly<Record<"trial" | "replica", number>>;
  /** Who is told of the transitions of rollouts. */
  readonly notify: readonly NotifySink[];
  /** For those that run the fleet elsewhere than on this machine. */
  readonly elsewhere: ElsewhereConfig;
}

/** What has to hold of an instance, and of a wave, for a rollout to go on. */
export interface Gate {
  /** Failed instances a wave may have. */
  readonly failures: number;
  /** Share of failed requests from which on an instance is sick, percent. */
  readonly errorPercent: number;
  /** How long an instance has to be healthy, minutes. */
  readonly healthyMinutes: number;
}

/** A fleet: a folder of files is the truth. */
export interface Fleet {
  /** Settings of the whole. */
  readonly settings: FleetSettings;
  /** Every instance, by id. */
  readonly instances: readonly FleetInstance[];
  /** Texts of the files their configs name, by the path as written. */
  readonly files: FileTexts;
}

/** The settings of a fleet, completed. */
export function completeSettings(config: FleetConfig): FleetSettings {
  const { name, waves = "monthly", parallel = 5, gate = {}, program, backend, expiryDays = {} } = config;
  return {
    name,
    waves,
    parallel,
    gate: {
      failures: gate.failures ?? 0,
      errorPercent: gate.errorPercent ?? 1,
      healthyMinutes: gate.healthyMinutes ?? 5,
    },
    ...(program === undefined ? {} : { program }),
    ...(backend === undefined ? {} : { backend }),
    expiryDays: { trial: expiryDays.trial ?? 30, replica: expiryDays.replica ?? 30 },
    notify: sinksOf(config.notify ?? []),
    elsewhere: elsewhereOf(config),
  };
}

/** The config of an instance's stack: what its file gives, under its opaque name, with the protection its type has. */
export function stackConfigOf(instance: InstanceConfig): Record<string, unknown> {
  const { id, release, type, slug, expires, config } = instance;
  const { tags, shape = "vm" } = config;
  const isReplica = type === "replica" && (shape === "vm" || shape === "kubernetes");
  return {
    deletionProtection: type === "production",
    ...(isReplica ? { replica: {} } : {}),
    ...(expires === undefined ? {} : { expires }),
    ...config,
    name: id,
    release,
    tags: { ...(typeof tags === "object" ? tags : {}), "instance-type": type, "instance-slug": slug },
  };
}

/**
 * What the cloud's own provider of an instance's stack is told, as keys of a stack file. Instances of one fleet are in more than
 * one region, so that no variable of whoever runs the program can say it for all.
 *
 * @param config config of the stack, without the namespace
 */
export function providerConfigOf({ cloud, region }: Readonly<Record<string, unknown>>): Record<string, string> {
  return cloud === "aws" && typeof region === "string" ? { "aws:region": region } : {};
}
