import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import type { TarEntry } from "./tar";

/** A real program that images bring along. */
export type Program = "postgres" | "redis" | "caddy" | "prometheus";

const wheel = "pgserver==0.1.4";
const wheelHash = "sha256:d595789b47624a3d963aa9aa6359da9be31beb7e61f1a45541953242068b8813";
const postgresTools = [
  ..."postgres initdb pg_ctl psql pg_isready pg_dump pg_dumpall pg_restore".split(" "),
  ..."createdb dropdb pg_controldata vacuumdb reindexdb pg_amcheck".split(" "),
];
/** Where the tree of the wheel goes: its programs look for their libraries beside it. */
const postgresHome = "usr/lib/postgresql-16";
const locale = "/usr/lib/locale/C.utf8";

function run(program: string, args: readonly string[], cwd?: string, env?: NodeJS.ProcessEnv): string {
  return execFileSync(program, args, { cwd, env, timeout: 120_000, stdio: "pipe", encoding: "utf8" });
}

/** A folder of the user's cache, filled at the first call. */
function cached(name: string, fill: (folder: string) => void): string {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "sourcegraph-in-a-box");
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, `${name}.`));
  try {
    fill(work);
    // Another process may have been first.
    if (!existsSync(folder)) renameSync(work, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** PostgreSQL 16, which no Debian has: out of a wheel of the Python package index, 11 MB, its hash checked. */
function postgresFolder(): string {
  return cached("pgserver-0.1.4", (folder) => {
    const work = mkdtempSync(join(tmpdir(), "sgbox-wheel-"));
    try {
      const requirements = join(work, "requirements.txt");
      writeFileSync(requirements, `${wheel} --hash=${wheelHash}\n`);
      const platform = ["--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--only-binary=:all:"];
      const options = ["--quiet", "--no-deps", "--require-hashes", "--disable-pip-version-check", ...platform];
      run("python3", ["-m", "venv", join(work, "python")]);
      run(join(work, "python/bin/pip"), ["download", ...options, "--dest", work, "--requirement", requirements]);
      const [file = ""] = readdirSync(work).filter((name) => name.endsWith(".whl"));
      run("python3", ["-m", "zipfile", "--extract", join(work, file), folder]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
}

/** Redis as Debian packages it, for machines that have it not installed: unpacked with the libraries only it needs. */
function redisFolder(): string {
  return cached("redis-debian", (folder) => {
    run(
      "apt-get",
      ["-qq", "-o", "APT::Sandbox::User=root", "download", "redis-tools", "liblzf1", "libjemalloc2"],
      folder,
    );
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".deb"))) {
      run("dpkg-deb", ["--extract", name, "."], folder);
      rmSync(join(folder, name));
    }
  });
}

function redisServer(): { readonly server: string; readonly client: string; readonly libraries?: string } {
  if (existsSync("/usr/bin/redis-server")) return { server: "/usr/bin/redis-server", client: "/usr/bin/redis-cli" };
  const folder = redisFolder();
  const bin = join(folder, "usr/bin");
  // One program under several names: the package of the server holds no more than a link.
  return {
    server: join(bin, "redis-check-rdb"),
    client: join(bin, "redis-cli"),
    libraries: join(folder, "usr/lib/x86_64-linux-gnu"),
  };
}

/** The shared libraries of programs: where they must lie, and where they are here. */
function librariesOf(programs: readonly string[], folder?: string): Map<string, string> {
  const found = new Map<string, string>();
  const env = folder === undefined ? process.env : { ...process.env, LD_LIBRARY_PATH: folder };
  for (const program of programs) {
    const said = run("ldd", [program], undefined, env);
    if (said.includes("not found")) throw new Error(`${program} lacks libraries here:\n${said}`);
    for (const [, name = "", path = ""] of said.matchAll(/^\s*(?:(\S+) => )?(\/\S+) \(0x/gm)) {
      if (path.includes("pgserver.libs")) continue;
      found.set(name === "" ? path : `/lib/x86_64-linux-gnu/${basename(name)}`, realpathSync(path));
    }
  }
  return found;
}

function here(program: "caddy" | "prometheus"): string {
  const path = `/usr/bin/${program}`;
  if (!existsSync(path)) throw new Error(`there is no ${program} here (Debian: apt-get install ${program})`);
  return path;
}

const executable = (path: string, from: string): TarEntry => ({
  kind: "file",
  path,
  content: readFileSync(from),
  mode: 0o755,
});

/** All directories above the entries, which an archive must have before them. */
function withDirectories(entries: readonly TarEntry[]): TarEntry[] {
  const directories = new Set<string>();
  for (const { path } of entries)
    for (let above = dirname(path); above !== "." && above !== "/"; above = dirname(above)) directories.add(above);
  return [...[...directories].sort().map((path): TarEntry => ({ kind: "directory", path })), ...entries];
}

function files(folder: string, to: string, wanted: (path: string) => boolean): TarEntry[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(wanted)
    .sort()
    .map((path) => executable(join(to, path), join(folder, path)));
}

function postgres(): TarEntry[] {
  const folder = postgresFolder();
  const bin = `${postgresHome}/pgserver/pginstall/bin`;
  return [
    ...files(join(folder, "pgserver/pginstall"), `${postgresHome}/pgserver/pginstall`, (path) => {
      if (path.startsWith("bin/")) return postgresTools.includes(basename(path));
      return path.startsWith("share/") || /^lib\/postgresql\/[^/]*\.so$/.test(path);
    }),
    ...files(join(folder, "pgserver.libs"), `${postgresHome}/pgserver.libs`, () => true),
    ...postgresTools.map((name): TarEntry => ({ kind: "link", path: `usr/bin/${name}`, target: `/${bin}/${name}` })),
  ];
}

/** A locale of the name that the product's databases have, with the contents of this machine's C.UTF-8. */
function locales(): TarEntry[] {
  if (!existsSync(locale)) throw new Error(`there is no ${locale} here (Debian: apt-get install libc-bin)`);
  return files(locale, "usr/lib/locale/en_US.utf8", () => true);
}

const entriesOf = (libraries: ReadonlyMap<string, string>): TarEntry[] =>
  [...libraries].sort().map(([path, from]) => executable(path.slice(1), from));

function common(): Map<string, string> {
  const bin = join(postgresFolder(), "pgserver/pginstall/bin");
  return librariesOf([...postgresTools.map((name) => join(bin, name)), here("caddy"), here("prometheus")]);
}

/** The C library, the locale and what else more than one of the programs needs. Throws where a program cannot be had. */
export function commonEntries(): TarEntry[] {
  return withDirectories([...entriesOf(common()), ...locales()]);
}

/** A program with what only it needs, to lie over {@link commonEntries}. Throws where it cannot be had. */
export function programEntries(program: Program): TarEntry[] {
  if (program === "postgres") return withDirectories(postgres());
  if (program !== "redis") return withDirectories([executable(`usr/bin/${program}`, here(program))]);
  const { server, client, libraries } = redisServer();
  const shared = common();
  const own = new Map([...librariesOf([server, client], libraries)].filter(([path]) => !shared.has(path)));
  return withDirectories([
    ...entriesOf(own),
    executable("usr/bin/redis-server", server),
    executable("usr/bin/redis-cli", client),
  ]);
}
