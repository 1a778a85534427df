import type { EnvironmentValue, Service, ServiceName } from "../../product/service";
import { holdsIn, repositoryOf, serviceNamed, servicesOf, volumeName } from "../../product/services";
import { configurationFolder, type ConfigurationFiles } from "../configuration-files";
import type { PlannedContainer, PlannedMount, PublishedPort } from "./container";
import { databaseEnvironment, type ServiceEnvironment } from "../database-environment";
import { plannedImage } from "../image-reference";
import { replacedServices } from "../replaced-services";
import { configurationEnvironment, givenEnvironment, proxyEnvironment } from "../service-environment";
import { objectStorageEnvironment, redisEnvironment } from "../store-environment";
import type { SecretPart } from "../secrets";
import {
  composeResources,
  composeResourcesForUsage,
  type ComposeResources,
  type ServiceResources,
} from "../sizing/sizes";
import type { Specification, VmSpecification } from "../config/specification";

/** The catalogue entries a specification deploys. */
export function deployedServices(specification: Specification): readonly Service[] {
  const replaced = replacedServices(specification);
  const bundled = servicesOf(specification.release).filter((service) => !replaced.has(service.name));
  const hasCodeHosts = (specification.replica?.codeHosts ?? []).length > 0;
  return [
    ...bundled,
    ...(specification.tracing ? [serviceNamed("jaeger")] : []),
    ...(hasCodeHosts ? [serviceNamed("code-host")] : []),
  ];
}

function resourcesOf(specification: VmSpecification): ComposeResources {
  return "named" in specification.size
    ? composeResources(specification.size.named)
    : composeResourcesForUsage(specification.size.usage, specification.release);
}

function replicasOf(service: Service, specification: Specification, resources: ComposeResources): number {
  if (service.replicas.kind === "fixed") return 1;
  const counted = service.replicas.kind === "paired" ? service.replicas.with : service.name;
  return specification.overrides[counted]?.replicas ?? resources[counted]?.replicas ?? 1;
}

/** Instance names of every deployed service, in order. */
export type Instances = ReadonlyMap<ServiceName, readonly string[]>;

function instancesOf(specification: Specification, resources: ComposeResources): Instances {
  return new Map(
    deployedServices(specification).map((service) => {
      const names =
        service.replicas.kind === "fixed"
          ? [service.name]
          : Array.from({ length: replicasOf(service, specification, resources) }, (_, n) => `${service.name}-${n}`);
      return [service.name, names];
    }),
  );
}

function withScheme(scheme: "http" | undefined, address: string): string {
  return scheme === undefined ? address : `${scheme}://${address}`;
}

function debugTargets(instances: Instances): string {
  const targets = [...instances].flatMap(([name, names]) => {
    const debug = serviceNamed(name).debug;
    if (debug === undefined) return [];
    return names.map((instance, ordinal) => ({
      Name:
        debug.label === undefined
          ? instance
          : name === "sourcegraph-frontend"
            ? `${debug.label}-${ordinal}`
            : debug.label,
      Host: `${instance}:${debug.port}`,
      ...(debug.path === undefined ? {} : { DefaultPath: debug.path }),
    }));
  });
  return JSON.stringify(targets);
}

function resolveValue(value: EnvironmentValue, ordinal: number, instances: Instances): string {
  if (typeof value === "string") return value;
  if ("debugTargets" in value) return debugTargets(instances);
  if ("peer" in value) return `${value.peer}-${ordinal}:${value.port}`;
  if ("addresses" in value)
    return (instances.get(value.addresses) ?? [])
      .map((name) => withScheme(value.scheme, `${name}:${value.port}`))
      .join(" ");
  return withScheme(value.scheme, `${instances.get(value.address)?.[0] ?? value.address}:${value.port}`);
}

function tracingOf(
  service: Service,
  specification: Specification,
): { environment: Record<string, string>; command?: readonly string[] } {
  if (!specification.tracing) return { environment: {} };
  if (service.name === "otel-collector")
    return {
      environment: { JAEGER_HOST: "jaeger", JAEGER_OTLP_GRPC_PORT: "4317" },
      command: ["--config", "/etc/otel-collector/configs/jaeger.yaml"],
    };
  if (service.name === "sourcegraph-frontend" || service.name === "sourcegraph-frontend-internal")
    return { environment: { JAEGER_SERVER_URL: "http://jaeger:16686" } };
  if (service.name !== "jaeger") return { environment: {} };
  return holdsIn({ since: "7.1.0" }, specification.release)
    ? { environment: {}, command: ["--config=/etc/jaeger/jaeger-config.yaml"] }
    : { environment: { COLLECTOR_OTLP_ENABLED: "true", QUERY_BASE_PATH: "/-/debug/jaeger" } };
}

function edgeOf(specification: Specification): {
  environment: Record<string, string>;
  mounts: PlannedMount[];
  ports: PublishedPort[];
} {
  const { tls, domain, cloud, local } = specification;
  const secured = tls.mode === "acme" || tls.mode === "certificate";
  const environment = {
    ...(secured && domain !== undefined ? { SRC_SITE_ADDRESS: domain } : {}),
    ...(tls.mode === "acme" && tls.email !== undefined ? { SRC_ACME_EMAIL: tls.email } : {}),
  };
  const mounts: PlannedMount[] =
    tls.mode === "certificate"
      ? [
          { kind: "file", source: "caddy/sourcegraph.pem", target: "/sourcegraph.pem" },
          { kind: "file", source: "secrets/tls.key", target: "/sourcegraph.key" },
        ]
      : [];
  const address = cloud === "local" ? local.address : "0.0.0.0";
  const ports =
    cloud === "local"
      ? [{ address, hostPort: local.httpPort, port: secured ? 443 : 80 }]
      : [{ address, hostPort: 80, port: 80 }, ...(secured ? [{ address, hostPort: 443, port: 443 }] : [])];
  return { environment, mounts, ports };
}

