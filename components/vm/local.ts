import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { judging, refuseOwn } from "../boundary";
import { vmBoundary } from "../core/planning/boundary/vm";
import type { PlannedContainer } from "../core/planning/vm/container";
import { dataNames } from "../core/planning/data-safety";
import type { Manifest } from "../core/planning/manifest";
import type { Plan } from "../core/planning/vm/plan";
import { secretNames, type SecretPart } from "../core/planning/secrets";
import type { Bundle } from "../core/rendering/bundle";
import { healthCommand } from "../core/rendering/compose";
import { secretText } from "../core/rendering/secret-text";
import { transformed, type Connect, type SourcegraphVmArgs, type Transform } from "./args";
import { dataOptions } from "../cloud/data-options";
import { decide } from "./decision";

/** Changes to single children of a local deployment. */
export interface LocalTransforms {
  /** The network of the containers. */
  readonly network?: Transform<docker.NetworkArgs>;
  /** The containers, by name such as `gitserver-0`. */
  readonly containers?: Readonly<Record<string, Transform<docker.ContainerArgs>>>;
}

/** Arguments of the local `SourcegraphVm`. */
export interface LocalSourcegraphVmArgs extends SourcegraphVmArgs {
  /** Changes to single children, applied last. Default none. */
  readonly transform?: LocalTransforms;
}

/** The networks of the containers. */
interface LocalNetworks {
  /** All are in it. */
  readonly inside: docker.Network;
  /** Only what publishes ports is in it, where the other leads nowhere. */
  readonly entry: docker.Network | undefined;
}

/** Durations as Go prints them, which is how the engine gives them back. */
function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  return minutes > 0 ? `${minutes}m${rest}s` : `${rest}s`;
}

/**
 * Sourcegraph as containers on a Docker Engine: the same containers as on a machine in a cloud, from the same plan. For
 * trying it out, for development, and for a host that is there already.
 *
 * The volumes are protected and kept. Images are pulled by digest. Nothing is published but the web port, on loopback
 * unless `local.address` says otherwise.
 *
 * @example
 * new SourcegraphVm("sourcegraph", { release: "7.5.4453" });
 */
export class SourcegraphVm extends pulumi.ComponentResource {
  /** Address of the instance. */
  readonly url: pulumi.Output<string>;
  /** Release that is deployed. */
  readonly release: pulumi.Output<string>;
  /** How to look inside. */
  readonly connect: Connect;
  /** What the next update compares itself with. Known once every container is there, so never ahead of the deployment. */
  readonly manifest: pulumi.Output<Manifest>;

  /**
   * @param name stem of all names; 2 to 24 lower-case letters, digits and dashes
   * @param args the config's keys and the secrets' values
   * @param opts options of the component; a docker provider given here is used for every child
   * @throws InputError, RefusedError before anything is registered
   */
  constructor(name: string, args: LocalSourcegraphVmArgs, opts?: pulumi.ComponentResourceOptions) {
    const { transform = {}, ...shared } = args;
    const { specification, plan, bundle, manifest } = decide("local", name, shared);
    const token = "sourcegraph:local:SourcegraphVm";
    const boundary = vmBoundary(plan, specification);
    super(
      token,
      name,
      refuseOwn(token, name, { boundary }, specification.boundaries),
      judging(specification.boundaries, opts),
    );
    const secrets = args.secrets ?? {};

    const host = specification.local.host;
    const provider = host === undefined ? undefined : new docker.Provider(`${name}-engine`, { host }, { parent: this });
    const values = this.secretValues(plan, secrets);
    const { closed } = plan.exposure;
    const network = new docker.Network(
      `${name}-network`,
      transformed({ name, ...(closed !== undefined && { internal: true }) }, transform.network),
      { parent: this, provider },
    );
    // Docker publishes no port of what is in an internal network only: the web server is in a second one, as the way in.
    const entry =
      closed?.entry === undefined
        ? undefined
        : new docker.Network(closed.entry, { name: closed.entry }, { parent: this, provider });
    const volumes = plan.volumes.map((volume) => {
      const full = dataNames.volume(name, volume);
      // A cache is of no consequence: it may go with the replica or the service it belongs to.
      const holdsData = plan.dataResources.some((resource) => resource.name === full);
      return new docker.Volume(
        full,
        { name: full },
        holdsData ? dataOptions(this, { provider }) : { parent: this, provider },
      );
    });
    const containers = this.containers(
      plan,
      bundle,
      values,
      { inside: network, entry },
      volumes,
      transform.containers ?? {},
      provider,
    );

    this.url = pulumi.output(plan.exposure.url);
    this.release = pulumi.output(plan.release);
    this.connect = {
      shell: `docker exec -it ${name}-sourcegraph-frontend-0 sh`,
      logs: `docker logs --follow ${name}-sourcegraph-frontend-0`,
    };
    this.manifest = pulumi.all(containers.map((container) => container.id)).apply(() => manifest);
    this.registerOutputs({ url: this.url, release: this.release, connect: this.connect, manifest: this.manifest });
  }

