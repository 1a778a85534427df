import { strict as assert } from "node:assert";
import { planDrain } from "../../../../components/core/planning/multi-tenant/procedures/drain";
import { planOffboarding } from "../../../../components/core/planning/multi-tenant/procedures/offboarding";
import { planOnboarding } from "../../../../components/core/planning/multi-tenant/procedures/onboarding";
import { tenantReference } from "../../../../components/core/planning/multi-tenant/procedures/procedure";
import { layOut } from "../../../../components/core/rendering/drawing/layout";
import { drawingSvg } from "../../../../components/core/rendering/drawing/svg";
import {
  cellDatabases,
  queryTexts,
  setUpSql,
  tenantsLeftSql,
} from "../../../../components/core/rendering/multi-tenant/databases";
import { multiTenantDrawingOf } from "../../../../components/core/rendering/multi-tenant/drawing";
import { procedureSections } from "../../../../components/core/rendering/multi-tenant/procedures";
import { multiTenantSections } from "../../../../components/core/rendering/multi-tenant/report";
import { canarySql, purgeVerificationSql } from "../../../../components/core/rendering/multi-tenant/sql";
import type { Section } from "../../../../components/core/rendering/section";
import { multiTenantPlan, pooledTenant } from "../../../support/multi-tenant";

const plan = multiTenantPlan();
const sections = multiTenantSections({ plan, resources: [] }, "all");

const section = (id: string, among: readonly Section[] = sections): Section => {
  const found = among.find((each) => each.id === id);
  assert.ok(found, id);
  return found;
};

describe("the report of the multi-tenant backend", () => {
  it("says first what it is, for how many, and what a tenant who leaves is promised", () => {
    const { title, rows } = section("overview");
    assert.equal(title, "Multi-tenant backend mt on AWS, production");
    assert.deepEqual(rows.slice(0, -1), [
      ["cells", "4, made for 602 tenants"],
      ["tenants that are resources", "2; pooled ones are the control plane's"],
      ["host names", "*.workspaces.example.com, code.bank.example"],
      ["edge", "CloudFront, TLS 1.2 or newer, 6,000 calls in 5 minutes"],
      ["unit", "mt-production in ou-ab12-0123abcd"],
      ["regions", "us-east-1"],
      ["a tenant who leaves", "nothing is left after 37 days: 7 of grace, 30 of backups, 30 until keys end"],
    ]);
    assert.match(rows.at(-1)?.[1] ?? "", /^about [\d,.]+ USD a month$/);
  });

  it("has as many cells in every row as it has columns, on both clouds and in both lengths", () => {
    for (const cloud of ["aws", "gcp"] as const)
      for (const detail of ["all", "short"] as const)
        for (const { id, columns, rows } of multiTenantSections(
          { plan: multiTenantPlan(cloud), resources: [] },
          detail,
        ))
          assert.ok(
            rows.every((row) => row.length === columns.length),
            id,
          );
  });

  it("lists a cell with its limits and what one tenant of it costs", () => {
    const [first] = section("cells").rows;
    assert.deepEqual(first?.slice(0, 11), [
      "cell-1",
      "pooled",
      "open, canary",
      "222222222221",
      "us-east-1",
      "10.64.0.0/16",
      "7.5.4453",
      "3XL",
      "500",
      "above 425",
      "5,000 / 2,500",
    ]);
    const cell = plan.cells[0];
    assert.ok(cell);
    assert.equal(cell.monthlyPerTenant, Math.round((cell.price.monthly / 500) * 100) / 100);
  });

  it("shows whose each key is, and every host with the cells that open it", () => {
    const keys = section("keys").rows;
    assert.equal(keys.length, 32);
    assert.deepEqual(keys[0], ["cell-1", "cell-1-db", "us", "user-data, identity, secret", "90", "30"]);
    assert.deepEqual(
      keys.filter(([, , of]) => of === "the customer").map(([cell]) => cell),
      Array.from({ length: 8 }, () => "bank"),
    );
    assert.deepEqual(section("egress").rows.at(-1), ["models-workspaces.example.com", "443", "calls models", "cell-1"]);
    assert.deepEqual(section("egress").rows[0], ["github.com", "443", "reads repositories of GitHub.com", "all"]);
  });

  it("shows no value of a secret, and no name of one but those of clients", () => {
    const text = JSON.stringify(sections);
    assert.doesNotMatch(text, /\[encrypted\]|DatabasePassword/);
  });
});

