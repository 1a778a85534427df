import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dumpProgram, restoreProgram } from "../../../components/core/rendering/move/programs";
import { PostgresServer, requirePostgres } from "../../support/postgres";

const databases = [
  { service: "pgsql", prefix: "PG" },
  { service: "codeinsights-db", prefix: "CODEINSIGHTS_PG" },
];

/** A database as the product makes them: extensions, sequences, text, triggers, partitions, views, and its own log of schemas. */
const frontend = String.raw`
create extension citext; create extension hstore; create extension intarray; create extension pg_trgm;
create extension pgcrypto; create extension pg_stat_statements;
comment on extension citext is 'as the image comments on it';
create type state as enum ('queued', 'done');
create table migration_logs (id serial primary key, schema text, version int, success bool);
insert into migration_logs (schema, version, success) select 'frontend', 1648051770 + n, true from generate_series(1, 500) n;
create table users (id bigint generated always as identity primary key, name citext unique not null, tags hstore, numbers int[]);
insert into users (name, tags, numbers) select 'User ' || n, hstore('n', n::text), array[n, n + 1] from generate_series(1, 8000) n;
create table repo (id serial primary key, owner bigint references users (id), description text, state state default 'queued', blob bytea);
create index repo_text on repo using gin (description gin_trgm_ops);
insert into repo (owner, description, blob)
  select n, repeat(md5(n::text) || ' "quoted" $dollar \ back' || chr(10), 20), digest(n::text, 'sha256') from generate_series(1, 8000) n;
insert into repo (description) values ((select string_agg(md5(n::text), '') from generate_series(1, 150000) n));
create table events (at date, what text) partition by range (at);
create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
insert into events select '2026-01-01'::date + n % 300, 'event ' || n from generate_series(1, 5000) n;
create function touch() returns trigger language plpgsql as 'begin new.state := ''done''; return new; end';
create trigger touched before update on repo for each row execute function touch();
create view done as select id from repo where state = 'done';
create materialized view counts as select state, count(*) from repo group by state;
create schema "other One"; create table "other One"."odd Name" (id int);
create sequence unused; create sequence used start 41; select nextval('used');
update repo set description = description where id < 10;
refresh materialized view counts;
`;

const insights = `
create extension citext; create extension pg_trgm;
create table series_points (series_id text, at timestamptz, value double precision);
insert into series_points select 's' || n % 7, '2026-01-01'::timestamptz + n * interval '1 minute', n / 3.0 from generate_series(1, 10000) n;
`;

/** A digest over every value of every table, which the programs of the move do not make. */
const digests = String.raw`
select format('select %L || coalesce(md5(string_agg(md5(t::text), '''' order by md5(t::text))), ''empty'') from %I.%I t', n.nspname || '.' || c.relname || ' ', n.nspname, c.relname)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and n.nspname in ('public', 'other One') order by c.oid::regclass::text collate "C"
\gexec
select sequencename, last_value from pg_sequences order by 1;
select indexdef from pg_indexes where schemaname in ('public', 'other One') order by 1;
`;

const secrets = ["bundled-password-1", "bundled-password-2", "managed-password"] as const;

