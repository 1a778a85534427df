import { Document } from "yaml";
import type { PlannedContainer, PlannedMount } from "../planning/vm/container";
import type { HealthCheck } from "../product/service";
import { digestOf, type BundleFile, type SecretFile } from "./bundle";

/**
 * Name of the compose project. It is the one the vendor's folder gives, so that volumes are called as in an installation
 * made by hand, and a disk can be taken over.
 */
export const composeProject = "docker-compose";

/** Label with the digest of the files a container reads: a changed file recreates exactly its readers. */
export const configLabel = "sourcegraph.config-digest";

const network = "sourcegraph";

/** Path of the environment file with a container's secrets. */
export function secretEnvironmentPath(container: string): string {
  return `secrets/${container}.env`;
}

/** Compose substitutes variables in every text; a doubled dollar sign stands for itself. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function seconds(value: number): string {
  return value % 3600 === 0 ? `${value / 3600}h` : `${value}s`;
}

/** Command of a health check as compose and the engine take it. */
export function healthCommand(health: HealthCheck): string[] {
  const { test } = health;
  if (test.kind === "exec") return ["CMD-SHELL", test.command];
  const url = `http://127.0.0.1:${test.port}${test.path}`;
  return test.tool === "curl" ? ["CMD", "curl", "-f", url] : ["CMD-SHELL", `wget -q '${url}' -O /dev/null || exit 1`];
}

function renderHealth(health: HealthCheck): object {
  return {
    test: healthCommand(health).map(literal),
    interval: seconds(health.interval),
    timeout: seconds(health.timeout),
    retries: health.retries,
    ...(health.startPeriod === undefined ? {} : { start_period: seconds(health.startPeriod) }),
  };
}

function renderMount(mount: PlannedMount): string {
  switch (mount.kind) {
    case "volume":
      return `${mount.volume}:${mount.target}`;
    case "file":
      return `./${mount.source}:${mount.target}:ro`;
    case "host":
      return `${mount.source}:${mount.target}${mount.readOnly ? ":ro" : ""}`;
    default: {
      const never: never = mount;
      return never;
    }
  }
}

/** Memory as compose writes it: whole GiB as `g`, else MiB as `m`. */
function memory(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}g` : `${mib}m`;
}

/** Digest of what a container reads from files; undefined where it reads none. */
export function filesDigest(
  container: PlannedContainer,
  files: readonly BundleFile[],
  secretFiles: readonly SecretFile[],
): string | undefined {
  const sources = container.mounts.flatMap((mount) => (mount.kind === "file" ? [mount.source] : []));
  const reads = (path: string) => sources.some((source) => path === source || path.startsWith(`${source}/`));
  const read = [...files, ...secretFiles].filter((file) => reads(file.path));
  return read.length === 0 ? undefined : digestOf(JSON.stringify(read)).slice(0, 16);
}

function renderContainer(
  container: PlannedContainer,
  files: readonly BundleFile[],
  secretFiles: readonly SecretFile[],
): Record<string, unknown> {
  const digest = filesDigest(container, files, secretFiles);
  const environment = Object.entries(container.environment);
  const hasSecrets = Object.keys(container.secretEnvironment).length > 0;
  return {
    container_name: container.name,
    ...(container.hostname === undefined ? {} : { hostname: container.hostname }),
    image: container.image.reference,
    ...(container.cpus === undefined ? {} : { cpus: container.cpus }),
    mem_limit: memory(container.memoryMib),
    ...(container.shmMib === undefined ? {} : { shm_size: memory(container.shmMib) }),
    ...(container.entrypoint === undefined ? {} : { entrypoint: container.entrypoint.map(literal) }),
    ...(container.command === undefined ? {} : { command: container.command.map(literal) }),
    ...(environment.length === 0
      ? {}
      : { environment: Object.fromEntries(environment.map(([key, value]) => [key, literal(value)])) }),
    // Not required for `config`; the machine refuses to start without it.
    ...(hasSecrets ? { env_file: [{ path: `./${secretEnvironmentPath(container.name)}`, required: false }] } : {}),
    ...(container.health === undefined ? {} : { healthcheck: renderHealth(container.health) }),
    ...(container.mounts.length === 0 ? {} : { volumes: container.mounts.map(renderMount) }),
    ...(container.publishedPorts.length === 0
      ? {}
      : { ports: container.publishedPorts.map((port) => `${port.address}:${port.hostPort}:${port.port}`) }),
    ...(container.expose.length === 0 ? {} : { expose: container.expose.map(String) }),
    ...(container.privileged ? { privileged: true } : {}),
    ...(container.devices.length === 0 ? {} : { devices: container.devices }),
    ...(container.hostPid ? { pid: "host" } : {}),
    networks: [network],
    restart: container.restart,
    ...(Object.keys(container.startsAfter).length === 0
      ? {}
      : {
          depends_on: Object.fromEntries(
            Object.entries(container.startsAfter).map(([name, condition]) => [name, { condition }]),
          ),
        }),
    ...(container.stopGraceSeconds === undefined ? {} : { stop_grace_period: seconds(container.stopGraceSeconds) }),
    logging: { driver: "json-file", options: { "max-size": "50m", "max-file": "5" } },
    ...(digest === undefined ? {} : { labels: { [configLabel]: digest } }),
  };
}

/**
 * The compose file of a deployment, valid for compose 2.26 and 5.
 *
 * @param files the other files of the bundle, whose digests the labels hold
 */
export function renderCompose(
  containers: readonly PlannedContainer[],
  volumes: readonly string[],
  files: readonly BundleFile[],
  secretFiles: readonly SecretFile[],
): string {
  const document = new Document({
    name: composeProject,
    services: Object.fromEntries(
      containers.map((container) => [container.name, renderContainer(container, files, secretFiles)]),
    ),
    networks: { [network]: {} },
    volumes: Object.fromEntries(volumes.map((volume) => [volume, {}])),
  });
  document.commentBefore = " Written by sgbox. Changes made here are lost: use 'overrides' in the config.";
  return document.toString({ lineWidth: 0 });
}
