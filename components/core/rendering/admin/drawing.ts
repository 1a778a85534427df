import type { AdminPlan, PlannedAdminListener, PlannedAdminService } from "../../planning/admin/admin-plan";
import type { DataClass } from "../../product/service";
import type { ListenerPlane, StoredClass } from "../../rules/facts";
import { machineEnd, type Card, type Drawing, type Group, type Link } from "../drawing/drawing";

const planeTitles = {
  machine: "Machines",
  "end-user": "People",
  human: "Employees",
} as const;

type OuterPlane = keyof typeof planeTitles;

const outerPlanes: readonly OuterPlane[] = ["machine", "end-user", "human"];

const card = (name: string, lines: readonly string[], hint = name, data: readonly DataClass[] = []): Card => ({
  name,
  count: 1,
  lines,
  data,
  hint,
});

/** Classes that a drawing has a colour for. */
const drawn = (classes: readonly StoredClass[]): DataClass[] =>
  classes.flatMap((each) => (each === "public-code" ? [] : [each]));

function listenersOf(services: readonly PlannedAdminService[], plane: ListenerPlane): PlannedAdminListener[] {
  return services.flatMap(({ listeners }) => listeners.filter((each) => each.plane === plane));
}

const words: Readonly<Record<OuterPlane, (plan: AdminPlan) => string[]>> = {
  machine: ({ calls, zone }) => {
    const callers = calls
      .filter(({ fromZone }) => fromZone !== zone)
      .map(({ from, fromZone }) => `${fromZone}/${from}`);
    return [...new Set(callers)].slice(0, 4);
  },
  "end-user": () => ["with an account"],
  human: ({ employees }) =>
    employees.oidc === undefined ? employees.groups.slice(0, 3) : ["by the company's sign-in"],
};

function outside(plan: AdminPlan, planes: readonly OuterPlane[]): Group[] {
  return planes.map((plane) => ({
    id: `from-${plane}`,
    title: planeTitles[plane],
    place: "outside",
    cards: [card(planeTitles[plane], words[plane](plan), `${planeTitles[plane]} outside of the stack`)],
  }));
}

function balancers({ services }: AdminPlan, planes: readonly OuterPlane[]): Group[] {
  return planes.map((plane) => ({
    id: `at-${plane}`,
    title: `${planeTitles[plane]}: ${plane === "human" ? "sign-in" : "web firewall"}`,
    place: "balancer",
    cards: listenersOf(services, plane).map(({ host, paths, admits }) =>
      card(host.split(".")[0] ?? host, [paths.length === 1 ? "1 path" : `${paths.length} paths`], `${host}: ${admits}`),
    ),
  }));
}

function stores({ services }: AdminPlan): Group[] {
  const cards = services.flatMap(({ name, stores: kept }) =>
    kept.map(({ name: store, kind, why, dataClasses, resource }) =>
      card(`${name} ${store}`, [kind], `${resource}: ${why}`, drawn(dataClasses)),
    ),
  );
  return cards.length === 0 ? [] : [{ id: "stores", title: "Stores, a key for each class", place: "stores", cards }];
}

function elsewhere({ calls, zone, network }: AdminPlan): Group[] {
  const called = [...new Set(calls.flatMap(({ to, toZone }) => (toZone === zone ? [] : [`${toZone}/${to}`])))];
  const { allowedHosts } = network;
  return [
    ...(called.length === 0
      ? []
      : [
          {
            id: "zones",
            title: "Other zones",
            place: "cloud" as const,
            cards: called.map((name) => card(name, ["introspection"])),
          },
        ]),
    ...(allowedHosts.length === 0
      ? []
      : [
          {
            id: "hosts",
            title: "Hosts that may be reached",
            place: "cloud" as const,
            cards: [card("Allow-list", allowedHosts.slice(0, 6), allowedHosts.join(", "))],
          },
        ]),
  ];
}

/** Turns a plan of support services into what its drawing shows. */
export function adminDrawingOf(plan: AdminPlan): Drawing {
  const { services, zone, cloud, region, domain, network, keys, calls } = plan;
  const planes = outerPlanes.filter((plane) => listenersOf(services, plane).length > 0);
  const application: Group = {
    id: "application",
    title: "Services",
    place: "application",
    cards: services.map(({ name, purpose, container, instances }) =>
      card(
        name,
        [`${container.protocol} ${container.port}`, `${instances.minimum} to ${instances.maximum} instances`],
        `${name}: ${purpose}`,
      ),
    ),
  };
  const kept = stores(plan);
  const away = elsewhere(plan);
  const inside = calls.filter(({ fromZone, toZone }) => fromZone === zone && toZone === zone);
  const links: Link[] = [
    ...planes.flatMap((plane): Link[] => [
      { from: `from-${plane}`, to: `at-${plane}`, label: "443 TLS", kind: "public" },
      { from: `at-${plane}`, to: "application", label: "9992", kind: "public" },
    ]),
    ...(kept.length === 0 ? [] : [{ from: "application", to: "stores", label: "5432 6379", kind: "data" as const }]),
    ...away.map(({ id }): Link => ({ from: machineEnd, to: id, label: "443", kind: "cloud" })),
  ];
  return {
    title: `Support services of zone ${zone}`,
    subtitle: `${cloud === "aws" ? "AWS" : "Google Cloud"} ${region} · ${domain}`,
    groups: [...outside(plan, planes), ...balancers(plan, planes), application, ...kept, ...away],
    links,
    machine: `Zone ${zone}, an identity for every service`,
    balancerInNetwork: cloud === "aws",
    network: `Network ${network.cidr}, everything else refused both ways`,
    notes: [
      ...inside.map(({ from, to }) => `${from} calls ${to} inside the network`),
      `${keys.length} keys; logs are kept ${plan.logs.retentionDays} days under one of them`,
    ],
  };
}
