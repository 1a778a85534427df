import type { AdminListenerDescription } from "../../product/admin/description";
import { instanceSizeProblem } from "../admin/instance-sizes";
import { longestNames } from "../admin/names";
import { scopeGrammar, scopeOf } from "../admin/scopes";
import { secretsOf, servicesOfAdmin } from "../admin/specified-admin";
import type { SpecifiedAdminService } from "../admin/specification";
import type { AdminConfig, Config, OwnAdminServiceConfig } from "./config";
import { nearest, show, type Problems } from "./problems";

const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const partName = /^[a-z][a-z0-9-]{0,18}[a-z0-9]$/;
const columnName = /^[a-z][a-z0-9_]{0,62}$/;
const hostName = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const subdomainName = /^(?=.{1,60}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const pathShape = /^\/(?:[^\s*?#]*|(?:[^\s*?#]*\/)?\*)$/;

const placeOf = ({ own, description: { name } }: SpecifiedAdminService): string =>
  `admin.${own ? "ownServices" : "services"}.${name}`;

function checkSizes(
  cloud: Config["cloud"] | undefined,
  service: SpecifiedAdminService,
  given: Readonly<Record<string, unknown>>,
  problems: Problems,
): void {
  const { cpus, memoryGib, instances } = service.description;
  const path = placeOf(service);
  if (cloud === "aws" || cloud === "gcp") {
    const problem = instanceSizeProblem(cloud, cpus, memoryGib);
    if (problem !== undefined) problems.add(`${path}.${given["cpus"] === undefined ? "memoryGb" : "cpus"}`, problem);
  }
  if (instances.minimum > instances.maximum)
    problems.add(
      `${path}.minInstances`,
      `must not be above 'maxInstances', got ${instances.minimum} and ${instances.maximum}`,
    );
}

function checkSecrets(
  service: SpecifiedAdminService,
  named: Readonly<Record<string, string>>,
  values: readonly string[],
  problems: Problems,
): void {
  const path = placeOf(service);
  const all = secretsOf(service.description);
  const variables = all.filter(({ origin }) => origin === "given").map(({ variable }) => variable);
  if (!service.own)
    for (const variable of Object.keys(named))
      if (!variables.includes(variable)) {
        const meant = nearest(variable, variables);
        problems.add(
          `${path}.secrets.${variable}`,
          `is no variable that holds a secret of it; ${meant === undefined ? `these are ${variables.join(", ")}` : `did you mean '${meant}'?`}`,
        );
      }
  for (const [secret, name] of Object.entries(service.secrets)) {
    if (values.includes(name)) continue;
    const found = all.find((each) => each.name === secret);
    const { variable = "", purpose = "" } = found ?? {};
    problems.add(
      `${path}.secrets.${service.own ? secret : variable}`,
      `needs the encrypted config value ${show(name)} (${purpose}), which is not given; set it by pulumi config set --secret --path 'sourcegraph:secrets.${name}', or name another here`,
      "secrets",
      "admin.licenceSigning",
    );
  }
}

function checkCalls(admin: AdminConfig, service: SpecifiedAdminService, problems: Problems): void {
  const { description, clientId } = service;
  const path = placeOf(service);
  const here = [...Object.keys(admin.services ?? {}), ...Object.keys(admin.ownServices ?? {})];
  for (const { to, zone, optional } of description.calls) {
    const known = (zone === admin.zone && here.includes(to)) || admin.neighbours?.[to]?.zone === zone;
    if (known || optional === true) continue;
    const other = admin.neighbours?.[to];
    problems.add(
      `admin.neighbours.${to}`,
      other === undefined
        ? `is missing; ${description.name} calls it: give its zone ${zone} and its host`
        : `must be of zone ${zone}, which ${description.name} calls, got zone ${other.zone}`,
      `admin.services.${to}`,
      `admin.ownServices.${to}`,
    );
  }
  if (description.client !== undefined && clientId === undefined)
    problems.add(
      `${path}.clientId`,
      `is missing; it calls ${[...new Set(description.calls.map(({ to }) => to))].join(", ")}, and shows the token of a client of its own`,
    );
}

function checkListeners(
  listeners: readonly AdminListenerDescription[],
  path: string,
  planes: readonly (string | undefined)[],
  problems: Problems,
): void {
  listeners.forEach(({ subdomain, paths, plane, credentials }, index) => {
    const at = `${path}.listeners.${index}`;
    if (!subdomainName.test(subdomain))
      problems.add(
        `${at}.subdomain`,
        `must be labels of a host name in lower case such as release-registry, got ${show(subdomain)}`,
      );
    paths.forEach((each, part) => {
      if (!pathShape.test(each))
        problems.add(
          `${at}.paths.${part}`,
          `must be a path such as /api/v1/*, with * after the last / only, got ${show(each)}`,
        );
      else if (planes[index] === "machine" && /^\/\*?$/.test(each))
        problems.add(
          `${at}.paths.${part}`,
          `must name what machines may reach, got ${show(each)}, which is everything`,
        );
    });
    if (planes[index] === "human" && credentials.some((each) => each !== "employee"))
      problems.add(`${at}.credentials`, `must be employee on the human plane, got ${show(credentials)}`);
    if (planes[index] !== undefined && planes.indexOf(plane) !== index)
      problems.add(`${at}.plane`, `is ${plane} a second time; one listener of each plane serves all its paths`);
  });
}

function checkStores({ stores = {} }: OwnAdminServiceConfig, path: string, stem: string, problems: Problems): void {
  for (const [name, store] of Object.entries(stores)) {
    const at = `${path}.stores.${name}`;
    const { kind, tables, fields, into, retentionDays, databases } = store;
    const resource = `${stem}-${name}`;
    if (!partName.test(name))
      problems.add(at, `must have a name of 2 to 20 lower-case letters, digits and dashes, got ${show(name)}`);
    else if (resource.length > longestNames.store)
      problems.add(
        at,
        `must have a shorter name: '${resource}' names it in the cloud, which allows ${longestNames.store} characters, got ${resource.length}`,
      );
    for (const [key, value, of] of [
      ["databases", databases, "relational"],
      ["tables", tables, "analytics"],
      ["fields", fields, "stream"],
      ["into", into, "stream"],
    ] as const)
      if (value !== undefined && kind !== of)
        problems.add(`${at}.${key}`, `has a meaning for kind ${of} only, got kind ${kind}; remove it`);
    if ((kind === "analytics" || kind === "stream") && retentionDays === undefined)
      problems.add(`${at}.retentionDays`, `is missing; kind ${kind} needs the days after which what it holds is gone`);
    const fed = Object.values(stores).some((other) => other.into === name);
    if (kind === "analytics" && tables === undefined && !fed)
      problems.add(`${at}.tables`, "is missing; name its tables, or a stream that ends in it", `${path}.stores`);
    if (kind === "stream" && (fields ?? []).length === 0)
      problems.add(`${at}.fields`, "is missing; name the fields that pass, every other is dropped");
    if (into !== undefined && stores[into]?.kind !== "analytics")
      problems.add(
        `${at}.into`,
        `must be a store of kind analytics of the same service, got ${show(into)}`,
        `${path}.stores.${into}`,
      );
    for (const [table, columns] of [...Object.entries(tables ?? {}), ["", fields ?? []] as const])
      columns.forEach(({ name: column }, index) => {
        if (!columnName.test(column))
          problems.add(
            table === "" ? `${at}.fields.${index}.name` : `${at}.tables.${table}.${index}.name`,
            `must be a name in snake case such as occurred_at, got ${show(column)}`,
          );
      });
  }
}

function checkOwn(name: string, given: OwnAdminServiceConfig, stack: string, problems: Problems): void {
  const path = `admin.ownServices.${name}`;
  checkStores(given, path, `${stack}-${name}`, problems);
  if (given.scopeName !== undefined && !/^[a-z_]{1,30}$/.test(given.scopeName))
    problems.add(`${path}.scopeName`, `must be at most 30 of a-z and _, got ${show(given.scopeName)}`);
  else if (given.scopeName === undefined && !/^[a-z_]{1,30}$/.test(name.replaceAll("-", "_")))
    problems.add(`${path}.scopeName`, `is missing; the name ${show(name)} makes none: at most 30 of a-z and _`);
  for (const [secret, { variable }] of Object.entries(given.secrets ?? {}))
    if (!variableName.test(variable))
      problems.add(`${path}.secrets.${secret}.variable`, `must be a name of a variable, got ${show(variable)}`);
  given.calls?.forEach(({ scope }, index) => {
    if (scopeOf(scope) === undefined)
      problems.add(`${path}.calls.${index}.scope`, `must be ${scopeGrammar}, got ${show(scope)}`);
  });
  given.outbound?.forEach((host, index) => {
    if (!hostName.test(host))
      problems.add(
        `${path}.outbound.${index}`,
        `must be a host name in lower case such as api.github.com, without https://, got ${show(host)}`,
      );
  });
}

/** Host names of two listeners that are the same. */
function checkHosts(services: readonly SpecifiedAdminService[], problems: Problems): void {
  const seen = new Map<string, string>();
  for (const service of services)
    service.description.listeners.forEach(({ subdomain, plane }, index) => {
      const before = seen.get(subdomain);
      if (before === undefined) seen.set(subdomain, `the ${plane} plane of ${service.description.name}`);
      else
        problems.add(
          `${placeOf(service)}${service.own ? `.listeners.${index}.subdomain` : ""}`,
          `has host name ${subdomain} at its ${plane} plane, which is that of ${before}; every plane has a name of its own`,
        );
    });
}

/** Checks every service of a stack; tells whether any has a human plane. */
export function checkAdminServices(
  config: Partial<Config>,
  admin: AdminConfig,
  problems: Problems,
): { readonly humanPlane: boolean } {
  const services = servicesOfAdmin(admin);
  const values = Object.keys(config.secrets ?? {});
  const own = admin.ownServices ?? {};
  for (const [name, given] of Object.entries(own)) checkOwn(name, given, config.name ?? "sourcegraph", problems);
  for (const service of services) {
    const { name, listeners } = service.description;
    const given = own[name] ?? admin.services?.[name];
    if (given === undefined) continue;
    checkSizes(config.cloud, service, { ...given }, problems);
    checkSecrets(service, admin.services?.[name]?.secrets ?? {}, values, problems);
    checkCalls(admin, service, problems);
    for (const variable of Object.keys(given.env ?? {}))
      if (!variableName.test(variable))
        problems.add(`${placeOf(service)}.env.${variable}`, "must be a name of a variable: letters, digits and _");
    checkListeners(
      listeners,
      placeOf(service),
      service.own ? (own[name]?.listeners ?? []).map(({ plane }) => plane) : listeners.map(({ plane }) => plane),
      problems,
    );
  }
  checkHosts(services, problems);
  const oidcSecret = admin.employees?.oidc?.clientSecret;
  if (oidcSecret !== undefined && !values.includes(oidcSecret))
    problems.add(
      "admin.employees.oidc.clientSecret",
      "must be the name of a secret under 'secrets'; the value given is not one and not shown here; set it by pulumi config set --secret --path 'sourcegraph:secrets.NAME' and write NAME here",
      "secrets",
    );
  return {
    humanPlane: services.some(({ description }) => description.listeners.some(({ plane }) => plane === "human")),
  };
}
