import { holdsIn, isServiceName, serviceNamed } from "../../product/services";
import { machineCpus, releaseProblem } from "./combinations-machine";
import { imageReference } from "../image-reference";
import { show, type Problems } from "./problems";
import type { Config } from "./config";
import { splitPlaceholders } from "../secrets";

const scalable = ["sourcegraph-frontend", "gitserver", "searcher", "zoekt-webserver"];

/** Names of variables whose values open something. */
const secretVariables = /(PASSWORD|PASSWD|SECRET|TOKEN|PRIVATE_KEY|ACCESS_KEY|API_KEY|CREDENTIALS|DATASOURCE|DSN)$/i;

/** Why a service is not part of the deployment; undefined when it is, or when that cannot be told. */
function absence(name: string, config: Partial<Config>): string | undefined {
  if (!isServiceName(name) || config.release === undefined || releaseProblem(config.release) !== undefined)
    return undefined;
  if (name === "jaeger" && config.tracing !== true) return "it runs only with 'tracing'";
  return holdsIn(serviceNamed(name).present ?? {}, config.release)
    ? undefined
    : `release ${config.release} has no such service`;
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

/** What single services are given beyond the plan. */
export function checkOverrides(config: Partial<Config>, problems: Problems): void {
  const cpus = machineCpus(config);
  for (const [service, override] of Object.entries(config.overrides ?? {})) {
    if (override === undefined) continue;
    const path = `overrides.${service}`;
    const missing = absence(service, config);
    if (missing !== undefined) problems.add(path, `has no effect: ${missing}; remove it`, "tracing", "release");
    if (override.replicas !== undefined && !scalable.includes(service))
      problems.add(
        `${path}.replicas`,
        `cannot be set; only ${scalable.join(", ")} have replicas${service === "zoekt-indexserver" ? " (zoekt-indexserver follows zoekt-webserver)" : ""}`,
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
