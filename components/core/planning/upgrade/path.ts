import { SemVer } from "semver";
import { isAtLeast, oldestRenderableRelease } from "../../product/releases";
import { newestReleases } from "./facts";
import type { DeploymentKind, UpgradeSituation } from "./upgrade-plan";
import { brokenRules, hopKind, stopRules } from "./rules";

interface Candidate {
  readonly release: string;
  readonly version: SemVer;
  /** Stopping here means deploying files this library does not render. */
  readonly foreign: boolean;
}

const candidates: Readonly<Record<DeploymentKind, readonly Candidate[]>> = {
  compose: newestReleases("compose").map(toCandidate),
  kubernetes: newestReleases("kubernetes").map(toCandidate),
};

function toCandidate(release: string): Candidate {
  return { release, version: new SemVer(release), foreign: !isAtLeast(release, oldestRenderableRelease) };
}

const documentedLines = new Set(stopRules.map(({ documentedLine }) => documentedLine));

/** A way to a release, with what makes it worse than another of as many deployments, the weightiest first. */
interface Way {
  readonly at: Candidate;
  readonly path: readonly string[];
  readonly cost: readonly [foreignStops: number, multiVersion: number, undocumentedStops: number];
}

function extend(way: Way, next: Candidate, isGoal: boolean): Way {
  const [foreignStops, multiVersion, undocumented] = way.cost;
  const line = `${next.version.major}.${next.version.minor}`;
  return {
    at: next,
    path: [...way.path, next.release],
    cost: [
      foreignStops + (!isGoal && next.foreign ? 1 : 0),
      multiVersion + (hopKind(way.at.version, next.version) === "multi-version" ? 1 : 0),
      undocumented + (isGoal || documentedLines.has(line) ? 0 : 1),
    ],
  };
}

/** Negative when `a` is the better way. */
function compareWays(a: Way, b: Way): number {
  const worse = a.cost.findIndex((part, index) => part !== b.cost[index]);
  return worse < 0 ? 0 : (a.cost[worse] ?? 0) - (b.cost[worse] ?? 0);
}

/** The best way to a release that is one lawful hop longer than one of these; among equals the one over the newest stop. */
function bestHop(ways: readonly Way[], next: Candidate, isGoal: boolean, situation: UpgradeSituation): Way | undefined {
  let best: Way | undefined;
  for (const way of ways) {
    if (way.at.version.compare(next.version) >= 0 || brokenRules(way.at.version, next.version, situation).length > 0)
      continue;
    const longer = extend(way, next, isGoal);
    if (best === undefined || compareWays(longer, best) <= 0) best = longer;
  }
  return best;
}

/** The outcome of a search: the way, or how far one gets. */
export interface FoundPath {
  /** `from`, the stops, and last the release reached. */
  readonly path: readonly string[];
  /** Whether the release reached is the one asked for. */
  readonly complete: boolean;
}

/**
 * The way with the fewest deployments from one release up to another, both known and ascending, every hop of which breaks no rule. Among equals:
 * stops this library renders, then standard hops, then the stop the documentation names, then newer stops. When there is no way, the
 * best one to the newest release that can be reached.
 */
export function findPath(from: string, to: string, situation: UpgradeSituation): FoundPath {
  const goal = toCandidate(to);
  let furthest: Way = { at: toCandidate(from), path: [from], cost: [0, 0, 0] };
  let ways: readonly Way[] = [furthest];
  let unreached = candidates[situation.target ?? "compose"].filter(
    ({ version }) => version.compare(from) > 0 && version.compare(goal.version) < 0,
  );
  // One deployment more with each round: a release reached earlier is never worth reaching later.
  while (ways.length > 0) {
    const whole = bestHop(ways, goal, true, situation);
    if (whole !== undefined) return { path: whole.path, complete: true };
    const before = ways;
    ways = unreached.map((next) => bestHop(before, next, false, situation)).filter((way) => way !== undefined);
    const reached = new Set(ways.map(({ at }) => at));
    unreached = unreached.filter((candidate) => !reached.has(candidate));
    furthest = ways.reduce((newest, way) => (way.at.version.compare(newest.at.version) > 0 ? way : newest), furthest);
  }
  return { path: furthest.path, complete: false };
}
