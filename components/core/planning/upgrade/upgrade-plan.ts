/** How the instance is deployed: the vendor's compose files, or Kubernetes (the vendor's chart or objects equal to it). */
export type DeploymentKind = "compose" | "kubernetes";

/** What the planner has to know about the instance. Everything is optional; what is not known is assumed the harder way. */
export interface UpgradeSituation {
  /** Default `compose`. */
  readonly target?: DeploymentKind;
  /** Where the three PostgreSQL databases run: in the deployment's own containers, or as an external service. Default `bundled`. */
  readonly databases?: "bundled" | "external";
  /** Major version of the external databases now; with it unknown and a release below 6.0 running, it is taken to be below 16. */
  readonly postgresMajor?: number;
  /** Size of all PostgreSQL data in GB; unknown by default. From 1000 on 5.9 is a required stop. */
  readonly postgresSizeGb?: number;
  /**
   * The conditions of manual steps that hold here, by the names that `upgradeConditions` lists. When given, conditions the
   * deployment itself decides and that are not named are taken not to hold; those only the site knows stay open. When not
   * given, all stay open. An open condition keeps its step on the list.
   */
  readonly conditions?: readonly string[];
  /** Ids of manual steps a person has taken note of. Unknown ids have no effect. */
  readonly acknowledge?: readonly string[];
  /** Whether only standard hops can be made, one minor release at a time, as with `cloud: local`; default false. */
  readonly standardHopsOnly?: boolean;
  /** Whether the code insights database exists; default true. */
  readonly codeInsights?: boolean;
  /** Registry and organisation images are pulled from; default the vendor's on Docker Hub. */
  readonly registry?: string;
  /** Whether images are named with the digests the catalogue knows; default true. Images out of archives have none. */
  readonly pinDigests?: boolean;
  /** Namespace of a Kubernetes deployment; default `sourcegraph`. */
  readonly namespace?: string;
}

/** The question: from the release that runs to the release wanted. A leading `v` is allowed in both. */
export interface UpgradeRequest extends UpgradeSituation {
  /** Release that runs. */
  readonly from: string;
  /** Release wanted. */
  readonly to: string;
}

/**
 * `standard`: a newer patch, the next minor, or the first line of the next major; the services of the old release can go on while
 * the schema is already new. `multi-version`: anything further; everything but the databases has to stand still.
 */
export type HopKind = "standard" | "multi-version";

/** When something is done, seen from the change of release. */
export type UpgradePhase = "before" | "during" | "after";

/** A documented action an admin must take for a hop. */
export interface ManualStep {
  /** What it is acknowledged by. */
  readonly id: string;
  /** Release that brought it, or `any`. */
  readonly version: string;
  /** Whether the hop is refused until the id is acknowledged. */
  readonly blocking: boolean;
  /** When it is done. */
  readonly phase: UpgradePhase;
  /** What it is about, one line. */
  readonly summary: string;
  /** What to do. */
  readonly action: string;
  /** Where the vendor says so. */
  readonly source: string;
  /** Whether its id was acknowledged. */
  readonly acknowledged: boolean;
  /** Names of conditions: the step matters only where one of them holds, which is not known. Absent when it applies for certain. */
  readonly onlyIf?: readonly string[];
}

/** A command of the runbook; run without a shell. */
export interface RunbookCommand {
  /** Program to run. */
  readonly program: "docker" | "kubectl" | "helm";
  /** Its arguments. */
  readonly args: readonly string[];
  /** Text for standard input. */
  readonly stdin?: string;
  /** Compose only: whose files the command works with, those of the hop's `from` or of its `to`. */
  readonly bundle?: "from" | "to";
  /** Compose only: append the names of all services of these files but the ones given (`docker compose config --services`). */
  readonly allServicesExcept?: readonly string[];
  /** Compose only: append the names of those services of these files that are called so, or so with a number: `NAME` or `NAME-0`. */
  readonly instancesOf?: readonly string[];
}

/** Something to be true that no single command shows. */
export type RunbookCheck =
  /** As much free space where these services keep their data as the data occupies now. */
  | {
      /** What is checked. */
      readonly kind: "free-disk";
      /** The services. */
      readonly asMuchAgainAs: readonly string[];
    }
  /** The instance answers with this release. */
  | {
      /** What is checked. */
      readonly kind: "release";
      /** The release. */
      readonly release: string;
    };

