import type { DatabaseName, Service, ServiceName } from "../product/service";
import type { SecretPart } from "./secrets";
import type { ExternalDatabase, Specification } from "./config/specified";

/** Which service is which database when it is bundled. */
export const databaseServices: readonly (readonly [DatabaseName, "pgsql" | "codeintel-db" | "codeinsights-db"])[] = [
  ["frontend", "pgsql"],
  ["codeIntel", "codeintel-db"],
  ["codeInsights", "codeinsights-db"],
];

const prefixes: Readonly<Record<DatabaseName, string>> = {
  frontend: "PG",
  codeIntel: "CODEINTEL_PG",
  codeInsights: "CODEINSIGHTS_PG",
};

/** How the bundled databases are reached; the logins are the images' own. */
const bundledLogins: Readonly<Record<DatabaseName, Omit<ExternalDatabase, "passwordSecret">>> = {
  frontend: { host: "pgsql", port: 5432, user: "sg", database: "sg", sslmode: "disable" },
  codeIntel: { host: "codeintel-db", port: 5432, user: "sg", database: "sg", sslmode: "disable" },
  codeInsights: { host: "codeinsights-db", port: 5432, user: "postgres", database: "postgres", sslmode: "disable" },
};

const bundledSecrets: Readonly<Record<DatabaseName, string>> = {
  frontend: "pgsqlPassword",
  codeIntel: "codeintelDbPassword",
  codeInsights: "codeinsightsDbPassword",
};

/** Login of a database and the name of the secret with its password. */
export function databaseLogin(name: DatabaseName, specification: Specification): ExternalDatabase {
  const database = specification.databases[name];
  return database === "bundled" ? { ...bundledLogins[name], passwordSecret: bundledSecrets[name] } : database;
}

/** The variables of one service, plain and secret. */
export interface ServiceEnvironment {
  readonly environment: Readonly<Record<string, string>>;
  readonly secretEnvironment: Readonly<Record<string, readonly SecretPart[]>>;
}

function served(service: ServiceName): DatabaseName | undefined {
  const name = service.endsWith("-exporter") ? service.slice(0, -"-exporter".length) : service;
  return databaseServices.find(([, database]) => database === name)?.[0];
}

/** What a service has to be told of the databases: clients their logins, the databases and exporters their own. */
export function databaseEnvironment(service: Service, specification: Specification): ServiceEnvironment {
  const own = served(service.name);
  if (own !== undefined) {
    const login = databaseLogin(own, specification);
    const secret = login.passwordSecret;
    if (!service.name.endsWith("-exporter"))
      return { environment: {}, secretEnvironment: { POSTGRES_PASSWORD: [{ secret, as: "env" }] } };
    const source: SecretPart[] = [
      `postgres://${login.user}:`,
      { secret, as: "uri" },
      `@${login.host}:${login.port}/${login.database}?sslmode=${login.sslmode}`,
    ];
    return { environment: {}, secretEnvironment: { DATA_SOURCE_NAME: source } };
  }
  if (service.databases?.told !== true) return { environment: {}, secretEnvironment: {} };
  const environment: Record<string, string> = {};
  const secretEnvironment: Record<string, readonly SecretPart[]> = {};
  for (const name of service.databases.names) {
    const login = databaseLogin(name, specification);
    const prefix = prefixes[name];
    environment[`${prefix}HOST`] = login.host;
    environment[`${prefix}PORT`] = String(login.port);
    environment[`${prefix}USER`] = login.user;
    environment[`${prefix}DATABASE`] = login.database;
    environment[`${prefix}SSLMODE`] = login.sslmode;
    secretEnvironment[`${prefix}PASSWORD`] = [{ secret: login.passwordSecret, as: "env" }];
  }
  return { environment, secretEnvironment };
}
