import { databaseServices } from "./database-environment";
import { managedBucket, managedEndpoint, managedHost, managedPassword } from "./managed/values";
import { secretNames, splitPlaceholders, type PlannedSecret, type SecretPart } from "./secrets";
import type { Specification } from "./config/specified";

/** Something with variables whose values hold secrets, such as a container. */
export interface SecretReader {
  readonly secretEnvironment: Readonly<Record<string, readonly SecretPart[]>>;
}

/** Passwords that are made for the bundled databases: lost with them, useless without them. */
export const databasePasswords: Readonly<Record<string, string>> = {
  pgsqlPassword: "password of the primary database",
  codeintelDbPassword: "password of the code navigation database",
  codeinsightsDbPassword: "password of the code insights database",
};

function purposes(specification: Specification): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string | undefined, purpose: string) => {
    if (name !== undefined && !found.has(name)) found.set(name, purpose);
  };
  for (const [name] of databaseServices) {
    const database = specification.databases[name];
    if (typeof database === "object") add(database.passwordSecret, `password of the external ${name} database`);
  }
  const { cache, objectStorage, registry, smtp, tls, siteConfig } = specification;
  if (typeof cache.cache === "object") add(cache.cache.secret, "address of the external Redis cache");
  if (typeof cache.store === "object") add(cache.store.secret, "address of the external Redis store");
  if (typeof objectStorage === "object") {
    add(objectStorage.accessKeyIdSecret, "access key id of the object store");
    add(objectStorage.secretAccessKeySecret, "secret access key of the object store");
  }
  add(registry?.credentialsSecret, "login at the image registry");
  add(smtp?.passwordSecret, "password of the mail server");
  add(tls.keySecret, "private key of the certificate");
  if (specification.shape === "kubernetes")
    add(specification.kubernetes.executors?.passwordSecret, "access token of the executors");
  for (const text of [siteConfig?.site, siteConfig?.codeHosts, siteConfig?.globalSettings])
    for (const name of secretNames(splitPlaceholders(text ?? "", "json")))
      add(name, "value in the configuration files");
  for (const [service, { env }] of Object.entries(specification.overrides))
    for (const [variable, value] of Object.entries(env ?? {}))
      for (const name of secretNames(splitPlaceholders(value, "env"))) add(name, `in ${variable} of ${service}`);
  return found;
}

/** What the cloud's own services tell the containers once they are made. */
function managedSecrets({ databases, cache, objectStorage }: Specification): PlannedSecret[] {
  const of = (name: string, purpose: string, guardsData = false): PlannedSecret => ({
    name,
    purpose,
    origin: "managed",
    guardsData,
  });
  return [
    ...databaseServices
      .filter(([name]) => databases[name] === "managed")
      .flatMap(([name]) => [
        of(managedHost(name), `address of the managed ${name} database`),
        of(managedPassword(name), `password of the managed ${name} database`, true),
      ]),
    ...(["cache", "store"] as const)
      .filter((name) => cache[name] === "managed")
      .map((name) => of(managedEndpoint(name), `address of the managed Redis ${name}`)),
    ...(objectStorage === "managed" ? [of(managedBucket, "name of the managed bucket")] : []),
  ];
}

/**
 * Every secret of the deployment, sorted by name: the passwords made for bundled databases, and those the config refers to.
 */
export function plannedSecrets(specification: Specification, containers: readonly SecretReader[]): PlannedSecret[] {
  const used = new Set(
    containers.flatMap((c) => Object.values(c.secretEnvironment).flatMap((parts) => secretNames(parts))),
  );
  const generated = Object.entries(databasePasswords)
    .filter(([name]) => used.has(name))
    .map(([name, purpose]): PlannedSecret => ({ name, purpose, origin: "generated", guardsData: true }));
  const managed = managedSecrets(specification).filter(({ name }) => used.has(name));
  const given = [...purposes(specification)].map(([name, purpose]): PlannedSecret =>
    specification.secrets.includes(name)
      ? { name, purpose, origin: "config", guardsData: false }
      : { name, purpose, origin: "store", storeName: name, guardsData: false },
  );
  return [...generated, ...managed, ...given].sort((a, b) => (a.name < b.name ? -1 : 1));
}
