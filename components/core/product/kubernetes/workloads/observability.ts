import type { WorkloadFacts } from "../workload-facts";
import { applicationUser, plainWorkload } from "./common";

/** Every program of the collector: where it says that it is well. */
const collectorProbes = {
  liveness: { action: { http: "/", port: 13133 } },
  readiness: { action: { http: "/", port: 13133 } },
};

const collectorUser = { uid: 100, gid: 101, allowPrivilegeEscalation: false };

const configurationMode = 0o777;

/** Metrics, dashboards and traces that serve the whole deployment; those of each node are in node-agents. */
export const observabilityWorkloads: readonly WorkloadFacts[] = [
  {
    ...plainWorkload,
    name: "prometheus",
    kind: "Deployment",
    service: "prometheus",
    valuesKey: "prometheus",
    component: "prometheus",
    selector: { app: "prometheus" },
    replicas: { default: 1, scalable: false },
    strategy: { type: "Recreate" },
    minReadySeconds: 10,
    podSecurity: { fsGroup: 100, fsGroupOnRootMismatch: true },
    terminationGraceSeconds: 120,
    containers: [
      {
        name: "prometheus",
        service: "prometheus",
        valuesKey: "prometheus",
        ports: [{ name: "http", number: 9090, plane: "metrics" }],
        environment: [],
        probes: {
          readiness: {
            action: { http: "/-/ready", port: "http" },
            periodSeconds: 5,
            timeoutSeconds: 3,
            failureThreshold: 120,
          },
        },
        resources: { cpu: { request: "500m", limit: "2" }, memory: { request: "6G", limit: "6G" } },
        security: { uid: 100, gid: 100, readOnlyRoot: false, allowPrivilegeEscalation: false },
        mounts: [
          { volume: "data", path: "/prometheus" },
          { volume: "config", path: "/sg_prometheus_add_ons" },
        ],
      },
    ],
    volumes: [
      { name: "data", claim: "prometheus" },
      { name: "config", configMap: "prometheus", mode: configurationMode },
    ],
    claims: [
      {
        kind: "claim",
        name: "prometheus",
        sizeGib: 200,
        sizedBy: "prometheus",
        holds: { service: "prometheus", target: "/prometheus" },
      },
    ],
    services: [{ name: "prometheus", headless: false, ports: [{ name: "http", port: 30090, targetPort: "http" }] }],
    serviceAccount: { name: "prometheus", created: true },
    rights: {
      name: "prometheus",
      clusterWide: true,
      rules: [
        {
          apiGroups: [""],
          resources: ["endpoints", "namespaces", "nodes", "nodes/metrics", "nodes/proxy", "pods", "services"],
          verbs: ["get", "list", "watch"],
        },
        { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] },
        { nonResourceURLs: ["/metrics"], verbs: ["get"] },
      ],
      without: "metrics of nodes and of other namespaces; targets in the namespace must be listed in the configuration",
    },
    rank: 4,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/prometheus (labels, minReadySeconds)",
  },
  {
    ...plainWorkload,
    name: "grafana",
    kind: "StatefulSet",
    service: "grafana",
    valuesKey: "grafana",
    component: "grafana",
    selector: { app: "grafana" },
    selectsInstance: false,
    replicas: { default: 1, scalable: false },
    strategy: { type: "RollingUpdate" },
    serviceName: "grafana",
    podSecurity: { uid: 472, gid: 472, fsGroup: 472, fsGroupOnRootMismatch: true },
    containers: [
      {
        name: "grafana",
        service: "grafana",
        valuesKey: "grafana",
        ports: [{ name: "http", number: 3370, plane: "internal" }],
        environment: [
          { name: "GRAFANA_PGSQL_DATABASE", value: { secret: "grafana-auth", key: "database" } },
          { name: "GRAFANA_PGSQL_HOST", value: { secret: "grafana-auth", key: "host" } },
          { name: "GRAFANA_PGSQL_PASSWORD", value: { secret: "grafana-auth", key: "password" } },
          { name: "GRAFANA_PGSQL_PORT", value: { secret: "grafana-auth", key: "port" } },
          { name: "GRAFANA_PGSQL_USER", value: { secret: "grafana-auth", key: "user" } },
          { name: "GRAFANA_PGSQL_SSLMODE", value: { secret: "grafana-auth", key: "sslmode" } },
        ],
        resources: { cpu: { request: "100m", limit: "1" }, memory: { request: "512Mi", limit: "512Mi" } },
        security: { uid: 472, gid: 472, readOnlyRoot: true, allowPrivilegeEscalation: false },
        mounts: [
          { volume: "grafana-data", path: "/var/lib/grafana" },
          { volume: "config", path: "/sg_config_grafana/provisioning/datasources" },
        ],
      },
    ],
    volumes: [
      { name: "grafana-data", claimTemplate: true },
      { name: "config", configMap: "grafana", mode: configurationMode },
    ],
    claims: [
      {
        kind: "template",
        name: "grafana-data",
        sizeGib: 2,
        sizedBy: "grafana",
        holds: { service: "grafana", target: "/var/lib/grafana" },
      },
    ],
    services: [{ name: "grafana", headless: false, ports: [{ name: "http", port: 30070, targetPort: "http" }] }],
    serviceAccount: { name: "grafana", created: true },
    rank: 4,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/grafana (labels)",
  },
  {
    ...plainWorkload,
    name: "otel-collector",
    kind: "Deployment",
    service: "otel-collector",
    valuesKey: "openTelemetry.gateway",
    component: "otel-collector",
    selector: { app: "otel-collector" },
    replicas: { default: 1, scalable: false },
    minReadySeconds: 5,
    terminationGraceSeconds: 120,
    containers: [
      {
        name: "otel-collector",
        service: "otel-collector",
        valuesKey: "openTelemetry.gateway",
        command: ["/bin/otelcol-sourcegraph", "--config=/etc/otel-collector/configs/logging.yaml"],
        ports: [
          { name: "grpc-otlp", number: 4317, plane: "internal" },
          { name: "http-otlp", number: 4318, plane: "internal" },
          { name: "http-metrics", number: 8888, plane: "metrics" },
          { name: "http-zpages", number: 55679, plane: "metrics" },
        ],
        environment: [],
        probes: collectorProbes,
        resources: { cpu: { request: "1", limit: "3" }, memory: { request: "1Gi", limit: "3Gi" } },
        security: collectorUser,
        mounts: [],
      },
    ],
    services: [
      {
        name: "otel-collector",
        headless: false,
        ports: [
          { name: "grpc-otlp", port: 4317, targetPort: "grpc-otlp" },
          { name: "http-otlp", port: 4318, targetPort: "http-otlp" },
          { name: "http-metrics", port: 8888, targetPort: "http-metrics" },
        ],
        scrapePort: 8888,
      },
    ],
    serviceAccount: { name: "otel-collector", created: false },
    rank: 4,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/otel-collector (labels, minReadySeconds)",
  },
  {
    ...plainWorkload,
    name: "jaeger",
    kind: "Deployment",
    service: "jaeger",
    valuesKey: "jaeger",
    // Earlier charts run Jaeger 1, with other arguments and ports.
    present: { since: "7.1.0" },
    optional: true,
    component: "all-in-one",
    selector: { "app.kubernetes.io/name": "jaeger", "app.kubernetes.io/component": "all-in-one", app: "jaeger" },
    selectsInstance: false,
    podScrapePort: 16686,
    replicas: { default: 1, scalable: true },
    strategy: { type: "Recreate" },
    containers: [
      {
        name: "jaeger",
        service: "jaeger",
        valuesKey: "jaeger",
        args: ["--config=/etc/jaeger/jaeger-config.yaml"],
        ports: [
          { name: "http-sampling", number: 5778, plane: "internal" },
          { name: "http", number: 16686, plane: "internal" },
          { name: "grpc-otlp", number: 4317, plane: "internal" },
          { name: "http-otlp", number: 4318, plane: "internal" },
          { name: "health", number: 13133, plane: "metrics" },
        ],
        environment: [],
        probes: { readiness: { action: { http: "/status", port: 13133 }, initialDelaySeconds: 5 } },
        resources: { cpu: { request: "500m", limit: "1" }, memory: { request: "500M", limit: "1G" } },
        security: applicationUser,
        mounts: [
          {
            volume: "jaeger-config",
            path: "/etc/jaeger/jaeger-config.yaml",
            subPath: "jaeger-config.yaml",
            readOnly: true,
          },
        ],
      },
    ],
    volumes: [{ name: "jaeger-config", configMap: "jaeger" }],
    services: [
      {
        name: "jaeger-collector",
        headless: false,
        ports: [
          { name: "grpc-otlp", port: 4317, targetPort: "grpc-otlp" },
          { name: "http-otlp", port: 4318, targetPort: "http-otlp" },
        ],
      },
      { name: "jaeger-query", headless: false, ports: [{ name: "http", port: 16686, targetPort: "http" }] },
    ],
    serviceAccount: { name: "jaeger", created: false },
    rank: 4,
    source: "deploy-sourcegraph-helm charts/sourcegraph/templates/jaeger (labels, scrape annotation)",
  },
];
