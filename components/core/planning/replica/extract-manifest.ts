import type { Manifest, ServedBy } from "../manifest";
import { sizeLabels } from "../sizing/usage";
import type { Extracted, ExtractNote } from "./extract";
import type { ShapeConfig } from "./shape-schema";

const isOutside = (served: ServedBy | undefined): boolean => served !== undefined && served !== "bundled";

/** Services outside of the deployment; of the cloud's own the size too. */
function externalOf({ services, dataResources }: Manifest): NonNullable<ShapeConfig["external"]> {
  const database = Object.entries(services).some(([key, served]) => key.startsWith("databases.") && isOutside(served));
  const sizes = dataResources.flatMap(({ kind, sizeGb = [] }) => (kind === "database" ? sizeGb : []));
  return {
    ...(database && { databases: sizes.length === 0 ? {} : { sizeGb: Math.max(...sizes) } }),
    ...((isOutside(services["cache.cache"]) || isOutside(services["cache.store"])) && { cache: {} }),
    ...(isOutside(services["objectStorage"]) && { objectStorage: {} }),
  };
}

/** What the manifest of a running stack tells of its set-up. It has names of resources, a region and a namespace, which stay out. */
export function extractFromManifest(manifest: Manifest): Extracted {
  const { shape, release, via, clusterVersion, dataResources } = manifest;
  const size = sizeLabels.find((label) => label === manifest.size);
  const external = externalOf(manifest);
  const disk = shape === "vm" ? dataResources.find(({ kind }) => kind === "disk")?.sizeGb : undefined;
  const kubernetes = {
    ...(clusterVersion !== undefined && { version: clusterVersion }),
    ...(via === "helm" && { via }),
  };
  const taken: ExtractNote[] = [
    { what: "release", why: release },
    { what: "shape", why: shape },
    ...(size === undefined ? [] : [{ what: "size", why: size }]),
    ...Object.keys(external).map((key) => ({ what: `external.${key}`, why: "not bundled" })),
    ...(disk === undefined ? [] : [{ what: "dataDiskGb", why: `${disk}` }]),
    ...Object.entries(kubernetes).map(([key, value]) => ({ what: `kubernetes.${key}`, why: value })),
  ];
  return {
    shape: {
      shape,
      release,
      ...(size !== undefined && { size }),
      ...(Object.keys(external).length > 0 && { external }),
      ...(disk !== undefined && { dataDiskGb: disk }),
      ...(Object.keys(kubernetes).length > 0 && { kubernetes }),
    },
    taken,
    leftOut: [
      { what: "name, region, zone, namespace, names of resources", why: "they tell where and whose it is" },
      { what: "proxy, certificates, registry, code hosts, restrictions", why: "a manifest does not have them" },
    ],
  };
}
