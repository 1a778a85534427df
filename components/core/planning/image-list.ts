import { InputError } from "../errors";
import { compareReleases, findRelease, imagePin, registry, releases, unknownReleaseMessage } from "../product/releases";
import { holdsIn, repositoryOf, services } from "../product/services";

/** An image of a release. */
export interface ReleaseImage {
  /** Repository below the vendor's organisation, e.g. `frontend`. */
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  /** What is pulled: registry, repository, tag and digest. */
  readonly reference: string;
  /** Services that run it; empty where only the vendor's own file uses it. */
  readonly services: readonly string[];
  /** Whether it is pulled only when it is asked for (tracing). */
  readonly optional: boolean;
}

/** A copy of an image into a mirror. */
export interface ImageCopy {
  /** Source by digest, so that a moved tag changes nothing. */
  readonly from: string;
  readonly to: string;
}

function servicesByRepository(release: string): Map<string, { services: string[]; optional: boolean }> {
  const found = new Map<string, { services: string[]; optional: boolean }>();
  for (const service of services.filter(({ present }) => holdsIn(present ?? {}, release))) {
    if (!service.images.some((image) => holdsIn(image, release))) continue;
    const repository = repositoryOf(service, release);
    const entry = found.get(repository) ?? { services: [], optional: true };
    entry.services.push(service.name);
    entry.optional &&= service.optional === true;
    found.set(repository, entry);
  }
  return found;
}

/**
 * Every image of a compose release, sorted by repository, the optional ones included.
 * @throws InputError when the release is unknown, published as a chart only, or cannot be pulled
 */
export function imagesOfRelease(version: string): ReleaseImage[] {
  const release = findRelease(version);
  const known = releases.filter(({ deployable }) => deployable.compose).map((each) => each.version);
  if (release === undefined)
    throw new InputError(
      [{ path: "release", message: unknownReleaseMessage(version, known) }],
      "the release is not known",
    );
  if (!release.deployable.compose)
    throw new InputError(
      [{ path: "release", message: `is "${version}", which cannot be pulled: ${release.deployable.reason ?? ""}` }],
      "the images cannot be pulled",
    );
  const used = servicesByRepository(release.version);
  const extra = [...used.keys()].filter((name) => release.helm?.extraImages[name] !== undefined);
  return [...new Set([...Object.keys(release.images), ...extra])].sort().map((repository) => {
    const { tag, digest } = imagePin(release.version, repository);
    const by = used.get(repository);
    return {
      repository,
      tag,
      digest,
      reference: `${registry}/${repository}:${tag}@${digest}`,
      services: by?.services ?? [],
      optional: by?.optional ?? false,
    };
  });
}

const registryAndPrefix = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/i;

/**
 * What to copy for a mirror from which `registry.host` can pull. Digests stay, because the plan pulls by them.
 * @param mirror registry and prefix, e.g. `mirror.example.com/sourcegraph`
 * @throws InputError when the mirror is not of that form
 */
export function copiesFor(images: readonly ReleaseImage[], mirror: string): ImageCopy[] {
  if (!registryAndPrefix.test(mirror))
    throw new InputError(
      [
        {
          path: "mirror",
          message: `is "${mirror}"; give a registry and prefix such as mirror.example.com/sourcegraph, without a scheme`,
        },
      ],
      "the mirror is not valid",
    );
  return images.map(({ repository, tag, digest }) => ({
    from: `docker://${registry}/${repository}@${digest}`,
    to: `docker://${mirror}/${repository}:${tag}`,
  }));
}

/** Releases of the catalogue with what can be done with each, newest first. */
export function listReleases(): {
  release: string;
  date: string;
  images: number;
  compose: boolean;
  kubernetes: boolean;
  reason?: string;
}[] {
  return [...releases]
    .sort((a, b) => compareReleases(b.version, a.version))
    .map(({ version, date, images, deployable }) => ({
      release: version,
      date,
      images: Object.keys(images).length,
      compose: deployable.compose,
      kubernetes: deployable.kubernetes,
      ...(deployable.reason !== undefined && { reason: deployable.reason }),
    }));
}
