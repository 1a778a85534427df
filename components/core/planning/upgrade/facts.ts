import { SemVer } from "semver";
import data from "../../product/data/upgrades.json";
import { chartOnlyReleases, compareReleases, releases } from "../../product/releases";
import type { DeploymentKind, UpgradePhase } from "./upgrade-plan";

/** A manual step as the vendor documents it. */
export interface RecordedStep {
  readonly id: string;
  readonly version: string;
  readonly deployment: DeploymentKind | "all";
  readonly blocking: boolean;
  readonly phase: UpgradePhase;
  readonly summary: string;
  readonly action: string;
  readonly source: string;
  /** Any of these makes it apply; none: it always does. */
  readonly conditions: readonly string[];
  /** It applies when `from` is below this … */
  readonly fromBelow: SemVer;
  /** … and `to` is this or newer … */
  readonly toAtLeast: SemVer;
  /** … and, where given, `to` is below this. */
  readonly toBelow?: SemVer;
}

type StepRecord = Omit<RecordedStep, "conditions" | "fromBelow" | "toAtLeast" | "toBelow"> & {
  readonly conditions?: readonly string[];
  readonly appliesWhen: { readonly fromBelow: string; readonly toAtLeast: string; readonly toBelow?: string };
};

/** Every manual step the vendor documents, ascending by the release that brought it, those of any release first. */
export const recordedSteps: readonly RecordedStep[] = (data.manualSteps as unknown as readonly StepRecord[]).map(
  (step) => ({
    id: step.id,
    version: step.version,
    deployment: step.deployment,
    blocking: step.blocking,
    phase: step.phase,
    summary: step.summary,
    action: step.action,
    source: step.source,
    conditions: step.conditions ?? [],
    fromBelow: new SemVer(step.appliesWhen.fromBelow),
    toAtLeast: new SemVer(step.appliesWhen.toAtLeast),
    ...(step.appliesWhen.toBelow !== undefined && { toBelow: new SemVer(step.appliesWhen.toBelow) }),
  }),
);

/** Ids a person can acknowledge. */
export const manualStepIds: readonly string[] = recordedSteps.map(({ id }) => id);

/** Last minor of each finished major line; a standard upgrade goes from it to the next major's first line. */
export const lastMinorOf: Readonly<Record<number, number>> = Object.fromEntries(
  Object.entries(data.versions.minorLines).flatMap(([major, line]) =>
    "last" in line ? [[Number(major), line.last]] : [],
  ),
);

/** Minutes the PostgreSQL images take to convert 100 GB from 12 to 16. */
export const conversionMinutesPer100Gb: number = data.postgres.duration.per100GBCodeMinutes;

/** The first release the catalogue holds; what runs before it is known by its line only. */
export const firstKnownRelease = "5.0.0";

/** The oldest release a multi-version upgrade starts from. */
export const oldestUpgradable = "3.20.0";

const composeVersions = releases.map(({ version }) => version);
const chartVersions = [
  ...releases.filter(({ deployable }) => deployable.kubernetes).map(({ version }) => version),
  ...chartOnlyReleases,
].sort(compareReleases);

/** The releases a deployment kind has a tag for, ascending. */
export function knownReleases(target: DeploymentKind): readonly string[] {
  return target === "compose" ? composeVersions : chartVersions;
}

const knownSets = { compose: new Set(composeVersions), kubernetes: new Set(chartVersions) };

/** Whether a deployment kind has a tag of this release. */
export function isKnown(target: DeploymentKind, version: string): boolean {
  return knownSets[target].has(version);
}

/** Why no path may lead to a release; undefined when one may. Running it now is no hindrance to leave it. */
export function forbiddenBecause(version: string): string | undefined {
  return forbiddenTargets.get(version);
}

const forbiddenTargets: ReadonlyMap<string, string> = new Map([
  ["5.10.0", "the migrator's upgrade command fails on it"],
  ["6.0.0", "it carries a known security issue"],
  ["6.0.2687", "it carries a known security issue"],
  ...["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4"].map(
    (version) => [version, "its own migrator does not know the 5.1 line"] as const,
  ),
  ["5.3.16323", "its compose file names images in a private registry, which nobody outside can pull"],
]);

/** For each deployment kind the newest release of every line that may be deployed, ascending: the only ones worth stopping at. */
function newestOfEachLine(target: DeploymentKind): readonly string[] {
  const byLine = new Map<string, string>();
  for (const version of knownReleases(target)) {
    if (forbiddenBecause(version) === undefined) byLine.set(version.slice(0, version.lastIndexOf(".")), version);
  }
  return [...byLine.values()];
}

const stopCandidates = { compose: newestOfEachLine("compose"), kubernetes: newestOfEachLine("kubernetes") };

/** The newest deployable release of every line, ascending. */
export function newestReleases(target: DeploymentKind): readonly string[] {
  return stopCandidates[target];
}
