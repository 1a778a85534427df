import { chmodSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseSpecification } from "../../components/core/planning/config/specification";
import { machineDatabases } from "../../components/core/planning/vm/machine-databases";
import { planVm } from "../../components/core/planning/vm/plan";
import {
  backupScript,
  databasesScript,
  drillScript,
  ordersScript,
  restoreDiskScript,
  restoreScript,
} from "../../components/core/rendering/converge";
import type { BundleFile } from "../../components/core/rendering/bundle";
import { machineOn } from "./compose-deployment";
import type { DockerEngine } from "./docker";
import type { StandInImage } from "./images/build";
import type { Ended, ProgramHost } from "./machine-programs";

export const release = "7.5.4453";

const image = (service: string): string => `registry.test/sourcegraph/${service}:${release}`;

/** Two databases and a service that needs nothing: enough to be backed up, and to stand still meanwhile. */
export const services = ["codeinsights-db", "pgsql", "redis-cache"] as const;

export const smallImages: readonly StandInImage[] = services.map((service) => ({ service, reference: image(service) }));

/** The databases with their users, as in the deployment; the third one is elsewhere. */
export const databases = [
  { service: "pgsql", user: "sg", database: "sg" },
  { service: "codeinsights-db", user: "postgres", database: "postgres" },
] as const;

/** Environment of the image of code insights' database, as the catalogue has it. */
export const insightsEnvironment = {
  POSTGRES_PASSWORD: "marker-0815",
  POSTGRES_USER: "postgres",
  POSTGRES_DB: "postgres",
  PGDATA: "/var/lib/postgresql/data/pgdata",
};

const elsewhere = {
  databases: {
    external: { codeIntel: { host: "db.example.com", user: "sg", database: "sg", passwordSecret: "pw" } },
  },
  secrets: { pw: "" },
};

const volumes: Readonly<Record<string, string>> = {
  pgsql: "/data",
  "codeinsights-db": "/var/lib/postgresql/data",
};

const difficult = `drop schema if exists "odd ""name" cascade; drop table if exists users cascade; drop table if exists pairs;
  create schema "odd ""name";
  create table "odd ""name".t (t int, "x'y" text);
  insert into "odd ""name".t select n, E'row \\r\\n\\t\\\\' || n from generate_series(1, 300) n;
  create table users (id serial primary key, name text, at timestamptz default now(), f float8, j jsonb, b bytea);
  insert into users (name, f, j, b) select md5(n::text), random(), jsonb_build_object('a', n), decode(md5(n::text), 'hex')
    from generate_series(1, 1000) n;
  create index on users (name);
  create materialized view counted as select count(*) from users;
  create table pairs (n int)`;

function composeFile(): object {
  const health = (test: string) => ({ test, interval: "1s", timeout: "5s", retries: 60 });
  return {
    name: "docker-compose",
    services: Object.fromEntries(
      services.map((name) => [
        name,
        {
          container_name: name,
          image: image(name),
          restart: "always",
          ...(name === "codeinsights-db" && { environment: insightsEnvironment }),
          ...(volumes[name] === undefined
            ? { healthcheck: health("nc -w 1 127.0.0.1 6379 < /dev/null") }
            : { healthcheck: health("/liveness.sh"), volumes: [`${name}:${volumes[name]}`] }),
        },
      ]),
    ),
    volumes: Object.fromEntries(Object.keys(volumes).map((name) => [name, {}])),
  };
}

/** The machine's programs for backups, led to a host, and what they are told of the databases. Parts of dumps are small. */
export function backupPrograms(host: ProgramHost, config: object = elsewhere): BundleFile[] {
  const specification = parseSpecification({ cloud: "local", release, name: "acme", ...config });
  const programs = {
    "databases.sh": databasesScript,
    "backup.sh": backupScript.replace("part=67108864", "part=8192"),
    "restore.sh": restoreScript,
    "restore-disk.sh": restoreDiskScript,
    "drill.sh": drillScript,
    "orders.sh": ordersScript,
  };
  return [
    {
      path: "databases.json",
      mode: "0644",
      text: JSON.stringify(machineDatabases(planVm(specification), specification)),
    },
    ...Object.entries(programs).map(([path, text]) => ({ path, mode: "0755", text: host.led(text) })),
  ];
}

