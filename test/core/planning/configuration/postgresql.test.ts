import assert from "node:assert/strict";
import fc from "fast-check";
import {
  renderPostgresConf,
  type PostgresService,
} from "../../../../components/core/planning/configuration/postgresql";
import { assertGolden } from "../../../support/golden";

function settingsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trimEnd()
      .split("\n")
      .map((line) => {
        const [name, value, ...more] = line.split(" = ");
        assert.ok(name !== undefined && value !== undefined && more.length === 0, line);
        return [name, value] as const;
      }),
  );
}

/** The values of `names`, in order. */
function pick(settings: Readonly<Record<string, string>>, names: readonly string[]): (string | undefined)[] {
  return names.map((name) => settings[name]);
}

const memoryNames = ["shared_buffers", "effective_cache_size", "maintenance_work_mem"];

function kib(value: string | undefined): number {
  const match = /^(\d+)(kB|MB|GB)$/.exec(value ?? "");
  const [amount, unit] = [Number(match?.[1]), match?.[2]];
  return amount * (unit === "GB" ? 1024 * 1024 : unit === "MB" ? 1024 : 1);
}

const databases: readonly PostgresService[] = ["pgsql", "codeintel-db", "codeinsights-db"];

describe("postgresql.conf", () => {
  it("has the vendor's values at the vendor's size, for the primary and the code navigation database alike", () => {
    const text = renderPostgresConf("pgsql", { memoryMib: 4096, cpus: 4 });
    assertGolden("pgsql/conf/postgresql.conf", text);
    assert.equal(renderPostgresConf("codeintel-db", { memoryMib: 4096, cpus: 4 }), text);
  });

  it("has the vendor's values at the vendor's size, for the code insights database", () => {
    assertGolden(
      "codeinsights-db/conf/postgresql.conf",
      renderPostgresConf("codeinsights-db", { memoryMib: 2048, cpus: 4 }),
    );
  });

  it("takes the vendor's four CPUs where there is no limit", () => {
    for (const database of databases)
      assert.equal(
        renderPostgresConf(database, { memoryMib: 4096 }),
        renderPostgresConf(database, { memoryMib: 4096, cpus: 4 }),
      );
  });

  it("gives the primary database of size XL what the vendor's machine image gives it", () => {
    const settings = settingsOf(renderPostgresConf("pgsql", { memoryMib: 32 * 1024, cpus: 8, xl: true }));
    const usual = settingsOf(renderPostgresConf("pgsql", { memoryMib: 4096, cpus: 4 }));
    assert.deepEqual(settings, {
      ...usual,
      max_connections: "500",
      shared_buffers: "8GB",
      effective_cache_size: "24GB",
      maintenance_work_mem: "2GB",
      work_mem: "10MB",
      max_worker_processes: "8",
      max_parallel_workers: "8",
      max_parallel_workers_per_gather: "4",
      max_parallel_maintenance_workers: "8",
    });
  });

  it("leaves the other databases of size XL as on every size", () => {
    for (const [database, memoryMib] of [["codeintel-db", 4096] as const, ["codeinsights-db", 2048] as const])
      assert.equal(
        renderPostgresConf(database, { memoryMib, cpus: 4, xl: true }),
        renderPostgresConf(database, { memoryMib, cpus: 4 }),
      );
  });

  it("follows the formulas above and below the vendor's size", () => {
    const of = (database: PostgresService, memoryMib: number) =>
      pick(settingsOf(renderPostgresConf(database, { memoryMib })), memoryNames);
    assert.deepEqual(of("pgsql", 6 * 1024), ["1536MB", "4608MB", "384MB"]);
    assert.deepEqual(of("pgsql", 64 * 1024), ["16GB", "48GB", "2GB"]);
    assert.deepEqual(of("pgsql", 1024), ["256MB", "768MB", "64MB"]);
    assert.deepEqual(of("codeinsights-db", 3 * 1024), ["768MB", "2304MB", "254773kB"]);
    assert.deepEqual(of("codeinsights-db", 8 * 1024), ["2GB", "6GB", "512MB"]);
  });

  it("keeps room for workers of few and of many CPUs", () => {
    const names = ["max_worker_processes", "max_parallel_workers", "max_parallel_workers_per_gather"];
    const of = (database: PostgresService, cpus: number) =>
      pick(settingsOf(renderPostgresConf(database, { memoryMib: 4096, cpus })), names);
    assert.deepEqual(of("pgsql", 0.5), ["1", "1", "1"]);
    assert.deepEqual(of("pgsql", 6.5), ["6", "6", "3"]);
    assert.deepEqual(of("codeinsights-db", 16), ["27", "16", "8"]);
  });

  it("never gives less memory for more, nor more than the container has", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...databases),
        fc.integer({ min: 256, max: 512 * 1024 }),
        fc.integer({ min: 0, max: 64 * 1024 }),
        (database, memoryMib, more) => {
          const of = (mib: number) =>
            pick(settingsOf(renderPostgresConf(database, { memoryMib: mib })), memoryNames).map(kib);
          const [small, large] = [of(memoryMib), of(memoryMib + more)];
          small.forEach((value, index) => {
            assert.ok(value <= (large[index] ?? 0), `${memoryNames[index]} shrinks`);
            assert.ok(value > 0 && value <= memoryMib * 1024 * 0.75, `${memoryNames[index]} is ${value} kB`);
          });
        },
      ),
    );
  });
});
