import { adminCatalogue, adminServiceNamed } from "../../product/admin/catalogue";
import type { AdminSecretDescription, AdminServiceDescription } from "../../product/admin/description";
import type { AdminConfig, AdminServiceConfig, Config } from "../config/config";
import { completeBoundaries } from "../config/completion";
import { describeOwnService } from "./own-service";
import type { AdminSpecification, SpecifiedAdminService, SpecifiedNeighbour } from "./specification";

/** What a config of shape admin has for certain, once it is checked. */
export type AdminStackConfig = Config & Required<Pick<Config, "admin">>;

/** Name that an encrypted config value has by default: `cody-gateway` and `client` give `codyGatewayClient`. */
export function valueName(service: string, secret: string): string {
  return `${service}-${secret}`.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Every secret of a service: those of its description, and that of its client at the accounts service. */
export function secretsOf({ secrets, client }: AdminServiceDescription): AdminSecretDescription[] {
  return [
    ...secrets,
    ...(client === undefined
      ? []
      : [
          {
            name: "client",
            variable: client.secret,
            origin: "given" as const,
            purpose: "its client at the accounts service",
          },
        ]),
  ];
}

/** Names of the config values of given secrets, by secret; optional ones that the config does not name are left out. */
function givenSecrets(
  description: AdminServiceDescription,
  named: Readonly<Record<string, string>>,
  signing: AdminSpecification["licenceSigning"],
): Record<string, string> {
  return Object.fromEntries(
    secretsOf(description)
      .filter(({ origin }) => origin === "given")
      .filter(({ use }) => use !== "licence-signing" || signing === "secret")
      .flatMap(({ name, variable, optional }) => {
        const value = named[variable] ?? (optional === true ? undefined : valueName(description.name, name));
        return value === undefined ? [] : [[name, value]];
      }),
  );
}

type Sizes = Pick<AdminServiceConfig, "image" | "cpus" | "memoryGb" | "minInstances" | "maxInstances">;

function sized(description: AdminServiceDescription, given: Sizes): AdminServiceDescription {
  const { instances } = description;
  const maximum = given.maxInstances ?? Math.max(instances.maximum, given.minInstances ?? 0);
  return {
    ...description,
    cpus: given.cpus ?? description.cpus,
    memoryGib: given.memoryGb ?? description.memoryGib,
    instances: { minimum: given.minInstances ?? Math.min(instances.minimum, maximum), maximum },
  };
}

/** Every service that a config names, sorted by name; names that the zone does not have are left out. */
export function servicesOfAdmin(admin: AdminConfig): SpecifiedAdminService[] {
  const { zone, services = {}, ownServices = {}, neighbours = {}, licenceSigning = "secret" } = admin;
  const ours = Object.entries(services).flatMap(([name, given]): SpecifiedAdminService[] => {
    const description = adminServiceNamed(zone, name);
    if (description === undefined) return [];
    return [
      {
        description: sized(description, given),
        own: false,
        image: given.image,
        ...(given.clientId === undefined ? {} : { clientId: given.clientId }),
        env: given.env ?? {},
        secrets: givenSecrets(description, given.secrets ?? {}, licenceSigning),
      },
    ];
  });
  const own = Object.entries(ownServices).map(([name, given]): SpecifiedAdminService => {
    const description = describeOwnService(name, zone, given, neighbours);
    const named = Object.values(given.secrets ?? {}).flatMap(({ variable, value }) =>
      value === undefined ? [] : [[variable, value] as const],
    );
    return {
      description: sized(description, given),
      own: true,
      image: given.image,
      ...(given.clientId === undefined ? {} : { clientId: given.clientId }),
      env: given.env ?? {},
      secrets: givenSecrets(description, Object.fromEntries(named), licenceSigning),
    };
  });
  return [...ours, ...own].sort((a, b) => (a.description.name < b.description.name ? -1 : 1));
}

/** Scope name of a service that the catalogue knows; its name with underscores else. */
function knownScopeName(service: string): string {
  const known = Object.values(adminCatalogue)
    .flat()
    .find(({ name }) => name === service);
  return known?.scopeName ?? service.replaceAll("-", "_");
}

function neighboursOf({ neighbours = {} }: AdminConfig): SpecifiedNeighbour[] {
  return Object.entries(neighbours)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([service, { zone, host, signInHost, scopeName }]) => ({
      service,
      zone,
      host,
      ...(signInHost === undefined ? {} : { signInHost }),
      scopeName: scopeName ?? knownScopeName(service),
    }));
}

/** Registry and path of an image without its last part. */
const registryOf = (image: string): string => image.replace(/@.*$/, "").split("/").slice(0, -1).join("/");

/** Completes a config of shape admin that has been checked. */
export function completeAdmin(config: AdminStackConfig): AdminSpecification {
  const { admin, cloud, gcp } = config;
  const services = servicesOfAdmin(admin);
  const { employees = {} } = admin;
  return {
    shape: "admin",
    cloud: cloud === "gcp" ? "gcp" : "aws",
    name: config.name ?? "sourcegraph",
    region: config.region ?? "",
    ...(gcp === undefined ? {} : { project: gcp.project }),
    boundaries: completeBoundaries(config),
    zone: admin.zone,
    domain: admin.domain,
    ...(config.dnsZone === undefined ? {} : { dnsZone: config.dnsZone }),
    edge: admin.edge ?? "direct",
    cidr: admin.cidr ?? "10.60.0.0/16",
    employees: { groups: employees.groups ?? [], ...(employees.oidc === undefined ? {} : { oidc: employees.oidc }) },
    services,
    neighbours: neighboursOf(admin),
    cells: [...(admin.cells ?? [])].sort(),
    licenceSigning: admin.licenceSigning ?? "secret",
    logDays: admin.logDays ?? 30,
    backupDays: admin.backupDays ?? 14,
    ...(admin.auditSink === undefined ? {} : { auditSink: admin.auditSink }),
    ...(admin.perimeterPolicy === undefined ? {} : { perimeterPolicy: admin.perimeterPolicy }),
    ...(config.alarms === undefined ? {} : { alarmsEmail: config.alarms.email }),
    registries: admin.registries ?? [...new Set(services.map(({ image }) => registryOf(image)))].sort(),
    deletionProtection: config.deletionProtection ?? true,
    allowDataLoss: config.allowDataLoss ?? [],
    tags: config.tags ?? {},
    secrets: Object.keys(config.secrets ?? {}).sort(),
  };
}
