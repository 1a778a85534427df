import type { PlannedContainer } from "../../planning/vm/container";
import type { Plan } from "../../planning/vm/plan";
import type { Specification } from "../../planning/config/specification";
import type { DataClass, Service, ServiceName } from "../../product/service";
import { serviceNamed } from "../../product/services";
import { restingData, type RestingData } from "../data-at-rest";

/** Where a group stands: columns from the outside to what stores, and the lane of observability below them. */
export type Place = "outside" | "balancer" | "edge" | "application" | "inner" | "stores" | "cloud" | "observability";

/** One thing of a drawing. */
export interface Card {
  readonly name: string;
  /** Instances; shown from 2 on. */
  readonly count: number;
  /** Lines below the name. */
  readonly lines: readonly string[];
  /** What rests there, worst first. */
  readonly data: readonly DataClass[];
  /** What it is, for whoever points at it. */
  readonly hint: string;
}

/** Things of one kind, drawn in one box. */
export interface Group {
  readonly id: string;
  readonly title: string;
  readonly place: Place;
  readonly cards: readonly Card[];
}

/** Who talks to whom: from one group to another, or between the machine and a group outside of it. */
export interface Link {
  readonly from: string;
  readonly to: string;
  /** Ports, or what is carried. */
  readonly label: string;
  /** `public`: from the outside; `internal`: between services; `data`: to a store; `cloud`: to the cloud by the machine's identity. */
  readonly kind: "public" | "internal" | "data" | "cloud";
}

/** What a drawing shows, without any position. */
export interface Drawing {
  readonly title: string;
  readonly subtitle: string;
  readonly groups: readonly Group[];
  readonly links: readonly Link[];
  /** Title of the box around the machine. */
  readonly machine: string;
  /** Whether the load balancer stands in the network; on Google Cloud it is at the edge of the cloud. */
  readonly balancerInNetwork: boolean;
  /** Title of the box around the network; absent where there is none of its own. */
  readonly network?: string;
  /** Sentences about what is not drawn line by line. */
  readonly notes: readonly string[];
}

/** Id of the machine as an end of a link. */
export const machineEnd = "machine";

interface Deployed {
  readonly service: Service;
  readonly containers: readonly PlannedContainer[];
}

/** Where the services of a family stand; jobs are not drawn. */
export const placeOfFamily: Readonly<
  Record<Service["family"], { readonly id: string; readonly title: string; readonly place: Place } | undefined>
> = {
  edge: { id: "edge", title: "Edge", place: "edge" },
  application: { id: "application", title: "Application", place: "application" },
  search: { id: "search", title: "Search", place: "inner" },
  "code-intelligence": { id: "code-intelligence", title: "Code intelligence", place: "inner" },
  database: { id: "stores", title: "Stores", place: "stores" },
  store: { id: "stores", title: "Stores", place: "stores" },
  observability: { id: "observability", title: "Observability", place: "observability" },
  job: undefined,
};

function deployedOf(plan: Plan): Deployed[] {
  const names = [...new Set(plan.containers.map(({ service }) => service))];
  return names.map((name) => ({
    service: serviceNamed(name),
    containers: plan.containers.filter(({ service }) => service === name),
  }));
}

const classOrder: readonly DataClass[] = ["user-data", "identity", "secret", "operational", "configuration"];

/** Classes of resting data, worst first. */
export function classesOf(resting: readonly RestingData[]): DataClass[] {
  return classOrder.filter((dataClass) => resting.some((each) => each.dataClass === dataClass));
}

function serviceCard({ service, containers }: Deployed): Card {
  const ports = service.ports.filter(({ plane }) => plane !== "metrics").map(({ number }) => number);
  const metrics = service.ports.filter(({ plane }) => plane === "metrics").map(({ number }) => number);
  const published = containers.flatMap(({ publishedPorts }) => publishedPorts.map(({ hostPort }) => hostPort));
  const listens = ports.length > 0 ? ports : metrics;
  return {
    name: service.name,
    count: containers.length,
    lines:
      published.length > 0
        ? [`published ${published.join(", ")}`]
        : listens.length === 0
          ? []
          : [`port ${listens.join(", ")}`],
    data: classesOf(
      service.volumes.map(({ dataClass, value }) => ({
        of: service.name,
        dataClass,
        value,
        where: "",
        kept: "",
        backedUp: "",
      })),
    ),
    hint: `${service.name}: ${service.role}`,
  };
}

