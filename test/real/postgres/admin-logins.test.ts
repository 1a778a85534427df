import assert from "node:assert/strict";
import {
  adminLoginLintSql,
  adminLoginSql,
  type AdminDatabaseLogins,
} from "../../../components/core/rendering/admin/database-logins";
import { PostgresServer, requirePostgres } from "../../support/postgres";

const password = "of-somebody";

/** Logins as each cloud has them. */
const clouds: Readonly<Record<"aws" | "gcp", AdminDatabaseLogins>> = {
  aws: {
    server: "admin-billing-main",
    database: "accounts",
    app: "admin-billing",
    owner: "migrations",
    identityRole: "rds_iam",
    madeByCloud: false,
  },
  gcp: {
    server: "admin-billing-main",
    database: "accounts",
    app: "admin-billing@example-admin.iam",
    owner: "migrations",
    identityRole: "cloudsqliamserviceaccount",
    madeByCloud: true,
  },
};

/** What a cloud has made of a server before anybody signs in, said as its superuser. */
const made = {
  aws: [
    "create role rds_iam",
    `create role migrations login createrole createdb password '${password}'`,
    "grant rds_iam to migrations with admin option",
    "create database accounts owner migrations",
  ],
  gcp: [
    "create role cloudsqliamserviceaccount",
    "create role cloudsqlsuperuser createrole createdb",
    `create role migrations login createrole createdb in role cloudsqlsuperuser password '${password}'`,
    `create role "admin-billing@example-admin.iam" login in role cloudsqliamserviceaccount`,
    "create database accounts owner cloudsqlsuperuser",
  ],
} as const;

for (const cloud of ["aws", "gcp"] as const)
  describe(`the logins of support services on ${cloud}, on a real PostgreSQL`, function () {
    this.timeout(120_000);
    const logins = clouds[cloud];
    let server: PostgresServer;

    before(async function () {
      server = await PostgresServer.start(requirePostgres(this), "cluster", "of-the-cluster");
      for (const statement of made[cloud]) server.run("postgres", statement);
    });
    after(() => server?.stop());

    const owner = (sql: string): string => server.run("accounts", sql, logins.owner, password);
    const app = (sql: string): string => server.run("accounts", sql, logins.app, password);
    const refusal = (sql: string): string => {
      try {
        return `not refused: ${app(sql)}`;
      } catch (error) {
        return /ERROR: {2}(.*)/.exec(String(error))?.[1] ?? String(error);
      }
    };

    it("are set up by the owner, twice, with no weakness told", () => {
      owner("create table before (id serial primary key, note text)");
      assert.equal(owner(adminLoginSql(logins)), "");
      assert.equal(owner(adminLoginSql(logins)), "");
      // Here somebody signs in by a password; what the cloud asks for instead is its own matter.
      server.run("postgres", `alter role "${logins.app}" password '${password}'`);
    });

    it("let the service read and write rows, of tables that were there and of those of later migrations", () => {
      owner("create table later (id serial primary key, note text)");
      for (const table of ["before", "later"])
        assert.equal(
          app(
            `insert into ${table} (note) values ('a'), ('b'); update ${table} set note = 'c' where id = 2; delete from ${table} where id = 1; select note from ${table}`,
          ),
          "c",
        );
    });

    it("refuse it everything that owners do", () => {
      assert.deepEqual(
        [
          "create table mine (id int)",
          "create schema mine",
          "drop table before",
          "alter table before add column more text",
          "truncate before",
          "set role migrations",
          "create role other",
          "create database other",
        ].map(refusal),
        [
          "permission denied for schema public",
          "permission denied for database accounts",
          "must be owner of table before",
          "must be owner of table before",
          "permission denied for table before",
          'permission denied to set role "migrations"',
          "permission denied to create role",
          "permission denied to create database",
        ],
      );
    });

    it("let nobody else into the database", () => {
      server.run("postgres", `create role stranger login password '${password}'`);
      assert.throws(() => server.run("accounts", "select 1", "stranger", password), /permission denied for database/);
    });

    it("tell each weakness, and are mended by saying it again", () => {
      const weakened: Readonly<Record<string, string>> = {
        "grant create on schema public to LOGIN": "it may make tables: public",
        "grant create on database accounts to LOGIN": "it may make schemas: accounts",
        "grant truncate on before to LOGIN": "it may do more than read and write rows: before",
      };
      const name = `"${logins.app}"`;
      for (const [statement, told] of Object.entries(weakened)) {
        owner(statement.replace("LOGIN", name));
        assert.equal(owner(adminLoginLintSql(logins)), told);
        assert.equal(owner(adminLoginSql(logins)), "");
      }
      server.run("postgres", `grant pg_read_all_data to ${name}; alter role ${name} createdb`);
      assert.deepEqual(owner(adminLoginLintSql(logins)).split("\n"), [
        "it is a member of a role: pg_read_all_data",
        `it is a superuser, makes roles or databases, or passes row filters: ${logins.app}`,
      ]);
    });
  });
