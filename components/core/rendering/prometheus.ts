import { stringify } from "yaml";
import type { PlannedContainer } from "../planning/vm/container";
import type { ServiceName } from "../product/service";
import { serviceNamed } from "../product/services";

/** Files of the folder that Prometheus is given, by path in the bundle. */
export type PrometheusFiles = Readonly<
  Record<"prometheus/prometheus.yml" | "prometheus/prometheus_targets.yml" | "prometheus/docker_rules.yml", string>
>;

/** Where the container sees the folder. */
const folder = "/sg_prometheus_add_ons";

/** Services the vendor lists in a group of their own although they share the job label of another. */
const apart: readonly ServiceName[] = ["syntect-server"];

interface TargetGroup {
  readonly labels: { readonly job: string; readonly nodename: string };
  readonly targets: string[];
}

const yamlText = (value: unknown): string => stringify(value, { lineWidth: 0 });

const configuration = {
  global: { scrape_interval: "30s", evaluation_interval: "30s" },
  alerting: {
    alertmanagers: [{ path_prefix: "/alertmanager", static_configs: [{ targets: ["127.0.0.1:9093"] }] }],
  },
  rule_files: ["/sg_config_prometheus/*_rules.yml", `${folder}/*_rules.yml`],
  scrape_configs: [
    { job_name: "builtin-prometheus", static_configs: [{ targets: ["127.0.0.1:9092"] }] },
    {
      job_name: "builtin-alertmanager",
      metrics_path: "/alertmanager/metrics",
      static_configs: [{ targets: ["127.0.0.1:9093"] }],
    },
    { job_name: "sg", file_sd_configs: [{ files: [`${folder}/*_targets.yml`] }] },
  ],
};

/** Idle unless the Docker daemon's own metrics are scraped, too. */
const dockerRules = {
  groups: [
    {
      name: "docker.rules",
      rules: [
        {
          record: "container:process_cpu_seconds_total:ratio_rate5m",
          expr: "sum by (instance) (rate(process_cpu_seconds_total[5m])) / on (instance) engine_daemon_engine_cpus_cpus",
        },
        {
          record: "container:process_cpu_seconds_total:sum",
          expr: "sum by (instance) (irate(process_cpu_seconds_total[1m]))",
        },
        {
          record: "container:process_resident_memory_bytes:max",
          expr: "max by (instance) (process_resident_memory_bytes)",
        },
        {
          record: "container:process_virtual_memory_bytes:max",
          expr: "max by (instance) (process_virtual_memory_bytes)",
        },
      ],
    },
  ],
};

function targetGroups(containers: readonly PlannedContainer[]): TargetGroup[] {
  const groups = new Map<string, TargetGroup>();
  for (const { name, service } of containers)
    for (const { job, port } of serviceNamed(service).scrape ?? []) {
      const key = apart.includes(service) ? `${job} ${service}` : job;
      const group = groups.get(key) ?? { labels: { job, nodename: "sourcegraph-docker-compose-host" }, targets: [] };
      group.targets.push(`${name}:${port}`);
      groups.set(key, group);
    }
  return [...groups.values()];
}

/**
 * The files that tell Prometheus what to scrape: one target for each metrics endpoint of each container, under the job
 * labels that the built-in dashboards and alerts select on. A change recreates Prometheus; its data stays.
 *
 * Source: deploy-sourcegraph-docker `prometheus/*` @ v7.5.4453.
 */
export function renderPrometheus(containers: readonly PlannedContainer[]): PrometheusFiles {
  return {
    "prometheus/prometheus.yml": yamlText(configuration),
    "prometheus/prometheus_targets.yml": yamlText(targetGroups(containers)),
    "prometheus/docker_rules.yml": yamlText(dockerRules),
  };
}
