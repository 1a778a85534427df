import { DockerApiError, type DockerApi } from "./api";
import { createRequest, resources, uploadArchive } from "./container-request";
import { pause, Unfinished, type Kind, type Properties } from "./kind";

interface Inspection {
  readonly Id: string;
  readonly Name: string;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string; readonly Log?: readonly { readonly Output: string }[] };
  };
  readonly Config: {
    readonly Hostname: string;
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly StopSignal?: string;
    readonly StopTimeout?: number;
  };
  readonly HostConfig: {
    readonly RestartPolicy: { readonly Name: string };
    readonly Memory: number;
    readonly CpuShares: number;
    readonly CpusetCpus: string;
    readonly Init?: boolean;
    readonly IpcMode: string;
    readonly ShmSize: number;
    readonly Runtime: string;
    readonly LogConfig: { readonly Type: string };
  };
  readonly NetworkSettings: {
    readonly Bridge: string;
    readonly Networks: Readonly<Record<string, { IPAddress: string; IPPrefixLen: number; Gateway: string }>>;
  };
}

const MEGABYTE = 1024 * 1024;
const ATTACH_LIMIT_MS = 10 * 60_000;
const path = (id: string): string => `/containers/${encodeURIComponent(id)}`;
const label = (inputs: Properties): string => String(inputs.name);

/** Starts the container and waits for what its inputs ask for: the end (`attach`), health (`wait`), or that it runs. */
async function start(api: DockerApi, id: string, inputs: Properties): Promise<Properties> {
  if (inputs.start === false) return {};
  // With `rm` the container is gone once it ends: the wait must begin before the start.
  const condition = inputs.rm === true ? "removed" : "next-exit";
  const ended =
    inputs.attach === true &&
    api.json<{ StatusCode: number }>("POST", `${path(id)}/wait`, { query: { condition }, timeoutMs: ATTACH_LIMIT_MS });
  if (ended) ended.catch(() => undefined);
  await api.json("POST", `${path(id)}/start`);
  if (ended) {
    const { StatusCode: exitCode } = await ended;
    const keep = inputs.logs === true && inputs.rm !== true;
    return { exitCode, ...(keep && { containerLogs: await api.logs(id, 10_000) }) };
  }
  if (inputs.wait === true) await healthy(api, id, inputs);
  return {};
}

async function healthy(api: DockerApi, id: string, inputs: Properties): Promise<void> {
  const seconds = (inputs.waitTimeout as number | undefined) ?? 60;
  for (const end = Date.now() + seconds * 1000; ; await pause(200)) {
    const { State } = await api.json<Inspection>("GET", `${path(id)}/json`);
    if (State.Health?.Status === "healthy") return;
    if (!State.Health) throw new Error(`container ${label(inputs)} has no health check to wait for`);
    const running = State.Running || (inputs.restart ?? "no") !== "no";
    if (running && Date.now() < end) continue;
    const why = running
      ? `is ${State.Health.Status} after ${seconds} s: ${State.Health.Log?.at(-1)?.Output.trim() ?? "no check has ended"}`
      : `exited with ${State.ExitCode}`;
    throw new Error(`container ${label(inputs)} ${why}\n${await api.logs(id, 20)}`);
  }
}

function outputs(inputs: Properties, found: Inspection, more: Properties): Properties {
  const { Config, HostConfig, NetworkSettings, State } = found;
  return {
    // What the engine decided on, unless the program had said it.
    bridge: NetworkSettings.Bridge,
    command: Config.Cmd ?? [],
    entrypoints: Config.Entrypoint ?? [],
    envs: [],
    healthcheck: {},
    hostname: Config.Hostname,
    init: HostConfig.Init ?? false,
    ipcMode: HostConfig.IpcMode,
    labels: [],
    logDriver: HostConfig.LogConfig.Type,
    platform: "",
    runtime: HostConfig.Runtime,
    securityOpts: [],
    shmSize: HostConfig.ShmSize / MEGABYTE,
    stopSignal: Config.StopSignal ?? "",
    stopTimeout: Config.StopTimeout ?? 0,
    containerLogs: "",
    exitCode: State.Running ? 0 : State.ExitCode,
    networkDatas: Object.entries(NetworkSettings.Networks).map(([networkName, settings]) => ({
      networkName,
      ipAddress: settings.IPAddress,
      ipPrefixLength: settings.IPPrefixLen,
      gateway: settings.Gateway,
    })),
    ...inputs,
    ...more,
  };
}

/** What of the inputs is no longer so. The rest of a container cannot change after it was made. */
function drift(inputs: Properties, found: Inspection): Properties {
  const { HostConfig, State } = found;
  const actual: Properties = {
    restart: HostConfig.RestartPolicy.Name || "no",
    memory: HostConfig.Memory / MEGABYTE,
    cpuShares: HostConfig.CpuShares,
    cpuSet: HostConfig.CpusetCpus,
  };
  const changed = Object.entries(actual).filter(([name, value]) => name in inputs && inputs[name] !== value);
  const stopped = !State.Running && inputs.mustRun !== false;
  return { ...inputs, ...Object.fromEntries(changed), ...(stopped && { mustRun: false }) };
}

async function remove(api: DockerApi, id: string, state: Properties): Promise<void> {
  try {
    const grace = state.destroyGraceSeconds as number | undefined;
    if (grace && state.attach !== true) {
      await api.json("POST", `${path(id)}/stop`, { query: { t: grace }, timeoutMs: (grace + 30) * 1000 });
    }
    await api.json("DELETE", path(id), { query: { force: true, v: state.removeVolumes !== false } });
  } catch (error) {
    const gone = error instanceof DockerApiError && (error.status === 404 || /already in progress/.test(error.message));
    if (!gone) throw error;
  }
}

