import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finished } from "./docker";

/** The root of this machine with everything that is written to it kept apart, and thrown away at the end. */
export interface RootOverlay {
  /**
   * Runs a program of the shell in it, as root.
   *
   * @param offline without any network but a loopback address of its own
   */
  run(program: string, options?: { readonly offline?: boolean; readonly timeoutMs?: number }): Promise<Finished>;
  /** Ends what still runs in it, and deletes what was written. */
  stop(): Promise<void>;
}

/** What is written lies in memory, but for `/data`, whose files are on the disk of this machine. */
const mounts = `set -e
cd "$1"
mount -t tmpfs tmpfs memory
mkdir memory/upper memory/work root
mount -t overlay overlay -o lowerdir=/,upperdir=memory/upper,workdir=memory/work root
mkdir -p root/data
mount --bind data root/data
for part in dev sys; do mount --rbind /$part root/$part; done
mount -t tmpfs tmpfs root/run
mount -t proc proc root/proc
echo mounted
# The first process takes leave of those whose parents are gone.
while :; do sleep 3600 & wait $!; done`;

function finished(program: string, args: readonly string[], timeoutMs: number): Promise<Finished> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: "SIGKILL" as const, maxBuffer: 16 << 20 };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}

async function mounted(holder: ChildProcess): Promise<void> {
  let said = "";
  holder.stdout?.on("data", (text: Buffer) => (said += text.toString()));
  holder.stderr?.on("data", (text: Buffer) => (said += text.toString()));
  for (let tries = 0; tries < 200 && !said.includes("mounted\n"); tries++) {
    if (holder.exitCode !== null) throw new Error(`the root cannot be laid over: ${said}`);
    await sleep(50);
  }
  if (!said.includes("mounted\n")) throw new Error(`the root was not laid over in time: ${said}`);
}

/**
 * Lays a file system of its own over the root of this machine. Needs root.
 *
 * @throws Error where this machine does not allow it
 */
export async function overlayRoot(): Promise<RootOverlay> {
  const folder = mkdtempSync("/tmp/sgbox-root-");
  for (const part of ["memory", "data"]) mkdirSync(join(folder, part));
  // A process group and namespaces of processes and mounts of its own: with the first process everything in them ends.
  const holder = spawn("unshare", ["--mount", "--pid", "--fork", "--kill-child", "bash", "-c", mounts, "-", folder], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async (): Promise<void> => {
    holder.kill("SIGKILL");
    for (let tries = 0; tries < 100 && holder.exitCode === null && holder.signalCode === null; tries++) await sleep(50);
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    await mounted(holder);
  } catch (error) {
    await stop();
    throw error;
  }
  const { stdout } = await finished("pgrep", ["-P", String(holder.pid)], 5000);
  const first = stdout.trim();
  return {
    run: (program, { offline = false, timeoutMs = 120_000 } = {}) => {
      const inside = ["chroot", join(folder, "root"), "env", "-i", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];
      const shell = [...inside, "bash", "--norc", "-c", offline ? `ip link set lo up\n${program}` : program];
      const entered = ["-t", first, "--mount", "--pid", ...(offline ? ["unshare", "--net"] : []), ...shell];
      return finished("nsenter", entered, timeoutMs);
    },
    stop,
  };
}
