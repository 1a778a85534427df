import { createHash } from "node:crypto";
import { plannedImage } from "../../planning/image-reference";
import { managedLogin } from "../../planning/managed/values";
import type { PlannedCell, PlannedIsolation } from "../../planning/multi-tenant/multi-tenant-plan";
import type { KubernetesObject } from "../manifests/object";
import { cellDatabases, setUpSql, tenantDatabase, type CellDatabase } from "./databases";
import { tenantDatabaseSql } from "./sql";

/** Namespace in which the logins of a cell's databases are set up, apart from everything that runs. */
export const setUpNamespace = "sourcegraph-set-up";

/** Secret with the administrator's way into the databases; nothing but the Jobs of that namespace reads it. */
export const setUpSecret = "database-administrator";

/** Keys of that secret: host and password of each database, and the passwords of the logins. */
export const setUpKeys = {
  host: (database: string) => `${database}-host`,
  password: (database: string) => `${database}-password`,
  app: "app",
  owner: "owner",
} as const;

type Cell = Pick<PlannedCell, "logins" | "specification">;

const namespaced = (name: string, more: object = {}): KubernetesObject["metadata"] => ({
  name,
  namespace: setUpNamespace,
  labels: { "app.kubernetes.io/name": "sourcegraph", "app.kubernetes.io/component": "database-set-up" },
  ...more,
});

/** Variables of a container that are taken from a Secret, each with the key in it. */
type Variables = Readonly<Record<string, { readonly secret: string; readonly key: string }>>;

/** What is said to a server of the cell as its administrator. */
interface Said {
  /** What the Job is named by. */
  readonly name: string;
  /** ConfigMap with the text, in the file `NAME.sql`. */
  readonly configMap: string;
  /** Which of the databases' servers. */
  readonly server: CellDatabase["name"];
  /** Database that is opened first. */
  readonly database: string;
  readonly sql: string;
  /** Passwords that the text reads. */
  readonly passwords: Variables;
}

/** A Job that says something to a server. It is named by what it says, so that whatever is said anew is a new Job. */
function jobOf(cell: Cell, { name, configMap, server, database, sql, passwords }: Said): KubernetesObject {
  const digest = createHash("sha256").update(sql).digest("hex").slice(0, 8);
  const fromSecret = (variable: string, key: string, secret = setUpSecret) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: namespaced(`set-up-${name.toLowerCase()}-${digest}`),
    spec: {
      backoffLimit: 6,
      template: {
        metadata: { labels: { "app.kubernetes.io/component": "database-set-up" } },
        spec: {
          restartPolicy: "Never",
          serviceAccountName: "db-set-up",
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "set-up",
              image: plannedImage("postgresql-16", undefined, cell.specification).reference,
              command: ["psql", "--no-psqlrc", "--set=ON_ERROR_STOP=1", `--file=/set-up/${name}.sql`],
              env: [
                fromSecret("PGHOST", setUpKeys.host(server)),
                { name: "PGPORT", value: String(managedLogin.port) },
                { name: "PGDATABASE", value: database },
                { name: "PGUSER", value: cell.logins.administrator },
                { name: "PGSSLMODE", value: managedLogin.sslmode },
                fromSecret("PGPASSWORD", setUpKeys.password(server)),
                ...Object.entries(passwords).map(([variable, { key, secret }]) => fromSecret(variable, key, secret)),
              ],
              resources: {
                requests: { cpu: "100m", memory: "64Mi" },
                limits: { cpu: "500m", memory: "256Mi" },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [{ name: "sql", mountPath: "/set-up", readOnly: true }],
            },
          ],
          volumes: [{ name: "sql", configMap: { name: configMap } }],
        },
      },
    },
  };
}

/**
 * What sets up the logins of a cell's databases before the product is deployed: in a namespace of its own, from which nothing
 * but databases and names is reached and which nobody reaches, with the administrator's password in a Secret there.
 *
 * @returns objects in the order in which they are made, the Jobs last; without the Secret, whose values are known only then
 */
export function cellSetUp(cell: Cell & Pick<PlannedCell, "cidr">, reach: readonly string[]): KubernetesObject[] {
  const databases = cellDatabases(cell);
  const levels = ["enforce", "warn", "audit"].map((mode) => [`pod-security.kubernetes.io/${mode}`, "restricted"]);
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: setUpNamespace,
        labels: {
          "app.kubernetes.io/name": "sourcegraph",
          ...(Object.fromEntries(levels) as Record<string, string>),
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: namespaced("db-set-up"),
      automountServiceAccountToken: false,
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: namespaced("deny-all"),
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: namespaced("databases"),
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/component": "database-set-up" } },
        policyTypes: ["Egress"],
        egress: [
          {
            to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
            ports: [
              { protocol: "UDP", port: 53 },
              { protocol: "TCP", port: 53 },
            ],
          },
          {
            to: reach.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [{ protocol: "TCP", port: managedLogin.port }],
          },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: namespaced("set-up"),
      data: Object.fromEntries(databases.map((planned) => [`${planned.name}.sql`, setUpSql(planned)])),
    },
    ...databases.map((planned) =>
      jobOf(cell, {
        name: planned.name,
        configMap: "set-up",
        server: planned.name,
        database: planned.tenants.database,
        sql: setUpSql(planned),
        passwords: {
          APP_PASSWORD: { secret: setUpSecret, key: setUpKeys.app },
          OWNER_PASSWORD: { secret: setUpSecret, key: setUpKeys.owner },
        },
      }),
    ),
  ];
}

/** Key of the password in the Secret of an isolated tenant, which has the name of its database with dashes. */
export const tenantPasswordKey = "password";

/** Name of the Secret and the ConfigMap of an isolated tenant. */
export function tenantSetUpName({ database }: Pick<PlannedIsolation, "database">): string {
  return database.replaceAll("_", "-");
}

/**
 * What makes the database and the login of an isolated tenant, in the namespace of the cell's own set-up.
 *
 * @returns objects in the order in which they are made, the Job last; without the Secret of the password
 */
export function tenantSetUp(cell: Cell, isolated: PlannedIsolation): KubernetesObject[] {
  const name = tenantSetUpName(isolated);
  const [first] = cellDatabases(cell);
  if (first === undefined) throw new Error("a cell has databases");
  const sql = tenantDatabaseSql(tenantDatabase(first, isolated));
  return [
    { apiVersion: "v1", kind: "ConfigMap", metadata: namespaced(name), data: { [`${name}.sql`]: sql } },
    jobOf(cell, {
      name,
      configMap: name,
      server: first.name,
      database: first.tenants.database,
      sql,
      passwords: { TENANT_PASSWORD: { secret: name, key: tenantPasswordKey } },
    }),
  ];
}
