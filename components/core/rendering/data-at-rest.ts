import type { PlannedContainer } from "../planning/vm/container";
import { dataNames } from "../planning/data-safety";
import type { Plan } from "../planning/vm/plan";
import type { Specification } from "../planning/config/specification";
import type { DataClass, ServiceVolume } from "../product/service";
import { serviceNamed } from "../product/services";
import { restingInManaged } from "./managed-services";
import type { RestingData } from "./resting-data";
import type { Section } from "./section";

export type { RestingData } from "./resting-data";

/** The volume of the catalogue a mount of a container stands for. */
function volumeOf(container: PlannedContainer, target: string): ServiceVolume | undefined {
  return serviceNamed(container.service).volumes.find((volume) => volume.target === target);
}

function inVolumes(plan: Plan): RestingData[] {
  const local = plan.cloud === "local";
  const found = new Map<string, { container: PlannedContainer; volume: ServiceVolume; names: string[] }>();
  for (const container of plan.containers)
    for (const mount of container.mounts) {
      const volume = mount.kind === "volume" ? volumeOf(container, mount.target) : undefined;
      if (mount.kind !== "volume" || volume === undefined) continue;
      const entry = [...found.values()].find(({ names }) => names.includes(mount.volume)) ?? found.get(volume.name);
      if (entry === undefined) found.set(volume.name, { container, volume, names: [mount.volume] });
      else if (!entry.names.includes(mount.volume)) entry.names.push(mount.volume);
    }
  return [...found.values()].map(({ container, volume, names }) => ({
    of: container.service,
    dataClass: volume.dataClass,
    where: `${local ? "Docker volume" : "data disk, volume"} ${names.length === 1 ? (names[0] ?? "") : `${names[0] ?? ""} and ${names.length - 1} more`}`,
    kept: "yes",
    backedUp: local ? "no" : `daily, ${plan.backup.keepDays} days`,
    value: volume.value,
  }));
}

/** What rests outside the deployment, with its owner. */
export function outside({ databases, cache, objectStorage }: Specification): RestingData[] {
  const yours = (of: string, where: string, dataClass: DataClass): RestingData => ({
    of,
    dataClass,
    where,
    kept: "yours",
    backedUp: "by you",
    value: "yours",
  });
  const stores =
    typeof objectStorage === "string"
      ? []
      : [objectStorage.bucket, objectStorage.codeIntelBucket, objectStorage.searchJobsBucket];
  return [
    ...Object.entries(databases).flatMap(([name, database]) =>
      typeof database === "string"
        ? []
        : [yours(`${name} database`, `external PostgreSQL ${database.host}:${database.port}`, "user-data")],
    ),
    ...(typeof cache.cache === "string" ? [] : [yours("Redis cache", "external Redis", "user-data")]),
    ...(typeof cache.store === "string" ? [] : [yours("Redis store", "external Redis", "identity")]),
    ...[...new Set(stores)].flatMap((bucket) =>
      bucket === undefined ? [] : [yours("object store", `external bucket ${bucket}`, "user-data")],
    ),
  ];
}

const secretStores = {
  aws: "AWS Secrets Manager",
  gcp: "Secret Manager",
  local: "the stack's encrypted state",
} as const;

function besides(plan: Plan): RestingData[] {
  const { cloud, secrets, name } = plan;
  const inStore = secrets.filter(({ origin }) => origin !== "store");
  const held: RestingData[] =
    inStore.length === 0
      ? []
      : [
          {
            of: `${inStore.length} secrets`,
            dataClass: "secret",
            where: secretStores[cloud],
            kept: "those that open data",
            backedUp: "no",
            value: "precious",
          },
        ];
  if (cloud === "local") return held;
  return [
    ...held,
    {
      of: "files of the machine",
      dataClass: "configuration",
      where: "private bucket",
      kept: "no",
      backedUp: "no",
      value: "rebuildable",
    },
    {
      of: "snapshots",
      dataClass: "user-data",
      where: `snapshots of ${dataNames.disk(name)}`,
      kept: "yes",
      backedUp: "they are it",
      value: "precious",
    },
  ];
}

/** Every place where data rests, the machine's first. */
export function restingData(plan: Plan, specification: Specification): RestingData[] {
  const { managed, cloud } = plan;
  const served = managed === undefined || cloud === "local" ? [] : restingInManaged(managed, cloud);
  return [...inVolumes(plan), ...served, ...outside(specification), ...besides(plan)];
}

/** One line for all that only differs in whose it is. */
function together(resting: readonly RestingData[], place: string): RestingData[] {
  const groups = new Map<string, RestingData[]>();
  for (const each of resting) {
    const inVolume = each.where.startsWith(place);
    const key = inVolume ? `${each.dataClass} ${each.value}` : each.of;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return group.length === 1
      ? [first]
      : [{ ...first, of: group.map(({ of }) => of).join(", "), where: `${place}, ${group.length} volumes` }];
  });
}

/** Where data rests, as a part of a report; `short` puts alike volumes on one line. */
export function dataAtRest(plan: Plan, specification: Specification, detail: "all" | "short"): Section {
  const resting = restingData(plan, specification);
  const shown = detail === "all" ? resting : together(resting, plan.cloud === "local" ? "Docker volume" : "data disk");
  return {
    id: "data",
    title: "Data at rest",
    columns: [
      { title: "what" },
      { title: "class" },
      { title: "if lost" },
      { title: "where" },
      { title: "kept on destroy" },
      { title: "backed up" },
    ],
    rows: shown.map(({ of, dataClass, value, where, kept, backedUp }) => [of, dataClass, value, where, kept, backedUp]),
  };
}
