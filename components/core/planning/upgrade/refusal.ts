import { compare, SemVer } from "semver";
import { RefusedError, type Problem } from "../../errors";
import { holds } from "./conditions";
import { newestReleases } from "./facts";
import type { ManualStep, UpgradeSituation } from "./upgrade-plan";
import { crosses, hopKind, type StopRule } from "./rules";

/** Why an upgrade is refused. */
export type UpgradeRefusal =
  "downgrade" | "forbidden-target" | "no-way" | "too-old" | "skipped-stop" | "unacknowledged" | "postgres-too-old";

/** The property a message names for the wanted release: the planner's own, or that of the configuration. */
export type ReleaseProperty = "to" | "release";

/** No lawful way, or not this one: exit code 3. */
export class UpgradeRefusedError extends RefusedError {
  constructor(
    readonly refusal: UpgradeRefusal,
    problems: readonly Problem[],
    /** Releases that can be deployed one after another from `from` on instead, each a lawful hop; empty when there are none. */
    readonly stops: readonly string[] = [],
    headline = "the upgrade is refused",
  ) {
    super(problems, headline);
  }
}

/** The release to deploy in place of a forbidden one: the newest of its line, else the newest of the next, that is ahead of `from`. */
export function insteadOf(forbidden: SemVer, from: SemVer, situation: UpgradeSituation): string | undefined {
  return newestReleases(situation.target ?? "compose").find((release) => {
    const { major, minor } = new SemVer(release);
    const sameLineOrLater = major > forbidden.major || (major === forbidden.major && minor >= forbidden.minor);
    return sameLineOrLater && compare(release, from) > 0;
  });
}

/** What stands in the way of starting an older release on the data a newer one has left. */
const irreversible: readonly {
  readonly border: SemVer;
  readonly what: string;
  readonly needs?: string;
}[] = [
  { border: new SemVer("5.0.0"), what: "code navigation data is SCIP since 5.0" },
  {
    border: new SemVer("5.10.0"),
    what: "the built-in databases are PostgreSQL 16 since 5.10",
    needs: "builtin-postgres",
  },
  {
    border: new SemVer("6.2.0"),
    what: "gitserver keeps its repositories under other names since 6.2, so they would have to be cloned again",
  },
];

/** Why the data of a release is none that an older one can work with; empty when nothing speaks against it. */
export function finalReasons(older: SemVer, newer: SemVer, situation: UpgradeSituation): readonly string[] {
  return irreversible
    .filter(({ border, needs }) => crosses(older, newer, border) && (needs === undefined || holds(needs, situation)))
    .map(({ what }) => what);
}

/** The refusal of going back, with the way that exists. */
export function downgradeRefused(
  property: ReleaseProperty,
  from: SemVer,
  to: SemVer,
  situation: UpgradeSituation,
): UpgradeRefusedError {
  const final = finalReasons(to, from, situation);
  const intro = `is ${to.version}, older than ${from.version}, which runs now`;
  const restore = `restore the backup taken before the upgrade together with the files of ${to.version}`;
  const way =
    final.length > 0
      ? `there is no way back on the same data (${final.join("; ")}): ${restore}`
      : hopKind(to, from) === "standard"
        ? `an upgrade never goes back; right after a standard upgrade this is a rollback: start the files of ${to.version} again, keep the databases as they are, then compare the schemas with the migrator's 'drift'`
        : `an upgrade never goes back: ${restore}, or stop the services and run the migrator's 'downgrade --from v${from.major}.${from.minor} --to v${to.major}.${to.minor}' first`;
  return new UpgradeRefusedError("downgrade", [{ path: property, message: `${intro}; ${way}` }]);
}

/** The refusal of a release nobody should deploy. */
export function forbiddenRefused(
  property: ReleaseProperty,
  to: string,
  because: string,
  instead: string | undefined,
  stops: readonly string[],
): UpgradeRefusedError {
  const fix = instead === undefined ? "there is no newer release to take instead" : `deploy ${instead} instead`;
  return new UpgradeRefusedError(
    "forbidden-target",
    [{ path: property, message: `is ${to}, which must not be deployed: ${because}; ${fix}` }],
    stops,
  );
}

/** The refusal when no order of stops leads to the release. */
export function noWayRefused(
  property: ReleaseProperty,
  from: string,
  to: string,
  rules: readonly StopRule[],
  stops: readonly string[],
): UpgradeRefusedError {
  const reached = stops.at(-1);
  const fix =
    reached === undefined ? "nothing newer can be deployed before that" : `until then deploy ${stops.join(", then ")}`;
  const reasons = rules.map(({ reason }) => reason).join("; ");
  return new UpgradeRefusedError(
    "no-way",
    [{ path: property, message: `is ${to}, which cannot be reached from ${reached ?? from}: ${reasons}; ${fix}` }],
    stops,
  );
}

/** The refusal of a start from before multi-version upgrades exist. */
export function tooOldRefused(from: string, oldest: string): UpgradeRefusedError {
  return new UpgradeRefusedError("too-old", [
    {
      path: "from",
      message: `is ${from}; upgrades start from ${oldest} or newer, older instances first go there by the vendor's own notes`,
    },
  ]);
}

/** The refusal of one hop that jumps over stops. */
export function skippedStopRefused(
  from: string,
  to: string,
  rules: readonly StopRule[],
  stops: readonly string[],
): UpgradeRefusedError {
  const reasons = rules.map(({ reason }) => reason).join("; ");
  return new UpgradeRefusedError(
    "skipped-stop",
    [
      {
        path: "release",
        message: `is ${to}, which cannot follow ${from} directly: ${reasons}; deploy ${[...stops, to].join(", then ")}, one after another`,
      },
    ],
    stops,
  );
}

/** The refusal of 6.0 and newer while the external databases are too old. */
export function postgresRefused(to: string, major: number, needed: number): UpgradeRefusedError {
  return new UpgradeRefusedError("postgres-too-old", [
    {
      path: "postgresMajor",
      message: `is ${major}, but ${to} and its migrator refuse PostgreSQL below ${needed}; upgrade all external databases to ${needed} while the running release is stopped, then say so`,
    },
  ]);
}

/** The refusal of a hop with blocking manual steps nobody has taken note of. */
export function unacknowledgedRefused(
  from: string,
  to: string,
  steps: readonly ManualStep[],
  unknownIds: readonly string[],
): UpgradeRefusedError {
  const misspelt = unknownIds.map((id) => ({ path: "acknowledge", message: `names "${id}", which is no manual step` }));
  return new UpgradeRefusedError(
    "unacknowledged",
    [
      ...steps.map(({ id, summary, action, onlyIf }) => ({
        path: "acknowledge",
        message: `lacks "${id}"${onlyIf === undefined ? "" : ` (matters with ${onlyIf.join(" or ")})`}: ${withoutStop(summary)}; to do: ${withoutStop(action)}`,
      })),
      ...misspelt,
    ],
    [],
    `the upgrade from ${from} to ${to} is refused until its manual steps are acknowledged; do what each says, then add its id to 'acknowledge'`,
  );
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/u, "");
}
