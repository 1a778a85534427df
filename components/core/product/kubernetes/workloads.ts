import type { ServiceName } from "../service";
import { holdsIn } from "../services";
import type { WorkloadFacts } from "./workload-facts";
import { codeIntelligenceWorkloads } from "./workloads/code-intelligence";
import { codeHostWorkloads } from "./workloads/code-host";
import { databaseWorkloads } from "./workloads/databases";
import { frontendWorkloads } from "./workloads/frontend";
import { nodeAgentWorkloads } from "./workloads/node-agents";
import { observabilityWorkloads } from "./workloads/observability";
import { searchWorkloads } from "./workloads/search";
import { storeWorkloads } from "./workloads/stores";

/**
 * Every Deployment, StatefulSet and DaemonSet of the vendor's chart, one entry each. Facts are those of
 * deploy-sourcegraph-helm at v7.5.4453 rendered with default values; v7.6.0 differs in versions and pins only.
 */
export const kubernetesWorkloads: readonly WorkloadFacts[] = [
  ...frontendWorkloads,
  ...searchWorkloads,
  ...codeIntelligenceWorkloads,
  ...databaseWorkloads,
  ...storeWorkloads,
  ...observabilityWorkloads,
  ...nodeAgentWorkloads,
  ...codeHostWorkloads,
];

/** The workloads the chart of a release has, the optional ones too. */
export function workloadsOf(release: string): readonly WorkloadFacts[] {
  return kubernetesWorkloads.filter(({ present = {} }) => holdsIn(present, release));
}

/** The workload of this name. */
export function workloadNamed(name: string): WorkloadFacts {
  const workload = kubernetesWorkloads.find((candidate) => candidate.name === name);
  if (workload === undefined) throw new Error(`no workload '${name}' in the chart`);
  return workload;
}

/** Compose runs the internal API as a container of its own; in Kubernetes the pods of the frontend serve it. */
const servedByFrontend: ServiceName = "sourcegraph-frontend-internal";

/** The workload whose pods run a service; undefined for the edge, which only compose has. */
export function workloadOf(service: ServiceName): WorkloadFacts | undefined {
  const wanted = service === servedByFrontend ? "sourcegraph-frontend" : service;
  return kubernetesWorkloads.find(({ initContainers, containers }) =>
    [...initContainers, ...containers].some((container) => container.service === wanted),
  );
}

/** Where a service is reached from a pod of the same namespace. */
export interface KubernetesAddress {
  /** Host name, without the namespace. */
  readonly host: string;
  /** Port of the Service object; of a headless one it is the port of the pod. */
  readonly port: number;
}

/** Catalogue ports that a container has under another number in the chart. */
const renumberedPorts: Partial<Record<ServiceName, Readonly<Record<number, number>>>> = {
  "syntactic-code-intel-worker": { 3288: 3188 },
};

/**
 * Where a service of the catalogue is reached in Kubernetes: `gitserver-0.gitserver` at 3178 for instance 0 of
 * gitserver, `prometheus` at 30090 for its port 9090.
 *
 * @param service the service of the catalogue
 * @param port its port as the catalogue says it
 * @param ordinal the instance of a service with a headless Service object; absent for all of them together
 */
export function kubernetesAddress(service: ServiceName, port: number, ordinal?: number): KubernetesAddress {
  const workload = workloadOf(service);
  const number = containerPort(service, port);
  const name = workload?.containers.flatMap(({ ports }) => ports).find((each) => each.number === number)?.name;
  const leads = ({ targetPort }: { readonly targetPort: string }) => targetPort === name;
  const object = workload?.services.find(({ ports }) => ports.some(leads));
  const servicePort = object?.ports.find(leads)?.port;
  if (workload === undefined || object === undefined || servicePort === undefined)
    throw new Error(`no Service of the chart leads to ${service}:${port}`);
  return {
    host: object.headless && ordinal !== undefined ? `${workload.name}-${ordinal}.${object.name}` : object.name,
    port: servicePort,
  };
}

/** Number a port of the catalogue has on the container in Kubernetes: the same but for the syntactic worker's. */
export function containerPort(service: ServiceName, port: number): number {
  return renumberedPorts[service]?.[port] ?? port;
}
