import { execFileSync, type ExecFileSyncOptions } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { suite, withPackages } from "./debian-archive";
import { toolchainFolder } from "./toolchain";

const version = "2.26";

/** Where the program is kept between runs. */
function cached(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "sourcegraph-in-a-box", `compose-${suite}`, "docker-compose");
}

function run(program: string, args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(program, args, { timeout: 120_000, stdio: "pipe", ...options }).toString();
}

function fetchProgram(to: string): void {
  withPackages("", ["download", "docker-compose"], (folder) => {
    run("sh", ["-c", "mkdir root && dpkg-deb -x docker-compose_*.deb root"], { cwd: folder });
    mkdirSync(join(to, ".."), { recursive: true });
    copyFileSync(join(folder, "root/usr/libexec/docker/cli-plugins/docker-compose"), `${to}.${process.pid}`);
    chmodSync(`${to}.${process.pid}`, 0o755);
    renameSync(`${to}.${process.pid}`, to);
  });
}

/**
 * The compose of Debian 13, which is the one a machine runs: the program of Debian's own package, kept in the user's
 * cache folder. The first call downloads 13 MB; nothing is installed.
 *
 * @throws Error where there is no apt, no archive, or the archive has another version
 */
export function composeOfDebian(): string {
  const program = cached();
  if (!existsSync(program)) fetchProgram(program);
  const found = run(program, ["version", "--short"]).trim();
  if (!found.startsWith(`${version}.`))
    throw new Error(`${program} is compose ${found}, where Debian 13 has ${version}`);
  return program;
}

/**
 * As {@link composeOfDebian}, for a `before` hook. Where it cannot be had the suite is skipped and the reason printed;
 * in CI (`CI=true`) with the toolchain present it fails instead.
 */
export function requireComposeOfDebian(context: Mocha.Context): string {
  try {
    return composeOfDebian();
  } catch (error) {
    if (process.env.CI === "true" && existsSync(toolchainFolder())) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    console.log(`      skipped: the compose of Debian 13 cannot be had: ${reason}`);
    return context.skip();
  }
}