/** One step of a hop's runbook. */
export interface RunbookStep {
  /** Name of the step, unique in its runbook. */
  readonly id: string;
  /** What it does, one line. */
  readonly title: string;
  /** When it is done. */
  readonly phase: UpgradePhase;
  /** Who does it: the Pulumi program, the machine or cluster, or a person. */
  readonly by: "program" | "machine" | "person";
  /** In order; the step is done when all exit with 0. */
  readonly commands: readonly RunbookCommand[];
  /** Instead of `commands` when the step is run again after it failed or was interrupted. */
  readonly retryCommands?: readonly RunbookCommand[];
  /** What is checked besides the commands. */
  readonly check?: RunbookCheck;
  /** What has to be true before the step starts. */
  readonly preconditions: readonly string[];
  /** Time after which it has failed, minutes. */
  readonly timeoutMinutes: number;
  /** Whether the step can be run again after it was interrupted at any point. */
  readonly safeToRepeat: boolean;
  /** What cannot be undone once the step has begun, other than by restoring the backup. */
  readonly pointOfNoReturn?: string;
  /**
   * `stop`: the hop failed, and what was done stays. `go-back`: it failed before anything changed the databases, so the release
   * before is started again. `report`: the instance goes on, a person looks.
   */
  readonly onFailure: "stop" | "go-back" | "report";
}

/** The migrator image a step runs, and why that one. */
export interface MigratorImage {
  /** Release of the image. */
  readonly release: string;
  /** Full reference, with digest where the catalogue knows it. */
  readonly reference: string;
  /** Why this one. */
  readonly reason: string;
}

/** A part of the time users are shut out. */
export interface DowntimePart {
  /** What the time goes into. */
  readonly what: string;
  /** Estimate in minutes, where there is one. */
  readonly minutes?: {
    /** At least. */
    readonly least: number;
    /** At most. */
    readonly most: number;
  };
}

/** How long users are shut out. */
export interface Downtime {
  /** One sentence. */
  readonly expected: string;
  /** What it is made of. */
  readonly parts: readonly DowntimePart[];
  /** Sum of the parts that have an estimate; the whole may last longer. */
  readonly atLeastMinutes: number;
}

/** One upgrade step between two releases, deployed as one change. */
export interface Hop {
  /** Release before. */
  readonly from: string;
  /** Release after. */
  readonly to: string;
  /** Kind of the upgrade. */
  readonly kind: HopKind;
  /** What a person has to do or know, ascending by release. */
  readonly manualSteps: readonly ManualStep[];
  /** The steps, in order. */
  readonly runbook: readonly RunbookStep[];
  /** How long users are shut out. */
  readonly downtime: Downtime;
  /** What brings the schema from `from` to `to`. */
  readonly migrator: MigratorImage;
  /** Arguments of the migrator for that. */
  readonly migratorArgs: readonly string[];
  /** Its arguments when it was interrupted: what it left half-done looks like drift. */
  readonly migratorRetryArgs: readonly string[];
  /** Images that a machine's runbook runs, besides those of the two deployments; each once. None on Kubernetes. */
  readonly images: readonly string[];
  /** Whether this library renders the files of `to`; if not, deploy it with the vendor's files. */
  readonly rendered: boolean;
  /** What a reader should know. */
  readonly notes: readonly string[];
}

/** A release between `from` and `to` that has to be deployed, and the rules that ask for it. */
export interface RequiredStop {
  /** The release. */
  readonly release: string;
  /** Ids of the rules. */
  readonly rules: readonly string[];
  /** Why it has to be deployed. */
  readonly reason: string;
}

/** The whole way from one release to another. JSON-serialisable. */
export interface UpgradePlan {
  /** Release that runs. */
  readonly from: string;
  /** Release wanted. */
  readonly to: string;
  /** How the instance is deployed. */
  readonly target: DeploymentKind;
  /** `from`, the releases to deploy one after another, `to`; `from` alone when there is nothing to do. */
  readonly path: readonly string[];
  /** The hops, in order. */
  readonly hops: readonly Hop[];
  /** Releases that may not be jumped over, on this way. */
  readonly stops: readonly RequiredStop[];
  /** Ids of blocking manual steps of any hop that are not acknowledged yet. */
  readonly acknowledgementsNeeded: readonly string[];
  /** Acknowledged ids no manual step has: most likely misspelt. */
  readonly unknownAcknowledgements: readonly string[];
  /** What is worth knowing and decides nothing. */
  readonly notes: readonly string[];
}
