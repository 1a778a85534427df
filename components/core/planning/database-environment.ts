import type { DatabaseName, Service, ServiceName } from "../product/service";
import { managedHost, managedLogin, managedPassword } from "./managed/values";
import type { SecretPart } from "./secrets";
import type { ExternalDatabase, Specification } from "./config/specified";

/** Which service is which database when it is bundled. */
export const databaseServices: readonly (readonly [DatabaseName, "pgsql" | "codeintel-db" | "codeinsights-db"])[] = [
  ["frontend", "pgsql"],
  ["codeIntel", "codeintel-db"],
  ["codeInsights", "codeinsights-db"],
];

/** The service that is a database when it is bundled. */
export function databaseService(database: DatabaseName): (typeof databaseServices)[number][1] {
  const found = databaseServices.find(([name]) => name === database);
  if (found === undefined) throw new Error(`no service is the database '${database}'`);
  return found[1];
}

/** Begin of the names of the variables that say where a database is. */
export const databasePrefixes: Readonly<Record<DatabaseName, string>> = {
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

/** How a database is reached. */
export interface DatabaseLogin extends Omit<ExternalDatabase, "host" | "passwordSecret"> {
  /** Host, as it stands or as a value that is known when the service is made. */
  readonly host: readonly SecretPart[];
  /** Name of the secret with the password; absent where the identity of the client signs in. */
  readonly passwordSecret?: string;
}

/** Login of a database and the name of the secret with its password. */
export function databaseLogin(name: DatabaseName, specification: Specification): DatabaseLogin {
  const database = specification.databases[name];
  if (database === "bundled") {
    const login = bundledLogins[name];
    return { ...login, host: [login.host], passwordSecret: bundledSecrets[name] };
  }
  if (database !== "managed") return { ...database, host: [database.host] };
  return {
    ...managedLogin,
    host: [{ secret: managedHost(name), as: "env" }],
    ...(specification.managed.databases.login === "password" && { passwordSecret: managedPassword(name) }),
  };
}

/** Whether some database is signed in to by identity instead of a password. */
export function signsInByIdentity({ databases, managed }: Specification): boolean {
  return managed.databases.login === "iam" && Object.values(databases).includes("managed");
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
    // A database of its own, and an exporter, exist only where the database is bundled.
    const secret = login.passwordSecret ?? bundledSecrets[own];
    if (!service.name.endsWith("-exporter"))
      return { environment: {}, secretEnvironment: { POSTGRES_PASSWORD: [{ secret, as: "env" }] } };
    const source: SecretPart[] = [
      `postgres://${login.user}:`,
      { secret, as: "uri" },
      `@${bundledLogins[own].host}:${login.port}/${login.database}?sslmode=${login.sslmode}`,
    ];
    return { environment: {}, secretEnvironment: { DATA_SOURCE_NAME: source } };
  }
  const environment: Record<string, string> = {};
  const secretEnvironment: Record<string, readonly SecretPart[]> = {};
  // Every client, because each opens connections of its own. Source: external-services.md, IAM authentication.
  if (service.databases !== undefined && signsInByIdentity(specification))
    environment["PG_CONNECTION_UPDATER"] = "EC2_ROLE_CREDENTIALS";
  if (service.databases?.told !== true) return { environment, secretEnvironment };
  for (const name of service.databases.names) {
    const login = databaseLogin(name, specification);
    const prefix = databasePrefixes[name];
    const [host, ...rest] = login.host;
    if (typeof host === "string" && rest.length === 0) environment[`${prefix}HOST`] = host;
    else secretEnvironment[`${prefix}HOST`] = login.host;
    environment[`${prefix}PORT`] = String(login.port);
    environment[`${prefix}USER`] = login.user;
    environment[`${prefix}DATABASE`] = login.database;
    environment[`${prefix}SSLMODE`] = login.sslmode;
    if (login.passwordSecret !== undefined)
      secretEnvironment[`${prefix}PASSWORD`] = [{ secret: login.passwordSecret, as: "env" }];
  }
  return { environment, secretEnvironment };
}
