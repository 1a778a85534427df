import { adminServiceNamed } from "../../product/admin/catalogue";
import type {
  AdminCallDescription,
  AdminListenerDescription,
  AdminServiceDescription,
  AdminStoreDescription,
} from "../../product/admin/description";
import type { AdminNeighbourConfig, AdminStoreConfig, OwnAdminServiceConfig } from "../config/config";
import { scopeOf } from "./scopes";
import { adminZones, type AdminZone } from "./specification";

// A user's own service becomes a description of the same type as those of the catalogue.

function storeOf(service: string, name: string, store: AdminStoreConfig): AdminStoreDescription {
  const { kind, dataClasses = [], why, retentionDays, databases, sizeGb, tables, fields, into } = store;
  const sizes = { relational: 10, cache: 1, analytics: 10, stream: 1 };
  return {
    name,
    kind,
    dataClasses,
    why,
    sizeGb: sizeGb ?? sizes[kind],
    ...(retentionDays === undefined ? {} : { retentionDays }),
    ...(kind === "relational" ? { databases: databases ?? [service] } : {}),
    ...(tables === undefined ? {} : { tables }),
    ...(fields === undefined ? {} : { fields }),
    ...(into === undefined ? {} : { into }),
  };
}

function listenerOf(given: OwnAdminServiceConfig["listeners"][number]): AdminListenerDescription {
  const { plane = "human", subdomain, paths, admits, credentials, requestsPerMinute } = given;
  return {
    plane,
    subdomain,
    paths,
    admits,
    credentials: credentials ?? [plane === "human" ? "employee" : plane === "end-user" ? "session" : "oauth-client"],
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute }),
  };
}

/** Zone of a service of the catalogue that is of one zone only. */
function zoneOf(service: string): AdminZone | undefined {
  const found = adminZones.filter((zone) => adminServiceNamed(zone, service) !== undefined);
  return found.length === 1 ? found[0] : undefined;
}

/** Calls by callee: its rights there together. */
function callsOf(
  calls: NonNullable<OwnAdminServiceConfig["calls"]>,
  zone: AdminZone,
  neighbours: Readonly<Record<string, AdminNeighbourConfig>>,
): AdminCallDescription[] {
  const callees = [...new Set(calls.map(({ to }) => to))];
  return callees.map((to) => ({
    to,
    zone: neighbours[to]?.zone ?? zoneOf(to) ?? zone,
    contract: to === "accounts" ? "introspection" : "entitlements",
    permissions: calls.flatMap((call) => {
      const scope = call.to === to ? scopeOf(call.scope) : undefined;
      return scope === undefined ? [] : [{ permission: scope.permission, action: scope.action }];
    }),
    ...(to === "accounts" ? {} : { variable: `${to.replaceAll("-", "_").toUpperCase()}_URL` }),
  }));
}

/** The description of a service of the config. */
export function describeOwnService(
  name: string,
  zone: AdminZone,
  given: OwnAdminServiceConfig,
  neighbours: Readonly<Record<string, AdminNeighbourConfig>>,
): AdminServiceDescription {
  const calls = callsOf(given.calls ?? [], zone, neighbours);
  const { outbound = [], stores = {}, secrets = {} } = given;
  return {
    name,
    title: given.title,
    purpose: given.purpose,
    scopeName: given.scopeName ?? name.replaceAll("-", "_"),
    image: given.image.replace(/@.*$/, "").replace(/:[^/:]*$/, ""),
    protocol: given.protocol ?? "http1",
    port: given.port ?? 9992,
    healthPath: given.healthPath ?? "/-/healthz",
    versionPath: given.versionPath ?? "/-/version",
    timeoutSeconds: given.timeoutSeconds ?? 300,
    concurrency: given.concurrency ?? 1000,
    cpus: 1,
    memoryGib: 1,
    instances: { minimum: 1, maximum: 5 },
    stores: Object.entries(stores).map(([store, each]) => storeOf(name, store, each)),
    secrets: [
      { name: "diagnostics", variable: "DIAGNOSTICS_SECRET", origin: "generated", purpose: "details of its health" },
      ...Object.entries(secrets).map(([secret, { variable, value, purpose }]) => ({
        name: secret,
        variable,
        origin: value === undefined ? ("generated" as const) : ("given" as const),
        purpose,
      })),
    ],
    listeners: given.listeners.map(listenerOf),
    environment: {},
    forbidden: [{ name: /^DOTCOM_/, rule: "B-X02", because: "it opens the database of the public site" }],
    ...(calls.length === 0 ? {} : { client: { id: "SAMS_CLIENT_ID", secret: "SAMS_CLIENT_SECRET" } }),
    callers: [],
    calls,
    outbound: outbound.map((host) => ({ host, why: "named in the config" })),
    source: "the config",
  };
}
