import assert from "node:assert/strict";
import facts from "../facts/services.json";
import { kubernetesAddress } from "../../components/core/product/kubernetes/workloads";
import type {
  ContainerFacts,
  PodValue,
  PodVolumeFacts,
  ProbeFacts,
  WorkloadFacts,
} from "../../components/core/product/kubernetes/workload-facts";
import { holdsIn, repositoryOf, serviceNamed } from "../../components/core/product/services";

/** The release the vendor's chart was read at. */
export const chartRelease = "7.5.4453";

type Json = Readonly<Record<string, unknown>>;

/** Variables that planning makes out of where the stores are; the chart has them for the bundled ones. */
const computed =
  /^((CODEINTEL_|CODEINSIGHTS_)?PG(DATABASE|HOST|PASSWORD|PORT|USER|SSLMODE)|REDIS_(CACHE|STORE)_ENDPOINT|PRECISE_CODE_INTEL_UPLOAD_(BACKEND|AWS_ENDPOINT))$/;

/** Variables of a container that the chart makes out of the stores, per container of the chart. */
export const storeVariables: { readonly container: ContainerFacts; readonly names: readonly string[] }[] = [];

/** Facts that say nothing to compare: prose, and keys of the values that switch or size what is compared. */
const prose = new Set(["notes", "enabledKey"]);
const compared = new Set(
  (
    "kind name valuesKey enabledByDefault replicas strategy rollingUpdate statefulSetServiceName podSecurity hostPID " +
    "terminationGracePeriodSeconds initContainers containers volumes pvc services serviceAccount rbac"
  ).split(" "),
);
const comparedOfContainer = new Set(
  "name image command does args resources ports hostPorts env probes security mounts".split(" "),
);

/** Every workload of the chart, as the facts have it; the index server's own Service joins its pod's. */
export function chartWorkloads(): Json[] {
  const { _helmOnly, ...services } = facts as unknown as Record<string, { helm?: Json } & Json>;
  const found = Object.entries(services)
    .filter(([name, { helm }]) => !name.startsWith("_") && Array.isArray(helm?.["containers"]))
    .map(([, { helm }]) => helm as Json);
  const indexer = (services["zoekt-indexserver"]?.helm?.["services"] ?? []) as Json[];
  return [...found, _helmOnly?.["otel-agent"] as Json].map((workload) =>
    workload["name"] === "indexed-search"
      ? { ...workload, services: [...(workload["services"] as Json[]), ...indexer] }
      : workload,
  );
}

function valueText(value: PodValue, workload: WorkloadFacts): string {
  if (typeof value === "string") return value;
  if ("secret" in value) return `secret:${value.secret}#${value.key}`;
  if ("field" in value) return `field:${value.field}`;
  if ("claim" in value) {
    const claim = workload.claims.find(({ name }) => name === value.claim);
    return String((claim?.sizeGib ?? Number.NaN) * value.mbPerGib);
  }
  assert.ok("address" in value, JSON.stringify(value));
  const { host, port } = kubernetesAddress(value.address, value.port);
  return `${value.scheme === undefined ? "" : `${value.scheme}://`}${host}:${port}`;
}

function probeText({ action, range: _range, ...numbers }: ProbeFacts): Json {
  if ("http" in action) return { http: `${action.http} :${action.port}`, ...numbers };
  return "tcp" in action ? { tcp: action.tcp, ...numbers } : { exec: action.exec.join(" "), ...numbers };
}

function volumeText(volume: PodVolumeFacts): string {
  if ("claim" in volume) return `pvc:${volume.claim}`;
  if ("claimTemplate" in volume) return "volumeClaimTemplate";
  if ("hostPath" in volume) return `hostPath:${volume.hostPath}`;
  if ("configMap" in volume)
    return `configMap:${volume.configMap}${volume.mode === undefined ? "" : ` mode 0${volume.mode.toString(8)}`}`;
  const { medium, sizeLimit } = volume.emptyDir;
  return ["emptyDir", medium && `medium=${medium}`, sizeLimit && `sizeLimit=${sizeLimit}`].filter(Boolean).join(" ");
}

/** An object without its empty, null and undefined members, so that "none" is written in one way. */
function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value)
    .map(([key, member]) => [key, tidy(member)] as const)
    .filter(([, member]) => member !== undefined && member !== null && JSON.stringify(member) !== "{}")
    .filter(([, member]) => !(Array.isArray(member) && member.length === 0));
  return Object.fromEntries(members);
}

function byName(list: unknown): Record<string, Json> {
  return Object.fromEntries(((list ?? []) as Json[]).map((entry) => [String(entry["name"]), entry]));
}

function ourContainer(container: ContainerFacts, workload: WorkloadFacts): Json {
  const { service, image, ports, environment, probes = {}, mounts } = container;
  const repository = image ?? (service && repositoryOf(serviceNamed(service), chartRelease));
  return {
    name: container.name,
    image: `sourcegraph/${repository}`,
    command: container.command,
    args: container.args,
    resources: container.resources,
    ports: Object.fromEntries(ports.map(({ name, number }) => [name, number])),
    hostPorts: Object.fromEntries(ports.filter((p) => p.hostPort).map(({ name, hostPort }) => [name, hostPort])),
    env: Object.fromEntries(
      environment
        .filter((variable) => holdsIn(variable, chartRelease))
        .map(({ name, value }) => [name, valueText(value, workload)]),
    ),
    probes: Object.fromEntries(
      Object.entries(probes as Record<string, ProbeFacts>).map(([kind, probe]) => [kind, probeText(probe)]),
    ),
    security: container.security,
    mounts: Object.fromEntries(mounts.map(({ path, volume, readOnly }) => [path, volume + (readOnly ? " (ro)" : "")])),
  };
}

