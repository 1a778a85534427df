import { SemVer } from "semver";
import { findRelease, isAtLeast, oldestRenderableRelease } from "../../product/releases";
import { holds } from "./conditions";
import { dataEvents, downtimeOf } from "./downtime";
import { forbiddenBecause, manualStepIds, newestReleases, oldestUpgradable } from "./facts";
import { convertedBeforeMigrator, databasesOf, migrateArgs, type HopFacts } from "./hop-facts";
import { migratorForDrift, migratorForUp, migratorForUpgrade } from "./migrator";
import { findPath } from "./path";
import type { Hop, RequiredStop, UpgradePlan, UpgradeRequest, UpgradeSituation } from "./upgrade-plan";
import {
  downgradeRefused,
  forbiddenRefused,
  insteadOf,
  noWayRefused,
  postgresRefused,
  skippedStopRefused,
  tooOldRefused,
  unacknowledgedRefused,
  type ReleaseProperty,
} from "./refusal";
import { readRequest, type ReleasePair } from "./request";
import { brokenRules, hopKind, requiredPostgresMajor } from "./rules";
import { composeRunbook } from "./runbook-compose";
import { kubernetesRunbook } from "./runbook-kubernetes";
import { manualStepsOf, unacknowledged } from "./steps";

/**
 * The whole way from one release to another: the releases to deploy one after another, and for each hop what to know and to do. The way
 * has the fewest deployments the rules allow.
 * @throws InputError when a release is unknown or the situation contradicts itself
 * @throws UpgradeRefusedError when there is no lawful way; its `stops` are what can be deployed instead
 */
export function planUpgrade(request: UpgradeRequest): UpgradePlan {
  const { from, to } = readRequest(request, "to");
  const target = request.target ?? "compose";
  const acknowledged = request.acknowledge ?? [];
  const path = pathBetween({ from, to }, request, "to");
  const hops = pairs(path).map(([start, end]) => hopBetween(start, end, request));
  const needed = hops.flatMap(({ manualSteps }) => unacknowledged(manualSteps)).map(({ id }) => id);
  return {
    from: from.version,
    to: to.version,
    target,
    path,
    hops,
    stops: stopsOn(path, request),
    acknowledgementsNeeded: [...new Set(needed)],
    unknownAcknowledgements: unknownIds(acknowledged),
    notes: notesOf({ from, to }, request),
  };
}

/**
 * The one hop a deployment is about to make; undefined when the release stays. What the program asks before it registers anything.
 * @throws InputError when a release is unknown or the situation contradicts itself
 * @throws UpgradeRefusedError when the hop goes back, leads to a release nobody should deploy, jumps a required stop, or has a
 * blocking manual step that is not acknowledged
 */
export function checkHop(request: UpgradeRequest): Hop | undefined {
  const { from, to } = readRequest(request, "release");
  const path = pathBetween({ from, to }, request, "release");
  if (path.length === 1) return undefined;
  if (path.length > 2) {
    throw skippedStopRefused(from.version, to.version, brokenRules(from, to, request), path.slice(1, -1));
  }
  const { postgresMajor } = request;
  const external = holds("external-postgres", request) && isAtLeast(to.version, "6.0.0");
  if (external && postgresMajor !== undefined && postgresMajor < requiredPostgresMajor) {
    throw postgresRefused(to.version, postgresMajor, requiredPostgresMajor);
  }
  const hop = hopBetween(from.version, to.version, request);
  const missing = unacknowledged(hop.manualSteps);
  if (missing.length > 0) {
    throw unacknowledgedRefused(hop.from, hop.to, missing, unknownIds(request.acknowledge ?? []));
  }
  return hop;
}

/** `from`, the stops, `to`; `from` alone when they are equal. Throws when there is no such way. */
function pathBetween(
  { from, to }: ReleasePair,
  situation: UpgradeSituation,
  property: ReleaseProperty,
): readonly string[] {
  const direction = to.compare(from);
  if (direction === 0) return [from.version];
  if (direction < 0) throw downgradeRefused(property, from, to, situation);
  if (from.compare(oldestUpgradable) < 0) throw tooOldRefused(from.version, oldestUpgradable);
  const forbidden = forbiddenBecause(to.version);
  if (forbidden !== undefined) {
    const instead = insteadOf(to, from, situation);
    const stops = instead === undefined ? [] : findPath(from.version, instead, situation).path.slice(1);
    throw forbiddenRefused(property, to.version, forbidden, instead, stops);
  }
  const found = findPath(from.version, to.version, situation);
  if (!found.complete) {
    const reached = new SemVer(found.path.at(-1) ?? from.version);
    throw noWayRefused(property, from.version, to.version, brokenRules(reached, to, situation), found.path.slice(1));
  }
  return found.path;
}

