import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "../../components/core/rendering/manifests/object";

type Json = Readonly<Record<string, unknown>>;

const list = (value: unknown) => (value ?? []) as readonly Json[];
const object = (value: unknown) => (value ?? {}) as Json;

function byName(items: readonly Json[], meaning: (item: Json) => unknown): Json {
  return Object.fromEntries(items.map((item) => [String(item["name"]), meaning(item)]));
}

function variable({ value, valueFrom }: Json): string {
  const { secretKeyRef, fieldRef } = object(valueFrom);
  if (secretKeyRef !== undefined) {
    const { name, key } = object(secretKeyRef);
    return `secret:${String(name)}#${String(key)}`;
  }
  return fieldRef === undefined ? String(value) : `field:${String(object(fieldRef)["fieldPath"])}`;
}

/** The words of the facts for the readiness of Redis, which has a test of its own. */
const redisAnswers = "redis-cli PING must answer PONG (authenticates first when redis.conf has requirepass)";

function probe(value: unknown): unknown {
  if (value === undefined) return undefined;
  const { httpGet, tcpSocket, exec, ...numbers } = object(value);
  const { path, port } = object(httpGet);
  if (httpGet !== undefined) return { http: `${String(path)} :${String(port)}`, ...numbers };
  if (tcpSocket !== undefined) return { tcp: object(tcpSocket)["port"], ...numbers };
  const command = (object(exec)["command"] as string[]).join(" ");
  return { exec: /requirepass[\s\S]*redis-cli ping/.test(command) ? redisAnswers : command, ...numbers };
}

function security(value: unknown): Json {
  const { runAsUser, runAsGroup, readOnlyRootFilesystem, ...rest } = object(value);
  return { uid: runAsUser, gid: runAsGroup, readOnlyRoot: readOnlyRootFilesystem, ...rest };
}

