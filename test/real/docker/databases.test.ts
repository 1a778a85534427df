import assert from "node:assert/strict";
import { startDocker, type DockerEngine, type Finished } from "../../support/docker";
import { buildImages, requireImages } from "../../support/images/build";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const databases = ["pgsql", "codeintel-db", "codeinsights-db"] as const;
const insights = {
  POSTGRES_USER: "postgres",
  POSTGRES_DB: "postgres",
  POSTGRES_PASSWORD: "password",
  PGDATA: "/var/lib/postgresql/data/pgdata",
};
const told = {
  DEPLOY_TYPE: "docker-compose",
  PGHOST: "pgsql",
  PGPASSWORD: "it's",
  CODEINTEL_PGHOST: "codeintel-db",
  CODEINSIGHTS_PGDATASOURCE: "postgres://postgres:password@codeinsights-db:5432/postgres",
};
const frontend = {
  ...told,
  SRC_GIT_SERVERS: "x",
  SEARCHER_URL: "x",
  INDEXED_SEARCH_SERVERS: "x",
  STAND_IN_PATIENCE: "1",
};
const image = (service: string, release: string): string => `stand-in/${service}:${release}`;

describe("the stand-ins of databases, migrator and frontend on a real Docker Engine", function () {
  this.timeout(300_000);
  let docker: DockerEngine;

  before(async function () {
    requireToolchain(this);
    requireImages(this);
    docker = await startDocker(toolchainFolder());
    const services = [...databases, "migrator", "sourcegraph-frontend"];
    const releases = ["5.9.1590", "6.0.12741", "6.1.5633", "6.12.5040", "7.5.4453"];
    await buildImages(
      releases.flatMap((release) => services.map((service) => ({ service, reference: image(service, release) }))),
      docker.api,
    );
    assert.equal((await docker.docker(["network", "create", "box"])).code, 0);
  });
  after(() => docker?.stop());

  const options = (environment: Readonly<Record<string, string>>): string[] =>
    Object.entries(environment).flatMap(([name, value]) => ["-e", `${name}=${value}`]);

  async function start(
    service: string,
    release: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await docker.docker(["rm", "--force", service]);
    const own = service === "codeinsights-db" ? insights : {};
    const target = service === "codeinsights-db" ? "/var/lib/postgresql/data" : "/data";
    const place = ["--network", "box", "-v", `${service}:${target}`];
    const all = options({ ...own, ...environment });
    const { code, stderr } = await docker.docker([
      "run",
      "-d",
      "--name",
      service,
      ...place,
      ...all,
      image(service, release),
    ]);
    assert.equal(code, 0, stderr);
  }

  /** Waits until a database answers, or gives the last line of one that ended. */
  async function settled(service: string): Promise<string> {
    for (let tries = 0; tries < 300; tries += 1) {
      const { stdout } = await docker.docker(["inspect", "--format", "{{.State.Running}}", service]);
      if (stdout === "false\n") return (await docker.docker(["logs", "--tail", "1", service])).stderr.trim();
      if ((await docker.docker(["exec", service, "/ready.sh"])).code === 0) return "";
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`${service} does not answer`);
  }

  const sql = async (service: string, text: string): Promise<string> => {
    const user = service === "codeinsights-db" ? "postgres" : "sg";
    return (await docker.docker(["exec", service, "psql", "-U", user, "-qtAc", text])).stdout.trim();
  };
  const once = (service: string, release: string, environment: Readonly<Record<string, string>>, ...args: string[]) =>
    docker.docker(["run", "--rm", "--network", "box", ...options(environment), image(service, release), ...args]);
  const migrator = (release: string, ...args: string[]): Promise<Finished> => once("migrator", release, told, ...args);
  const refusal = ({ code, stderr }: Finished): string => `${code} ${stderr.trim()}`;

  it("demands the password that was given at the first start, ever after, and none where none was given", async () => {
    await start("pgsql", "5.9.1590", { POSTGRES_PASSWORD: "it's" });
    await start("codeintel-db", "5.9.1590");
    await start("codeinsights-db", "5.9.1590");
    for (const database of databases) assert.equal(await settled(database), "");
    assert.match(
      refusal(await once("migrator", "5.9.1590", { ...told, PGPASSWORD: "other" }, "up")),
      /^1 migrator 5\.9\.1590: the database frontend does not answer: .*password authentication failed/,
    );
    await start("pgsql", "5.9.1590", { POSTGRES_PASSWORD: "other" });
    assert.equal(await settled("pgsql"), "");
    assert.equal((await migrator("5.9.1590", "up")).code, 0);
    await sql("pgsql", "insert into repo (name) select 'r' || n from generate_series(1, 100) n");
  });

  it("refuses PostgreSQL 12 from 6.0 on in migrator and frontend, and from 7.0 on in the database itself", async () => {
    assert.equal(
      refusal(await migrator("6.0.12741", "up")),
      "1 migrator 6.0.12741: the database frontend is PostgreSQL 12, and 16 is the least",
    );
    assert.equal(
      refusal(await once("sourcegraph-frontend", "6.0.12741", frontend)),
      "78 frontend 6.0.12741: the database frontend is PostgreSQL 12, and 16 is the least",
    );
    await start("codeintel-db", "7.5.4453");
    assert.equal(
      await settled("codeintel-db"),
      "postgres 7.5.4453: database files are incompatible with server: /data/pgdata-12 was made by PostgreSQL 12, and this is 16",
    );
  });

  it("converts such a directory at the start of 6.12, with its data, and never goes back", async () => {
    for (const database of databases) await start(database, "6.12.5040", { STAND_IN_CONVERT_SECONDS: "1" });
    for (const database of databases) assert.equal(await settled(database), "");
    assert.equal(await sql("pgsql", "select count(*) from repo"), "100");
    assert.equal(await sql("codeinsights-db", "show stand_in.postgres"), "16");
    await start("codeintel-db", "5.9.1590");
    assert.match(await settled("codeintel-db"), /is of PostgreSQL 16, and this is 12$/);
    await start("codeintel-db", "6.12.5040");
    assert.equal(await settled("codeintel-db"), "");
  });

  it("is corrupt when the conversion was interrupted", async () => {
    await docker.docker(["volume", "create", "spare"]);
    const args = ["run", "-d", "--name", "spare", "-v", "spare:/data"];
    await docker.docker([...args, image("pgsql", "5.9.1590")]);
    assert.equal(await settled("spare"), "");
    await docker.docker(["rm", "--force", "spare"]);
    await docker.docker([...args, "-e", "STAND_IN_CONVERT_SECONDS=60", image("pgsql", "6.12.5040")]);
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await docker.docker(["logs", "spare"])).stdout.includes("do not interrupt")) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await docker.docker(["rm", "--force", "spare"]);
    await docker.docker([...args, image("pgsql", "6.12.5040")]);
    assert.equal(
      await settled("spare"),
      "postgres 6.12.5040: /data/pgdata-12 is corrupt: a conversion to PostgreSQL 16 was interrupted",
    );
  });

  it("refuses hops that are none, and leaves a dirty row half-way that blocks until it is ignored once", async () => {
    assert.equal(
      refusal(await migrator("6.1.5633", "up")),
      "1 migrator 6.1.5633: 6.1.5633 may not follow 5.9.1590 in one step",
    );
    assert.equal(
      refusal(await migrator("6.0.12741", "upgrade", "--from", "v5.9", "--to", "v6.1")),
      "1 migrator 6.0.12741: does not know v6.1, take a newer one",
    );
    assert.equal(
      refusal(await migrator("6.1.5633", "upgrade", "--from", "v5.8", "--to", "v6.0")),
      "1 migrator 6.1.5633: the instance is of 5.9.1590, not of 5.8",
    );
    const upgrade = ["upgrade", "--from", "v5.9", "--to", "v6.0", "--disable-animation"];
    await sql(
      "pgsql",
      "create table stand_in_fault (name text); insert into stand_in_fault values ('migration-fails')",
    );
    assert.equal(
      refusal(await migrator("6.1.5633", ...upgrade)),
      "1 migrator 6.1.5633: the schema codeintel is dirty: the migration of 5.10 fails as it was told to",
    );
    assert.equal(
      await sql("codeintel-db", "select version || ':' || error_message from migration_logs where not success"),
      "60:the migration of 5.10 fails as it was told to",
    );
    await sql("pgsql", "drop table stand_in_fault");
    assert.equal(
      refusal(await migrator("6.1.5633", ...upgrade)),
      "1 migrator 6.1.5633: the schema frontend has drifted from v5.9",
    );
    assert.equal((await migrator("6.1.5633", ...upgrade, "--skip-drift-check")).code, 0);
    assert.equal((await migrator("6.0.12741", "drift", "--db=codeintel", "--version=v6.0.12741")).code, 0);
  });

  it("lets a frontend run on a schema of its own minor release or the next, and on no other", async () => {
    const ends = async (release: string): Promise<string> =>
      refusal(await once("sourcegraph-frontend", release, frontend));
    // Its databases are there, and nothing else that it is told of or knows.
    const lonely = /^69 frontend \S+: built-in names redis-cache:6379, which does not answer/;
    assert.match(await ends("6.0.12741"), lonely);
    assert.equal(
      await ends("6.12.5040"),
      "78 frontend 6.12.5040: the schema frontend is of 6.0, on which 6.12.5040 may not run",
    );
    assert.equal((await migrator("6.1.5633", "up")).code, 0);
    assert.match(await ends("6.0.12741"), lonely);
    assert.equal(
      (await migrator("6.12.5040", "upgrade", "--from", "v6.0", "--to", "v6.12", "--skip-drift-check")).code,
      0,
    );
    assert.equal(
      await ends("6.1.5633"),
      "78 frontend 6.1.5633: the schema frontend is of 6.12, on which 6.1.5633 may not run",
    );
  });
});
