import type { MultiTenantPlan, PlannedCell } from "../../planning/multi-tenant/multi-tenant-plan";
import { cloudCard, machineEnd, type Card, type Drawing, type Group, type Link } from "../drawing/drawing";

const tenancies = { pooled: "many tenants", dedicated: "one tenant", byok: "one tenant, its own keys" } as const;

function cellCard({ name, tenancy, state, account, region, limits, plan, release }: PlannedCell): Card {
  return {
    name,
    count: 1,
    lines: [
      `${tenancies[tenancy]}, ${state}`,
      `${account.id}, ${region}`,
      ...(tenancy === "pooled" ? [`up to ${limits.targetMaxTenants} tenants`] : []),
      `${release}, size ${plan.size}`,
    ],
    data: ["user-data", "identity", "secret"],
    hint: `${name}: a whole deployment in an account of its own`,
  };
}

function cellGroups(cells: readonly PlannedCell[]): Group[] {
  return [
    {
      id: "cells",
      title: "Cells, which share nothing",
      place: "application",
      cards: cells.map(cellCard),
    },
  ];
}

function storesOf(cells: readonly PlannedCell[]): Group[] {
  const [first] = cells;
  if (first === undefined) return [];
  const { databases, caches, bucket } = first.plan.managed;
  return [
    {
      id: "stores",
      title: "In each cell",
      place: "stores",
      cards: [
        cloudCard(`${databases.length} databases`, ["rows filtered by tenant"], ["user-data", "identity", "secret"]),
        cloudCard(`${caches.length} caches`, ["keys by tenant"], ["user-data", "identity"]),
        ...(bucket === undefined ? [] : [cloudCard("bucket", ["objects by tenant"], ["user-data"])]),
        cloudCard("disks", ["git, index"], ["user-data"]),
        cloudCard(`${first.keys.length} keys`, ["of the cell alone"], []),
      ],
    },
  ];
}

/** Turns the plan of the multi-tenant backend into what its drawing shows. */
export function multiTenantDrawingOf(plan: MultiTenantPlan): Drawing {
  const { environment, cells, tenants, name, stage, cloud } = plan;
  const { edge, placement, logs, images, executors, names } = environment;
  const hosts = new Map(cells.flatMap(({ egress }) => egress.map((each) => [each.host, each] as const)));
  const ours = [...hosts.values()].filter(({ callee }) => callee !== undefined);
  const groups: Group[] = [
    {
      id: "people",
      title: "People",
      place: "outside",
      cards: [
        cloudCard("people of tenants", [names.wildcard, ...names.customNames], []),
        ...tenants.map(({ name: tenant, tier, cell }) => cloudCard(tenant, [tier, `in ${cell}`], [])),
      ],
    },
    {
      id: "edge",
      title: "Edge",
      place: "edge",
      cards: [
        cloudCard(edge.kind.replaceAll("-", " "), ["web firewall, rate limit", "host name to cell"], ["configuration"]),
      ],
    },
    ...cellGroups(cells),
    ...storesOf(cells),
    {
      id: "environment",
      title: "Of the environment",
      place: "cloud",
      cards: [
        cloudCard(placement.name, ["tenant to cell", "no people"], ["configuration"]),
        cloudCard(logs.name, ["cells write, none reads", `${logs.retentionDays} days`], ["operational"]),
        cloudCard(images.name, ["by digest"], ["configuration"]),
      ],
    },
    {
      id: "services",
      title: "Services that cells call",
      place: "cloud",
      cards: ours.map(({ host, callee, reason }) =>
        cloudCard((callee?.service ?? host).replace(/^.*\//, ""), [host], [], reason),
      ),
    },
    ...(executors === undefined
      ? []
      : [
          {
            id: "executors",
            title: "Executors",
            place: "cloud" as const,
            cards: [cloudCard("code of tenants", [executors.account.id, "no way into a cell"], [])],
          },
        ]),
  ];
  const links: Link[] = [
    { from: "people", to: "edge", label: "443 TLS", kind: "public" },
    { from: "edge", to: "cells", label: "by host", kind: "public" },
    { from: "cells", to: "stores", label: "private", kind: "data" },
    { from: machineEnd, to: "environment", label: "writes", kind: "cloud" },
    { from: machineEnd, to: "services", label: "tokens", kind: "cloud" },
  ];
  return {
    title: `Multi-tenant backend ${name}, ${stage}`,
    subtitle: `${cloud === "aws" ? "AWS" : "Google Cloud"} · ${names.wildcard}`,
    groups,
    links,
    machine: `Accounts of ${cells.length} cells`,
    balancerInNetwork: false,
    notes: [
      "each cell has an account, network, cluster, keys, identities and a client of its own",
      "code hosts that cells read from: github.com, gitlab.com, bitbucket.org",
      ...(executors === undefined ? [] : ["executors reach the public address of tenants, through the edge"]),
    ],
  };
}
