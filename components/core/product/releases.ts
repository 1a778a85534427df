import { compare, parse, SemVer } from "semver";
import { InputError, RefusedError } from "../errors";
import data from "./data/releases.json";

/** One image as a release pins it. */
export interface ImagePin {
  /** Image tag; the release's own version but for the anomalies a release lists. */
  readonly tag: string;
  /** `sha256:` and 64 hex digits; what is pulled. */
  readonly digest: string;
}

/** What the vendor's Helm chart pins at the same version. */
export interface HelmRelease {
  /** Tag in the chart repository: `sourcegraph-X.Y.Z` up to 5.3.3, `vX.Y.Z` later. */
  readonly gitTag: string;
  /** Day of the chart tag, ISO date, where it differs from the compose tag's. */
  readonly date?: string;
  /** Images only the chart pins, by repository name. */
  readonly extraImages: Readonly<Record<string, ImagePin>>;
  /** Pins that are not identical to the compose file's, by repository name. */
  readonly differsFromCompose?: Readonly<Record<string, ImagePin>>;
}

/** Known oddities of a release's pins, as read from the tags. */
export interface ReleaseAnomalies {
  /** Images the compose file pins at another version: repository name to tag. */
  readonly tagNotEqualVersion?: Readonly<Record<string, string>>;
  /** Where chart and compose file pin differently: which tags or how many, or how many digests only. */
  readonly helmPinsDiffer?: {
    /** Images whose tags differ. */
    readonly tag?: number | readonly string[];
    /** How many differ in the digest only. */
    readonly digestOnly?: number;
  };
  /** Images the chart pins at another tag than its version. */
  readonly helmTagNotEqualVersion?: Readonly<Record<string, string | number | readonly string[]>>;
  /** Overlay files of the compose repository that pin an older release: repository name to tag. */
  readonly overlayPinsStale?: Readonly<Record<string, string>>;
  /** The compose file names images in these private registries: nobody outside can pull them. */
  readonly privateRegistry?: readonly string[];
  /** There is no chart of this version. */
  readonly noHelmTag?: boolean;
}

/** Whether a release can be deployed by each of the vendor's two ways. */
export interface Deployable {
  /** There is a compose tag and its images can be pulled. */
  readonly compose: boolean;
  /** There is a chart tag. */
  readonly kubernetes: boolean;
  /** Why `compose` is false. */
  readonly reason?: string;
}

/** A published Sourcegraph version with a tag in the vendor's compose repository. */
export interface Release {
  /** Three integers, no leading `v`, e.g. `7.5.4453`. */
  readonly version: string;
  /** Day of the compose tag, ISO date. Version order is not date order. */
  readonly date: string;
  /** Pins of the compose file by repository name below `registry`. */
  readonly images: Readonly<Record<string, ImagePin>>;
  /** Images outside the vendor's organisation the compose file names: repository name to tag. */
  readonly thirdPartyImages: Readonly<Record<string, string>>;
  /** How it can be deployed. */
  readonly deployable: Deployable;
  /** Its chart, where it has one. */
  readonly helm?: HelmRelease;
  /** What is irregular about it. */
  readonly anomalies: ReleaseAnomalies;
}

/** A release as the data file writes it. */
type RecordedRelease = Omit<Release, "deployable" | "thirdPartyImages" | "anomalies"> &
  Partial<Pick<Release, "thirdPartyImages" | "anomalies">>;

function completeRelease(recorded: RecordedRelease): Release {
  const { version, date, images, thirdPartyImages = {}, helm, anomalies = {} } = recorded;
  const privateRegistry = anomalies.privateRegistry?.join(", ");
  return {
    version,
    date,
    images,
    thirdPartyImages,
    deployable: {
      compose: privateRegistry === undefined,
      kubernetes: helm !== undefined,
      ...(privateRegistry !== undefined && {
        reason: `its compose file names images in the private registry ${privateRegistry}`,
      }),
    },
    ...(helm !== undefined && { helm }),
    anomalies,
  };
}

/** Registry and organisation every image of the vendor is published under. */
export const registry: string = data.registry;

/** Oldest release whose files are rendered exactly; older ones are known to the upgrade planner only. */
export const oldestRenderableRelease = "6.0.0";