function pairs(path: readonly string[]): (readonly [string, string])[] {
  return path.slice(1).map((end, index) => [path[index] ?? end, end] as const);
}

/** The stops of a path, each with the rules a hop past it would break. */
function stopsOn(path: readonly string[], situation: UpgradeSituation): RequiredStop[] {
  return path.slice(1, -1).map((release, index) => {
    const rules = brokenRules(new SemVer(path[index] ?? release), new SemVer(path[index + 2] ?? release), situation);
    return { release, rules: rules.map(({ id }) => id), reason: rules.map(({ reason }) => reason).join("; ") };
  });
}

/** One hop that is known to be lawful, such as one that was made; what it asks of a person does not change what the runbook does. */
export function hopBetween(start: string, end: string, situation: UpgradeSituation): Hop {
  const from = new SemVer(start);
  const to = new SemVer(end);
  const kind = hopKind(from, to);
  const events = dataEvents(from, to, situation);
  const migrator = kind === "standard" ? migratorForUp(end, situation) : migratorForUpgrade(from, to, situation);
  const facts: HopFacts = {
    from,
    to,
    kind,
    events,
    situation,
    ...databasesOf(situation),
    migrator,
    driftBefore: migratorForDrift(from, situation),
    driftAfter: migratorForDrift(to, situation),
  };
  return {
    from: start,
    to: end,
    kind,
    manualSteps: manualStepsOf(from, to, situation),
    runbook: (situation.target ?? "compose") === "compose" ? composeRunbook(facts) : kubernetesRunbook(facts),
    downtime: downtimeOf(kind, events, situation),
    migrator,
    migratorArgs: migrateArgs(facts),
    migratorRetryArgs: migrateArgs(facts, true),
    images: (situation.target ?? "compose") === "compose" ? imagesOf(facts) : [],
    rendered: isAtLeast(end, oldestRenderableRelease) && findRelease(end)?.deployable.compose === true,
    notes: hopNotes(from, to, situation),
  };
}

/** Images of migrators that are not the one of the release being deployed. */
function imagesOf(facts: HopFacts): string[] {
  const { to, kind, migrator, driftBefore, driftAfter } = facts;
  const before = kind === "multi-version" && convertedBeforeMigrator(facts) ? [driftBefore] : [];
  const others = [...before, migrator, driftAfter].filter(({ release }) => release !== to.version);
  return [...new Set(others.map(({ reference }) => reference))];
}

/** What is odd about the releases of one hop. */
function hopNotes(from: SemVer, to: SemVer, situation: UpgradeSituation): string[] {
  const chartPins = findRelease(to.version)?.anomalies.helmTagNotEqualVersion;
  const onOldPostgres = holds("external-postgres", situation) && to.major === 5 && to.minor >= 10;
  return [
    ...(isAtLeast(to.version, oldestRenderableRelease)
      ? []
      : [`files are rendered from ${oldestRenderableRelease} on: deploy ${to.version} with the vendor's own files`]),
    ...(situation.target === "kubernetes" && chartPins !== undefined
      ? [`the chart of ${to.version} pins images of another version`]
      : []),
    ...(onOldPostgres
      ? [
          `while the external databases are PostgreSQL 12, 'drift' reports differences on ${to.version}; do not apply what it suggests`,
        ]
      : []),
    ...(from.major < 5 ? [`${from.version} is from before the catalogue begins; only its line was checked`] : []),
  ];
}

/** What is worth knowing about the whole way. */
function notesOf({ from, to }: ReleasePair, situation: UpgradeSituation): string[] {
  if (to.compare(from) === 0) return [`${to.version} runs already; there is nothing to upgrade`];
  const line = newestReleases(situation.target ?? "compose").find((release) => {
    const { major, minor } = new SemVer(release);
    return major === to.major && minor === to.minor;
  });
  return [
    ...(line !== undefined && to.compare(line) < 0
      ? [`${line} is the newest release of the line ${to.major}.${to.minor}; prefer it to ${to.version}`]
      : []),
    ...(to.major >= 7
      ? [
          "manual steps of 7.x were collected from documentation and file comparisons and may be incomplete: read the vendor's release notes too",
        ]
      : []),
  ];
}

function unknownIds(acknowledged: readonly string[]): string[] {
  return acknowledged.filter((id) => !manualStepIds.includes(id));
}
