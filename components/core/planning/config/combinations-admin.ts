import { adminCatalogue } from "../../product/admin/catalogue";
import { longestNames } from "../admin/names";
import { partOf } from "../addresses";
import { isMailAddress } from "./combinations-edge";
import { checkAdminServices } from "./combinations-admin-services";
import type { AdminConfig, Config } from "./config";
import { nearest, show, type Problems } from "./problems";

const domainName = /^(?=.{1,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const hostName = domainName;
const cellName = /^[a-z][a-z0-9-]{0,14}[a-z0-9]$/;

/** Which zone has which services, for a message on a service that is not of the zone. */
function zonesWith(service: string): string[] {
  return Object.entries(adminCatalogue).flatMap(([zone, services]) =>
    services.some(({ name }) => name === service) ? [zone] : [],
  );
}

/** Services of the catalogue that are named and are not of the zone. */
function checkNamed({ zone, services = {}, ownServices = {} }: AdminConfig, problems: Problems): void {
  const here = adminCatalogue[zone].map(({ name }) => name);
  for (const name of Object.keys(services)) {
    if (here.includes(name)) continue;
    const elsewhere = zonesWith(name);
    const meant = nearest(name, here);
    problems.add(
      `admin.services.${name}`,
      elsewhere.length > 0
        ? `is a service of zone ${elsewhere.join(" and ")}, got zone ${zone}; deploy it by the stack of that zone`
        : `is not a service of the catalogue; ${meant === undefined ? `those of zone ${zone} are ${here.join(", ")}` : `did you mean '${meant}'?`}; a service of your own goes below 'admin.ownServices'`,
    );
  }
  for (const name of Object.keys(ownServices))
    if (zonesWith(name).length > 0)
      problems.add(`admin.ownServices.${name}`, "is the name of a service of the catalogue; choose another");
  if (Object.keys({ ...services, ...ownServices }).length === 0)
    problems.add(
      "admin.services",
      `names no service; name one of zone ${zone} (${here.join(", ")}), or one of your own in 'admin.ownServices'`,
    );
}

/** Names of resources are made of the stack's and the service's; told once, of the longest. */
function checkNameLengths({ name: stack = "sourcegraph", admin }: Partial<Config>, problems: Problems): void {
  for (const name of Object.keys(admin?.ownServices ?? {}))
    if (!/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/.test(name))
      problems.add(
        `admin.ownServices.${name}`,
        `must be 2 to ${longestNames.service} lower-case letters, digits and dashes, begin with a letter and not end with a dash, got ${show(name)}`,
      );
  const [longest = ""] = Object.keys({ ...admin?.services, ...admin?.ownServices }).sort((a, b) => b.length - a.length);
  const whole = `${stack}-${longest}`;
  if (longest.length <= longestNames.service && whole.length > longestNames.resource)
    problems.add(
      "name",
      `must be at most ${longestNames.resource - longest.length - 1} characters beside service ${longest}: '${whole}' names its identity and load balancers, for which the clouds allow ${longestNames.resource}, got ${stack.length}`,
    );
}

function checkNetwork({ cidr }: AdminConfig, problems: Problems): void {
  if (cidr === undefined) return;
  const [, prefix] = /^(?:\d{1,3}\.){3}\d{1,3}\/(\d{1,2})$/.exec(cidr) ?? [];
  const size = Number(prefix);
  if (prefix === undefined) problems.add("admin.cidr", `must be an IPv4 block such as 10.60.0.0/16, got ${show(cidr)}`);
  else if (size < 16 || size > 20) problems.add("admin.cidr", `must be between /16 and /20, got ${show(cidr)}`);
  else if (partOf(cidr, 0, 0) !== cidr)
    problems.add("admin.cidr", `must begin at a whole block, such as ${partOf(cidr, 0, 0)}, got ${show(cidr)}`);
}

function checkEmployees({ cloud, admin }: Partial<Config>, needed: boolean, problems: Problems): void {
  const { groups, oidc } = admin?.employees ?? {};
  const path = "admin.employees";
  groups?.forEach((group, index) => {
    if (!isMailAddress(group))
      problems.add(`${path}.groups.${index}`, `must be the address of a group, got ${show(group)}`);
  });
  if (cloud === "gcp") {
    if (oidc !== undefined)
      problems.add(`${path}.oidc`, "has a meaning for cloud aws only, got cloud gcp; give 'groups'");
    if (needed && (groups ?? []).length === 0)
      problems.add(
        `${path}.groups`,
        "is missing; a service has a human plane, and cloud gcp lets in groups of the company only",
      );
  }
  if (cloud === "aws") {
    if (groups !== undefined)
      problems.add(`${path}.groups`, "has a meaning for cloud gcp only, got cloud aws; give 'oidc'");
    if (needed && oidc === undefined)
      problems.add(
        `${path}.oidc`,
        "is missing; a service has a human plane, and cloud aws asks the company's sign-in before it",
      );
  }
  for (const key of ["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"] as const) {
    const value = oidc?.[key];
    if (value !== undefined && !/^https:\/\/[^\s/?#@]+[^\s?#]*$/.test(value))
      problems.add(`${path}.oidc.${key}`, `must be an address that begins with https://, got ${show(value)}`);
  }
}

function checkNeighbours({ neighbours = {} }: AdminConfig, problems: Problems): void {
  for (const [service, neighbour] of Object.entries(neighbours))
    for (const key of ["host", "signInHost"] as const) {
      const value = neighbour[key];
      if (value !== undefined && !hostName.test(value))
        problems.add(
          `admin.neighbours.${service}.${key}`,
          `must be a host name in lower case such as accounts.example.com, without https://, got ${show(value)}`,
        );
    }
}

function checkCells({ zone, cells = [] }: AdminConfig, problems: Problems): void {
  if (cells.length > 0 && zone === "dotcom")
    problems.add("admin.cells", "has no meaning for zone dotcom, which no cell calls; remove it");
  cells.forEach((cell, index) => {
    if (!cellName.test(cell))
      problems.add(`admin.cells.${index}`, `must be 2 to 16 lower-case letters, digits and dashes, got ${show(cell)}`);
    else if (cells.indexOf(cell) !== index)
      problems.add(`admin.cells.${index}`, `is named twice, got ${show(cell)}; remove one`);
  });
}

function checkPlaceOfAudit({ cloud, admin }: Partial<Config>, problems: Problems): void {
  if (admin?.perimeterPolicy === undefined) return;
  if (cloud === "aws")
    problems.add("admin.perimeterPolicy", "has a meaning for cloud gcp only, got cloud aws; remove it");
  else if (!/^\d+$/.test(admin.perimeterPolicy))
    problems.add(
      "admin.perimeterPolicy",
      `must be the number of an access policy, in quotes, got ${show(admin.perimeterPolicy)}`,
    );
}

/** What is said of an instance, of which there is none in such a stack. */
function checkInstanceKeys({ boundaries = {} }: Partial<Config>, problems: Problems): void {
  for (const key of ["zone", "licence", "syntheticData"] as const)
    if (boundaries[key] !== undefined)
      problems.add(
        `boundaries.${key}`,
        `has no meaning for shape admin; remove it${key === "zone" ? ", the zone is 'admin.zone'" : ""}`,
      );
}

/** Every contradiction in a well-formed config of shape admin. */
export function checkAdmin(config: Partial<Config>, problems: Problems): void {
  const { admin, alarms } = config;
  if (admin === undefined) {
    if (!problems.unreadable("admin"))
      problems.add("admin", "is missing; shape admin needs it: zone, domain and services", "shape");
    return;
  }
  checkInstanceKeys(config, problems);
  if (!domainName.test(admin.domain))
    problems.add("admin.domain", `must be a domain in lower case such as example.com, got ${show(admin.domain)}`);
  if (alarms !== undefined && !isMailAddress(alarms.email))
    problems.add("alarms.email", `must be a mail address, got ${show(alarms.email)}`);
  checkNamed(admin, problems);
  checkNameLengths(config, problems);
  checkNetwork(admin, problems);
  checkNeighbours(admin, problems);
  checkCells(admin, problems);
  checkPlaceOfAudit(config, problems);
  const { humanPlane } = checkAdminServices(config, admin, problems);
  checkEmployees(config, humanPlane, problems);
}
