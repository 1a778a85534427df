import assert from "node:assert/strict";
import { admitSql, dismissSql, readOnlySql } from "../../../components/core/rendering/multi-tenant/operator-sql";
import {
  grantsSql,
  lintSql,
  loginsSql,
  type TenantDatabase,
} from "../../../components/core/rendering/multi-tenant/sql";
import { PostgresServer, requirePostgres } from "../../support/postgres";
import { firstMigration } from "./product-schema";

const passwords = { APP_PASSWORD: "of-the-app", OWNER_PASSWORD: "of-the-owner", OPERATOR_PASSWORD: "of-this-hour" };
const database: TenantDatabase = {
  database: "cell",
  schema: "public",
  owner: "cell-owner",
  app: "cell-app",
  operator: "cell-operator",
  withoutFilter: 2,
  forced: false,
};

/** A time so many seconds from now, as the procedure says it. */
const inSeconds = (seconds: number): string => `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`;

const refusal = (run: () => string): string => {
  try {
    return `not refused: ${run()}`;
  } catch (error) {
    return /(?:ERROR|FATAL): {2}(.*)/.exec(String(error))?.[1] ?? String(error);
  }
};

describe("operators in the databases of a cell, on a real PostgreSQL", function () {
  this.timeout(120_000);
  let server: PostgresServer;

  const asAdministrator = (sql: string): string =>
    server.run(database.database, sql, "administrator", "of-the-administrator", passwords);
  const asOperator = (sql: string): string =>
    server.run(database.database, sql, database.operator, passwords.OPERATOR_PASSWORD);
  const asApp = (sql: string): string => server.run(database.database, sql, database.app, passwords.APP_PASSWORD);
  const admit = (seconds: number): string => {
    const until = inSeconds(seconds);
    asAdministrator(admitSql(database, until));
    return until;
  };

  before(async function () {
    server = await PostgresServer.start(requirePostgres(this), "cluster", "of-the-cluster");
    server.run("postgres", "create role administrator login createrole createdb password 'of-the-administrator'");
    server.run("postgres", "create database cell owner administrator");
    asAdministrator(loginsSql(database));
    asAdministrator(grantsSql(database));
    server.run(database.database, firstMigration, database.owner, passwords.OWNER_PASSWORD);
    for (const tenant of [1, 2])
      asApp(`set app.current_tenant = '${tenant}'; insert into users (username) values ('person-of-${tenant}')`);
  });
  after(() => server?.stop());
  afterEach(() => asAdministrator(dismissSql(database)));

  it("cannot sign in until somebody is let in, whatever the password", () => {
    for (const password of [passwords.OPERATOR_PASSWORD, "", passwords.APP_PASSWORD])
      assert.match(
        refusal(() => server.run(database.database, "select 1", database.operator, password)),
        /password authentication failed|no password supplied|is not permitted to log in/,
      );
  });

  it("are let in until a time, read one tenant at a time, also tables of later migrations, and show that they do", () => {
    const until = admit(3600);
    assert.equal(asOperator(readOnlySql(database)), `read-only until ${until}`);
    const names = (tenant: number) => asOperator(`set app.current_tenant = '${tenant}'; select username from users`);
    assert.deepEqual([names(1), names(2), names(3)], ["person-of-1", "person-of-2", ""]);
    server.run(
      database.database,
      "create table later (id integer, tenant_id integer); drop table if exists later_2",
      database.owner,
      passwords.OWNER_PASSWORD,
    );
    assert.equal(asOperator("select count(*) from later"), "0");
    server.run(database.database, "drop table later", database.owner, passwords.OWNER_PASSWORD);
    assert.deepEqual(asApp(lintSql(database)).split("\n").filter(Boolean), []);
  });

  it("can change nothing, though they take the setting back that says so, and cannot let themselves stay", () => {
    admit(3600);
    const writable = "set default_transaction_read_only = off; set app.current_tenant = '1';";
    const refused = (sql: string) => refusal(() => asOperator(`${writable} ${sql}`));
    assert.deepEqual(
      {
        plain: refusal(() => asOperator("set app.current_tenant = '1'; delete from users")),
        delete: refused("delete from users"),
        update: refused("update users set username = 'x'"),
        insert: refused("insert into users (username) values ('x')"),
        truncate: refused("truncate users"),
        table: refused("create table copy as select * from users"),
        temporary: refused("create temporary table copy as select * from users"),
        become: refused(`set role "${database.owner}"`),
        stay: refused(`alter role "${database.operator}" valid until 'infinity'`),
        filter: refused("set row_security = off; select count(*) from users"),
      },
      {
        plain: "cannot execute DELETE in a read-only transaction",
        delete: "permission denied for table users",
        update: "permission denied for table users",
        insert: "permission denied for table users",
        truncate: "permission denied for table users",
        table: "permission denied for schema public",
        temporary: 'permission denied to create temporary tables in database "cell"',
        become: 'permission denied to set role "cell-owner"',
        stay: "permission denied",
        filter: 'query would be affected by row-level security policy for table "users"',
      },
    );
  });

  it("are not let in for longer than eight hours, nor into the past", () => {
    for (const [seconds, why] of [
      [9 * 3600, "the end is more than 8 hours away"],
      [-60, "the end has passed"],
    ] as const) {
      const until = inSeconds(seconds);
      assert.equal(
        refusal(() => asAdministrator(admitSql(database, until))),
        `${why}: ${until}`,
      );
    }
    assert.match(
      refusal(() => asOperator("select 1")),
      /password authentication failed/,
    );
  });

  it("are refused when their time is over, without anybody doing anything", async () => {
    admit(2);
    assert.equal(asOperator("select 'in'"), "in");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.match(
      refusal(() => asOperator("select 'in'")),
      /password authentication failed/,
    );
  });

  it("are put out with their open sessions, of which none is left, and cannot come back", async () => {
    admit(3600);
    const sessions = () =>
      server.run("postgres", "select count(*) from pg_stat_activity where usename = 'cell-operator'");
    const close = await server.connect(database.database, database.operator, passwords.OPERATOR_PASSWORD);
    assert.equal(sessions(), "1");
    assert.equal(asAdministrator(dismissSql(database)), "0");
    assert.equal(sessions(), "0");
    await close();
    assert.match(
      refusal(() => asOperator("select 1")),
      /password authentication failed|is not permitted to log in/,
    );
    assert.equal(
      server.run(
        "postgres",
        "select count(*) from pg_auth_members m join pg_roles r on r.oid = m.roleid where r.rolname = 'cell-operator'",
      ),
      "0",
    );
  });

  it("are put out when the databases are set up again", () => {
    admit(3600);
    asAdministrator(loginsSql(database));
    assert.match(
      refusal(() => asOperator("select 1")),
      /password authentication failed|is not permitted to log in/,
    );
  });

  for (const [what, weaken, restore, lint, shown] of [
    [
      "may write a table",
      `grant insert on users to "cell-operator"`,
      `revoke insert on users from "cell-operator"`,
      "the operators' login may do more than read rows: users",
      "the operator may change users",
    ],
    [
      "has no end",
      `alter role "cell-operator" valid until 'infinity'`,
      `alter role "cell-operator" valid until '2000-01-01'`,
      "the operators' login may sign in for more than 8 hours: cell-operator",
      "the operator is let in without an end, or has rights over roles",
    ],
    [
      "is a member of the owner",
      `grant "cell-owner" to "cell-operator"`,
      `revoke "cell-owner" from "cell-operator"`,
      "the operators' login is a member of a role: cell-owner",
      "the operator may change critical_and_site_config, migration_logs, repo, repo_names, tenants, users",
    ],
    [
      "passes filters",
      `alter role "cell-operator" bypassrls`,
      `alter role "cell-operator" nobypassrls`,
      "the operators' login is a superuser, passes row filters or makes roles: cell-operator",
      "the operator is let in without an end, or has rights over roles",
    ],
  ] as const)
    it(`are found where the login ${what}, by the lint and by who is let in`, () => {
      admit(3600);
      server.run(database.database, weaken);
      try {
        assert.ok(asApp(lintSql(database)).split("\n").includes(lint), asApp(lintSql(database)));
        assert.equal(
          refusal(() => asOperator(readOnlySql(database))),
          shown,
        );
      } finally {
        server.run(database.database, restore);
      }
    });

  it("have their password in no text", () => {
    const texts = [admitSql(database, inSeconds(60)), readOnlySql(database), dismissSql(database)].join("\n");
    assert.equal(texts.includes(passwords.OPERATOR_PASSWORD), false);
  });
});
