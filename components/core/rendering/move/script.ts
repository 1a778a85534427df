import type { MoveNamespace, MovePlan } from "../../planning/managed/move-plan";
import { dumpProgram, restoreProgram } from "./programs";

/** Where machines keep the deployment and what a move needs. Source: converge/setup.sh. */
const root = "/mnt/sourcegraph";
const folder = `${root}/move`;

/** What everything of a move is called in the namespace. */
const inNamespace = "sourcegraph-move";

/** A text as one word of the shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

const words = (list: readonly string[]): string => list.map(quoted).join(" ");

const head = `#!/bin/bash
set -euo pipefail
`;

/** Writes a file as it is. */
function written(file: string, text: string): string {
  return `cat > ${quoted(file)} << 'END OF FILE'\n${text.endsWith("\n") ? text : `${text}\n`}END OF FILE\n`;
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);

/** Bundled databases that come; a volume or claim of theirs may be there from an earlier time, maybe with another password. */
function comingOf({ databases, stores }: MovePlan): string[] {
  const comes = (name: string) => stores.some(({ key, to }) => key === `databases.${name}` && to === "bundled");
  return databases.filter(({ name }) => comes(name)).map(({ service }) => service);
}

// --- on a machine

/** Compose files beside the bundle's own: programs in the place of the migrator, who is told of every database. */
function toolsFile({ image }: MovePlan): string {
  return json({
    services: {
      migrator: {
        image: image.reference,
        entrypoint: ["sh"],
        user: "0:0",
        mem_limit: "4g",
        cpus: 4,
        volumes: [`${folder}:/move`],
      },
    },
  });
}

/** Services that stand still are in a profile nobody asks for. */
function holdFile({ machine }: MovePlan): string {
  return json({ services: Object.fromEntries((machine?.held ?? []).map((name) => [name, { profiles: ["held"] }])) });
}

const onMachine = (program: string): string => `${head}cd ${root}/deployment
docker compose --file compose.yaml --file ${folder}/tools.json run --rm --no-deps -T migrator /move/${program}
`;

function prepareMachine(plan: MovePlan): string {
  return `${head}install -d -m 0700 ${folder}
${comingOf(plan)
  .map(
    (name) => `if docker volume inspect docker-compose_${name} > /dev/null 2>&1; then
  echo 'note: volume docker-compose_${name} holds a database of an earlier time, which the restore empties; if its password was given up, remove it: docker volume rm docker-compose_${name}'
fi
`,
  )
  .join(
    "",
  )}${written(`${folder}/dump.sh`, dumpProgram(plan.databases))}${written(`${folder}/restore.sh`, restoreProgram(plan.databases))}${written(`${folder}/tools.json`, toolsFile(plan))}${written(`${folder}/hold.json`, holdFile(plan))}docker pull --quiet ${plan.image.reference}
df -h ${root}
`;
}

function machineScripts(plan: MovePlan): Readonly<Record<string, string>> {
  return {
    prepare: prepareMachine(plan),
    // Neither the poll nor a restart of the machine starts anything meanwhile.
    stop: `${head}systemctl disable --quiet --now sourcegraph-poll.timer
systemctl disable --quiet sourcegraph.service
while systemctl is-active --quiet sourcegraph-poll.service; do sleep 5; done
cd ${root}/deployment
docker compose stop ${words(plan.machine?.stopped ?? [])}
`,
    dump: onMachine("dump.sh"),
    arrange: `${head}COMPOSE_FILE=compose.yaml:${folder}/hold.json /usr/local/sbin/sourcegraph-fetch boot
`,
    restore: onMachine("restore.sh"),
    start: `${head}rm -f ${folder}/restore.sh # from here on it would take away what users write
systemctl enable --quiet sourcegraph.service
/usr/local/sbin/sourcegraph-fetch boot
systemctl enable --quiet --now sourcegraph-poll.timer
`,
  };
}

// --- on Kubernetes

function labelsOf({ helmRelease }: MoveNamespace): Record<string, string> {
  // Network policies let the migrator's pods reach every database.
  return {
    "app.kubernetes.io/name": "sourcegraph",
    "app.kubernetes.io/instance": helmRelease,
    "app.kubernetes.io/component": "migrator",
    app: "migrator",
    deploy: "sourcegraph",
  };
}