/** A machine of a small deployment on a real engine, whose calls of `docker` are counted, and on demand the last. */
export class BackupMachine {
  readonly host: ProgramHost;

  constructor(private readonly engine: DockerEngine) {
    this.host = machineOn(engine.env);
    // In `kill-at` are a number and a pattern: at that match the program and all it started are killed.
    this.pretend(
      "docker",
      `if [ -s "$FAKE/kill-at" ] && read -r number pattern < "$FAKE/kill-at" && grep -qE -- "$pattern" <<< "$*"; then
  echo >> "$FAKE/calls"
  [ "$(wc -l < "$FAKE/calls")" != "$number" ] || pkill -9 -s 0
fi`,
    );
  }

  /** Puts a command first on the path: what it does before it hands on to the real one. */
  pretend(command: string, before: string): void {
    const path = join(this.host.folder, "bin", command);
    const real = `PATH=\${PATH#${this.host.folder}/bin:} exec ${command} "$@"`;
    writeFileSync(path, `#!/bin/bash\n${before}\n${real}\n`);
    chmodSync(path, 0o755);
  }

  /** Publishes the deployment; with the address of a store, to which the pointer then leads. */
  publish(store?: string): void {
    const compose = { path: "compose.yaml", mode: "0644", text: JSON.stringify(composeFile()) };
    const { files, ...bundle } = this.host.bundle(release, backupPrograms(this.host), {
      images: smallImages.map(({ reference }) => reference),
    });
    this.host.publish({ ...bundle, files: [...files.filter(({ path }) => path !== "compose.yaml"), compose] });
    if (store === undefined) return;
    const pointer = JSON.parse(this.host.read("source/pointer.json")) as object;
    const backups = { kind: "s3", url: store, prefix: "backups" };
    this.host.write("source/pointer.json", JSON.stringify({ ...pointer, backups }));
  }

  /** Runs one of the programs of the bundle in place, like a person on the machine. */
  program(name: string, ...args: string[]): Promise<Ended> {
    return this.host.run("bash", [join(this.host.folder, "mnt/current", name), ...args]);
  }

  /** As {@link program}, killed with all it started at the so-manieth call of `docker` that the pattern matches. */
  async killedAt(number: number, pattern: string, name: string, ...args: string[]): Promise<Ended> {
    this.host.write("fake/calls", "");
    this.host.write("fake/kill-at", `${number} ${pattern}\n`);
    try {
      return await this.program(name, ...args);
    } finally {
      this.host.write("fake/kill-at", "");
    }
  }

  /** What SQL answers in one database. */
  async sql(service: string, statement: string, container = service): Promise<string> {
    const login = databases.find((database) => database.service === service);
    const { code, stdout, stderr } = await this.engine.docker([
      "exec",
      container,
      ...["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", login?.user ?? "", "-d", login?.database ?? ""],
      ...["-c", statement],
    ]);
    if (code !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** Fills every database anew with what makes dumps difficult. */
  async fill(): Promise<void> {
    for (const { service } of databases) await this.sql(service, difficult);
  }

  /** What differs when anything in any database does, and the databases that should not be there. */
  async contents(): Promise<string[]> {
    const sums: string[] = [];
    for (const { service, database } of databases)
      sums.push(
        await this.sql(
          service,
          `select md5(string_agg(r, '|' order by r)) || (select coalesce(string_agg(datname, ' '), '') from pg_database
              where not datistemplate and datname not in ('postgres', '${database}'))
             from (select u::text as r from users u union all select p::text from pairs p) s`,
        ),
      );
    return sums;
  }

  /** Names of the containers that run. */
  async running(): Promise<string[]> {
    const containers = await this.engine.api.json<{ Names: string[] }[]>("GET", "/containers/json");
    return containers.map(({ Names }) => Names[0]?.slice(1) ?? "").sort();
  }

  /** Ids of the backups there are, and of what was left of one. */
  backups(): string[] {
    const folder = join(this.host.folder, "mnt/backups");
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }
}
