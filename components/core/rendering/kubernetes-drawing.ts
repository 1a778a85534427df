import type { Specification } from "../planning/config/specification";
import type { KubernetesPlan } from "../planning/kubernetes/kubernetes-plan";
import type { PlannedWorkload } from "../planning/kubernetes/workload";
import { workloadOf } from "../product/kubernetes/workloads";
import type { Service } from "../product/service";
import { serviceNamed } from "../product/services";
import {
  balancerGroup,
  classesOf,
  cloudCard,
  machineEnd,
  outsideGroups,
  placeOfFamily,
  type Card,
  type Drawing,
  type Group,
  type Link,
} from "./drawing/drawing";
import { kubernetesRestingData } from "./kubernetes-data-at-rest";

/** Services of the catalogue that run in the pods of a workload; the first decides where it stands. */
function servicesIn({ containers }: PlannedWorkload): Service[] {
  return containers.flatMap(({ service }) => (service === undefined ? [] : [serviceNamed(service)]));
}

const agents = { id: "observability", title: "Observability", place: "observability" } as const;

function placeOf(workload: PlannedWorkload) {
  const [first] = servicesIn(workload);
  return first === undefined ? agents : placeOfFamily[first.family];
}

function workloadCard(workload: PlannedWorkload): Card {
  const { name, kind, replicas, claims, containers } = workload;
  const ports = containers.flatMap((container) => container.ports.filter(({ plane }) => plane !== "metrics"));
  const [claim] = claims;
  const roles = servicesIn(workload).map(({ role }) => role);
  return {
    name,
    count: replicas ?? 1,
    lines: [
      ...(kind === "DaemonSet" ? ["one a node"] : []),
      ...(ports.length === 0 ? [] : [`port ${[...new Set(ports.map(({ number }) => number))].join(", ")}`]),
      ...(claim === undefined ? [] : [`${claim.sizeGib} GiB${(replicas ?? 1) > 1 ? " each" : ""}`]),
    ],
    data: classesOf(
      claims.map(({ dataClass, value }) => ({ of: name, dataClass, value, where: "", kept: "", backedUp: "" })),
    ),
    hint: roles.length === 0 ? name : `${name}: ${roles.join("; ")}`,
  };
}

function workloadGroups(workloads: readonly PlannedWorkload[]): Group[] {
  const groups = new Map<string, Group & { readonly cards: Card[] }>();
  for (const workload of workloads) {
    const at = placeOf(workload);
    if (at === undefined) continue;
    const group = groups.get(at.id) ?? { ...at, cards: [] };
    group.cards.push(workloadCard(workload));
    groups.set(at.id, group);
  }
  return [...groups.values()];
}

/** Links between groups out of those between services, ports ascending. */
function workloadLinks(workloads: readonly PlannedWorkload[]): Link[] {
  const ports = new Map<string, Set<number>>();
  for (const workload of workloads)
    for (const { connects } of servicesIn(workload))
      for (const { to, port } of connects) {
        const target = workloads.find(({ name }) => name === workloadOf(to)?.name);
        const [from, into] = [placeOf(workload)?.id, target === undefined ? undefined : placeOf(target)?.id];
        // Traces go to the collector from nearly everywhere: a note says so.
        if (
          from === undefined ||
          into === undefined ||
          from === into ||
          from === "observability" ||
          to === "otel-collector"
        )
          continue;
        const key = `${from} ${into}`;
        ports.set(key, (ports.get(key) ?? new Set()).add(port));
      }
  return [...ports].map(([key, numbers]) => {
    const [from = "", to = ""] = key.split(" ");
    const label = [...numbers].sort((a, b) => a - b).join(" ");
    return { from, to, label, kind: to === "stores" ? "data" : "internal" };
  });
}

