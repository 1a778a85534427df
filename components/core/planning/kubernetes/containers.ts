import type { ContainerFacts, ProbeFacts, ProbesFacts, WorkloadFacts } from "../../product/kubernetes/workload-facts";
import { isChartOnly, registry } from "../../product/releases";
import { holdsIn, repositoryOf, serviceNamed } from "../../product/services";
import { configurationFilesOf } from "../configuration-files";
import type { KubernetesSpecification } from "../config/specified";
import { imageReference, plannedImage } from "../image-reference";
import type { PlannedImage } from "../vm/container";
import type { KubernetesContext } from "./context";
import type { Deployed } from "./deployed-workloads";
import { containerEnvironment } from "./environment";
import { containerResources } from "./resources";
import { configurationName } from "./secret-names";
import { containerSecurity, deviceVolumes, isMadeReadOnly } from "./security";
import type { PlannedPodContainer } from "./workload";

/** Folder in which the frontends find their configuration files. */
const configurationPath = "/etc/sourcegraph";

/** Volume for what a container writes beside its data, where its root was made read-only. */
export const writableVolume = "writable-tmp";

/** Whether a container is given configuration files: then it has the volume `sourcegraph-configuration`. */
export function hasConfiguration({ service }: ContainerFacts, specification: KubernetesSpecification): boolean {
  if (service === undefined || serviceNamed(service).configurationFiles !== true) return false;
  return Object.values(configurationFilesOf(specification)).some((path) => path !== undefined);
}

function imageOf({ image, service }: ContainerFacts, specification: KubernetesSpecification): PlannedImage {
  const { release, overrides } = specification;
  const repository = image ?? (service && repositoryOf(serviceNamed(service), release));
  if (repository === undefined) throw new Error("a container of the chart has neither image nor service");
  const given = service && overrides[service]?.image;
  // Of releases that are a chart only no digest is known; the chart brings its own.
  if (!isChartOnly(release)) return plannedImage(repository, given, specification);
  const host = specification.registry?.host ?? registry;
  const reference = `${host}/${repository}:${release}`;
  return imageReference(given ?? "") ?? { reference, registry: host, repository, tag: release };
}

/** The command; with tracing the collector takes its configuration that passes spans on to Jaeger. */
function commandOf(
  { command, service }: ContainerFacts,
  { tracing }: KubernetesSpecification,
): readonly string[] | undefined {
  if (!tracing || service !== "otel-collector") return command;
  return command?.map((part) => part.replace(/\/logging\.yaml$/, "/jaeger.yaml"));
}

function probesOf({ probes = {} }: ContainerFacts, release: string): ProbesFacts {
  const held = Object.entries(probes as Readonly<Record<string, ProbeFacts>>).flatMap(([kind, { range, ...probe }]) =>
    holdsIn(range ?? {}, release) ? [[kind, probe] as const] : [],
  );
  return Object.fromEntries(held);
}

/** A container of a workload's pods with everything decided. */
export function planContainer(
  container: ContainerFacts,
  workload: WorkloadFacts,
  context: KubernetesContext,
  deployed: Deployed,
): PlannedPodContainer {
  const { specification } = context;
  const without = deviceVolumes(workload, specification);
  const configuration = { volume: configurationName, path: configurationPath, readOnly: true };
  return {
    name: container.name,
    ...(container.service !== undefined && { service: container.service }),
    valuesKey: container.valuesKey,
    image: imageOf(container, specification),
    command: commandOf(container, specification),
    args: container.args,
    ports: container.ports,
    environment: containerEnvironment(container, workload, context, deployed),
    probes: probesOf(container, specification.release),
    resources: containerResources(container, workload, context),
    security: containerSecurity(container, specification),
    mounts: [
      ...container.mounts.filter(({ volume }) => !without.includes(volume)),
      ...(hasConfiguration(container, specification) ? [configuration] : []),
      ...(isMadeReadOnly(container, specification) ? [{ volume: writableVolume, path: "/tmp" }] : []),
    ],
  };
}
