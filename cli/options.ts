import { InvalidArgumentError, type Command } from "commander";
import type { Usage } from "../components/core/planning/sizing/usage";

/** Reads a number of an option. */
export function numberOption(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new InvalidArgumentError("Give a number without a unit.");
  return value;
}

/** Options of a usage as commander hands them over. */
export interface UsageOptions {
  readonly users?: number;
  readonly repositories?: number;
  readonly totalSizeGb?: number;
  readonly largestRepositoryGb?: number;
  readonly largestIndexGb?: number;
  readonly codeInsights?: boolean;
}

/** The flags of a usage: all are needed, or none where they are optional. */
export function withUsage(command: Command, required: boolean): Command {
  const flag = (name: string, description: string) =>
    required
      ? command.requiredOption(`--${name} <n>`, description, numberOption)
      : command.option(`--${name} <n>`, description, numberOption);
  flag("users", "people who use the instance");
  flag("repositories", "repositories that are cloned");
  flag("total-size-gb", "size of all repositories together, GB");
  flag("largest-repository-gb", "size of the largest repository, GB");
  flag("largest-index-gb", "size of the largest code graph index, GB; 0 without precise code navigation");
  return command.option("--no-code-insights", "code insights are not used");
}

const usageKeys = ["users", "repositories", "totalSizeGb", "largestRepositoryGb", "largestIndexGb"] as const;

/** The usage the flags give, as the config writes it; undefined where none was given. What is missing is left to the parser. */
export function usageOf(options: UsageOptions): Partial<Usage> | undefined {
  if (usageKeys.every((key) => options[key] === undefined) && options.codeInsights !== false) return undefined;
  const { users, repositories, totalSizeGb, largestRepositoryGb, largestIndexGb, codeInsights } = options;
  return { users, repositories, totalSizeGb, largestRepositoryGb, largestIndexGb, codeInsights: codeInsights ?? true };
}
