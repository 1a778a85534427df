import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { alone } from "./packages";
import { DockerApi } from "./stand-ins/docker/api";

const run = promisify(execFile);

/** How a command ended. Both streams are text. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A real Docker Engine of a test, with no registry behind it. */
export interface DockerEngine {
  /** What reaches the engine, for the environment of other processes. */
  readonly env: { readonly DOCKER_HOST: string; readonly DOCKER_CONFIG: string };
  readonly api: DockerApi;
  /**
   * Runs the `docker` command (`compose` included) and gives how it ended, whatever the exit code.
   * @throws when it takes longer than `timeoutMs` (default 120 s)
   */
  docker(args: readonly string[], options?: { readonly cwd?: string; readonly timeoutMs?: number }): Promise<Finished>;
  /** Stops containers and engine and deletes all they had. */
  stop(): Promise<void>;
}

/** With the wait for others that install packages. */
const START_MS = 300_000;
const STOP_MS = 60_000;

/**
 * Starts a Docker Engine of its own: its data, socket and settings lie in a new temporary folder. About 2 s, 10 s more
 * where the packages must be installed first. Needs root.
 *
 * @param toolchain - the folder with the `docker-up` of the test toolchain; `install` has run
 */
export async function startDocker(toolchain: string): Promise<DockerEngine> {
  const state = mkdtempSync(join(tmpdir().length <= 50 ? tmpdir() : "/tmp", "sgbox-docker-"));
  const stop = async (): Promise<void> => {
    const engine = pidIn(state);
    try {
      await clear(new DockerApi(`unix://${join(state, "docker.sock")}`)).catch(() => undefined);
      await run(join(toolchain, "docker-down"), [state], { timeout: STOP_MS });
    } finally {
      if (engine !== undefined && isEngineOf(engine, state)) process.kill(engine, "SIGKILL");
      unmountBelow(state);
      rmSync(state, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  // Also when the tests end without `stop`: a daemon would outlive them.
  const abandon = (): void => {
    const engine = pidIn(state);
    if (engine !== undefined && isEngineOf(engine, state)) process.kill(engine, "SIGTERM");
  };
  process.once("exit", abandon);
  try {
    const { stdout } = await run(...alone(join(toolchain, "docker-up"), state), { timeout: START_MS });
    const settings = new Map(stdout.split("\n").map((line) => line.split("=", 2) as [string, string]));
    const env = { DOCKER_HOST: settings.get("DOCKER_HOST") ?? "", DOCKER_CONFIG: settings.get("DOCKER_CONFIG") ?? "" };
    return {
      env,
      api: new DockerApi(env.DOCKER_HOST),
      docker: (args, options = {}) => docker(args, env, options),
      async stop() {
        await stop();
        process.removeListener("exit", abandon);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Removes containers and networks: the bridge of a network stays on the machine when its engine is gone. */
async function clear(api: DockerApi): Promise<void> {
  const containers = await api.json<{ Id: string }[]>("GET", "/containers/json", { query: { all: true } });
  await Promise.all(
    containers.map(({ Id }) => api.json("DELETE", `/containers/${Id}`, { query: { force: true, v: true } })),
  );
  await api.json("POST", "/networks/prune");
}

async function docker(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { cwd, timeoutMs = 120_000 }: { readonly cwd?: string; readonly timeoutMs?: number },
): Promise<Finished> {
  const options = { cwd, timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } };
  try {
    return { code: 0, ...(await run("docker", args, options)) };
  } catch (error) {
    const { code, killed, stdout, stderr } = error as Partial<Finished> & { readonly killed?: boolean };
    if (killed || typeof code !== "number") {
      throw new Error(`docker ${args.join(" ")} did not end within ${timeoutMs} ms\n${stderr ?? ""}`, { cause: error });
    }
    return { code, stdout: stdout ?? "", stderr: stderr ?? "" };
  }
}

/** An engine that was killed leaves its mounts behind. */
function unmountBelow(folder: string): void {
  const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
  const points = mounts.map((line) => line.split(" ")[1] ?? "").filter((point) => point.startsWith(`${folder}/`));
  for (const point of points.reverse()) spawnSync("umount", ["--lazy", point]);
}

function pidIn(state: string): number | undefined {
  const file = join(state, "dockerd.pid");
  return statSync(file, { throwIfNoEntry: false }) && Number(readFileSync(file, "utf8"));
}

/** The pid may be another process's by now. */
function isEngineOf(pid: number, state: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  return statSync(file, { throwIfNoEntry: false }) !== undefined && readFileSync(file, "utf8").includes(state);
}
