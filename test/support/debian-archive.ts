import { execFileSync, type ExecFileSyncOptions } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { alone } from "./packages";

/** The release of Debian that a machine has. */
export const suite = "trixie";

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

/**
 * Downloads packages of Debian 13 with an apt whose settings, lists and state lie in a folder of its own; nothing is
 * installed. What `use` is given is thrown away after it.
 *
 * @param status what dpkg is to think is installed, in dpkg's own form
 * @param args what apt is to do, such as `["download", "jq"]`
 * @param use takes the folder with the packages: `archives` for what `install` would need, itself for `download`
 * @throws Error where there is no apt, no archive, or the archive has no such package
 */
export function withPackages<T>(status: string, args: readonly string[], use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "sgbox-apt-"));
  try {
    for (const part of ["lists/partial", "cache", "archives/partial"])
      mkdirSync(join(folder, part), { recursive: true });
    writeFileSync(join(folder, "sources.list"), `deb ${archive()} ${suite} main\n`);
    writeFileSync(join(folder, "status"), status);
    const settings = {
      "Dir::Etc::SourceList": join(folder, "sources.list"),
      "Dir::Etc::SourceParts": "-",
      "Dir::Etc::Preferences": "-",
      "Dir::Etc::PreferencesParts": "-",
      "Dir::State": folder,
      "Dir::State::Lists": join(folder, "lists"),
      "Dir::State::Status": join(folder, "status"),
      "Dir::Cache": join(folder, "cache"),
      "Dir::Cache::Archives": join(folder, "archives"),
      "Acquire::Languages": "none",
      "APT::Sandbox::User": "root",
    };
    const options = Object.entries(settings).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    const apt = (...more: readonly string[]): string =>
      run(...alone("apt-get", ...options, "-qq", ...more), { cwd: folder, timeout: 300_000 });
    apt("update");
    apt(...args);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The index of packages in a folder, as apt reads it from an archive without suites. */
function indexOf(folder: string): string {
  const entries = readdirSync(folder)
    .filter((name) => name.endsWith(".deb"))
    .map((name) => {
      const content = readFileSync(join(folder, name));
      const digest = createHash("sha256").update(content).digest("hex");
      const said = run("dpkg-deb", ["--field", join(folder, name)]).trimEnd();
      return `${said}\nFilename: ./${name}\nSize: ${content.length}\nSHA256: ${digest}\n`;
    });
  return entries.join("\n");
}

/**
 * Makes a small archive of Debian 13: what a machine lacks for `names`, recommendations aside. Kept in the user's cache folder.
 *
 * @param installed file that says what the machine has, each line a package and its version
 * @returns folder of the archive, for `deb [trusted=yes] URL ./`
 * @throws Error where this machine cannot download packages of Debian 13
 */
export function archiveFor(installed: string, names: readonly string[]): string {
  const has = readFileSync(installed, "utf8");
  const key = createHash("sha256")
    .update(JSON.stringify([has, names]))
    .digest("hex")
    .slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const kept = join(cache, "sourcegraph-in-a-box", `packages-${suite}-${key}`);
  if (existsSync(kept)) return kept;
  const status = has
    .trim()
    .split("\n")
    .map((line) => line.split(" "))
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nMaintainer: -\nDescription: -\n`,
    );
  const wanted = ["install", "--download-only", "--yes", "--no-install-recommends", ...names];
  withPackages(status.join("\n"), wanted, (folder) => {
    const made = join(folder, "archives");
    writeFileSync(join(made, "Packages"), indexOf(made));
    mkdirSync(join(kept, ".."), { recursive: true });
    // The cache may be another file system than the one for temporary files.
    cpSync(made, `${kept}.${process.pid}`, { recursive: true });
    renameSync(`${kept}.${process.pid}`, kept);
  });
  return kept;
}
