import type { AdminPlan, PlannedAdminDatabase, PlannedAdminService } from "../../planning/admin/admin-plan";

/** A database of a support service, and who is let into it. */
export interface AdminDatabaseLogins {
  /** Name of the server's resource, and of the server. */
  readonly server: string;
  /** Name of the database. */
  readonly database: string;
  /** Login that the service's identity has: rows, never tables. */
  readonly app: string;
  /** Login that owns the schema: for migrations only. */
  readonly owner: string;
  /** Role of the cloud that lets a login sign in by its identity. */
  readonly identityRole: "rds_iam" | "cloudsqliamserviceaccount";
  /** Whether the cloud makes databases and logins itself, as Google does; on AWS only the first database is there. */
  readonly madeByCloud: boolean;
}

/** A file that is written for whoever sets up the logins. */
export interface LoginFile {
  /** Path below the folder. */
  readonly path: string;
  /** Octal permission bits. */
  readonly mode: string;
  /** What it says; no password. */
  readonly text: string;
}

function loginsOf(
  { cloud, project = "" }: AdminPlan,
  { identity }: PlannedAdminService,
  { resource: server, databases, logins }: PlannedAdminDatabase,
): AdminDatabaseLogins[] {
  const google = cloud === "gcp";
  return databases.map((database, index) => ({
    server,
    // RDS takes no dash in the name of the database that it makes itself.
    database: google || index > 0 ? database : database.replaceAll("-", "_"),
    app: google ? `${identity}@${project}.iam` : logins.application,
    owner: logins.owner,
    identityRole: google ? "cloudsqliamserviceaccount" : "rds_iam",
    madeByCloud: google,
  }));
}

