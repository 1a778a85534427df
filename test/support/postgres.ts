import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./ports";

const versions = "/usr/lib/postgresql";

/** The folder with the programs of the newest PostgreSQL there is; undefined without one. */
function programs(): string | undefined {
  const found = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  return found.map((version) => join(versions, version, "bin")).find((bin) => existsSync(join(bin, "initdb")));
}

/** The folder with PostgreSQL's programs, for a `before` hook. Without them the suite is skipped, in CI it fails. */
export function requirePostgres(context: Mocha.Context): string {
  const bin = programs();
  if (bin !== undefined) return bin;
  if (process.env.CI === "true") throw new Error("PostgreSQL is missing (Debian: apt-get install postgresql)");
  console.log("      skipped: no PostgreSQL here (Debian: apt-get install postgresql)");
  return context.skip();
}

/** PostgreSQL does not run as root; root runs it as the user its package made. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A server of its own on loopback, in a folder of its own. */
export class PostgresServer {
  private constructor(
    private readonly bin: string,
    readonly port: number,
    /** Folder of its socket. */
    readonly folder: string,
    /** Superuser and its password. */
    readonly user: string,
    readonly password: string,
    private readonly process: ChildProcess,
  ) {}

  static async start(bin: string, user: string, password: string): Promise<PostgresServer> {
    const folder = mkdtempSync(join(tmpdir(), "sgbox-postgres-"));
    const who = account();
    const secret = join(folder, "password");
    writeFileSync(secret, password);
    mkdirSync(join(folder, "socket"));
    for (const path of [folder, secret, join(folder, "socket")])
      if (who.uid !== undefined && who.gid !== undefined) chownSync(path, who.uid, who.gid);
    const data = join(folder, "data");
    execFileSync(
      join(bin, "initdb"),
      ["-D", data, "-U", user, `--pwfile=${secret}`, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"],
      { ...who, stdio: "pipe", cwd: folder },
    );
    rmSync(secret);
    const port = await freePort();
    const socket = join(folder, "socket");
    const settings = ["listen_addresses=127.0.0.1", `unix_socket_directories=${socket}`, "fsync=off"];
    const process = spawn(
      join(bin, "postgres"),
      ["-D", data, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      { ...who, stdio: "ignore", cwd: folder },
    );
    const server = new PostgresServer(bin, port, folder, user, password, process);
    for (let tries = 0; tries < 100; tries += 1) {
      if (server.psql("template1", "select 1").status === 0) return server;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    server.stop();
    throw new Error("PostgreSQL did not start");
  }

  /** Variables by which clients find a database. */
  variables(prefix: string, database: string, user = this.user, password = this.password): Record<string, string> {
    return {
      [`${prefix}HOST`]: "127.0.0.1",
      [`${prefix}PORT`]: String(this.port),
      [`${prefix}USER`]: user,
      [`${prefix}PASSWORD`]: password,
      [`${prefix}DATABASE`]: database,
      [`${prefix}SSLMODE`]: "disable",
    };
  }

  private psql(
    database: string,
    sql: string,
    user?: string,
    password?: string,
    environment: Readonly<Record<string, string>> = {},
  ) {
    return spawnSync(join(this.bin, "psql"), ["-XAtq", "-v", "ON_ERROR_STOP=1"], {
      env: { PATH: process.env.PATH, ...environment, ...this.variables("PG", database, user, password) },
      input: sql,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
  }

  /** Runs SQL and returns what it answers, bare. `environment` are variables that a script reads. */
  run(
    database: string,
    sql: string,
    user?: string,
    password?: string,
    environment?: Readonly<Record<string, string>>,
  ): string {
    const { status, stdout, stderr } = this.psql(database, sql, user, password, environment);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** Keeps a session open by the socket until the function that is returned is called. */
  async connect(database: string, user?: string, password?: string): Promise<() => Promise<void>> {
    const client = spawn(join(this.bin, "psql"), ["-XAtq"], {
      env: {
        PATH: process.env.PATH,
        ...this.variables("PG", database, user, password),
        PGHOST: join(this.folder, "socket"),
      },
      stdio: ["pipe", "pipe", "ignore"],
    });
    const ended = new Promise<void>((resolve) => client.once("exit", () => resolve()));
    client.stdin.write("select 'here';\n");
    await new Promise((resolve) => client.stdout.once("data", resolve));
    return async () => {
      client.stdin.end();
      await ended;
    };
  }

  stop(): void {
    this.process.kill("SIGQUIT");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