/** Files, networks, start: what follows the creation. */
async function complete(api: DockerApi, id: string, inputs: Properties): Promise<Properties> {
  const networks = inputs.networksAdvanced as
    { name: string; aliases?: string[]; ipv4Address?: string; ipv6Address?: string }[] | undefined;
  if (networks && networks.length > 0) {
    if ((inputs.networkMode ?? "bridge") === "bridge") {
      await api.json("POST", "/networks/bridge/disconnect", { json: { Container: id, Force: false } });
    }
    for (const { name, aliases, ipv4Address, ipv6Address } of networks) {
      const IPAMConfig = { IPv4Address: ipv4Address, IPv6Address: ipv6Address };
      const json = { Container: id, EndpointConfig: { Aliases: aliases, IPAMConfig } };
      await api.json("POST", `/networks/${encodeURIComponent(name)}/connect`, { json });
    }
  }
  const archive = uploadArchive(inputs);
  if (archive) {
    const raw = { type: "application/x-tar", body: archive };
    await api.json("PUT", `${path(id)}/archive`, { query: { path: "/" }, raw });
  }
  return start(api, id, inputs);
}

/** `docker.Container`. */
export const container: Kind = {
  sets: [
    ...["capabilities", "devices", "dns", "dnsOpts", "dnsSearches", "envs", "groupAdds", "hosts", "labels", "mounts"],
    ...["networksAdvanced", "securityOpts", "ulimits", "uploads", "volumes"],
  ],
  inputs: [
    ...["attach", "capabilities", "command", "containerReadRefreshTimeoutMilliseconds", "cpuPeriod", "cpuQuota"],
    ...["cpuSet", "cpuShares", "cpus", "destroyGraceSeconds", "devices", "dns", "dnsOpts", "dnsSearches"],
    ...["domainname", "entrypoints", "envs", "groupAdds", "healthcheck", "hostname", "hosts", "image", "init"],
    ...["ipcMode", "labels", "logDriver", "logOpts", "logs", "maxRetryCount", "memory", "memoryReservation"],
    ...["memorySwap", "mounts", "mustRun", "name", "networkMode", "networksAdvanced", "pidMode", "ports"],
    ...["privileged", "publishAllPorts", "readOnly", "removeVolumes", "restart", "rm", "runtime", "securityOpts"],
    ...["shmSize", "start", "stdinOpen", "stopSignal", "stopTimeout", "storageOpts", "sysctls", "tmpfs", "tty"],
    ...["ulimits", "uploads", "user", "usernsMode", "volumes", "wait", "waitTimeout", "workingDir"],
  ],
  inPlace: [
    ...["attach", "containerReadRefreshTimeoutMilliseconds", "cpuSet", "cpuShares", "destroyGraceSeconds", "logs"],
    ...["maxRetryCount", "memory", "memoryReservation", "memorySwap", "mustRun", "removeVolumes", "restart", "rm"],
    ...["start", "wait", "waitTimeout"],
  ],
  computed: [
    ...["bridge", "command", "containerLogs", "entrypoints", "envs", "exitCode", "healthcheck", "hostname", "init"],
    ...["ipcMode", "labels", "logDriver", "networkDatas", "platform", "runtime", "securityOpts", "shmSize"],
    ...["stopSignal", "stopTimeout"],
  ],
  autoName: true,

  async create(api, inputs) {
    const { Id } = await api.json<{ Id: string }>("POST", "/containers/create", {
      query: { name: label(inputs) },
      json: createRequest(inputs),
    });
    let more: Properties;
    try {
      more = await complete(api, Id, inputs);
    } catch (error) {
      const found = await api.find<Inspection>(`${path(Id)}/json`);
      throw new Unfinished(Id, found ? outputs(inputs, found, {}) : inputs, (error as Error).message);
    }
    if (inputs.start !== false && inputs.mustRun !== false) await pause(100); // time to fail, as the real one gives
    const found = await api.find<Inspection>(`${path(Id)}/json`);
    if (!found) return { id: Id, outputs: { ...inputs, ...more } };
    if (inputs.start !== false && inputs.mustRun !== false && !found.State.Running) {
      const said = await api.logs(Id, 20);
      await remove(api, Id, inputs);
      throw new Error(`container ${label(inputs)} exited immediately with ${found.State.ExitCode}\n${said}`);
    }
    return { id: Id, outputs: outputs(inputs, found, more) };
  },

  async update(api, id, inputs, state) {
    const changed = ["restart", "maxRetryCount", "cpuShares", "cpuSet", "memory", "memoryReservation", "memorySwap"];
    if (changed.some((name) => inputs[name] !== state[name])) {
      await api.json("POST", `${path(id)}/update`, { json: resources(inputs) });
    }
    const before = await api.json<Inspection>("GET", `${path(id)}/json`);
    let more: Properties = {};
    try {
      if (!before.State.Running && inputs.mustRun !== false) more = await start(api, id, inputs);
      else if (inputs.wait === true && inputs.attach !== true) await healthy(api, id, inputs);
    } catch (error) {
      throw new Unfinished(id, outputs(inputs, before, {}), (error as Error).message);
    }
    return outputs(inputs, await api.json<Inspection>("GET", `${path(id)}/json`), more);
  },

  async read(api, id, inputs, state) {
    const found = await api.find<Inspection>(`${path(id)}/json`);
    if (!found) return undefined;
    const now = drift(inputs, found);
    const { containerLogs } = state;
    return { inputs: now, outputs: outputs(now, found, containerLogs ? { containerLogs } : {}) };
  },

  delete: remove,
};
