import { readFileSync } from "node:fs";
import { tar, type TarEntry } from "../../images/tar";
import { labelMap, type Properties } from "./kind";

const MEGABYTE = 1024 * 1024;
const NANOSECONDS = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** A duration as the provider takes it (`1h`, `1m30s`, `500ms`) in nanoseconds. */
function duration(text: unknown): number {
  if (text === undefined) return 0;
  const parts = typeof text === "string" ? [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)] : [];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Error(`${JSON.stringify(text)} is not a duration like 10s, 500ms or 1h`);
  }
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * NANOSECONDS[unit as "ms"], 0);
}

/** Megabytes in bytes; -1 stays: no limit. */
const bytes = (megabytes: unknown): number | undefined =>
  megabytes === undefined ? undefined : megabytes === -1 ? -1 : (megabytes as number) * MEGABYTE;

interface Port {
  readonly internal: number;
  readonly external?: number;
  readonly ip?: string;
  readonly protocol?: string;
}
interface Mount {
  readonly type: string;
  readonly target: string;
  readonly source?: string;
  readonly readOnly?: boolean;
  readonly bindOptions?: { readonly propagation?: string };
  readonly tmpfsOptions?: { readonly mode?: number; readonly sizeBytes?: number };
  readonly volumeOptions?: { readonly noCopy?: boolean; readonly labels?: unknown };
}
interface Volume {
  readonly containerPath?: string;
  readonly hostPath?: string;
  readonly volumeName?: string;
  readonly fromContainer?: string;
  readonly readOnly?: boolean;
}
interface Upload {
  readonly file: string;
  readonly content?: string;
  readonly contentBase64?: string;
  readonly source?: string;
  readonly executable?: boolean;
  readonly permissions?: string;
  readonly owner?: string;
  readonly group?: string;
}

const list = <T>(value: unknown): readonly T[] => (value as readonly T[] | undefined) ?? [];
const key = (port: Port): string => `${port.internal}/${port.protocol ?? "tcp"}`;

/** The limits and the restart policy: what changes without a new container. */
export function resources(inputs: Properties): Record<string, unknown> {
  return {
    RestartPolicy: { Name: inputs.restart ?? "no", MaximumRetryCount: inputs.maxRetryCount ?? 0 },
    CpuShares: inputs.cpuShares,
    CpusetCpus: inputs.cpuSet,
    Memory: bytes(inputs.memory),
    MemoryReservation: bytes(inputs.memoryReservation),
    MemorySwap: bytes(inputs.memorySwap),
  };
}

/** The body of the request that creates a container. */
export function createRequest(inputs: Properties): Record<string, unknown> {
  const command = list<string>(inputs.command);
  if (command.includes("")) throw new Error("values for command may not be empty");
  const health = inputs.healthcheck as Properties | undefined;
  const ports = list<Port>(inputs.ports);
  return {
    Image: inputs.image,
    Hostname: inputs.hostname,
    Domainname: inputs.domainname,
    Env: inputs.envs,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoints,
    User: inputs.user,
    WorkingDir: inputs.workingDir,
    Labels: labelMap(inputs.labels),
    StopSignal: inputs.stopSignal,
    StopTimeout: inputs.stopTimeout,
    Tty: inputs.tty,
    OpenStdin: inputs.stdinOpen,
    ExposedPorts: Object.fromEntries(ports.map((port) => [key(port), {}])),
    Volumes: Object.fromEntries(
      list<Volume>(inputs.volumes)
        .filter((volume) => volume.containerPath && !volume.hostPath && !volume.volumeName)
        .map((volume) => [volume.containerPath, {}]),
    ),
    Healthcheck: health && {
      Test: health.tests,
      Interval: duration(health.interval),
      Timeout: duration(health.timeout),
      StartPeriod: duration(health.startPeriod),
      Retries: health.retries ?? 0,
    },
    HostConfig: hostConfig(inputs, ports),
  };
}

