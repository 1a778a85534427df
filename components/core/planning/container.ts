import type { HealthCheck, ServiceName } from "../product/service";
import type { SecretPart } from "./secrets";

/** An image of the deployment, exact. */
export interface PlannedImage {
  /** What a container engine is given: registry, repository, tag and digest. */
  readonly reference: string;
  /** Registry and prefix, e.g. `index.docker.io/sourcegraph`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** Absent only where an override names an image without one. */
  readonly digest?: string;
}

/** Something a container sees at a path. */
export type PlannedMount =
  | { readonly kind: "volume"; readonly volume: string; readonly target: string }
  /** A file or folder of the bundle, by its path there. */
  | { readonly kind: "file"; readonly source: string; readonly target: string }
  | { readonly kind: "host"; readonly source: string; readonly target: string; readonly readOnly: boolean };

/** A port of the machine that leads to a container. */
export interface PublishedPort {
  readonly address: string;
  readonly hostPort: number;
  readonly port: number;
}

/** One container of the deployment with everything decided. */
export interface PlannedContainer {
  /** Name on the network and of the container, e.g. `gitserver-0`. */
  readonly name: string;
  readonly service: ServiceName;
  /** Number of the replica, from 0. */
  readonly ordinal: number;
  readonly image: PlannedImage;
  readonly command?: readonly string[];
  readonly hostname?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Variables whose values hold secrets: they reach the container by a file, never by the compose file. */
  readonly secretEnvironment: Readonly<Record<string, readonly SecretPart[]>>;
  readonly mounts: readonly PlannedMount[];
  readonly publishedPorts: readonly PublishedPort[];
  readonly expose: readonly number[];
  readonly health?: HealthCheck;
  readonly restart: "always" | "on-failure";
  readonly startsAfter: Readonly<Record<string, "service_healthy" | "service_completed_successfully">>;
  readonly stopGraceSeconds?: number;
  readonly shmMib?: number;
  /** CPU limit; absent means none (local deployments, whose host is not known). */
  readonly cpus?: number;
  readonly memoryMib: number;
  readonly privileged: boolean;
  readonly devices: readonly string[];
  readonly hostPid: boolean;
}
