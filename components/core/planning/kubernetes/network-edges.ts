import type { ServiceName } from "../../product/service";
import { serviceNamed } from "../../product/services";
import { containerPort } from "../../product/kubernetes/workloads";
import type { KubernetesContext } from "./context";
import type { NetworkSubject } from "./network-policy";
import type { PlannedWorkload } from "./workload";

/** A connection between pods of the namespace that the product needs. */
export interface NetworkEdge {
  readonly from: NetworkSubject;
  /** Workload that is connected to. */
  readonly to: string;
  /** Port of its pods. */
  readonly port: number;
  /** Why, in the user's words. */
  readonly reason: string;
}

const reasons = {
  product: "the product's own services",
  traces: "traces",
  scrape: "metrics",
  debug: "debug page of the site admin",
  jobs: "jobs of the executors' queues",
  migrator: "migration of the databases",
} as const;

/** Services a workload's pods run. */
export function servicesIn({ initContainers, containers }: PlannedWorkload): ServiceName[] {
  return [...initContainers, ...containers].flatMap(({ service }) => service ?? []);
}

/** The workload whose pods serve a service; the frontends serve the internal API too. */
function serverOf(service: ServiceName, workloads: readonly PlannedWorkload[]): PlannedWorkload | undefined {
  const wanted = service === "sourcegraph-frontend-internal" ? "sourcegraph-frontend" : service;
  return workloads.find((workload) => servicesIn(workload).includes(wanted));
}

/** What the catalogue says a service connects to, as far as it is deployed. */
function catalogueEdges(
  from: NetworkSubject,
  service: ServiceName,
  workloads: readonly PlannedWorkload[],
  reason: string,
): NetworkEdge[] {
  return serviceNamed(service).connects.flatMap(({ to, port }) => {
    const server = serverOf(to, workloads);
    if (server === undefined) return [];
    // Two containers of one pod meet at localhost, which no policy sees.
    const samePod = "workload" in from && from.workload === server.name && servicesIn(server).includes(to);
    return samePod ? [] : [{ from, to: server.name, port: containerPort(to, port), reason }];
  });
}

/** Ports of a workload's pods that Prometheus scrapes: by the annotations of its Services and pods, and by the catalogue. */
export function scrapedPorts(workload: PlannedWorkload): number[] {
  const annotated = [workload.podScrapePort, ...workload.services.map(({ scrapePort }) => scrapePort)];
  const listed = servicesIn(workload).flatMap((service) =>
    (serviceNamed(service).scrape ?? []).map(({ port }) => containerPort(service, port)),
  );
  return [...new Set([...annotated.filter((port) => port !== undefined), ...listed])];
}

/** The frontends list what can be debugged only where they may look up the pods. */
function debugEdges(workloads: readonly PlannedWorkload[]): NetworkEdge[] {
  const frontend = serverOf("sourcegraph-frontend", workloads);
  if (frontend?.rights === undefined) return [];
  return workloads.flatMap((workload) =>
    servicesIn(workload).flatMap((service) => {
      const { debug } = serviceNamed(service);
      if (debug === undefined) return [];
      const port = containerPort(service, debug.port);
      return [{ from: { workload: frontend.name }, to: workload.name, port, reason: reasons.debug }];
    }),
  );
}

/** Traces go to the agent of the pod's own node where there is one, and from there to the collector. */
function traceEdges(workloads: readonly PlannedWorkload[]): NetworkEdge[] {
  const agent = workloads.find(({ name }) => name === "otel-agent");
  const collector = serverOf("otel-collector", workloads);
  if (agent === undefined) return [];
  const edge = (from: PlannedWorkload, to: PlannedWorkload): NetworkEdge => ({
    from: { workload: from.name },
    to: to.name,
    port: 4317,
    reason: reasons.traces,
  });
  return [
    ...workloads.filter(sendsTraces).map((workload) => edge(workload, agent)),
    ...(collector === undefined ? [] : [edge(agent, collector)]),
  ];
}

/** Whether a workload's pods send traces. */
export function sendsTraces(workload: PlannedWorkload): boolean {
  return servicesIn(workload).some((service) => serviceNamed(service).traced === true);
}

/** Whether a workload is one of executors. */
export function runsJobs({ component }: PlannedWorkload): boolean {
  return component === "executor";
}

/**
 * Every connection between pods of the namespace that the product needs: what the catalogue says connects, the way of
 * traces, metrics, the debug page, executors, and the migrator.
 */
export function connections(
  { specification }: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): NetworkEdge[] {
  const frontend = serverOf("sourcegraph-frontend", workloads);
  const prometheus = serverOf("prometheus", workloads);
  const jobs: NetworkSubject[] = [
    ...workloads.filter(runsJobs).map(({ name }) => ({ workload: name })),
    ...(specification.kubernetes.executors?.kind === "kubernetes" ? [{ jobs: "executor-jobs" } as const] : []),
  ];
  return [
    ...workloads.flatMap((workload) =>
      servicesIn(workload).flatMap((service) =>
        catalogueEdges({ workload: workload.name }, service, workloads, reasons.product),
      ),
    ),
    ...traceEdges(workloads),
    ...workloads
      .filter(({ name }) => prometheus !== undefined && name !== prometheus.name)
      .flatMap((workload) =>
        scrapedPorts(workload).map((port) => ({
          from: { workload: prometheus?.name ?? "" },
          to: workload.name,
          port,
          reason: reasons.scrape,
        })),
      ),
    ...debugEdges(workloads),
    ...(frontend === undefined
      ? []
      : jobs.map((from) => ({ from, to: frontend.name, port: 3080, reason: reasons.jobs }))),
    ...catalogueEdges({ jobs: "migrator" }, "migrator", workloads, reasons.migrator),
  ];
}