function jobOf(plan: MovePlan, namespace: MoveNamespace, program: string): unknown {
  const keys = ["host", "port", "user", "password", "database", "sslmode"];
  const login = ({ service, prefix }: MovePlan["databases"][number]) =>
    keys.map((key) => ({
      name: `${prefix}${key.toUpperCase()}`,
      valueFrom: { secretKeyRef: { name: namespace.logins[service], key } },
    }));
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${inNamespace}-${program}`, namespace: namespace.name, labels: labelsOf(namespace) },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: labelsOf(namespace) },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: { ...namespace.podSecurity, seccompProfile: { type: "RuntimeDefault" } },
          ...(namespace.imagePullSecret !== undefined && { imagePullSecrets: [{ name: namespace.imagePullSecret }] }),
          containers: [
            {
              name: program,
              image: plan.image.reference,
              command: ["sh", `/programs/${program}.sh`],
              env: plan.databases.flatMap(login),
              resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "4", memory: "4Gi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
              volumeMounts: [
                { name: "dumps", mountPath: "/move" },
                { name: "programs", mountPath: "/programs" },
                { name: "tmp", mountPath: "/tmp" },
              ],
            },
          ],
          volumes: [
            { name: "dumps", persistentVolumeClaim: { claimName: inNamespace } },
            { name: "programs", configMap: { name: inNamespace } },
            { name: "tmp", emptyDir: {} },
          ],
        },
      },
    },
  };
}

const kubectl = ({ name }: MoveNamespace): string => `kubectl --namespace=${quoted(name)}`;

const applied = (namespace: MoveNamespace, object: unknown): string =>
  `${kubectl(namespace)} apply --filename=- << 'END OF FILE'\n${json(object)}\nEND OF FILE\n`;

/** Runs a program as a Job, anew each time, and ends as it does. */
function runJob(plan: MovePlan, namespace: MoveNamespace, program: string): string {
  const job = `job/${inNamespace}-${program}`;
  const k = kubectl(namespace);
  return `${head}${k} delete ${job} --ignore-not-found --cascade=foreground --wait
${applied(namespace, jobOf(plan, namespace, program))}until ${k} get ${job} --output=jsonpath='{.status.conditions[*].type}' | grep -qwE 'Complete|Failed'; do sleep 5; done
${k} logs ${job}
${k} get ${job} --output=jsonpath='{.status.conditions[*].type}' | grep -qw Complete
`;
}

function prepareNamespace(plan: MovePlan, namespace: MoveNamespace): string {
  const { databases, dumpGb } = plan;
  const k = kubectl(namespace);
  const labels = labelsOf(namespace);
  const programs = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: inNamespace, namespace: namespace.name, labels },
    data: { "dump.sh": dumpProgram(databases), "restore.sh": restoreProgram(databases) },
  };
  const dumps = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: inNamespace, namespace: namespace.name, labels },
    spec: {
      accessModes: ["ReadWriteOnce"],
      ...(namespace.storageClass !== undefined && { storageClassName: namespace.storageClass }),
      resources: { requests: { storage: `${dumpGb}Gi` } },
    },
  };
  return `${head}${comingOf(plan)
    .map(
      (claim) => `if [ -n "$(${k} get persistentvolumeclaim ${claim} --ignore-not-found --output=name)" ]; then
  echo 'note: claim ${claim} holds a database of an earlier time, which the restore empties; if its password was given up, delete it: ${k} delete persistentvolumeclaim ${claim}'
fi
`,
    )
    .join("")}${applied(namespace, dumps)}${applied(namespace, programs)}`;
}

function stopNamespace(namespace: MoveNamespace): string {
  const k = kubectl(namespace);
  const others = quoted(
    `--selector=app.kubernetes.io/component notin (${[...namespace.goingOn, "migrator"].join(",")})`,
  );
  const owners = 'jsonpath={range .items[*]}{.metadata.ownerReferences[0].kind}{"\\n"}{end}';
  return `${head}${k} scale deployment ${others} --replicas=0
${k} scale statefulset ${others} --replicas=0
# Agents of the nodes go on: they know no database.
while ${k} get pods ${others} --output=${quoted(owners)} | grep -qE 'ReplicaSet|StatefulSet'; do sleep 5; done
`;
}

function namespaceScripts(plan: MovePlan, namespace: MoveNamespace): Readonly<Record<string, string>> {
  return {
    prepare: prepareNamespace(plan, namespace),
    stop: stopNamespace(namespace),
    dump: runJob(plan, namespace, "dump"),
    restore: runJob(plan, namespace, "restore"),
    start: `${head}${kubectl(namespace)} delete job/${inNamespace}-restore configmap/${inNamespace} --ignore-not-found
pulumi up --refresh ${excluded(plan.exclude)}
`,
  };
}

// --- where the program runs

const excluded = (patterns: readonly string[]): string =>
  patterns.map((pattern) => `--exclude ${quoted(pattern)}`).join(" ");

function updateScript({ shape, name, exclude, databases }: MovePlan): string {
  const held = shape === "kubernetes" && databases.length > 0;
  // Everything that knows a database is declared after the migrator's Job and depends on it.
  const patterns = held ? [...exclude, `**::${name}-job-migrator`] : exclude;
  return `${head}pulumi up ${[excluded(patterns), ...(held ? ["--exclude-dependents"] : [])].filter((part) => part !== "").join(" ")}
`;
}

function giveUpScript({ name, givenUp, kubernetes, databases }: MovePlan): string {
  const names = [...givenUp, ...givenUp.map((of) => `${name}-claim-${of}`)];
  const dumps =
    kubernetes === undefined || databases.length === 0
      ? ""
      : `${kubectl(kubernetes)} delete job/${inNamespace}-dump persistentvolumeclaim/${inNamespace} --ignore-not-found\n`;
  // What still belongs to the program is protected again by the update.
  return `${head}pulumi stack export |
  jq --raw-output --argjson names ${quoted(JSON.stringify(names))} '.deployment.resources[] | select(.protect == true) | .urn
    | select(contains(":ManagedServices$") or ((split("::") | last) as $name | $names | index([$name]) != null))' |
  while read -r urn; do pulumi state unprotect --yes "$urn" < /dev/null; done
pulumi up
${dumps}`;
}

/** The programs of a move, by the step they belong to. None holds a secret. */
export function moveScripts(plan: MovePlan): Readonly<Record<string, string>> {
  const { steps, kubernetes } = plan;
  const all = {
    ...(kubernetes === undefined ? machineScripts(plan) : namespaceScripts(plan, kubernetes)),
    unlock: `${head}pulumi up\n`,
    update: updateScript(plan),
    "give-up": giveUpScript(plan),
  };
  return Object.fromEntries(
    Object.entries(all).filter(([id]) => steps.some((step) => step.id === id && step.where !== undefined)),
  );
}
