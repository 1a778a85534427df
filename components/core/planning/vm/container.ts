import type { HealthCheck, ServiceName } from "../../product/service";
import type { SecretPart } from "../secrets";

/** An image of the deployment, exact. */
export interface PlannedImage {
  /** What a container engine is given: registry, repository, tag and digest. */
  readonly reference: string;
  /** Registry and prefix, e.g. `index.docker.io/sourcegraph`. */
  readonly registry: string;
  /** Repository below the registry, e.g. `gitserver`. */
  readonly repository: string;
  /** Tag of the release. */
  readonly tag: string;
  /** Absent only where an override names an image without one. */
  readonly digest?: string;
}

/** Something a container sees at a path. */
export type PlannedMount = VolumeMount | FileMount | MachineMount;

/** A named volume, which outlives the container. */
export interface VolumeMount {
  /** What is mounted. */
  readonly kind: "volume";
  /** Name of the volume. */
  readonly volume: string;
  /** Path in the container. */
  readonly target: string;
}

/** A file or folder of the bundle. */
export interface FileMount {
  /** What is mounted. */
  readonly kind: "file";
  /** Path within the bundle. */
  readonly source: string;
  /** Path in the container. */
  readonly target: string;
}

/** A path of the machine. */
export interface MachineMount {
  /** What is mounted. */
  readonly kind: "host";
  /** Path on the machine. */
  readonly source: string;
  /** Path in the container. */
  readonly target: string;
  /** Whether the container cannot write to it. */
  readonly readOnly: boolean;
}

/** A port of the machine that leads to a container. */
export interface PublishedPort {
  /** Address of the machine the port is bound to. */
  readonly address: string;
  /** Port of the machine. */
  readonly hostPort: number;
  /** Port of the container. */
  readonly port: number;
}

/** One container of the deployment with everything decided. */
export interface PlannedContainer {
  /** Name on the network and of the container, e.g. `gitserver-0`. */
  readonly name: string;
  /** Service of the catalogue it runs. */
  readonly service: ServiceName;
  /** Number of the replica, from 0. */
  readonly ordinal: number;
  /** Image it is made from. */
  readonly image: PlannedImage;
  /** Program in place of the image's. */
  readonly entrypoint?: readonly string[];
  /** Arguments in place of the image's. */
  readonly command?: readonly string[];
  /** Host name, where it is not the engine's choice. */
  readonly hostname?: string;
  /** Environment variables without secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose values hold secrets: they reach the container by a file, never by the compose file. */
  readonly secretEnvironment: Readonly<Record<string, readonly SecretPart[]>>;
  /** What it sees of volumes, bundle and machine. */
  readonly mounts: readonly PlannedMount[];
  /** Ports of the machine that lead to it. */
  readonly publishedPorts: readonly PublishedPort[];
  /** Ports open to the other containers without being published. */
  readonly expose: readonly number[];
  /** How its health is checked. */
  readonly health?: HealthCheck;
  /** When the engine starts it again. */
  readonly restart: "always" | "on-failure";
  /** Containers it waits for, and until when. */
  readonly startsAfter: Readonly<Record<string, "service_healthy" | "service_completed_successfully">>;
  /** Time to stop by itself before it is killed, in seconds; default 10. */
  readonly stopGraceSeconds?: number;
  /** Shared memory, MiB; default the engine's 64. */
  readonly shmMib?: number;
  /** CPU limit; absent means none (local deployments, whose host is not known). */
  readonly cpus?: number;
  /** Memory limit, MiB. */
  readonly memoryMib: number;
  /** Whether it has all rights on the machine. */
  readonly privileged: boolean;
  /** Devices of the machine it uses. */
  readonly devices: readonly string[];
  /** Whether it sees the machine's processes. */
  readonly hostPid: boolean;
}