function ourContainer(container: Json): Json {
  const { image, command, args, ports, env, securityContext, volumeMounts } = container;
  return {
    image: String(image)
      .replace(/^index\.docker\.io\//, "")
      .replace(/:.*/, ""),
    command,
    args,
    ports: byName(list(ports), ({ containerPort }) => containerPort),
    hostPorts: byName(
      list(ports).filter(({ hostPort }) => hostPort !== undefined),
      ({ hostPort }) => hostPort,
    ),
    env: byName(list(env), variable),
    probes: {
      startup: probe(container["startupProbe"]),
      liveness: probe(container["livenessProbe"]),
      readiness: probe(container["readinessProbe"]),
    },
    security: security(securityContext),
    mounts: Object.fromEntries(
      list(volumeMounts).map(({ mountPath, name, readOnly }) => [
        String(mountPath),
        `${String(name)}${readOnly === true ? " (ro)" : ""}`,
      ]),
    ),
  };
}

function ourVolume(volume: Json): string {
  const { persistentVolumeClaim, configMap, hostPath, secret, emptyDir } = volume;
  if (persistentVolumeClaim !== undefined) return `pvc:${String(object(persistentVolumeClaim)["claimName"])}`;
  const { name, defaultMode } = object(configMap);
  if (configMap !== undefined)
    return `configMap:${String(name)}${defaultMode === undefined ? "" : ` mode 0${(defaultMode as number).toString(8)}`}`;
  if (hostPath !== undefined) return `hostPath:${String(object(hostPath)["path"])}`;
  if (secret !== undefined) return `secret:${String(object(secret)["secretName"])}`;
  const { medium, sizeLimit } = object(emptyDir) as { medium?: string; sizeLimit?: string };
  return ["emptyDir", medium && `medium=${medium}`, sizeLimit && `sizeLimit=${sizeLimit}`].filter(Boolean).join(" ");
}

/** What a rendered workload and the objects beside it mean, in the words of the facts of the chart. */
function ourMeaning(workload: KubernetesObject, objects: readonly KubernetesObject[]): Json {
  const spec = object(workload["spec"]);
  const pod = object(object(spec["template"])["spec"]);
  const { fsGroup, fsGroupChangePolicy, runAsNonRoot, ...ids } = object(pod["securityContext"]);
  const strategy = object(spec["strategy"] ?? spec["updateStrategy"]);
  const labels = object(object(object(spec["template"])["metadata"])["labels"]);
  const services = objects.filter(
    ({ kind, spec: own }) =>
      kind === "Service" &&
      Object.entries(object(object(own)["selector"])).every(([key, value]) => labels[key] === value),
  );
  const claims = list(spec["volumeClaimTemplates"]).map(({ metadata }) => String(object(metadata)["name"]));
  return {
    kind: workload.kind,
    strategy: strategy["type"],
    rollingUpdate: strategy["rollingUpdate"],
    statefulSetServiceName: spec["serviceName"],
    podSecurity: { uid: ids["runAsUser"], gid: ids["runAsGroup"], fsGroup, fsGroupChangePolicy, runAsNonRoot },
    terminationGracePeriodSeconds: pod["terminationGracePeriodSeconds"],
    hostPID: pod["hostPID"],
    initContainers: byName(list(pod["initContainers"]), ourContainer),
    containers: byName(list(pod["containers"]), ourContainer),
    volumes: {
      ...byName(list(pod["volumes"]), ourVolume),
      ...Object.fromEntries(claims.map((name) => [name, "volumeClaimTemplate"])),
    },
    services: Object.fromEntries(
      services.map(({ metadata, spec: own }) => [
        metadata.name,
        {
          headless: object(own)["clusterIP"] === "None",
          ports: byName(list(object(own)["ports"]), ({ port, targetPort }) => ({ port, targetPort })),
          prometheusScrapePort: metadata.annotations?.["prometheus.io/port"],
        },
      ]),
    ),
    serviceAccount: pod["serviceAccountName"],
  };
}

function theirContainer({ name: _name, does, resources: _resources, command, ...rest }: Json): Json {
  const folder = /^set mode 750 on (\S+) when that directory exists$/.exec(typeof does === "string" ? does : "")?.[1];
  return {
    ...rest,
    command: folder === undefined ? command : ["sh", "-c", `test ! -d ${folder} || chmod 750 ${folder}`],
  };
}

function theirMeaning(workload: Json): Json {
  const {
    name: _n,
    valuesKey: _v,
    enabledKey: _e,
    enabledByDefault: _b,
    notes: _o,
    pvc: _p,
    rbac: _r,
    replicas: _c,
    ...rest
  } = workload;
  const account = object(rest["serviceAccount"])["podUses"];
  return {
    ...rest,
    initContainers: byName(list(rest["initContainers"]), theirContainer),
    containers: byName(list(rest["containers"]), theirContainer),
    services: byName(list(rest["services"]), ({ headless, ports, prometheusScrapePort }) => ({
      headless,
      ports,
      prometheusScrapePort: prometheusScrapePort === undefined ? undefined : JSON.stringify(prometheusScrapePort),
    })),
    serviceAccount: account === "namespace default" ? "default" : account,
  };
}

function isBranch(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An empty object and nothing at all are the same. */
function emptied(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value;
  if (!isBranch(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, emptied(member)] as const);
  const held = members.filter(([, member]) => member !== undefined);
  return held.length === 0 ? undefined : Object.fromEntries(held);
}

function collect(path: string, theirs: unknown, ours: unknown, found: string[]): void {
  if (isBranch(theirs) || isBranch(ours)) {
    const [left, right] = [isBranch(theirs) ? theirs : {}, isBranch(ours) ? ours : {}];
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)]))
      collect(`${path}/${key}`, left[key], right[key], found);
    return;
  }
  if (!isDeepStrictEqual(theirs, ours)) found.push(`${path}: ${JSON.stringify(theirs)} -> ${JSON.stringify(ours)}`);
}

/** Every difference in meaning between a workload of the chart and the rendered one, a line each. */
export function manifestDifferences(theirs: Json, objects: readonly KubernetesObject[]): string[] {
  const name = String(theirs["name"]);
  const ours = objects.find(
    ({ kind, metadata }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind) && metadata.name === name,
  );
  if (ours === undefined) return [`${name}: absent`];
  const found: string[] = [];
  collect(name, emptied(theirMeaning(theirs)), emptied(ourMeaning(ours, objects)), found);
  return found;
}

/** Ids of the deliberate differences from the chart; docs/deviations.md says why each is. */
export const manifestDeviations: Readonly<Record<string, RegExp>> = {
  "restricted-by-default":
    /\/(security\/(runAsNonRoot|allowPrivilegeEscalation|capabilities|seccompProfile)|podSecurity\/runAsNonRoot)/,
  "deploy-type": /\/env\/DEPLOY_TYPE: "helm" -> "kubernetes"$/,
  "instances-listed":
    /^(sourcegraph-frontend|worker)\/.*\/env\/(SRC_GIT_SERVERS|SEARCHER_URL|INDEXED_SEARCH_(SERVERS|INDEXER)): undefined/,
  "jaeger-named-where-it-runs": /\/env\/JAEGER_SERVER_URL: /,
  "grafana-without-database": /^grafana\/.*\/env\/GRAFANA_PGSQL_/,
};