function cloudGroups(plan: KubernetesPlan, specification: Specification): Group[] {
  const resting = kubernetesRestingData(plan, specification);
  const isClaim = (where: string) => where.startsWith("claim ");
  const services = resting.filter(
    ({ where, value, dataClass }) => !isClaim(where) && value !== "yours" && dataClass !== "secret",
  );
  const yours = resting.filter(({ value }) => value === "yours");
  const claims = plan.workloads.flatMap((workload) => workload.claims);
  const volumes = claims.reduce((sum, { objects }) => sum + objects.length, 0);
  const gib = claims.reduce((sum, { objects, sizeGib }) => sum + objects.length * sizeGib, 0);
  return [
    ...(volumes === 0
      ? []
      : [
          {
            id: "disk",
            title: "Data",
            place: "cloud" as const,
            cards: [
              cloudCard(
                "Persistent volumes",
                [`${volumes}, ${gib.toLocaleString("en-US")} GiB`, "kept on destroy, but for caches"],
                classesOf(resting.filter(({ where }) => isClaim(where))),
              ),
            ],
          },
        ]),
    ...(services.length === 0
      ? []
      : [
          {
            id: "services",
            title: "Services of the cloud",
            place: "cloud" as const,
            cards: services.map(({ of, where, dataClass }) => cloudCard(of, [where], [dataClass])),
          },
        ]),
    ...(yours.length === 0
      ? []
      : [
          {
            id: "external",
            title: "Yours, outside",
            place: "cloud" as const,
            cards: yours.map(({ of, where, dataClass }) =>
              cloudCard(of, [where.replace("external ", "")], [dataClass]),
            ),
          },
        ]),
  ];
}

/** Turns a plan for Kubernetes into what its drawing shows. */
export function kubernetesDrawingOf(plan: KubernetesPlan, specification: Specification): Drawing {
  const { cloud, exposure, cluster, namespace, release, size, workloads } = plan;
  const groups = [
    ...outsideGroups(plan, true),
    ...balancerGroup(plan),
    ...workloadGroups(workloads),
    ...cloudGroups(plan, specification),
  ];
  const label = `${exposure.ports.join(" ")} ${exposure.ports.includes(443) ? "TLS" : "plain"}`;
  const front = exposure.loadBalancer ? "balancer" : "people";
  const cloudLabel: Readonly<Record<string, string>> = { disk: "volumes", services: "private", external: "outside" };
  const links: Link[] = [
    ...(exposure.loadBalancer ? [{ from: "people", to: "balancer", label, kind: "public" as const }] : []),
    ...(workloads.length === 0
      ? []
      : [{ from: front, to: "application", label: exposure.loadBalancer ? "3080" : label, kind: "public" as const }]),
    ...workloadLinks(workloads),
    {
      from: machineEnd,
      to: "internet",
      label: specification.proxy === undefined ? "HTTPS, SSH" : "by proxy",
      kind: "cloud",
    },
    ...groups
      .filter(({ place }) => place === "cloud")
      .map(({ id }): Link => ({ from: machineEnd, to: id, label: cloudLabel[id] ?? "", kind: "data" })),
  ];
  const where = { aws: "EKS", gcp: "GKE", existing: "an existing cluster" }[cloud];
  return {
    title: `Sourcegraph ${release}, size ${size}`,
    subtitle: `${where}${cloud === "existing" ? "" : ` ${plan.region}`} · ${exposure.url}`,
    groups,
    links,
    machine: `Namespace ${namespace.name}${cluster === undefined ? "" : ` on ${cluster.nodeGroups.reduce((sum, { nodes }) => sum + nodes.initial, 0)} nodes`}, ${plan.networkPolicies.length === 0 ? "no network policies" : "everything else refused"}`,
    balancerInNetwork: cloud === "aws",
    ...(cloud !== "existing" && {
      network: cluster?.network === undefined ? "Network of the cluster" : `Network ${cluster.network.cidr}`,
    }),
    notes: [
      "traces go to the collector of the namespace, metrics are scraped by prometheus",
      "migrator changes the database schemas before the frontends of a new release start",
    ],
  };
}
