import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ComposeService } from "../../support/vendor-comparison";

const run = promisify(execFile);

interface Mount {
  readonly type: "bind" | "volume";
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

interface Health {
  readonly test: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly start_period?: string;
}

/** A service as `docker compose config` prints it: short forms spelled out, defaults filled in. */
export interface UnderstoodService {
  readonly container_name: string;
  readonly image: string;
  readonly cpus?: number;
  readonly mem_limit: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly command: readonly string[] | null;
  readonly hostname?: string;
  readonly volumes?: readonly Mount[];
  readonly ports?: readonly { readonly host_ip: string; readonly published: string; readonly target: number }[];
  readonly healthcheck?: Health;
  readonly restart: string;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly privileged?: boolean;
  readonly devices?: readonly unknown[];
  readonly pid?: string;
  readonly expose?: readonly string[];
  readonly shm_size?: string;
  readonly stop_grace_period?: string;
  readonly logging?: unknown;
  readonly labels?: unknown;
}

/** A whole compose file as `docker compose config` prints it. */
export interface Understood {
  readonly name: string;
  readonly services: Readonly<Record<string, UnderstoodService>>;
  readonly networks: unknown;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

/**
 * What a compose program understands of the file in a folder. No engine is asked.
 *
 * @param program path of the `docker-compose` program
 * @throws with what the program says when it refuses the file or warns
 */
export async function understood(program: string, folder: string): Promise<Understood> {
  const args = ["-f", "compose.yaml", "config", "--format", "json"];
  const { stdout, stderr } = await run(program, args, { cwd: folder, timeout: 60_000, maxBuffer: 64 << 20 });
  if (stderr !== "") throw new Error(`${program} warns: ${stderr}`);
  return JSON.parse(stdout, (key, value: unknown) => {
    // Version 5 leaves out that a missing folder is made, which is the default of both.
    if (key === "bind" && JSON.stringify(value) === '{"create_host_path":true}') return {};
    // What is printed can be read again, so what stands for itself is doubled.
    return typeof value === "string" ? value.replaceAll("$$", "$") : value;
  }) as Understood;
}

function memory(bytes: string | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  const mib = Number(bytes) / 1024 ** 2;
  return mib % 1024 === 0 ? `${mib / 1024}g` : `${mib}m`;
}

function seconds(duration: string | undefined): string | undefined {
  if (duration === undefined) return undefined;
  const factors = { h: 3600, m: 60, s: 1 };
  const parts = [...duration.matchAll(/(\d+)([hms])/g)];
  return `${parts.reduce((sum, [, count, unit]) => sum + Number(count) * factors[unit as "h" | "m" | "s"], 0)}s`;
}

/** Mounts as short lines; what lies in the folder of the compose file begins with `./`. */
export function mountLines(service: UnderstoodService, folder: string): string[] {
  return (service.volumes ?? []).map(({ source, target, read_only }) => {
    const from = source.startsWith(`${folder}/`) ? `.${source.slice(folder.length)}` : source;
    return `${from}:${target}${read_only ? ":ro" : ""}`;
  });
}

/** Published ports as short lines. */
export function portLines(service: UnderstoodService): string[] {
  return (service.ports ?? []).map(({ host_ip, published, target }) => `${host_ip}:${published}:${target}`);
}

/** The service in the short forms of a compose file, to be held against the vendor's. */
export function written(service: UnderstoodService, folder: string): ComposeService {
  const { healthcheck: health, devices } = service;
  const device = (each: unknown) => {
    if (typeof each === "string") return each;
    const { source, target } = each as { source: string; target: string };
    return source === target ? source : `${source}:${target}`;
  };
  return {
    ...service,
    mem_limit: memory(service.mem_limit),
    shm_size: memory(service.shm_size),
    command: service.command?.map((word) => word.replaceAll("$", "$$$$")),
    volumes: mountLines(service, folder),
    ports: portLines(service),
    networks: Object.keys(service.networks),
    devices: devices?.map(device),
    stop_grace_period: seconds(service.stop_grace_period),
    healthcheck: health && {
      ...health,
      interval: seconds(health.interval),
      timeout: seconds(health.timeout),
      start_period: seconds(health.start_period),
    },
  };
}