function serviceGroups(deployed: readonly Deployed[]): Group[] {
  const groups = new Map<string, { id: string; title: string; place: Place; cards: Card[] }>();
  for (const each of deployed) {
    const at = placeOfFamily[each.service.family];
    if (at === undefined) continue;
    const group = groups.get(at.id) ?? { ...at, cards: [] };
    group.cards.push(serviceCard(each));
    groups.set(at.id, group);
  }
  return [...groups.values()];
}

/** Links between groups out of those between services, ports ascending. */
function serviceLinks(deployed: readonly Deployed[]): Link[] {
  const groupOf = new Map<ServiceName, string | undefined>(
    deployed.map(({ service }) => [service.name, placeOfFamily[service.family]?.id]),
  );
  const ports = new Map<string, Set<number>>();
  for (const { service } of deployed)
    for (const { to, port } of service.connects) {
      const [from, target] = [groupOf.get(service.name), groupOf.get(to)];
      if (from === undefined || target === undefined || from === target || from === "observability") continue;
      // Traces go to the collector from nearly everywhere: a note says so.
      if (to === "otel-collector") continue;
      const key = `${from} ${target}`;
      ports.set(key, (ports.get(key) ?? new Set()).add(port));
    }
  return [...ports].map(([key, numbers]) => {
    const [from = "", to = ""] = key.split(" ");
    const label = [...numbers].sort((a, b) => a - b).join(" ");
    return { from, to, label, kind: to === "stores" ? "data" : "internal" };
  });
}

/** People and the internet. */
export function outsideGroups(
  { exposure, cloud }: { readonly exposure: Plan["exposure"]; readonly cloud: string },
  outgoing: boolean,
): Group[] {
  const [first = "", ...more] = exposure.allowedCidrs;
  const people: Card = {
    name: cloud === "local" ? "People on this host" : "People",
    count: 1,
    lines: [
      first,
      ...(more.length === 0 ? [] : [more.length === 1 ? (more[0] ?? "") : `and ${more.length} more blocks`]),
    ],
    data: [],
    hint: `allowed: ${exposure.allowedCidrs.join(", ")}`,
  };
  const internet: Card = {
    name: "Code hosts, internet",
    count: 1,
    lines: ["reached from inside only"],
    data: [],
    hint: "code hosts, identity providers, mail, updates",
  };
  return [
    { id: "people", title: "Who may reach it", place: "outside", cards: [people] },
    ...(outgoing ? [{ id: "internet", title: "What it reaches", place: "outside" as const, cards: [internet] }] : []),
  ];
}

/** One thing of the cloud. */
export function cloudCard(name: string, lines: readonly string[], data: readonly DataClass[], hint = name): Card {
  return { name, count: 1, lines, data, hint };
}

const secretStore = { aws: "Secrets Manager", gcp: "Secret Manager", local: "Secrets" } as const;

function cloudGroups(plan: Plan, specification: Specification): Group[] {
  const { cloud, dataDisk, machine, backup } = plan;
  const resting = restingData(plan, specification);
  const yours = resting.filter(({ value }) => value === "yours");
  const external: Group[] =
    yours.length === 0
      ? []
      : [
          {
            id: "external",
            title: "Yours, outside",
            place: "cloud",
            cards: yours.map(({ of, where, dataClass }) =>
              cloudCard(of, [where.replace("external ", "")], [dataClass]),
            ),
          },
        ];
  const onDisk = classesOf(resting.filter(({ where }) => where.includes("volume")));
  if (cloud === "local" || dataDisk === undefined || machine === undefined)
    return [
      {
        id: "disk",
        title: "On this host",
        place: "cloud",
        cards: [cloudCard("Docker volumes", [`${plan.volumes.length} volumes`, "kept on destroy"], onDisk)],
      },
      ...external,
    ];
  return [
    {
      id: "disk",
      title: "Data",
      place: "cloud",
      cards: [
        cloudCard("Data disk", [`${dataDisk.sizeGb} GB ${dataDisk.type}, own key`, "kept on destroy"], onDisk),
        cloudCard("Snapshots", [`daily, ${backup.keepDays} days`], ["user-data"]),
      ],
    },
    {
      id: "services",
      title: "By the machine's identity",
      place: "cloud",
      cards: [
        cloudCard(secretStore[cloud], [`${plan.secrets.length} secrets`], ["secret"]),
        cloudCard("Bucket", ["files of the machine"], ["configuration"]),
      ],
    },
    ...external,
  ];
}

