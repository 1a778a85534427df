import { InputError, RefusedError, type Problem } from "../../errors";
import { compareReleases, registry, requireRenderable } from "../../product/releases";
import { imagesOfRelease } from "../image-list";
import { machineImages, type MachineImage } from "../vm/machine-images";

/** What machine images are asked for. */
export interface MachineImagesRequest {
  /** Stem of the images' names: 2 to 24 lower-case letters, digits and dashes. A change makes all images anew. */
  readonly name: string;
  /** Cloud the images are for. Never changed. */
  readonly cloud: "aws" | "gcp";
  /** Releases that images are made of, in any order. A further one adds an image and changes none. */
  readonly releases: readonly string[];
  /** How many of these releases have an image, the newest first, 1 to 20; default 3. What is over that is dropped. */
  readonly keep?: number;
  /**
   * Day up to which Debian's packages are wanted, `YYYY-MM-DD`. A later one makes every image anew, under a new name, with the
   * packages of the day it is made; default none, which makes an image once.
   */
  readonly packagesOf?: string;
  /** Registry and prefix the container images are copied from; default the vendor's. A change makes all images anew. */
  readonly from?: string;
}

/** A container image that lies on a machine image. */
export interface PreparedImage {
  /** Repository below the registry, e.g. `frontend`. */
  readonly repository: string;
  /** Tag of the release. */
  readonly tag: string;
  /** Digest it is pulled by. */
  readonly digest: string;
}

/** One machine image: what goes into it. */
export interface PlannedMachineImage {
  /** Release whose container images are on it. */
  readonly release: string;
  /** Operating system it is made from, by exact name. */
  readonly base: MachineImage;
  /** Every container image that a deployment of the release may run, sorted by repository. */
  readonly images: readonly PreparedImage[];
  /** Registry and prefix they are copied from. */
  readonly from: string;
  /** Disk it is made on, GB; a machine's root disk is at least as large. */
  readonly diskGb: number;
  /** Day up to which packages are wanted; absent where none was given. */
  readonly packagesOf?: string;
}

/** Every decision about a set of machine images, as plain data. */
export interface MachineImagesPlan {
  /** Stem of the names. */
  readonly name: string;
  /** Cloud the images are for. */
  readonly cloud: "aws" | "gcp";
  /** How many releases have an image. */
  readonly keep: number;
  /** The images, newest release first. */
  readonly images: readonly PlannedMachineImage[];
  /** Releases of the request that have no image any more, newest first. */
  readonly dropped: readonly string[];
}

/** The smallest root disk a machine may have, so that an image fits every machine. */
const diskGb = 20;

const defaultKeep = 3;
const largestKeep = 20;

/** What comes before a reference's repository where the vendor publishes: registry and organisation. */
const registryAndPrefix = /^(http:\/\/)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i;

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`));
}

function wrongReleases(releases: readonly string[]): Problem[] {
  return releases.flatMap((release, index): Problem[] => {
    const path = `releases.${index}`;
    if (releases.indexOf(release) < index)
      return [{ path, message: `is ${release}, which is there twice; remove one of them` }];
    try {
      requireRenderable(release, path);
      return [];
    } catch (error) {
      if (error instanceof InputError || error instanceof RefusedError) return [...error.problems];
      throw error;
    }
  });
}

function problemsOf({ name, releases, keep = defaultKeep, packagesOf, from }: MachineImagesRequest): Problem[] {
  const problems: Problem[] = [];
  const wrong = (path: string, message: string) => problems.push({ path, message });
  if (!/^[a-z][a-z0-9-]{0,22}[a-z0-9]$/.test(name))
    wrong("name", `must be 2 to 24 lower-case letters, digits and dashes, got ${JSON.stringify(name)}`);
  if (releases.length === 0) wrong("releases", "is empty; name at least one release");
  problems.push(...wrongReleases(releases));
  if (!Number.isInteger(keep) || keep < 1 || keep > largestKeep)
    wrong("keep", `must be a whole number from 1 to ${largestKeep}, got ${keep}`);
  if (packagesOf !== undefined && !isDay(packagesOf))
    wrong("packagesOf", `must be a day such as 2026-11-01, got ${JSON.stringify(packagesOf)}`);
  if (from !== undefined && !registryAndPrefix.test(from))
    wrong(
      "from",
      `must be a registry and prefix such as mirror.example.com/sourcegraph, without a login, got ${JSON.stringify(from)}`,
    );
  return problems;
}

/**
 * The container images that a deployment of a release by Docker Compose may run.
 *
 * @throws InputError when the release is unknown or cannot be pulled
 */
export function preparedImagesOf(release: string): PreparedImage[] {
  return imagesOfRelease(release)
    .filter(({ services }) => services.length > 0)
    .map(({ repository, tag, digest }) => ({ repository, tag, digest }));
}

/**
 * Decides which machine images there are, and what each is made of. Pure: the same request gives the same plan, whatever the
 * order of its releases.
 *
 * @throws InputError with every problem
 * @example planMachineImages({ name: "sourcegraph", cloud: "aws", releases: ["7.4.0", "7.5.4453"] })
 */
export function planMachineImages(request: MachineImagesRequest): MachineImagesPlan {
  const problems = problemsOf(request);
  if (problems.length > 0) throw new InputError(problems, "the machine images cannot be made");
  const { name, cloud, keep = defaultKeep, packagesOf, from = registry } = request;
  const newestFirst = [...request.releases].sort((a, b) => compareReleases(b, a));
  return {
    name,
    cloud,
    keep,
    images: newestFirst.slice(0, keep).map((release) => ({
      release,
      base: machineImages[cloud],
      images: preparedImagesOf(release),
      from,
      diskGb,
      ...(packagesOf !== undefined && { packagesOf }),
    })),
    dropped: newestFirst.slice(keep),
  };
}
