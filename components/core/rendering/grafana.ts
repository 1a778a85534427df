import { stringify } from "yaml";
import type { PlannedContainer } from "../planning/vm/container";

/** Files of the folders that Grafana is given, by path in the bundle. */
export type GrafanaFiles = Readonly<
  Record<"grafana/datasources/datasources.yaml" | "grafana/dashboards/containers.json", string>
>;

function datasources(tracing: boolean): unknown {
  const fixed = { access: "proxy", editable: false };
  return {
    apiVersion: 1,
    // Grafana keeps a data source it was once given until it is told to drop it.
    ...(tracing ? {} : { deleteDatasources: [{ name: "Jaeger", orgId: 1 }] }),
    datasources: [
      { name: "Prometheus", type: "prometheus", url: "http://prometheus:9090", isDefault: true, ...fixed },
      ...(tracing ? [{ name: "Jaeger", type: "jaeger", url: "http://jaeger:16686/-/debug/jaeger", ...fixed }] : []),
    ],
  };
}

function panel(id: number, title: string, unit: string, expr: string): unknown {
  return {
    id,
    title,
    type: "timeseries",
    datasource: "Prometheus",
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    gridPos: { h: 10, w: 24, x: 0, y: (id - 1) * 10 },
    targets: [{ refId: "A", expr, legendFormat: "{{name}}" }],
  };
}

const dashboard = {
  uid: "sourcegraph-containers",
  title: "Containers",
  tags: ["containers"],
  schemaVersion: 30,
  version: 1,
  editable: false,
  refresh: "1m",
  time: { from: "now-6h", to: "now" },
  timezone: "browser",
  templating: { list: [] },
  annotations: { list: [] },
  panels: [
    panel(1, "CPU, cores", "none", 'sum by (name) (rate(container_cpu_usage_seconds_total{name!=""}[5m]))'),
    panel(2, "Memory in use", "bytes", 'max by (name) (container_memory_working_set_bytes{name!=""})'),
    panel(
      3,
      "Memory in use, share of the limit",
      "percentunit",
      'max by (name) (container_memory_working_set_bytes{name!=""}) / max by (name) (container_spec_memory_limit_bytes{name!=""} > 0)',
    ),
    panel(
      4,
      "Time held back by the CPU limit, seconds each second",
      "s",
      'sum by (name) (rate(container_cpu_cfs_throttled_seconds_total{name!=""}[5m]))',
    ),
  ],
};

/**
 * Grafana's data sources, and a dashboard of the containers' CPU and memory. Jaeger is a data source where it is deployed.
 * A change recreates Grafana; its data stays.
 *
 * Source: deploy-sourcegraph-docker `grafana/*` @ v7.5.4453; the dashboard is this library's own.
 */
export function renderGrafana(containers: readonly PlannedContainer[]): GrafanaFiles {
  return {
    "grafana/datasources/datasources.yaml": stringify(
      datasources(containers.some((container) => container.service === "jaeger")),
      { lineWidth: 0 },
    ),
    "grafana/dashboards/containers.json": `${JSON.stringify(dashboard, null, 2)}\n`,
  };
}