/** Every database of a stack of support services, sorted by server. */
export function adminDatabaseLogins(plan: AdminPlan): AdminDatabaseLogins[] {
  return plan.services.flatMap((service) =>
    service.stores.flatMap((store) => (store.kind === "relational" ? loginsOf(plan, service, store) : [])),
  );
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What the service may do with rows; TRUNCATE, REFERENCES and TRIGGER are for owners. */
const rowRights = "select, insert, update, delete";

/**
 * Lets the service's login use what is in a database and what later migrations make in it, and nothing else. Plain SQL for any
 * client, as the owner; it may be said again at any time. What it answers at the end are weaknesses, a line each: none is right.
 */
export function adminLoginSql(logins: AdminDatabaseLogins): string {
  const { database, app, owner, identityRole, madeByCloud } = logins;
  const [login, schema] = [identifier(app), "schema public"];
  const made = [
    "do $$ begin",
    `  if not exists (select from pg_roles where rolname = ${literal(app)}) then create role ${login}; end if;`,
    "end $$;",
    `alter role ${login} login nocreatedb nocreaterole;`,
    `grant ${identityRole} to ${login};`,
  ];
  return `${[
    `-- Rights of ${app} in ${database}: rows, never tables. As ${owner}.`,
    "set client_min_messages = warning;",
    ...(madeByCloud ? [] : made),
    `-- It is a member of nothing but what lets it sign in by its identity.`,
    "do $$ declare each record; begin",
    "  for each in select granted.rolname from pg_auth_members m join pg_roles granted on granted.oid = m.roleid",
    "    join pg_roles member on member.oid = m.member",
    `    where member.rolname = ${literal(app)} and granted.rolname <> ${literal(identityRole)}`,
    `  loop execute format('revoke %I from %I', each.rolname, ${literal(app)}); end loop;`,
    "end $$;",
    `revoke all on database ${identifier(database)} from public, ${login};`,
    `grant connect on database ${identifier(database)} to ${login};`,
    `grant connect, create, temporary on database ${identifier(database)} to ${identifier(owner)};`,
    `revoke all on ${schema} from public, ${login};`,
    `grant usage, create on ${schema} to ${identifier(owner)};`,
    `grant usage on ${schema} to ${login};`,
    `revoke all on all tables in ${schema} from public, ${login};`,
    `grant ${rowRights} on all tables in ${schema} to ${login};`,
    `grant usage, select, update on all sequences in ${schema} to ${login};`,
    `alter default privileges in ${schema} grant ${rowRights} on tables to ${login};`,
    `alter default privileges in ${schema} grant usage, select, update on sequences to ${login};`,
    adminLoginLintSql(logins).trimEnd(),
  ].join("\n")}\n`;
}

/** Lists what the service's login can do that it must not, a line each, `what: which`; nothing where it is right. */
export function adminLoginLintSql({ app, identityRole }: AdminDatabaseLogins): string {
  const role = `(select oid from pg_roles where rolname = ${literal(app)})`;
  const found: readonly (readonly [string, string])[] = [
    ["there is no such login", `select ${literal(app)} where ${role} is null`],
    [
      "it is a superuser, makes roles or databases, or passes row filters",
      `select rolname from pg_roles where oid = ${role} and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls)`,
    ],
    [
      "it is a member of a role",
      `select rolname from pg_roles where oid <> ${role} and rolname <> ${literal(identityRole)} and pg_has_role(${role}, oid, 'member')`,
    ],
    ["it owns a table", `select relname from pg_class where relowner = ${role}`],
    [
      "it may do more than read and write rows",
      `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and has_table_privilege(${role}, oid, 'truncate, references, trigger')`,
    ],
    [
      "it may make tables",
      `select nspname from pg_namespace where nspname = 'public' and has_schema_privilege(${role}, oid, 'create')`,
    ],
    [
      "it may make schemas",
      `select datname from pg_database where datname = current_database() and has_database_privilege(${role}, oid, 'create')`,
    ],
  ];
  const queries = found.map(
    ([what, query]) => `select ${literal(what)} || ': ' || which as weakness from (${query}) as found(which)`,
  );
  return `-- Every line of the answer is a weakness.\n${queries.join("\nunion all ")}\norder by 1;\n`;
}

const fileOf = ({ server, database }: AdminDatabaseLogins): string => `${server}/${database}.sql`;

/** Databases that are not there yet: RDS makes the first one only. */
function furtherOf(databases: readonly AdminDatabaseLogins[]): readonly AdminDatabaseLogins[] {
  return databases.filter(({ madeByCloud }, index) => !madeByCloud && index > 0);
}

function steps(plan: AdminPlan, server: string, databases: readonly AdminDatabaseLogins[]): string[] {
  const [{ owner, app } = { owner: "", app: "" }] = databases;
  const { region, project = "" } = plan;
  const first = databases[0]?.database ?? "";
  const enter = (database: string, rest: string): string =>
    `    psql "host=$HOST dbname=${database} user=${owner} sslmode=require" ${rest}`;
  const google = [
    `1. Give \`${owner}\` a password that you know: \`gcloud sql users set-password ${owner} --instance=${server} --project=${project} --prompt-for-password\`.`,
    `2. In Cloud SQL Studio of \`${server}\`, as \`${owner}\`, run in each database its file:`,
    ...databases.map((each) => `   - \`${each.database}\`: [${fileOf(each)}](${fileOf(each)})`),
    `3. Give \`${owner}\` another password, that nobody keeps.`,
  ];
  const amazon = [
    `1. Open a CloudShell in the VPC of the stack, in a subnet of services and with the security group \`${app}\`, and bring this folder along.`,
    `2. Read the password of \`${owner}\` and the address, without writing either down:`,
    "",
    `    export PGPASSWORD="$(aws rds describe-db-instances --region ${region} --db-instance-identifier ${server} --query 'DBInstances[0].MasterUserSecret.SecretArn' --output text | xargs aws secretsmanager get-secret-value --region ${region} --query SecretString --output text --secret-id | jq -r .password)"`,
    `    HOST="$(aws rds describe-db-instances --region ${region} --db-instance-identifier ${server} --query 'DBInstances[0].Endpoint.Address' --output text)"`,
    "",
    "3. Say each file:",
    "",
    ...furtherOf(databases).map(({ database }) => enter(first, `-c 'create database ${identifier(database)}'`)),
    ...databases.map((each) => enter(each.database, `-v ON_ERROR_STOP=1 -f ${fileOf(each)}`)),
    "",
    "4. `unset PGPASSWORD` and close the CloudShell.",
  ];
  return ["", `## ${server}`, "", ...(plan.cloud === "gcp" ? google : amazon)];
}

/**
 * What somebody who may do so has to say to the databases of a stack once, after they are there: the cloud lets no program do
 * it that cannot reach them. A file for each database, and a README with the steps.
 */
export function adminLoginFiles(plan: AdminPlan): LoginFile[] {
  const all = adminDatabaseLogins(plan);
  const servers = [...new Set(all.map(({ server }) => server))];
  const readme = [
    `# Logins of the databases of ${plan.name}`,
    "",
    "A service signs in by its identity and may read and write rows. Tables belong to another login, which is for migrations only",
    "and which no service knows. Say these files once, when the servers are there and before the services are used; each may be",
    "said again at any time, and ends with a list of weaknesses, which has to be empty.",
    ...servers.flatMap((server) =>
      steps(
        plan,
        server,
        all.filter((each) => each.server === server),
      ),
    ),
    "",
  ].join("\n");
  return [
    ...all.map((each) => ({ path: fileOf(each), mode: "0644", text: adminLoginSql(each) })),
    { path: "README.md", mode: "0644", text: readme },
  ];
}
