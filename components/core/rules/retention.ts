import { valueAt } from "./graph";
import { inText } from "./sights";

/** How long something keeps copies: the input, how many of its unit make a day, and what it means where it is not set. */
export interface Retention {
  readonly input: string;
  readonly perDay?: number;
  /** Days where it is not set; `ever` where it then never ends; nothing is kept where this is absent too. */
  readonly unset?: number | "ever";
}

const second = 86400;

/** How long each type of resource keeps what it was given, copies and what was deleted from it. */
export const retentions: Readonly<Record<string, readonly Retention[]>> = {
  "aws:rds/instance": [{ input: "backupRetentionPeriod", unset: 0 }],
  "aws:rds/cluster": [{ input: "backupRetentionPeriod", unset: 1 }],
  "aws:elasticache/replicationGroup": [{ input: "snapshotRetentionLimit", unset: 0 }],
  "aws:backup/plan": [{ input: "rules.*.lifecycle.deleteAfter", unset: "ever" }],
  "aws:backup/vaultLockConfiguration": [{ input: "minRetentionDays", unset: 0 }],
  "aws:cloudwatch/logGroup": [{ input: "retentionInDays", unset: "ever" }],
  "gcp:sql/databaseInstance": [
    { input: "settings.backupConfiguration.backupRetentionSettings.retainedBackups", unset: 7 },
    { input: "settings.backupConfiguration.transactionLogRetentionDays", unset: 7 },
  ],
  "gcp:storage/bucket": [{ input: "softDeletePolicy.retentionDurationSeconds", perDay: second, unset: 7 }],
  "gcp:gkebackup/backupPlan": [{ input: "retentionPolicy.backupRetainDays", unset: "ever" }],
  "gcp:logging/projectBucketConfig": [{ input: "retentionDays", unset: 30 }],
  "gcp:pubsub/topic": [{ input: "messageRetentionDuration", perDay: second, unset: 0 }],
};

/** Values at a path, in which `*` stands for every element of a list. */
export function valuesAt(inputs: unknown, input: string): unknown[] {
  const [before = "", after] = input.split(".*.");
  const value = valueAt(inputs, before);
  if (after === undefined || !Array.isArray(value)) return [value];
  return value.map((each) => valueAt(each, after));
}

/** Days that a value means: as it is given, where it is, and in effect. */
export function daysOf(
  value: unknown,
  { input, perDay = 1, unset = 0 }: Retention,
): { readonly given?: number; readonly days: number | "ever" } {
  if (value === undefined || value === null) return { days: unset };
  const given = Number.parseFloat(inText(value)) / perDay;
  return { given, days: input === "retentionInDays" && given === 0 ? "ever" : given };
}
