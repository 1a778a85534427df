import { InputError, RefusedError } from "../../errors";
import { requireKubernetesRelease, requireRenderable } from "../../product/releases";
import { dataDiskFor } from "../vm/machine";
import { machineImageProblem } from "../vm/machine-images";
import { chosenMachine, machineTypeProblem } from "../vm/machine-type";
import { show, type Problems } from "./problems";
import type { Config } from "./config";
import { fitsOneMachine, sizeForUsage, usageProblems, type SizeName } from "../sizing/usage";

/** The size a config asks for; undefined when it cannot be told, or is more than one machine. */
function sizeOf({ cloud, size, usage }: Partial<Config>): SizeName | undefined {
  if (usage === undefined) {
    const named = size ?? (cloud === "local" ? "XS" : undefined);
    return named !== undefined && fitsOneMachine(named) ? named : undefined;
  }
  if (usageProblems(usage).length > 0) return undefined;
  const computed = sizeForUsage(usage);
  return fitsOneMachine(computed) ? computed : undefined;
}

/** vCPUs of the machine a config asks for; undefined where it is not known. */
export function machineCpus(config: Partial<Config>): number | undefined {
  const { cloud, machine, shape } = config;
  const size = sizeOf(config);
  if (shape === "kubernetes" || (cloud !== "aws" && cloud !== "gcp") || size === undefined) return undefined;
  return chosenMachine(size, cloud, machine?.type).vcpu;
}

/** Why a release cannot be deployed: as wrong input, or as one that is refused. */
export function releaseProblem({ release, shape, kubernetes }: Partial<Config>): InputError | RefusedError | undefined {
  if (release === undefined) return undefined;
  try {
    if (shape === "kubernetes") requireKubernetesRelease(release, kubernetes?.via ?? "native");
    else requireRenderable(release);
    return undefined;
  } catch (error) {
    if (error instanceof InputError || error instanceof RefusedError) return error;
    throw error;
  }
}

/** The size, named or from usage, in every shape. */
export function checkSize(config: Partial<Config>, problems: Problems): void {
  const { size, usage, cloud, shape } = config;
  if (size !== undefined && !fitsOneMachine(size) && shape !== "kubernetes")
    problems.add("size", `${size} is more than one machine; use shape kubernetes, or XS, S, M, L or XL`, "shape");
  if (size !== undefined && (usage !== undefined || problems.unreadable("usage")))
    problems.add("size", `and 'usage' exclude each other, got ${show(size)} and a usage; keep one of them`);
  if (size === undefined && usage === undefined && cloud !== undefined && cloud !== "local")
    problems.add(
      "size",
      `is missing; give a size (XS, S, M, L, XL${shape === "kubernetes" ? ", 2XL, 3XL" : ""}) or 'usage'`,
      "usage",
      "cloud",
    );
  if (usage === undefined) return;
  if (usage.largestRepositoryGb > usage.totalSizeGb)
    problems.add(
      "usage.largestRepositoryGb",
      `must not be larger than 'usage.totalSizeGb' (${usage.totalSizeGb}), got ${usage.largestRepositoryGb}`,
    );
  if (shape === "kubernetes") {
    for (const { path, message } of usageProblems(usage)) problems.add(path, message);
    return;
  }
  try {
    dataDiskFor(usage, cloud === "existing" || cloud === undefined ? "local" : cloud);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    for (const { path, message } of error.problems) problems.add(path, message);
  }
}

/** What the types of volume take, by cloud. */
const volumeTypes = {
  aws: {
    gp3: { iops: { least: 3000 }, throughput: true },
    io2: { iops: { least: 100, needed: true }, throughput: false },
  },
  gcp: {
    "pd-ssd": { throughput: false },
    "pd-balanced": { throughput: false },
    "hyperdisk-balanced": { iops: { least: 3000 }, throughput: true },
  },
} as const;

function checkDisk(cloud: "aws" | "gcp", config: Partial<Config>, problems: Problems): void {
  const disk = config.dataDisk;
  if (disk === undefined) return;
  const known: Readonly<
    Record<string, { iops?: { least: number; needed?: boolean }; throughput: boolean } | undefined>
  > = volumeTypes[cloud];
  const type = disk.type ?? (cloud === "aws" ? "gp3" : "pd-ssd");
  const takes = known[type];
  if (takes === undefined) {
    problems.add("dataDisk.type", `must be one of ${Object.keys(known).join(", ")} on ${cloud}, got ${show(type)}`);
    return;
  }
  if (takes.iops === undefined && disk.iops !== undefined)
    problems.add("dataDisk.iops", `cannot be set for type ${type}, got ${disk.iops}; remove it`);
  if (takes.iops !== undefined && disk.iops !== undefined && disk.iops < takes.iops.least)
    problems.add("dataDisk.iops", `must be at least ${takes.iops.least} for type ${type}, got ${disk.iops}`);
  if (takes.iops?.needed === true && disk.iops === undefined)
    problems.add("dataDisk.iops", `is missing; type ${type} needs a number, such as 10000`);
  if (!takes.throughput && disk.throughputMbps !== undefined)
    problems.add("dataDisk.throughputMbps", `cannot be set for type ${type}, got ${disk.throughputMbps}; remove it`);
  if (type === "hyperdisk-balanced" && !/^(c3|c3d|c4|n4|m3|h3)-/.test(config.machine?.type ?? ""))
    problems.add(
      "dataDisk.type",
      `hyperdisk-balanced does not go with machines of the family n2; give 'machine.type' of another, such as c3-standard-22`,
      "machine",
    );
}

/** What happens to the machine at a new release, and what is waited for. */
function checkUpgrade({ cloud, upgrade, deletionProtection, outsideCheck }: Partial<Config>, problems: Problems): void {
  if (cloud === "gcp" && upgrade === "replace" && deletionProtection !== false)
    problems.add(
      "upgrade",
      "replace deletes the machine, which Google Cloud refuses for one that is guarded; set 'deletionProtection' to false and deploy, or use in-place",
      "deletionProtection",
    );
  if (outsideCheck?.enabled === false && outsideCheck.timeoutMinutes !== undefined)
    problems.add("outsideCheck.timeoutMinutes", "has no meaning with 'enabled' false; remove it");
}

/** The size, the machine and its disk. The release is checked where its refusal can be told from wrong input. */
export function checkMachine(config: Partial<Config>, problems: Problems): void {
  checkSize(config, problems);
  const { cloud, machine } = config;
  if (cloud === "existing")
    problems.add("cloud", 'existing is a cluster, which takes shape kubernetes; add "shape: kubernetes"', "shape");
  for (const key of ["kubernetes", "cluster"] as const)
    if (config[key] !== undefined)
      problems.add(key, 'has no meaning for shape vm; remove it, or give "shape: kubernetes"', "shape");
  if (cloud !== "aws" && cloud !== "gcp") return;
  const wrong = machine?.type === undefined ? undefined : machineTypeProblem(machine.type, cloud);
  if (wrong !== undefined) problems.add("machine.type", wrong);
  const noImage = machine?.image === undefined ? undefined : machineImageProblem(machine.image, cloud);
  if (noImage !== undefined) problems.add("machine.image", noImage);
  checkDisk(cloud, config, problems);
  checkUpgrade(config, problems);
}
