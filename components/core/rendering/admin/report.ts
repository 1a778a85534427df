import type {
  AdminPlan,
  PlannedAdminCall,
  PlannedAdminService,
  PlannedAdminStore,
} from "../../planning/admin/admin-plan";
import type { DeclaredResource } from "../../planning/declared-resource";
import { dollars, noticesSection, priceSection, secretsSection, thousands, type Detail } from "../plan-report";
import { resourceSection } from "../resource-tree";
import { facts, type Section } from "../section";

/** Everything a report of a stack of support services is made from. */
export interface ReportedAdminPlan {
  /** The plan. */
  readonly plan: AdminPlan;
  /** What would be declared. */
  readonly resources: readonly DeclaredResource[];
}

const right = "right" as const;

const clouds = { aws: "AWS", gcp: "Google Cloud" } as const;

const days = (count: number): string => `${thousands(count)} ${count === 1 ? "day" : "days"}`;

function employeesText({ employees }: AdminPlan): string | undefined {
  if (employees.oidc !== undefined) return `known by ${employees.oidc.issuer}`;
  return employees.groups.length === 0 ? undefined : employees.groups.join(", ");
}

function overview(plan: AdminPlan): Section {
  const { cloud, region, zone, stage, owner, project, domain, edge, network, logs, price, services } = plan;
  return facts("overview", `Support services of zone ${zone} on ${clouds[cloud]}, ${region}`, [
    ["services", services.map(({ name }) => name).join(", ")],
    ["stage", stage],
    ["owner", owner],
    ["project", project],
    ["domain", `${domain}, ${edge === "direct" ? "reached directly" : "behind Cloudflare"}`],
    ["employees", employeesText(plan)],
    ["network", `new ${network.cidr} in ${network.zones.join(", ")}`],
    ["may reach", network.allowedHosts.join(", ") || "nothing outside"],
    ["logs", `kept ${days(logs.retentionDays)}`],
    ["alarms", plan.alarmsEmail],
    ["price", `about ${dollars(price.monthly)} ${price.currency} a month`],
  ]);
}

const protocols = { http1: "HTTP", h2c: "HTTP/2", grpc: "gRPC" } as const;

function servicesSection({ services }: AdminPlan): Section {
  return {
    id: "services",
    title: "Services",
    summary: `${services.length}, each with an identity, keys and secrets of its own`,
    columns: [
      { title: "service" },
      { title: "what it does" },
      { title: "speaks" },
      { title: "instances", align: right },
      { title: "vCPUs", align: right },
      { title: "GiB", align: right },
      { title: "runs as" },
    ],
    rows: services.map(({ name, purpose, own, container, instances, identity }) => [
      own ? `${name} (yours)` : name,
      purpose,
      `${protocols[container.protocol]} ${container.port}`,
      `${instances.minimum} to ${instances.maximum}`,
      String(container.cpus),
      String(container.memoryGib),
      identity,
    ]),
  };
}

function sizeText(store: PlannedAdminStore): string {
  switch (store.kind) {
    case "relational":
      return `PostgreSQL ${store.version}, ${store.machineType}, ${thousands(store.sizeGb)} GB${store.highlyAvailable ? ", two zones" : ""}`;
    case "cache":
      return `Redis ${store.machineType}, ${store.sizeGb} GB, in memory only`;
    case "analytics":
      return `tables ${store.tables.map(({ name }) => name).join(", ")}`;
    case "stream":
      return `${store.fields.length} fields pass${store.into === undefined ? "" : `, into ${store.into.store}`}`;
  }
}

function keptText(store: PlannedAdminStore): string {
  if (store.kind === "relational") return `until deleted; backups ${days(store.backupDays)}`;
  return store.retentionDays === undefined ? "until deleted" : days(store.retentionDays);
}

function storesSection({ services }: AdminPlan): Section {
  const rows = services.flatMap(({ name, stores }) =>
    stores.map((store) => [
      store.resource,
      name,
      store.dataClasses.join(", "),
      store.why,
      sizeText(store),
      keptText(store),
      store.key,
    ]),
  );
  return {
    id: "stores",
    title: "Stores",
    summary: rows.length === 0 ? "none" : `${rows.length}; every other resource keeps nothing`,
    columns: [
      { title: "store" },
      { title: "owner" },
      { title: "holds" },
      { title: "what" },
      { title: "as" },
      { title: "kept" },
      { title: "key" },
    ],
    rows,
  };
}