describe("the report of a procedure", () => {
  it("numbers the steps, with the day of each where a term is promised", () => {
    const [steps] = procedureSections(plan, planOffboarding(plan, pooledTenant));
    assert.ok(steps);
    assert.equal(steps.title, "Taking tiny out of cell cell-1");
    assert.equal(
      steps.summary,
      "14 steps, over after 37 days; each begins when the one before is shown to have worked",
    );
    assert.deepEqual(
      steps.rows.map(([number, day, by]) => [number, day, by]),
      [
        ["1", "0", "control plane"],
        ["2", "0", "control plane"],
        ["3", "0", "time"],
        ["4", "7", "control plane"],
        ["5", "7", "product"],
        ["6", "7", "product"],
        ["7", "7", "product"],
        ["8", "7", "product"],
        ["9", "7", "product"],
        ["10", "7", "product"],
        ["11", "7", "cell agent"],
        ["12", "7", "operator"],
        ["13", "37", "time"],
        ["14", "37", "control plane"],
      ],
    );
    assert.ok(steps.rows.every((row) => row.length === steps.columns.length));
    assert.deepEqual(steps.rows[0]?.slice(-4), [
      "",
      "the host name answers 404",
      "curl --silent --output /dev/null --write-out '%{http_code}\\n' https://tiny.workspaces.example.com/healthz",
      "set the state to active and publish the route again",
    ]);
  });

  it("says no day where none is promised", () => {
    const [steps] = procedureSections(plan, planOnboarding(plan, tenantReference(plan, "acme")));
    assert.ok(steps);
    assert.ok(steps.rows.every(([, day]) => day === ""));
    assert.deepEqual(steps.rows[2]?.[5], "multiTenant.tenants.acme.state: suspended; sgbox up");
  });

  it("prints each query once for every database it asks", () => {
    const queries = section("queries", procedureSections(plan, planOffboarding(plan, pooledTenant)));
    assert.deepEqual(
      queries.rows.map(([query, cell, database, as]) => [query, cell, database, as]),
      ["cell-1-pgsql", "cell-1-codeintel-db", "cell-1-codeinsights-db"].map((database) => [
        "purge-verification",
        "cell-1",
        database,
        "owner",
      ]),
    );
  });

  it("takes the texts of queries from those that are proven on a real PostgreSQL", () => {
    const [first] = plan.cells.slice(0, 1).flatMap(cellDatabases);
    assert.ok(first);
    const [canary] = planOnboarding(plan, pooledTenant).steps.flatMap(({ actions }) =>
      actions.filter(({ kind }) => kind === "sql"),
    );
    assert.ok(canary?.kind === "sql");
    assert.equal(queryTexts(plan, canary)[0]?.sql, canarySql(first.tenants, { own: 4711, other: 1 }));
    const verification = planOffboarding(plan, pooledTenant)
      .steps.find(({ id }) => id === "purge-database")
      ?.checks.find(({ kind }) => kind === "sql");
    assert.ok(verification?.kind === "sql");
    assert.equal(queryTexts(plan, verification)[0]?.sql, purgeVerificationSql(first.tenants, 4711));
    const left = planDrain(plan, "cell-1", [])
      .steps.flatMap(({ checks }) => checks)
      .find((check) => check.kind === "sql" && check.query === "tenants-left");
    assert.ok(left?.kind === "sql");
    assert.deepEqual(queryTexts(plan, left), [{ database: "cell-1-pgsql", sql: tenantsLeftSql }]);
  });

  it("sets up each server with its extensions and the two logins, and holds the tables against their baseline", () => {
    const databases = plan.cells.slice(0, 1).flatMap(cellDatabases);
    assert.deepEqual(
      databases.map(({ name, tenants: { withoutFilter, owner, app, forced } }) => [
        name,
        withoutFilter,
        owner,
        app,
        forced,
      ]),
      [
        ["frontend", 2, "sourcegraph_owner", "sourcegraph_app", false],
        ["codeIntel", 0, "sourcegraph_owner", "sourcegraph_app", false],
        ["codeInsights", 0, "sourcegraph_owner", "sourcegraph_app", false],
      ],
    );
    const [, , insights] = databases;
    assert.ok(insights);
    const text = setUpSql(insights);
    assert.match(text, /create extension if not exists "citext";\ncreate extension if not exists "pg_trgm";\n/);
    assert.ok(text.indexOf("create extension") < text.indexOf("grant "), "extensions are the administrator's");
  });
});

describe("the picture of the multi-tenant backend", () => {
  it("has every cell, every tenant of its own and every service that is called, and no lonely link", () => {
    const drawing = multiTenantDrawingOf(plan);
    const cards = drawing.groups.flatMap(({ id, cards: own }) => own.map(({ name }) => `${id}: ${name}`));
    for (const card of [
      "people: acme",
      "people: great-bank",
      "cells: cell-1",
      "cells: bank",
      "stores: 8 keys",
      "environment: mt-placement",
      "services: accounts",
      "services: cody-gateway",
    ])
      assert.ok(cards.includes(card), card);
    const ends = new Set([...drawing.groups.map(({ id }) => id), "machine"]);
    assert.ok(drawing.links.every(({ from, to }) => ends.has(from) && ends.has(to)));
  });

  it("is drawn the same every time, and with executors outside of every cell", () => {
    const withExecutors = multiTenantPlan("gcp", (given) => ({
      ...given,
      environment: { ...given.environment, accounts: { executors: { id: "mt-executors" } } },
    }));
    const svg = drawingSvg(layOut(multiTenantDrawingOf(withExecutors)));
    assert.equal(svg, drawingSvg(layOut(multiTenantDrawingOf(withExecutors))));
    assert.match(svg, /mt-executors/);
    assert.match(svg, /Executors|EXECUTORS/);
  });
});
