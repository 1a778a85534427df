import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { parse, stringify } from "yaml";
import type { Bundle } from "../../../components/core/rendering/bundle";
import { requireComposeOfDebian } from "../../support/compose-debian";
import {
  composeDeployment,
  dockerConfigWith,
  machineOn,
  publish,
  secretValues,
  succeeded,
} from "../../support/compose-deployment";
import { startDocker, type DockerEngine } from "../../support/docker";
import { buildImages, requireImages, type StandInImage } from "../../support/images/build";
import type { ProgramHost } from "../../support/machine-programs";
import { pageCommands } from "../../support/page-commands";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

const run = promisify(execFile);
const release = "6.12.5040";
/** A container, a user and a database. */
type Server = readonly [container: string, user: string, database: string];
const page = (name: string) => pageCommands(`docs/migrate/${name}.md`);
const way = page("README");
const pages = {
  "single-container": page("single-container"),
  "compose-checkout": page("compose-checkout"),
  "k3s-image": page("k3s-image"),
};

/** What the machine runs of the deployment here: the databases, and one service that has to stand still meanwhile. */
const kept = ["pgsql", "codeintel-db", "codeinsights-db", "redis-store"];
const databases = [
  { service: "pgsql", user: "sg", volume: "pgsql", target: "/data" },
  { service: "codeintel-db", user: "sg", volume: "codeintel-db", target: "/data" },
  { service: "codeinsights-db", user: "postgres", volume: "codeinsights-db", target: "/var/lib/postgresql/data" },
];

/** What the vendor tells the database of code insights. */
const insights = {
  POSTGRES_USER: "postgres",
  POSTGRES_DB: "postgres",
  POSTGRES_PASSWORD: "password",
  PGDATA: "/var/lib/postgresql/data/pgdata",
};
const deployment = composeDeployment({ release, size: "XS" });

/** The stand-in of a service. */
function imageOf(service: string): StandInImage {
  const container = deployment.plan.containers.find((each) => each.service === service);
  return { service, reference: container?.image.reference ?? assert.fail(`there is no ${service}`) };
}

/** A bundle with the services that are kept, and no other; their health is asked for more often. */
function cut(bundle: Bundle): Bundle {
  const files = bundle.files.map((file) => {
    if (file.path.startsWith("compose.")) {
      const text = file.text.replaceAll(/interval: \d+s/g, "interval: 1s");
      const compose = parse(text) as { services: Record<string, object> };
      const services = Object.entries(compose.services).filter(([name]) => kept.includes(name));
      return { ...file, text: stringify({ ...compose, services: Object.fromEntries(services) }) };
    }
    if (file.path !== "databases.json") return file;
    const plan = JSON.parse(file.text) as { others: string[] };
    return { ...file, text: JSON.stringify({ ...plan, others: plan.others.filter((name) => kept.includes(name)) }) };
  });
  const images = kept.map((service) => imageOf(service).reference);
  return { ...bundle, files, images };
}

/** SQL that fills a database with what a dump may trip over; `mark` makes each another. */
const filling = (mark: string): string => `
create schema "Odd ""Schema";
create table users (id serial primary key, name text not null unique, at timestamptz default now(), data bytea);
insert into users (name, data) select '${mark} ' || n || e' \\t\\\\ \\r\\n é', decode(md5(n::text), 'hex') from generate_series(1, 2000) n;
create table "Odd ""Schema"."Odd Table" (note text, number double precision);
insert into "Odd ""Schema"."Odd Table" values (null, 0.1), ('\\.', 'NaN'), ('', 'infinity');
create table empty ();
create view names as select name from users;`;
/** SQL that gives one line for each table: its name, rows and a hash of all rows. */
const fingerprint = `
select format('select %L, count(*), md5(string_agg(t::text, %L order by t::text)) from %I.%I as t',
  schemaname || '.' || tablename, E'\\n', schemaname, tablename)
  from pg_tables where schemaname !~ '^pg_' and schemaname <> 'information_schema' order by 1
\\gexec
select 'next user', last_value from users_id_seq;
select distinct 'owner', tableowner = current_user from pg_tables where schemaname = 'public';`;

