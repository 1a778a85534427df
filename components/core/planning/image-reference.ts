import { imagePin, registry } from "../product/releases";
import type { Specification } from "./config/specified";
import type { PlannedImage } from "./vm/container";

/** Reads a whole image reference; undefined when it is none. A port of the registry is not taken for a tag. */
export function imageReference(text: string): PlannedImage | undefined {
  const match =
    /^(?:([a-zA-Z0-9][a-zA-Z0-9.-]*(?::\d+)?(?:\/[a-z0-9._-]+)*)\/)?([a-z0-9._-]+)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, prefix = "", repository = "", tag = "latest", digest] = match;
  return { reference: text, registry: prefix, repository, tag, ...(digest === undefined ? {} : { digest }) };
}

/**
 * The image of a repository as it is pulled: the one an override names, else the release's own, from the mirror where the
 * config has one.
 */
export function plannedImage(
  repository: string,
  given: string | undefined,
  specification: Specification,
): PlannedImage {
  const override = imageReference(given ?? "");
  if (override !== undefined) return override;
  const { tag, digest } = imagePin(specification.release, repository);
  const host = specification.registry?.host ?? registry;
  if (specification.registry?.pinDigests === false)
    return { reference: `${host}/${repository}:${tag}`, registry: host, repository, tag };
  return { reference: `${host}/${repository}:${tag}@${digest}`, registry: host, repository, tag, digest };
}
