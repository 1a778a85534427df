import assert from "node:assert/strict";
import { parseSpecification } from "../../../../components/core/planning/config/specification";
import { machineDatabases } from "../../../../components/core/planning/vm/machine-databases";
import { planVm } from "../../../../components/core/planning/vm/plan";

const databasesOf = (config: object) => {
  const specification = parseSpecification(config);
  return machineDatabases(planVm(specification), specification);
};

describe("what a machine's programs know of its databases", () => {
  it("is where each of the three is, who owns it, and what stands still while they are exchanged", () => {
    const { others, ...rest } = databasesOf({ cloud: "local", release: "7.5.4453", name: "acme" });
    assert.deepEqual(rest, {
      schema: 1,
      name: "acme",
      release: "7.5.4453",
      databases: [
        { name: "frontend", service: "pgsql", container: "pgsql", database: "sg", user: "sg", place: "bundled" },
        {
          name: "codeIntel",
          service: "codeintel-db",
          container: "codeintel-db",
          database: "sg",
          user: "sg",
          place: "bundled",
        },
        {
          name: "codeInsights",
          service: "codeinsights-db",
          container: "codeinsights-db",
          database: "postgres",
          user: "postgres",
          place: "bundled",
        },
      ],
      backup: { hourUtc: 3, keep: 3, drillDays: 30 },
    });
    for (const name of ["sourcegraph-frontend-0", "migrator", "worker", "pgsql-exporter", "redis-store"])
      assert.ok(others.includes(name), `${name} in ${others.join(", ")}`);
    for (const name of ["pgsql", "codeintel-db", "codeinsights-db"]) assert.ok(!others.includes(name), name);
  });

  it("tells apart what the machine has itself and what is elsewhere", () => {
    const { databases, others, backup } = databasesOf({
      cloud: "aws",
      region: "us-east-1",
      release: "7.5.4453",
      size: "XS",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      databases: {
        external: { codeInsights: { host: "db.example.com", user: "u", database: "insights", passwordSecret: "pw" } },
      },
      secrets: { pw: "" },
      backup: { hourUtc: 22, keepDumps: 0, drillDays: 7 },
    });
    assert.deepEqual(
      databases.map(({ name, place, database }) => [name, place, database]),
      [
        ["frontend", "bundled", "sg"],
        ["codeIntel", "bundled", "sg"],
        ["codeInsights", "external", "insights"],
      ],
    );
    assert.ok(!others.includes("codeinsights-db"));
    const managed = databasesOf({
      cloud: "aws",
      region: "us-east-1",
      release: "7.5.4453",
      size: "XS",
      access: { allowedCidrs: ["10.0.0.0/8"] },
      databases: "managed",
    });
    assert.deepEqual(
      managed.databases.map(({ place }) => place),
      ["managed", "managed", "managed"],
    );
    assert.deepEqual(backup, { hourUtc: 22, keep: 0, drillDays: 7 });
  });
});
