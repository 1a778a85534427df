import type { DataClass, Service } from "../../product/service";
import { serviceNamed } from "../../product/services";
import type { BoundaryFacts, StoresEdge } from "../../rules/facts";
import { databaseService } from "../database-environment";
import type { PlannedManagedServices } from "../managed/managed";

const worstFirst: readonly DataClass[] = ["user-data", "identity", "secret", "operational", "configuration"];

/** Classes of what services keep in their volumes, worst first. */
export function classesOf(services: readonly Pick<Service, "volumes">[]): DataClass[] {
  const kept = new Set(services.flatMap(({ volumes }) => volumes.map(({ dataClass }) => dataClass)));
  return worstFirst.filter((each) => kept.has(each));
}

/** What holds what by its nature, wherever it is made. */
export const classesByType: Readonly<Record<string, BoundaryFacts>> = {
  "aws:secretsmanager/secret": { dataClasses: ["secret"] },
  "gcp:secretmanager/secret": { dataClasses: ["secret"] },
  "aws:cloudwatch/logGroup": { dataClasses: ["operational"] },
  // Buckets are closed by a policy of one statement, which denies what is not encrypted.
  "aws:s3/bucketPolicy": { givesRights: false },
  "aws:eks/cluster": { dataClasses: ["secret", "configuration"] },
  "gcp:container/cluster": { dataClasses: ["secret", "configuration"] },
};

/** The cloud's own services by the service of the catalogue that each stands in for. */
function standIns({ databases, caches, bucket }: PlannedManagedServices): (readonly [string, Service])[] {
  return [
    ...databases.map(({ name, resource }) => [resource, serviceNamed(databaseService(name))] as const),
    ...caches.map(({ name, resource }) => [resource, serviceNamed(`redis-${name}`)] as const),
    ...(bucket === undefined ? [] : [[bucket.resource, serviceNamed("blobstore")] as const]),
  ];
}

/** What the cloud's own services hold: what the bundled ones would. */
export function managedChildren(services: PlannedManagedServices): Record<string, BoundaryFacts> {
  return Object.fromEntries(
    standIns(services).map(([resource, service]) => [
      resource,
      { dataClasses: classesOf([service]), rebuildable: false },
    ]),
  );
}

/** Who keeps what in the cloud's own services. */
export function managedStores(services: PlannedManagedServices): StoresEdge[] {
  return standIns(services).flatMap(([to, service]) =>
    classesOf([service]).map((dataClass) => ({ kind: "stores", from: service.name, to, dataClass })),
  );
}