describe("programs of a move, run on real PostgreSQL servers", function () {
  this.timeout(120_000);
  this.bail(true); // one test goes on where the one before it ended
  let bin: string;
  let folder: string;
  let pgsql: PostgresServer;
  let codeinsights: PostgresServer;
  let managed: PostgresServer;
  let printed = "";

  before(async function () {
    bin = requirePostgres(this);
    folder = mkdtempSync(join(tmpdir(), "sgbox-move-"));
    pgsql = await PostgresServer.start(bin, "sg", secrets[0]);
    codeinsights = await PostgresServer.start(bin, "postgres", secrets[1]);
    managed = await PostgresServer.start(bin, "rdsadmin", "admin-password");
    pgsql.run("template1", "create database sg");
    pgsql.run("sg", frontend);
    codeinsights.run("postgres", insights);
    // As a cloud gives it: an owner of his database, who is no superuser and may make neither databases nor roles.
    managed.run("postgres", `create role sourcegraph login password '${secrets[2]}'`);
    for (const name of ["frontend", "insights"])
      managed.run("postgres", `create database ${name} owner sourcegraph encoding 'UTF8' template template0`);
  });
  after(() => {
    for (const server of [pgsql, codeinsights, managed]) server?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const bundled = () => ({ ...pgsql.variables("PG", "sg"), ...codeinsights.variables("CODEINSIGHTS_PG", "postgres") });
  const beside = () => ({
    ...managed.variables("PG", "frontend", "sourcegraph", secrets[2]),
    ...managed.variables("CODEINSIGHTS_PG", "insights", "sourcegraph", secrets[2]),
  });
  const environment = (variables: Record<string, string>, to = folder) => ({
    PATH: `${bin}:${process.env.PATH}`,
    MOVE_FOLDER: to,
    MOVE_JOBS: "2",
    ...variables,
  });
  const program = (text: string) => {
    const file = join(folder, "program.sh");
    writeFileSync(file, text);
    return file;
  };
  const run = (text: string, variables: Record<string, string>, to = folder) => {
    const env = environment(variables, to);
    const { status, stdout, stderr } = spawnSync("sh", [program(text)], { env, encoding: "utf8" });
    printed += stdout + stderr;
    return { status, stdout, stderr };
  };
  const dump = (variables = bundled(), to = folder) => run(dumpProgram(databases), variables, to);
  const restore = (variables = beside(), to = folder) => run(restoreProgram(databases), variables, to);
  const ofManaged = (database: string) => managed.run(database, digests, "sourcegraph", secrets[2]);

  it("refuses to dump while somebody is connected, and leaves no dump", async () => {
    const leave = await pgsql.connect("sg");
    const { status, stderr } = dump();
    await leave();
    assert.equal(status, 1);
    assert.equal(stderr, "failed: pgsql: somebody is connected (1); stop everything but the databases first\n");
    assert.ok(!existsSync(join(folder, "pgsql")));
  });

  it("dumps every database, and again over its own dump", () => {
    for (let times = 0; times < 2; times += 1) {
      const { status, stdout, stderr } = dump();
      assert.equal(status, 0, stderr);
      assert.match(stdout, /^pgsql: 5 tables, \d+ KiB$/m);
      assert.match(stdout, /^codeinsights-db: 1 tables, \d+ KiB\nevery dump is whole\n$/m);
    }
  });

  it("restores as an owner without other rights, and everything is equal; what only an admin may have is left out", () => {
    const { status, stdout, stderr } = restore();
    assert.equal(status, 0, stderr);
    assert.match(stdout, /codeinsights-db: equal, 1 tables\nevery database is equal\n$/);
    assert.match(stderr, /permission denied to create extension "pg_stat_statements"/);
    assert.equal(ofManaged("frontend"), pgsql.run("sg", digests));
    assert.equal(ofManaged("insights"), codeinsights.run("postgres", digests));
    assert.equal(
      managed.run("frontend", "select string_agg(distinct tableowner, ',') from pg_tables where schemaname = 'public'"),
      "sourcegraph",
    );
    assert.equal(managed.run("frontend", "select nextval('used')"), "42");
    assert.equal(
      managed.run("frontend", "select count(*) > 0 from pg_stats where tablename = 'repo' and schemaname = 'public'"),
      "t",
    );
  });

  it("goes on after a restore that was killed half-way, and after rows that do not belong there", async () => {
    managed.run(
      "frontend",
      "create table stray (id int); insert into users (name) values ('stray')",
      "sourcegraph",
      secrets[2],
    );
    const child = spawn("sh", [program(restoreProgram(databases))], { env: environment(beside()), detached: true });
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const isHalfWay = () =>
      managed.run(
        "frontend",
        "select coalesce(to_regclass('public.repo')::text, '') || coalesce(to_regclass('stray')::text, '')",
      );
    while (isHalfWay() !== "repo") await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await ended;
    const indexes = "select count(*) from pg_indexes where schemaname = 'public'";
    assert.ok(Number(managed.run("frontend", indexes)) < Number(pgsql.run("sg", indexes)));
    // A server takes a moment to notice that a client is gone.
    for (
      let tries = 0;
      tries < 50 && managed.run("postgres", "select count(*) from pg_stat_activity where datname = 'frontend'") !== "0";
      tries += 1
    )
      await new Promise((resolve) => setTimeout(resolve, 100));
    const { status, stderr } = restore();
    assert.equal(status, 0, stderr);
    assert.equal(ofManaged("frontend"), pgsql.run("sg", digests));
  });

  it("notices what is missing", () => {
    const contents = join(folder, "pgsql", "contents");
    const before = readFileSync(contents, "utf8");
    appendFileSync(contents, "rows public.lost 7\n");
    const { status, stderr } = restore();
    writeFileSync(contents, before);
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^< rows public\.lost 7\nfailed: pgsql: it is not what was dumped \(< counted then, > there now\)$/m,
    );
  });

  it("does not restore into the server a dump is of, nor dump another server over it", () => {
    const into = restore(bundled());
    const place = `127.0.0.1:${pgsql.port}/sg`;
    assert.deepEqual(
      [into.status, into.stderr],
      [1, `failed: pgsql: ${place} is the server the dump is of; it is left as it is\n`],
    );
    const over = dump(beside());
    assert.deepEqual(
      [over.status, over.stderr],
      [
        1,
        `failed: pgsql: ${folder}/pgsql holds a dump of ${place}; it is not exchanged for one of 127.0.0.1:${managed.port}/frontend; move it away first\n`,
      ],
    );
  });

  it("brings everything back into the superuser's own databases, whatever is left in them", () => {
    assert.equal(restore().status, 0);
    managed.run("frontend", "insert into users (name) values ('since the move')", "sourcegraph", secrets[2]);
    const back = mkdtempSync(join(folder, "back-"));
    const dumped = dump(beside(), back);
    assert.equal(dumped.status, 0, dumped.stderr);
    const restored = restore(bundled(), back);
    assert.equal(restored.status, 0, restored.stderr);
    assert.equal(pgsql.run("sg", digests), ofManaged("frontend"));
    assert.equal(pgsql.run("sg", "select count(*) from users where name = 'SINCE the move'"), "1");
    assert.equal(codeinsights.run("postgres", digests), ofManaged("insights"));
  });

  it("prints no password", () => {
    for (const secret of secrets) assert.ok(!printed.includes(secret));
  });
});
