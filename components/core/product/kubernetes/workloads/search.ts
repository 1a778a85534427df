import type { ContainerFacts, WorkloadFacts } from "../workload-facts";
import { agentTraces, applicationUser, debugPort, debugServicePort, plainWorkload, podName } from "./common";

/** What both containers of indexed search are told. */
const zoektEnvironment: ContainerFacts["environment"] = [
  ...agentTraces,
  { name: "OPENTELEMETRY_DISABLED", value: "false" },
];

const indexMount = [{ volume: "data", path: "/data" }];

/** Clones, unindexed and indexed search. */
export const searchWorkloads: readonly WorkloadFacts[] = [
  {
    ...plainWorkload,
    name: "gitserver",
    kind: "StatefulSet",
    service: "gitserver",
    valuesKey: "gitserver",
    component: "gitserver",
    selector: { app: "gitserver" },
    podLabels: { group: "backend", type: "gitserver" },
    replicas: { default: 1, scalable: true },
    strategy: { type: "RollingUpdate" },
    serviceName: "gitserver",
    podSecurity: { uid: 100, gid: 101, fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "gitserver",
        service: "gitserver",
        valuesKey: "gitserver",
        args: ["run"],
        ports: [{ name: "grpc", number: 3178, plane: "internal" }, debugPort],
        environment: agentTraces,
        probes: {
          startup: { action: { tcp: "grpc" }, periodSeconds: 1, failureThreshold: 120 },
          liveness: { action: { tcp: "grpc" }, initialDelaySeconds: 5, timeoutSeconds: 5 },
        },
        resources: { cpu: { request: "4", limit: "4" }, memory: { request: "8G", limit: "8G" } },
        security: applicationUser,
        mounts: [
          { volume: "tmpdir", path: "/tmp" },
          { volume: "repos", path: "/data/repos" },
        ],
      },
    ],
    volumes: [
      { name: "tmpdir", emptyDir: {} },
      { name: "repos", claimTemplate: true },
    ],
    claims: [
      {
        kind: "template",
        name: "repos",
        sizeGib: 200,
        sizedBy: "gitserver",
        holds: { service: "gitserver", target: "/data/repos" },
      },
    ],
    services: [
      {
        name: "gitserver",
        headless: true,
        ports: [{ name: "grpc", port: 3178, targetPort: "grpc" }, debugServicePort],
        scrapePort: 6060,
      },
    ],
    serviceAccount: { name: "gitserver", created: false },
    rank: 2,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/gitserver (labels)",
  },
  {
    ...plainWorkload,
    name: "searcher",
    kind: "StatefulSet",
    service: "searcher",
    valuesKey: "searcher",
    component: "searcher",
    selector: { app: "searcher" },
    replicas: { default: 1, scalable: true },
    strategy: { type: "RollingUpdate" },
    serviceName: "searcher",
    podSecurity: { uid: 100, fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "searcher",
        service: "searcher",
        valuesKey: "searcher",
        ports: [{ name: "grpc", number: 3181, plane: "internal" }, debugPort],
        environment: [
          { name: "SEARCHER_CACHE_SIZE_MB", value: { claim: "cache", mbPerGib: 900 }, before: "6.4.0" },
          { name: "SEARCHER_CACHE_SIZE_MB", value: { claim: "cache", mbPerGib: 450 }, since: "6.4.0" },
          { name: "SYMBOLS_CACHE_SIZE_MB", value: { claim: "cache", mbPerGib: 450 }, since: "6.4.0" },
          podName,
          { name: "CACHE_DIR", value: "/mnt/cache/$(POD_NAME)" },
          ...agentTraces,
        ],
        probes: {
          readiness: {
            action: { http: "/healthz", port: "grpc" },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
        },
        resources: { cpu: { request: "500m", limit: "2" }, memory: { request: "500M", limit: "2G" } },
        security: applicationUser,
        mounts: [
          { volume: "cache", path: "/mnt/cache" },
          { volume: "tmpdir", path: "/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "cache", claimTemplate: true },
      { name: "tmpdir", emptyDir: {} },
    ],
    claims: [
      {
        kind: "template",
        name: "cache",
        sizeGib: 26,
        sizedBy: "searcher",
        holds: { service: "searcher", target: "/mnt/cache" },
      },
    ],
    services: [
      {
        name: "searcher",
        headless: true,
        ports: [{ name: "grpc", port: 3181, targetPort: "grpc" }, debugServicePort],
        scrapePort: 6060,
      },
    ],
    serviceAccount: { name: "searcher", created: false },
    rank: 2,
    source:
      "deploy-sourcegraph-helm charts/sourcegraph/templates/searcher (labels); the share before v6.4.0 is that of symbols, not read from the chart",
  },
  {
    ...plainWorkload,
    name: "symbols",
    kind: "StatefulSet",
    service: "symbols",
    valuesKey: "symbols",
    present: { before: "6.4.0" },
    component: "symbols",
    selector: { app: "symbols" },
    replicas: { default: 1, scalable: true },
    strategy: { type: "RollingUpdate" },
    serviceName: "symbols",
    minReadySeconds: 10,
    podSecurity: { uid: 100, fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "symbols",
        service: "symbols",
        valuesKey: "symbols",
        ports: [{ name: "http", number: 3184, plane: "internal" }, debugPort],
        environment: [
          { name: "SYMBOLS_CACHE_SIZE_MB", value: { claim: "cache", mbPerGib: 900 } },
          podName,
          { name: "CACHE_DIR", value: "/mnt/cache/$(POD_NAME)" },
          { name: "SYMBOLS_CACHE_DIR", value: "/mnt/cache/$(POD_NAME)" },
          { name: "TMPDIR", value: "/mnt/tmp" },
          ...agentTraces,
        ],
        probes: {
          liveness: { action: { http: "/healthz", port: "http" }, initialDelaySeconds: 60, timeoutSeconds: 5 },
          readiness: { action: { http: "/healthz", port: "http" }, periodSeconds: 5, timeoutSeconds: 5 },
        },
        resources: { cpu: { request: "500m", limit: "2" }, memory: { request: "500M", limit: "2G" } },
        security: applicationUser,
        mounts: [
          { volume: "cache", path: "/mnt/cache" },
          { volume: "tmp", path: "/mnt/tmp" },
        ],
      },
    ],
    volumes: [
      { name: "cache", claimTemplate: true },
      { name: "tmp", emptyDir: {} },
    ],
    claims: [
      {
        kind: "template",
        name: "cache",
        sizeGib: 12,
        sizedBy: "symbols",
        holds: { service: "symbols", target: "/mnt/cache" },
      },
    ],
    services: [
      {
        name: "symbols",
        headless: true,
        ports: [{ name: "http", port: 3184, targetPort: "http" }, debugServicePort],
        scrapePort: 6060,
      },
    ],
    serviceAccount: { name: "symbols", created: false },
    rank: 2,
    source:
      "deploy-sourcegraph-helm charts/sourcegraph/templates/symbols and values.yaml before v6.4.0, which name the folder in either way",
  },
  {
    ...plainWorkload,
    name: "indexed-search",
    kind: "StatefulSet",
    service: "zoekt-webserver",
    valuesKey: "indexedSearch",
    component: "indexed-search",
    selector: { app: "indexed-search" },
    replicas: { default: 1, scalable: true },
    strategy: { type: "RollingUpdate" },
    serviceName: "indexed-search",
    podSecurity: { fsGroup: 101, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "zoekt-webserver",
        service: "zoekt-webserver",
        valuesKey: "indexedSearch",
        ports: [{ name: "grpc", number: 6070, plane: "internal" }],
        environment: zoektEnvironment,
        probes: {
          liveness: {
            action: { http: "/healthz", port: "grpc" },
            initialDelaySeconds: 120,
            periodSeconds: 60,
            timeoutSeconds: 5,
            failureThreshold: 10,
            range: { since: "7.2.0" },
          },
          readiness: {
            action: { http: "/healthz", port: "grpc" },
            periodSeconds: 5,
            timeoutSeconds: 5,
            failureThreshold: 3,
          },
        },
        resources: { cpu: { request: "500m", limit: "2" }, memory: { request: "2G", limit: "4G" } },
        security: applicationUser,
        mounts: indexMount,
      },
      {
        name: "zoekt-indexserver",
        service: "zoekt-indexserver",
        valuesKey: "indexedSearchIndexer",
        ports: [{ name: "grpc-indexer", number: 6072, plane: "internal" }],
        environment: zoektEnvironment,
        resources: { cpu: { request: "4", limit: "8" }, memory: { request: "4G", limit: "8G" } },
        security: applicationUser,
        mounts: indexMount,
      },
    ],
    volumes: [{ name: "data", claimTemplate: true }],
    claims: [
      {
        kind: "template",
        name: "data",
        sizeGib: 200,
        sizedBy: "zoekt-webserver",
        templateLabels: { deploy: "sourcegraph" },
        holds: { service: "zoekt-webserver", target: "/data/index" },
      },
    ],
    services: [
      {
        name: "indexed-search",
        headless: true,
        ports: [{ name: "grpc", port: 6070, targetPort: "grpc" }],
        scrapePort: 6070,
      },
      {
        name: "indexed-search-indexer",
        headless: true,
        ports: [{ name: "grpc-indexer", port: 6072, targetPort: "grpc-indexer" }],
        scrapePort: 6072,
      },
    ],
    serviceAccount: { name: "indexed-search", created: false },
    rank: 2,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/indexed-search (labels)",
  },
];
