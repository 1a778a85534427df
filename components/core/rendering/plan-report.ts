import { sizingData } from "../planning/sizing/data";
import type { DeclaredResource } from "../planning/declared-resource";
import type { Plan } from "../planning/vm/plan";
import type { Specification } from "../planning/config/specification";
import { serviceNamed } from "../product/services";
import type { Bundle } from "./bundle";
import { dataAtRest } from "./data-at-rest";
import { managedSection } from "./managed-services";
import { resourceSection } from "./resource-tree";
import { facts, type Section } from "./section";

/** Everything a report of a plan is made from. */
export interface ReportedPlan {
  readonly plan: Plan;
  readonly specification: Specification;
  readonly bundle: Bundle;
  readonly resources: readonly DeclaredResource[];
}

const right = "right" as const;

/** A number with its thousands apart. */
export function thousands(value: number): string {
  return value.toLocaleString("en-US");
}

/** An amount of money. */
export function dollars(amount: number): string {
  return amount.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

function sizeText({ size, sizeGiven, usage }: Plan): string {
  const { maxUsers, maxRepositories } = sizingData.sizes[size];
  const goodFor = `up to ${thousands(maxUsers)} users and ${thousands(maxRepositories)} repositories`;
  const from =
    sizeGiven === "named"
      ? "named in the config"
      : `from ${thousands(usage.users)} users, ${thousands(usage.repositories)} repositories, ${thousands(usage.totalSizeGb)} GB`;
  return `${size}: good for ${goodFor} (${from})`;
}

function networkText({ network, cloud }: Plan, specification: Specification): string {
  if (network !== undefined)
    return `new ${network.cidr}, subnets ${network.subnets.map(({ name, cidr }) => `${name} ${cidr}`).join(", ")}`;
  if (cloud === "local") return "Docker network of this host";
  if (!("existing" in specification.network)) return "";
  const { existing } = specification.network;
  return `existing ${existing.vpcId ?? existing.network ?? ""}, subnet ${existing.subnetId ?? ""}`;
}

/** How HTTPS is done, in words. */
const tlsTexts: Readonly<Record<Specification["tls"]["mode"], string>> = {
  acme: "HTTPS on the machine, certificate by ACME",
  certificate: "HTTPS on the machine, your own certificate",
  "load-balancer": "HTTPS at the load balancer",
  none: "plain HTTP",
};

/** Where the stores are, in one line. */
export function storesText({ databases, cache, objectStorage }: Specification): string {
  const where = (entries: readonly (readonly [string, unknown])[]) => {
    const kinds = ["managed", "external"] as const;
    const kindOf = (value: unknown) => (typeof value === "string" ? value : "external");
    const outside = kinds.flatMap((kind) => {
      const names = entries.filter(([, value]) => kindOf(value) === kind).map(([name]) => name);
      if (names.length === 0) return [];
      return [names.length === entries.length ? kind : `${kind} ${names.join(", ")}`];
    });
    if (outside.length === 0) return "bundled";
    const all = entries.every(([, value]) => value !== "bundled");
    return all ? outside.join("; ") : [...outside, "the rest bundled"].join("; ");
  };
  return [
    `PostgreSQL ${where(Object.entries(databases))}`,
    `Redis ${where(Object.entries(cache))}`,
    `object store ${where([["all", objectStorage]])}`,
  ].join(" · ");
}

function overview({ plan, specification }: ReportedPlan): Section {
  const { machine, dataDisk, exposure, backup, price, cloud } = plan;
  return facts("overview", `Sourcegraph ${plan.release} on ${cloud}${cloud === "local" ? "" : `, ${plan.region}`}`, [
    ["release", `${plan.release} of ${plan.releaseDate}`],
    ["size", sizeText(plan)],
    [
      "machine",
      machine &&
        `${machine.type}: ${machine.vcpu} vCPU, ${machine.memoryGib} GiB memory, in ${plan.zone}; ${machine.image.name}`,
    ],
    [
      "disks",
      machine &&
        dataDisk &&
        `data ${thousands(dataDisk.sizeGb)} GB ${dataDisk.type}${dataDisk.iops === undefined ? "" : `, ${thousands(dataDisk.iops)} IOPS`} (kept); root ${machine.rootDiskGb} GB (disposable)`,
    ],
    ["network", networkText(plan, specification)],
    ["address", `${exposure.url}  ${tlsTexts[exposure.tls]}`],
    ["open to", `ports ${exposure.ports.join(", ")} from ${exposure.allowedCidrs.join(", ")}`],
    ["stores", storesText(specification)],
    [
      "backup",
      cloud === "local"
        ? "none: volumes of this host's Docker"
        : `snapshot of the data disk daily at ${String(backup.hourUtc).padStart(2, "0")}:00 UTC, kept ${backup.keepDays} days`,
    ],
    ["price", price && `about ${dollars(price.monthly)} ${price.currency} a month`],
  ]);
}

/** How a service is checked, in short. */
function healthText(health: Plan["containers"][number]["health"]): string {
  if (health === undefined) return "";
  return health.test.kind === "http" ? `:${health.test.port}${health.test.path}` : health.test.command;
}

function servicesSection({ containers }: Plan): Section {
  const byService = new Map<string, Plan["containers"][number][]>();
  for (const container of containers)
    byService.set(container.service, [...(byService.get(container.service) ?? []), container]);
  return {
    id: "services",
    title: "Services",
    summary: `${byService.size}, in ${containers.length} containers; limits are of one container`,
    columns: [
      { title: "service" },
      { title: "n", align: right },
      { title: "image" },
      { title: "CPU", align: right },
      { title: "memory GB", align: right },
      { title: "published" },
      { title: "health" },
    ],
    rows: [...byService].flatMap(([service, instances]) => {
      const [first] = instances;
      if (first === undefined) return [];
      return [
        [
          service,
          String(instances.length),
          `${first.image.repository}:${first.image.tag}`,
          first.cpus === undefined ? "any" : String(first.cpus),
          String(Math.round((first.memoryMib / 1024) * 100) / 100),
          first.publishedPorts
            .map((port) => `${port.address === "0.0.0.0" ? "" : `${port.address}:`}${port.hostPort}`)
            .join(", "),
          healthText(first.health),
        ],
      ];
    }),
  };
}

/** Who opens connections to whom, service by service; what the drawing shows group by group. */
function connectionsSection({ containers }: Plan): Section {
  const names = [...new Set(containers.map(({ service }) => service))];
  const rows = names.flatMap((from) =>
    serviceNamed(from)
      .connects.filter(({ to }) => names.includes(to))
      .map(({ to, port }) => [from, to, String(port)]),
  );
  return {
    id: "connections",
    title: "Connections",
    summary: `${rows.length}, all within the machine; scrapes of metrics are not listed`,
    columns: [{ title: "from" }, { title: "to" }, { title: "port", align: right }],
    rows,
  };
}

const origins = {
  generated: "made at first creation",
  config: "encrypted config value",
  store: "in the cloud's secret store",
  managed: "from the cloud's own service",
} as const;

/** Every secret, by name. */
export function secretsSection({ secrets }: Pick<Plan, "secrets">): Section {
  return {
    id: "secrets",
    title: "Secrets",
    summary: secrets.length === 0 ? "none" : `${secrets.length}; values are in no file and in no plan`,
    columns: [{ title: "name" }, { title: "what it opens" }, { title: "origin" }],
    rows: secrets.map(({ name, purpose, origin, storeName }) => [
      name,
      purpose,
      storeName === undefined || storeName === name ? origins[origin] : `${origins[origin]}: ${storeName}`,
    ]),
  };
}

/** Bytes as a person reads them. */
export function bytesText(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KB`;
}

function filesSection({ files, secretFiles }: Bundle): Section {
  const bytes = files.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  return {
    id: "files",
    title: "Files of the machine",
    summary: `${files.length}, ${bytesText(bytes)}; and ${secretFiles.length} it puts together from secrets`,
    columns: [{ title: "path" }, { title: "size", align: right }, { title: "mode" }],
    rows: [
      ...files.map(({ path, text, mode }) => [path, bytesText(Buffer.byteLength(text)), mode]),
      ...secretFiles.map(({ path, mode }) => [path, "secret", mode]),
    ],
  };
}

/** What a month costs, line by line. */
export function priceSection({ price }: Pick<Plan, "price">): Section[] {
  if (price === undefined) return [];
  return [
    {
      id: "price",
      title: "Price a month",
      summary: `${dollars(price.monthly)} ${price.currency}, list prices of ${price.asOf}, ${price.region}`,
      columns: [{ title: "item" }, { title: "unit price", align: right }, { title: price.currency, align: right }],
      rows: price.lines.map(({ item, price: each, unit, amount }) => [
        item,
        each === null ? "unknown" : `${each} per ${unit}`,
        amount === null ? "unknown" : dollars(amount),
      ]),
      notes: [
        ...(price.regionNote === undefined ? [] : [price.regionNote]),
        ...price.notes,
        `not in it: ${price.excluded.join("; ")}`,
      ],
    },
  ];
}

/** What a person should know before going on. */
export function noticesSection({ notices }: Pick<Plan, "notices">): Section[] {
  if (notices.length === 0) return [];
  return [{ id: "notices", title: "To know", columns: [{ title: "" }], rows: notices.map((notice) => [notice]) }];
}

/** How much of a report is shown: `all`, or with long lists shortened to what decides. */
export type Detail = "all" | "short";

/** A plan as a report: what a site admin wants to see before anything is made. */
export function planSections(reported: ReportedPlan, detail: Detail): Section[] {
  const { plan, specification, bundle, resources } = reported;
  const files = filesSection(bundle);
  return [
    overview(reported),
    ...noticesSection(plan),
    servicesSection(plan),
    ...(detail === "all" ? [connectionsSection(plan)] : []),
    ...(plan.managed === undefined ? [] : managedSection(plan.managed, plan.cloud)),
    dataAtRest(plan, specification, detail),
    secretsSection(plan),
    detail === "all" ? files : { ...files, rows: [], columns: [] },
    resourceSection(resources, detail),
    ...priceSection(plan),
  ];
}
