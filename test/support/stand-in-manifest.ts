import type { Manifest } from "../../components/core/planning/manifest";
import base from "./stand-in-manifest.json";

/** The manifest of a small machine on AWS, but for what is given; stand-in programs, which are plain Node, read the same file. */
export function standInManifest(more: Partial<Manifest> = {}): Manifest {
  return { ...(base as Manifest), ...more };
}