function hostConfig(inputs: Properties, ports: readonly Port[]): Record<string, unknown> {
  const volumes = list<Volume>(inputs.volumes);
  const capabilities = (inputs.capabilities ?? {}) as { adds?: string[]; drops?: string[] };
  const devices = list<{ hostPath: string; containerPath?: string; permissions?: string }>(inputs.devices);
  const bindings = new Map<string, { HostIp: string; HostPort: string }[]>();
  for (const port of ports) {
    const binding = { HostIp: port.ip ?? "0.0.0.0", HostPort: port.external === undefined ? "" : `${port.external}` };
    bindings.set(key(port), [...(bindings.get(key(port)) ?? []), binding]);
  }
  return {
    ...resources(inputs),
    NanoCpus: inputs.cpus === undefined ? undefined : Math.round(Number(inputs.cpus) * 1e9),
    CpuPeriod: inputs.cpuPeriod,
    CpuQuota: inputs.cpuQuota,
    ShmSize: bytes(inputs.shmSize),
    NetworkMode: inputs.networkMode ?? "bridge",
    PidMode: inputs.pidMode,
    IpcMode: inputs.ipcMode,
    UsernsMode: inputs.usernsMode,
    Privileged: inputs.privileged,
    ReadonlyRootfs: inputs.readOnly,
    PublishAllPorts: inputs.publishAllPorts,
    AutoRemove: inputs.rm,
    Init: inputs.init ?? false,
    Runtime: inputs.runtime,
    SecurityOpt: inputs.securityOpts,
    GroupAdd: inputs.groupAdds,
    CapAdd: capabilities.adds,
    CapDrop: capabilities.drops,
    Dns: inputs.dns,
    DnsOptions: inputs.dnsOpts,
    DnsSearch: inputs.dnsSearches,
    ExtraHosts: list<{ host: string; ip: string }>(inputs.hosts).map(({ host, ip }) => `${host}:${ip}`),
    Sysctls: inputs.sysctls,
    StorageOpt: inputs.storageOpts,
    Tmpfs: inputs.tmpfs,
    LogConfig: { Type: inputs.logDriver ?? "", Config: inputs.logOpts },
    Ulimits: list<{ name: string; soft: number; hard: number }>(inputs.ulimits).map(({ name, soft, hard }) => ({
      Name: name,
      Soft: soft,
      Hard: hard,
    })),
    Devices: devices.map(({ hostPath, containerPath, permissions }) => ({
      PathOnHost: hostPath,
      PathInContainer: containerPath ?? hostPath,
      CgroupPermissions: permissions ?? "rwm",
    })),
    PortBindings: Object.fromEntries(bindings),
    Binds: volumes
      .filter((volume) => volume.hostPath ?? volume.volumeName)
      .map((v) => `${v.hostPath ?? v.volumeName}:${v.containerPath}:${v.readOnly ? "ro" : "rw"}`),
    VolumesFrom: volumes.flatMap((volume) => volume.fromContainer ?? []),
    Mounts: list<Mount>(inputs.mounts).map((mount) => ({
      Type: mount.type,
      Target: mount.target,
      Source: mount.source,
      ReadOnly: mount.readOnly,
      BindOptions: mount.bindOptions && { Propagation: mount.bindOptions.propagation },
      TmpfsOptions: mount.tmpfsOptions && { SizeBytes: mount.tmpfsOptions.sizeBytes, Mode: mount.tmpfsOptions.mode },
      VolumeOptions: mount.volumeOptions && {
        NoCopy: mount.volumeOptions.noCopy,
        Labels: labelMap(mount.volumeOptions.labels),
      },
    })),
  };
}

/** The files of `uploads` as an archive to be unpacked at the container's root; `undefined` when there are none. */
export function uploadArchive(inputs: Properties): Buffer | undefined {
  const uploads = list<Upload>(inputs.uploads);
  return uploads.length > 0 ? tar(uploads.map(uploadEntry)) : undefined;
}

function uploadEntry(upload: Upload): TarEntry {
  const given = [upload.content, upload.contentBase64, upload.source].filter((value) => value);
  if (given.length !== 1) {
    throw new Error(`upload ${upload.file}: exactly one of 'content', 'contentBase64' or 'source' must be set`);
  }
  const content = upload.content
    ? Buffer.from(upload.content)
    : upload.contentBase64
      ? Buffer.from(upload.contentBase64, "base64")
      : readFileSync(upload.source ?? "");
  const mode = upload.permissions ? parseInt(upload.permissions, 8) : upload.executable ? 0o744 : 0o644;
  return { kind: "file", path: upload.file, content, mode, uid: id(upload.owner), gid: id(upload.group) };
}

function id(owner: string | undefined): number {
  if (owner !== undefined && !/^\d+$/.test(owner)) throw new Error(`owner '${owner}' of an upload: give a number`);
  return Number(owner ?? 0);
}
