import type { WorkloadFacts } from "../workload-facts";
import {
  agentTraces,
  applicationUser,
  debugPort,
  debugProbes,
  debugServicePort,
  plainWorkload,
  podName,
} from "./common";

const temporaryFolder = [{ name: "tmpdir", emptyDir: {} }];
const temporaryMount = [{ volume: "tmpdir", path: "/tmp" }];

/** What both workers of code intelligence share. */
const codeIntelWorker = {
  ...plainWorkload,
  kind: "Deployment",
  replicas: { default: 2, scalable: true },
  strategy: { type: "RollingUpdate", maxSurge: 1, maxUnavailable: 1 },
  minReadySeconds: 10,
  volumes: temporaryFolder,
  rank: 3,
} as const satisfies Partial<WorkloadFacts>;

/** What the container of either worker may have and sees. */
const codeIntelContainer = {
  ports: [{ name: "http", number: 3188, plane: "internal" }, debugPort],
  resources: { cpu: { request: "500m", limit: "2" }, memory: { request: "2G", limit: "4G" } },
  security: applicationUser,
  mounts: temporaryMount,
} as const;

const servicePorts = [{ name: "http", port: 3188, targetPort: "http" }, debugServicePort];

/** Workers that turn uploads and code into indexes for navigation. */
export const codeIntelligenceWorkloads: readonly WorkloadFacts[] = [
  {
    ...codeIntelWorker,
    name: "precise-code-intel-worker",
    service: "precise-code-intel-worker",
    valuesKey: "preciseCodeIntel",
    component: "precise-code-intel",
    selector: { app: "precise-code-intel-worker" },
    containers: [
      {
        ...codeIntelContainer,
        name: "precise-code-intel-worker",
        service: "precise-code-intel-worker",
        valuesKey: "preciseCodeIntel",
        environment: [{ name: "NUM_WORKERS", value: "4" }, podName, ...agentTraces],
        probes: debugProbes,
      },
    ],
    services: [{ name: "precise-code-intel-worker", headless: false, ports: servicePorts, scrapePort: 6060 }],
    serviceAccount: { name: "precise-code-intel-worker", created: false },
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/precise-code-intel (labels, minReadySeconds)",
  },
  {
    ...codeIntelWorker,
    name: "syntactic-code-intel-worker",
    service: "syntactic-code-intel-worker",
    valuesKey: "syntacticCodeIntel",
    // The chart has it since 5.7.0, compose only since 6.3.0; here it goes by the chart.
    present: { since: "5.7.0" },
    optional: true,
    component: "syntactic-code-intel",
    selector: { app: "syntactic-code-intel-worker" },
    containers: [
      {
        ...codeIntelContainer,
        name: "syntactic-code-intel-worker",
        service: "syntactic-code-intel-worker",
        valuesKey: "syntacticCodeIntel",
        environment: [podName, { name: "SYNTACTIC_CODE_INTEL_WORKER_ADDR", value: ":3188" }, ...agentTraces],
        probes: {
          liveness: { action: { http: "/healthz", port: "http" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
          readiness: { action: { http: "/ready", port: "http-debug" }, periodSeconds: 5, timeoutSeconds: 5 },
        },
      },
    ],
    services: [{ name: "syntactic-code-intel-worker", headless: false, ports: servicePorts, scrapePort: 6060 }],
    serviceAccount: { name: "syntactic-code-intel-worker", created: false },
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/syntactic-code-intel (labels, minReadySeconds)",
  },
];
