import type { AdminServiceDescription, AdminValue } from "../../product/admin/description";
import type { PlannedAdminContainer, PlannedAdminSecret, PlannedAdminStore, PlannedAdminValue } from "./admin-plan";
import { fargateMemory } from "./instance-sizes";
import { adminNames } from "./names";
import { calleeOf } from "./plan-calls";
import { secretsOf } from "./specified-admin";
import type { AdminSpecification, SpecifiedAdminService } from "./specification";

/** Characters of a secret that is made at random. */
const secretLength = 48;
/** Name of the secret that holds the address of a cache, with its password. */
const cacheAddress = (store: string): string => `${store}-address`;

type Variables = Record<string, PlannedAdminValue>;

function filled(service: string, value: AdminValue): PlannedAdminValue {
  return typeof value === "object" && "store" in value ? { ...value, service: value.service ?? service } : value;
}

/** What every service is told of where it runs; Cloud Run sets the port itself. */
function ofPlace(specification: AdminSpecification, { description }: SpecifiedAdminService): Variables {
  const { cloud, boundaries, domain } = specification;
  const { listeners, port } = description;
  const main = listeners.find(({ plane }) => plane === "machine") ?? listeners[0];
  return {
    MSP: "true",
    ENVIRONMENT_ID: boundaries.stage,
    ...(main === undefined ? {} : { EXTERNAL_DNS_NAME: `${main.subdomain}.${domain}` }),
    ...(cloud === "gcp"
      ? {
          GOOGLE_CLOUD_PROJECT: { place: "project" },
          OTEL_GCP_PROJECT_ID: { place: "project" },
          OTEL_SDK_DISABLED: "false",
        }
      : { PORT: String(port), OTEL_SDK_DISABLED: "true" }),
  };
}

/** What it is told of its databases: on Google Cloud the server by name, on AWS by address; it signs in by its identity. */
function ofStores(cloud: "aws" | "gcp", { name, stores }: AdminServiceDescription): Variables {
  const [database] = stores.filter(({ kind }) => kind === "relational");
  if (database === undefined) return {};
  const of = (what: "host" | "port" | "user" | "database" | "instance"): PlannedAdminValue => ({
    service: name,
    store: database.name,
    what,
  });
  return cloud === "gcp"
    ? { PGINSTANCE: of("instance"), PGUSER: of("user") }
    : {
        PGHOST: of("host"),
        PGPORT: of("port"),
        PGUSER: of("user"),
        PGDATABASE: of("database"),
        PGSSLMODE: "verify-full",
      };
}

/** Addresses of the services it calls, and its client at the accounts service. */
function ofCalls(specification: AdminSpecification, service: SpecifiedAdminService): Variables {
  const { description, clientId } = service;
  const addresses = description.calls.flatMap((call): [string, string][] => {
    const callee = calleeOf(specification, call);
    if (callee === undefined) return [];
    const host = "neighbour" in callee ? callee.neighbour.host : callee.host;
    if (call.to !== "accounts") return call.variable === undefined ? [] : [[call.variable, `https://${host}`]];
    const signIn = "neighbour" in callee ? (callee.neighbour.signInHost ?? host) : host;
    return [
      ["SAMS_URL", `https://${signIn}`],
      ["SAMS_API_URL", `https://${host}`],
    ];
  });
  return {
    ...Object.fromEntries(addresses),
    ...(description.client === undefined || clientId === undefined ? {} : { [description.client.id]: clientId }),
  };
}

/** Variables of the description; what is of a service that does not run here is left out. */
function ofDescription(specification: AdminSpecification, { name, environment }: AdminServiceDescription): Variables {
  const present = new Set(specification.services.map(({ description }) => description.name));
  const values = Object.entries(environment).map(([variable, value]) => [variable, filled(name, value)] as const);
  const missing = values.flatMap(([variable, value]) =>
    typeof value === "object" && "store" in value && !present.has(value.service) ? [variable] : [],
  );
  // A project without its dataset would be half of an address.
  const stems = missing.map((variable) => variable.replace(/_[A-Z]+$/, "_"));
  return Object.fromEntries(values.filter(([variable]) => !stems.some((stem) => variable.startsWith(stem))));
}

/** Decides the container of a service. */
export function planContainer(
  specification: AdminSpecification,
  service: SpecifiedAdminService,
): PlannedAdminContainer {
  const { description, image, env } = service;
  const { cloud, licenceSigning, name } = specification;
  const signs = licenceSigning === "key" && description.administers === "licensing";
  const variables: Variables = {
    ...ofPlace(specification, service),
    ...ofStores(cloud, description),
    ...ofCalls(specification, service),
    ...ofDescription(specification, description),
    ...(signs ? { LICENSE_SIGNING_KEY: { key: adminNames.key(name, description.name, "signing") } } : {}),
    ...env,
  };
  return {
    image,
    port: description.port,
    protocol: description.protocol,
    cpus: description.cpus,
    memoryGib: cloud === "aws" ? fargateMemory(description.cpus, description.memoryGib) : description.memoryGib,
    concurrency: description.concurrency,
    timeoutSeconds: description.timeoutSeconds,
    healthPath: description.healthPath,
    versionPath: description.versionPath,
    environment: Object.fromEntries(Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Decides the secrets of a service, with the addresses of caches, which hold a password. */
export function planAdminSecrets(
  { name: stack }: AdminSpecification,
  { description, secrets }: SpecifiedAdminService,
  stores: readonly PlannedAdminStore[],
): PlannedAdminSecret[] {
  const { name: service } = description;
  const resource = (secret: string): string => adminNames.part(stack, service, secret);
  const told = secretsOf(description).flatMap(({ name, variable, origin, purpose, use }): PlannedAdminSecret[] => {
    const common = { name, resource: resource(name), variable, purpose, ...(use === undefined ? {} : { use }) };
    if (origin === "generated") return [{ ...common, origin, length: secretLength }];
    const configName = secrets[name];
    return configName === undefined ? [] : [{ ...common, origin: "config", configName }];
  });
  const addresses = stores
    .filter(({ kind }) => kind === "cache")
    .map(({ name: store }, index): PlannedAdminSecret => ({
      name: cacheAddress(store),
      resource: resource(cacheAddress(store)),
      variable: index === 0 ? "REDIS_ENDPOINT" : `${store.replaceAll("-", "_").toUpperCase()}_REDIS_ENDPOINT`,
      origin: "store",
      store,
      purpose: `address of the store ${store}, with its password`,
    }));
  return [...told, ...addresses];
}
