import { hostPattern, tenantName, workspacePattern } from "../../product/multi-tenant/tenancy";
import { RefusedError, type Problem } from "../../errors";
import { blockProblem, overlaps } from "../addresses";
import { originOf } from "../multi-tenant/cell-config";
import { offboardingDefaults, type MultiTenantInput } from "../multi-tenant/specify";
import type { MultiTenantSection } from "./schema-multi-tenant";
import { isMailAddress } from "./combinations-edge";
import { nearest, show, type Problems } from "./problems";

type Cells = MultiTenantSection["cells"];
type Cell = Cells[string];
type Tenants = NonNullable<MultiTenantSection["tenants"]>;
type Account = Cell["account"];

const keyUses = ["db", "disk", "object", "cache", "secret", "backup", "log", "column"] as const;

const accountShapes = {
  aws: { id: /^\d{12}$/, is: "an account of AWS, 12 digits in quotes" },
  gcp: {
    id: /^([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    is: "the id of a project, 6 to 30 lower-case letters, digits and dashes",
  },
} as const;

const roleShapes = {
  aws: { role: /^arn:aws[a-z-]*:iam::\d{12}:role\/\S+$/, is: "the ARN of a role" },
  gcp: { role: /^[^\s@]+@[^\s@]+\.iam\.gserviceaccount\.com$/, is: "the address of a service account" },
} as const;

/** Adds a problem for every value that an earlier place has already. */
function checkUnique(values: readonly (readonly [path: string, value: string])[], because: string, problems: Problems) {
  const first = new Map<string, string>();
  for (const [path, value] of values) {
    const other = first.get(value);
    if (other === undefined) first.set(value, path);
    else problems.add(path, `must not be that of '${other}', got ${show(value)} twice; ${because}`);
  }
}

function checkAccount({ id, role }: Account, cloud: "aws" | "gcp", path: string, problems: Problems): void {
  if (!accountShapes[cloud].id.test(id))
    problems.add(`${path}.id`, `must be ${accountShapes[cloud].is}, got ${show(id)}`, "cloud");
  if (role !== undefined && !roleShapes[cloud].role.test(role))
    problems.add(`${path}.role`, `must be ${roleShapes[cloud].is}, got ${show(role)}`, "cloud");
}

function checkEnvironment({ environment }: MultiTenantSection, cloud: "aws" | "gcp", problems: Problems): void {
  const path = "multiTenant.environment";
  const { domain, edge, cloudflare, offboarding = {}, accounts = {}, hosts, parent } = environment;
  if (!hostPattern.test(domain))
    problems.add(`${path}.domain`, `must be a domain such as workspaces.example.com, got ${show(domain)}`);
  if (edge === "cloudflare" && cloudflare === undefined)
    problems.add(`${path}.cloudflare`, "is missing; edge cloudflare needs the account and zone there");
  if (edge !== "cloudflare" && cloudflare !== undefined)
    problems.add(
      `${path}.cloudflare`,
      "has a meaning for edge cloudflare only; remove it, or set 'edge' to cloudflare",
    );
  const parents =
    cloud === "aws" ? /^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$/ : /^(folders|organizations)\/\d+$/;
  if (parent !== undefined && !parents.test(parent))
    problems.add(
      `${path}.parent`,
      `must be ${cloud === "aws" ? "the id of a root or unit such as ou-ab12-0123abcd" : "a folder or organization such as folders/123456789012"}, got ${show(parent)}`,
      "cloud",
    );
  for (const [name, value] of Object.entries(hosts))
    if (value !== undefined && !hostPattern.test(value))
      problems.add(`${path}.hosts.${name}`, `must be a host name such as accounts.example.com, got ${show(value)}`);
  for (const [name, account] of Object.entries(accounts))
    if (account !== undefined) checkAccount(account, cloud, `${path}.accounts.${name}`, problems);
  const { graceDays, backupDays } = { ...offboardingDefaults, ...offboarding };
  const { termDays } = offboarding;
  if (termDays !== undefined && graceDays + backupDays > termDays)
    problems.add(
      `${path}.offboarding.backupDays`,
      `must be at most ${Math.max(0, termDays - graceDays)}, because ${termDays} days are promised and ${graceDays} of them are grace, got ${backupDays}`,
    );
}

function checkCellKeys(cell: Cell, path: string, problems: Problems): void {
  const given = Object.entries(cell.customerKeys ?? {});
  if (cell.tenancy !== "byok") {
    for (const key of ["customerKeys", "customerAccount"] as const)
      if (cell[key] !== undefined)
        problems.add(
          `${path}.${key}`,
          `has a meaning for tenancy byok only, got tenancy ${cell.tenancy ?? "pooled"}; remove it`,
        );
    return;
  }
  const missing = keyUses.filter((use) => cell.customerKeys?.[use] === undefined);
  if (missing.length > 0)
    problems.add(
      `${path}.customerKeys`,
      `lacks ${missing.join(", ")}; tenancy byok needs a key of the customer for every use, so that nothing stays readable without them`,
    );
  if (cell.customerAccount === undefined)
    problems.add(`${path}.customerAccount`, "is missing; tenancy byok needs the account or project that owns the keys");
  checkUnique(
    given.map(([use, key]) => [`${path}.customerKeys.${use}`, key ?? ""]),
    "every use has a key of its own",
    problems,
  );
}

/** Longest host name that a certificate of either cloud is given for. */
const longestHost = 63;

function checkOrigin(name: string, { originSecrets = [] }: Cell, domain: string, problems: Problems): void {
  const origin = originOf(name, domain);
  if (origin.length > longestHost)
    problems.add(
      `multiTenant.cells.${name}`,
      `gives its origin the host name ${origin}, which may have ${longestHost} characters, got ${origin.length}; shorten its name or 'multiTenant.environment.domain'`,
    );
  if (originSecrets.some((number, index) => index > 0 && number <= (originSecrets[index - 1] ?? 0)))
    problems.add(
      `multiTenant.cells.${name}.originSecrets`,
      `must grow from one to the next, because the edge shows the last, got [${originSecrets.join(", ")}]`,
    );
}

function checkCell(name: string, cell: Cell, config: MultiTenantInput, cloud: "aws" | "gcp", problems: Problems): void {
  const path = `multiTenant.cells.${name}`;
  if (!/^[a-z][a-z0-9-]{1,14}[a-z0-9]$/.test(name))
    problems.add(
      path,
      `must be named by 3 to 16 lower-case letters, digits and dashes, beginning with a letter, because the names of its resources begin with it, got ${show(name)}`,
    );
  checkAccount(cell.account, cloud, `${path}.account`, problems);
  const wrong = blockProblem(cell.cidr);
  const size = Number(cell.cidr.split("/")[1]);
  if (wrong !== undefined) problems.add(`${path}.cidr`, wrong);
  else if (cell.cidr.includes(":") || size < 16 || size > 20)
    problems.add(`${path}.cidr`, `must be an IPv4 block from /16 to /20, got ${show(cell.cidr)}`);
  checkOrigin(name, cell, config.multiTenant?.environment.domain ?? "", problems);
  if (cell.release === undefined && config.release === undefined)
    problems.add(
      `${path}.release`,
      "is missing; give the release of the cell, or by 'release' that of all cells, such as 7.5.4453",
      "release",
    );
  const allowed = config.multiTenant?.environment.allowedRegions;
  const region = cell.region ?? config.region;
  if (allowed !== undefined && region !== undefined && !allowed.includes(region))
    problems.add(
      `${path}.region`,
      `must be one of 'multiTenant.environment.allowedRegions' (${allowed.join(", ")}), got ${show(region)}`,
    );
  if (cell.modelGateway === true && config.multiTenant?.environment.hosts.modelGateway === undefined)
    problems.add(
      `${path}.modelGateway`,
      "needs 'multiTenant.environment.hosts.modelGateway', got none; give the gateway of the multi-tenant zone, never that of enterprises (B-D05)",
    );
  if (cell.tenancy !== undefined && cell.tenancy !== "pooled" && (cell.targetMaxTenants ?? 1) !== 1)
    problems.add(
      `${path}.targetMaxTenants`,
      `must be 1, because a cell of tenancy ${cell.tenancy} has one tenant, got ${cell.targetMaxTenants}`,
    );
  checkCellKeys(cell, path, problems);
}

function checkCells(config: MultiTenantInput, cells: Cells, cloud: "aws" | "gcp", problems: Problems): void {
  const entries = Object.entries(cells);
  if (entries.length === 0)
    problems.add("multiTenant.cells", "names no cell; give one, tenants have to live somewhere");
  for (const [name, cell] of entries) checkCell(name, cell, config, cloud, problems);
  const all = (key: string, value: (cell: Cell) => string) =>
    entries.map(([name, cell]) => [`multiTenant.cells.${name}.${key}`, value(cell)] as const);
  const others: readonly (readonly [string, Account | undefined])[] = Object.entries(
    config.multiTenant?.environment.accounts ?? {},
  );
  const shared = new Map(others.map(([name, account]) => [account?.id, `multiTenant.environment.accounts.${name}.id`]));
  for (const [path, id] of all("account.id", ({ account }) => account.id)) {
    const other = shared.get(id);
    if (other !== undefined)
      problems.add(path, `must not be that of '${other}', got ${show(id)} twice; cells share nothing (B-T08)`);
  }
  checkUnique(
    all("account.id", ({ account }) => account.id),
    "cells share nothing (B-T08)",
    problems,
  );
  checkUnique(
    all("client.id", ({ client }) => client.id),
    "every cell has a client of its own (B-M02)",
    problems,
  );
  checkUnique(
    all("client.secret", ({ client }) => client.secret),
    "every cell has a client of its own (B-M02)",
    problems,
  );
  entries.forEach(([name, { cidr }], index) => {
    const other = entries.slice(0, index).find(([, before]) => overlaps(before.cidr, cidr));
    if (other !== undefined)
      problems.add(
        `multiTenant.cells.${name}.cidr`,
        `overlaps that of cell ${other[0]} (${other[1].cidr}), got ${show(cidr)}; give it a block of its own`,
      );
  });
}

/** Whether a region is where a tenant's data has to be. */
function isIn(region: string, residency: string): boolean {
  return region === residency || region.startsWith(residency);
}

function checkTenantCell(name: string, config: MultiTenantInput, tenants: Tenants, problems: Problems): void {
  const tenant = tenants[name];
  if (tenant === undefined) return;
  const path = `multiTenant.tenants.${name}.cell`;
  // Of a cell that could not be read, nothing is concluded.
  const add = (message: string) => {
    problems.add(path, message, `multiTenant.cells.${tenant.cell}`);
  };
  const cells = config.multiTenant?.cells ?? {};
  const cell = cells[tenant.cell];
  if (cell === undefined) {
    const meant = nearest(tenant.cell, Object.keys(cells));
    add(
      `names cell ${show(tenant.cell)}, which there is not; ${meant === undefined ? `cells are ${Object.keys(cells).join(", ")}` : `did you mean '${meant}'?`}`,
    );
    return;
  }
  const tenancy = cell.tenancy ?? "pooled";
  const fits = tenant.tier === "isolated" ? "pooled" : tenant.tier;
  if (tenancy !== fits)
    add(`is a cell of tenancy ${tenancy}, got for tier ${tenant.tier}; use a cell of tenancy ${fits} (B-T03)`);
  else if (tenancy !== "pooled") {
    const first = Object.entries(tenants).find(([, other]) => other.cell === tenant.cell)?.[0];
    if (first !== undefined && first !== name)
      add(`is the cell of tenant ${first}, which is alone in it; give ${name} a cell of its own`);
  }
  const region = cell.region ?? config.region;
  if (tenant.residency !== undefined && region !== undefined && !isIn(region, tenant.residency))
    add(`is in region ${region}, got for residency ${show(tenant.residency)}; use a cell in such a region`);
}

function checkTenants(config: MultiTenantInput, tenants: Tenants, problems: Problems): void {
  const entries = Object.entries(tenants);
  const domain = config.multiTenant?.environment.domain ?? "";
  for (const [name, tenant] of entries) {
    const path = `multiTenant.tenants.${name}`;
    if (!tenantName.test(name))
      problems.add(
        path,
        `must be named by 3 to 32 lower-case letters, digits and dashes, beginning with a letter, got ${show(name)}`,
      );
    if (!workspacePattern.test(tenant.workspaceId))
      problems.add(
        `${path}.workspaceId`,
        `must be a UUID such as 0b8f1f0e-6f0c-4c8e-9a1d-2f0f5d1f7a11, got ${show(tenant.workspaceId)}`,
      );
    if (tenant.hostname !== undefined && !hostPattern.test(tenant.hostname))
      problems.add(`${path}.hostname`, `must be a host name such as code.acme.com, got ${show(tenant.hostname)}`);
    if (tenant.hostnameProven !== undefined && (tenant.hostname ?? `.${domain}`).endsWith(`.${domain}`))
      problems.add(
        `${path}.hostnameProven`,
        `has a meaning for a host name outside ${domain} only, got ${tenant.hostname === undefined ? "none" : show(tenant.hostname)}; remove it`,
      );
    if (tenant.experimental === true && tenant.tier !== "isolated")
      problems.add(`${path}.experimental`, `has a meaning for tier isolated only, got tier ${tenant.tier}; remove it`);
    checkTenantCell(name, config, tenants, problems);
  }
  const all = (key: string, value: (name: string, tenant: Tenants[string]) => string) =>
    entries.map(([name, tenant]) => [`multiTenant.tenants.${name}.${key}`, value(name, tenant)] as const);
  checkUnique(
    all("number", (_, { number }) => String(number)),
    "numbers are unique over all cells",
    problems,
  );
  checkUnique(
    all("workspaceId", (_, { workspaceId }) => workspaceId),
    "every tenant is one workspace",
    problems,
  );
  checkUnique(
    all("hostname", (name, { hostname }) => hostname ?? `${name}.${domain}`),
    "a host name leads to one tenant",
    problems,
  );
}

/** What has no meaning beside the section, because each cell says it for itself. */
const meaningless = [
  "zone",
  "size",
  "usage",
  "domain",
  "tls",
  "access",
  "network",
  "databases",
  "cache",
  "objectStorage",
  "siteConfig",
  "smtp",
  "proxy",
  "tracing",
  "backup",
  "kubernetes",
  "cluster",
  "machine",
  "dataDisk",
  "suspended",
  "upgrade",
  "outsideCheck",
  "overrides",
  "local",
] as const;

/** What the multi-tenant backend is asked for that cannot be. */
export function checkMultiTenant(config: MultiTenantInput, problems: Problems): void {
  const { cloud, multiTenant, region, alarms } = config;
  if (cloud !== undefined && cloud !== "aws" && cloud !== "gcp")
    problems.add("cloud", `must be aws or gcp for shape multi-tenant, got ${show(cloud)}`, "shape");
  if (region === undefined)
    problems.add("region", "is missing; shape multi-tenant needs the region of edge and placement");
  for (const key of meaningless)
    if (config[key] !== undefined)
      problems.add(
        key,
        "has no meaning for shape multi-tenant, whose cells say it by 'multiTenant.cells'; remove it",
        "shape",
      );
  if (alarms !== undefined && !isMailAddress(alarms.email))
    problems.add("alarms.email", `must be an address such as admin@example.com, got ${show(alarms.email)}`);
  if (multiTenant === undefined) {
    problems.add("multiTenant", "is missing; shape multi-tenant needs an environment and its cells", "shape");
    return;
  }
  const place = cloud === "gcp" ? "gcp" : "aws";
  checkEnvironment(multiTenant, place, problems);
  checkCells(config, multiTenant.cells, place, problems);
  checkTenants(config, multiTenant.tenants ?? {}, problems);
  const given = Object.keys(config.secrets ?? {});
  for (const [name, { client }] of Object.entries(multiTenant.cells))
    if (!given.includes(client.secret))
      problems.add(
        `multiTenant.cells.${name}.client.secret`,
        `names secret ${show(client.secret, "")}, which is not among 'secrets'; set it by pulumi config set --secret --path 'sourcegraph:secrets.${client.secret}'`,
        "secrets",
      );
}

/** What is well formed and refused all the same: tiers that the product, or this program, does not do. */
export function multiTenantRefusal({ multiTenant }: MultiTenantInput): RefusedError | undefined {
  const refused = Object.entries(multiTenant?.tenants ?? {}).flatMap(
    ([name, { tier, experimental, cell }]): Problem[] => {
      const path = `multiTenant.tenants.${name}`;
      if (tier === "pooled")
        return [
          {
            path: `${path}.tier`,
            message: `is pooled, and pooled tenants are not resources: they are rows of the control plane, which the agent of cell ${cell} turns into a tenant while it runs; else every sign-up were a deployment and this file a list of customers; remove the tenant here and make it there`,
          },
        ];
      if (tier === "isolated" && experimental !== true)
        return [
          {
            path: `${path}.tier`,
            message:
              "is isolated, which today's product cannot use: it opens one connection, one bucket and one set of keys for all tenants of a cell; use dedicated, or set 'experimental' to true for a backend of your own",
          },
        ];
      return [];
    },
  );
  return refused.length === 0
    ? undefined
    : new RefusedError(refused, "refused, because a tenant cannot be deployed so");
}
