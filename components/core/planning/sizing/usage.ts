import { InputError, type Problem } from "../../errors";
import { sizingData, type LadderStep } from "./data";

/** Sizes that fit one machine, from small to large: the rows of the vendor's public size chart. */
export const sizeNames = ["XS", "S", "M", "L", "XL"] as const;
/** A size that fits one machine. */
export type SizeName = (typeof sizeNames)[number];

/** Every size, from small to large; `2XL` and `3XL` exist in the vendor's estimator only and need Kubernetes. */
export const sizeLabels = [...sizeNames, "2XL", "3XL"] as const;
/** Any size, including those beyond one machine. */
export type SizeLabel = (typeof sizeLabels)[number];

/** What a customer has. All of it may grow later: limits and disk are raised in place, the machine by a restart. */
export interface Usage {
  /** Licensed users, not concurrent ones; a whole number from 1. */
  readonly users: number;
  /** Repositories that are cloned; a whole number from 1. */
  readonly repositories: number;
  /** Size of all repositories together as cloned, in GB. */
  readonly totalSizeGb: number;
  /** Size of the largest repository, in GB. */
  readonly largestRepositoryGb: number;
  /** Size of the largest uploaded SCIP index, in GB; 0 when precise code navigation is not used. */
  readonly largestIndexGb: number;
  /** Whether code insights are used; default `true`. Only decides the disk of their database. */
  readonly codeInsights?: boolean;
}

/** Largest usage that one machine can serve. Source: the estimator recommends only Kubernetes above it. */
export const oneMachineMaximum = { users: 20_000, repositories: 250_000 } as const;

function describe(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** Lists what is wrong with a usage; empty when it can be sized. Paths are the property names below `prefix`. */
export function usageProblems(usage: Usage, prefix = "usage"): Problem[] {
  const problems: Problem[] = [];
  for (const key of ["users", "repositories"] as const) {
    const value: unknown = usage[key];
    if (!Number.isInteger(value) || (value as number) < 1) {
      problems.push({ path: `${prefix}.${key}`, message: `is ${describe(value)}; give a whole number of at least 1` });
    }
  }
  for (const key of ["totalSizeGb", "largestRepositoryGb", "largestIndexGb"] as const) {
    const value: unknown = usage[key];
    if (!Number.isFinite(value) || (value as number) < 0) {
      problems.push({ path: `${prefix}.${key}`, message: `is ${describe(value)}; give a number of GB of at least 0` });
    }
  }
  return problems;
}

/**
 * Throws unless the usage can be sized.
 * @throws InputError naming every property that is not a number in range.
 */
export function requireUsage(usage: Usage): void {
  const problems = usageProblems(usage);
  if (problems.length > 0) {
    throw new InputError(problems, "the usage is not valid");
  }
}

/** The step of a ladder a value stands on: the first whose maximum is not below it. */
export function ladderStep(ladder: readonly LadderStep[], value: number): LadderStep {
  const step = ladder.find(([max]) => max === null || value <= max);
  if (step === undefined) {
    throw new Error("a ladder has no last step without end");
  }
  return step;
}

/**
 * The size for a usage: the larger of the size by users and the size by repositories.
 * @throws InputError when the usage is not valid.
 */
export function sizeForUsage(usage: Usage): SizeLabel {
  requireUsage(usage);
  const byUsers = ladderStep(sizingData.ladders.totalCPUByUsers, usage.users)[2];
  const byRepositories = ladderStep(sizingData.ladders.totalMemoryGBByRepositories, usage.repositories)[2];
  return sizeLabels.indexOf(byUsers) > sizeLabels.indexOf(byRepositories) ? byUsers : byRepositories;
}

/** vCPU and GB of memory a size stands for, over all machines together; singular machine types for XS to XL. */
export function sizeTotals(size: SizeLabel): { cpus: number; memoryGb: number } {
  const total = (ladder: readonly LadderStep[]): number => ladder.find((step) => step[2] === size)?.[1] ?? 0;
  return {
    cpus: total(sizingData.ladders.totalCPUByUsers),
    memoryGb: total(sizingData.ladders.totalMemoryGBByRepositories),
  };
}

/** Whether a size fits one machine. */
export function fitsOneMachine(size: SizeLabel): size is SizeName {
  return (sizeNames as readonly string[]).includes(size);
}

/**
 * The one-machine size for a usage.
 * @throws InputError when the usage is not valid, or is more than one machine can serve; the text names the Kubernetes shape.
 */
export function oneMachineSize(usage: Usage): SizeName {
  const size = sizeForUsage(usage);
  if (fitsOneMachine(size)) {
    return size;
  }
  const problems = (["users", "repositories"] as const)
    .filter((key) => usage[key] > oneMachineMaximum[key])
    .map((key) => ({
      path: `usage.${key}`,
      message:
        `is ${usage[key]}, which makes size ${size}; one machine serves at most ${oneMachineMaximum[key]} ${key}; ` +
        "use the 'kubernetes' shape",
    }));
  throw new InputError(problems, "the usage is more than one machine can serve");
}
