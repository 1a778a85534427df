import { execFileSync, type ExecFileSyncOptions } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { alone } from "./packages";
import { toolchainFolder } from "./toolchain";

const suite = "trixie";
const version = "2.26";

/** Where the program is kept between runs. */
function cached(): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  return join(cache, "sourcegraph-in-a-box", `compose-${suite}`, "docker-compose");
}

function run(program: string, args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(program, args, { timeout: 120_000, stdio: "pipe", ...options }).toString();
}

/** The archive of Debian that this machine's own apt uses. */
function archive(): string {
  const sites = run("apt-get", ["indextargets", "--format", "$(SITE)", "Created-By: Packages"]).split("\n");
  const site = sites.find((line) => line.includes("debian") && !line.includes("-security"));
  if (site === undefined) throw new Error("apt knows no archive of Debian");
  return site;
}

/** Downloads and unpacks the package with an apt whose settings, lists and state lie in a folder of its own. */
function fetchProgram(to: string): void {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-apt-"));
  try {
    for (const part of ["lists/partial", "cache", "root"]) mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, "sources.list"), `deb ${archive()} ${suite} main\n`);
    writeFileSync(join(folder, "status"), "");
    const settings = {
      "Dir::Etc::SourceList": join(folder, "sources.list"),
      "Dir::Etc::SourceParts": "-",
      "Dir::Etc::Preferences": "-",
      "Dir::Etc::PreferencesParts": "-",
      "Dir::State": folder,
      "Dir::State::Lists": join(folder, "lists"),
      "Dir::State::Status": join(folder, "status"),
      "Dir::Cache": join(folder, "cache"),
      "Acquire::Languages": "none",
      "APT::Sandbox::User": "root",
    };
    const apt = (...args: string[]) =>
      run(
        ...alone(
          "apt-get",
          ...Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]),
          "-qq",
          ...args,
        ),
        { cwd: folder, timeout: 300_000 },
      );
    apt("update");
    apt("download", "docker-compose");
    run("sh", ["-c", "dpkg-deb -x docker-compose_*.deb root"], { cwd: folder });
    mkdirSync(join(to, ".."), { recursive: true });
    copyFileSync(join(folder, "root/usr/libexec/docker/cli-plugins/docker-compose"), `${to}.${process.pid}`);
    chmodSync(`${to}.${process.pid}`, 0o755);
    renameSync(`${to}.${process.pid}`, to);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
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
