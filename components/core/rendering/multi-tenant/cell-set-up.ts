import { createHash } from "node:crypto";
import { plannedImage } from "../../planning/image-reference";
import { managedLogin } from "../../planning/managed/values";
import type { PlannedCell } from "../../planning/multi-tenant/multi-tenant-plan";
import type { KubernetesObject } from "../manifests/object";
import { cellDatabases, setUpSql, type CellDatabase } from "./databases";

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

/** The Job that sets up a database. It is named by what it says, so that whatever is said anew is a new Job. */
function jobOf(cell: Cell, planned: CellDatabase): KubernetesObject {
  const { name, tenants } = planned;
  const sql = setUpSql(planned);
  const digest = createHash("sha256").update(sql).digest("hex").slice(0, 8);
  const fromSecret = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: setUpSecret, key } },
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
                fromSecret("PGHOST", setUpKeys.host(name)),
                { name: "PGPORT", value: String(managedLogin.port) },
                { name: "PGDATABASE", value: tenants.database },
                { name: "PGUSER", value: cell.logins.administrator },
                { name: "PGSSLMODE", value: managedLogin.sslmode },
                fromSecret("PGPASSWORD", setUpKeys.password(name)),
                fromSecret("APP_PASSWORD", setUpKeys.app),
                fromSecret("OWNER_PASSWORD", setUpKeys.owner),
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
          volumes: [{ name: "sql", configMap: { name: "set-up" } }],
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
    ...databases.map((planned) => jobOf(cell, planned)),
  ];
}