/** Every release with a compose tag, ascending by version; source: the vendor's compose repository. */
export const releases: readonly Release[] = (data.releases as unknown as readonly RecordedRelease[]).map(
  completeRelease,
);

/** Versions the vendor published as a chart only, ascending; no compose tag, hence no pins here. */
export const chartOnlyReleases: readonly string[] = Object.keys(data.helmTagsWithoutComposeTag).sort(compare);

const byVersion: ReadonlyMap<string, Release> = new Map(releases.map((release) => [release.version, release]));

const pullable = releases.filter(({ deployable }) => deployable.compose).map(({ version }) => version);

/** The newest release a compose deployment can run; the default of `release`. */
export const newestComposeRelease: string = pullable.at(-1) ?? oldestRenderableRelease;

/** Major, minor and patch of a version. */
export interface ReleaseNumbers {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** Reads `X.Y.Z`, with or without a leading `v`; undefined when it is anything else. Does not look whether such a release exists. */
export function parseRelease(version: string): ReleaseNumbers | undefined {
  const parsed = parse(version);
  if (parsed === null || parsed.prerelease.length > 0 || parsed.build.length > 0) return undefined;
  return { major: parsed.major, minor: parsed.minor, patch: parsed.patch };
}

/** The version as the catalogue writes it, without a leading `v`; undefined when it is not a version. */
export function normalizeRelease(version: string): string | undefined {
  const numbers = parseRelease(version);
  return numbers && `${numbers.major}.${numbers.minor}.${numbers.patch}`;
}

const parsedVersions = new Map<string, SemVer>();

/** Reading a version costs more than comparing two, and planning compares the same few again and again. */
function parsedOnce(version: string): SemVer {
  const known = parsedVersions.get(version);
  if (known !== undefined) return known;
  const parsed = new SemVer(version);
  parsedVersions.set(version, parsed);
  return parsed;
}

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`, number by number. Throws a TypeError on what is no version. */
export function compareReleases(a: string, b: string): number {
  return parsedOnce(a).compare(parsedOnce(b));
}

/** Whether `a` is `b` or newer. */
export function isAtLeast(a: string, b: string): boolean {
  return compareReleases(a, b) >= 0;
}

/** The compose release of this version (leading `v` allowed); undefined for chart-only and unknown ones. */
export function findRelease(version: string): Release | undefined {
  return byVersion.get(normalizeRelease(version) ?? version);
}

/** Day a version was published, `YYYY-MM-DD`; undefined for versions that are not known. */
export function publishedOn(version: string): string | undefined {
  const charts: Readonly<Record<string, { readonly date: string } | undefined>> = data.helmTagsWithoutComposeTag;
  return findRelease(version)?.date ?? charts[version]?.date;
}

/** Whether this version (leading `v` allowed) was published as a chart only. */
export function isChartOnly(version: string): boolean {
  return chartOnlyReleases.includes(normalizeRelease(version) ?? version);
}

/** The nearest candidates below and above a version, ascending; one or two, none when there are no candidates. */
export function nearestReleases(version: string, candidates: readonly string[]): string[] {
  const below = candidates.filter((candidate) => compareReleases(candidate, version) < 0);
  const above = candidates.filter((candidate) => compareReleases(candidate, version) > 0);
  return [below.at(-1), above[0]].filter((candidate) => candidate !== undefined);
}

const renderable = pullable.filter((version) => isAtLeast(version, oldestRenderableRelease));

/**
 * What is wrong with a version nobody published, without the property's name; the candidates are what could be meant instead.
 * Names the nearest candidates and the newest.
 */
export function unknownReleaseMessage(version: string, candidates: readonly string[]): string {
  const normalized = normalizeRelease(version);
  if (normalized === undefined) {
    return `is "${version}", which is not a version; give three numbers such as ${candidates.at(-1)}`;
  }
  const near = nearestReleases(normalized, candidates).join(" and ");
  return `is "${version}", which is not a known release; nearest to it: ${near}; the newest is ${candidates.at(-1)}`;
}

/**
 * The release whose files are to be rendered.
 * @param version what the user wrote; a leading `v` is allowed
 * @param path property the messages name; default `release`
 * @throws InputError when nobody published it, only as a chart, or with images that cannot be pulled
 * @throws RefusedError when it is older than {@link oldestRenderableRelease}
 */
export function requireRenderable(version: string, path = "release"): Release {
  const wrong = (message: string): InputError => new InputError([{ path, message }]);
  if (isChartOnly(version)) {
    const near = nearestReleases(version, renderable).join(" and ");
    throw wrong(`is "${version}", which exists for Kubernetes only; nearest to it for docker compose: ${near}`);
  }
  const release = findRelease(version);
  if (release === undefined) throw wrong(unknownReleaseMessage(version, renderable));
  if (!release.deployable.compose) {
    const near = nearestReleases(release.version, renderable).join(" and ");
    throw wrong(`is "${version}", which cannot be pulled: ${release.deployable.reason}; nearest to it: ${near}`);
  }
  if (!isAtLeast(release.version, oldestRenderableRelease)) {
    throw new RefusedError([
      {
        path,
        message:
          `is "${version}", which is known to the upgrade planner, but files are rendered exactly from ${oldestRenderableRelease} on; ` +
          `choose ${oldestRenderableRelease} or newer, the newest is ${newestComposeRelease}`,
      },
    ]);
  }
  return release;
}

/** Versions with a chart, ascending: with a compose tag too or as a chart only; from the same oldest release on. */
export const kubernetesReleases: readonly string[] = [
  ...releases.filter(({ deployable }) => deployable.kubernetes).map(({ version }) => version),
  ...chartOnlyReleases,
]
  .filter((version) => isAtLeast(version, oldestRenderableRelease))
  .sort(compareReleases);

/** Versions with a chart whose images are known by digest, ascending; only these can be deployed without the chart. */
const pinnedKubernetesReleases = kubernetesReleases.filter((version) => !isChartOnly(version));

/**
 * The version of a deployment on Kubernetes, without a leading `v`. The oldest is the oldest that is rendered for docker
 * compose: charts before 5.9.0 do not read the six keys of a database's Secret, charts before 5.10.0 run PostgreSQL 12,
 * and nothing of them was compared with the chart.
 *
 * @param version what the user wrote; a leading `v` is allowed
 * @param via `native`: the objects are declared here, so that the images' digests must be known, which leaves out the
 * versions published as a chart only; `helm`: the chart brings its own
 * @param path property the messages name; default `release`
 * @throws InputError when nobody published a chart of it, or the digests of its images are not known
 * @throws RefusedError when it is older than {@link oldestRenderableRelease}
 */
export function requireKubernetesRelease(version: string, via: "native" | "helm", path = "release"): string {
  const wrong = (message: string): InputError => new InputError([{ path, message }]);
  const normalized = normalizeRelease(version) ?? version;
  const known = via === "native" ? pinnedKubernetesReleases : kubernetesReleases;
  const published = isChartOnly(normalized) || findRelease(normalized) !== undefined;
  if (published && !isAtLeast(normalized, oldestRenderableRelease)) {
    throw new RefusedError([
      {
        path,
        message:
          `is "${version}", which is known to the upgrade planner, but Kubernetes is served from ${oldestRenderableRelease} on; ` +
          `choose ${oldestRenderableRelease} or newer, the newest is ${known.at(-1)}`,
      },
    ]);
  }
  if (!kubernetesReleases.includes(normalized)) throw wrong(unknownReleaseMessage(version, known));
  if (!known.includes(normalized)) {
    const near = nearestReleases(normalized, known).join(" and ");
    throw wrong(
      `is "${version}", which was published as a chart only, so that the digests of its images are not known here; ` +
        `deploy it by the chart ('kubernetes.via' "helm"); nearest to it without the chart: ${near}`,
    );
  }
  return normalized;
}

/**
 * The pin of an image in a release: the compose file's, else the chart's for what only the chart pins: Jaeger, whose
 * compose overlay is not updated by releases, and what only Kubernetes runs (`alpine-3.14`, `redis_exporter`). Where both
 * pin an image they pin the same from 6.0.0 on.
 *
 * @param version a known release with a compose tag; those published as a chart only have no pins here
 * @param repository repository below `registry`, e.g. `frontend`
 */
export function imagePin(version: string, repository: string): ImagePin {
  const release = findRelease(version);
  const pin = release?.images[repository] ?? release?.helm?.extraImages[repository];
  if (pin === undefined) throw new Error(`release ${version} pins no image '${repository}'`);
  return pin;
}
