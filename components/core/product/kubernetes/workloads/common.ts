import type { ContainerFacts, ContainerSecurityFacts, PodVariable, WorkloadFacts } from "../workload-facts";

/** Where traces go: to the agent of the pod's own node. The first variable must stand before the second. */
export const agentTraces: readonly PodVariable[] = [
  { name: "OTEL_AGENT_HOST", value: { field: "status.hostIP" } },
  { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: "http://$(OTEL_AGENT_HOST):4317" },
];

/** Name of the pod, for what it writes under a name of its own. */
export const podName: PodVariable = { name: "POD_NAME", value: { field: "metadata.name" } };

/** Who the vendor's own programs run as. */
export const applicationUser: ContainerSecurityFacts = {
  uid: 100,
  gid: 101,
  readOnlyRoot: true,
  allowPrivilegeEscalation: false,
};

/** The port of metrics and debugging that most of the vendor's programs have. */
export const debugPort = { name: "http-debug", number: 6060, plane: "metrics" } as const;

/** The same port on a Service. */
export const debugServicePort = { name: "http-debug", port: 6060, targetPort: "http-debug" } as const;

/** Alive and ready by the port of debugging. */
export const debugProbes: ContainerFacts["probes"] = {
  liveness: { action: { http: "/healthz", port: "http-debug" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
  readiness: { action: { http: "/ready", port: "http-debug" }, periodSeconds: 5, timeoutSeconds: 5 },
};

/** What every workload has unless it says otherwise: selected within its instance, able to run restricted, no volumes. */
export const plainWorkload = {
  selectsInstance: true,
  podSecurityLevel: "restricted",
  initContainers: [],
  volumes: [],
  claims: [],
} as const satisfies Partial<WorkloadFacts>;
