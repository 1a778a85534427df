import { serviceNamed } from "../../product/services";
import type { Boundary, BoundaryFacts, ConnectsEdge, StoresEdge } from "../../rules/facts";
import type { Specification } from "../config/specified";
import { dataNames } from "../data-safety";
import { databaseServices } from "../database-environment";
import type { Plan } from "../vm/plan";
import { productFacts } from "./facts";
import { instanceEdges } from "./monolith";
import { classesByType, classesOf, managedChildren, managedStores } from "./stores";

function connects(services: Plan["containers"][number]["service"][]): ConnectsEdge[] {
  return services.flatMap((from) =>
    serviceNamed(from)
      .connects.filter(({ to }) => services.includes(to))
      .map(({ to, port }) => ({ kind: "connects", from, to, port })),
  );
}

/** Volumes are on the data disk, or on a local engine by themselves. */
function stores({ name, dataDisk, containers }: Plan): StoresEdge[] {
  const edges = containers.flatMap(({ service, ordinal }) =>
    serviceNamed(service).volumes.map(({ name: volume, dataClass }): StoresEdge => ({
      kind: "stores",
      from: service,
      to:
        dataDisk === undefined ? dataNames.volume(name, volume.replace("{n}", String(ordinal))) : dataNames.disk(name),
      dataClass,
    })),
  );
  return [...new Map(edges.map((edge) => [JSON.stringify(edge), edge])).values()];
}

const databases = databaseServices.map(([, service]) => service);

/** Databases on the machine are dumped into the bucket of backups, where there is one. */
function backups({ backupStore, containers }: Plan): StoresEdge[] {
  if (backupStore === undefined) return [];
  const dumped = databases.filter((database) => containers.some(({ service }) => service === database));
  return dumped.flatMap((from) =>
    classesOf([serviceNamed(from)]).map((dataClass) => ({
      kind: "stores",
      from,
      to: backupStore.resource,
      dataClass,
    })),
  );
}

/** Volumes of a local engine that nothing guards, because what they hold is made again. */
function rebuildable(plan: Plan): Record<string, BoundaryFacts> {
  const guarded = new Set(plan.dataResources.map(({ name }) => name));
  const names = stores(plan).flatMap(({ to }) => (guarded.has(to) ? [] : [to]));
  return Object.fromEntries(names.map((name) => [name, { rebuildable: true }]));
}

const bundles: BoundaryFacts = { dataClasses: ["configuration"], rebuildable: true };

/** What a machine states to the rules: what it is, who connects to whom on it, and what is kept where. */
export function vmBoundary(plan: Plan, specification: Specification): Boundary {
  const services = [...new Set(plan.containers.map(({ service }) => service))];
  const { managed } = plan;
  const entry = plan.exposure.closed?.entry;
  const kept = classesOf(services.map(serviceNamed));
  return {
    facts: productFacts(specification),
    ...instanceEdges(specification, [
      ...connects(services),
      ...stores(plan),
      ...backups(plan),
      ...(managed === undefined ? [] : managedStores(managed)),
    ]),
    children: {
      ...classesByType,
      ...rebuildable(plan),
      "aws:ebs/volume": { dataClasses: kept },
      "gcp:compute/disk": { dataClasses: kept },
      // A bucket that is neither of a managed service nor of backups holds bundles, which the program makes.
      "aws:s3/bucket": bundles,
      "gcp:storage/bucket": bundles,
      ...(plan.backupStore === undefined
        ? {}
        : {
            [plan.backupStore.resource]: {
              dataClasses: classesOf(databases.map(serviceNamed)),
              rebuildable: false,
            },
          }),
      ...(managed === undefined ? {} : managedChildren(managed)),
      ...(entry === undefined ? {} : { [entry]: { plane: "end-user" } }),
    },
  };
}
