import { appliesTo } from "../applicability";
import { valueAt, type Graph, type GraphResource } from "../graph";
import type { Rule } from "../rule";
import { bad, good, inText, isHidden, judgedBy, property, textsAt, type Sight } from "../sights";
import { variablesOf, workloadsOf, type Workload } from "../workloads";

const administrators = ["cloudsqlsuperuser", "rds_superuser", "azure_pg_admin"];
const passwords = ["PGPASSWORD", "CODEINTEL_PGPASSWORD", "CODEINSIGHTS_PGPASSWORD", "PGDATASOURCE"];

/** Who may own tables, or make logins: tasks that end, and nothing that runs on. */
const owners: readonly unknown[] = ["migrator", "db-set-up"];

const isMigrator = (graph: Graph, resource: GraphResource): boolean => owners.includes(graph.factsOf(resource).service);

/** A role of PostgreSQL that the application signs in with. */
function ofRole(graph: Graph, role: GraphResource): Sight[] {
  const owners = graph.referred(role, "roles").filter((other) => isMigrator(graph, other));
  const granted = graph
    .ofType("postgresql:index/grantRole")
    .filter((grant) => graph.referred(grant, "role").includes(role))
    .flatMap((grant) => [
      ...graph
        .referred(grant, "grantRole")
        .filter((other) => isMigrator(graph, other))
        .map(({ name }) => name),
      ...administrators.filter((name) => grant.inputs.grantRole === name),
    ]);
  const member = [
    ...owners.map(({ name }) => name),
    ...granted,
    ...textsAt(role.inputs, "roles").filter((name) => administrators.includes(name)),
  ];
  const owned = graph
    .ofType("postgresql:index/database")
    .filter((database) => graph.referred(database, "owner").includes(role));
  return [
    ...["superuser", "bypassRowLevelSecurity", "createRole"].map((input) =>
      property(role.inputs, input, { is: [false], byDefault: false, fix: `set ${input} to false` }),
    ),
    member.length === 0
      ? good("it is in no role that owns")
      : bad(`it is in ${member.join(" and ")}, which no row is kept from`, "take it out"),
    ...owned.map(({ name }) => bad(`it owns ${name}`, "let the migrator's login own it")),
  ];
}

/** A user of Cloud SQL, who has the platform's administrator role where none is named. */
function ofUser({ inputs }: GraphResource): Sight[] {
  const roles = valueAt(inputs, "databaseRoles");
  const fix = "sign in by IAM, or name databaseRoles without cloudsqlsuperuser";
  const named = textsAt(inputs, "databaseRoles");
  if (named.some((role) => administrators.includes(role))) return [bad(`databaseRoles has ${named.join(", ")}`, fix)];
  const { type } = inputs;
  if (typeof type === "string" && type.startsWith("CLOUD_IAM")) return [good(`type is ${type}`)];
  if (named.length > 0) return [good(`databaseRoles is ${named.join(", ")}`)];
  return [
    isHidden(roles)
      ? { verdict: "unproven", because: `databaseRoles is ${inText(roles)}`, fix }
      : bad("databaseRoles is not set, which gives it cloudsqlsuperuser", fix),
  ];
}

/** What tells the login behind a variable from another: the secret it is taken from. */
function secretsIn(workload: Workload): string[] {
  return passwords.flatMap((name) =>
    variablesOf(workload, name).flatMap(({ secret }) =>
      secret === undefined
        ? []
        : [`${inText(secret.name)} ${secret.version === undefined ? "" : inText(secret.version)}`.trim()],
    ),
  );
}

/** Whether a workload signs in as the migrator or as the administrator of an instance. */
function ofWorkload(workload: Workload, migrators: readonly Workload[]): Sight[] {
  const fix = "give it a login of its own, which owns nothing";
  return secretsIn(workload).map((secret) => {
    const shared = migrators.find((migrator) => secretsIn(migrator).includes(secret));
    if (shared !== undefined) return bad(`its login is ${secret}, which is that of ${shared.resource.name}`, fix);
    if (secret.includes("rds!")) return bad(`its login is ${secret}, which is the administrator of the instance`, fix);
    return good(`its login is ${secret}`);
  });
}

function migratorSights({ job }: Workload): Sight[] {
  return [
    job
      ? good("the migrator's login is used by a job")
      : bad("the migrator's login is used by what runs on", "run the migrator as a job"),
  ];
}

/** The application's login sees the rows of one tenant. */
export const t02: Rule = {
  id: "B-T02",
  severity: "critical",
  alone: true,
  statement: "The login of the application in a database cannot escape the filters of rows.",
  proof:
    "attributes and memberships of every login of a cell, what it owns, and whether the migrator has one of its own",
  probe:
    "tables without a policy are those that are exempt; rows of one tenant that are read as another have to be none",
  judge: (graph) => {
    const judged = (resource: GraphResource): boolean => appliesTo("B-T02", graph.factsOf(resource));
    const workloads = workloadsOf(graph).filter(({ resource }) => judged(resource));
    const migrators = workloads.filter(({ resource }) => isMigrator(graph, resource));
    const logins = graph.ofType("postgresql:index/role", "gcp:sql/user").filter(judged);
    return [
      ...logins
        .filter((login) => !isMigrator(graph, login) && graph.factsOf(login).plane !== "human")
        .map((login) => judgedBy(login.urn, login.type === "gcp:sql/user" ? ofUser(login) : ofRole(graph, login))),
      ...workloads.flatMap((workload) => {
        const sights = migrators.includes(workload) ? migratorSights(workload) : ofWorkload(workload, migrators);
        return sights.length === 0 ? [] : [judgedBy(workload.resource.urn, sights)];
      }),
    ];
  },
};