function edgeLinks({ exposure }: Plan): Link[] {
  const secured = exposure.tls !== "none";
  const label = `${exposure.ports.join(" ")} ${secured ? "TLS" : "plain"}`;
  if (!exposure.loadBalancer) return [{ from: "people", to: "edge", label, kind: "public" }];
  return [
    { from: "people", to: "balancer", label, kind: "public" },
    { from: "balancer", to: "edge", label: "80", kind: "public" },
  ];
}

/** The load balancer, where there is one. */
export function balancerGroup({ exposure }: Pick<Plan, "exposure">): Group[] {
  if (!exposure.loadBalancer) return [];
  const card = cloudCard("Load balancer", [exposure.domain ?? "", "TLS ends here"], [], exposure.url);
  return [{ id: "balancer", title: "Cloud's edge", place: "balancer", cards: [card] }];
}

function notesOf(deployed: readonly Deployed[], specification: Specification): string[] {
  const scraped = deployed.filter(({ service }) => service.scrape !== undefined && service.scrape.length > 0);
  const traced = deployed.filter(({ service }) => service.connects.some(({ to }) => to === "otel-collector"));
  const exporters = deployed.filter(
    ({ service }) => service.family === "observability" && service.connects.some(({ port }) => port === 5432),
  );
  return [
    `prometheus scrapes ${scraped.length} services on their metrics ports and asks the internal API (3090) for its configuration`,
    ...(traced.length === 0
      ? []
      : [
          `${traced.length} services send traces to otel-collector, port 4317${specification.tracing ? ", which hands them to jaeger" : ", where they end"}`,
        ]),
    ...(exporters.length === 0 ? [] : [`${exporters.length} exporters read the databases, port 5432`]),
    "migrator changes the database schemas before the others start, then ends",
  ];
}

/** Turns a plan into what its drawing shows: groups of services, who talks to whom, what is exposed, where data rests. */
export function drawingOf(plan: Plan, specification: Specification): Drawing {
  const { cloud, exposure, machine, network, release, size } = plan;
  const deployed = deployedOf(plan);
  const proxied = deployed.some(({ service }) => service.proxied === true);
  const groups = [
    ...outsideGroups(plan, proxied),
    ...balancerGroup(plan),
    ...serviceGroups(deployed),
    ...cloudGroups(plan, specification),
  ];
  const cloudLabel: Readonly<Record<string, string>> = { disk: "volumes", services: "443", external: "outside" };
  const links: Link[] = [
    ...edgeLinks(plan),
    ...serviceLinks(deployed),
    ...(proxied
      ? [
          {
            from: machineEnd,
            to: "internet",
            label: specification.proxy === undefined ? "HTTPS, SSH" : "by proxy",
            kind: "cloud" as const,
          },
        ]
      : []),
    ...groups
      .filter(({ place }) => place === "cloud")
      .map(({ id }): Link => ({
        from: machineEnd,
        to: id,
        label: cloudLabel[id] ?? "",
        kind: id === "services" ? "cloud" : "data",
      })),
  ];
  return {
    title: `Sourcegraph ${release}, size ${size}`,
    subtitle: `${cloud === "local" ? "Docker on this host" : `${cloud} ${plan.region}`} · ${exposure.url}`,
    groups,
    links,
    machine: machine === undefined ? "Docker network" : `Machine ${machine.type} in ${plan.zone}, Docker network`,
    balancerInNetwork: cloud === "aws",
    ...(cloud !== "local" && { network: network === undefined ? "Existing network" : `Network ${network.cidr}` }),
    notes: notesOf(deployed, specification),
  };
}