const credentialWords: Readonly<Record<PlannedAdminCall["credential"], string>> = {
  none: "nothing",
  "oauth-client": "token of its client",
  "licence-token": "token made from its licence",
  "shared-secret": "shared secret",
  identity: "identity of the cloud",
};

function callsSection({ calls, grants }: AdminPlan): Section {
  const scopesOf = ({ from, to }: PlannedAdminCall): string =>
    grants
      .filter(({ caller, callee }) => caller === from && callee === to)
      .map(({ scope }) => scope)
      .join(", ");
  return {
    id: "calls",
    title: "Who calls whom",
    summary: `${calls.length}; what is not listed is refused`,
    columns: [
      { title: "caller" },
      { title: "callee" },
      { title: "for" },
      { title: "shows" },
      { title: "may" },
      { title: "sends" },
      { title: "over" },
    ],
    rows: calls.map((call) => [
      `${call.fromZone}/${call.from}`,
      `${call.toZone}/${call.to}`,
      call.contract ?? "within the zone",
      credentialWords[call.credential],
      scopesOf(call),
      call.carries.join(", "),
      call.over,
    ]),
  };
}

function listenersSection({ services }: AdminPlan): Section {
  const rows = services.flatMap(({ listeners }) =>
    listeners.map(
      ({ host, plane, paths, admits, authentication, credentials, origin, webFirewall, requestsPerMinute }) => [
        host,
        plane,
        paths.join(" "),
        admits,
        authentication === "identity-aware-proxy" ? "identity-aware proxy" : credentials.join(", "),
        plane === "internal" ? "inside only" : origin === "edge" ? "the edge" : "directly",
        webFirewall ? `web firewall, ${thousands(requestsPerMinute)} a minute` : "",
      ],
    ),
  );
  return {
    id: "listeners",
    title: "Ways in",
    summary: `${rows.length}; every plane has host names of its own, and other paths are refused`,
    columns: [
      { title: "host" },
      { title: "plane" },
      { title: "paths" },
      { title: "who" },
      { title: "asked for" },
      { title: "reached" },
      { title: "limits" },
    ],
    rows,
  };
}

function keysSection({ keys }: AdminPlan): Section {
  return {
    id: "keys",
    title: "Keys",
    summary: String(keys.length),
    columns: [
      { title: "key" },
      { title: "for" },
      { title: "who may use it" },
      { title: "encrypts" },
      { title: "made anew" },
    ],
    rows: keys.map(({ name, use, purpose, usedBy, encrypts, rotationDays }) => [
      name,
      purpose === "sign" ? "signing licences, in hardware" : use,
      usedBy.join(", ") || "the cloud's own services",
      encrypts.join(", "),
      rotationDays === undefined ? "by hand" : `every ${days(rotationDays)}`,
    ]),
  };
}

function checksSection(services: readonly PlannedAdminService[]): Section {
  return {
    id: "checks",
    title: "Checks from outside",
    columns: [{ title: "host" }, { title: "path" }, { title: "shows" }, { title: "has to answer" }],
    rows: services.flatMap(({ checks }) =>
      checks.map(({ host, path, shows, expects }) => [
        host,
        path,
        shows === "none" ? "nothing" : "the diagnostics secret",
        expects.join(" or "),
      ]),
    ),
  };
}

function alarmsSection(services: readonly PlannedAdminService[]): Section {
  return {
    id: "alarms",
    title: "Alarms",
    columns: [
      { title: "alarm" },
      { title: "means" },
      { title: "above", align: right },
      { title: "minutes", align: right },
    ],
    rows: services.flatMap(({ alarms }) =>
      alarms.map(({ resource, means, above, minutes }) => [resource, means, String(above), String(minutes)]),
    ),
  };
}

function decisionsSection({ decisions }: AdminPlan): Section {
  return {
    id: "decisions",
    title: "Beside what runs these services today",
    columns: [{ title: "today" }, { title: "here" }, { title: "rule" }],
    rows: decisions.map(({ today, here, rule }) => [today, here, rule ?? ""]),
  };
}

/** A stack of support services as a report: what somebody wants to see before anything is made. */
export function adminSections({ plan, resources }: ReportedAdminPlan, detail: Detail): Section[] {
  const { services } = plan;
  return [
    overview(plan),
    ...noticesSection(plan),
    servicesSection(plan),
    storesSection(plan),
    callsSection(plan),
    listenersSection(plan),
    keysSection(plan),
    ...(detail === "all" ? [checksSection(services), alarmsSection(services), decisionsSection(plan)] : []),
    secretsSection(plan),
    resourceSection(resources, detail),
    ...priceSection(plan),
  ];
}
