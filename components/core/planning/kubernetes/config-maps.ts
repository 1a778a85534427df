import { serviceNamed } from "../../product/services";
import { codeHostFiles } from "../replica/code-host-files";
import { databaseServices } from "../database-environment";
import { renderPostgresConf } from "../configuration/postgresql";
import { agentConfiguration, jaegerConfiguration } from "./collector-configuration";
import { configurationIsSecret, configurationTexts } from "./configuration-object";
import type { KubernetesContext } from "./context";
import { grafanaConfiguration, prometheusConfiguration } from "./prometheus-configuration";
import { quantityValue } from "./quantities";
import { configurationName } from "./secret-names";
import type { PlannedConfigMap, PlannedWorkload } from "./workload";

/** `postgresql.conf` for what the container of the database may have. */
function postgresConfiguration(
  { containers }: PlannedWorkload,
  { size }: KubernetesContext,
): Readonly<Record<string, string>> {
  const container = containers.find(({ service }) => databaseServices.some(([, database]) => database === service));
  const database = databaseServices.find(([, name]) => name === container?.service)?.[1];
  if (container === undefined || database === undefined) throw new Error("no database in the pods of a database");
  const { cpu, memory } = container.resources.limits;
  return {
    "postgresql.conf": renderPostgresConf(database, {
      memoryMib: Math.floor(quantityValue(memory) / 2 ** 20),
      cpus: quantityValue(cpu),
      xl: ["XL", "2XL", "3XL"].includes(size),
    }),
  };
}

function dataOf(
  name: string,
  workload: PlannedWorkload,
  context: KubernetesContext,
  workloads: readonly PlannedWorkload[],
): Readonly<Record<string, string>> {
  if (workload.service !== undefined && serviceNamed(workload.service).family === "database")
    return postgresConfiguration(workload, context);
  switch (name) {
    case "prometheus":
      return prometheusConfiguration(context, workloads);
    case "grafana":
      return grafanaConfiguration(workloads);
    case "otel-agent":
      return agentConfiguration();
    case "jaeger":
      return jaegerConfiguration();
    case "code-host":
      return codeHostFiles(context.specification.replica?.codeHosts ?? []);
    case configurationName: {
      const texts = Object.entries(configurationTexts(context.specification) ?? {});
      return Object.fromEntries(
        texts.map(([file, parts]) => [file, parts.filter((part) => typeof part === "string").join("")]),
      );
    }
    default:
      throw new Error(`nothing is known of the ConfigMap ${name}`);
  }
}

/**
 * Every ConfigMap that pods mount, with its files. The configuration files of the frontends are one only while none of
 * them holds a secret.
 */
export function planConfigMaps(context: KubernetesContext, workloads: readonly PlannedWorkload[]): PlannedConfigMap[] {
  const secret = configurationIsSecret(context.specification);
  return workloads.flatMap((workload) =>
    workload.volumes.flatMap((volume): PlannedConfigMap[] => {
      if (!("configMap" in volume) || (secret && volume.configMap === configurationName)) return [];
      const { configMap: name } = volume;
      return [{ name, component: workload.component, data: dataOf(name, workload, context, workloads) }];
    }),
  );
}
