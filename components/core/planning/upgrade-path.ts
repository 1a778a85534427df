import { compare, SemVer } from "semver";
import { isAtLeast, oldestRenderableRelease } from "../product/releases";
import { newestReleases } from "./upgrade-facts";
import type { DeploymentKind, UpgradeSituation } from "./upgrade-plan";
import { brokenRules, hopKind, stopRules } from "./upgrade-rules";

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

/** What makes one way worse than another, the weightiest first. */
interface Way {
  readonly path: readonly string[];
  readonly cost: readonly [deployments: number, foreignStops: number, multiVersion: number, undocumentedStops: number];
}

function extend(way: Way, at: Candidate, next: Candidate, isTarget: boolean): Way {
  const [deployments, foreignStops, multiVersion, undocumented] = way.cost;
  const line = `${next.version.major}.${next.version.minor}`;
  return {
    path: [...way.path, next.release],
    cost: [
      deployments + 1,
      foreignStops + (!isTarget && next.foreign ? 1 : 0),
      multiVersion + (hopKind(at.version, next.version) === "multi-version" ? 1 : 0),
      undocumented + (isTarget || documentedLines.has(line) ? 0 : 1),
    ],
  };
}

/** Negative when `a` is the better way. */
function compareWays(a: Way, b: Way): number {
  const worse = a.cost.findIndex((part, index) => part !== b.cost[index]);
  return worse < 0 ? 0 : (a.cost[worse] ?? 0) - (b.cost[worse] ?? 0);
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
  const start = toCandidate(from);
  const goal = toCandidate(to);
  if (brokenRules(start.version, goal.version, situation).length === 0) return { path: [from, to], complete: true };

  const between = candidates[situation.target ?? "compose"].filter(
    ({ version }) => compare(version, start.version) > 0 && compare(version, goal.version) < 0,
  );
  const nodes = [start, ...between, goal];
  const ways: (Way | undefined)[] = [{ path: [from], cost: [0, 0, 0, 0] }];
  for (let index = 1; index < nodes.length; index++) {
    ways.push(bestWayTo(index, nodes, ways, situation));
  }
  const whole = ways[nodes.length - 1];
  if (whole !== undefined) return { path: whole.path, complete: true };
  return { path: ways.findLast((way) => way !== undefined)?.path ?? [from], complete: false };
}

function bestWayTo(
  index: number,
  nodes: readonly Candidate[],
  ways: readonly (Way | undefined)[],
  situation: UpgradeSituation,
): Way | undefined {
  const next = nodes[index];
  let best: Way | undefined;
  // Newer predecessors first, so that among equals the newer stop stays.
  for (let before = index - 1; before >= 0; before--) {
    const at = nodes[before];
    const way = ways[before];
    if (at === undefined || next === undefined || way === undefined) continue;
    if (best !== undefined && way.cost[0] >= best.cost[0]) continue;
    if (brokenRules(at.version, next.version, situation).length > 0) continue;
    const extended = extend(way, at, next, index === nodes.length - 1);
    if (best === undefined || compareWays(extended, best) < 0) best = extended;
  }
  return best;
}