  private secretValues(
    plan: Plan,
    given: Readonly<Record<string, pulumi.Input<string>>>,
  ): pulumi.Output<Record<string, string>> {
    const values: Record<string, pulumi.Input<string>> = {};
    for (const secret of plan.secrets) {
      if (secret.origin === "generated") {
        const password = new random.RandomPassword(
          dataNames.secret(plan.name, secret.name),
          { length: 32, special: false },
          dataOptions(this),
        );
        values[secret.name] = password.result;
      } else values[secret.name] = pulumi.secret(given[secret.name] ?? "");
    }
    return pulumi.secret(pulumi.all(values));
  }

  private containers(
    plan: Plan,
    bundle: Bundle,
    values: pulumi.Output<Record<string, string>>,
    networks: LocalNetworks,
    volumes: readonly docker.Volume[],
    transforms: Readonly<Record<string, Transform<docker.ContainerArgs>>>,
    provider: docker.Provider | undefined,
  ): docker.Container[] {
    const images = new Map<string, docker.RemoteImage>();
    for (const { image } of plan.containers) {
      if (images.has(image.reference)) continue;
      const imageName = `${plan.name}-image-${image.repository}`;
      const args = { name: image.reference, keepLocally: true };
      images.set(image.reference, new docker.RemoteImage(imageName, args, { parent: this, provider }));
    }
    const made = new Map<string, docker.Container>();
    for (const container of inStartOrder(plan.containers)) {
      const image = images.get(container.image.reference);
      if (image === undefined) continue;
      const after = Object.keys(container.startsAfter).flatMap((other) => made.get(other) ?? []);
      const jobs = Object.entries(container.startsAfter)
        .filter(([, condition]) => condition === "service_completed_successfully")
        .flatMap(([other]) => made.get(other) ?? []);
      const args = {
        ...containerArgs(plan, container, bundle, values, networks, image),
        // The provider does not mind how a job ends; what waits for it does.
        labels: jobs.map((job) => ({
          label: "sourcegraph.after",
          value: pulumi.all([job.name, job.exitCode]).apply(succeeded),
        })),
      };
      const options = { parent: this, provider, deleteBeforeReplace: true, dependsOn: [...volumes, ...after] };
      const child = new docker.Container(
        `${plan.name}-${container.name}`,
        transformed(args, transforms[container.name]),
        options,
      );
      made.set(container.name, child);
    }
    return [...made.values()];
  }
}

/** The name of a job that ended well. */
function succeeded([job, exitCode]: readonly [string, number]): string {
  if (exitCode !== 0)
    throw new pulumi.RunError(
      `${job} ended with exit code ${exitCode}, so nothing that waits for it was started; read its messages by: docker logs ${job}`,
    );
  return job;
}

/** Containers so that each comes after those it waits for. */
function inStartOrder(containers: readonly PlannedContainer[]): PlannedContainer[] {
  const ordered: PlannedContainer[] = [];
  const placed = new Set<string>();
  const place = (container: PlannedContainer): void => {
    if (placed.has(container.name)) return;
    placed.add(container.name);
    for (const other of Object.keys(container.startsAfter)) {
      const before = containers.find((candidate) => candidate.name === other);
      if (before !== undefined) place(before);
    }
    ordered.push(container);
  };
  containers.forEach(place);
  return ordered;
}

