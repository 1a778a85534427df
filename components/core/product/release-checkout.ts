import { parse } from "yaml";
import { InputError, type Problem } from "../errors";
import { compareReleases, normalizeRelease, registry, type ImagePin, type Release } from "./releases";

/** A tag of the vendor's compose repository as read from a local checkout. */
export interface CheckoutTag {
  /** Git tag, `vX.Y.Z`. */
  readonly tag: string;
  /** Day the tag was made, ISO date. */
  readonly date: string;
  /** Text of `docker-compose/docker-compose.yaml` at the tag. */
  readonly composeText: string;
}

/** What a compose file alone tells about a release; the shape of an entry of `data/releases.json` without the chart's part. */
export type CheckedOutRelease = Pick<Release, "version" | "date" | "images" | "thirdPartyImages" | "anomalies">;

/** One difference between the catalogue and a checkout. */
export interface ReleaseDifference {
  readonly version: string;
  /**
   * `new-release`: the catalogue lacks it; `missing-tag`: the checkout lacks it; `moved-tag`: the tag carries another date;
   * the others concern one image.
   */
  readonly kind: "new-release" | "missing-tag" | "moved-tag" | "added-image" | "removed-image" | "changed-image";
  /** Repository name of the image, for the kinds that concern one. */
  readonly image?: string;
  /** What the catalogue holds: date, or tag with digest. */
  readonly known?: string;
  /** What the checkout holds. */
  readonly found?: string;
}

interface ImageReference {
  /** Registry and path before the last name. */
  readonly prefix: string;
  readonly name: string;
  readonly tag: string;
  readonly digest: string;
}

const dockerHub = "index.docker.io";

/** Reads `host/path/name:tag@digest`; undefined when a part is missing. */
function readImage(reference: string): ImageReference | undefined {
  const [tagged = "", digest] = reference.split("@");
  const slash = tagged.lastIndexOf("/");
  const [name, tag] = tagged.slice(slash + 1).split(":");
  if (slash < 0 || !name || !tag || digest === undefined || !/^sha256:[0-9a-f]{64}$/.test(digest)) return undefined;
  return { prefix: tagged.slice(0, slash), name, tag, digest };
}

/** The image of every service of a compose file. */
function imagesOf(composeText: string): Record<string, unknown> | string {
  let document: unknown;
  try {
    document = parse(composeText);
  } catch (error) {
    return `is not YAML: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`;
  }
  const services = isRecord(document) ? document["services"] : undefined;
  if (!isRecord(services)) return "has no 'services'; give the text of docker-compose/docker-compose.yaml";
  return Object.fromEntries(
    Object.entries(services).map(([service, definition]) => [
      service,
      isRecord(definition) ? definition["image"] : undefined,
    ]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * The release a compose file of the vendor pins.
 * @param version what the tag says, with or without a leading `v`
 * @param date day of the tag, ISO date
 * @throws InputError when the version is none, the text is no compose file, or an image lacks its tag or digest; names them all
 */
export function releaseFromCompose(composeText: string, version: string, date: string): CheckedOutRelease {
  const normalized = normalizeRelease(version);
  const problems: Problem[] = [];
  if (normalized === undefined)
    problems.push({ path: "version", message: `is "${version}", which is not of the form X.Y.Z` });
  const services = imagesOf(composeText);
  if (typeof services === "string") problems.push({ path: "composeText", message: services });
  const references = Object.entries(typeof services === "string" ? {} : services).flatMap(([service, image]) => {
    const reference = typeof image === "string" ? readImage(image) : undefined;
    if (reference !== undefined) return [reference];
    const got =
      image === undefined
        ? "has no image"
        : `is ${JSON.stringify(image)}, which is not of the form registry/name:tag@sha256:digest`;
    problems.push({ path: `services.${service}.image`, message: got });
    return [];
  });
  if (problems.length > 0 || normalized === undefined) {
    throw new InputError(problems, `the compose file of ${version} cannot be read`);
  }
  return assemble(normalized, date, references);
}

function assemble(version: string, date: string, references: readonly ImageReference[]): CheckedOutRelease {
  const isThirdParty = ({ prefix }: ImageReference): boolean =>
    prefix !== registry && (prefix === dockerHub || prefix.startsWith(`${dockerHub}/`));
  const sorted = [...references].sort((a, b) => (a.name < b.name ? -1 : 1));
  const own = sorted.filter((reference) => !isThirdParty(reference));
  const pins = own.map(({ name, tag, digest }): [string, ImagePin] => [name, { tag, digest }]);
  const oddTags = own.filter(({ tag }) => tag !== version).map(({ name, tag }) => [name, tag]);
  const privateRegistries = [...new Set(own.map(({ prefix }) => prefix).filter((prefix) => prefix !== registry))];
  return {
    version,
    date,
    images: Object.fromEntries(pins),
    thirdPartyImages: Object.fromEntries(sorted.filter(isThirdParty).map(({ name, tag }) => [name, tag])),
    anomalies: {
      ...(oddTags.length > 0 && { tagNotEqualVersion: Object.fromEntries(oddTags) as Record<string, string> }),
      ...(privateRegistries.length > 0 && { privateRegistry: privateRegistries }),
    },
  };
}

/** The releases of a checkout, ascending; tags that are no release (`vX.Y.Z`) are left out. Throws what {@link releaseFromCompose} throws. */
export function releasesFromCheckout(tags: readonly CheckoutTag[]): CheckedOutRelease[] {
  return tags
    .filter(({ tag }) => normalizeRelease(tag) !== undefined)
    .map(({ tag, date, composeText }) => releaseFromCompose(composeText, tag, date))
    .sort((a, b) => compareReleases(a.version, b.version));
}

/** Every difference between the catalogue and a checkout, ascending by release, the release's own before those of its images. */
export function diffReleases(
  known: readonly CheckedOutRelease[],
  found: readonly CheckedOutRelease[],
): ReleaseDifference[] {
  const knownByVersion = new Map(known.map((release) => [release.version, release]));
  const foundByVersion = new Map(found.map((release) => [release.version, release]));
  const versions = [...new Set([...knownByVersion.keys(), ...foundByVersion.keys()])].sort(compareReleases);
  return versions.flatMap((version): ReleaseDifference[] => {
    const before = knownByVersion.get(version);
    const after = foundByVersion.get(version);
    if (before === undefined) return [{ version, kind: "new-release", found: after?.date }];
    if (after === undefined) return [{ version, kind: "missing-tag", known: before.date }];
    return [
      ...(before.date === after.date
        ? []
        : [{ version, kind: "moved-tag" as const, known: before.date, found: after.date }]),
      ...diffImages(version, imageTexts(before), imageTexts(after)),
    ];
  });
}

function imageTexts({ images, thirdPartyImages }: CheckedOutRelease): Readonly<Record<string, string>> {
  const pinned = Object.entries(images).map(([name, { tag, digest }]) => [name, `${tag}@${digest}`] as const);
  return Object.fromEntries([...pinned, ...Object.entries(thirdPartyImages)]);
}

function diffImages(
  version: string,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): ReleaseDifference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((image): ReleaseDifference[] => {
    const known = before[image];
    const found = after[image];
    if (known === found) return [];
    if (known === undefined) return [{ version, kind: "added-image", image, found }];
    if (found === undefined) return [{ version, kind: "removed-image", image, known }];
    return [{ version, kind: "changed-image", image, known, found }];
  });
}
