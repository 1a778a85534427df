import assert from "node:assert/strict";
import {
  canarySql,
  canaryTableSql,
  forceSql,
  grantsSql,
  lintSql,
  loginsSql,
  purgeVerificationSql,
  type TenantDatabase,
} from "../../../components/core/rendering/multi-tenant/sql";
import { PostgresServer, requirePostgres } from "../../support/postgres";
import { firstMigration, nextMigration } from "./product-schema";

const secrets = { APP_PASSWORD: "the-app's ${password}", OWNER_PASSWORD: "the-owner's-password" };

describe("the databases of a cell, on a real PostgreSQL", function () {
  this.timeout(120_000);
  let server: PostgresServer;
  let made = 0;

  before(async function () {
    server = await PostgresServer.start(requirePostgres(this), "cluster", "of-the-cluster");
    // Managed databases have administrators that are no superusers.
    server.run("postgres", "create role administrator login createrole createdb password 'of-the-administrator'");
  });
  after(() => server?.stop());

  const asAdministrator = (name: string, sql: string): string =>
    server.run(name, sql, "administrator", "of-the-administrator", secrets);
  const as = (database: TenantDatabase, who: "app" | "owner", sql: string): string =>
    server.run(database.database, sql, database[who], who === "app" ? secrets.APP_PASSWORD : secrets.OWNER_PASSWORD);
  const asSuperuser = ({ database }: TenantDatabase, sql: string): string => server.run(database, sql);
  const lint = (database: TenantDatabase): string[] =>
    as(database, "app", lintSql(database)).split("\n").filter(Boolean);
  const canary = (database: TenantDatabase, before = ""): string =>
    as(database, "app", `${before}${canarySql(database, { own: 1, other: 2 })}`);
  const refusal = (run: () => string): string => {
    try {
      return `not refused: ${run()}`;
    } catch (error) {
      return /ERROR: {2}(.*)/.exec(String(error))?.[1] ?? String(error);
    }
  };

  /** A database as a cell sets it up, after the first migration, with rows of two tenants. */
  function cellDatabase(forced = false): TenantDatabase {
    made += 1;
    const name = `cell${made}`;
    const database: TenantDatabase = {
      database: name,
      schema: "public",
      owner: `${name}-owner`,
      app: `${name}-app`,
      operator: `${name}-operator`,
      withoutFilter: 2,
      forced,
    };
    asAdministrator("postgres", `create database ${name}`);
    asAdministrator(name, loginsSql(database));
    asSuperuser(database, `alter schema public owner to administrator`);
    asAdministrator(name, grantsSql(database));
    as(database, "owner", firstMigration);
    as(database, "owner", canaryTableSql(database));
    if (forced) as(database, "owner", forceSql(database, "on"));
    for (const tenant of [1, 2])
      as(
        database,
        "app",
        `set app.current_tenant = '${tenant}'; insert into repo (name) values ('github.com/shared/name'); insert into users (username) values ('alice'), ('bob${tenant}');`,
      );
    return database;
  }

  for (const forced of [false, true])
    describe(forced ? "with filters that the owner passes through, too" : "as the product ships it", () => {
      let database: TenantDatabase;
      before(() => (database = cellDatabase(forced)));

      it("has no weakness and the canary passes", () => {
        assert.deepEqual(lint(database), []);
        assert.equal(canary(database), "canary passed, 4 tables");
      });

      it("shows the product's login the rows of the tenant it names and of no other", () => {
        const names = (tenant: string) =>
          as(database, "app", `set app.current_tenant = '${tenant}'; select username from users order by 1`);
        assert.equal(names("1"), "alice\nbob1");
        assert.equal(names("2"), "alice\nbob2");
        assert.equal(names("3"), "");
        assert.equal(names(""), "");
        assert.equal(
          refusal(() => as(database, "app", "select username from users")),
          'unrecognized configuration parameter "app.current_tenant"',
        );
        // A filter that somebody forgot, or wrote for another tenant, shows nothing more.
        assert.equal(
          as(database, "app", "set app.current_tenant = '1'; select count(*) from users where tenant_id = 2 or true"),
          "2",
        );
        assert.equal(as(database, "app", "set app.current_tenant = '1'; select tenant_id from repo_names"), "1");
      });

      it("lets no row move to another tenant, nor be changed or deleted by one", () => {
        const one = "set app.current_tenant = '1';";
        const policy = (table: string) => `new row violates row-level security policy for table "${table}"`;
        assert.equal(
          refusal(() => as(database, "app", `${one} update users set tenant_id = 2`)),
          policy("users"),
        );
        assert.equal(
          refusal(() => as(database, "app", `${one} insert into repo (name, tenant_id) values ('x', 2)`)),
          policy("repo"),
        );
        as(
          database,
          "app",
          `${one} update users set username = 'x' where tenant_id = 2; delete from users where tenant_id = 2`,
        );
        assert.equal(as(database, "app", "set app.current_tenant = '2'; select count(*) from users"), "2");
      });

      it("refuses the product's login everything by which it could become the owner or pass a filter", () => {
        const { owner, app } = database;
        const refused = (sql: string) => refusal(() => as(database, "app", `set app.current_tenant = '1'; ${sql}`));
        assert.deepEqual(
          {
            become: refused(`set role "${owner}"`),
            grant: refused(`grant "${owner}" to "${app}"`),
            roles: refused("create role another"),
            bypass: refused(`alter role "${app}" bypassrls`),
            off: refused("alter table users disable row level security"),
            drop: refused("drop policy tenant_isolation_policy on users"),
            second: refused("create policy all_rows on users using (true)"),
            take: refused(`alter table users owner to "${app}"`),
            truncate: refused("truncate users"),
            trigger: refused(
              "create trigger t before insert on users execute function suppress_redundant_updates_trigger()",
            ),
            table: refused("create table copy as select * from users"),
            refers: refused("create temporary table t (id integer references tenants (id))"),
          },
          {
            become: `permission denied to set role "${owner}"`,
            grant: `must have admin option on role "${owner}"`,
            roles: "permission denied to create role",
            bypass: "must be superuser to change bypassrls attribute",
            off: "must be owner of table users",
            drop: "must be owner of relation users",
            second: "must be owner of table users",
            take: "must be owner of table users",
            truncate: "permission denied for table users",
            trigger: "permission denied for table users",
            table: "permission denied for schema public",
            refers: `permission denied to create temporary tables in database "${database.database}"`,
          },
        );
        assert.equal(
          refusal(() =>
            as(database, "app", "set row_security = off; set app.current_tenant = '1'; select count(*) from users"),
          ),
          'query would be affected by row-level security policy for table "users"',
        );
      });

      it("counts every row of a tenant that was not purged, and none once it was", () => {
        const left = () => as(database, "owner", purgeVerificationSql(database, 2));
        assert.equal(left(), "repo|1\nusers|2");
        as(database, "app", "set app.current_tenant = '2'; delete from users");
        assert.equal(left(), "repo|1");
        as(database, "app", "set app.current_tenant = '2'; delete from repo");
        assert.equal(left(), "");
        assert.equal(as(database, "app", "set app.current_tenant = '1'; select count(*) from users"), "2");
      });

      it("stays so over the next migration, and when it is set up once more", () => {
        if (forced) as(database, "owner", forceSql(database, "off"));
        as(database, "owner", nextMigration);
        if (forced) {
          assert.deepEqual(lint(database), [
            "the owner is not filtered: repo",
            "the owner is not filtered: saved_searches",
            "the owner is not filtered: sourcegraph_canary",
            "the owner is not filtered: tenants",
            "the owner is not filtered: users",
          ]);
          as(database, "owner", forceSql(database, "on"));
        }
        assert.deepEqual(lint(database), []);
        as(database, "app", "set app.current_tenant = '1'; insert into saved_searches (query) values ('q')");
        assert.equal(canary(database), "canary passed, 5 tables");
        asAdministrator(database.database, loginsSql(database));
        asAdministrator(database.database, grantsSql(database));
        as(database, "owner", canaryTableSql(database));
        if (forced) as(database, "owner", forceSql(database, "on"));
        assert.deepEqual(lint(database), []);
        assert.equal(canary(database), "canary passed, 5 tables");
      });
    });

  it("filters the owner only where filters are forced", () => {
    const seen = (database: TenantDatabase) =>
      as(database, "owner", "set app.current_tenant = '1'; select count(*) from users");
    assert.equal(seen(cellDatabase(false)), "4");
    assert.equal(seen(cellDatabase(true)), "2");
  });

  it("stops no session that names another tenant, which is why the network and the pods are part of the boundary", () => {
    const database = cellDatabase();
    const count = (tenant: string) =>
      as(
        database,
        "app",
        `set app.current_tenant = '1'; set app.current_tenant = '${tenant}'; select count(*) from users`,
      );
    assert.equal(count("2"), "2");
    assert.equal(count("workertenant"), "4");
  });

  describe("finds it when it is weakened:", () => {
    const sees = (rows: number, table: string) => `tenant 2 sees rows of tenant 1 in ${table}: ${rows}`;
    const cases: readonly {
      readonly what: string;
      readonly weaken: (database: TenantDatabase) => string;
      readonly lint: (database: TenantDatabase) => readonly string[];
      readonly canary: string;
    }[] = [
      {
        what: "a policy is dropped and filters are off",
        weaken: () => "alter table users disable row level security; drop policy tenant_isolation_policy on users",
        lint: () =>
          ["critical_and_site_config", "migration_logs", "users"].map(
            (table) => `more than 2 tables have no row filter: ${table}`,
          ),
        canary: sees(2, "users"),
      },
      {
        what: "filters of a table are off",
        weaken: () => "alter table repo disable row level security",
        lint: () =>
          ["critical_and_site_config", "migration_logs", "repo"].map(
            (table) => `more than 2 tables have no row filter: ${table}`,
          ),
        canary: sees(1, "repo"),
      },
      {
        what: "the product's login owns a table",
        weaken: ({ app }) => `alter table users owner to "${app}"`,
        lint: ({ owner }) => [
          `a table is not owned by ${owner}: users`,
          "the product's login may do more than read and write rows: users",
        ],
        canary: sees(2, "users"),
      },
      {
        what: "the product's login was made a member of the owner",
        weaken: ({ app, owner }) => `grant "${owner}" to "${app}"`,
        lint: ({ owner }) => [
          `the product's login is a member of a role: ${owner}`,
          ...["critical_and_site_config", "migration_logs", "repo", "sourcegraph_canary", "tenants", "users"].map(
            (table) => `the product's login may do more than read and write rows: ${table}`,
          ),
          "the product's login may make tables: public",
        ],
        canary: "tenant 2 wrote a row of tenant 1",
      },
      {
        what: "the product's login passes filters",
        weaken: ({ app }) => `alter role "${app}" bypassrls`,
        lint: ({ app }) => [`the product's login is a superuser, passes row filters or makes roles: ${app}`],
        canary: "tenant 2 wrote a row of tenant 1",
      },
      {
        what: "a view runs with its owner's rights",
        weaken: ({ owner }) =>
          `create or replace view repo_names with (security_invoker = false) as select name, tenant_id from repo; alter view repo_names owner to "${owner}"`,
        lint: () => ["a view runs with its owner's rights: repo_names"],
        canary: sees(1, "repo_names"),
      },
      {
        what: "a second filter lets rows pass",
        weaken: () => "create policy support on users using (true)",
        lint: () => [
          "a row filter does not compare the tenant with app.current_tenant: users.support",
          "a table has more than one permissive row filter, so that either lets a row pass: users",
        ],
        canary: sees(2, "users"),
      },
      {
        what: "a filter compares nothing",
        weaken: () => "alter policy tenant_isolation_policy on users using (tenant_id > 0)",
        lint: () => ["a row filter does not compare the tenant with app.current_tenant: users.tenant_isolation_policy"],
        canary: sees(2, "users"),
      },
    ];
    for (const { what, weaken, lint: found, canary: why } of cases)
      it(what, () => {
        const database = cellDatabase();
        asSuperuser(database, weaken(database));
        assert.deepEqual(lint(database), found(database));
        assert.equal(
          refusal(() => canary(database)),
          why,
        );
      });

    it("a function runs with its owner's rights, which only the lint can see", () => {
      const database = cellDatabase();
      as(
        database,
        "owner",
        "create function everybody() returns bigint language sql security definer as 'select count(*) from users'",
      );
      assert.equal(as(database, "app", "set app.current_tenant = '1'; select everybody()"), "4");
      assert.deepEqual(lint(database), ["a function runs with its owner's rights: everybody"]);
    });

    it("a pooled connection still names the tenant of whoever used it before", () => {
      const database = cellDatabase();
      assert.equal(
        refusal(() => canary(database, "set app.current_tenant = '7';\n")),
        "the connection still names tenant 7 of whoever used it before",
      );
    });
  });

  it("writes no password into any text", () => {
    const database = cellDatabase();
    const texts = [loginsSql(database), grantsSql(database), lintSql(database), canaryTableSql(database)].join("\n");
    for (const secret of Object.values(secrets)) assert.equal(texts.includes(secret), false);
  });
});
