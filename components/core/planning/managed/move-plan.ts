import type { DatabaseName } from "../../product/service";
import type { ServedBy } from "../manifest";
import type { PlannedImage } from "../vm/container";
import type { Downtime, RunbookStep } from "../upgrade/upgrade-plan";

/** A store that gets another one who serves it. */
export interface MovedStore {
  /** Config key that decides who serves it, as in `allowDataLoss`. */
  readonly key: string;
  /** Who serves it now. */
  readonly from: ServedBy;
  /** Who will. */
  readonly to: ServedBy;
  /** `restored`: everything comes along. `drained`: what matters is worked off before. `left`: it begins empty. */
  readonly how: "restored" | "drained" | "left";
  /** What that means, one sentence. */
  readonly meaning: string;
}

/** A database that is dumped and restored. */
export interface MovedDatabase {
  /** Which of the three. */
  readonly name: DatabaseName;
  /** Name of its service, which the dump is called after. */
  readonly service: string;
  /** Begin of the variables that say where it is. */
  readonly prefix: string;
}

/** Where a step's commands run. */
export type MovePlace =
  /** Where the Pulumi program runs; with kubectl for the cluster. */
  | "workstation"
  /** On the machine, as root. */
  | "machine";

/** One step of a move. Its commands are rendered as a program of the shell. */
export interface MoveStep extends Pick<
  RunbookStep,
  "id" | "title" | "phase" | "by" | "preconditions" | "timeoutMinutes" | "safeToRepeat" | "pointOfNoReturn"
> {
  /** Where its commands run; absent where a person does it by hand. */
  readonly where?: MovePlace;
  /** What to do when it fails. */
  readonly onFailure: string;
  /** How to be where one started, after this step. */
  readonly wayBack: string;
}

/** The names a move on Kubernetes needs. */
export interface MoveNamespace {
  /** Namespace of the instance. */
  readonly name: string;
  /** Name of the Helm release, part of the labels. */
  readonly helmRelease: string;
  /** Components that go on while everything else stands still. */
  readonly goingOn: readonly string[];
  /** Storage class of the dumps; absent for the cluster's default. */
  readonly storageClass?: string;
  /** Secret with the login at the image registry; absent for registries without login. */
  readonly imagePullSecret?: string;
  /** Who the pods of the move run as. */
  readonly podSecurity: Readonly<Record<string, number | boolean>>;
  /** Namespaced objects whose Secrets hold the logins: Secret by name of the database. */
  readonly logins: Readonly<Record<string, string>>;
}

/** The names a move on a machine needs. */
export interface MoveMachine {
  /** Services that stand still until the data is there: everything but the databases. */
  readonly stopped: readonly string[];
  /** Those of the new bundle that do. */
  readonly held: readonly string[];
}

/** The way of data from those who serve it to others. JSON-serialisable; holds no secret. */
export interface MovePlan {
  /** Name of the instance. */
  readonly name: string;
  /** What is built. */
  readonly shape: "vm" | "kubernetes";
  /** Where it is built. */
  readonly cloud: "aws" | "gcp" | "existing";
  /** Release that runs; a move does not change it. */
  readonly release: string;
  /** The stores that move; none when the two configs agree. */
  readonly stores: readonly MovedStore[];
  /** The databases among them. */
  readonly databases: readonly MovedDatabase[];
  /** What `allowDataLoss` has to hold for the update of the move. */
  readonly allowDataLoss: readonly string[];
  /** Resources the updates of the move leave as they are, as patterns of URNs, so that the old store stays. */
  readonly exclude: readonly string[];
  /** Names of the resources that are given up in the end. */
  readonly givenUp: readonly string[];
  /** Image whose PostgreSQL programs dump and restore. */
  readonly image: PlannedImage;
  /** Room for the dumps, GB. */
  readonly dumpGb: number;
  /** Names on Kubernetes. */
  readonly kubernetes?: MoveNamespace;
  /** Names on a machine. */
  readonly machine?: MoveMachine;
  /** How long users are shut out. */
  readonly downtime: Downtime;
  /** The steps, in order. */
  readonly steps: readonly MoveStep[];
  /** What is worth knowing. */
  readonly notes: readonly string[];
}
