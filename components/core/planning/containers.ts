import { InputError } from "../errors";
import { imagePin, registry } from "../product/releases";
import type { EnvironmentValue, Service, ServiceName } from "../product/service";
import { holdsIn, repositoryOf, serviceNamed, servicesOf } from "../product/services";
import { configurationFolder, type ConfigurationFiles } from "./configuration-files";
import type { PlannedContainer, PlannedImage, PlannedMount, PublishedPort } from "./container";
import { databaseEnvironment, databaseServices } from "./database-environment";
import { objectStorageEnvironment, redisEnvironment } from "./store-environment";
import type { SecretPart } from "./secrets";
import { composeResources, composeResourcesForUsage, type ComposeResources } from "./sizes";
import type { Specification } from "./specification";

/** Services that are left out because something outside does their work. */
function replacedServices(specification: Specification): Set<ServiceName> {
  const replaced = new Set<ServiceName>();
  for (const [database, service] of databaseServices) {
    if (specification.databases[database] === "bundled") continue;
    replaced.add(service);
    replaced.add(`${service}-exporter` as ServiceName);
  }
  if (specification.cache.cache !== "bundled") replaced.add("redis-cache");
  if (specification.cache.store !== "bundled") replaced.add("redis-store");
  if (specification.objectStorage !== "bundled") replaced.add("blobstore");
  return replaced;
}

/** The catalogue entries a specification deploys. */
export function deployedServices(specification: Specification): readonly Service[] {
  const replaced = replacedServices(specification);
  const bundled = servicesOf(specification.release).filter((service) => !replaced.has(service.name));
  return specification.tracing ? [...bundled, serviceNamed("jaeger")] : bundled;
}

function resourcesOf(specification: Specification): ComposeResources {
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

function imageOf(service: Service, specification: Specification): PlannedImage {
  const override = specification.overrides[service.name]?.image;
  if (override !== undefined) {
    const match = /^(?:(.+)\/)?([^/:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(override);
    if (match === null)
      throw new InputError([
        {
          path: `overrides.${service.name}.image`,
          message: `must be an image reference such as host/name:tag@sha256:..., got "${override}"`,
        },
      ]);
    const [, prefix, repository, tag, digest] = match;
    return { reference: override, registry: prefix ?? "", repository: repository ?? "", tag: tag ?? "latest", digest };
  }
  const repository = repositoryOf(service, specification.release);
  const { tag, digest } = imagePin(specification.release, repository);
  const host = specification.registry?.host ?? registry;
  return { reference: `${host}/${repository}:${tag}@${digest}`, registry: host, repository, tag, digest };
}

/** Hosts the services must reach without the proxy: each other, the metadata service, and what runs outside. */
function noProxy(specification: Specification, instances: Instances): string {
  const outside = Object.values(specification.databases).flatMap((database) =>
    database === "bundled" ? [] : [database.host],
  );
  const names = [...instances.values()].flat();
  return [
    "localhost",
    "127.0.0.1",
    "169.254.169.254",
    "metadata.google.internal",
    ...names,
    ...outside,
    ...(specification.proxy?.noProxy ?? []),
  ].join(",");
}

function proxyEnvironment(specification: Specification, instances: Instances): Record<string, string> {
  const { proxy } = specification;
  if (proxy === undefined) return {};
  return {
    ...(proxy.http === undefined ? {} : { HTTP_PROXY: proxy.http }),
    ...(proxy.https === undefined ? {} : { HTTPS_PROXY: proxy.https }),
    NO_PROXY: noProxy(specification, instances),
  };
}

function configurationEnvironment(specification: Specification, files: ConfigurationFiles): Record<string, string> {
  const edits = specification.siteConfig?.allowEdits === true;
  const variables = [
    ["SITE_CONFIG", files.site],
    ["EXTSVC_CONFIG", files.codeHosts],
    ["GLOBAL_SETTINGS", files.globalSettings],
  ] as const;
  return Object.fromEntries(
    variables.flatMap(([stem, path]) =>
      path === undefined
        ? []
        : [
            [`${stem}_FILE`, path.replace(configurationFolder, "/etc/sourcegraph")],
            ...(edits ? [[`${stem}_ALLOW_EDITS`, "true"]] : []),
          ],
    ),
  ) as Record<string, string>;
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
    volume: volume.name.replace("{n}", String(ordinal)),
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

/**
 * Every container of a deployment, in the catalogue's order, replicas by number.
 *
 * @param specification a complete specification of a renderable release
 * @param files the configuration files that are rendered
 */
export function planContainers(specification: Specification, files: ConfigurationFiles): PlannedContainer[] {
  const resources = resourcesOf(specification);
  const instances = instancesOf(specification, resources);
  return deployedServices(specification).flatMap((service) =>
    (instances.get(service.name) ?? []).map((name, ordinal): PlannedContainer => {
      const override = specification.overrides[service.name];
      const limits = resources[service.name];
      const databases = databaseEnvironment(service, specification);
      const stores = objectStorageEnvironment(service, specification);
      const redis = redisEnvironment(service, specification);
      const tracing = tracingOf(service, specification);
      const edge = service.name === "caddy" ? edgeOf(specification) : undefined;
      const environment: Record<string, string> = {
        ...Object.fromEntries(
          service.environment
            .filter((variable) => holdsIn(variable, specification.release))
            .map((variable) => [variable.name, resolveValue(variable.value, ordinal, instances)]),
        ),
        ...databases.environment,
        ...stores.environment,
        ...tracing.environment,
        ...(service.configurationFiles ? configurationEnvironment(specification, files) : {}),
        ...(service.proxied ? proxyEnvironment(specification, instances) : {}),
        ...edge?.environment,
        ...override?.env,
      };
      const secretEnvironment: Record<string, readonly SecretPart[]> = {
        ...databases.secretEnvironment,
        ...stores.secretEnvironment,
        ...redis,
      };
      for (const variable of Object.keys(override?.env ?? {})) delete secretEnvironment[variable];
      return {
        name,
        service: service.name,
        ordinal,
        image: imageOf(service, specification),
        command: tracing.command ?? service.command,
        hostname: service.ownHostname ? name : undefined,
        environment,
        secretEnvironment,
        mounts: mountsOf(service, ordinal, specification, files),
        publishedPorts: edge?.ports ?? [],
        expose: service.expose ?? [],
        health: service.health,
        restart: service.restart,
        startsAfter: startsAfterOf(service, instances),
        stopGraceSeconds: service.stopGraceSeconds,
        shmMib: service.shmMib,
        cpus:
          override?.cpus ?? (specification.cloud === "local" ? undefined : (limits?.cpus ?? service.vendorLimits.cpus)),
        memoryMib: Math.round((override?.memoryGb ?? limits?.memoryGb ?? service.vendorLimits.memoryMib / 1024) * 1024),
        privileged: service.privileged ?? false,
        devices: service.devices ?? [],
        hostPid: service.hostPid ?? false,
      };
    }),
  );
}
