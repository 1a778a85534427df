import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { BackupMachine, backupPrograms, databases, release, services, smallImages } from "../../support/backup-machine";
import { startDocker, type DockerEngine } from "../../support/docker";
import { buildImages } from "../../support/images/build";
import { requireToolchain, toolchainFolder } from "../../support/toolchain";

interface Evidence {
  readonly backup: string;
  readonly release: string;
  readonly databases: readonly { name: string; tables: number; rows: number; equal: boolean; message?: string }[];
  readonly result: string;
}

const everything = [...services];

describe("backups of a machine, on a real Docker Engine with real databases", function () {
  this.timeout(600_000);
  let engine: DockerEngine;
  let machine: BackupMachine;

  const booted = async (store?: string): Promise<BackupMachine> => {
    const made = new BackupMachine(engine);
    made.publish(store);
    const { code, output } = await made.host.fetch("boot");
    assert.equal(code, 0, output);
    return made;
  };
  const well = async (name: string, ...args: string[]): Promise<string> => {
    const { code, output } = await machine.program(name, ...args);
    assert.equal(code, 0, output);
    return output;
  };
  const backupOf = (id: string) =>
    JSON.parse(machine.host.read(`mnt/backups/${id}/backup.json`)) as Record<string, unknown> & {
      databases: { service: string; tables: { name: string; rows: number }[] }[];
    };
  const drillOf = (id: string) => JSON.parse(machine.host.read(`mnt/state/drills/${id}.json`)) as Evidence;

  before(async function () {
    requireToolchain(this);
    engine = await startDocker(toolchainFolder());
    await buildImages(smallImages, engine.api);
    machine = await booted();
    await machine.fill();
  });
  after(async () => {
    machine?.host.delete();
    await engine?.stop();
  });

  it("are of one moment each, while others write, and a drill finds every row of them", async () => {
    // Each transaction writes two rows: a dump between them would have an odd number.
    const writer = engine.docker(
      [
        "exec",
        "pgsql",
        "sh",
        "-c",
        "while psql -q -U sg -d sg -c 'begin; insert into pairs values (1); insert into pairs values (2); commit' 2> /dev/null; do [ ! -e /tmp/enough ] || exit 0; done",
      ],
      { timeoutMs: 200_000 },
    );
    const said = await well("backup.sh", "--id", "first");
    await machine.sql("pgsql", "copy (select 1) to '/tmp/enough'");
    await writer;
    assert.match(
      said,
      /backup first of 7\.5\.4453 is complete: pgsql 3 tables, \d+ rows, \d+ bytes; codeinsights-db 3 tables, 1300 rows, \d+ bytes; not in it, since they are elsewhere: codeIntel\n$/,
    );
    const { databases: found, ...rest } = backupOf("first");
    assert.deepEqual(
      { ...rest, at: undefined, digest: undefined },
      {
        schema: 1,
        id: "first",
        kind: "order",
        name: "acme",
        release,
        at: undefined,
        digest: undefined,
        complete: true,
        partBytes: 8192,
        elsewhere: ["codeIntel"],
      },
    );
    assert.deepEqual(
      found.map(({ service }) => service),
      databases.map(({ service }) => service),
    );
    const pairs = found[0]?.tables.find(({ name }) => name === "public.pairs")?.rows ?? 1;
    assert.equal(pairs % 2, 0);
    assert.deepEqual(machine.backups(), ["first"]);

    await well("drill.sh", "--id", "one");
    const { databases: rehearsed, ...evidence } = drillOf("one");
    assert.deepEqual(
      { ...evidence, at: undefined, seconds: undefined },
      { schema: 1, id: "one", at: undefined, backup: "first", release, seconds: undefined, result: "passed" },
    );
    assert.deepEqual(
      rehearsed.map(({ name, rows, equal }) => [name, rows, equal]),
      [
        ["frontend", 1300 + pairs, true],
        ["codeInsights", 1300, true],
      ],
    );
    assert.deepEqual(await machine.running(), everything);
  });

  it("hold no password, and nobody but root reads them", () => {
    const folder = join(machine.host.folder, "mnt/backups");
    for (const file of ["backup.json", "pgsql.sql.gz"])
      assert.ok(!readFileSync(join(folder, "first", file)).includes("marker-0815"));
    assert.ok(!machine.host.read("mnt/state/drills/one.json").includes("marker-0815"));
  });

  it("bring back what was there: rows, settings of the database, and what was there instead is kept", async () => {
    await well("backup.sh", "--id", "second");
    const before = await machine.contents();
    for (const { service } of databases)
      await machine.sql(service, 'delete from users where id % 3 = 0; drop schema "odd ""name" cascade');
    await machine.sql(
      "pgsql",
      "create table later (n int); alter database sg set work_mem = '7MB'; alter database sg set search_path = public, pg_temp",
    );
    const said = await well("restore.sh", "--backup", "second");
    assert.match(
      said,
      /sourcegraph: stopping everything but the databases\n[^]*is complete[^]*sourcegraph: putting the databases of second in place\n[^]*the data of second are in place\n$/,
    );
    assert.deepEqual(await machine.contents(), before);
    assert.equal(await machine.sql("pgsql", "show work_mem"), "7MB");
    assert.equal(await machine.sql("pgsql", "show search_path"), "public, pg_temp");
    assert.equal(await machine.sql("pgsql", "select to_regclass('later') is null"), "t");
    assert.deepEqual(await machine.running(), everything);
    assert.equal(machine.host.status()["result"], "ready");
    const safety = machine.backups().find((id) => id.startsWith("safety-")) ?? "";
    assert.ok(backupOf(safety).databases[0]?.tables.some(({ name }) => name === "public.later"));
    rmSync(join(machine.host.folder, "mnt/backups", safety), { recursive: true });
  });

  describe("are refused, with nothing changed,", () => {
    const damaged = (change: (folder: string) => void): void => {
      const folder = join(machine.host.folder, "mnt/backups/other");
      rmSync(folder, { recursive: true, force: true });
      cpSync(join(machine.host.folder, "mnt/backups/second"), folder, { recursive: true });
      change(folder);
    };
    const edited = (edit: (backup: Record<string, unknown>) => void) =>
      damaged((folder) => {
        const backup = backupOf("second");
        edit(backup);
        writeFileSync(join(folder, "backup.json"), JSON.stringify(backup));
      });
    const refused = async (message: string, code = 3): Promise<void> => {
      const before = await machine.contents();
      const ended = await machine.program("restore.sh", "--backup", "other", "--no-safety");
      assert.equal(ended.code, code, ended.output);
      assert.ok(ended.output.endsWith(`${message}; nothing was changed\n`), ended.output);
      assert.deepEqual(await machine.contents(), before);
      assert.deepEqual(await machine.running(), everything);
      assert.ok(!existsSync(join(machine.host.folder, "mnt/state/restore.json")));
    };
    before(() => well("backup.sh", "--id", "second"));
    after(() => rmSync(join(machine.host.folder, "mnt/backups/other"), { recursive: true, force: true }));

    it("when there is none of that name", async () =>
      refused("sourcegraph: refused: there is no backup 'other'; there are emptied, kept, second"));

    it("when a file of it is damaged or missing, or it was never complete", async () => {
      damaged((folder) => {
        const file = join(folder, "pgsql.sql.gz");
        const bytes = readFileSync(file);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(file, bytes);
      });
      await refused("sourcegraph: refused: backup other cannot be used: pgsql.sql.gz is damaged");
      damaged((folder) => rmSync(join(folder, "codeinsights-db.sql.gz")));
      await refused("sourcegraph: refused: backup other cannot be used: codeinsights-db.sql.gz is missing");
      damaged((folder) => writeFileSync(join(folder, "backup.json"), '{"schema": 1, "compl'));
      await refused("sourcegraph: refused: backup other cannot be used: it is not complete");
    });

    it("when it is of another release, or holds other databases", async () => {
      edited((backup) => (backup["release"] = "7.4.0"));
      await refused(
        "sourcegraph: refused: backup other is of 7.4.0, and 7.5.4453 is in place; restore it into an instance of 7.4.0, and upgrade that",
      );
      edited((backup) => (backup["databases"] as unknown[]).pop());
      await refused(
        "sourcegraph: refused: backup other holds pgsql, and the databases here are pgsql, codeinsights-db",
      );
    });

    it("when what comes out of it is not what went in", async () => {
      edited((backup) => {
        const [first] = backup["databases"] as { tables: { name: string; rows: number }[] }[];
        for (const table of first?.tables ?? []) if (table.name === "public.users") table.rows += 1;
      });
      await refused("sourcegraph: failed: pgsql would not be as it was: public.users", 4);
      const drill = await machine.program("drill.sh", "--id", "two", "--backup", "other");
      assert.equal(drill.code, 1, drill.output);
      assert.equal(drillOf("two").result, "failed");
      assert.deepEqual(
        drillOf("two").databases.map(({ equal, message }) => [equal, message]),
        [
          [false, "not as they were: public.users"],
          [true, undefined],
        ],
      );
    });

    it("when the disk has no room for both", async () => {
      edited((backup) => {
        for (const database of backup["databases"] as { size: number }[]) database.size = 2 ** 50;
      });
      const { code, output } = await machine.program("restore.sh", "--backup", "other");
      assert.equal(code, 4, output);
      assert.match(
        output,
        /failed: only \d+ MiB are free on the disk, and 2147484672 are needed: the databases are there twice for a while; nothing was changed\n$/,
      );
    });
  });

  it("leave nothing behind when the disk fills up meanwhile", async () => {
    const folder = join(machine.host.folder, "mnt/backups");
    const mount = machine.host.run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder]);
    assert.equal((await mount).code, 0);
    try {
      const { code, output } = await machine.program("backup.sh", "--id", "full");
      assert.equal(code, 4, output);
      assert.match(output, /sourcegraph: failed: \S+ could not be dumped; nothing was changed\n$/);
      assert.deepEqual(machine.backups(), []);
    } finally {
      assert.equal((await machine.host.run("umount", [folder])).code, 0);
    }
    assert.deepEqual(machine.backups(), ["first", "second"]);
  });

  it("are swept when they were interrupted, and made again", async () => {
    for (const pattern of ["pg_dump --username sg", "pg_dump --username postgres"]) {
      const { code } = await machine.killedAt(1, pattern, "backup.sh", "--id", "third");
      assert.notEqual(code, 0);
      assert.deepEqual(machine.backups(), ["first", "second", "third.new"]);
    }
    await well("backup.sh", "--id", "third");
    assert.deepEqual(machine.backups(), ["first", "second", "third"]);
  });

  it("leave no server behind when a drill is killed", async () => {
    const { code } = await machine.killedAt(1, "--dbname restored", "drill.sh");
    assert.notEqual(code, 0);
    assert.deepEqual(await machine.running(), [...everything, "sourcegraph-drill"].sort());
    await well("orders.sh");
    assert.deepEqual(await machine.running(), everything);
  });

  it("come back whole wherever the restore is killed, by the next boot or by hand, and are never half in place", async () => {
    const kept = await machine.contents();
    await well("backup.sh", "--id", "kept");
    for (const { service } of databases) await machine.sql(service, "delete from users");
    const emptied = await machine.contents();
    await well("backup.sh", "--id", "emptied");
    const points = [
      { pattern: "--dbname postgres_restored", number: 1, by: "boot" },
      { pattern: "^stop ", number: 1, by: "hand" },
      { pattern: "--dbname template1$", number: 1, by: "hand" },
      { pattern: "--dbname template1$", number: 2, by: "boot" },
      { pattern: "^compose up .*--wait", number: 1, by: "boot" },
    ];
    let [next, wanted] = ["kept", kept];
    for (const { pattern, number, by } of points) {
      const where = `${pattern} ${number}`;
      const killed = await machine.killedAt(number, pattern, "restore.sh", "--backup", next, "--no-safety");
      assert.notEqual(killed.code, 0, where);
      if (by === "hand") {
        const refused = await machine.program("backup.sh");
        assert.equal(refused.code, 3, refused.output);
        assert.ok(refused.output.endsWith("refused: a restore is not over; nothing was changed\n"), refused.output);
      }
      const ended = by === "boot" ? await machine.host.fetch("boot") : await machine.program("restore.sh", "--resume");
      assert.equal(ended.code, 0, `${where}: ${ended.output}`);
      assert.deepEqual(await machine.running(), everything, where);
      assert.deepEqual(await machine.contents(), wanted, where);
      [next, wanted] = next === "kept" ? ["emptied", emptied] : ["kept", kept];
    }
  });

  it("work on a host where nothing converges, and leave its containers as they were", async () => {
    const other = { host: "db.example.com", user: "sg", database: "sg", passwordSecret: "pw" };
    const local = new BackupMachine(engine);
    Object.assign(local.host.environment, {
      SOURCEGRAPH_ROOT: join(local.host.folder, "stack"),
      SOURCEGRAPH_CONTAINERS: "acme-",
    });
    const run = (name: string, ...args: string[]) => local.host.run("bash", [join(local.host.folder, name), ...args]);
    const insights = { ...other, database: "insights" };
    const config = { databases: { external: { codeIntel: other, codeInsights: insights } }, secrets: { pw: "" } };
    for (const { path, text } of backupPrograms(local.host, config)) local.host.write(path, text);
    const policies = { "acme-pgsql": "always", "acme-redis-cache": "on-failure" };
    for (const [name, policy] of Object.entries(policies)) {
      const image = smallImages.find(({ service }) => name === `acme-${service}`)?.reference ?? "";
      const made = await engine.docker(["run", "--detach", "--name", name, "--restart", policy, image]);
      assert.equal(made.code, 0, made.stderr);
    }
    const found = async (): Promise<string[]> => {
      const format = "{{.Name}} {{.HostConfig.RestartPolicy.Name}} {{.State.Running}}";
      return (await engine.docker(["inspect", "--format", format, ...Object.keys(policies)])).stdout.trim().split("\n");
    };
    try {
      let tries = 60;
      while (
        (await engine.docker(["exec", "acme-pgsql", "pg_isready", "-h", "127.0.0.1"])).code !== 0 &&
        (tries -= 1) > 0
      );
      await local.sql("pgsql", "create table t as select generate_series(1, 9)", "acme-pgsql");
      const made = await run("backup.sh", "--id", "one");
      assert.equal(made.code, 0, made.output);
      await local.sql("pgsql", "delete from t", "acme-pgsql");
      local.host.write("fake/kill-at", "1 --dbname template1$\n");
      assert.notEqual((await run("restore.sh", "--backup", "one")).code, 0);
      assert.deepEqual(await found(), ["/acme-pgsql always true", "/acme-redis-cache no false"]);
      local.host.write("fake/kill-at", "");
      const ended = await run("restore.sh", "--resume");
      assert.equal(ended.code, 0, ended.output);
      assert.equal(await local.sql("pgsql", "select count(*) from t", "acme-pgsql"), "9");
      assert.deepEqual(await found(), ["/acme-pgsql always true", "/acme-redis-cache on-failure true"]);
      const disk = await run("restore.sh", "--device", "/dev/null");
      assert.equal(disk.output, "sourcegraph: refused: a disk is restored on a machine only; nothing was changed\n");
    } finally {
      await engine.docker(["rm", "--force", "--volumes", ...Object.keys(policies)]);
      local.host.delete();
    }
  });

  describe("in a store", () => {
    const objects = new Map<string, Buffer>();
    let server: Server;
    let store: string;

    before(async () => {
      server = createServer((request, response) => {
        const key = request.url ?? "";
        if (request.method !== "PUT") {
          const found = objects.get(key);
          response.statusCode = found === undefined ? 404 : 200;
          response.end(found);
          return;
        }
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          objects.set(key, Buffer.concat(chunks));
          response.end();
        });
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      store = `http://127.0.0.1:${port}/acme`;
    });
    after(() => server?.close());

    it("are brought into a new and empty machine", async () => {
      machine.publish(store);
      const { code, output } = await machine.host.fetch("poll");
      assert.equal(code, 0, output);
      await machine.fill();
      const before = await machine.contents();
      await well("backup.sh", "--id", "moved");
      const keys = [...objects.keys()];
      assert.equal(keys.at(-1), "/acme/backups/moved/backup.json");
      assert.ok(keys.includes("/acme/backups/moved/pgsql.sql.gz.1"), keys.join("\n"));

      const down = await engine.docker(["compose", "--project-name", "docker-compose", "down", "--volumes"]);
      assert.equal(down.code, 0, down.stderr);
      machine.host.delete();
      machine = await booted(store);
      assert.equal(await machine.sql("pgsql", "select to_regclass('users') is null"), "t");
      await well("restore.sh", "--backup", "moved", "--no-safety");
      assert.deepEqual(await machine.contents(), before);
      assert.deepEqual(await machine.running(), everything);
    });

    it("are kept on the machine when it does not take them", async () => {
      server.close();
      server.closeAllConnections();
      const { code, output } = await machine.program("backup.sh", "--id", "alone");
      assert.equal(code, 5, output);
      assert.ok(output.endsWith("failed: backup alone is on this machine only, the store did not take it\n"), output);
      assert.ok(machine.backups().includes("alone"));
    });
  });
});