function theirContainer(container: Json, ours: ContainerFacts | undefined): Json {
  for (const key of Object.keys(container)) assert.ok(comparedOfContainer.has(key), `'${key}' is not compared`);
  const { does, env, ...rest } = container as Json & { readonly does?: string };
  const folder = /^set mode 750 on (\S+) when that directory exists$/.exec(does ?? "")?.[1];
  const variables = Object.entries((env ?? {}) as Json);
  const names = variables.map(([name]) => name).filter((name) => computed.test(name));
  if (ours !== undefined) storeVariables.push({ container: ours, names });
  return {
    ...rest,
    ...(folder !== undefined && { command: ["sh", "-c", `test ! -d ${folder} || chmod 750 ${folder}`] }),
    env: Object.fromEntries(variables.filter(([name]) => !computed.test(name))),
  };
}

function ourMeaning(workload: WorkloadFacts): Json {
  const { strategy, podSecurity, serviceAccount, rights, claims } = workload;
  const { fsGroupOnRootMismatch, ...ids } = podSecurity ?? {};
  const labels = { ...workload.podLabels, ...workload.selector };
  const containers = (list: readonly ContainerFacts[]) => byName(list.map((each) => ourContainer(each, workload)));
  return {
    kind: workload.kind,
    name: workload.name,
    valuesKey: workload.valuesKey,
    enabledByDefault: workload.optional === true ? false : undefined,
    replicas: workload.replicas?.default,
    strategy: strategy?.type,
    rollingUpdate:
      strategy?.type === "RollingUpdate"
        ? { maxSurge: strategy.maxSurge, maxUnavailable: strategy.maxUnavailable }
        : undefined,
    statefulSetServiceName: workload.serviceName,
    podSecurity: { ...ids, fsGroupChangePolicy: fsGroupOnRootMismatch === true ? "OnRootMismatch" : undefined },
    terminationGracePeriodSeconds: workload.terminationGraceSeconds,
    hostPID: workload.hostPid,
    initContainers: containers(workload.initContainers),
    containers: containers(workload.containers),
    volumes: Object.fromEntries(workload.volumes.map((volume) => [volume.name, volumeText(volume)])),
    pvc: byName(
      claims.map(({ kind, name, sizeGib }) => ({
        name,
        from: kind === "claim" ? "PersistentVolumeClaim" : "volumeClaimTemplate",
        claimName: kind === "claim" ? name : `${name}-${workload.name}-<ordinal>`,
        size: `${sizeGib}Gi`,
        accessModes: ["ReadWriteOnce"],
      })),
    ),
    services: byName(
      workload.services.map(({ name, headless, ports, scrapePort }) => ({
        name,
        headless,
        ports: Object.fromEntries(ports.map((port) => [port.name, { port: port.port, targetPort: port.targetPort }])),
        selector: labels,
        prometheusScrapePort: scrapePort,
      })),
    ),
    serviceAccount: {
      createdByDefault: serviceAccount.created,
      podUses: serviceAccount.created ? serviceAccount.name : "namespace default",
    },
    rbac: rights && {
      name: rights.name,
      kind: rights.clusterWide ? "ClusterRole" : "Role",
      rules: rights.rules.map(({ apiGroups, ...rule }) => ({ apiGroup: apiGroups?.join(), ...rule })),
    },
  };
}

function theirMeaning(workload: Json, ours: WorkloadFacts): Json {
  for (const key of Object.keys(workload)) assert.ok(compared.has(key) || prose.has(key), `'${key}' is not compared`);
  const { pvc, services, rbac, initContainers, containers } = workload;
  const own = [...ours.initContainers, ...ours.containers];
  const read = (list: unknown) =>
    byName(
      ((list ?? []) as Json[]).map((container) =>
        theirContainer(
          container,
          own.find(({ name }) => name === container["name"]),
        ),
      ),
    );
  const [kind, role] = Object.entries((rbac ?? {}) as Json)[0] ?? [];
  return {
    ...Object.fromEntries(Object.entries(workload).filter(([key]) => !prose.has(key))),
    valuesKey: String(workload["valuesKey"]).replace(/ \(.*\)$/, ""),
    initContainers: read(initContainers),
    containers: read(containers),
    pvc: byName(
      ((pvc ?? []) as Json[]).map(({ sizeKey: _sizeKey, volumeNameKey: _volumeNameKey, ...claim }) => ({
        name: claim["claimName"],
        ...claim,
      })),
    ),
    services: byName(services),
    rbac: typeof role === "object" ? { kind, name: (role as Json)["name"], rules: (role as Json)["rules"] } : undefined,
  };
}

function collect(path: string, theirs: unknown, ours: unknown, found: string[]): void {
  const branch = (value: unknown): value is Json =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  // Labels beyond those the vendor names do no harm to a selector.
  const theirKeysOnly = path.endsWith(".selector");
  if (branch(theirs) && branch(ours)) {
    for (const key of new Set([...Object.keys(theirs), ...(theirKeysOnly ? [] : Object.keys(ours))]))
      collect(`${path}.${key}`, theirs[key], ours[key], found);
    return;
  }
  try {
    assert.deepEqual(ours, theirs);
  } catch {
    found.push(`${path}: ${JSON.stringify(theirs)} -> ${JSON.stringify(ours)}`);
  }
}

/** Every difference in meaning between one workload of the chart and ours, a line each. */
export function chartDifferences(theirs: Json, ours: WorkloadFacts | undefined): string[] {
  const name = String(theirs["name"]);
  if (ours === undefined) return [`${name}: absent`];
  const found: string[] = [];
  collect(name, tidy(theirMeaning(theirs, ours)), tidy(ourMeaning(ours)), found);
  return found;
}
