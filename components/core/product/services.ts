import { isAtLeast } from "./releases";
import type { ReleaseRange, Service, ServiceName, ServiceVolume } from "./service";
import { applicationServices } from "./services/application";
import { operationsServices } from "./services/operations";
import { searchServices } from "./services/search";
import { storeServices } from "./services/stores";

/**
 * Every service of the product, one entry each, in the order a person reads a deployment: edge last, application first.
 * Facts are those of deploy-sourcegraph-docker at v7.5.4453 and of the chart of the same release.
 */
export const services: readonly Service[] = [
  ...applicationServices,
  ...searchServices,
  ...storeServices,
  ...operationsServices,
];

const byName: ReadonlyMap<string, Service> = new Map(services.map((service) => [service.name, service]));

/** The catalogue's entry of a service. */
export function serviceNamed(name: ServiceName): Service {
  const service = byName.get(name);
  if (service === undefined) throw new Error(`no service '${name}' in the catalogue`);
  return service;
}

/** Whether a name is that of a service in the catalogue. */
export function isServiceName(name: string): name is ServiceName {
  return byName.has(name);
}

/** Whether a release lies in a range. */
export function holdsIn(range: ReleaseRange, release: string): boolean {
  return (
    (range.since === undefined || isAtLeast(release, range.since)) &&
    (range.before === undefined || !isAtLeast(release, range.before))
  );
}

/** The services a release consists of, without the optional ones. */
export function servicesOf(release: string): readonly Service[] {
  return services.filter((service) => service.optional !== true && holdsIn(service.present ?? {}, release));
}

/**
 * Services that nobody waits for who searches or reads code: a request of a person comes to none of them, over however many
 * others. What watches the others is among them.
 */
export function backgroundServices(): readonly ServiceName[] {
  const watches = (name: ServiceName): boolean => serviceNamed(name).family === "observability";
  const waitedFor = new Set<ServiceName>(["caddy"]);
  // A set is gone through to what is added meanwhile.
  for (const name of waitedFor) for (const { to } of serviceNamed(name).connects) if (!watches(to)) waitedFor.add(to);
  return services.map(({ name }) => name).filter((name) => !waitedFor.has(name) && name !== "migrator");
}

/** Repository of a service's image in a release, e.g. `postgresql-16`. */
export function repositoryOf(service: Service, release: string): string {
  const image = service.images.find((candidate) => holdsIn(candidate, release));
  if (image === undefined) throw new Error(`'${service.name}' has no image in release ${release}`);
  return image.repository;
}

/** Name of the volume of one instance of a service, e.g. `gitserver-0`. */
export function volumeName(volume: ServiceVolume, ordinal: number): string {
  return volume.name.replace("{n}", String(ordinal));
}
