import { stringify } from "yaml";
import { serviceNamed } from "../../product/services";
import { containerPort, kubernetesAddress } from "../../product/kubernetes/workloads";
import type { KubernetesContext } from "./context";
import type { PlannedWorkload } from "./workload";

const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0 });

/** What the image runs beside Prometheus, and its own rules. */
const common = {
  global: { scrape_interval: "30s", evaluation_interval: "30s" },
  alerting: {
    alertmanagers: [{ path_prefix: "/alertmanager", static_configs: [{ targets: ["127.0.0.1:9093"] }] }],
  },
  rule_files: ["/sg_config_prometheus/*_rules.yml", "/sg_prometheus_add_ons/*_rules.yml"],
};

const builtIn = [
  { job_name: "builtin-prometheus", static_configs: [{ targets: ["127.0.0.1:9092"] }] },
  {
    job_name: "builtin-alertmanager",
    metrics_path: "/alertmanager/metrics",
    static_configs: [{ targets: ["127.0.0.1:9093"] }],
  },
];

const account = "/var/run/secrets/kubernetes.io/serviceaccount";
const api = {
  scheme: "https",
  tls_config: { ca_file: `${account}/ca.crt` },
  authorization: { credentials_file: `${account}/token` },
};

/** A label from others. */
function label(target: string, ...sources: readonly string[]): Record<string, unknown> {
  return { source_labels: sources, target_label: target };
}

/** Targets that ask to be scraped by annotations on an object of this kind. */
function annotated(kind: "service" | "pod"): Record<string, unknown>[] {
  const annotation = (name: string) => `__meta_kubernetes_${kind}_annotation_${name}`;
  return [
    { source_labels: [annotation("sourcegraph_prometheus_scrape")], action: "keep", regex: "true" },
    { ...label("__metrics_path__", annotation("prometheus_io_path")), regex: "(.+)" },
    {
      ...label("__address__", "__address__", annotation("prometheus_io_port")),
      regex: "(.+?)(?::\\d+)?;(\\d+)",
      replacement: "$1:$2",
    },
    { action: "labelmap", regex: `__meta_kubernetes_${kind}_label_(.+)` },
    label("ns", "__meta_kubernetes_namespace"),
    label("instance", "__meta_kubernetes_pod_name"),
    label("nodename", "__meta_kubernetes_pod_node_name"),
  ];
}

/** Targets of the namespace and the nodes, as the cluster knows them. */
function discovery(namespace: string): unknown[] {
  const names = { namespaces: { names: [namespace] } };
  return [
    {
      job_name: "kubernetes-apiservers",
      ...api,
      kubernetes_sd_configs: [{ role: "endpoints", namespaces: { names: ["default"] } }],
      relabel_configs: [
        {
          source_labels: ["__meta_kubernetes_service_name", "__meta_kubernetes_endpoint_port_name"],
          action: "keep",
          regex: "kubernetes;https",
        },
      ],
    },
    {
      job_name: "kubernetes-nodes",
      ...api,
      kubernetes_sd_configs: [{ role: "node" }],
      relabel_configs: [
        { action: "labelmap", regex: "__meta_kubernetes_node_label_(.+)" },
        { target_label: "__address__", replacement: "kubernetes.default.svc:443" },
        {
          ...label("__metrics_path__", "__meta_kubernetes_node_name"),
          regex: "(.+)",
          replacement: "/api/v1/nodes/$1/proxy/metrics",
        },
      ],
    },
    {
      job_name: "kubernetes-service-endpoints",
      kubernetes_sd_configs: [{ role: "endpoints", ...names }],
      relabel_configs: [
        ...annotated("service"),
        label("kubernetes_name", "__meta_kubernetes_service_name"),
        label("job", "app"),
      ],
    },
    {
      job_name: "kubernetes-pods",
      kubernetes_sd_configs: [{ role: "pod", ...names }],
      relabel_configs: annotated("pod"),
      // The dashboards find containers by one name; cAdvisor has it in two labels.
      metric_relabel_configs: [
        {
          ...label("name", "container_label_io_kubernetes_container_name", "container_label_io_kubernetes_pod_name"),
          separator: "-",
          regex: "(.+-.+)",
        },
      ],
    },
  ];
}

/** Address of one pod of a workload, or of its Service where it has one address for all. */
function targetsOf(workload: PlannedWorkload, port: number): string[] {
  const object = workload.services.find(({ ports }) =>
    ports.some(({ targetPort }) =>
      workload.containers.some(({ ports: own }) =>
        own.some(({ name, number }) => name === targetPort && number === port),
      ),
    ),
  );
  if (object === undefined) return [];
  if (!object.headless) {
    const found = workload.containers.flatMap(({ ports }) => ports).find(({ number }) => number === port);
    const servicePort = object.ports.find(({ targetPort }) => targetPort === found?.name)?.port ?? port;
    return [`${object.name}:${servicePort}`];
  }
  return Array.from({ length: workload.replicas ?? 1 }, (_, n) => `${workload.name}-${n}.${object.name}:${port}`);
}

/**
 * Targets written out, for clusters in which nothing may be looked up. Several pods behind one address are scraped in
 * turn: their counters are then those of one pod or the other.
 */
function listed(workloads: readonly PlannedWorkload[]): unknown[] {
  const groups = workloads.flatMap((workload) =>
    workload.containers.flatMap(({ service }) =>
      service === undefined
        ? []
        : (serviceNamed(service).scrape ?? []).map(({ port, job }) => ({
            labels: { job, app: job },
            targets: targetsOf(workload, containerPort(service, port)),
          })),
    ),
  );
  return [{ job_name: "sg", static_configs: groups.filter(({ targets }) => targets.length > 0) }];
}

/**
 * What Prometheus is told to scrape: what the cluster knows, or in profile restricted the targets of the plan one by one.
 * A change restarts Prometheus; its data stays.
 */
export function prometheusConfiguration(
  { specification }: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): Readonly<Record<string, string>> {
  const { namespace, profile } = specification.kubernetes;
  const targets = profile === "restricted" ? listed(workloads) : discovery(namespace);
  return { "prometheus.yml": yamlText({ ...common, scrape_configs: [...targets, ...builtIn] }) };
}

/** Where Grafana finds what it shows. */
export function grafanaConfiguration(workloads: readonly PlannedWorkload[]): Readonly<Record<string, string>> {
  const fixed = { access: "proxy", editable: false };
  const deployed = (name: string) => workloads.some((workload) => workload.name === name);
  const prometheus = kubernetesAddress("prometheus", 9090);
  const jaeger = kubernetesAddress("jaeger", 16686);
  const sources = [
    ...(deployed("prometheus")
      ? [
          {
            name: "Prometheus",
            type: "prometheus",
            url: `http://${prometheus.host}:${prometheus.port}`,
            isDefault: true,
            ...fixed,
          },
        ]
      : []),
    ...(deployed("jaeger")
      ? [{ name: "Jaeger", type: "jaeger", url: `http://${jaeger.host}:${jaeger.port}/-/debug/jaeger`, ...fixed }]
      : []),
  ];
  return {
    "datasources.yml": yamlText({
      apiVersion: 1,
      // Grafana keeps a data source it was once given until it is told to drop it.
      ...(deployed("jaeger") ? {} : { deleteDatasources: [{ name: "Jaeger", orgId: 1 }] }),
      datasources: sources,
    }),
  };
}