function mountsOf(
  service: Service,
  ordinal: number,
  specification: Specification,
  files: ConfigurationFiles,
): PlannedMount[] {
  const volumes = service.volumes.map((volume): PlannedMount => ({
    kind: "volume",
    volume: volumeName(volume, ordinal),
    target: volume.target,
  }));
  const config = (service.config ?? []).map((mount): PlannedMount => ({
    kind: "file",
    source: mount.source,
    target: mount.target,
  }));
  const host = (service.hostMounts ?? []).map((mount): PlannedMount => ({ kind: "host", ...mount }));
  // The folder, not its files: a file that is replaced stays visible, and the frontends watch for changes.
  const configuration: PlannedMount[] =
    service.configurationFiles && Object.values(files).some((path) => path !== undefined)
      ? [{ kind: "file", source: configurationFolder, target: "/etc/sourcegraph" }]
      : [];
  const edge = service.name === "caddy" ? edgeOf(specification).mounts : [];
  return [...volumes, ...config, ...configuration, ...edge, ...host];
}

function startsAfterOf(service: Service, instances: Instances): PlannedContainer["startsAfter"] {
  return Object.fromEntries(
    (service.startsAfter ?? []).flatMap(({ service: other, condition }) =>
      (instances.get(other) ?? []).map((name) => [name, condition] as const),
    ),
  );
}

/** What the planned value of a variable is; a variable is either plain or secret, and the last one wins. */
function mergedEnvironment(layers: readonly Partial<ServiceEnvironment>[]): ServiceEnvironment {
  const environment: Record<string, string> = {};
  const secretEnvironment: Record<string, readonly SecretPart[]> = {};
  for (const layer of layers) {
    for (const [variable, value] of Object.entries(layer.environment ?? {})) {
      environment[variable] = value;
      delete secretEnvironment[variable];
    }
    for (const [variable, value] of Object.entries(layer.secretEnvironment ?? {})) {
      secretEnvironment[variable] = value;
      delete environment[variable];
    }
  }
  return { environment, secretEnvironment };
}

/** What all replicas of a service are told alike. */
function commonLayers(
  service: Service,
  specification: Specification,
  instances: Instances,
  files: ConfigurationFiles,
): Partial<ServiceEnvironment>[] {
  return [
    databaseEnvironment(service, specification),
    objectStorageEnvironment(service, specification),
    { secretEnvironment: redisEnvironment(service, specification) },
    { environment: tracingOf(service, specification).environment },
    { environment: service.configurationFiles ? configurationEnvironment(specification, files) : {} },
    { environment: service.proxied ? proxyEnvironment(specification, [...instances.values()].flat()) : {} },
    { environment: service.name === "caddy" ? edgeOf(specification).environment : {} },
    givenEnvironment(specification.overrides[service.name]?.env),
  ];
}

/** CPU limit of a container; none on a host that is not known, never more than the machine has. */
function cpusOf(
  service: Service,
  specification: Specification,
  limits: ServiceResources | undefined,
  machineCpus: number | undefined,
): number | undefined {
  const given = specification.overrides[service.name]?.cpus;
  if (given !== undefined || machineCpus === undefined) return given;
  return Math.min(limits?.cpus ?? service.vendorLimits.cpus, machineCpus);
}

/**
 * Every container of a deployment, in the catalogue's order, replicas by number.
 *
 * @param specification a complete specification of a renderable release
 * @param files the configuration files that are rendered
 * @param machineCpus vCPUs of the machine, above which Docker refuses a container; undefined on a host that is not known
 */
export function planContainers(
  specification: VmSpecification,
  files: ConfigurationFiles,
  machineCpus: number | undefined,
): PlannedContainer[] {
  const resources = resourcesOf(specification);
  const instances = instancesOf(specification, resources);
  return deployedServices(specification).flatMap((service) => {
    const override = specification.overrides[service.name];
    const limits = resources[service.name];
    const read = service.environment.filter((variable) => holdsIn(variable, specification.release));
    const common = commonLayers(service, specification, instances, files);
    const memoryGb = override?.memoryGb ?? limits?.memoryGb ?? service.vendorLimits.memoryMib / 1024;
    const same = {
      image: plannedImage(
        repositoryOf(service, specification.release),
        specification.overrides[service.name]?.image,
        specification,
      ),
      ...(service.entrypoint === undefined ? {} : { entrypoint: service.entrypoint }),
      command: tracingOf(service, specification).command ?? service.command,
      publishedPorts: service.name === "caddy" ? edgeOf(specification).ports : [],
      expose: service.expose ?? [],
      health: service.health,
      restart: service.restart,
      startsAfter: startsAfterOf(service, instances),
      stopGraceSeconds: service.stopGraceSeconds,
      shmMib: service.shmMib,
      cpus: cpusOf(service, specification, limits, machineCpus),
      memoryMib: Math.round(memoryGb * 1024),
      privileged: service.privileged === true && override?.privileged !== false,
      devices: override?.privileged === false ? [] : (service.devices ?? []),
      hostPid: service.hostPid ?? false,
    };
    return (instances.get(service.name) ?? []).map((name, ordinal): PlannedContainer => {
      const own = Object.fromEntries(
        read.map((variable) => [variable.name, resolveValue(variable.value, ordinal, instances)]),
      );
      return {
        name,
        service: service.name,
        ordinal,
        hostname: service.ownHostname ? name : undefined,
        ...mergedEnvironment([{ environment: own }, ...common]),
        mounts: mountsOf(service, ordinal, specification, files),
        ...same,
      };
    });
  });
}
