import { workloadOf } from "../../product/kubernetes/workloads";
import { holdsIn, isServiceName, serviceNamed } from "../../product/services";
import { databaseServices } from "../database-environment";
import { machineCpus, releaseProblem } from "./combinations-machine";
import { imageReference } from "../image-reference";
import { show, type Problems } from "./problems";
import type { Config } from "./config";
import { splitPlaceholders } from "../secrets";

const scalable = ["sourcegraph-frontend", "gitserver", "searcher", "zoekt-webserver"];
/** Services that may have replicas on Kubernetes, where a Service object stands before them. */
const scalableOnKubernetes = [
  ...scalable,
  "precise-code-intel-worker",
  "syntactic-code-intel-worker",
  "syntect-server",
];

/** Keys that say something of pods. */
const podKeys = [
  "cpuRequest",
  "memoryRequestGb",
  "storageGb",
  "podAnnotations",
  "podLabels",
  "nodeSelector",
  "tolerations",
] as const;

/** Names of variables whose values open something. */
const secretVariables = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|ACCESS_KEY|API_KEY|CREDENTIALS|DATASOURCE|DSN)$/i;

/** The key by which something outside does the work of a service; undefined where the service is bundled. */
export function servedElsewhere(
  service: string,
  { databases, cache, objectStorage }: Partial<Config>,
): string | undefined {
  const outside = (given: Config["databases"] | Config["cache"], name: string): boolean => {
    if (typeof given !== "object") return given === "managed";
    const only: readonly string[] | undefined = given.managed?.only;
    return (
      Object.keys(given.external ?? {}).includes(name) ||
      (given.managed !== undefined && (only?.includes(name) ?? true))
    );
  };
  const database = databaseServices.find(([, name]) => service === name || service === `${name}-exporter`)?.[0];
  if (database !== undefined) return outside(databases, database) ? "databases" : undefined;
  if (service === "redis-cache") return outside(cache, "cache") ? "cache" : undefined;
  if (service === "redis-store") return outside(cache, "store") ? "cache" : undefined;
  if (service !== "blobstore" || objectStorage === undefined || objectStorage === "bundled") return undefined;
  return "objectStorage";
}

/** Why Kubernetes does not run a service that watches; undefined when it does. */
function leftOut(name: string, { shape, kubernetes }: Partial<Config>): string | undefined {
  if (shape !== "kubernetes") return undefined;
  if ((kubernetes?.leaveOut as readonly string[] | undefined)?.includes(name) === true)
    return "'kubernetes.leaveOut' leaves it out";
  const agents = kubernetes?.profile === "restricted" && ["cadvisor", "node-exporter"].includes(name);
  return agents ? "profile restricted leaves it out" : undefined;
}

/** Why a service is not part of the deployment; undefined when it is, or when that cannot be told. */
function absence(name: string, config: Partial<Config>): string | undefined {
  if (!isServiceName(name) || config.release === undefined || releaseProblem(config) !== undefined) return undefined;
  if (config.shape === "kubernetes" && workloadOf(name) === undefined) return "Kubernetes has no such service";
  if (name === "code-host" && (config.replica?.codeHosts ?? []).length === 0)
    return "it runs only with 'replica.codeHosts'";
  if (name === "jaeger" && config.tracing !== true) return "it runs only with 'tracing'";
  if (!holdsIn(serviceNamed(name).present ?? {}, config.release))
    return `release ${config.release} has no such service`;
  const left = leftOut(name, config);
  if (left !== undefined) return left;
  const key = servedElsewhere(name, config);
  return key === undefined ? undefined : `by '${key}' something outside does its work`;
}

type Override = NonNullable<NonNullable<Config["overrides"]>[string]>;

function checkEnvironment(service: string, env: NonNullable<Override["env"]>, problems: Problems): void {
  for (const [variable, value] of Object.entries(env)) {
    const literal = splitPlaceholders(value, "raw").some((part) => typeof part === "string");
    const inside = /:\/\/[^/\s:@]*:[^/\s@$]+@/.test(value);
    if ((secretVariables.test(variable) && literal && !value.includes("${secret:")) || inside)
      problems.add(
        `overrides.${service}.env.${variable}`,
        "holds a secret in the open; write ${secret:NAME} in its place and give the value by pulumi config set --secret --path 'sourcegraph:secrets.NAME'",
      );
  }
}

function checkPods(path: string, override: Override, { shape }: Partial<Config>, problems: Problems): void {
  if (shape !== "kubernetes")
    for (const key of podKeys)
      if (override[key] !== undefined)
        problems.add(`${path}.${key}`, "has a meaning on Kubernetes only; remove it", "shape");
  for (const [request, limit] of [
    ["cpuRequest", "cpus"],
    ["memoryRequestGb", "memoryGb"],
  ] as const) {
    const asked = override[request];
    const most = override[limit];
    if (asked !== undefined && most !== undefined && asked > most)
      problems.add(`${path}.${request}`, `must not be above '${limit}' (${most}), got ${asked}`);
  }
}

/** What single services are given beyond the plan. */
export function checkOverrides(config: Partial<Config>, problems: Problems): void {
  const cpus = machineCpus(config);
  for (const [service, override] of Object.entries(config.overrides ?? {})) {
    if (override === undefined) continue;
    const path = `overrides.${service}`;
    const missing = absence(service, config);
    if (missing !== undefined) problems.add(path, `has no effect: ${missing}; remove it`, "tracing", "release");
    checkPods(path, override, config, problems);
    const many = config.shape === "kubernetes" ? scalableOnKubernetes : scalable;
    if (override.replicas !== undefined && !many.includes(service))
      problems.add(
        `${path}.replicas`,
        `cannot be set; only ${many.join(", ")} have replicas${service === "zoekt-indexserver" ? " (zoekt-indexserver follows zoekt-webserver)" : ""}`,
      );
    if (override.cpus !== undefined && cpus !== undefined && override.cpus > cpus)
      problems.add(
        `${path}.cpus`,
        `must be at most ${cpus}, the vCPUs of the machine, because Docker refuses more, got ${override.cpus}`,
        "machine",
        "size",
        "usage",
      );
    if (override.privileged !== undefined && service !== "cadvisor")
      problems.add(`${path}.privileged`, "cannot be set; only cadvisor has privileges to take away");
    if (override.image !== undefined && imageReference(override.image) === undefined)
      problems.add(
        `${path}.image`,
        `must be an image reference such as mirror.example.com/sourcegraph/gitserver:7.5.4453, got ${show(override.image)}`,
      );
    checkEnvironment(service, override.env ?? {}, problems);
  }
}