describe("the pages of docs/migrate, their commands run from old hosts to a new machine", function () {
  this.timeout(600_000);
  const bundle = cut(deployment.bundle);
  const values = secretValues(bundle);
  let old: DockerEngine;
  let engine: DockerEngine;
  let folder: string;
  let config: string;
  let machine: ProgramHost;
  let asked = 0;

  before(async function () {
    requireToolchain(this);
    requireImages(this);
    const debian = requireComposeOfDebian(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-migrate-"));
    config = dockerConfigWith(debian);
    // One after the other: two engines that start at once trip over the machine's packet filter.
    old = await startDocker(toolchainFolder());
    engine = await startDocker(toolchainFolder());
    for (const each of [old, engine]) await buildImages(kept.map(imageOf), each.api);
  });
  after(async () => {
    await Promise.all([old?.stop(), engine?.stop()]);
    for (const each of [folder, config]) if (each !== undefined) rmSync(each, { recursive: true, force: true });
  });

  /** The new machine, as `pulumi up` leaves it: empty and healthy. */
  beforeEach(async function () {
    machine = machineOn({ ...engine.env, DOCKER_CONFIG: config, HOME: join(folder, "root") });
    mkdirSync(join(folder, "root"), { recursive: true });
    mkdirSync(join(folder, "home/move"), { recursive: true });
    machine.write("bin/systemctl", '#!/bin/sh\necho "$*" >> "$FAKE/systemctl.log"\n');
    chmodSync(join(machine.folder, "bin/systemctl"), 0o755);
    publish(machine, bundle, values);
    const { code, output } = await machine.fetch("boot");
    assert.equal(code, 0, output);
  });
  afterEach(async () => {
    const down = ["--config", config, "compose", "--project-name", "docker-compose", "down", "--volumes"];
    await engine.docker([...down, "--timeout", "0"], { cwd: join(machine.folder, "mnt/deployment") });
    const containers = succeeded(await old.docker(["ps", "--all", "--quiet"]))
      .split("\n")
      .filter(Boolean);
    if (containers.length > 0) await old.docker(["rm", "--force", "--volumes", ...containers]);
    await old.docker(["volume", "prune", "--force"]);
    machine.delete();
    for (const each of ["root", "home"]) rmSync(join(folder, each), { recursive: true });
  });

  /** Runs a block of a page as root of the old host, with more programs in `home/bin`. */
  async function onOldHost(commands: string | undefined): Promise<string> {
    const PATH = [join(folder, "home/bin"), process.env.PATH].join(delimiter);
    const env = { ...process.env, ...old.env, HOME: join(folder, "home"), PATH };
    const args = ["-euo", "pipefail", "-c", commands ?? assert.fail("the page has no such block")];
    return (await run("/bin/bash", args, { env, timeout: 120_000 })).stdout;
  }
  /** Runs a block of a page as root of the new machine. */
  async function onMachine(commands: string | undefined): Promise<string> {
    const text = machine.led(commands ?? assert.fail("the page has no such block"));
    const { code, output } = await machine.run("/bin/bash", ["-euo", "pipefail", "-c", text]);
    assert.equal(code, 0, output);
    return output;
  }
  /** The programs of the new machine on the old host, as `sgbox render` and `scp` bring them there. */
  function programs(): void {
    for (const path of ["backup.sh", "databases.sh", "databases.json"])
      writeFileSync(join(folder, "home/move", path), bundle.files.find((file) => file.path === path)?.text ?? "");
  }
  /** What psql of a container answers to a text; the server is asked as clients in the container are. */
  async function sql(on: DockerEngine, [container, user, database]: Server, text: string): Promise<string> {
    const file = join(folder, `asked-${(asked += 1)}.sql`);
    writeFileSync(file, text);
    const psql = 'exec docker exec -i "$0" psql -XAtq -v ON_ERROR_STOP=1 --username "$1" --dbname "$2" < "$3"';
    const env = { ...process.env, ...on.env };
    return (await run("/bin/bash", ["-c", psql, container, user, database, file], { env, timeout: 60_000 })).stdout;
  }
  async function filled(server: Server): Promise<string> {
    await sql(old, server, filling(server.join(" ")));
    return sql(old, server, fingerprint);
  }
  /** Waits for a server that was just started. */
  async function up(container: string): Promise<void> {
    for (let tries = 0; (await old.docker(["exec", container, "/liveness.sh"])).code !== 0; tries++) {
      if (tries > 60) throw new Error((await old.docker(["logs", container])).stderr);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  /** The step after the backup: the folder comes to the new machine, and is restored there. */
  async function restored(): Promise<string> {
    renameSync(join(folder, "home/move/backups/moved"), join(folder, "root/moved"));
    return onMachine(way.run.get("restore"));
  }
  /** What the machine's databases hold now. */
  const held = () => Promise.all(databases.map(({ service, user }) => sql(engine, [service, user, user], fingerprint)));
  /** Whether the machine's own password opens a database over the network, and another one does not. */
  async function opens(service: string, user: string, password: string): Promise<boolean> {
    const to = `host=${service} user=${user} dbname=${user} password='${password.replaceAll(/['\\]/g, "\\$&")}'`;
    const client = ["exec", service === "pgsql" ? "codeintel-db" : "pgsql", "psql", to, "-Atc", "select 1"];
    return (await engine.docker(client)).code === 0;
  }

  it("bring the databases of the single container to servers of their own, with their owners", async () => {
    const server = ["POSTGRES_USER=postgres", "POSTGRES_DB=sourcegraph", "PGDATA=/data/postgresql"];
    const variables = server.flatMap((each) => ["--env", each]);
    succeeded(await old.docker(["run", "--detach", "--name", "sourcegraph", ...variables, imageOf("pgsql").reference]));
    await up("sourcegraph");
    await sql(old, ["sourcegraph", "postgres", "sourcegraph"], 'create database "sourcegraph-codeintel"');
    const before = [
      await filled(["sourcegraph", "postgres", "sourcegraph"]),
      await filled(["sourcegraph", "postgres", "sourcegraph-codeintel"]),
    ];
    programs();
    await onOldHost(pages["single-container"].run.get("names"));
    const said = await onOldHost(pages["single-container"].run.get("backup"));
    assert.match(
      said,
      /^pgsql: 3 tables, 2003 rows\ncodeintel-db: 3 tables, 2003 rows\ncodeinsights-db: 0 tables, 0 rows\nsourcegraph$/m,
    );
    await restored();
    const now = ["pgsql", "codeintel-db"].map((name) => sql(engine, [name, "sg", "sg"], fingerprint));
    assert.deepEqual(await Promise.all(now), before);
    const tables = "select count(*) from pg_tables where schemaname = 'public'";
    assert.equal(await sql(engine, ["codeinsights-db", "postgres", "postgres"], tables), "0\n");
  });

  /** The vendor's databases as its compose files have them: names, volumes, and a password for insights alone. */
  async function checkout(): Promise<string[]> {
    const service = ({ service, volume, target }: (typeof databases)[number]) => ({
      container_name: service,
      image: imageOf(service).reference,
      volumes: [`${volume}:${target}`],
      restart: "always",
      ...(service === "codeinsights-db" && { environment: insights }),
    });
    const services = Object.fromEntries(databases.map((each) => [each.service, service(each)]));
    const prometheus = {
      image: imageOf("redis-store").reference,
      container_name: "prometheus",
      volumes: ["prometheus-v2:/redis-data"],
    };
    const volumes = { pgsql: {}, "codeintel-db": {}, "codeinsights-db": {}, "prometheus-v2": {} };
    mkdirSync(join(folder, "home/docker-compose"), { recursive: true });
    writeFileSync(
      join(folder, "home/docker-compose/docker-compose.yaml"),
      stringify({ services: { ...services, prometheus }, volumes }),
    );
    succeeded(await old.docker(["compose", "up", "--detach"], { cwd: join(folder, "home/docker-compose") }));
    for (const each of databases) await up(each.service);
    return Promise.all(databases.map(({ service: name, user }) => filled([name, user, user])));
  }

  it("bring the databases of a compose checkout by a backup", async () => {
    const before = await checkout();
    programs();
    await onOldHost(pages["compose-checkout"].run.get("stop"));
    assert.doesNotMatch(succeeded(await old.docker(["ps", "--format", "{{.Names}}"])), /prometheus/);
    await onOldHost(pages["compose-checkout"].run.get("backup"));
    assert.equal(succeeded(await old.docker(["ps", "--quiet"])), "");
    await restored();
    assert.deepEqual(await held(), before);
    for (const { service, user } of databases)
      assert.ok(
        await opens(
          service,
          user,
          values[`${service.replaceAll(/-(\w)/g, (_, c: string) => c.toUpperCase())}Password`] ?? "",
        ),
        service,
      );
  });

  it("bring the volumes of a compose checkout, with databases that then know the machine's passwords alone", async () => {
    const before = await checkout();
    const root = (await onOldHost(pages["compose-checkout"].run.get("down"))).split("\n")[0] ?? "";
    assert.equal(succeeded(await old.docker(["ps", "--quiet"])), "");
    const blocks = pages["compose-checkout"].run;
    const copy = blocks.get("copy")?.replace("/mnt/old/volumes", `${root}/volumes`);
    const said = await onMachine(copy);
    assert.match(said, /^redis-store begins empty: the old deployment has none$/m);
    assert.match(said, /^docker-compose_prometheus-v2 stays behind: the new deployment has no such volume$/m);
    // A second run copies nothing again.
    await onMachine(copy);
    await onMachine(blocks.get("passwords"));
    await onMachine(blocks.get("start"));
    assert.deepEqual(await held(), before);
    for (const { service, user } of databases) {
      const secret = `${service.replaceAll(/-(\w)/g, (_, c: string) => c.toUpperCase())}Password`;
      assert.ok(await opens(service, user, values[secret] ?? ""), service);
      assert.ok(!(await opens(service, user, "password")), service);
    }
    assert.equal(machine.read("fake/systemctl.log").trim().split("\n").at(-1), "enable --now sourcegraph-poll.timer");
  });

  it("bring the databases of k3s, with kubectl pretended: it leads to containers", async () => {
    for (const { service } of databases) {
      const secret =
        service === "codeinsights-db"
          ? Object.entries(insights).flatMap((variable) => ["--env", variable.join("=")])
          : [];
      succeeded(await old.docker(["run", "--detach", "--name", service, ...secret, imageOf(service).reference]));
    }
    succeeded(await old.docker(["run", "--detach", "--name", "worker", imageOf("redis-store").reference]));
    for (const { service } of databases) await up(service);
    const before = await Promise.all(databases.map(({ service, user }) => filled([service, user, user])));
    mkdirSync(join(folder, "home/bin"));
    const docker = (await run("/bin/bash", ["-c", "command -v docker"])).stdout.trim();
    writeFileSync(
      join(folder, "home/bin/kubectl"),
      `#!/bin/bash
case $* in
  "get deployment,statefulset --output name")
    printf '%s\\n' deployment.apps/worker statefulset.apps/pgsql statefulset.apps/codeintel-db statefulset.apps/codeinsights-db ;;
  "scale --replicas 0 "*) shift 3; ${docker} stop --time 1 "\${@##*/}" ;;
  "exec -i statefulset/"*) exec ${docker} exec -i "\${3#*/}" "\${@:7}" ;;
  "exec statefulset/"*) exec ${docker} exec "\${2#*/}" "\${@:6}" ;;
  *) echo "kubectl $* is not pretended" >&2; exit 1 ;;
esac
`,
      { mode: 0o755 },
    );
    programs();
    const blocks = pages["k3s-image"].run;
    await onOldHost(blocks.get("stop"));
    assert.doesNotMatch(succeeded(await old.docker(["ps", "--format", "{{.Names}}"])), /worker/);
    await onOldHost(blocks.get("lead"));
    const said = await onOldHost(blocks.get("backup"));
    assert.match(
      said,
      /^pgsql: 3 tables, 2003 rows\ncodeintel-db: 3 tables, 2003 rows\ncodeinsights-db: 3 tables, 2003 rows$/m,
    );
    await restored();
    assert.deepEqual(await held(), before);
  });
});

describe("the pages of docs/migrate", () => {
  it("have no commands that are not run here but those that render, copy between hosts and mount a disk", () => {
    const others = [way, ...Object.values(pages)].flatMap((each) =>
      each.others.flatMap((text) => text.trim().split("\n")),
    );
    const first = [...new Set(others.map((line) => line.split(" ")[0]))].sort();
    assert.deepEqual(first, ["lsblk", "mkdir", "mount", "scp", "sgbox"]);
  });
});
