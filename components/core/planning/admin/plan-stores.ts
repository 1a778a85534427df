import type { AdminField, AdminStoreDescription } from "../../product/admin/description";
import { redisVersions } from "../managed/plan-managed";
import { cacheNodeFor, memorystoreGb, serverFor } from "../managed/server-types";
import type {
  PlannedAdminAnalytics,
  PlannedAdminCache,
  PlannedAdminDatabase,
  PlannedAdminStore,
  PlannedAdminStoreCommon,
  PlannedAdminStream,
} from "./admin-plan";
import { adminNames, keyUseOf } from "./names";
import type { AdminSpecification, SpecifiedAdminService } from "./specification";

const postgresql = "16";
/** Days that events which nobody took are kept. */
const streamDays = 7;

/** Settings by which nothing of what is asked reaches a log, and nobody connects in the clear. */
const parameters = {
  aws: { log_parameter_max_length: "0", log_statement: "none", "rds.force_ssl": "1" },
  gcp: {
    "cloudsql.iam_authentication": "on",
    log_parameter_max_length: "0",
    log_statement: "none",
  },
} as const;

type Place = Pick<AdminSpecification, "cloud" | "name" | "backupDays" | "boundaries">;

function commonOf({ name }: Place, service: string, store: AdminStoreDescription): PlannedAdminStoreCommon {
  return {
    name: store.name,
    resource: adminNames.part(name, service, store.name),
    dataClasses: store.dataClasses,
    why: store.why,
    key: adminNames.key(name, service, keyUseOf(store)),
    owner: service,
    ...(store.retentionDays === undefined ? {} : { retentionDays: store.retentionDays }),
  };
}

const apart = (place: Place): boolean => place.boundaries.stage !== "development";

function database(place: Place, service: string, store: AdminStoreDescription): PlannedAdminDatabase {
  const server = serverFor({ vcpu: 2, memoryGib: 8 }, place.cloud);
  return {
    ...commonOf(place, service, store),
    kind: "relational",
    databases: store.databases ?? [service],
    version: postgresql,
    machineType: server.type,
    vcpu: server.vcpu,
    memoryGib: server.memoryGib,
    sizeGb: Math.max(20, store.sizeGb),
    maximumSizeGb: Math.max(20, store.sizeGb) * 5,
    highlyAvailable: apart(place),
    backupDays: place.backupDays,
    parameters: parameters[place.cloud],
    logins: { application: adminNames.service(place.name, service), owner: "migrations" },
  };
}

function cache(place: Place, service: string, store: AdminStoreDescription): PlannedAdminCache {
  const { cloud } = place;
  const highlyAvailable = apart(place);
  const node = cacheNodeFor(store.sizeGb, true);
  return {
    ...commonOf(place, service, store),
    kind: "cache",
    version: redisVersions[cloud],
    machineType: cloud === "aws" ? node.type : highlyAvailable ? "STANDARD_HA" : "BASIC",
    sizeGb: cloud === "aws" ? node.memoryGb : memorystoreGb(store.sizeGb),
    highlyAvailable,
    persistent: false,
    snapshotDays: 0,
  };
}

const feeds = (store: AdminStoreDescription, stores: readonly AdminStoreDescription[]): AdminStoreDescription[] =>
  stores.filter(({ into }) => into === store.name);

function analytics(
  place: Place,
  { description: { name: service, stores } }: SpecifiedAdminService,
  store: AdminStoreDescription,
  readers: readonly string[],
): PlannedAdminAnalytics {
  const fed = feeds(store, stores).map(({ fields = [] }) => ({ name: "events", fields }));
  const own = Object.entries(store.tables ?? {}).map(([name, fields]) => ({ name, fields }));
  return {
    ...commonOf(place, service, store),
    kind: "analytics",
    dataset: adminNames.part(place.name, service, store.name).replaceAll("-", "_"),
    tables: [...own, ...fed],
    retentionDays: store.retentionDays ?? 30,
    readers,
    expectedGb: store.sizeGb,
  };
}

const avroTypes: Readonly<Record<AdminField["type"], unknown>> = {
  string: "string",
  integer: "long",
  number: "double",
  boolean: "boolean",
  timestamp: { type: "long", logicalType: "timestamp-micros" },
  json: "string",
};

/** A schema of Avro that lets pass these fields and no other. */
export function avroSchema(name: string, fields: readonly AdminField[]): string {
  return JSON.stringify({
    type: "record",
    name: name.replaceAll("-", "_"),
    fields: fields.map((field) => ({ name: field.name, type: ["null", avroTypes[field.type]], default: null })),
  });
}

function stream(place: Place, service: string, store: AdminStoreDescription): PlannedAdminStream {
  const { fields = [], into } = store;
  return {
    ...commonOf(place, service, store),
    kind: "stream",
    fields,
    schema: avroSchema(adminNames.part(place.name, service, store.name), fields),
    ...(into === undefined ? {} : { into: { store: into, table: "events" } }),
    retentionDays: Math.min(store.retentionDays ?? streamDays, streamDays),
  };
}

/**
 * Decides the stores of a service.
 *
 * @param readersOf other services of the stack that are told of a store, by its name
 */
export function planStores(
  place: Place,
  service: SpecifiedAdminService,
  readersOf: (store: string) => readonly string[],
): PlannedAdminStore[] {
  const { name, stores } = service.description;
  return stores.map((store): PlannedAdminStore => {
    switch (store.kind) {
      case "relational":
        return database(place, name, store);
      case "cache":
        return cache(place, name, store);
      case "analytics":
        return analytics(place, service, store, readersOf(store.name));
      case "stream":
        return stream(place, name, store);
    }
  });
}
