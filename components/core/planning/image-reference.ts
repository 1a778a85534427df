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
