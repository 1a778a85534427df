import { InputError } from "../errors";
import { workloadsOf } from "../product/kubernetes/workloads";
import {
  compareReleases,
  findRelease,
  imagePin,
  isChartOnly,
  newestComposeRelease,
  registry,
  releases,
  unknownReleaseMessage,
} from "../product/releases";
import { holdsIn, repositoryOf, serviceNamed, services } from "../product/services";

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
  /** Whether it is pulled only in the case that `onlyFor` names. */
  readonly optional: boolean;
  /** That case: tracing, or an upgrade over several releases, which the newest migrator makes. */
  readonly onlyFor?: string;
}

/** A copy of an image into a mirror. */
export interface ImageCopy {
  /** Source by digest, so that a moved tag changes nothing. */
  readonly from: string;
  readonly to: string;
}

/** What runs an image, and whether only what is asked for does. */
interface Use {
  readonly services: string[];
  optional: boolean;
}

/** Notes one user of an image. */
function note(found: Map<string, Use>, repository: string, user: string, optional: boolean): void {
  const entry = found.get(repository) ?? { services: [], optional: true };
  if (!entry.services.includes(user)) entry.services.push(user);
  entry.optional &&= optional;
  found.set(repository, entry);
}

function usedByCompose(release: string): Map<string, Use> {
  const found = new Map<string, Use>();
  for (const service of services.filter(({ present }) => holdsIn(present ?? {}, release)))
    if (service.images.some((image) => holdsIn(image, release)))
      note(found, repositoryOf(service, release), service.name, service.optional === true);
  return found;
}

function usedByKubernetes(release: string): Map<string, Use> {
  const found = new Map<string, Use>();
  for (const { name, optional, service, initContainers, containers } of workloadsOf(release)) {
    if (service !== undefined && !holdsIn(serviceNamed(service).present ?? {}, release)) continue;
    for (const { image, service: runs } of [...initContainers, ...containers]) {
      const repository = image ?? (runs && repositoryOf(serviceNamed(runs), release));
      // The syntactic worker is optional in the chart only.
      const asked = optional === true && service !== undefined && serviceNamed(service).optional === true;
      if (repository !== undefined) note(found, repository, runs ?? name, asked);
    }
  }
  return found;
}

/** How a release is deployed: the services of the compose file, or those of the objects on Kubernetes. */
export type ImageTarget = "compose" | "kubernetes";

function unusable(version: string, target: ImageTarget): { message: string; heading: string } | undefined {
  const release = findRelease(version);
  const known = releases.filter(({ deployable }) => deployable.compose).map((each) => each.version);
  if (target === "kubernetes" && isChartOnly(version))
    return {
      message: `is "${version}", a chart only, whose digests are not known here; list the images of its rendered chart`,
      heading: "the images are not known",
    };
  if (release === undefined)
    return { message: unknownReleaseMessage(version, known), heading: "the release is not known" };
  const { deployable } = release;
  if (!deployable[target])
    return {
      message: `is "${version}", which cannot be pulled: ${deployable.reason ?? "it was not published for this"}`,
      heading: "the images cannot be pulled",
    };
  return undefined;
}

/**
 * Every image of a release, sorted by repository, the optional ones included.
 *
 * @param target `compose`: every image of the vendor's release; `kubernetes`: those the objects on Kubernetes run
 * @throws InputError when the release is unknown, published as a chart only, or cannot be pulled
 */
export function imagesOfRelease(version: string, target: ImageTarget = "compose"): ReleaseImage[] {
  const problem = unusable(version, target);
  const release = findRelease(version);
  if (problem !== undefined || release === undefined)
    throw new InputError([{ path: "release", message: problem?.message ?? "" }], problem?.heading);
  const used = target === "compose" ? usedByCompose(release.version) : usedByKubernetes(release.version);
  const all =
    target === "kubernetes"
      ? [...used.keys()]
      : [
          ...Object.keys(release.images),
          ...[...used.keys()].filter((name) => release.helm?.extraImages[name] !== undefined),
        ];
  const images = [...new Set(all)].sort().map((repository): ReleaseImage => {
    const { tag, digest } = imagePin(release.version, repository);
    const by = used.get(repository);
    return {
      repository,
      tag,
      digest,
      reference: `${registry}/${repository}:${tag}@${digest}`,
      services: by?.services ?? [],
      optional: by?.optional ?? false,
      ...(by?.optional === true && { onlyFor: "tracing" }),
    };
  });
  return target === "kubernetes" && compareReleases(release.version, newestComposeRelease) < 0
    ? [...images, newestMigrator()]
    : images;
}

/** The migrator of upgrades over several releases, which runs in the cluster whatever the release. */
function newestMigrator(): ReleaseImage {
  const repository = "migrator";
  const { tag, digest } = imagePin(newestComposeRelease, repository);
  const reference = `${registry}/${repository}:${tag}@${digest}`;
  const onlyFor = "upgrades over several releases";
  return { repository, tag, digest, reference, services: [repository], optional: true, onlyFor };
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
