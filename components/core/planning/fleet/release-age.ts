import { compareReleases, newestComposeRelease, parseRelease, publishedOn, releases } from "../../product/releases";

/** How an instance stands to the newest release. */
export type Age = "current" | "behind" | "old" | "absent";

/** How old a release is. */
export interface ReleaseAge {
  /** `current`: one minor behind at most; `behind`: more; `old`: another major than the two newest, which are supported. */
  readonly age: Exclude<Age, "absent">;
  /** Minor releases behind the newest. */
  readonly minorsBehind: number;
  /** Days since a newer minor release was published; absent where there is none, or its day is not known. */
  readonly daysBehind?: number;
}

const lineOf = (release: string): string => release.split(".").slice(0, 2).join(".");

/** Minor lines there are, ascending. */
const lines = [...new Set(releases.map(({ version }) => lineOf(version)))];

/** The two newest majors, which are supported. */
const supported = [...new Set(releases.map(({ version }) => parseRelease(version)?.major ?? 0))]
  .sort((a, b) => b - a)
  .slice(0, 2);

/** Minor lines that came after a release's, up to the newest. */
function newerLines(release: string): string[] {
  const [own, newest] = [`${lineOf(release)}.0`, `${lineOf(newestComposeRelease)}.0`];
  return lines.filter((line) => compareReleases(`${line}.0`, own) > 0 && compareReleases(`${line}.0`, newest) <= 0);
}

/** Day the first release of a line was published; undefined where it is not known. */
function firstPublished(line: string): string | undefined {
  const [first] = releases
    .map(({ version }) => version)
    .filter((version) => lineOf(version) === line)
    .sort(compareReleases);
  return first === undefined ? undefined : publishedOn(first)?.slice(0, 10);
}

const millisecondsADay = 86_400_000;

/** How old a release is on a day, e.g. `2026-11-22`. */
export function ageOf(release: string, today: string): ReleaseAge {
  const newer = newerLines(release);
  const published = newer[0] === undefined ? undefined : firstPublished(newer[0]);
  const isSupported = supported.includes(parseRelease(release)?.major ?? -1);
  return {
    age: !isSupported ? "old" : newer.length <= 1 ? "current" : "behind",
    minorsBehind: newer.length,
    ...(published === undefined
      ? {}
      : { daysBehind: Math.round((Date.parse(today) - Date.parse(published)) / millisecondsADay) }),
  };
}
