import { compare, SemVer } from "semver";
import {
  findRelease,
  isChartOnly,
  nearestReleases,
  normalizeRelease,
  unknownReleaseMessage,
} from "../../product/releases";
import { InputError, type Problem } from "../../errors";
import { situationProblems } from "./conditions";
import { firstKnownRelease, isKnown, knownReleases, lastMinorOf } from "./facts";
import type { DeploymentKind, UpgradeRequest } from "./upgrade-plan";
import type { ReleaseProperty } from "./refusal";

/** The two releases of a request. */
export interface ReleasePair {
  readonly from: SemVer;
  readonly to: SemVer;
}

/**
 * The releases of a request, known to the catalogue; `from` may also be of a line before the catalogue begins.
 * @param toPath property the messages name for `to`
 * @throws InputError with everything that is wrong with the request
 */
export function readRequest(request: UpgradeRequest, toPath: ReleaseProperty): ReleasePair {
  const target = request.target ?? "compose";
  const problems: Problem[] = [];
  const read = (text: string, path: string, older: boolean): SemVer => {
    const normalized = normalizeRelease(text);
    const version = normalized === undefined ? undefined : new SemVer(normalized);
    if (version !== undefined && (isKnown(target, version.version) || (older && isOlderLine(version)))) return version;
    problems.push({ path, message: unknownMessage(text, target) });
    return new SemVer(firstKnownRelease);
  };
  const from = read(request.from, "from", true);
  const to = read(request.to, toPath, false);
  problems.push(...situationProblems(request));
  if (problems.length > 0) throw new InputError(problems, "the upgrade request is not valid");
  return { from, to };
}

/** Whether a version is of a line that existed before the catalogue begins. */
function isOlderLine(version: SemVer): boolean {
  const last = lastMinorOf[version.major];
  return compare(version, firstKnownRelease) < 0 && last !== undefined && version.minor <= last;
}

function unknownMessage(text: string, target: DeploymentKind): string {
  const known = knownReleases(target);
  const nearest = (): string => nearestReleases(normalizeRelease(text) ?? text, known).join(" and ");
  if (target === "compose" && isChartOnly(text))
    return `is "${text}", which exists for Kubernetes only; nearest to it for docker compose: ${nearest()}`;
  if (target === "kubernetes" && findRelease(text) !== undefined) {
    return `is "${text}", which exists for docker compose only; nearest to it for Kubernetes: ${nearest()}`;
  }
  return unknownReleaseMessage(text, known);
}
