import assert from "node:assert/strict";
import {
  dropTenantSql,
  grantsSql,
  lintSql,
  loginsSql,
  tenantDatabaseSql,
  tenantReachSql,
  type TenantDatabase,
} from "../../../components/core/rendering/multi-tenant/sql";
import { PostgresServer, requirePostgres } from "../../support/postgres";

const passwords = { APP_PASSWORD: "of-the-app", OWNER_PASSWORD: "of-the-owner" };
const cell: TenantDatabase = {
  database: "sourcegraph",
  schema: "public",
  owner: "sourcegraph_owner",
  app: "sourcegraph_app",
  operator: "sourcegraph_operator",
  withoutFilter: 0,
  forced: false,
};
const tenantOf = (number: number): TenantDatabase => ({
  ...cell,
  database: `tenant_${number}`,
  app: `tenant_${number}_app`,
});
const passwordOf = ({ app }: TenantDatabase): string => `of-${app}`;

const refusal = (run: () => string): string => {
  try {
    return `not refused: ${run()}`;
  } catch (error) {
    return /(?:ERROR|FATAL): {2}(.*)/.exec(String(error))?.[1] ?? String(error);
  }
};

describe("databases of isolated tenants in a cell, on a real PostgreSQL", function () {
  this.timeout(120_000);
  let server: PostgresServer;
  const [acme, bank] = [tenantOf(77), tenantOf(78)];

  const asAdministrator = (sql: string, environment: Readonly<Record<string, string>> = {}): string =>
    server.run("sourcegraph", sql, "administrator", "of-the-administrator", { ...passwords, ...environment });
  const setUp = (tenant: TenantDatabase): string =>
    asAdministrator(tenantDatabaseSql(tenant), { TENANT_PASSWORD: passwordOf(tenant) });
  const asTenant = (tenant: TenantDatabase, sql: string, database = tenant.database): string =>
    server.run(database, sql, tenant.app, passwordOf(tenant));
  const asOwner = (tenant: TenantDatabase, sql: string): string =>
    server.run(tenant.database, sql, tenant.owner, passwords.OWNER_PASSWORD);
  const reach = (tenant: TenantDatabase): string[] =>
    server.run(tenant.database, tenantReachSql(tenant)).split("\n").filter(Boolean);

  before(async function () {
    server = await PostgresServer.start(requirePostgres(this), "cluster", "of-the-cluster");
    server.run("postgres", "create role administrator login createrole createdb password 'of-the-administrator'");
    // Whose the databases of a managed server are.
    for (const name of ["postgres", "template1"])
      server.run("postgres", `alter database ${name} owner to administrator`);
    server.run("postgres", "create database sourcegraph owner administrator");
    asAdministrator(loginsSql(cell));
    asAdministrator(grantsSql(cell));
    for (const tenant of [acme, bank]) {
      setUp(tenant);
      asOwner(tenant, "create table notes (text text)");
      asTenant(tenant, `insert into notes values ('of ${tenant.app}')`);
    }
  });
  after(() => server?.stop());

  it("are opened each by its own login, and by no other tenant's, nor the product's", () => {
    for (const tenant of [acme, bank]) {
      assert.equal(asTenant(tenant, "select text from notes"), `of ${tenant.app}`);
      assert.deepEqual(reach(tenant), []);
    }
    const closed = (database: string) => `permission denied for database "${database}"`;
    for (const [tenant, database] of [
      [acme, bank.database],
      [bank, acme.database],
      [acme, "sourcegraph"],
      [acme, "postgres"],
      [acme, "template1"],
    ] as const)
      assert.match(
        refusal(() => asTenant(tenant, "select 1", database)),
        new RegExp(closed(database)),
      );
    assert.match(
      refusal(() => server.run(acme.database, "select 1", cell.app, passwords.APP_PASSWORD)),
      new RegExp(closed(acme.database)),
    );
  });

  it("have a login that owns nothing, and can make neither tables nor roles nor databases", () => {
    const refused = (sql: string) => refusal(() => asTenant(acme, sql));
    assert.deepEqual(
      {
        table: refused("create table copy as select * from notes"),
        role: refused("create role another"),
        database: refused("create database another"),
        owner: refused("set role sourcegraph_owner"),
        truncate: refused("truncate notes"),
      },
      {
        table: "permission denied for schema public",
        role: "permission denied to create role",
        database: "permission denied to create database",
        owner: 'permission denied to set role "sourcegraph_owner"',
        truncate: "permission denied for table notes",
      },
    );
    assert.equal(
      server.run(
        "postgres",
        "select count(*) from pg_shdepend d join pg_roles r on r.oid = d.refobjid where r.rolname = 'tenant_77_app' and d.deptype = 'o'",
      ),
      "0",
    );
  });

  it("are as they were when they are set up again, with what is in them", () => {
    setUp(acme);
    assert.equal(asTenant(acme, "select text from notes"), `of ${acme.app}`);
    assert.deepEqual(reach(acme), []);
    assert.deepEqual(asOwner(acme, lintSql({ ...acme, withoutFilter: 1 })), "");
  });

  it("are found where a login reaches further", () => {
    server.run(
      "postgres",
      "grant connect on database tenant_78 to tenant_77_app; grant sourcegraph_owner to tenant_77_app",
    );
    assert.deepEqual(reach(acme), [
      "the tenant's login is a member of: sourcegraph_owner",
      "the tenant's login may open: sourcegraph",
      "the tenant's login may open: tenant_78",
    ]);
    server.run(
      "postgres",
      "revoke connect on database tenant_78 from tenant_77_app; revoke sourcegraph_owner from tenant_77_app",
    );
    assert.deepEqual(reach(acme), []);
  });

  it("are gone with their login when the tenant leaves, and nothing else is", () => {
    asAdministrator(dropTenantSql(acme));
    assert.equal(
      server.run(
        "postgres",
        "select datname from pg_database where datname like 'tenant%' union select rolname from pg_roles where rolname like 'tenant%' order by 1",
      ),
      "tenant_78\ntenant_78_app",
    );
    assert.equal(asTenant(bank, "select text from notes"), `of ${bank.app}`);
  });
});