/** Reads secrets into a text, as an Output that stays secret; plain where there are none. */
function secretOutput(
  parts: readonly SecretPart[],
  values: pulumi.Output<Record<string, string>>,
): pulumi.Input<string> {
  if (secretNames(parts).length === 0) return secretText(parts, {}, false);
  return values.apply((known) => secretText(parts, known, false));
}

/** Files are put into the container before it starts, so that the engine may be on another host. */
function uploadsOf(
  container: PlannedContainer,
  bundle: Bundle,
  values: pulumi.Output<Record<string, string>>,
): docker.types.input.ContainerUpload[] {
  return container.mounts.flatMap((mount): docker.types.input.ContainerUpload[] => {
    if (mount.kind !== "file") return [];
    const target = mount.target.replace(/\/$/, "");
    const inside = (path: string) => path === mount.source || path.startsWith(`${mount.source}/`);
    const at = (path: string) => `${target}${path.slice(mount.source.length)}`;
    const plain = bundle.files
      .filter((file) => inside(file.path))
      .map((file) => ({ file: at(file.path), content: file.text }));
    const secret = bundle.secretFiles
      .filter((file) => inside(file.path))
      .map((file) => {
        const [owner, group] = (file.owner ?? "0:0").split(":");
        return { file: at(file.path), content: secretOutput(file.parts, values), owner, group, permissions: file.mode };
      });
    return [...plain, ...secret];
  });
}

function containerArgs(
  plan: Plan,
  container: PlannedContainer,
  bundle: Bundle,
  values: pulumi.Output<Record<string, string>>,
  networks: LocalNetworks,
  image: docker.RemoteImage,
): docker.ContainerArgs {
  const isJob = container.restart === "on-failure";
  const plain = Object.entries(container.environment).map(([key, value]) => `${key}=${value}`);
  const secret = Object.entries(container.secretEnvironment).map(([key, parts]) =>
    secretOutput([`${key}=`, ...parts], values),
  );
  const { health } = container;
  return {
    name: `${plan.name}-${container.name}`,
    image: image.imageId,
    hostname: container.hostname,
    command: container.command === undefined ? undefined : [...container.command],
    envs: [...plain, ...secret],
    networksAdvanced: [
      { name: networks.inside.name, aliases: [container.name] },
      ...(networks.entry !== undefined && container.publishedPorts.length > 0 ? [{ name: networks.entry.name }] : []),
    ],
    volumes: container.mounts.flatMap((mount): docker.types.input.ContainerVolume[] => {
      if (mount.kind === "volume")
        return [{ volumeName: dataNames.volume(plan.name, mount.volume), containerPath: mount.target }];
      return mount.kind === "host"
        ? [{ hostPath: mount.source, containerPath: mount.target, readOnly: mount.readOnly }]
        : [];
    }),
    uploads: uploadsOf(container, bundle, values),
    ports: container.publishedPorts.map((port) => ({ internal: port.port, external: port.hostPort, ip: port.address })),
    healthcheck:
      health === undefined
        ? undefined
        : {
            tests: healthCommand(health),
            interval: duration(health.interval),
            timeout: duration(health.timeout),
            retries: health.retries,
            startPeriod: duration(health.startPeriod ?? 0),
          },
    cpus: container.cpus === undefined ? undefined : String(container.cpus),
    memory: container.memoryMib,
    // What the engine takes by default; said, so that the memory can be raised in place.
    memorySwap: 2 * container.memoryMib,
    shmSize: container.shmMib,
    privileged: container.privileged ? true : undefined,
    devices: container.devices.map((device) => ({ hostPath: device })),
    pidMode: container.hostPid ? "host" : undefined,
    stopTimeout: container.stopGraceSeconds,
    destroyGraceSeconds: container.stopGraceSeconds,
    logDriver: "json-file",
    logOpts: { "max-size": "50m", "max-file": "5" },
    restart: container.restart,
    // A job is attached to until it ends, and need not be running afterwards.
    attach: isJob ? true : undefined,
    mustRun: isJob ? false : undefined,
    wait: health === undefined ? undefined : true,
    waitTimeout:
      health === undefined ? undefined : Math.max(300, (health.startPeriod ?? 0) + health.interval * health.retries),
  };
}
